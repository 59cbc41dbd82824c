"""Everything that a request will use, read and checked at once, with all that is wrong with any of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from bifolio.content.catalogue import unknown
from bifolio.content.repository import Repository
from bifolio.core.diagnostics import (
    BifolioError,
    ContentError,
    DesignError,
    Diagnostic,
    ProofError,
    RequestError,
    Span,
    ToolError,
)
from bifolio.model.brand.clinic import Clinic
from bifolio.model.edition import Edition
from bifolio.model.handout import Handout
from bifolio.model.job import Request
from bifolio.model.region import Region

T = TypeVar("T")


@dataclass(frozen=True)
class Selection:
    """What a request uses, found sound."""

    handouts: dict[str, Handout]
    clinics: dict[str, Clinic]
    editions: dict[str, Edition]
    regions: dict[str, Region]


def select(
    repository: Repository, request: Request, items: Sequence[str], brands: Sequence[str]
) -> Selection:
    """Read all that a request for these items and brands will use; raise one error with all that is wrong."""
    failures: list[BifolioError] = []
    _refuse(RequestError, _unknown(repository, _asked(request)), failures)
    _refuse(DesignError, _unknown(repository, _written(repository)), failures)

    def gather(what: str, names: Iterable[str], read: Callable[[str], T]) -> dict[str, T]:
        """Read each that exists; names that do not have been reported."""
        there = (name for name in dict.fromkeys(names) if repository.catalogue.has(what, name))
        return read_each(there, read, failures)

    clinics = gather("brand", brands, lambda brand: repository.brand(brand).clinic)
    read_each(clinics, lambda brand: repository.brand_files(brand).logos, failures)
    read_each(clinics, lambda brand: repository.brand_files(brand).typeface, failures)
    read_each(clinics, lambda brand: repository.brand_files(brand).theme, failures)
    read_each(clinics, lambda brand: repository.brand_files(brand).parts, failures)
    choices = list(_choices(repository, request, clinics))
    _refuse(DesignError, _unknown(repository, choices), failures)

    def chosen(what: str) -> list[str]:
        return [choice.name for choice in choices if choice.what == what]

    editions = gather("edition", chosen("edition"), repository.edition)
    others = [other for edition in editions.values() for other in edition.instead.values()]
    editions |= gather("edition", others, repository.edition)
    regions = gather("region", chosen("region"), repository.region)
    gather("language", chosen("language"), repository.locale)
    handouts = gather("item", items, repository.handout)
    figures = {name for handout in handouts.values() for name in handout.figures}
    read_each(sorted(figures), repository.drawing, failures)
    check = repository.handouts.check_words
    words = [finding for region in regions.values() for item in handouts for finding in check(item, region)]
    _refuse(ContentError, words, failures)
    if failures:
        raise together(failures)
    return Selection(handouts, clinics, editions, regions)


def read_each(names: Iterable[str], read: Callable[[str], T], failures: list[BifolioError]) -> dict[str, T]:
    """Read each by name; keep what is wrong for later."""
    found: dict[str, T] = {}
    for name in names:
        try:
            found[name] = read(name)
        except BifolioError as failure:
            failures.append(failure)
    return found


_GRAVEST_FIRST = (ToolError, RequestError, ContentError, DesignError, ProofError)


def together(failures: Sequence[BifolioError]) -> BifolioError:
    """Join several errors into one: each finding once, of the gravest kind among them."""
    findings: dict[tuple[object, ...], Diagnostic] = {}
    for failure in failures:
        for finding in failure.findings:
            findings.setdefault((finding.sort_key, finding.message), finding)
    kind = next(kind for kind in _GRAVEST_FIRST if any(isinstance(f, kind) for f in failures))
    return kind(findings.values())


# -- the names of a request --------------------------------------------------------------------------


class _Choice(NamedTuple):
    """One name that a build will use, and where it was written; nowhere for the command line."""

    what: str
    name: str
    span: Span | None = None


def _asked(request: Request) -> Iterator[_Choice]:
    yield from _named("item", request.items)
    yield from _named("brand", request.brands)
    yield from _named("edition", request.editions)
    yield from _named("region", request.region)
    yield from _named("theme", request.theme)
    yield from _named("language", request.language)


def _named(what: str, names: str | Sequence[str] | None) -> Iterator[_Choice]:
    for name in [names] if isinstance(names, str) else names or ():
        yield _Choice(what, name)


def _written(repository: Repository) -> Iterator[_Choice]:
    """Yield the names that bifolio.yaml itself writes down."""
    project = repository.plan
    for what, names in (
        ("item", project.items),
        ("brand", project.brands),
        ("edition", project.editions),
        ("region", project.region),
        ("theme", project.theme),
        ("language", project.language),
    ):
        yield from (choice for choice in _planned(repository, what, names) if choice.span)


def _planned(repository: Repository, what: str, names: str | Sequence[str]) -> Iterator[_Choice]:
    """Yield names of the plan, each at its place in bifolio.yaml where that says it."""
    if isinstance(names, str):
        yield _Choice(what, names, repository.plan_span(what))
    else:
        for position, name in enumerate(names):
            yield _Choice(what, name, repository.plan_span(f"{what}s", position))


def _choices(repository: Repository, request: Request, clinics: Mapping[str, Clinic]) -> Iterator[_Choice]:
    """Yield what the jobs will be made with: as asked, else as the clinic has it, else as planned."""
    project = repository.plan
    if request.language:
        yield from _named("language", request.language)
    else:
        yield from _planned(repository, "language", project.language)
    for brand, clinic in clinics.items():
        for what, asked, own, planned in (
            ("edition", request.editions, clinic.edition, project.editions),
            ("region", request.region, clinic.region, project.region),
            ("theme", request.theme, clinic.theme, project.theme),
        ):
            if own and not asked:
                span = repository.brand_files(brand).span("defaults", "bifolio", what)
                yield _Choice(what, own, span)
            elif asked:
                yield from _named(what, asked)
            else:
                yield from _planned(repository, what, planned)


def _unknown(repository: Repository, choices: Iterable[_Choice]) -> list[Diagnostic]:
    catalogue = repository.catalogue
    return [
        unknown(choice.what, choice.name, catalogue.known(choice.what), choice.span)
        for choice in choices
        if not catalogue.has(choice.what, choice.name)
    ]


def _refuse(kind: type[BifolioError], findings: Sequence[Diagnostic], failures: list[BifolioError]) -> None:
    if findings:
        failures.append(kind(findings))
