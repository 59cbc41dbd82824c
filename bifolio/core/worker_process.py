"""One worker process of a ProcessPool: how it is started, is given tasks, ends, and is restarted."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, InvalidStateError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from queue import SimpleQueue
from typing import Any


class WorkerLostError(BrokenExecutor):
    """The worker process ended in the middle of the task."""


class TimeLimitError(WorkerLostError):
    """The task took longer than its limit, and its worker was killed."""


class MemoryLimitError(WorkerLostError):
    """The task ran out of memory, and its worker was ended."""


class UnwantedError(Exception):
    """Nobody wanted the result any more when the task would have begun."""


@dataclass(order=True)
class Task:
    """A function and its arguments, in the order in which tasks are done."""

    is_background: bool
    number: int
    future: Future[Any] = field(compare=False)
    fn: Callable[..., Any] = field(compare=False)
    args: tuple[Any, ...] = field(compare=False)
    time_limit_s: float | None = field(compare=False)
    is_wanted: Callable[[], bool] | None = field(compare=False)


def quickest_start_method(*, beside_threads: bool = False) -> str:
    """Return the quickest safe way to start a process: `fork`, `forkserver` or `spawn`.

    Forking is quickest, but unsafe on macOS, and wherever other threads (`beside_threads`) may hold locks.
    """
    if sys.platform == "linux" and not beside_threads:
        return "fork"
    return "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


@dataclass(frozen=True)
class Setup:
    """How worker processes are started."""

    start_method: str
    initializer: Callable[..., object] | None
    initargs: tuple[Any, ...]
    preload: tuple[str, ...]
    memory_limit_bytes: int | None

    def start(self, method: str) -> tuple[BaseProcess, Connection]:
        """Start a process; return it with the near end of its pipe."""
        context: Any = multiprocessing.get_context(method)
        if method == "forkserver":
            context.set_forkserver_preload([*self.preload])
        here, there = context.Pipe()
        try:
            process = context.Process(target=_work, args=(there, self), daemon=True)
            process.start()
        except BaseException:
            here.close()
            raise
        finally:
            there.close()
        return process, here


class Worker:
    """A process, and the thread that gives it tasks and restarts it after it has died."""

    def __init__(self, setup: Setup, release: Callable[[Worker], None]) -> None:
        self.task: Task | None = None
        """What it is doing."""
        self.own_queue: list[Task] = []
        """Tasks for this worker and no other."""
        self._setup = setup
        self._release = release
        self._inbox: SimpleQueue[Task | None] = SimpleQueue()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._killed: BaseProcess | None = None
        """A process that was asked to end, which takes a moment."""
        if setup.start_method == "fork":  # here, and not in a thread: see `_started`
            with suppress(OSError):  # the thread tries again, and tells whoever has a task
                self._process, self._pipe = setup.start("fork")
        self._thread = threading.Thread(target=self._serve, name="bifolio-worker", daemon=True)
        self._thread.start()

    @property
    def living_process(self) -> int | None:
        """The id of the process, if it is alive."""
        process = self._process
        return process.pid if process is not None and not _has_ended(process) else None

    def give(self, task: Task | None) -> None:
        """Send the worker a task; without one it ends."""
        self.task = task
        self._inbox.put(task)

    def kill(self) -> None:
        """Kill the process; the task it is doing is lost."""
        if (process := self._process) is not None:
            self._killed = process
            process.kill()

    def join(self) -> None:
        """Wait until the process and the thread have ended."""
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _serve(self) -> None:
        while (task := self._inbox.get()) is not None:
            settle: Callable[[], object]
            try:
                settle = partial(task.future.set_result, self._do(task))
            except BaseException as error:  # noqa: BLE001 - the future carries it to the caller
                settle = partial(task.future.set_exception, error)
            # First free, then finished: whoever waited and asks for more gets this worker, which is warm.
            self._release(self)
            with suppress(InvalidStateError):  # it was cancelled
                settle()
            del task, settle  # results may be large
        self._end()

    def _do(self, task: Task) -> Any:
        if task.is_wanted is not None and not task.is_wanted():
            raise UnwantedError
        message = ForkingPickler.dumps((task.fn, task.args))
        process, pipe = self._started()
        if task.future.cancelled():  # before there was a process to kill
            return None
        with _calling(self.kill, after_s=task.time_limit_s) as time_is_over:
            try:
                answer = _asked(process, pipe, message)
            except (EOFError, OSError) as error:
                exit_code = self._end()
                if time_is_over.is_set():
                    raise TimeLimitError(f"this took longer than {task.time_limit_s:g} seconds") from None
                raise WorkerLostError(f"the worker process ended (exit code {exit_code})") from error
        value, failure, is_last = pickle.loads(answer)  # noqa: S301 - from our own process
        if is_last:
            self._end()
        if failure is not None:
            raise failure
        return value

    def _started(self) -> tuple[BaseProcess, Connection]:
        if (
            self._process is None
            or self._pipe is None
            or self._process is self._killed
            or _has_ended(self._process)
        ):
            self._end()
            # Other threads may be in the middle of an import, whose lock a forked process would wait for for ever.
            method = "spawn" if self._setup.start_method == "fork" else self._setup.start_method
            self._process, self._pipe = self._setup.start(method)
        return self._process, self._pipe

    def _end(self) -> int | None:
        """Kill the process, close its pipe, and return its exit code."""
        process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
        if pipe is not None:
            pipe.close()
        if process is None:
            return None
        process.kill()
        process.join()
        return process.exitcode


def _asked(process: BaseProcess, pipe: Connection, message: memoryview) -> bytes:
    """Send a message to a process and return its answer. Raises EOFError or OSError where the process ends."""
    pipe.send_bytes(message)
    connection.wait([pipe, process.sentinel])
    if not pipe.poll():  # another process may hold the other end of the pipe, and keep it open
        raise EOFError
    return pipe.recv_bytes()


@contextmanager
def _calling(function: Callable[[], None], *, after_s: float | None) -> Iterator[threading.Event]:
    """Call a function when some time is over, whatever is waited for meanwhile; the event tells that it was."""
    time_is_over = threading.Event()
    if after_s is None:
        yield time_is_over
        return

    def call() -> None:
        time_is_over.set()
        function()

    timer = threading.Timer(after_s, call)
    timer.daemon = True
    timer.start()
    try:
        yield time_is_over
    finally:
        timer.cancel()
        timer.join()  # it may have just begun


def _has_ended(process: BaseProcess) -> bool:
    return bool(connection.wait([process.sentinel], 0))


# -- in the worker process -------------------------------------------------------------------------


def _work(pipe: Connection, setup: Setup) -> None:
    """Do tasks until the pipe is closed, or until something happens after which the process must be ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        if setup.memory_limit_bytes is not None:
            _limit_memory(setup.memory_limit_bytes)
        if setup.initializer is not None:
            setup.initializer(*setup.initargs)
    except BaseException as error:  # noqa: BLE001 - the first task reports it
        answer = _pickled_error(error, is_last=True)
        with suppress(EOFError, OSError):
            pipe.recv_bytes()
            pipe.send_bytes(answer)
        return
    is_last = False
    while not is_last:
        try:
            answer, is_last = _answer(pipe.recv_bytes())
            pipe.send_bytes(answer)
        except (EOFError, OSError):
            return


def _answer(message: bytes) -> tuple[Any, bool]:
    """Do a task; return its pickled answer, and whether the process must end."""
    try:
        fn, args = pickle.loads(message)  # noqa: S301 - from our own process
        return ForkingPickler.dumps((fn(*args), None, False)), False
    except MemoryError:  # who knows what else could not be had
        return _pickled_error(MemoryLimitError("this needs more memory than there is"), is_last=True), True
    except BaseException as error:  # noqa: BLE001 - the future carries it to the caller
        return _pickled_error(error), False


def _pickled_error(error: BaseException, *, is_last: bool = False) -> bytes:
    """Pickle the answer of a task that failed."""
    traced = "".join(traceback.format_exception(error))
    try:
        error.add_note(f"In a worker process:\n{traced}")
        answer = pickle.dumps((None, error, is_last))
        pickle.loads(answer)  # noqa: S301 - what cannot be unpickled is reported as text
    except Exception:  # noqa: BLE001 - pickling runs code of the exception's class
        return pickle.dumps((None, RuntimeError(traced), is_last))
    return answer


def _end_with_parent() -> None:
    """End with the process that started this one, whatever is going on here."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "this runs in a child"
    parent.join()
    os._exit(1)


def _limit_memory(most_bytes: int) -> None:
    with suppress(ImportError, ValueError, OSError):  # Windows has no such limit, and macOS does not keep it
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
