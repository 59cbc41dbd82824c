"""Workers: processes that make whole batches, or lay pages out, beside the one that was started.

The layout engine takes most of a second to load. A worker that starts with the command loads it while the content
is still being read, so a single handout waits for the longer of the two and not for both. Where there is more to
make, there are as many workers as cores, and each makes whole batches with a pipeline of its own, which keeps
fonts, styles and templates from one batch to the next.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from bifolio.build.scheduler import Batch, BatchResult, BatchWorkers, BuildContext, InlineExecutor

T = TypeVar("T")


class WorkerProcesses(BatchWorkers):
    """Worker processes on this machine: one at first, others when batches wait; those that die are replaced."""

    def __init__(self, fonts: Path, workers: int) -> None:
        self.workers = workers
        self._fonts = fonts
        self._at_work = [_Worker(fonts)]

    @property
    def process_ids(self) -> list[int]:
        """The ids of the processes that are there."""
        return [process for worker in self._at_work for process in worker.process_ids]

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have the first worker do something."""
        return self._at_work[0].do(0, fn, *args, **kwargs)

    def make(self, context: BuildContext, batch: Batch) -> Future[BatchResult]:
        """Begin one batch, in a pipeline that the worker keeps for the next."""
        from bifolio.build.batch_worker import make_batch  # late: it loads what makes files

        freest = min(self._at_work, key=lambda worker: worker.load)
        if freest.is_busy and len(self._at_work) < self.workers:
            freest = _Worker(self._fonts)
            self._at_work.append(freest)
        return freest.do(batch.weight, make_batch, context, batch.jobs)

    def stop(self) -> None:
        """End the workers, whatever they do."""
        for worker in self._at_work:
            worker.end()
        for worker in self._at_work:
            worker.pool.shutdown(cancel_futures=True)  # without waiting, Python 3.11 complains at exit


class _Worker:
    """A pool of one process, which is lost with its own work only, and what it was given to do."""

    def __init__(self, fonts: Path) -> None:
        self._fonts = fonts
        self._given: dict[Future[Any], float] = {}
        self.pool = self._start()

    @property
    def process_ids(self) -> list[int]:
        return list(self.pool._processes or ())  # noqa: SLF001 - nothing else tells

    @property
    def is_busy(self) -> bool:
        return not all(work.done() for work in self._given)

    @property
    def load(self) -> float:
        """How much it has still to do, by weight."""
        return sum(weight for work, weight in self._given.items() if not work.done())

    def do(self, weight: float, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have it do something, after all else that it was given."""
        try:
            work = self.pool.submit(fn, *args, **kwargs)
        except BrokenProcessPool:  # it was killed
            self.pool = self._start()
            work = self.pool.submit(fn, *args, **kwargs)
        # What is done is dropped: it holds whole files.
        self._given = {one: its for one, its in self._given.items() if not one.done()} | {work: weight}
        return work

    def end(self) -> None:
        """End it, whatever it does."""
        for child in list((self.pool._processes or {}).values()):  # noqa: SLF001 - 3.14: terminate_workers
            child.terminate()

    def _start(self) -> ProcessPoolExecutor:
        # macOS cannot fork a process safely in which its own libraries are at work; a fork server has none.
        how = "fork" if sys.platform == "linux" else "forkserver"
        pool = ProcessPoolExecutor(1, multiprocessing.get_context(how), _warm_up, (self._fonts,))
        pool.submit(_ready)  # the first task starts the process
        return pool


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
    return own if own.is_dir() else Path(__file__).resolve().parents[2] / "styles" / "fonts"


# -- in the worker -------------------------------------------------------------------------------


def _warm_up(fonts: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who asked
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    from bifolio.layout.pages import warm_up

    warm_up(fonts)


def _leave_with_parent() -> None:
    """End with the process that started this one; a pool's worker would wait for work forever."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "this runs in a child"
    parent.join()
    os._exit(1)


def _ready() -> None:
    """Do nothing, in the worker."""
