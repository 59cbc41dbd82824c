"""Office: a project as the command line and the studio see it. Plans, checks and builds; prints nothing.

Brings the library, the pipeline and the press together behind a few questions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TypeVar

from bifolio.diagnostics import (
    ContentError,
    Diagnostic,
    PressError,
    ProofError,
    RequestError,
)
from bifolio.library import Library
from bifolio.plan import Job, Request, editions_needed, known, plan
from bifolio.press import Store, run, together

T = TypeVar("T")

STORE = ".bifolio"


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
        library, project = self.library, self.library.plan
        items = known(request.items or project.items, tuple(library.handout_paths), "item")
        brands = known(request.brands or project.brands, library.brand_ids, "brand")
        failures: list[PressError] = []
        handouts = _gather(items, library.handout, failures)
        clinics = _gather(brands, lambda brand: library.brand(brand).clinic, failures)
        editions = {name: library.edition(name) for name in editions_needed(request, project, clinics)}
        if failures:
            raise together(failures)
        jobs = plan(request, project, handouts, clinics, editions)
        if not jobs:
            raise RequestError(
                Diagnostic(
                    "plan.nothing",
                    "nothing to make: no edition asked for suits these handouts",
                    help="see python build.py list editions",
                )
            )
        return jobs

    def build(
        self, jobs: Sequence[Job], folder: Path | None, started: Callable[[Job], None]
    ) -> tuple[list[Path], list[Diagnostic]]:
        """Make the jobs and publish them; give the paths of the files, and the warnings."""
        from bifolio.pipeline import Workshop, engine
        from bifolio.publish import publish

        workshop = Workshop(self.library, self.store, self.executor)
        artefacts = run(jobs, workshop.produce, started)
        written = publish(artefacts, folder or self.library.root / "output", engine())
        self.store.clean()
        return written, list(workshop.remarks.values())

    def check(self, items: Sequence[str], brands: Sequence[str]) -> list[Diagnostic]:
        """Validate handouts and brands, in every region that a brand uses; give the warnings.

        Raises one error with all findings when there is an error among them.
        """
        library = self.library
        failures: list[PressError] = []
        warnings: list[Diagnostic] = []
        named = known(items, tuple(library.handout_paths), "item")
        handouts = _gather(named, library.handout, failures)
        regions = {library.plan.region}
        for brand_id in known(brands, library.brand_ids, "brand"):
            try:
                brand = library.brand(brand_id)
                library.logo(brand_id, brand, "#000000")
                warnings += library.brand_warnings(brand_id)
                regions.add(brand.clinic.region or library.plan.region)
            except PressError as failure:
                failures.append(failure)
        for region_id in sorted(regions):
            try:
                region = library.region(region_id)
            except PressError as failure:
                failures.append(failure)
                continue
            unknown = [finding for item in handouts for finding in library.check_words(item, region)]
            if unknown:
                failures.append(ContentError(unknown))
        if failures:
            raise together(failures)
        return warnings

    def rows(self, what: str) -> list[tuple[str, str]]:
        """Give the names of what there is, each with one line about it."""
        library = self.library
        if what == "handouts":
            return [(name, self._about(name)) for name in library.handout_paths]
        if what == "brands":
            return [(name, library.brand(name).name) for name in library.brand_ids]
        if what == "editions":
            return [(name, library.edition(name).summary) for name in library.edition_ids]
        if what == "regions":
            return [(name, library.region(name).name) for name in library.region_ids]
        if what == "themes":
            return [(name, library.theme_summary(name)) for name in library.theme_ids]
        return [(name, library.locale(name).name) for name in library.language_ids]

    def _about(self, item: str) -> str:
        handout = self.library.handout(item)
        return f"{handout.title} ({handout.kind}, for {' and '.join(handout.audience)})"


def _gather(names: Sequence[str], read: Callable[[str], T], failures: list[PressError]) -> dict[str, T]:
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

    try:
        body = path.read_bytes()
    except OSError as error:
        raise RequestError(
            Diagnostic("verify.missing-file", f'there is no file "{path}"', help="check the name")
        ) from error
    if path.suffix.lower() != ".pdf":
        raise RequestError(
            Diagnostic(
                "verify.unknown-format",
                f'"{path.name}" is not a PDF by its name',
                help="give files that end in .pdf",
            )
        )
    findings = verify(body, str(path))
    if any(finding.is_error for finding in findings):
        raise ProofError(findings)
    return findings
