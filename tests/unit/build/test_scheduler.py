from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import pytest

from bifolio.build.jobs import Job
from bifolio.build.publish import Artefact, publish
from bifolio.build.scheduler import Batch, Delivery, batches, racked, run, together
from bifolio.build.workers import SameProcess
from bifolio.core.cache import Store
from bifolio.core.diagnostics import (
    ContentError,
    DesignError,
    Diagnostic,
    PressError,
    ProofError,
    RequestError,
    ToolError,
)

MARK = "ab" * 32


def _job(item: str) -> Job:
    return Job(item=item, edition="a4", theme="calm", region="us", language="en", brand="b", format="pdf")


# -- the store -----------------------------------------------------------------------------------


def test_store_gives_back_what_it_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    assert store.find(MARK) is None
    assert store.keep(MARK, b"work") == b"work"
    assert store.find(MARK) == b"work"
    assert Store(tmp_path / "store").find(MARK) == b"work"
    assert store.keep("cd" * 32, b"") == b""
    assert store.find("cd" * 32) == b""


def test_store_renews_what_it_has(tmp_path: Path) -> None:
    Store(tmp_path).keep(MARK, b"old")
    (kept,) = (path for path in tmp_path.rglob("*") if path.is_file())
    os.utime(kept, (1, 1))
    store = Store(tmp_path, since=Store(tmp_path).now())
    assert store.find(MARK) is None
    store.keep(MARK, b"new")
    assert store.find(MARK) == b"new"  # what this build made is not made again
    assert Store(tmp_path).find(MARK) == b"new"


@pytest.mark.parametrize("spoil", [b"", b"short", None])
def test_store_takes_spoilt_work_for_none(spoil: bytes | None, tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.keep(MARK, b"work of an hour")
    (kept,) = (path for path in tmp_path.rglob("*") if path.is_file())
    body = kept.read_bytes()
    kept.write_bytes(body[:-1] + b"?" if spoil is None else spoil)
    assert store.find(MARK) is None
    store.keep(MARK, b"work of an hour")
    assert store.find(MARK) == b"work of an hour"


def test_store_leaves_no_parts_behind(tmp_path: Path) -> None:
    Store(tmp_path).keep(MARK, b"work")
    assert not list(tmp_path.rglob("*.part"))


def test_store_cleans_the_oldest_until_the_rest_fits(tmp_path: Path) -> None:
    store = Store(tmp_path, most=250)
    for number, mark in enumerate(("aa", "bb", "cc")):
        store.keep(mark * 32, b"x" * 68)  # 100 bytes with the digest
        (kept,) = (tmp_path / mark).iterdir()
        os.utime(kept, (number, number))
    store.clean()
    assert [store.find(mark * 32) is not None for mark in ("aa", "bb", "cc")] == [False, True, True]
    store.clean()
    assert store.find("bb" * 32) is not None


def test_store_keeps_its_hands_off_other_folders(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "x").write_bytes(b"x" * 100)
    Store(tmp_path, most=0).clean()
    assert (tmp_path / "templates" / "x").exists()


def test_store_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", "utf-8")
    with pytest.raises(ToolError) as raised:
        Store(tmp_path / "taken").keep(MARK, b"work")
    assert raised.value.findings[0].code == "press.cannot-keep"
    Store(tmp_path / "taken").clean()


# -- running a plan ------------------------------------------------------------------------------


def _finding(word: str) -> Diagnostic:
    return Diagnostic("a.b", word, where=word)


def _batches(*items: str, brands: tuple[str, ...] = ("b",)) -> list[Batch]:
    jobs = [replace(_job(item), brand=brand) for item in items for brand in brands]
    return batches(jobs, lambda job: job.edition, len)


class Slow:
    """Hands that finish when they are told to."""

    def __init__(self) -> None:
        self.begun: dict[Batch, Future[Delivery]] = {}

    def make(self, batch: Batch) -> Future[Delivery]:
        self.begun[batch] = Future()
        return self.begun[batch]


def _delivered(batch: Batch) -> Delivery:
    return Delivery(tuple(Artefact(job.path, job.item.encode(), {}) for job in batch.jobs), {}, (), 1)


def _done(batch: Batch) -> Future[Delivery]:
    return SameProcess().submit(_delivered, batch)


def test_what_takes_longest_is_made_first_and_told_in_order() -> None:
    told: list[str] = []
    made = run(_batches("one", "three", "two"), _done, 1, lambda batch: told.append(batch.jobs[0].item))
    assert told == ["three", "one", "two"]
    assert [delivery.artefacts[0].body for delivery in made] == [b"one", b"three", b"two"]


def test_all_forms_of_an_item_for_a_clinic_are_one_batch() -> None:
    jobs = [replace(_job("one"), format=form) for form in ("pdf", "epub")]
    (batch,) = batches(jobs, lambda job: job.edition, len)
    assert batch.jobs == tuple(jobs)
    editions = [replace(_job("one"), edition=edition) for edition in ("a4", "a5")]
    assert len(batches(editions, lambda job: job.edition, len)) == 2


def test_a_plate_is_laid_out_once_while_other_clinics_wait() -> None:
    hands = Slow()
    waiting = _batches("one", "seventeen", brands=("b", "c", "d"))
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(run, waiting, hands.make, 4, lambda _: None)
        while len(hands.begun) < 2:
            time.sleep(0.001)
        time.sleep(0.02)
        # The slots of a clinic are shared, too: the second plate is begun for another clinic.
        assert [(b.jobs[0].item, b.jobs[0].brand) for b in hands.begun] == [("seventeen", "b"), ("one", "c")]
        done: set[Batch] = set()
        while not work.done():
            for batch in [b for b in hands.begun if b not in done]:
                done.add(batch)
                hands.begun[batch].set_result(_delivered(batch))
            time.sleep(0.001)
    assert len(work.result()) == len(done) == 6


@pytest.mark.parametrize(("ready", "at_once"), [(0, [1, 1, 2, 2, 2, 2, 2, 2]), (1, [1, 1, 2, 3, 3, 3, 2, 2])])
def test_one_lies_ready_but_of_the_last(ready: int, at_once: list[int]) -> None:
    """Else it could wait for one worker while another, that is free first, has nothing to do."""
    under_way: list[tuple[Batch, Future[Delivery]]] = []
    found = []

    def finish_first() -> None:
        batch, future = under_way[0]
        if not future.done():
            future.set_result(_delivered(batch))

    def make(batch: Batch) -> Future[Delivery]:
        under_way.append((batch, Future()))
        found.append(len(under_way))
        finish_first()
        return under_way[-1][1]

    def told(batch: Batch) -> None:
        under_way[:] = [entry for entry in under_way if entry[0] is not batch]
        if under_way:
            finish_first()

    items = ("a", "b", "c", "d", "e", "f", "g", "h")  # the first makes what all share
    run(_batches(*items), make, 2, told, ready=ready)
    assert found == at_once


def test_one_failing_job_stops_no_other() -> None:
    tried: list[str] = []

    def make(batch: Batch) -> Future[Delivery]:
        item = batch.jobs[0].item
        tried.append(item)
        failures = () if item == "two" else (ContentError(_finding(item)),)
        return SameProcess().submit(Delivery, (), {}, failures, 1)

    delivered = run(_batches("one", "two", "three"), make, 1, lambda _: None)
    assert sorted(tried) == ["one", "three", "two"]
    failures = [failure for delivery in delivered for failure in delivery.failures]
    assert {finding.message for failure in failures for finding in failure.findings} == {"one", "three"}


def test_a_bug_is_not_taken_for_a_finding() -> None:
    def make(batch: Batch) -> Future[Delivery]:
        return SameProcess().submit({}.__getitem__, batch)

    with pytest.raises(KeyError):
        run(_batches("one"), make, 1, lambda _: None)


@pytest.mark.parametrize("times", [2, 3])
def test_what_was_lost_with_its_worker_is_made_again_and_not_forever(times: int) -> None:
    tries: list[Batch] = []

    def make(batch: Batch) -> Future[Delivery]:
        tries.append(batch)
        if tries.count(batch) > times or batch.jobs[0].item == "two":
            return _done(batch)
        lost: Future[Delivery] = Future()
        lost.set_exception(BrokenProcessPool())
        return lost

    if times == 2:
        assert len(run(_batches("one", "two"), make, 1, lambda _: None)) == 2
        return
    with pytest.raises(ToolError) as raised:
        run(_batches("one", "two"), make, 1, lambda _: None)
    assert [finding.code for finding in raised.value.findings] == ["press.worker-lost"]


# -- the rack ------------------------------------------------------------------------------------


def test_files_dry_on_the_rack_and_are_published_from_it(tmp_path: Path) -> None:
    store = Store(tmp_path / ".bifolio")
    with racked(store) as rack:
        dry = rack.put(Artefact("b/en/x.pdf", b"pages", {"pages": 2}))
        assert (dry.body, dry.size, dry.facts) == (b"pages", 5, {"pages": 2})
        assert isinstance(dry.made, Path)
        assert isinstance(dry.told, Path)
        publish([dry], tmp_path / "output", {})
    assert (tmp_path / "output/b/en/x.pdf").read_bytes() == b"pages"
    assert not list(tmp_path.rglob("*.part"))
    assert not list((tmp_path / ".bifolio/rack").iterdir())


def test_what_a_killed_build_left_goes(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = tmp_path / ".bifolio/rack" / str(gone.pid) / "half a file"
    part = tmp_path / f"output/b/.x.pdf.{gone.pid}.part"
    own = tmp_path / f"output/b/.x.pdf.{os.getppid()}.part"
    for path in (left, part, own):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    with racked(Store(tmp_path / ".bifolio")):
        publish([Artefact("b/x.pdf", b"whole", {})], tmp_path / "output", {})
    assert not left.exists()
    assert not part.exists()
    assert own.exists()  # of a build that still runs


def test_a_full_disk_under_the_rack_is_a_finding(tmp_path: Path) -> None:
    with racked(Store(tmp_path)) as rack:
        shutil.rmtree(rack.folder)
        with pytest.raises(ToolError) as raised:
            rack.put(Artefact("x.pdf", b"pages", {}))
    assert raised.value.findings[0].code == "press.cannot-keep"


def test_findings_of_all_are_told_once_each() -> None:
    joined = together([ContentError([_finding("a"), _finding("b")]), ContentError(_finding("a"))])
    assert [finding.message for finding in joined.findings] == ["a", "b"]


@pytest.mark.parametrize(
    ("kinds", "gravest"),
    [
        ((ProofError, DesignError), DesignError),
        ((DesignError, ContentError), ContentError),
        ((ContentError, RequestError), RequestError),
        ((RequestError, ToolError), ToolError),
        ((ProofError,), ProofError),
    ],
)
def test_exit_code_is_that_of_the_gravest(
    kinds: tuple[type[PressError], ...], gravest: type[PressError]
) -> None:
    joined = together([kind(_finding(kind.__name__)) for kind in kinds])
    assert type(joined) is gravest
    assert len(joined.findings) == len(kinds)


def test_a_rack_goes_while_a_worker_still_lays_something_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after Ctrl-C, when a worker is not told yet: between the last file taken away and the folder."""
    remove, late = os.rmdir, []

    def rmdir(path: str, **more: object) -> None:
        with pytest.raises(ToolError):
            rack.put(Artefact("late.pdf", b"late", {}))
        late.append(path)
        remove(path, **more)  # type: ignore[arg-type]

    with racked(Store(tmp_path)) as rack:
        rack.put(Artefact("one.pdf", b"one", {}))
        monkeypatch.setattr(os, "rmdir", rmdir)
    assert late, "something was to be laid there meanwhile"
    assert not list((tmp_path / "rack").iterdir())


def test_a_rack_that_was_not_wholly_taken_away_goes_with_the_next_build(tmp_path: Path) -> None:
    (tmp_path / "rack" / "4194999.gone").mkdir(parents=True)  # a number that no process has
    (tmp_path / "rack" / "4194999").mkdir()
    with racked(Store(tmp_path)) as rack:
        assert list((tmp_path / "rack").iterdir()) == [rack.folder]
