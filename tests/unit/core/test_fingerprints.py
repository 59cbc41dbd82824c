"""The engine: every library that can change a byte of a file is part of the fingerprint of plates."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from bifolio.core import shared_libraries
from bifolio.core.cache import Cache
from bifolio.core.fingerprints import RUNTIME, engine_version
from tests.conftest import ROOT
from tests.support.projects import Scratch


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    """A process asks once for the version of its engine."""
    engine_version.cache_clear()
    yield
    engine_version.cache_clear()


def _plate(scratch: Scratch) -> str:
    pipeline = Pipeline(Repository(scratch.root), Cache(scratch.root / ".bifolio"))
    return pipeline.stages.layouts.fingerprint("plate", "<p>One.</p>")


@pytest.mark.parametrize("name", ["tinycss2", "cssselect2", "tinyhtml5", "pillow", "coloraide"])
def test_another_version_of_a_library_is_another_plate(
    name: str, scratch: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _plate(scratch)
    assert _plate(scratch) == before
    (tmp_path / f"{name}-0.0.1.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    engine_version.cache_clear()
    assert engine_version()[name] == "0.0.1"
    assert _plate(scratch) != before


def test_another_pango_is_another_plate(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    before, versions = _plate(scratch), shared_libraries.library_versions()
    assert "pango" in versions
    monkeypatch.setattr(shared_libraries, "library_versions", lambda: {**versions, "pango": "0.0.1"})
    engine_version.cache_clear()
    assert _plate(scratch) != before


def test_the_engine_names_every_distribution_of_the_lock() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    names = re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", lock, re.MULTILINE)
    assert "weasyprint" in names
    assert {re.sub(r"[-_.]+", "-", name).lower() for name in names} == RUNTIME
