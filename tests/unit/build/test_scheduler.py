from __future__ import annotations

import os
import shutil
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import pytest

from bifolio.build.publish import publish
from bifolio.build.scheduler import Batch, BatchResult, Prepared, batches, run
from bifolio.build.selection import together
from bifolio.build.staging import staging_area
from bifolio.core.cache import Cache
from bifolio.core.diagnostics import (
    BifolioError,
    ContentError,
    DesignError,
    Diagnostic,
    ProofError,
    RequestError,
    ToolError,
)
from bifolio.core.locks import try_lock
from bifolio.core.process_pool import InlineExecutor
from bifolio.model.artifact import Artifact
from bifolio.model.job import Job

MARK = "ab" * 32


def _job(item: str) -> Job:
    return Job(item=item, edition="a4", theme="calm", region="us", language="en", brand="b", format="pdf")


# -- the store -----------------------------------------------------------------------------------


def test_store_gives_back_what_it_kept(tmp_path: Path) -> None:
    store = Cache(tmp_path / "store")
    assert store.find(MARK) is None
    assert store.keep(MARK, b"work") == b"work"
    assert store.find(MARK) == b"work"
    assert Cache(tmp_path / "store").find(MARK) == b"work"
    assert store.keep("cd" * 32, b"") == b""
    assert store.find("cd" * 32) == b""


def test_store_renews_what_it_has(tmp_path: Path) -> None:
    Cache(tmp_path).keep(MARK, b"old")
    (kept,) = (path for path in tmp_path.rglob("*") if path.is_file())
    os.utime(kept, (1, 1))
    store = Cache(tmp_path, since=Cache(tmp_path).now())
    assert store.find(MARK) is None
    store.keep(MARK, b"new")
    assert store.find(MARK) == b"new"  # what this build made is not made again
    assert Cache(tmp_path).find(MARK) == b"new"


@pytest.mark.parametrize("spoil", [b"", b"short", None])
def test_store_takes_spoilt_work_for_none(spoil: bytes | None, tmp_path: Path) -> None:
    store = Cache(tmp_path)
    store.keep(MARK, b"work of an hour")
    (kept,) = (path for path in tmp_path.rglob("*") if path.is_file())
    body = kept.read_bytes()
    kept.write_bytes(body[:-1] + b"?" if spoil is None else spoil)
    assert store.find(MARK) is None
    store.keep(MARK, b"work of an hour")
    assert store.find(MARK) == b"work of an hour"


def test_store_leaves_no_parts_behind(tmp_path: Path) -> None:
    Cache(tmp_path).keep(MARK, b"work")
    assert not list(tmp_path.rglob("*.part"))


def test_store_cleans_the_oldest_until_the_rest_fits(tmp_path: Path) -> None:
    store = Cache(tmp_path, max_bytes=250)
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
    Cache(tmp_path, max_bytes=0).clean()
    assert (tmp_path / "templates" / "x").exists()


def test_store_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", "utf-8")
    with pytest.raises(ToolError) as raised:
        Cache(tmp_path / "taken").keep(MARK, b"work")
    assert raised.value.findings[0].code == "cache.cannot-write"
    Cache(tmp_path / "taken").clean()


# -- running a plan ------------------------------------------------------------------------------


def _finding(word: str) -> Diagnostic:
    return Diagnostic("a.b", word, where=word)


def _batches(*items: str, brands: tuple[str, ...] = ("b",)) -> list[Batch]:
    jobs = [replace(_job(item), brand=brand) for item in items for brand in brands]
    return batches(map(_prepared, jobs))


def _prepared(job: Job) -> Prepared:
    return Prepared(job, None, (job.item, job.edition), (job.edition, job.brand), len(job.item))


class Slow:
    """Hands that finish when they are told to."""

    def __init__(self) -> None:
        self.begun: dict[Batch, Future[BatchResult]] = {}

    def make(self, batch: Batch) -> Future[BatchResult]:
        self.begun[batch] = Future()
        return self.begun[batch]


def _delivered(batch: Batch) -> BatchResult:
    return BatchResult(tuple(Artifact(job.path, job.item.encode(), {}) for job in batch.jobs), (), 1)


def _done(batch: Batch) -> Future[BatchResult]:
    return InlineExecutor().submit(_delivered, batch)


def test_what_takes_longest_is_made_first_and_told_in_order() -> None:
    reported: list[str] = []
    made = run(_batches("one", "three", "two"), _done, 1, lambda batch: reported.append(batch.jobs[0].item))
    assert reported == ["three", "one", "two"]
    assert [delivery.artifacts[0].body for delivery in made] == [b"one", b"three", b"two"]


def test_all_forms_of_an_item_for_a_clinic_are_one_batch() -> None:
    jobs = [replace(_job("one"), format=form) for form in ("pdf", "epub")]
    (batch,) = batches(map(_prepared, jobs))
    assert batch.jobs == tuple(jobs)
    editions = [replace(_job("one"), edition=edition) for edition in ("a4", "a5")]
    assert len(list(batches(map(_prepared, editions)))) == 2


def test_a_plate_is_laid_out_once_while_other_clinics_wait() -> None:
    workers = Slow()
    waiting = _batches("one", "seventeen", brands=("b", "c", "d"))
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(run, waiting, workers.make, 4, lambda _: None)
        while len(workers.begun) < 2:
            time.sleep(0.001)
        time.sleep(0.02)
        # The slots of a clinic are shared, too: the second plate is begun for another clinic.
        assert [(b.jobs[0].item, b.jobs[0].brand) for b in workers.begun] == [
            ("seventeen", "b"),
            ("one", "c"),
        ]
        done: set[Batch] = set()
        while not work.done():
            for batch in [b for b in workers.begun if b not in done]:
                done.add(batch)
                workers.begun[batch].set_result(_delivered(batch))
            time.sleep(0.001)
    assert len(work.result()) == len(done) == 6


@pytest.mark.parametrize(("ready", "at_once"), [(0, [1, 1, 2, 2, 2, 2, 2, 2]), (1, [1, 1, 2, 3, 3, 3, 2, 2])])
def test_one_lies_ready_but_of_the_last(ready: int, at_once: list[int]) -> None:
    """Else it could wait for one worker while another, that is free first, has nothing to do."""
    under_way: list[tuple[Batch, Future[BatchResult]]] = []
    found = []

    def finish_first() -> None:
        batch, future = under_way[0]
        if not future.done():
            future.set_result(_delivered(batch))

    def make(batch: Batch) -> Future[BatchResult]:
        under_way.append((batch, Future()))
        found.append(len(under_way))
        finish_first()
        return under_way[-1][1]

    def reported(batch: Batch) -> None:
        under_way[:] = [entry for entry in under_way if entry[0] is not batch]
        if under_way:
            finish_first()

    items = ("a", "b", "c", "d", "e", "f", "g", "h")  # the first makes what all share
    run(_batches(*items), make, 2, reported, ready=ready)
    assert found == at_once


def test_one_failing_job_stops_no_other() -> None:
    tried: list[str] = []

    def make(batch: Batch) -> Future[BatchResult]:
        item = batch.jobs[0].item
        tried.append(item)
        failures = () if item == "two" else (ContentError(_finding(item)),)
        return InlineExecutor().submit(BatchResult, (), failures, 1)

    delivered = run(_batches("one", "two", "three"), make, 1, lambda _: None)
    assert sorted(tried) == ["one", "three", "two"]
    failures = [failure for delivery in delivered for failure in delivery.failures]
    assert {finding.message for failure in failures for finding in failure.findings} == {"one", "three"}


def test_a_bug_is_not_taken_for_a_finding() -> None:
    def make(batch: Batch) -> Future[BatchResult]:
        return InlineExecutor().submit({}.__getitem__, batch)

    with pytest.raises(KeyError):
        run(_batches("one"), make, 1, lambda _: None)


@pytest.mark.parametrize("times", [2, 3])
def test_what_was_lost_with_its_worker_is_made_again_and_not_forever(times: int) -> None:
    tries: list[Batch] = []

    def make(batch: Batch) -> Future[BatchResult]:
        tries.append(batch)
        if tries.count(batch) > times or batch.jobs[0].item == "two":
            return _done(batch)
        lost: Future[BatchResult] = Future()
        lost.set_exception(BrokenProcessPool())
        return lost

    if times == 2:
        assert len(run(_batches("one", "two"), make, 1, lambda _: None)) == 2
        return
    with pytest.raises(ToolError) as raised:
        run(_batches("one", "two"), make, 1, lambda _: None)
    assert [finding.code for finding in raised.value.findings] == ["build.worker-lost"]


# -- the staging area ------------------------------------------------------------------------------------


def test_files_wait_in_the_staging_area_and_are_published_from_it(tmp_path: Path) -> None:
    with staging_area(tmp_path / ".bifolio") as area:
        staged = area.put(Artifact("b/en/x.pdf", b"pages", {"pages": 2}))
        assert (staged.body, staged.size, staged.metadata) == (b"pages", 5, {"pages": 2})
        assert isinstance(staged.content, Path)
        assert isinstance(staged.facts, Path)
        publish([staged], tmp_path / "output", {})
    assert (tmp_path / "output/b/en/x.pdf").read_bytes() == b"pages"
    assert not list(tmp_path.rglob("*.part"))
    assert not list((tmp_path / ".bifolio/staging").iterdir())


def test_what_a_killed_build_left_goes(tmp_path: Path) -> None:
    """Whatever has a lock that nobody holds, or none, is a dead build's; what a living one has stays."""
    areas = tmp_path / ".bifolio/staging"
    for name in ("12/half a file", "13/half a file", "14/half a file"):
        (areas / name).parent.mkdir(parents=True, exist_ok=True)
        (areas / name).write_bytes(b"half")
    (areas / "12.lock").touch()
    living = try_lock(areas / "14.lock")
    parts = [tmp_path / f"output/b/.x.pdf.{owner}.1.part" for owner in ("this", "other")]
    parts[0].parent.mkdir(parents=True)
    for part in parts:
        part.write_bytes(b"half")
    with staging_area(tmp_path / ".bifolio"):
        publish([Artifact("b/x.pdf", b"whole", {})], tmp_path / "output", {}, owner="this")
    assert sorted(path.name for path in areas.iterdir()) == ["14", "14.lock"]
    assert [part.exists() for part in parts] == [False, True], "another project may write there now"
    assert living is not None
    living.close()


def test_a_full_disk_under_the_staging_area_is_a_finding(tmp_path: Path) -> None:
    with staging_area(tmp_path) as area:
        shutil.rmtree(area.folder)
        with pytest.raises(ToolError) as raised:
            area.put(Artifact("x.pdf", b"pages", {}))
    assert raised.value.findings[0].code == "cache.cannot-write"


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
    kinds: tuple[type[BifolioError], ...], gravest: type[BifolioError]
) -> None:
    joined = together([kind(_finding(kind.__name__)) for kind in kinds])
    assert type(joined) is gravest
    assert len(joined.findings) == len(kinds)


def test_a_staging_area_goes_while_a_worker_still_lays_something_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after Ctrl-C, when a worker is not told yet: between the last file taken away and the folder."""
    remove, late = os.rmdir, []

    def rmdir(path: str, **more: object) -> None:
        with pytest.raises(ToolError):
            area.put(Artifact("late.pdf", b"late", {}))
        late.append(path)
        remove(path, **more)  # type: ignore[arg-type]

    with staging_area(tmp_path) as area:
        area.put(Artifact("one.pdf", b"one", {}))
        monkeypatch.setattr(os, "rmdir", rmdir)
    assert late, "something was to be laid there meanwhile"
    assert not list((tmp_path / "staging").iterdir())


def test_a_staging_area_that_was_not_wholly_taken_away_goes_with_the_next_build(tmp_path: Path) -> None:
    (tmp_path / "staging" / "4194999.gone").mkdir(parents=True)  # a number that no process has
    (tmp_path / "staging" / "4194999").mkdir()
    with staging_area(tmp_path) as area:
        assert set((tmp_path / "staging").iterdir()) == {area.folder, area.folder.with_suffix(".lock")}
