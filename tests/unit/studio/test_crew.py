"""The crew: a task that goes wrong costs one process and not the studio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bifolio.studio.crew import Crew, TaskError
from bifolio.studio.query import Order
from tests.support.projects import Scratch

SMALL = Order("small")


def _with_crew(scratch: Scratch, work: Callable[[Crew], Awaitable[Any]], **limits: Any) -> Any:
    async def run() -> Any:
        crew = Crew(scratch.root, **limits)
        try:
            return await work(crew)
        finally:
            await crew.close()

    return asyncio.run(run())


def test_gives_what_a_task_gives(scratch: Scratch) -> None:
    async def work(crew: Crew) -> None:
        shelf = await crew.ask("shelf", None)
        assert [item["id"] for item in shelf["items"]] == ["small"]
        name, body = await crew.ask("file", SMALL)
        assert name == "small.letter.pdf"
        assert body.startswith(b"%PDF-")

    _with_crew(scratch, work)


def test_what_the_press_refuses_is_a_sentence(scratch: Scratch) -> None:
    async def work(crew: Crew) -> None:
        with pytest.raises(TaskError) as raised:
            await crew.ask("file", Order("smal"))
        assert raised.value.message == 'there is no item "smal"'
        assert "small" in raised.value.help
        assert raised.value.findings[0]["code"] == "plan.unknown-item"

    _with_crew(scratch, work)


def test_a_task_that_never_ends_is_stopped_and_the_next_one_works(scratch: Scratch) -> None:
    async def work(crew: Crew) -> None:
        started = time.monotonic()
        with pytest.raises(TaskError, match="longer than"):
            await crew.ask("idle", 3600, seconds=0.2)
        assert time.monotonic() - started < 60
        assert (await crew.ask("shelf", None))["items"]

    _with_crew(scratch, work, size=1)


def test_too_much_memory_costs_one_process(scratch: Scratch) -> None:
    async def work(crew: Crew) -> None:
        with pytest.raises(TaskError, match="stopped in the middle"):
            await crew.ask("picture", SMALL, 1, 2400, "x" * 300_000_000)
        assert (await crew.ask("shelf", None))["items"]

    _with_crew(scratch, work, size=1, memory=500_000_000)


def test_cancelling_ends_the_work_at_once(scratch: Scratch) -> None:
    async def work(crew: Crew) -> None:
        idle = asyncio.ensure_future(crew.ask("idle", 3600))
        await asyncio.sleep(0.3)
        idle.cancel()
        with pytest.raises(asyncio.CancelledError):
            await idle
        assert (await crew.ask("shelf", None))["items"]

    _with_crew(scratch, work, size=1)


def test_long_work_leaves_a_press_for_who_looks_at_the_screen(scratch: Scratch) -> None:
    async def work(crew: Crew) -> None:
        long = [asyncio.ensure_future(crew.ask("idle", 3600, background=True)) for _ in range(3)]
        shelf = await asyncio.wait_for(crew.ask("shelf", None), 60)
        assert shelf["items"]
        assert not any(one.done() for one in long)
        for one in long:
            one.cancel()
        await asyncio.gather(*long, return_exceptions=True)
        assert (await crew.ask("shelf", None, background=True))["items"]

    _with_crew(scratch, work, size=2)


def test_a_changed_file_is_seen_at_once(scratch: Scratch) -> None:
    async def work(crew: Crew) -> None:
        before = await crew.ask("shelf", None)
        text = (scratch.root / "content/handouts/small.yaml").read_text("utf-8")
        scratch.write("content/handouts/small.yaml", text.replace("A small leaflet", "Another title"))
        after = await crew.ask("shelf", None)
        assert (before["items"][0]["title"], after["items"][0]["title"]) == (
            "A small leaflet",
            "Another title",
        )
        assert before["stamp"] != after["stamp"]

    _with_crew(scratch, work, size=1)


def test_a_broken_handout_does_not_empty_the_shelf(scratch: Scratch) -> None:
    scratch.write("content/handouts/broken.yaml", "kind: leaflet\n")

    async def work(crew: Crew) -> None:
        items = {item["id"]: item for item in (await crew.ask("shelf", None))["items"]}
        assert items["small"]["title"] == "A small leaflet"
        assert items["broken"]["trouble"][0]["file"] == "content/handouts/broken.yaml"

    _with_crew(scratch, work, size=1)
