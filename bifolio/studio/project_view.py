"""Project view: a project in one state of its files, perhaps with unsaved files over them → jobs and pages.

It never changes, so it may hold what it made by name. What a page of the studio shows of it is in `pages/`.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, get_args

from bifolio.app import Project
from bifolio.core.diagnostics import BifolioError, Diagnostic, RequestError, shorten
from bifolio.core.files import Overlay
from bifolio.formats import pdf
from bifolio.model.edition import Kind
from bifolio.model.job import Job, Request
from bifolio.model.project import Format
from bifolio.resolve import resolve
from bifolio.studio import file_names
from bifolio.studio.query import Query
from bifolio.studio.response_cache import answer_fingerprint

SHEETS = "sheets"
"""The arrangement of pages on sheets to print."""

_PICTURES = {"png": "first page", "cover": "cover"}

MAX_PDF_BYTES = 48_000_000
"""Bytes of the PDFs that a view holds."""


class ProjectView:
    """One state of a project, which `stamp` stands for."""

    def __init__(self, project: Project, stamp: str) -> None:
        self.stamp = stamp
        self.project = project
        self.repository = project.repository
        self._pdfs: OrderedDict[Job, bytes] = OrderedDict()
        self._jobs: dict[Query, Job] = {}
        self._approval_states: dict[str, dict[str, str]] = {}

    def with_overlay(self, overlay: Overlay) -> ProjectView:
        """Return the same project with unsaved files over it."""
        return ProjectView(self.project.with_overlay(overlay), self.stamp)

    def cached(self, what: str, key: object, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return an answer from the disk cache, where it stands for this state of the project, or make it."""
        mark = answer_fingerprint(self.stamp, what, key)
        if body := self.project.cache.find(mark):
            return dict(json.loads(body))
        made = make()
        self.project.cache.keep(mark, json.dumps(made).encode())
        return made

    # -- what there is ---------------------------------------------------------------------------

    def names(self, what: str, title: Callable[[str], str]) -> list[dict[str, str]]:
        """Return the id and the name of all there is of one sort; what is broken goes by its id."""
        found = []
        for name in self.repository.catalogue.known(what):
            try:
                found.append({"id": name, "name": title(name)})
            except BifolioError:
                found.append({"id": name, "name": name})
        return found

    def brands(self) -> list[dict[str, str]]:
        """Return the id and the name of each clinic."""
        return self.names("brand", lambda name: self.repository.brand(name).name)

    def items_of(self, brand: str | None) -> list[str]:
        """Return the handouts that a clinic sees: the library's and its own."""
        catalogue = self.repository.catalogue
        return [item for item in catalogue.known("item") if catalogue.owner(item) in (None, brand)]

    def first_brand(self) -> str | None:
        """Return the clinic that is shown where none is named."""
        there = self.repository.catalogue.brands
        planned = [name for name in self.repository.plan.brands if name in there]
        return next(iter((*planned, *there)), None)

    def region_of(self, brand: str) -> str:
        """Return the region of a clinic."""
        return self.repository.brand(brand).clinic.region or self.repository.plan.region

    def approval_states(self, brand: str | None) -> dict[str, str]:
        """Return the approval state of each handout of a clinic, in the clinic's own region."""
        if brand is None:
            return {}
        if brand not in self._approval_states:
            region = self.region_of(brand)
            statuses = self.project.approval_statuses(self.items_of(brand), (brand,))
            self._approval_states[brand] = {
                status.item: status.state for status in statuses if status.region == region
            }
        return self._approval_states[brand]

    def sample(self) -> str:
        """Return the handout on which a clinic is shown: a leaflet, as it has most of the clinic's places."""
        catalogue = self.repository.catalogue
        items = [item for item in self.repository.plan.items if catalogue.has("item", item)]
        items += catalogue.known("item")
        return next((item for item in items if self._is_leaflet(item)), items[0])

    def _is_leaflet(self, item: str) -> bool:
        try:
            return self.repository.handout(item).kind == "leaflet"
        except BifolioError:  # the shelf reports what is wrong with it
            return False

    def default_edition(self, brand: str | None, kind: Kind) -> str | None:
        """Return the edition in which a handout is first shown: the clinic's, the project's, or one that suits."""
        catalogue = self.repository.catalogue
        own = self.repository.brand(brand).clinic.edition if brand else None
        wished = (own, *self.repository.plan.editions, *catalogue.editions)
        there = [name for name in wished if name in catalogue.editions]
        better = [self.repository.edition(name).instead.get(kind, name) for name in there]
        return next((name for name in better if self.repository.edition(name).suits(kind)), None)

    # -- jobs --------------------------------------------------------------------------------------

    def job(self, query: Query) -> Job:
        """Return the job of a query; everything that it names is read and checked first."""
        if query not in self._jobs:
            self._jobs[query] = self._job(query)
        return self._jobs[query]

    def _job(self, query: Query) -> Job:
        if query.file is None:
            edition = query.edition
            if edition is None and query.item in self.repository.catalogue.handouts:
                kind = self.repository.handout(query.item).kind
                edition = self.default_edition(query.brand or self.first_brand(), kind)
            jobs = self._plan(query, (edition,) if edition else (), ("pdf",))
            return max(jobs, key=lambda job: job.is_imposed is (query.arrangement == SHEETS))
        files = self.files(query)
        if query.file not in files:
            raise RequestError(
                Diagnostic(
                    "studio.no-file",
                    f'there is no file "{shorten(query.file)}"',
                    help="reload the page, and choose again",
                )
            )
        return files[query.file]

    def files(self, query: Query) -> dict[str, Job]:
        """Return every file that can be had of a handout: all editions as PDF, and each other format once."""
        kind = self.repository.handout(query.item).kind
        editions = self.repository.catalogue.editions
        suiting = tuple(name for name in editions if self.repository.edition(name).suits(kind))
        jobs = list(self._plan(query, suiting, ("pdf",)))
        if others := tuple(form for form in get_args(Format) if form != "pdf"):
            usual = self.default_edition(query.brand or self.first_brand(), kind)
            jobs += self._plan(query, (usual,) if usual else (), others)
        return {file_name(job): job for job in jobs}

    def _plan(self, query: Query, editions: tuple[str, ...], formats: tuple[Format, ...]) -> tuple[Job, ...]:
        request = Request(
            items=(query.item,),
            brands=(query.brand,) if query.brand else (),
            region=query.region,
            language=query.language,
            editions=editions,
            theme=query.theme,
            formats=formats,
        )
        return self.project.plan(request)

    # -- making ------------------------------------------------------------------------------------

    def file(self, query: Query) -> tuple[str, bytes]:
        """Return the name of a finished, verified file, and the file."""
        job = self.job(query)
        return self.title_of(job), self.project.pipeline.make(job).body

    def title_of(self, job: Job) -> str:
        """Return the name under which somebody downloads a file; it says the form where that is not the usual one."""
        handout, edition = self.repository.handout(job.item), self.repository.edition(job.edition)
        parts = [handout.title, self.repository.brand(job.brand).name]
        if job.format in _PICTURES:
            parts.append(_PICTURES[job.format])
        elif job.format == "pdf":
            usual = self.default_edition(job.brand, handout.kind)
            parts += [] if job.edition == usual else [edition.name]
            parts += ["to read"] if edition.imposition and not job.is_imposed else []
        return file_names.file_name(*parts, suffix=job.path.rpartition(".")[2])

    def pdf(self, query: Query) -> bytes:
        """Return a PDF to look at, not verified. The last few are held, so that turning a page lays nothing out."""
        job = self.job(query)
        body = self._pdfs.pop(job, None) or self.preview(job)
        self._pdfs[job] = body
        while len(self._pdfs) > 1 and sum(map(len, self._pdfs.values())) > MAX_PDF_BYTES:
            self._pdfs.popitem(last=False)
        return body

    def preview(self, job: Job) -> bytes:
        """Return the PDF of a job for one look on a screen, not verified and not held."""
        return pdf.preview(resolve(self.repository, job), self.project.pipeline.stages)


def file_name(job: Job) -> str:
    """Return the name of a job's file in a build, by which a page asks for it."""
    return job.path.rpartition("/")[2]
