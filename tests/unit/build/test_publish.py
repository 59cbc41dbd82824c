from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bifolio.build.publish import MANIFEST, publish, read_manifest
from bifolio.core.atomic_writes import expect_writable
from bifolio.core.diagnostics import ToolError
from bifolio.model.artifact import Artifact

ENGINE = {"bifolio": "1"}


def _artifact(path: str, body: str = "body") -> Artifact:
    return Artifact(path, body.encode(), {"item": path})


def _standing(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_files_and_manifest(tmp_path: Path) -> None:
    written = publish([_artifact("b/en/y.pdf", "yy"), _artifact("a/en/x.pdf")], tmp_path, ENGINE)
    assert written == [tmp_path / "b/en/y.pdf", tmp_path / "a/en/x.pdf"]
    manifest = read_manifest(tmp_path)
    assert manifest["engine"] == ENGINE
    assert list(manifest["files"]) == ["a/en/x.pdf", "b/en/y.pdf"]
    assert manifest["files"]["b/en/y.pdf"] == {
        "bytes": 2,
        "item": "b/en/y.pdf",
        "sha256": hashlib.sha256(b"yy").hexdigest(),
    }


def test_same_input_same_bytes(tmp_path: Path) -> None:
    pair = [_artifact("a.pdf"), _artifact("b.pdf")]
    publish(pair, tmp_path / "one", ENGINE)
    publish(reversed(pair), tmp_path / "two", ENGINE)
    assert _standing(tmp_path / "one") == _standing(tmp_path / "two")


def test_old_entries_stay_and_vanished_files_go(tmp_path: Path) -> None:
    publish([_artifact("a.pdf"), _artifact("b.pdf"), _artifact("c.pdf")], tmp_path, ENGINE)
    (tmp_path / "b.pdf").unlink()
    publish([_artifact("c.pdf", "new")], tmp_path, ENGINE)
    files = read_manifest(tmp_path)["files"]
    assert list(files) == ["a.pdf", "c.pdf"]
    assert files["c.pdf"]["sha256"] == hashlib.sha256(b"new").hexdigest()


def test_what_is_gone_is_taken_away(tmp_path: Path) -> None:
    """But not what is made again, and nothing that somebody else put there."""
    publish([_artifact("a.pdf"), _artifact("b.pdf"), _artifact("c.pdf")], tmp_path, ENGINE)
    (tmp_path / "notes.txt").write_text("mine")
    publish([_artifact("a.pdf", "new")], tmp_path, ENGINE, {"a.pdf", "b.pdf", "never.pdf"})
    assert sorted(_standing(tmp_path)) == ["a.pdf", "c.pdf", MANIFEST, "notes.txt"]
    assert list(read_manifest(tmp_path)["files"]) == ["a.pdf", "c.pdf"]


@pytest.mark.parametrize(
    "manifest",
    ["", "{", "[]", '"x"', '{"files": []}', '{"files": {"a\\u0000b": {}}}', "\xff", '{"files": 5}'],
)
def test_spoilt_manifest_is_written_anew(manifest: str, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(manifest, "latin-1")
    publish([_artifact("a.pdf")], tmp_path, ENGINE)
    assert list(read_manifest(tmp_path)["files"]) == ["a.pdf"]


def test_file_that_has_not_changed_is_not_touched(tmp_path: Path) -> None:
    publish([_artifact("a.pdf")], tmp_path, ENGINE)
    os.utime(tmp_path / "a.pdf", (1, 1))
    publish([_artifact("a.pdf")], tmp_path, ENGINE)
    assert (tmp_path / "a.pdf").stat().st_mtime == 1
    publish([_artifact("a.pdf", "ydob")], tmp_path, ENGINE)
    assert (tmp_path / "a.pdf").read_text("utf-8") == "ydob"


@pytest.mark.parametrize("at", [1, 2, 3])
def test_killed_between_two_files_each_is_old_or_new(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("a.pdf", "b.pdf")
    publish([_artifact(name, f"old {name}") for name in names], tmp_path, ENGINE)
    before = _standing(tmp_path)
    replace = Path.replace
    calls = 0

    def killed(part: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == at:
            raise KeyboardInterrupt
        return replace(part, target)

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        publish([_artifact(name, f"new {name}") for name in names], tmp_path, ENGINE)
    after = _standing(tmp_path)
    assert set(after) == set(before)  # no parts are left
    assert [after[name].split()[0] for name in names] == ["new"] * (at - 1) + ["old"] * (3 - at)
    assert after[MANIFEST] == before[MANIFEST]
    assert json.loads(after[MANIFEST])


def test_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish([_artifact("a.pdf", "old")], tmp_path, ENGINE)
    before = _standing(tmp_path)
    sync = os.fsync
    calls = 0

    def full(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise OSError(28, "No space left on device")
        sync(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ToolError) as raised:
        publish([_artifact("a.pdf", "new"), _artifact("b.pdf")], tmp_path, ENGINE)
    (finding,) = raised.value.findings
    assert finding.code == "publish.cannot-write"
    assert finding.message.endswith('b.pdf" cannot be written: no space left on device')
    assert _standing(tmp_path) == before


def test_folder_in_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").mkdir()
    with pytest.raises(ToolError) as raised:
        publish([_artifact("a.pdf")], tmp_path, ENGINE)
    assert 'a.pdf" cannot be written' in raised.value.findings[0].message
    assert _standing(tmp_path) == {}


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder that this process may not write to; root, who may, becomes nobody for a while."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield folder
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_folder_that_may_not_be_written_to(read_only: Path) -> None:
    for attempt in (
        lambda: publish([_artifact("a/b.pdf")], read_only, ENGINE),
        lambda: expect_writable(read_only),
        lambda: expect_writable(read_only / "new" / "folder"),
    ):
        with pytest.raises(ToolError) as raised:
            attempt()
        (finding,) = raised.value.findings
        assert finding.code == "publish.cannot-write"
        assert finding.message.endswith("permission denied")
        assert finding.help
    assert _standing(read_only) == {}


def test_room_is_looked_for_without_making_any(tmp_path: Path) -> None:
    expect_writable(tmp_path)
    expect_writable(tmp_path / "not" / "yet")
    assert not (tmp_path / "not").exists()
    (tmp_path / "file").write_text("", "utf-8")
    for folder in ("file", "file/below"):
        with pytest.raises(ToolError):
            expect_writable(tmp_path / folder)
