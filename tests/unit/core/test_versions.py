"""revise: of many writers at once, each finds what the one before it left."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from bifolio.app import Project
from bifolio.core.diagnostics import ToolError
from bifolio.core.files import STORE
from bifolio.core.versions import LOCK, SupersededError, expect, only_writer, revising, version_of
from tests.support.projects import HANDOUT, Scratch

pytestmark = pytest.mark.processes

ROUNDS = 40


def _count_up(root: Path) -> int:
    """Add one to a number in a file, again and again; return how often somebody else was first."""
    number, refused = root / "number", 0
    for _ in range(ROUNDS):
        while True:
            based_on, seen = version_of([number]), int(number.read_text() or "0")
            time.sleep(0.001)  # nobody saves in the moment of opening
            try:
                with revising(root, based_on, lambda: version_of([number])):
                    number.write_text("")  # what nobody may see
                    number.write_text(str(seen + 1))
                    break
            except SupersededError:
                refused += 1
    return refused


def test_no_process_writes_over_another(tmp_path: Path) -> None:
    (tmp_path / "number").write_text("0")
    context = multiprocessing.get_context("spawn")
    everyone = context.Barrier(4)  # a process that starts late would find the others gone
    with ProcessPoolExecutor(4, context, everyone.wait) as pool:
        refused = list(pool.map(_count_up, [tmp_path] * 4))
    assert (tmp_path / "number").read_text() == str(4 * ROUNDS)
    assert sum(refused) > 0, "they did meet"


def test_no_thread_writes_over_another(tmp_path: Path) -> None:
    (tmp_path / "number").write_text("0")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(_count_up, [tmp_path] * 4))
    assert (tmp_path / "number").read_text() == str(4 * ROUNDS)


def _hold(root: Path, line: Connection) -> None:
    with only_writer(root):
        line.send("held")
        line.recv()


def test_a_writer_that_is_killed_holds_nobody_up(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    holder = context.Process(target=_hold, args=(tmp_path, there))
    holder.start()
    assert here.recv() == "held"
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: only_writer(tmp_path).__enter__())
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.3)
        holder.kill()
        holder.join()
        waiting.result(timeout=10)


def _approve(root: Path, item: str) -> None:
    Project(root).approve(item, "default", "Jo Example, nurse", "2026-11-30")


def test_approvals_of_several_handouts_at_once_are_all_kept(scratch: Scratch) -> None:
    items = [f"item-{number}" for number in range(6)]
    for item in items:
        scratch.write(f"content/handouts/{item}.yaml", HANDOUT)
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(_approve, [scratch.root] * len(items), items))
    approvals = Project(scratch.root).repository.brand_files("default").approvals
    assert sorted(item for item, _, _ in approvals) == items


def test_a_version_tells_names_contents_and_what_is_not_there(tmp_path: Path) -> None:
    one, other = tmp_path / "a", tmp_path / "b"
    one.write_text("x")
    alone = version_of([one, other])
    assert alone == version_of([one])
    other.write_text("")
    assert version_of([one, other]) != alone
    both = version_of([one, other])
    one.write_text("")
    other.write_text("x")
    assert version_of([one, other]) != both
    with pytest.raises(SupersededError):
        expect(alone, both)


def test_the_lock_is_free_again_after_an_error(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(SupersededError), revising(tmp_path, "a", lambda: "b"):
            pytest.fail("not written")
    with only_writer(tmp_path):
        assert (tmp_path / STORE / LOCK).exists()


def test_a_store_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / STORE).write_text("a file")
    with pytest.raises(ToolError), only_writer(tmp_path):
        pytest.fail("not locked")
