"""tasks: a task that goes wrong costs one worker process and not the studio."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from bifolio.studio import tasks
from bifolio.studio.errors import TaskError
from bifolio.studio.query import Query
from bifolio.studio.tasks import TaskPool
from tests.conftest import ROOT
from tests.support.projects import Scratch

pytestmark = pytest.mark.processes

SMALL = Query("small")
LONG_S = 3600.0


def _with_pool(scratch: Scratch, work: Callable[[TaskPool], Awaitable[Any]], **limits: Any) -> Any:
    async def run() -> Any:
        pool = TaskPool(scratch.root, **limits)
        try:
            return await work(pool)
        finally:
            await pool.stop()
            assert pool.processes.process_ids == []

    return asyncio.run(run())


# -- in a worker -----------------------------------------------------------------------------------


def _rest(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def _fill(size: int) -> int:
    return len(b"x" * size)


def _refuse(error: TaskError) -> NoReturn:
    raise error


def _blunder() -> NoReturn:
    raise LookupError("a bug of ours")


# -- what a task returns -----------------------------------------------------------------------------


def test_returns_what_a_task_returns(scratch: Scratch) -> None:
    async def work(pool: TaskPool) -> None:
        shelf = await pool.run(tasks.shelf, None)
        assert [item["id"] for item in shelf["items"]] == ["small"]
        name, body = await pool.run(tasks.file, SMALL)
        assert name == "A small leaflet – Test Clinic.pdf"
        assert body.startswith(b"%PDF-")

    _with_pool(scratch, work)


def test_an_error_in_the_project_is_a_sentence(scratch: Scratch) -> None:
    async def work(pool: TaskPool) -> None:
        with pytest.raises(TaskError) as raised:
            await pool.run(tasks.file, Query("smal"))
        assert raised.value.message == 'there is no item "smal"'
        assert "small" in raised.value.help
        assert raised.value.findings[0]["code"] == "plan.unknown-item"

    _with_pool(scratch, work)


def test_a_refusal_comes_back_whole(scratch: Scratch) -> None:
    told = TaskError("saved before", "look again", ({"code": "x"},), 409, {"version": "2"})

    async def work(pool: TaskPool) -> None:
        with pytest.raises(TaskError, match="saved before") as raised:
            await pool.run(_refuse, told)
        assert (raised.value.args, str(raised.value)) == (told.args, "saved before")

    _with_pool(scratch, work)


def test_a_bug_is_an_apology_and_a_traceback_in_the_terminal(
    scratch: Scratch, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(pool: TaskPool) -> None:
        with pytest.raises(TaskError, match="should not have") as raised:
            await pool.run(_blunder)
        assert "a bug of ours" not in raised.value.message + raised.value.help

    _with_pool(scratch, work)
    assert "a bug of ours" in caplog.text
    assert "in _blunder" in caplog.text


# -- limits ------------------------------------------------------------------------------------------


def test_a_task_that_never_ends_is_stopped_and_the_next_one_works(scratch: Scratch) -> None:
    async def work(pool: TaskPool) -> None:
        started = time.monotonic()
        with pytest.raises(TaskError, match=r"longer than 0\.2 seconds, and was stopped"):
            await pool.run(_rest, LONG_S, time_limit_s=0.2)
        assert time.monotonic() - started < 60
        assert (await pool.run(tasks.shelf, None))["items"]

    _with_pool(scratch, work, size=1)


def test_the_time_limit_of_the_pool_holds_for_every_task(scratch: Scratch) -> None:
    async def work(pool: TaskPool) -> None:
        with pytest.raises(TaskError, match=r"longer than 0\.3 seconds"):
            await pool.run(_rest, LONG_S)

    _with_pool(scratch, work, time_limit_s=0.3)


def test_too_much_memory_costs_one_process(scratch: Scratch) -> None:
    async def work(pool: TaskPool) -> None:
        before = await pool.run(_rest, 0.0)
        with pytest.raises(TaskError, match="stopped in the middle"):
            await pool.run(_fill, 600_000_000)
        assert (await pool.run(tasks.shelf, None))["items"]
        assert await pool.run(_rest, 0.0) != before

    _with_pool(scratch, work, size=1, memory_limit_bytes=500_000_000)


def test_a_killed_worker_is_replaced(scratch: Scratch) -> None:
    async def work(pool: TaskPool) -> None:
        (victim,) = {await pool.run(_rest, 0.0)}
        lost = asyncio.ensure_future(pool.run(_rest, LONG_S))
        await asyncio.sleep(0.3)
        os.kill(victim, signal.SIGKILL)
        with pytest.raises(TaskError, match="stopped in the middle"):
            await lost
        assert (await pool.run(tasks.shelf, None))["items"]
        assert await pool.run(_rest, 0.0) != victim

    _with_pool(scratch, work, size=1)


# -- who goes first ----------------------------------------------------------------------------------


def test_cancelling_ends_the_work_at_once(scratch: Scratch) -> None:
    async def work(pool: TaskPool) -> None:
        long = asyncio.ensure_future(pool.run(_rest, LONG_S))
        await asyncio.sleep(0.3)
        long.cancel()
        with pytest.raises(asyncio.CancelledError):
            await long
        assert (await pool.run(tasks.shelf, None))["items"]

    _with_pool(scratch, work, size=1)


def test_background_tasks_leave_a_worker_for_who_looks_at_the_screen(scratch: Scratch) -> None:
    async def work(pool: TaskPool) -> None:
        long = [asyncio.ensure_future(pool.run(_rest, LONG_S, background=True)) for _ in range(3)]
        shelf = await asyncio.wait_for(pool.run(tasks.shelf, None), 60)
        assert shelf["items"]
        assert not any(one.done() for one in long)
        for one in long:
            one.cancel()
        await asyncio.gather(*long, return_exceptions=True)
        assert (await pool.run(tasks.shelf, None, background=True))["items"]

    _with_pool(scratch, work, size=2)


@pytest.mark.parametrize("has_left", [True, False])
def test_nothing_is_made_for_a_browser_that_has_left(scratch: Scratch, has_left: bool) -> None:
    asked: list[str] = []

    async def is_abandoned() -> bool:
        asked.append("now")
        return has_left

    async def work(pool: TaskPool) -> None:
        busy = asyncio.ensure_future(pool.run(_rest, 0.5))
        await asyncio.sleep(0.1)
        waiting = asyncio.ensure_future(pool.run(tasks.pack_clinic, "default", is_abandoned=is_abandoned))
        await asyncio.sleep(0.1)
        assert asked == [], "it is asked when the turn has come, and not before"
        await busy
        (result,) = await asyncio.gather(waiting, return_exceptions=True)
        assert asked == ["now"]
        assert isinstance(result, TaskError if has_left else bytes)

    _with_pool(scratch, work, size=1)


def test_stopping_does_not_wait_for_a_browser_that_is_asked(scratch: Scratch) -> None:
    """The worker's thread waits for the event loop, which must not wait for that thread."""

    async def is_abandoned() -> bool:
        await asyncio.sleep(0.3)
        return False

    async def work(pool: TaskPool) -> None:
        asked = asyncio.ensure_future(pool.run(_rest, LONG_S, is_abandoned=is_abandoned))
        await asyncio.sleep(0.1)
        await asyncio.wait_for(pool.stop(), 20)
        (result,) = await asyncio.gather(asked, return_exceptions=True)
        assert isinstance(result, asyncio.CancelledError)

    _with_pool(scratch, work, size=1)


# -- the end of the studio ---------------------------------------------------------------------------


@pytest.fixture
def studio(scratch: Scratch) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(ROOT / "build.py"), "studio", "--no-open", "--project", str(scratch.root)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with browser.open(address, timeout=60) as answer:  # a worker makes the shelf
            assert "A small leaflet" in answer.read().decode()
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc lists processes")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_is_left_behind(studio: subprocess.Popen[str], end: signal.Signals) -> None:
    assert len(_session_of(studio.pid)) >= 3, "the studio, the fork server, a worker"
    studio.send_signal(end)
    studio.wait(20)
    deadline = time.monotonic() + 5
    while left := _session_of(studio.pid):
        assert time.monotonic() < deadline, f"{left} are left"
        time.sleep(0.05)


def _session_of(leader: int) -> list[int]:
    """Return the living processes that a process started, and itself."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, session = path.read_text().rpartition(")")[2].split()[:4]
        except OSError:  # it has just ended
            continue
        if session == str(leader) and state != "Z":
            found.append(int(path.parent.name))
    return found


# -- what changes ------------------------------------------------------------------------------------


def test_a_changed_file_is_seen_at_once(scratch: Scratch) -> None:
    async def work(pool: TaskPool) -> None:
        before = await pool.run(tasks.shelf, None)
        text = (scratch.root / "content/handouts/small.yaml").read_text("utf-8")
        scratch.write("content/handouts/small.yaml", text.replace("A small leaflet", "Another title"))
        after = await pool.run(tasks.shelf, None)
        assert (before["items"][0]["title"], after["items"][0]["title"]) == (
            "A small leaflet",
            "Another title",
        )
        assert before["stamp"] != after["stamp"]

    _with_pool(scratch, work, size=1)


def test_a_broken_handout_does_not_empty_the_shelf(scratch: Scratch) -> None:
    scratch.write("content/handouts/broken.yaml", "kind: leaflet\n")

    async def work(pool: TaskPool) -> None:
        items = {item["id"]: item for item in (await pool.run(tasks.shelf, None))["items"]}
        assert items["small"]["title"] == "A small leaflet"
        assert items["broken"]["trouble"][0]["file"] == "content/handouts/broken.yaml"

    _with_pool(scratch, work, size=1)
