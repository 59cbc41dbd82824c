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
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bifolio.core.process_pool import InlineExecutor, ProcessPool
from bifolio.layout.pages import warm_up

if TYPE_CHECKING:  # late: a worker that only lays pages out needs none of them
    from bifolio.build.jobs import Job
    from bifolio.build.pipeline import Workshop
    from bifolio.build.scheduler import Batch, Delivery, Rack, Site

T = TypeVar("T")

SameProcess = InlineExecutor


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
        self.pool = ProcessPool(
            hands, initializer=warm_up, initargs=(fonts,), preload=("bifolio.layout.pages",)
        )
        self.pool.start()

    @property
    def processes(self) -> list[int]:
        """The process ids of those that are there."""
        return self.pool.process_ids

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have the first worker do something; it remembers the styles that it has read."""
        return self.pool.schedule(partial(fn, **kwargs), *args, worker=0)

    def make(self, site: Site, batch: Batch) -> Future[Delivery]:
        """Begin one batch, in the first worker that is free."""
        return self.pool.submit(_make, site.path, batch.jobs)

    def stop(self) -> None:
        """End the workers, whatever they do."""
        self.pool.stop()


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
