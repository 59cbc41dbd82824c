"""What a clinic has of its own: its theme, a part of a page and its words are on its pages, and on nobody else's."""

from __future__ import annotations

import io

import pypdfium2 as pdfium
import pytest

from bifolio.app import Project
from bifolio.model.job import Request
from tests.conftest import ROOT
from tests.support import pictures
from tests.support.projects import BRAND, Scratch

pytestmark = pytest.mark.layout

OWN = "content/brands/lark"


def _brand(intro: str) -> str:
    return BRAND.replace("phone: 202-555-0100", f"phone: 202-555-0100, intro: {intro}")


@pytest.fixture
def project(scratch: Scratch) -> Project:
    scratch.write(f"{OWN}/_brand.yml", _brand("Ask us at the desk if a word is not clear."))
    scratch.write(f"{OWN}/theme.css", ":root { --wash: #fff; --deep: #5a1040; }")
    hero = (ROOT / "templates/parts/hero.html.j2").read_text("utf-8")
    scratch.write(f"{OWN}/templates/parts/hero.html.j2", f"<p>Read it in your own time.</p>\n{hero}")
    return Project(scratch.root)


def _made(project: Project, *brands: str, theme: str | None = None) -> dict[str, bytes]:
    built = project.build(project.plan(Request(brands=brands, theme=theme)), None, lambda _batch: None)
    return {path.parent.parent.name: path.read_bytes() for path in built.files if path.suffix == ".pdf"}


def _text(pdf: bytes) -> str:
    return " ".join(pdfium.PdfDocument(io.BytesIO(pdf))[0].get_textpage().get_text_range().split())


def test_a_clinics_own_is_on_its_pages_and_on_nobody_elses(project: Project) -> None:
    made = _made(project, "default", "lark")
    for words in ("Read it in your own time.", "Ask us at the desk if a word is not clear."):
        assert words in _text(made["lark"])
        assert words not in _text(made["default"])
    grounds = [
        {colour for _, colour in pictures.pages(made[name], dpi=150)[0].getcolors(1_000_000) or ()}
        for name in ("lark", "default")
    ]
    assert [(0x5A, 0x10, 0x40) in colours for colours in grounds] == [True, False]


def test_who_asks_for_another_theme_gets_that_one(project: Project) -> None:
    (pdf,) = _made(project, "lark", theme="ink-saver").values()
    assert (0x5A, 0x10, 0x40) not in {
        c for _, c in pictures.pages(pdf, dpi=150)[0].getcolors(1_000_000) or ()
    }


def test_the_list_says_what_is_a_clinics_own(project: Project, scratch: Scratch) -> None:
    handout = (scratch.root / "content/handouts/small.yaml").read_text("utf-8")
    scratch.write(f"{OWN}/handouts/ours.yaml", handout)
    told = dict(Project(scratch.root).rows("brands"))["lark"]
    assert told.endswith("; its own: a theme, parts/hero.html.j2, an introduction, ours")
    assert "its own" not in dict(Project(scratch.root).rows("brands"))["default"]
    assert ", of " in dict(Project(scratch.root).rows("handouts"))["ours"]


def test_an_approval_covers_the_clinics_own_words(project: Project, scratch: Scratch) -> None:
    before = project.approve("small", "lark", "Jo Example, psychologist", "2026-11-22")
    assert before.state == "approved"
    scratch.write(f"{OWN}/_brand.yml", _brand("Ask us."))
    (after,) = Project(scratch.root).approval_statuses(("small",), ("lark",))
    assert after.state == "stale"
