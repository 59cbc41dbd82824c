"""Worker: processes that make files, or lay their pages out, beside the one that was started.

The layout engine takes most of a second to load. A worker that starts with the command loads it while the
content is still being read, so a single handout waits for the longer of the two and not for both; what
the office begins early (a clinic's slots, the one handout that changed) is laid out meanwhile, too. Where
there is more to make, there are as many workers as cores, and each makes whole batches with a workshop of
its own, which keeps fonts, styles and templates from one batch to the next.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:  # late: a worker that only lays out needs none of them
    from bifolio.build.jobs import Job
    from bifolio.build.pipeline import Workshop
    from bifolio.build.scheduler import Batch, Delivery, Rack, Site

T = TypeVar("T")


class SameProcess(Executor):
    """Does the work at once, here: for tests, and where processes cannot be forked."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run `fn` and give its result as a future that is done."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - the future carries it to who asks
            future.set_exception(error)
        return future


class Crew(Executor):
    """Hands that make whole batches, several at once."""

    hands: int
    """How many batches are made at once."""
    lost: tuple[type[Exception], ...] = (BrokenExecutor,)
    """What tells that a worker died, and nothing of its work."""

    def make(self, site: Site, batch: Batch) -> Future[Any]:
        """Begin one batch; `take` gives what came of it."""
        raise NotImplementedError

    def take(self, done: Future[Any], batch: Batch, site: Site) -> Delivery:
        """Give what came of a batch, with its files on the rack beside the site."""
        del batch, site
        delivery: Delivery = done.result()
        return delivery


class Processes(Crew):
    """Worker processes on this machine: one at first, others when batches wait; those that die are replaced."""

    def __init__(self, fonts: Path, hands: int) -> None:
        self.hands = hands
        self._fonts = fonts
        self._at_work = [_Hand(fonts)]

    @property
    def processes(self) -> list[int]:
        """The process ids of those that are there."""
        return [process for hand in self._at_work for process in hand.processes]

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have the first worker do something."""
        return self._at_work[0].do(0, fn, *args, **kwargs)

    def make(self, site: Site, batch: Batch) -> Future[Delivery]:
        """Begin one batch, in a workshop that the worker keeps for the next."""
        freest = min(self._at_work, key=lambda hand: hand.load)
        if freest.is_busy and len(self._at_work) < self.hands:
            freest = _Hand(self._fonts)
            self._at_work.append(freest)
        return freest.do(batch.weight, _make, site.path, batch.jobs)

    def stop(self) -> None:
        """End the workers, whatever they do."""
        for hand in self._at_work:
            hand.end()
        for hand in self._at_work:
            hand.pool.shutdown(cancel_futures=True)  # without waiting, Python 3.11 complains at exit


class _Hand:
    """A pool of one worker process, which is lost with its own work only, and what it was given to do."""

    def __init__(self, fonts: Path) -> None:
        self._fonts = fonts
        self._given: dict[Future[Any], float] = {}
        self.pool = self._start()

    @property
    def processes(self) -> list[int]:
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
        # What is done is forgotten: it holds whole files.
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
def workers(fonts: Path, hands: int = 1) -> Iterator[Executor]:
    """Start workers that load the layout engine with these fonts; stop them at the end.

    One lays pages out for this process; several make whole batches.
    """
    gc.set_threshold(400_000, 20, 20)  # mostly imports and boxes that live to the end: look less often
    if hands == 1 and sys.platform != "linux":  # a fork server takes as long to start as is won
        yield SameProcess()
        return
    crew = Processes(fonts, hands)
    try:
        yield crew
    finally:
        crew.stop()


def cores() -> int:
    """Tell how many processes can run at once."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def fonts_of(project: Path) -> Path:
    """Give the folder of fonts that a project's styles bring, or the engine's own."""
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


def get_ready() -> None:
    """Load what batches are made with, while there are none yet."""
    from bifolio.build.pipeline import get_ready

    get_ready()


def _make(site: Path, jobs: tuple[Job, ...]) -> Delivery:
    shop, rack = _shop_at(site)
    return shop.deliver(jobs, rack)


_kept: tuple[Path, Workshop, Rack] | None = None


def _shop_at(path: Path) -> tuple[Workshop, Rack]:
    """Give the workshop of a build; it stays until another build asks."""
    global _kept  # noqa: PLW0603 - a process has one, and a task brings only plain values
    if _kept is None or _kept[0] != path:
        from bifolio.build.pipeline import Workshop
        from bifolio.build.scheduler import Rack, Site
        from bifolio.content.repository import Library
        from bifolio.core.cache import Store

        site = Site.open(path)
        store = Store(site.store, since=site.since)
        library = Library(site.root)
        if site.table:
            library.receive(site.table)
        _kept = path, Workshop(library, store, None, site.snapshot), Rack(path.parent)
    return _kept[1:]
