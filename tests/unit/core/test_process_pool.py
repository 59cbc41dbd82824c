"""process_pool: whatever happens to a worker costs one task at most, and whoever asked is told what happened."""

from __future__ import annotations

import asyncio
import hashlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest

from bifolio.core.process_pool import InlineExecutor, ProcessPool
from bifolio.core.worker_process import (
    MemoryLimitError,
    TimeLimitError,
    UnwantedError,
    WorkerLostError,
    quickest_start_method,
)

pytestmark = pytest.mark.processes

METHODS = multiprocessing.get_all_start_methods()
LONG_S = 600
ROOT = Path(__file__).parents[3]


@pytest.fixture
def pool() -> Iterator[ProcessPool]:
    with _stopped_at_end(ProcessPool(2)) as two:
        yield two


@contextmanager
def _stopped_at_end(pool: ProcessPool) -> Iterator[ProcessPool]:
    try:
        yield pool
    finally:
        pool.stop()


# -- what the workers do -----------------------------------------------------------------------------

_remembered: list[object] = []


def _remember(thing: object) -> list[object]:
    _remembered.append(thing)
    return _remembered


def _rest(seconds: float, answer: object = None) -> tuple[object, int]:
    time.sleep(seconds)
    return answer, os.getpid()


def _compute(seconds: float) -> bytes:
    """Stay in one call of a library that does not come back to Python, as layout does."""
    return hashlib.pbkdf2_hmac("sha256", b"", b"", int(seconds * 1_000_000))


def _touch(path: Path) -> None:
    path.touch()


def _fill(size: int) -> bytes:
    return b"x" * size


class _AwkwardError(Exception):
    def __init__(self, one: str, other: str) -> None:
        super().__init__(one + other)


def _fail(kind: type[BaseException], *arguments: object) -> NoReturn:
    raise kind(*arguments)


def _give_lock() -> object:
    return threading.Lock()


def _end(code: int) -> NoReturn:
    os._exit(code)


def _fail_once(path: Path) -> None:
    if not path.exists():
        path.touch()
        raise LookupError("not yet")


def _until(happened: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


# -- functions and values ----------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_does_a_task_with_every_start_method(method: str) -> None:
    with _stopped_at_end(
        ProcessPool(start_method=method, initializer=_remember, initargs=("first",))
    ) as pool:
        assert pool.submit(_remember, "second").result() == ["first", "second"]
        assert pool.submit(_remember, thing="third").result() == ["first", "second", "third"]
        (process,) = pool.process_ids
        assert process != os.getpid()
    assert _remembered == []


def test_the_quickest_way_to_start_is_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {}
    for platform in ("linux", "darwin", "win32"):
        monkeypatch.setattr(sys, "platform", platform)
        known = ["spawn"] if platform == "win32" else METHODS
        monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda known=known: known)
        found[platform] = quickest_start_method(), quickest_start_method(beside_threads=True)
    assert found == {
        "linux": ("fork", "forkserver"),
        "darwin": ("forkserver", "forkserver"),
        "win32": ("spawn", "spawn"),
    }


def test_an_exception_comes_back_with_its_traceback(pool: ProcessPool) -> None:
    with pytest.raises(LookupError, match="such a thing") as raised:
        pool.submit(_fail, LookupError, "no such a thing").result()
    assert "In a worker process" in raised.value.__notes__[0]
    assert "in _fail" in raised.value.__notes__[0]
    with pytest.raises(SystemExit):
        pool.submit(_fail, SystemExit, 3).result()
    assert len(pool.process_ids) == 1, "no exception ends the worker"


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ((_fail, _AwkwardError, "one", "other"), "_AwkwardError: oneother"),
        ((_give_lock,), "lock"),
        ((_remember, threading.Lock()), "lock"),
        ((lambda: None,), "lambda"),
    ],
    ids=["exception", "result", "argument", "function"],
)
def test_what_cannot_be_pickled_is_told_and_costs_nothing(pool: ProcessPool, task: Any, said: str) -> None:
    pool.start()
    processes = pool.process_ids
    with pytest.raises(Exception, match=said):
        pool.submit(*task).result()
    pool.submit(_rest, 0).result()
    assert pool.process_ids == processes


def test_a_failing_initializer_is_told_and_tried_again(tmp_path: Path) -> None:
    setup: Any = {"initializer": _fail_once, "initargs": (tmp_path / "tried",)}
    with _stopped_at_end(ProcessPool(**setup)) as pool:
        with pytest.raises(LookupError, match="not yet"):
            pool.submit(_rest, 0).result()
        assert pool.submit(_rest, 0, "done").result()[0] == "done"


def test_leaving_the_pool_waits_for_its_tasks(tmp_path: Path) -> None:
    with ProcessPool() as pool:
        tasks = [pool.submit(_rest, 0.1, number) for number in range(3)]
    assert [task.result()[0] for task in tasks] == [0, 1, 2]
    assert pool.process_ids == []
    with pytest.raises(RuntimeError, match="stopped"):
        pool.submit(_touch, tmp_path)


def test_the_inline_executor_does_it_here() -> None:
    assert InlineExecutor().submit(os.getpid).result() == os.getpid()
    with pytest.raises(LookupError):
        InlineExecutor().submit(_fail, LookupError).result()


# -- which worker, and when --------------------------------------------------------------------------


def test_workers_start_when_tasks_would_wait(pool: ProcessPool) -> None:
    assert pool.process_ids == []
    pool.start()
    pool.start()
    assert len(pool.process_ids) == 1
    for _ in range(3):
        pool.submit(_rest, 0).result()
    assert len(pool.process_ids) == 1, "one is enough for tasks that come one after another"
    wait([pool.submit(_rest, 0.1) for _ in range(5)])
    assert len(pool.process_ids) == 2


def test_a_waiting_task_goes_to_whoever_is_free_first(pool: ProcessPool) -> None:
    long, short = pool.submit(_rest, 1), pool.submit(_rest, 0.2)
    others = [pool.submit(_rest, 0.01) for _ in range(3)]
    made_by = {other.result()[1] for other in others}
    assert not long.done()
    assert made_by == {short.result()[1]}


def test_the_worker_that_is_warm_is_asked_first(pool: ProcessPool) -> None:
    wait([pool.submit(_rest, 0.1) for _ in range(2)])
    last = pool.submit(_rest, 0).result()[1]
    assert {pool.submit(_rest, 0).result()[1] for _ in range(5)} == {last}


def test_one_worker_can_be_named_for_what_it_remembers(pool: ProcessPool) -> None:
    tasks = [pool.schedule(_remember, number, worker=1) for number in range(3)]
    assert tasks[-1].result() == [0, 1, 2]
    assert pool.schedule(_remember, 0, worker=0).result() == [0]
    busy = pool.schedule(_rest, 0.5, worker=1)
    assert pool.schedule(_remember, 1, worker=0).result() == [0, 1], "the other one is free for others"
    assert pool.schedule(_remember, 3, worker=1).result() == [0, 1, 2, 3]
    assert busy.done()


def test_a_free_worker_takes_its_own_tasks_before_others(pool: ProcessPool) -> None:
    both = [pool.schedule(_rest, 0.3, worker=number) for number in range(2)]
    done: list[str] = []
    common = [pool.submit(_rest, 0.1) for _ in range(2)]
    own = pool.schedule(_rest, 0.1, worker=0)
    own.add_done_callback(lambda _: done.append("own"))
    common[1].add_done_callback(lambda _: done.append("common"))
    wait([*both, *common, own])
    assert done[0] == "own"


def test_the_foreground_goes_first_and_always_finds_a_worker(pool: ProcessPool) -> None:
    background = [pool.schedule(_rest, LONG_S, background=True) for _ in range(3)]
    for _ in range(3):
        assert pool.schedule(_rest, 0, "seen", time_limit_s=30).result()[0] == "seen"
    assert not any(task.done() for task in background)
    for task in background:
        task.cancel()
    assert pool.schedule(_rest, 0, "made", background=True).result(30)[0] == "made"


def test_where_there_is_one_worker_the_background_waits_for_it() -> None:
    with _stopped_at_end(ProcessPool()) as pool:
        done: list[str] = []
        first = pool.submit(_rest, 0.3)
        tasks = [pool.schedule(_rest, 0.01, is_late, background=is_late) for is_late in (True, False)]
        for name, task in zip(("background", "foreground"), tasks, strict=True):
            task.add_done_callback(lambda _, name=name: done.append(name))
        wait([first, *tasks])
        _until(lambda: len(done) == 2)
        assert done == ["foreground", "background"]


def test_what_nobody_wants_any_more_is_not_begun(pool: ProcessPool, tmp_path: Path) -> None:
    path = tmp_path / "made"
    with pytest.raises(UnwantedError):
        pool.schedule(_touch, path, is_wanted=lambda: False).result()
    assert not path.exists()
    pool.schedule(_touch, path, is_wanted=lambda: True).result()
    assert path.exists()


def test_what_was_done_is_not_held(pool: ProcessPool) -> None:
    """Results are whole files, and a pool works for as long as somebody watches."""
    tasks = [pool.submit(_rest, 0) for _ in range(5)]
    held = [weakref.ref(task) for task in tasks]
    wait(tasks)
    tasks.clear()
    _until(lambda: not any(one() for one in held))


# -- what goes wrong ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_a_worker_that_is_killed_loses_its_task_and_no_other(method: str) -> None:
    with _stopped_at_end(ProcessPool(2, start_method=method)) as pool:
        wait([pool.submit(_rest, 0.1) for _ in range(2)])
        lost, other = pool.submit(_rest, 2, "lost"), pool.submit(_rest, 2, "other")
        waiting = [pool.submit(_rest, 0, number) for number in range(4)]
        time.sleep(0.3)
        victim, survivor = pool.process_ids
        os.kill(victim, signal.SIGKILL)
        told = {type(task.exception()) for task in (lost, other)}
        assert told == {WorkerLostError, type(None)}
        assert issubclass(WorkerLostError, BrokenExecutor)
        assert [task.result()[0] for task in waiting] == [0, 1, 2, 3]
        assert {task.result()[1] for task in (lost, other) if not task.exception()} == {survivor}
        wait([pool.submit(_rest, 0.2) for _ in range(2)])
        assert victim not in pool.process_ids
        assert len(pool.process_ids) == 2


def test_a_worker_that_is_killed_while_it_sends_does_not_stop_the_others(pool: ProcessPool) -> None:
    """Pools whose workers share one pipe stop for good here: the dead one holds its lock."""
    wait([pool.submit(_rest, 0.1) for _ in range(2)])
    sending = pool.submit(_fill, 300_000_000)
    _until(lambda: max(map(_held_bytes, pool.process_ids)) > 450_000_000)
    os.kill(max(pool.process_ids, key=_held_bytes), signal.SIGKILL)
    with pytest.raises(WorkerLostError):
        sending.result(30)
    assert [task.result(30)[0] for task in [pool.submit(_rest, 0.1, number) for number in range(4)]] == [
        0,
        1,
        2,
        3,
    ]


def _held_bytes(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def test_a_task_is_not_given_to_a_process_that_was_killed_just_now() -> None:
    """A signal takes a moment. Whoever cancels a task at its very end costs the next one nothing."""
    with _stopped_at_end(ProcessPool(start_method="forkserver")) as pool:
        pool.submit(_rest, 0).result()
        (worker,) = pool._workers
        for number in range(6):
            worker.kill()
            assert pool.submit(_rest, 0, number).result()[0] == number


def test_a_task_that_ends_with_its_time_costs_the_next_one_nothing() -> None:
    with _stopped_at_end(ProcessPool(start_method="forkserver")) as pool:
        pool.submit(_rest, 0).result()
        for _ in range(12):
            first = pool.schedule(_rest, 0.05, time_limit_s=0.0505)
            assert first.exception() is None or isinstance(first.exception(), TimeLimitError)
            assert pool.submit(_rest, 0, "next").result()[0] == "next"


def test_a_worker_that_ends_itself_is_told_with_its_exit_code(pool: ProcessPool) -> None:
    with pytest.raises(WorkerLostError, match="exit code 7"):
        pool.submit(_end, 7).result()
    assert pool.submit(_rest, 0, "next").result()[0] == "next"


@pytest.mark.parametrize("work", [_rest, _compute])
def test_a_task_that_takes_too_long_is_ended_and_the_next_one_works(work: Callable[[float], object]) -> None:
    with _stopped_at_end(ProcessPool()) as pool:
        pool.submit(_rest, 0).result()
        started = time.monotonic()
        with pytest.raises(TimeLimitError, match=r"longer than 0\.2 seconds"):
            pool.schedule(work, 60.0, time_limit_s=0.2).result()
        assert time.monotonic() - started < 2
        assert pool.submit(_rest, 0, "next").result()[0] == "next"


def test_the_time_limit_holds_while_the_worker_does_not_listen() -> None:
    """More than fits into a pipe is sent to a worker that is still starting."""
    with _stopped_at_end(ProcessPool(time_limit_s=0.3, initializer=_rest, initargs=(LONG_S,))) as pool:
        started = time.monotonic()
        with pytest.raises(TimeLimitError):
            pool.submit(len, bytes(5_000_000)).result()
        assert time.monotonic() - started < 5


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit the memory of a process")
def test_too_much_memory_costs_one_worker() -> None:
    with _stopped_at_end(ProcessPool(memory_limit_bytes=600_000_000)) as pool:
        before = pool.submit(_rest, 0).result()[1]
        with pytest.raises(MemoryLimitError, match="more memory"):
            pool.submit(_fill, 700_000_000).result()
        assert pool.submit(_rest, 0).result()[1] != before


def test_an_exception_about_memory_is_no_ordinary_one(pool: ProcessPool) -> None:
    with pytest.raises(MemoryLimitError):
        pool.submit(_fail, MemoryError).result()


# -- what is cancelled -------------------------------------------------------------------------------


@pytest.mark.parametrize("work", [_rest, _compute])
def test_cancelling_ends_the_work_at_once(pool: ProcessPool, work: Callable[[float], object]) -> None:
    task = pool.submit(work, float(LONG_S))
    _until(lambda: pool.process_ids)
    time.sleep(0.2)
    (process,) = pool.process_ids
    assert task.cancel()
    assert wait([task], 5).done == {task}
    with pytest.raises(CancelledError):
        task.result()
    _until(lambda: process not in pool.process_ids)
    assert pool.submit(_rest, 0, "next").result()[0] == "next"


def test_a_cancelled_task_that_waits_is_never_begun(tmp_path: Path) -> None:
    with _stopped_at_end(ProcessPool()) as pool:
        process = pool.submit(_rest, 0).result()[1]
        first = pool.submit(_rest, 0.3)
        waiting = [pool.submit(_touch, tmp_path / "any"), pool.schedule(_touch, tmp_path / "own", worker=0)]
        assert all(task.cancel() for task in waiting)
        assert first.result()[1] == pool.submit(_rest, 0).result()[1] == process
        assert list(tmp_path.iterdir()) == []


def test_stopping_cancels_all_and_waits_for_nothing(pool: ProcessPool) -> None:
    tasks = [pool.submit(_compute, LONG_S) for _ in range(5)]
    _until(lambda: len(pool.process_ids) == 2)
    started = time.monotonic()
    pool.stop()
    assert time.monotonic() - started < 5
    assert all(task.cancelled() for task in tasks)
    assert pool.process_ids == []


# -- beside an event loop ----------------------------------------------------------------------------


def test_an_event_loop_waits_and_cancels() -> None:
    async def work(pool: ProcessPool) -> None:
        assert (await pool.run(_rest, 0, "done"))[0] == "done"
        with pytest.raises(LookupError):
            await pool.run(_fail, LookupError)
        with pytest.raises(TimeLimitError):
            await pool.run(_rest, LONG_S, time_limit_s=0.2)
        long = asyncio.ensure_future(pool.run(_rest, LONG_S))
        await asyncio.sleep(0.2)
        long.cancel()
        with pytest.raises(asyncio.CancelledError):
            await long
        assert (await asyncio.wait_for(pool.run(_rest, 0, "next"), 30))[0] == "next"

    method = quickest_start_method(beside_threads=True)
    with _stopped_at_end(ProcessPool(start_method=method)) as pool:
        asyncio.run(work(pool))


# -- the end of the process that started them ----------------------------------------------------------

_PARENT = """
import sys, time
from bifolio.core.process_pool import ProcessPool
from tests.unit.core.test_process_pool import _rest

if __name__ == "__main__":
    pool = ProcessPool(2, start_method=sys.argv[1])
    tasks = [pool.submit(_rest, 0.1) for _ in range(2)]
    [task.result() for task in tasks]
    try:
        pool.submit(_rest, 1.5)  # one is at work, the other one is not
        print(*pool.process_ids, flush=True)
        time.sleep(3600)
    except KeyboardInterrupt:
        print(pool.submit(_rest, 0, "alive").result()[0], len(pool.process_ids), flush=True)
"""


@pytest.fixture
def parent(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    script = tmp_path / "parent.py"
    script.write_text(_PARENT)
    command = [sys.executable, str(script), request.param]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("parent", METHODS, indirect=True)
def test_workers_end_with_their_parent(parent: subprocess.Popen[str]) -> None:
    assert parent.stdout is not None
    workers = list(map(int, parent.stdout.readline().split()))
    assert len(workers) == 2
    assert all(_is_alive(worker) for worker in workers)
    parent.kill()
    parent.wait()
    _until(lambda: not any(_is_alive(worker) for worker in workers), 5)


@pytest.mark.parametrize("parent", METHODS, indirect=True)
def test_ctrl_c_is_for_the_parent(parent: subprocess.Popen[str]) -> None:
    assert parent.stdout is not None
    assert len(parent.stdout.readline().split()) == 2
    os.killpg(parent.pid, signal.SIGINT)  # as a terminal does
    said, complaints = parent.communicate(timeout=30)
    assert (said, complaints) == ("alive 2\n", "")


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
