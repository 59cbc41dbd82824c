"""Files that no plan holds: sheets for the clinic itself, and one person's copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bifolio.branding.proof_sheet import NAME, Proof, in_grey, sample
from bifolio.build.jobs import plan
from bifolio.build.pipeline import Pipeline
from bifolio.build.publish import publish, standing
from bifolio.build.selection import select
from bifolio.content.repository import Repository
from bifolio.core.atomic_writes import expect_writable
from bifolio.core.cache import Cache
from bifolio.core.diagnostics import Diagnostic, RequestError
from bifolio.core.fingerprints import engine_version
from bifolio.core.source_tree import SourceTree
from bifolio.core.versions import only_writer
from bifolio.editorial import evidence_sheet
from bifolio.editorial.tailoring import refused, tailor
from bifolio.formats import pdf
from bifolio.model.handout import Handout
from bifolio.model.job import Job, Request
from bifolio.model.tailoring import Tailoring
from bifolio.resolve import resolve


def evidence_sheets(repository: Repository, request: Request) -> dict[Job, Handout]:
    """Return the evidence sheets of the handouts of a request in order, each with the job that makes it."""
    project = repository.plan
    found = select(repository, request, request.items, request.brands or project.brands)
    sheets = evidence_sheet.evidence_sheets(repository, found.handouts, next(iter(found.regions.values())))
    names = list(sheets)
    jobs = plan(replace(request, formats=("pdf",)), project, sheets, found.clinics, found.editions)
    jobs_in_order = sorted(jobs, key=lambda job: (job.brand, names.index(job.item)))
    return {job: sheets[job.item] for job in jobs_in_order}


def proof_sheet(repository: Repository, brand: str, edition: str | None = None) -> dict[Job, Handout]:
    """Return the proof sheet of a brand with the job that makes it."""
    project = repository.plan
    request = Request(brands=(brand,), editions=(edition,) if edition else (), formats=("pdf",))
    found = select(repository, request, (), (brand,))
    labels = repository.locale(project.language).labels
    samples = map(repository.handout, repository.catalogue.handouts)
    sheet = sample(samples, labels["proof_title"], labels["proof_summary"])
    return {plan(request, project, {NAME: sheet}, found.clinics, found.editions)[0]: sheet}


def publish_sheets(
    pipeline: Pipeline, sheets: Mapping[Job, Handout], target: Path, proof: Proof | None = None
) -> list[Path]:
    """Make sheets, each by its job, and publish them; return the paths of the files.

    `proof` is what a proof sheet shows beside its blocks. Sheets of a handout that it had before and has no more are
    removed.
    """
    expect_writable(target)
    repository, made = pipeline.repository, []
    for job, sheet in sheets.items():
        shown = proof and replace(proof, greys=in_grey(_without_greys(pipeline, job, sheet, proof)))
        made.append(pipeline.make_from(resolve(repository, job, sheet, "sheet", shown)))
    had = {
        path.relative_to(target).as_posix()
        for job in sheets
        for path in (target / job.path).parent.glob(
            f"{job.item}-[0-9]*{Path(job.path).name.removeprefix(job.item)}"
        )
    }
    with only_writer(repository.root) as owner:
        return publish(made, target, engine_version(), had & {*standing(target)}, owner)


def _without_greys(pipeline: Pipeline, job: Job, sheet: Handout, proof: Proof) -> bytes:
    """Return a proof sheet as it is before its own pages stand on it in grey."""
    return pipeline.make_from(resolve(pipeline.repository, job, sheet, "sheet", proof)).body


def tailored_copy(
    pipeline: Pipeline, job: Job, tailoring: Tailoring, tree: SourceTree | None = None
) -> tuple[bytes, list[Diagnostic]]:
    """Make one person's copy as a PDF; return it with the warnings. Nothing of it is kept anywhere.

    `tree` is the file that the tailoring stands in, for findings to point at.
    """
    repository = pipeline.repository
    handout = repository.open_handout(job.item)
    if findings := list(refused(handout, tailoring, tree)):
        raise RequestError(findings)
    copy = tailor(handout, tailoring, repository.locale(job.language).labels)
    inputs = resolve(repository, job, copy, "tailored copy" if copy != handout.saying() else "handout")
    # A memory of its own, which goes with it, and a cache that keeps nothing.
    forgetful = Pipeline(repository, Cache(pipeline.cache.folder, keeps=False), pipeline.executor)
    artifact = pdf.make(inputs, forgetful.stages)
    # How pages break is an author's care: whoever makes one copy cannot mend it.
    return artifact.body, [one for one in artifact.warnings if not one.code.startswith("page.")]
