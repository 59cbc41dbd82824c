"""Prefetch: begin what a build will certainly want, while all else is still to be read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bifolio.build.batch_worker import preload
from bifolio.build.jobs import plan_project
from bifolio.build.pipeline import Pipeline
from bifolio.build.workers import WorkerProcesses
from bifolio.model.brand.clinic import Clinic
from bifolio.model.job import Job, Request
from bifolio.resolve import clinic_inputs, page_setup, resolve


def prefetch(pipeline: Pipeline, request: Request, changed: Collection[str]) -> None:
    """Begin to lay out the one handout that was asked for, or is among the `changed` files; where there are more to
    make, have a worker load what it makes them with.

    Raises BifolioError where anything of it cannot be read: the plan will say so.
    """
    workers, repository = pipeline.executor, pipeline.repository
    if not isinstance(workers, WorkerProcesses):
        return
    plan, paths = repository.plan, repository.catalogue.handouts
    items, brands = request.items or plan.items or tuple(paths), request.brands or plan.brands
    due = [item for item in items if len(items) == 1 or paths.get(item) in changed]
    if not (len(due) == len(brands) == 1 and "pdf" in (request.formats or plan.formats)):
        if workers.workers > 1:
            workers.submit(preload)
        return
    (item,), (brand,) = due, brands
    if job := _certain(request, item, brand, repository.brand(brand).clinic, pipeline):
        files = repository.brand_files(brand)
        setup = page_setup(repository, job, files)
        has_approval = (item, job.region, job.language) in files.approvals  # its line is a slot, too
        if len(items) == 1 and not has_approval:  # else the slots were set with other handouts
            pipeline.stages.inker(setup, clinic_inputs(repository, job, files), None)
        pipeline.stages.prefetch_styles(setup)
    for planned in plan_project(repository, replace(request, items=(item,), brands=(brand,))).jobs:
        if planned.format == "pdf":
            pipeline.stages.prefetch_pages(resolve(repository, planned))
            return


def _certain(request: Request, item: str, brand: str, clinic: Clinic, pipeline: Pipeline) -> Job | None:
    """Return the job of a page of any words, where there is one form to make; a booklet has others."""
    plan = pipeline.repository.plan
    own = (clinic.edition,) if clinic.edition else plan.editions
    editions = request.editions or own
    if len(editions) != 1:
        return None
    theme = request.theme or clinic.theme or plan.theme
    region = request.region or clinic.region or plan.region
    return Job(item, editions[0], theme, region, request.language or plan.language, brand, "pdf")
