"""Worker: a second process that lays pages out while this one reads, checks and inks.

The layout engine takes most of a second to load. A worker that starts with the command loads it while the
content is still being read, so a single handout waits for the longer of the two and not for both.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

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


@contextmanager
def worker(fonts: Path) -> Iterator[Executor]:
    """Start a worker that loads the layout engine with these fonts; stop it at the end."""
    gc.set_threshold(100_000, 20, 20)  # mostly imports and boxes that live to the end: look less often
    if sys.platform != "linux":  # macOS cannot fork safely, and spawning costs what would be won
        yield SameProcess()
        return
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("fork"), _warm_up, (fonts,))
    try:
        pool.submit(_ready)  # the first task starts the process
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)  # without waiting, Python 3.11 complains at exit


def fonts_of(project: Path) -> Path:
    """Give the folder of fonts that a project's styles bring, or the engine's own."""
    own = project.resolve() / "styles" / "fonts"
    return own if own.is_dir() else Path(__file__).resolve().parent.parent / "styles" / "fonts"


def _warm_up(fonts: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who asked
    from bifolio.render import warm_up

    warm_up(fonts)


def _ready() -> None:
    """Do nothing, in the worker."""
