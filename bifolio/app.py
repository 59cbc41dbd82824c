"""Project: what the command line and the studio both call. Delegates, prints nothing, decides nothing."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bifolio.build.build_record import BuildRecord
from bifolio.build.jobs import all_items, plan_project
from bifolio.build.scheduler import Batch
from bifolio.build.selection import read_each, refuse_errors, select, together
from bifolio.build.tables import with_sound_rows
from bifolio.content import overview, scaffold
from bifolio.content.repository import Repository
from bifolio.core.cache import Cache, Memory
from bifolio.core.diagnostics import BifolioError, Diagnostic, RequestError
from bifolio.core.files import Overlay, store_of
from bifolio.core.source_tree import SourceTree
from bifolio.model.job import Job, Request
from bifolio.model.tailoring import Tailoring

if TYPE_CHECKING:  # late: they load what makes files, and the word counter
    from bifolio.branding.proof_sheet import Proof
    from bifolio.build.pipeline import Built, Pipeline
    from bifolio.editorial.approval import ApprovalStatus, Change
    from bifolio.editorial.approvals import ProjectApprovals
    from bifolio.resolve import LayoutInputs

Failures = list[BifolioError] | None
"""Where a caller wants what is wrong, who goes on with the rest; None raises it."""


class Project:
    """One project folder: its content as it is when this is made, and all that can be done with it."""

    def __init__(
        self,
        root: Path,
        *,
        renew: bool = False,
        executor: Executor | None = None,
        record: BuildRecord | None = None,
        memory: Memory | None = None,
    ) -> None:
        """Open a project. With a `record` builds make nothing twice; with `renew` they make everything again.

        `memory` holds what other views of the project have read and made.
        """
        if not (root / "content").is_dir():
            raise RequestError(
                Diagnostic(
                    "plan.no-project",
                    f'there is no content/ in "{root}"',
                    help="go to the project's folder, or name it with --project",
                )
            )
        self.record = record
        self.executor = executor
        self.table: Path | None = None
        """The table of clinics whose rows are brands here."""
        memory = memory or Memory()
        self.repository = Repository(root, memory=memory, files=record.files if record else None)
        self.cache = Cache(store_of(self.repository.root), memory)
        if renew:
            self.cache = Cache(self.cache.folder, memory, since=self.cache.now())

    def with_overlay(self, overlay: Overlay) -> Project:
        """Return the same project with unsaved files over it."""
        other = Project(self.repository.root, executor=self.executor)
        other.repository, other.cache = self.repository.with_overlay(overlay), self.cache
        return other

    @cached_property
    def pipeline(self) -> Pipeline:
        """What makes the files of the project as it is now."""
        from bifolio.build.pipeline import Pipeline

        return Pipeline(self.repository, self.cache, self.executor)

    # -- building --------------------------------------------------------------------------------

    def plan(self, request: Request) -> tuple[Job, ...]:
        """Return the jobs of a request; everything that it names is read and checked first."""
        return plan_project(self.repository, request).jobs

    def prefetch(self, request: Request) -> None:
        """Begin to lay out the one handout that was asked for, or changed, while all else is still to be read.

        `plan` reports what is wrong with it.
        """
        from bifolio.build.prefetch import prefetch

        changed = self.record.changed if self.record else frozenset()
        with suppress(BifolioError):
            prefetch(self.pipeline, request, changed)

    def build(
        self,
        jobs: Sequence[Job],
        folder: Path | None,
        on_batch: Callable[[Batch], None],
        *,
        keep_going: bool = False,
    ) -> Built:
        """Make the jobs and publish them: see `pipeline.build`."""
        from bifolio.build.pipeline import build

        target = self._target(folder)
        return build(self.pipeline, jobs, target, on_batch, self.record, self.table, keep_going=keep_going)

    def _target(self, folder: Path | None) -> Path:
        return (folder or self.repository.root / "output").resolve()

    # -- checking --------------------------------------------------------------------------------

    def warnings(self, brands: Iterable[str]) -> list[Diagnostic]:
        """Return warnings about the layout engine and about brands."""
        from bifolio.layout.weasyprint.loader import version_warning

        engine = version_warning()
        region, files = self.repository.plan.region, self.repository.brand_files
        found = [finding for brand in dict.fromkeys(brands) for finding in files(brand).warnings(region)]
        return [*([engine] if engine else []), *found]

    def dangers(self, jobs: Iterable[Job]) -> list[Diagnostic]:
        """Return what could leave a reader of these jobs without help, as warnings."""
        from bifolio.editorial.review import dangers

        return dangers(self.repository, jobs)

    def check(self, items: Sequence[str], brands: Sequence[str], today: datetime.date) -> list[Diagnostic]:
        """Validate and lint handouts and brands, in every region that a brand uses; return the warnings.

        Reviews and support lines are as old as they are on `today`. Raises one error with all findings, if one is.
        """
        from bifolio.editorial.review import read_through
        from bifolio.editorial.search_texts import stray_synonyms

        brands = brands or self.repository.catalogue.brands
        every = items or all_items(self.repository, brands)
        asked = Request(tuple(items), tuple(brands))
        found = select(self.repository, asked, every, brands, keep_going=True)
        findings = [
            *self.warnings(found.clinics),
            *self.approvals.stale(found.handouts, found.clinics),
            *read_through(self.repository, found.handouts, found.regions.values(), today),
            *(() if items else stray_synonyms(self.repository)),
        ]
        refuse_errors(found.failures, findings)
        return findings

    def write_evidence_sheets(
        self, items: Sequence[str], brands: Sequence[str], folder: Path | None
    ) -> list[Path]:
        """Publish the evidence sheets of each handout; return the paths of the files."""
        from bifolio.build.sheets import evidence_sheets, publish_sheets

        request = Request(items=tuple(items), brands=tuple(brands))
        sheets = evidence_sheets(self.repository, request)
        return publish_sheets(self.pipeline, sheets, self._target(folder))

    # -- approval --------------------------------------------------------------------------------

    @cached_property
    def approvals(self) -> ProjectApprovals:
        """The approvals of all clinics."""
        from bifolio.editorial.approvals import ProjectApprovals

        return ProjectApprovals(self.repository, self._wording)

    def _wording(self, layout: LayoutInputs) -> str:
        return self.pipeline.stages.wording(layout)

    def approve(
        self,
        item: str,
        brand: str,
        by: str,
        on: str | datetime.date,
        region: str | None = None,
        language: str | None = None,
        based_on: str | None = None,
    ) -> ApprovalStatus:
        """Record a clinician's yes to what a handout says now; see `ProjectApprovals.approve`.

        The region and the language are the brand's own where none is named.
        """
        place = self.approvals.place(brand, region, language)
        request = Request(items=(item,), brands=(brand,), region=place[0], language=place[1])
        select(self.repository, request, (item,), (brand,))
        self.approvals.approve(item, brand, by, on, place, based_on)
        return Project(self.repository.root, memory=self.cache.memory).approvals.status(item, brand, *place)

    def approval_statuses(
        self, items: Sequence[str] = (), brands: Sequence[str] = (), failures: Failures = None
    ) -> list[ApprovalStatus]:
        """Return what each handout is to each brand; see `ProjectApprovals.statuses`."""
        return self.approvals.statuses(items, brands, failures)

    def changes(self, status: ApprovalStatus) -> list[Change]:
        """Return word by word what changed since a text was approved."""
        return self.approvals.changes(status)

    # -- brands ----------------------------------------------------------------------------------

    def add_table(self, table: Path) -> tuple[tuple[str, ...], list[Diagnostic]]:
        """Read a table of clinics; return the ids of those that can be built, and what is wrong with the others."""
        before = self.repository.guests
        self.repository, findings = with_sound_rows(self.repository, table)
        self.table = table.resolve()
        return tuple(name for name in self.repository.guests if name not in before), findings

    def new_brand(self, brand_id: str, *values: Any, **own: Any) -> list[Diagnostic]:
        """Make a brand, see `scaffold.new_brand`; return the warnings."""
        warnings = scaffold.new_brand(
            self.repository.root, self.repository.editions.font_files, brand_id, *values, **own
        )
        self.repository = Repository(self.repository.root, memory=self.cache.memory)
        return [*warnings, *self.warnings((brand_id,))]

    def colours(self, brand: str) -> Proof:
        """Measure a brand's colours: their contrast as they are, and what is printed in their place."""
        from bifolio.branding.proof_sheet import measured

        return measured(self.repository.brand(brand).color.given, self.repository.brand_files(brand).seeds)

    def proof(self, brand: str, edition: str | None = None, folder: Path | None = None) -> list[Path]:
        """Make the proof sheet of a brand and publish it beside its handouts; return its path."""
        from bifolio.build.sheets import proof_sheet, publish_sheets

        sheets = proof_sheet(self.repository, brand, edition)
        return publish_sheets(self.pipeline, sheets, self._target(folder), self.colours(brand))

    # -- one person's copy -----------------------------------------------------------------------

    def tailored(
        self,
        item: str,
        brand: str,
        tailoring: Tailoring,
        region: str | None = None,
        language: str | None = None,
        theme: str | None = None,
        tree: SourceTree | None = None,
        is_imposed: bool = False,
    ) -> tuple[bytes, list[Diagnostic]]:
        """Make one person's copy as a PDF; return it with the warnings. Nothing of it is kept anywhere.

        `tree` is the file of the tailoring, for findings to point at. With `is_imposed` the PDF is the sheets to print.
        """
        from bifolio.build.sheets import tailored_copy

        editions = (tailoring.edition,) if tailoring.edition else ()
        jobs = self.plan(Request((item,), (brand,), region, language, editions, theme, ("pdf",)))
        job = max(jobs, key=lambda one: one.is_imposed is is_imposed)
        return tailored_copy(self.pipeline, job, tailoring, tree)

    # -- what there is ---------------------------------------------------------------------------

    def rows(self, what: str, failures: Failures = None) -> list[tuple[str, str]]:
        """Return the names of what there is, each with a line about it; what is wrong is raised, or added to `failures`."""
        sort, about = overview.rows(self.repository)[what]
        wrong: list[BifolioError] = [] if failures is None else failures
        found = read_each(self.repository.catalogue.known(sort), about, wrong)
        if wrong and failures is None:
            raise together(wrong)
        return list(found.items())
