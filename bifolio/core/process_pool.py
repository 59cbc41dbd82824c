"""ProcessPool: worker processes for builds and for the studio.

A task is a function and its arguments; both are pickled, and so is the result. Each worker is one process that
does one task at a time and keeps whatever earlier tasks left in its modules. A worker that dies, takes too long or
runs out of memory costs the task it was working on and no other: the next task gets a new process.

Every worker has a pipe of its own and a thread here that waits for its answers. Nothing is shared between workers,
so killing one at any moment cannot block another. (Pebble's workers share one pipe and its locks: killing one
while it sends its result stops the whole pool. A dead worker of loky or of `concurrent.futures` breaks the pool.)
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Sequence
from concurrent import futures
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any, TypeVar, TypeVarTuple

from bifolio.core.worker_process import Setup, Task, Worker, quickest_start_method

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class InlineExecutor(Executor):
    """Runs each task at once in this process: for tests, and where a process would cost more than it saves."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run `fn` and return a finished future."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - the future carries it to the caller
            future.set_exception(error)
        return future


class ProcessPool(Executor):
    """Up to `size` worker processes, each started when a task would otherwise wait.

    Foreground tasks go before background tasks, and background tasks always leave one worker free, unless there is
    only one. Among free workers the one that was busy last comes first, as it is the most likely to remember
    something useful.

    `initializer` runs first in every worker; `preload` names modules that a fork server, where there is one,
    imports once for all workers. `memory_limit_bytes` bounds the address space of a worker
    (RLIMIT_AS, where the system has it), `time_limit_s` the time of a task. Workers ignore Ctrl-C, which is for the
    process that started them, and end when that process does.
    """

    def __init__(
        self,
        size: int = 1,
        *,
        start_method: str | None = None,
        initializer: Callable[[*Ts], object] | None = None,
        initargs: tuple[*Ts] | tuple[()] = (),
        preload: Sequence[str] = (),
        time_limit_s: float | None = None,
        memory_limit_bytes: int | None = None,
    ) -> None:
        self.size = size
        self.time_limit_s = time_limit_s
        method = start_method or quickest_start_method()
        self._setup = Setup(method, initializer, initargs, tuple(preload), memory_limit_bytes)
        self._lock = threading.RLock()
        self._workers: list[Worker] = []
        self._free: list[Worker] = []
        self._queue: list[Task] = []
        self._numbers = itertools.count()
        self._is_stopped = False

    @property
    def process_ids(self) -> list[int]:
        """The ids of the worker processes that are alive."""
        return [process for worker in self._workers if (process := worker.living_process)]

    def start(self) -> None:
        """Start the first worker before there is a task for it."""
        with self._lock:
            if not self._workers:
                self._free.append(self._new_worker())

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run `fn` in any worker, in the foreground."""
        return self.schedule(partial(fn, **kwargs) if kwargs else fn, *args)

    def schedule(
        self,
        fn: Callable[[*Ts], T],
        /,
        *args: *Ts,
        background: bool = False,
        time_limit_s: float | None = None,
        worker: int | None = None,
        is_wanted: Callable[[], bool] | None = None,
    ) -> Future[T]:
        """Run `fn` in a worker.

        `worker`, counted from 0, names the one worker that has what earlier tasks left there; the task waits for
        it. `is_wanted` is asked, in a thread of this process, when the task would begin; if it answers no, the
        future gets an UnwantedError.

        Cancelling the future kills the worker if it is at work on the task. The future never counts as running.
        Its exception is that of `fn`, or a WorkerLostError.
        """
        future: Future[T] = Future()
        task = Task(
            background, next(self._numbers), future, fn, args, time_limit_s or self.time_limit_s, is_wanted
        )
        with self._lock:
            if self._is_stopped:
                raise RuntimeError("the pool has been stopped")
            if worker is None:
                heapq.heappush(self._queue, task)
            else:
                assert worker < self.size, f"there are {self.size} workers"
                while len(self._workers) <= worker:
                    self._free.append(self._new_worker())
                heapq.heappush(self._workers[worker].own_queue, task)
            self._assign()
        # By number: a future that holds its own task would hold its result until garbage is collected.
        future.add_done_callback(partial(self._drop, task.number))
        return future

    async def run(
        self,
        fn: Callable[[*Ts], T],
        /,
        *args: *Ts,
        background: bool = False,
        time_limit_s: float | None = None,
        is_wanted: Callable[[], bool] | None = None,
    ) -> T:
        """Run `fn` in a worker and wait for its result; being cancelled kills that worker. See `schedule`."""
        import asyncio  # late: a build waits for no event loop

        return await asyncio.wrap_future(
            self.schedule(fn, *args, background=background, time_limit_s=time_limit_s, is_wanted=is_wanted)
        )

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for all tasks, unless they are to be cancelled; then stop."""
        if wait and not cancel_futures:
            futures.wait([task.future for task in self._unfinished()])
        self.stop()

    def stop(self) -> None:
        """Cancel all tasks and kill all workers."""
        with self._lock:
            self._is_stopped = True
            workers = list(self._workers)
        for task in self._unfinished():
            task.future.cancel()
        for worker in workers:
            worker.kill()
            worker.give(None)
        for worker in workers:
            worker.join()

    def _unfinished(self) -> list[Task]:
        with self._lock:
            at_work = [worker.task for worker in self._workers if worker.task]
            waiting = [task for worker in self._workers for task in worker.own_queue]
            return [*at_work, *waiting, *self._queue]

    # The rest is called with the lock held, but for `_drop`.

    def _assign(self) -> None:
        """Assign tasks to workers for as long as there are both."""
        for worker in [one for one in self._free if one.own_queue]:
            if task := _next(worker.own_queue):
                self._free.remove(worker)
                worker.give(task)
        while task := _first(self._queue):
            free = self.size - len(self._workers) + len(self._free)
            if free < (min(2, self.size) if task.is_background else 1):
                return
            heapq.heappop(self._queue)
            worker = self._free.pop() if self._free else self._new_worker()
            worker.give(task)

    def _new_worker(self) -> Worker:
        worker = Worker(self._setup, self._release)
        self._workers.append(worker)
        return worker

    def _release(self, worker: Worker) -> None:
        with self._lock:
            worker.task = None
            self._free.append(worker)
            if not self._is_stopped:
                self._assign()

    def _drop(self, number: int, future: Future[Any]) -> None:
        """Kill the worker of a task that was cancelled while it was being done."""
        if not future.cancelled():
            return
        future.set_running_or_notify_cancel()  # `wait` returns only now
        with self._lock:
            for worker in self._workers:
                if worker.task is not None and worker.task.number == number:
                    worker.kill()


def _first(queue: list[Task]) -> Task | None:
    """Return the first task that was not cancelled, and leave it in the queue."""
    while queue and queue[0].future.cancelled():
        heapq.heappop(queue)
    return queue[0] if queue else None


def _next(queue: list[Task]) -> Task | None:
    """Take the first task that was not cancelled out of the queue."""
    return heapq.heappop(queue) if _first(queue) else None
