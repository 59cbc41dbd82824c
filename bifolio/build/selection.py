"""Everything that a request will use, read and checked at once, with all that is wrong with any of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
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
    unsaid: frozenset[tuple[str, str]] = frozenset()
    """Handouts with regions that lack one of their words."""
    failures: tuple[BifolioError, ...] = ()
    """What is wrong with all that was asked for and is not here."""


def select(
    repository: Repository,
    request: Request,
    items: Sequence[str],
    brands: Sequence[str],
    *,
    keep_going: bool = False,
) -> Selection:
    """Read all that a request for these items and brands will use; raise one error with all that is wrong.

    With `keep_going` raise only if nothing is left; what is wrong with a clinic leaves out that clinic, and what is
    wrong with a handout leaves out that handout.
    """
    reading = _Reading(repository)
    reading.refuse(RequestError, _unknown(repository, _asked(request)))
    reading.refuse(DesignError, _unknown(repository, _written(repository)))
    clinics = reading.all_of("brand", brands, lambda brand: repository.brand(brand).clinic)
    for part in _PARTS:
        reading.each("brand", clinics, partial(_part_of, repository, part))
    choices = {brand: list(_choices(repository, request, brand, clinic)) for brand, clinic in clinics.items()}
    language = list(_language(repository, request))
    every = [*language, *(choice for own in choices.values() for choice in own)]
    reading.refuse(DesignError, _unknown(repository, every))

    def chosen(what: str) -> list[str]:
        return [choice.name for choice in every if choice.what == what]

    editions = reading.all_of("edition", chosen("edition"), repository.edition)
    others = [other for edition in editions.values() for other in edition.instead.values()]
    editions |= reading.all_of("edition", others, repository.edition)
    regions = reading.all_of("region", chosen("region"), repository.region)
    languages = reading.all_of("language", chosen("language"), repository.locale)
    handouts = reading.all_of("item", items, repository.handout)
    reading.each("item", handouts, lambda item: [*map(repository.drawing, handouts[item].figures)])
    unsaid: dict[tuple[str, str], Sequence[Diagnostic]] = {}
    for region_id, region in regions.items():
        for item in handouts:
            if words := repository.handouts.check_words(item, region):
                unsaid[item, region_id] = words
    reading.refuse(ContentError, [finding for words in unsaid.values() for finding in words])

    whole = {name for name, edition in editions.items() if set(edition.instead.values()) <= editions.keys()}
    there = {"edition": whole, "region": regions.keys(), "language": languages.keys()}

    def is_sound(choice: _Choice) -> bool:
        names = there.get(choice.what)
        return repository.catalogue.has(choice.what, choice.name) if names is None else choice.name in names

    faulty = reading.faulty
    clinics = {
        brand: clinic
        for brand, clinic in clinics.items()
        if ("brand", brand) not in faulty and all(map(is_sound, [*language, *choices[brand]]))
    }
    handouts = {item: handout for item, handout in handouts.items() if ("item", item) not in faulty}
    if reading.failures and not (keep_going and clinics and (handouts or not items)):
        raise together(reading.failures)
    return Selection(handouts, clinics, editions, regions, frozenset(unsaid), tuple(reading.failures))


_PARTS = ("logos", "typeface", "theme", "parts", "approvals")
"""What a brand says in other files than its own; each is read when it is asked for."""


def _part_of(repository: Repository, part: str, brand: str) -> object:
    return getattr(repository.brand_files(brand), part)


class _Reading:
    """Reads one thing after the other, keeps what is wrong for later, and remembers with what."""

    def __init__(self, repository: Repository) -> None:
        self.catalogue = repository.catalogue
        self.failures: list[BifolioError] = []
        self.faulty: set[tuple[str, str]] = set()

    def all_of(self, what: str, names: Iterable[str], read: Callable[[str], T]) -> dict[str, T]:
        """Read each that is there; of the names that are not there has been told."""
        return self.each(
            what, (name for name in dict.fromkeys(names) if self.catalogue.has(what, name)), read
        )

    def each(self, what: str, names: Iterable[str], read: Callable[[str], T]) -> dict[str, T]:
        """Read each by name."""
        found: dict[str, T] = {}
        for name in names:
            try:
                found[name] = read(name)
            except BifolioError as failure:
                self.failures.append(failure)
                self.faulty.add((what, name))
        return found

    def refuse(self, kind: type[BifolioError], findings: Sequence[Diagnostic]) -> None:
        """Keep findings as an error of a kind."""
        if findings:
            self.failures.append(kind(findings))


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


def refuse_errors(failures: Sequence[BifolioError], findings: Sequence[Diagnostic]) -> None:
    """Raise one error with failures and all findings, if there is a failure or an error among them."""
    errors = [finding for finding in findings if finding.is_error]
    every = [*failures, *([ContentError(errors)] if errors else [])]
    if every:
        error = together(every)
        raise type(error)([*error.findings, *(finding for finding in findings if not finding.is_error)])


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


def _language(repository: Repository, request: Request) -> Iterator[_Choice]:
    """Yield the language of all jobs: as asked, else as planned."""
    if request.language:
        yield from _named("language", request.language)
    else:
        yield from _planned(repository, "language", repository.plan.language)


def _choices(repository: Repository, request: Request, brand: str, clinic: Clinic) -> Iterator[_Choice]:
    """Yield what the jobs of a clinic will be made with: as asked, else as the clinic has it, else as planned."""
    project = repository.plan
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
