"""Pipeline: THE MAIN PATH, from a job to a finished file, and from many jobs to what stands in output/.

    load → validate → resolve → compose → lay out → ink → impose → verify → publish

`resolve` loads and validates; each format composes, lays out, inks and imposes by the stages that all share, and
verifies what came of it. Everything kept is addressed by what it was made from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from bifolio.build.build_record import BuildRecord
from bifolio.build.publish import publish, standing
from bifolio.build.scheduler import (
    Batch,
    BatchResult,
    BatchWorkers,
    BuildContext,
    Prepared,
    batches,
    run,
)
from bifolio.build.selection import together
from bifolio.build.shelves import shelves
from bifolio.build.staging import StagingArea, staging_area
from bifolio.content.repository import Repository
from bifolio.core.atomic_writes import expect_writable
from bifolio.core.cache import Cache
from bifolio.core.diagnostics import BifolioError, Diagnostic
from bifolio.core.fingerprints import engine_version
from bifolio.core.process_pool import InlineExecutor
from bifolio.core.versions import only_writer
from bifolio.formats.makers import maker
from bifolio.formats.stages import Stages
from bifolio.model.artifact import Artifact
from bifolio.model.job import Job
from bifolio.resolve import Inputs, resolve


class Pipeline:
    """Makes the files of one project. Pages are laid out by `executor`, in this process or beside it."""

    def __init__(self, repository: Repository, cache: Cache, executor: Executor | None = None) -> None:
        self.repository = repository
        self.cache = cache
        self.executor = executor or InlineExecutor()
        self.stages = Stages(cache, self.executor, repository.files)
        self.made = 0
        """Files that were not found but made."""
        self._prepared: dict[Job, Inputs] = {}

    def make(self, job: Job) -> Artifact:
        """Make one file, verified. Raises BifolioError with all that is wrong."""
        prepared = self._prepared.pop(job, None)
        return self.make_from(prepared or resolve(self.repository, job))

    def make_from(self, inputs: Inputs) -> Artifact:
        """Make one file from what its job was resolved to, or find it made from the same."""
        fingerprint = self.stages.fingerprint(inputs)
        if stored := self.cache.find(fingerprint):
            return Artifact.from_bytes(inputs.job.path, fingerprint, stored)
        self.made += 1
        artifact = maker(inputs.job.format)(inputs, self.stages)  # compose → … → verify
        if artifact.rows is not None and self.repository.files.is_consistent:
            self.cache.keep(fingerprint, artifact.to_bytes())
        return artifact

    def make_batch(self, jobs: Iterable[Job], keep: Callable[[Artifact], Artifact]) -> BatchResult:
        """Make the jobs of a batch, and `keep` each file; what goes wrong with one stops no other."""
        before, artifacts, failures = self.made, [], []
        for job in jobs:
            try:
                artifacts.append(keep(self.make(job)))
            except BifolioError as failure:
                failures.append(failure)
        return BatchResult(tuple(artifacts), tuple(failures), self.made - before)

    def prepare(self, job: Job) -> Prepared:
        """Return what file a job would make, and which work it shares with others."""
        try:
            inputs = self._prepared[job] = resolve(self.repository, job)
        except BifolioError:  # whoever makes it will say so
            return Prepared(job, None, job, job.brand, 1)
        setup, length = inputs.layout.setup, self.repository.handouts.length(job.item)
        slots = setup.fingerprint, inputs.clinic.fingerprint
        return Prepared(job, self.stages.fingerprint(inputs), inputs.layout.fingerprint, slots, length)


class Built(NamedTuple):
    """What a build did."""

    files: list[Path]
    warnings: list[Diagnostic]
    made: int
    """How many files were not found in the cache but made."""
    failure: BifolioError | None = None
    """What is wrong with those that were asked for and are not among the files."""


def build(
    pipeline: Pipeline,
    jobs: Sequence[Job],
    target: Path,
    on_batch: Callable[[Batch], None],
    record: BuildRecord | None = None,
    table: Path | None = None,
    *,
    keep_going: bool = False,
) -> Built:
    """Make jobs and publish their files. `on_batch` is called with each batch that is done.

    Nothing is published when one of them has a fault; with `keep_going`, whatever has none. With a `record`, files
    that stand as an earlier build made them are not made again. `table` is that of clinics without a folder.
    """
    expect_writable(target)
    stood = standing(target)
    prepared = [pipeline.prepare(job) for job in jobs]
    as_made = _as_made(prepared, target, stood, record) if not pipeline.cache.since else {}
    waiting = batches(one for one in prepared if one.job.path not in as_made)
    with staging_area(pipeline.cache.folder) as staging:
        results = _run(pipeline, waiting, staging, table, on_batch)
        artifacts = [artifact for result in results for artifact in result.artifacts]
        failures = [failure for result in results for failure in result.failures]
        if failures and not (keep_going and artifacts):
            raise together(failures)
        asked = {job.path for job in jobs}
        lost: list[BifolioError] = []
        pages = shelves(pipeline.repository, pipeline.stages, artifacts, stood, target, asked, lost)
        failures += lost
        if lost and not keep_going:
            raise together(lost)
        with only_writer(pipeline.repository.root) as owner:
            publish([*artifacts, *pages], target, engine_version(), owner=owner)
    pipeline.cache.clean()
    for artifact in artifacts if record else ():
        if record and artifact.rows is not None:
            record.remember(target / artifact.path, artifact.fingerprint, artifact.rows)
    found = [Diagnostic.of_row(row) for rows in as_made.values() for row in rows]
    found += [warning for artifact in (*artifacts, *pages) for warning in artifact.warnings]
    warnings = {(warning.where, warning.message): warning for warning in found}
    paths = dict.fromkeys((*as_made, *(artifact.path for artifact in (*artifacts, *pages))))
    made = sum(result.made for result in results)
    return Built(
        [target / path for path in paths],
        list(warnings.values()),
        made,
        together(failures) if failures else None,
    )


def _as_made(
    prepared: Iterable[Prepared], target: Path, stood: Mapping[str, Any], record: BuildRecord | None
) -> dict[str, Sequence[Any]]:
    """Return the files that stand as an earlier build made them of the same, with what was odd about each."""
    found: dict[str, Sequence[Any]] = {}
    for one in prepared if record else ():
        path = one.job.path
        if record and one.fingerprint and path in stood:
            warnings = record.recall(target / path, one.fingerprint)
            found |= {path: warnings} if warnings is not None else {}
    return found


_builds = count()


def _run(
    pipeline: Pipeline,
    waiting: Sequence[Batch],
    staging: StagingArea,
    table: Path | None,
    on_batch: Callable[[Batch], None],
) -> list[BatchResult]:
    """Make batches: by workers, each with a pipeline of its own, or one after another here."""
    workers, cache = pipeline.executor, pipeline.cache
    if len(waiting) > 1 and isinstance(workers, BatchWorkers) and workers.workers > 1:
        root = pipeline.repository.root
        context = BuildContext(next(_builds), root, cache.folder, cache.since, staging.folder, table)
        return run(
            waiting,
            lambda batch: workers.make(context, batch),
            workers.workers,
            on_batch,
            lambda done, batch: workers.take(done, batch, context),
            workers.lost_errors,
            ready=1,
        )
    here = InlineExecutor()
    return run(waiting, lambda batch: here.submit(pipeline.make_batch, batch.jobs, staging.put), 1, on_batch)
