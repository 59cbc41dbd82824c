from __future__ import annotations

import os
from pathlib import Path

import pytest

from bifolio.diagnostics import (
    ContentError,
    DesignError,
    Diagnostic,
    PressError,
    ProofError,
    RequestError,
    ToolError,
)
from bifolio.plan import Job
from bifolio.press import Store, run, together
from bifolio.publish import Artefact

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


def test_all_jobs_are_made_in_order() -> None:
    started: list[str] = []
    made = run(
        [_job("one"), _job("two")],
        lambda job: Artefact(job.path, job.item.encode(), {}),
        lambda job: started.append(job.item),
    )
    assert [artefact.body for artefact in made] == [b"one", b"two"]
    assert started == ["one", "two"]


def test_one_failing_job_stops_publishing_and_all_are_tried() -> None:
    tried: list[str] = []

    def produce(job: Job) -> Artefact:
        tried.append(job.item)
        if job.item != "two":
            raise ContentError(_finding(job.item))
        return Artefact(job.path, b"", {})

    with pytest.raises(ContentError) as raised:
        run([_job("one"), _job("two"), _job("three")], produce, lambda _: None)
    assert tried == ["one", "two", "three"]
    assert [finding.message for finding in raised.value.findings] == ["one", "three"]


def test_a_bug_is_not_taken_for_a_finding() -> None:
    def produce(job: Job) -> Artefact:
        raise KeyError(job.item)

    with pytest.raises(KeyError):
        run([_job("one")], produce, lambda _: None)


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
