"""Office: a project as the command line and the studio see it. Plans, checks and builds; prints nothing.

Brings the library, the pipeline and the press together behind a few questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

from bifolio.diagnostics import (
    ContentError,
    DesignError,
    Diagnostic,
    PressError,
    ProofError,
    RequestError,
    Span,
)
from bifolio.library import Library
from bifolio.model.brand import Clinic
from bifolio.model.edition import Edition
from bifolio.model.handout import Handout
from bifolio.plan import Job, Request, plan, unknown
from bifolio.press import STORE, Store, run, together

T = TypeVar("T")


class Office:
    """One project folder, open for business."""

    def __init__(self, root: Path, *, renew: bool = False, executor: Executor | None = None) -> None:
        if not (root / "content").is_dir():
            raise RequestError(
                Diagnostic(
                    "plan.no-project",
                    f'there is no content/ in "{root}"',
                    help="go to the project's folder, or name it with --project",
                )
            )
        self.library = Library(root)
        self.store = Store(self.library.root / STORE, renew=renew)
        self.executor = executor

    def plan(self, request: Request) -> tuple[Job, ...]:
        """Give the jobs of a request; everything that it names is read and checked first."""
        project = self.library.plan
        items = request.items or project.items or self.library.known("item")
        if not items:
            raise RequestError(
                Diagnostic(
                    "plan.no-handouts",
                    "there are no handouts in content/handouts",
                    help="put a file there that ends in .yaml; content/schema/ says what it may hold",
                )
            )
        desk = self._desk(request, items, request.brands or project.brands)
        jobs = plan(request, project, desk.handouts, desk.clinics, desk.editions)
        if not jobs:
            raise RequestError(
                Diagnostic(
                    "plan.nothing",
                    "nothing to make: no edition asked for suits these handouts",
                    help="see python build.py list editions",
                )
            )
        return jobs

    def warnings(self, brands: Iterable[str]) -> list[Diagnostic]:
        """Give what is odd about brands and stops nothing."""
        return [finding for brand in dict.fromkeys(brands) for finding in self.library.brand_warnings(brand)]

    def build(
        self, jobs: Sequence[Job], folder: Path | None, started: Callable[[Job], None]
    ) -> tuple[list[Path], list[Diagnostic]]:
        """Make the jobs and publish them; give the paths of the files, and the warnings."""
        from bifolio.pipeline import Workshop, engine
        from bifolio.publish import expect_room, publish, standing

        target = folder or self.library.root / "output"
        expect_room(target)
        workshop = Workshop(self.library, self.store, self.executor)
        artefacts = list(run(jobs, workshop.produce, started))
        artefacts += workshop.shelves(artefacts, standing(target), target)
        written = publish(artefacts, target, engine())
        self.store.clean()
        return written, list(workshop.remarks.values())

    def check(self, items: Sequence[str], brands: Sequence[str]) -> list[Diagnostic]:
        """Validate handouts and brands, in every region that a brand uses; give the warnings.

        Raises one error with all findings when there is an error among them.
        """
        named = Request(items=tuple(items), brands=tuple(brands))
        desk = self._desk(named, items or self.library.known("item"), brands or self.library.known("brand"))
        return self.warnings(desk.clinics)

    def _desk(self, request: Request, items: Sequence[str], brands: Sequence[str]) -> _Desk:
        """Read all that a request will use; raise one error with all that is wrong with any of it."""
        library = self.library
        failures: list[PressError] = []
        _refuse(RequestError, self._unknown(_asked(request)), failures)
        _refuse(DesignError, self._unknown(self._written()), failures)
        handouts = self._gather("item", items, library.handout, failures)
        clinics = self._gather("brand", brands, lambda brand: library.brand(brand).clinic, failures)
        _read(clinics, lambda brand: library.logo(brand, library.brand(brand), "#000000"), failures)
        choices = list(self._choices(request, clinics))
        _refuse(DesignError, self._unknown(choices), failures)

        def chosen(what: str) -> list[str]:
            return [choice.name for choice in choices if choice.what == what]

        editions = self._gather("edition", chosen("edition"), library.edition, failures)
        regions = self._gather("region", chosen("region"), library.region, failures)
        self._gather("language", chosen("language"), library.locale, failures)
        figures = {name for handout in handouts.values() for name in handout.figures}
        _read(sorted(figures), library.drawing, failures)
        words = [
            f for region in regions.values() for item in handouts for f in library.check_words(item, region)
        ]
        _refuse(ContentError, words, failures)
        if failures:
            raise together(failures)
        return _Desk(handouts, clinics, editions)

    def _written(self) -> Iterator[_Choice]:
        """Give the names that bifolio.yaml itself writes down."""
        project = self.library.plan
        choices = (
            *self._planned("item", project.items),
            *self._planned("brand", project.brands),
            *self._planned("edition", project.editions),
            *self._planned("region", project.region),
            *self._planned("theme", project.theme),
            *self._planned("language", project.language),
        )
        yield from (choice for choice in choices if choice.span)

    def _planned(self, what: str, names: str | Sequence[str]) -> Iterator[_Choice]:
        """Give names of the plan, each at its place in bifolio.yaml where that says it."""
        if isinstance(names, str):
            yield _Choice(what, names, self.library.plan_span(what))
        else:
            for position, name in enumerate(names):
                yield _Choice(what, name, self.library.plan_span(f"{what}s", position))

    def _choices(self, request: Request, clinics: Mapping[str, Clinic]) -> Iterator[_Choice]:
        """Give what the jobs will be made with: as asked, else as the clinic has it, else as planned."""
        project = self.library.plan
        if request.language:
            yield from _named("language", request.language)
        else:
            yield from self._planned("language", project.language)
        for brand, clinic in clinics.items():
            for what, asked, own, planned in (
                ("edition", request.editions, clinic.edition, project.editions),
                ("region", request.region, clinic.region, project.region),
                ("theme", request.theme, clinic.theme, project.theme),
            ):
                if own and not asked:
                    yield _Choice(what, own, self.library.brand_span(brand, "defaults", "bifolio", what))
                elif asked:
                    yield from _named(what, asked)
                else:
                    yield from self._planned(what, planned)

    def _unknown(self, choices: Iterable[_Choice]) -> list[Diagnostic]:
        return [
            unknown(choice.what, choice.name, self.library.known(choice.what), choice.span)
            for choice in choices
            if choice.name not in self.library.known(choice.what)
        ]

    def _gather(
        self, what: str, names: Iterable[str], read: Callable[[str], T], failures: list[PressError]
    ) -> dict[str, T]:
        """Read each that is there; the names that are not have been told of."""
        known = self.library.known(what)
        return _read([name for name in dict.fromkeys(names) if name in known], read, failures)

    def rows(self, what: str) -> list[tuple[str, str]]:
        """Give the names of what there is, each with one line about it."""
        library = self.library
        sorts: dict[str, tuple[str, Callable[[str], str]]] = {
            "handouts": ("item", self._about),
            "brands": ("brand", lambda name: library.brand(name).name),
            "editions": ("edition", lambda name: library.edition(name).summary),
            "regions": ("region", lambda name: library.region(name).name),
            "themes": ("theme", library.theme_summary),
            "languages": ("language", lambda name: library.locale(name).name),
        }
        sort, about = sorts[what]
        failures: list[PressError] = []
        found = _read(library.known(sort), about, failures)
        if failures:
            raise together(failures)
        return list(found.items())

    def _about(self, item: str) -> str:
        handout = self.library.handout(item)
        return f"{handout.title} ({handout.kind}, for {' and '.join(handout.audience)})"


@dataclass(frozen=True)
class _Desk:
    """What a request uses, read and found sound."""

    handouts: dict[str, Handout]
    clinics: dict[str, Clinic]
    editions: dict[str, Edition]


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


def _refuse(kind: type[PressError], findings: Sequence[Diagnostic], failures: list[PressError]) -> None:
    if findings:
        failures.append(kind(findings))


def _read(names: Iterable[str], read: Callable[[str], T], failures: list[PressError]) -> dict[str, T]:
    """Read each by name; keep what is wrong for later."""
    found: dict[str, T] = {}
    for name in names:
        try:
            found[name] = read(name)
        except PressError as failure:
            failures.append(failure)
    return found


def look_over(path: Path) -> list[Diagnostic]:
    """Verify one finished file; gives warnings, raises ProofError when something is wrong."""
    from bifolio.verify import verify
    from bifolio.verify_flow import verify_epub, verify_page

    try:
        body = path.read_bytes()
    except OSError as error:
        raise RequestError(
            Diagnostic("verify.missing-file", f'there is no file "{path}"', help="check the name")
        ) from error
    looks: dict[str, Callable[[bytes, str], list[Diagnostic]]] = {
        ".pdf": verify,
        ".epub": verify_epub,
        ".html": verify_page,
    }
    look = looks.get(path.suffix.lower())
    if look is None:
        raise RequestError(
            Diagnostic(
                "verify.unknown-format",
                f'"{path.name}" is no PDF, EPUB or web page by its name',
                help="give files that end in .pdf, .epub or .html",
            )
        )
    findings = look(body, str(path))
    if any(finding.is_error for finding in findings):
        raise ProofError(findings)
    return findings
