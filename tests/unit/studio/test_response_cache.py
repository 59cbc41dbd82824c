"""What the studio answered before is found again, as long as no file of the project is another."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bifolio.studio.query import Query
from bifolio.studio.response_cache import ResponseCache
from bifolio.studio.session import Session
from tests.conftest import ROOT
from tests.support.projects import Scratch

SMALL = Query("small")


def test_an_answer_is_found_until_a_file_changes(scratch: Scratch) -> None:
    kept = ResponseCache(scratch.root)
    assert kept.answer("shelf", (None,)) is None
    shelf = Session(scratch.root).shelf(None)
    assert kept.answer("shelf", (None,)) == shelf
    assert kept.answer("shelf", ("another",)) is None
    text = (scratch.root / "content/handouts/small.yaml").read_text("utf-8")
    scratch.write("content/handouts/small.yaml", text.replace("A small leaflet", "Another title"))
    assert kept.answer("shelf", (None,)) is None


@pytest.mark.layout
def test_a_picture_is_found_for_the_page_that_asks_for_it(scratch: Scratch) -> None:
    kept = ResponseCache(scratch.root)
    seen = kept.stamp()[:16]
    assert kept.picture(seen, SMALL, 1, 80) is None
    drawn = Session(scratch.root).first_look(SMALL, 1, 80)
    assert kept.picture(seen, SMALL, 1, 80) == drawn
    assert kept.picture(seen, SMALL, 1, 81) is None
    scratch.write("content/handouts/other.yaml", "kind: leaflet\n")
    assert kept.picture(seen, SMALL, 1, 80) == drawn, "a page that is still open shows what it showed"
    assert kept.picture(kept.stamp()[:16], SMALL, 1, 80) is None


def test_what_is_kept_is_found_without_a_press() -> None:
    heavy = "{'pydantic', 'yaml', 'weasyprint', 'bifolio.build.pipeline'} & sys.modules.keys()"
    command = [sys.executable, "-c", f"import sys, bifolio.studio.application; print({heavy})"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"
