"""Plan: what was asked for → jobs, one for each file to make. Starts nothing, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import NamedTuple

from bifolio.build.selection import select, together
from bifolio.content.repository import Repository
from bifolio.core.diagnostics import BifolioError, Diagnostic, RequestError
from bifolio.model.brand.clinic import Clinic
from bifolio.model.edition import Edition
from bifolio.model.handout import Handout
from bifolio.model.job import Form, Job, Request
from bifolio.model.project import Format, Plan

_FORMS: Mapping[Format, tuple[Form, ...]] = {
    "pdf": ("pdf",),
    "epub": ("epub",),
    "html": ("html",),
    "png": ("png", "cover"),
}


class Planned(NamedTuple):
    """What a build will make."""

    jobs: tuple[Job, ...]
    failures: tuple[BifolioError, ...] = ()
    """What is wrong with all that was asked for and has no job."""


def plan_project(repository: Repository, request: Request, *, keep_going: bool = False) -> Planned:
    """Return the jobs of a request; everything that it names is read and checked first.

    Raises one error with all that is wrong; with `keep_going` only if there is nothing left to make.
    """
    project = repository.plan
    owner = repository.catalogue.owner
    brands = request.brands or project.brands
    items = request.items or project.items or all_items(repository, brands)
    if not items:
        raise RequestError(
            Diagnostic(
                "plan.no-handouts",
                "there are no handouts in content/handouts",
                help="put a file there that ends in .yaml; content/schema/ says what it may hold",
            )
        )
    selection = select(repository, request, items, brands, keep_going=keep_going)
    jobs = plan(request, project, selection.handouts, selection.clinics, selection.editions)
    jobs = tuple(
        job
        for job in jobs
        if owner(job.item) in (None, job.brand) and (job.item, job.region) not in selection.unsaid
    )
    if not jobs and selection.failures:
        raise together(selection.failures)
    if not jobs:
        raise RequestError(
            Diagnostic(
                "plan.nothing",
                "nothing to make: no edition asked for suits these handouts",
                help="see python build.py list editions",
            )
        )
    return Planned(jobs, selection.failures)


def all_items(repository: Repository, brands: Collection[str]) -> tuple[str, ...]:
    """Return the handouts of the library, and those that one of these clinics has of its own."""
    owner = repository.catalogue.owner
    return tuple(item for item in repository.catalogue.handouts if owner(item) in (None, *brands))


def plan(
    request: Request,
    project: Plan,
    handouts: Mapping[str, Handout],
    clinics: Mapping[str, Clinic],
    editions: Mapping[str, Edition],
) -> tuple[Job, ...]:
    """Return the jobs in the order in which they are made: all brands of one layout beside each other.

    `handouts`, `clinics` and `editions` hold the models of everything that the request may name.
    """
    jobs = set()
    for brand, clinic in clinics.items():
        for item, handout in handouts.items():
            # Who asks for A4 by name gets A4; else a booklet comes as one.
            named = [
                name if request.editions else editions[name].instead.get(handout.kind, name)
                for name in _editions(request, project, clinic)
            ]
            suiting = [name for name in named if editions[name].suits(handout.kind)]
            for form in (form for made in request.formats or project.formats for form in _FORMS[made]):
                # What has no pages goes with the first edition: it names its pages, or shows the first.
                for edition in suiting if form == "pdf" else suiting[:1]:
                    job = Job(
                        item=item,
                        edition=edition,
                        theme=request.theme or clinic.theme or project.theme,
                        region=request.region or clinic.region or project.region,
                        language=request.language or project.language,
                        brand=brand,
                        format=form,
                    )
                    jobs.add(job)
                    if editions[edition].imposition and form == "pdf":
                        jobs.add(replace(job, is_imposed=True))
    return tuple(sorted(jobs))


def _editions(request: Request, project: Plan, clinic: Clinic) -> tuple[str, ...]:
    if request.editions:
        return request.editions
    return (clinic.edition,) if clinic.edition else project.editions
