"""What a worker process does for a build: it makes batches, with a pipeline that it keeps from one to the next."""

from __future__ import annotations

from bifolio.build.pipeline import Pipeline
from bifolio.build.scheduler import BatchResult, BuildContext
from bifolio.build.staging import StagingArea
from bifolio.content.repository import Repository
from bifolio.core.cache import Cache
from bifolio.formats import stages
from bifolio.model.job import Job


def preload() -> None:
    """Load what batches are made with, while there are none yet: this module, and what finishes a file."""
    stages.preload()


def make_batch(context: BuildContext, jobs: tuple[Job, ...]) -> BatchResult:
    """Make the jobs of a batch, in the worker."""
    pipeline, staging = _opened(context)
    return pipeline.make_batch(jobs, staging.put)


_open: tuple[BuildContext, Pipeline, StagingArea] | None = None


def _opened(context: BuildContext) -> tuple[Pipeline, StagingArea]:
    """Return the pipeline of a build; it stays until another build asks, and what it knows goes on to that."""
    global _open  # noqa: PLW0603 - a process has one, and a task brings only plain values
    if _open is None or _open[0] != context:
        memory = _open[1].cache.memory if _open else None
        cache = Cache(context.cache, memory, since=context.since)
        repository = Repository(context.root, memory=cache.memory)
        if context.table:
            repository, _ = repository.with_table(context.table)
        _open = context, Pipeline(repository, cache), StagingArea(context.staging)
    return _open[1:]
