"""The processes of a build: one that lays pages out for this one, or one for each core that make whole batches.

The layout engine takes most of a second to load. A worker that starts with the command loads it while the content
is still being read, so a single handout waits for the longer of the two and not for both. Where there is more to
make, each worker makes whole batches with a pipeline of its own, which keeps fonts, styles and templates from one
batch to the next.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from bifolio.build.scheduler import Batch, BatchResult, BatchWorkers, BuildContext
from bifolio.core.files import ENGINE
from bifolio.core.process_pool import InlineExecutor, ProcessPool
from bifolio.layout.pages import warm_up

T = TypeVar("T")


class WorkerProcesses(BatchWorkers):
    """Worker processes on this machine: one at first, others when batches wait; those that die are replaced."""

    def __init__(self, fonts: Path, workers: int) -> None:
        self.workers = workers
        self.pool = ProcessPool(
            workers, initializer=warm_up, initargs=(fonts,), preload=("bifolio.layout.pages",)
        )
        self.pool.start()

    @property
    def process_ids(self) -> list[int]:
        """The ids of the processes that are there."""
        return self.pool.process_ids

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run something in the first worker; it remembers the styles that it has read."""
        return self.pool.schedule(partial(fn, **kwargs), *args, worker=0)

    def make(self, context: BuildContext, batch: Batch) -> Future[BatchResult]:
        """Begin one batch, in the first worker that is free; it keeps the pipeline for the next."""
        from bifolio.build.batch_worker import make_batch  # late: it loads what makes files

        return self.pool.submit(make_batch, context, batch.jobs)

    def stop(self) -> None:
        """End the workers, whatever they do."""
        self.pool.stop()


@contextmanager
def workers(fonts: Path, count: int = 1) -> Iterator[Executor]:
    """Start workers that load the layout engine with these fonts; stop them at the end.

    One lays pages out for this process; several make whole batches.
    """
    gc.set_threshold(400_000, 20, 20)  # mostly imports and boxes that live to the end: look less often
    if count == 1 and sys.platform != "linux":  # a fork server takes as long to start as is won
        yield InlineExecutor()
        return
    processes = WorkerProcesses(fonts, count)
    try:
        yield processes
    finally:
        processes.stop()


def cores() -> int:
    """Return how many processes can run at once."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def fonts_of(project: Path) -> Path:
    """Return the folder of fonts that a project's styles bring, or the engine's own."""
    own = project.resolve() / "styles" / "fonts"
    return own if own.is_dir() else ENGINE / "styles" / "fonts"
