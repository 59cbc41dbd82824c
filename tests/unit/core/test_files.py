"""The files of a project, and where its finished work lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from bifolio.core.cache import Cache
from bifolio.core.files import store_of
from bifolio.core.versions import only_writer
from tests.support.projects import Scratch


def test_finished_work_can_lie_outside_the_project(
    scratch: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project that is read-only: nothing is written into it, and what was made is found again."""
    place = tmp_path / "cache"
    monkeypatch.setenv("BIFOLIO_CACHE", str(place))
    assert store_of(scratch.root) != store_of(tmp_path), "two projects share no folder"
    assert store_of(scratch.root).parent == place
    before = sorted(path for path in scratch.root.rglob("*"))
    with only_writer(scratch.root):
        Cache(store_of(scratch.root)).keep("ab" * 32, b"made")
    assert sorted(path for path in scratch.root.rglob("*")) == before
    assert Cache(store_of(scratch.root)).find("ab" * 32) == b"made"
