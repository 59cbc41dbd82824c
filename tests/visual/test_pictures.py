"""Visual: does each block and each part look as agreed?

Many blocks are laid out in one document, a page each, on the real path: compose, render, finish, ink. A page is
drawn at 55 dpi, cut to its block and held against tests/visual/expected/. What failed is shown side by side in
tests/visual/results/report.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from bifolio.model.blocks import KINDS
from tests.conftest import missing_tool
from tests.support import gallery as pictures_of
from tests.support import pictures, samples, verapdf
from tests.support.gallery import Gallery, crop
from tests.support.golden import Golden
from tests.support.making import composer_of, inker_of, plate_of
from tests.support.samples import Sampler

FOLDER = Path(__file__).parent
BRAND, REGION = "harbour", "us"

ALONE = ("references",)
"""Kinds whose look depends on what else a handout cites: a document of their own."""

SEEN = tuple(kind for kind in sorted(KINDS) if kind not in (*ALONE, "page_break"))
"""A page break shows nothing; `test_page_break` looks at what it does."""

NARROW = {
    **dict.fromkeys(
        ("agreement", "checklist", "decision_flow", "figure", "grounding", "help_when", "myth_fact"), 1
    ),
    **dict.fromkeys(("resources", "sample_words", "section", "steps", "two_column"), 1),
    "callout": 4,
    "scale": 2,
}
"""Kinds that look otherwise in a narrow column, and how many blocks of their samples fit an A5 page."""

MESSAGE = {
    "main_message": "Tears around sex are common, and often harmless.",
    "call_to_action": "You can stop, rest, and ask for help at any time.",
}
NOTE = {"content_note": "This page speaks of sex and pain. Skip any part, or read it with someone you trust."}


@pytest.fixture(scope="module")
def gallery(golden: Golden) -> Iterator[Gallery]:
    shown = Gallery(FOLDER / "expected", FOLDER / "results", golden.update)
    yield shown
    shown.report()


@pytest.fixture(scope="module")
def make(repository: Repository, pipeline: Pipeline) -> Any:
    """Make the finished PDF of a handout of these blocks."""

    def pdf(
        body: list[Any], edition: str = "letter", theme: str = "calm", brand: str = BRAND, **fields: Any
    ) -> bytes:
        sampler = Sampler(repository)
        composer = composer_of(pipeline, edition, theme, REGION, "en")
        html = sampler.compose(sampler.handout(body, **fields), composer)
        html = re.sub(r' data-(?:lead|keep)="\w+"', "", html)  # a page a kind is what is asked for here
        html = html.replace("--sheet-break: auto;", "--sheet-break: page;")
        plate = plate_of(pipeline, html, "samples")
        return inker_of(pipeline, brand, edition, theme, REGION, "en").ink(plate)

    return pdf


@pytest.fixture(scope="module")
def draw(make: Any) -> Any:
    """Draw the pages of a handout of these blocks."""
    return lambda body, **fields: pictures.pages(make(body, **fields), dpi=pictures_of.DPI)


WIDE_BODIES = {kind: samples.read(kind) for kind in SEEN}
NARROW_BODIES = {kind: samples.read(kind)[:number] for kind, number in NARROW.items()}


@pytest.fixture(scope="module")
def wide_pdf(make: Any) -> bytes:
    return make(_a_page_each(WIDE_BODIES), **MESSAGE, **NOTE)


@pytest.fixture(scope="module")
def narrow_pdf(make: Any) -> bytes:
    return make(_a_page_each(NARROW_BODIES), edition="a5", **MESSAGE, **NOTE)


@pytest.fixture(scope="module")
def wide(wide_pdf: bytes) -> dict[str, Image.Image]:
    return _by_name(wide_pdf, tuple(WIDE_BODIES))


@pytest.fixture(scope="module")
def narrow(narrow_pdf: bytes) -> dict[str, Image.Image]:
    return _by_name(narrow_pdf, tuple(NARROW_BODIES))


def _a_page_each(bodies: dict[str, list[Any]]) -> list[Any]:
    body: list[Any] = ["page_break"]
    for blocks in bodies.values():
        body += [*blocks, "page_break"]
    return body


def _by_name(pdf: bytes, kinds: tuple[str, ...]) -> dict[str, Image.Image]:
    """Return the first page as "opening", the page of each kind by its name, and the last as "colophon"."""
    names = ("opening", *kinds, "colophon")
    pages = pictures.pages(pdf, dpi=pictures_of.DPI)
    assert len(pages) == len(names), "the sample of a kind must fit one page"
    return dict(zip(names, pages, strict=True))


# -- what is compared ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SEEN)
def test_block(kind: str, wide: dict[str, Image.Image], gallery: Gallery) -> None:
    gallery.check(crop(wide[kind]), kind)


@pytest.mark.parametrize("kind", NARROW)
def test_block_in_a_narrow_column(kind: str, narrow: dict[str, Image.Image], gallery: Gallery) -> None:
    gallery.check(crop(narrow[kind]), f"{kind}.narrow")


PANEL = (0, 6, 93, 150)


def test_ways_out_below_their_question(draw: Any, gallery: Gallery) -> None:
    """Each line leaves the trunk, which passes the boxes and leads on from the answer that does."""
    pages = draw(["page_break", *samples.read("decision_flow"), "page_break"], edition="trifold-letter")
    gallery.check(crop(pages[1], PANEL), "decision_flow.panel")


def test_references(draw: Any, gallery: Gallery) -> None:
    pages = draw(["page_break", *samples.read("references"), "page_break"])
    gallery.check(crop(pages[1]), "references")


def test_page_break(draw: Any) -> None:
    _, one, two = draw(["page_break", {"text": "One."}, "page_break", {"text": "One."}, "page_break"])[:3]
    assert pictures_of.difference(crop(one), crop(two))[0] == 0


MASTHEAD = (12, 10, 204, 28)
HERO = (12, 30, 204, 120)
CLINIC = (115, 10, 204, 57)
CARD = (8, 58, 208, 141)
"""Where parts stand on a Letter sheet, in mm: left, top, right, bottom."""


def test_masthead(wide: dict[str, Image.Image], gallery: Gallery) -> None:
    gallery.check(crop(wide["opening"], MASTHEAD), "part-masthead")


def test_hero_with_message_and_note(wide: dict[str, Image.Image], gallery: Gallery) -> None:
    gallery.check(crop(wide["opening"], HERO), "part-hero-note")


def test_hero_with_message_and_note_in_a_narrow_column(
    narrow: dict[str, Image.Image], gallery: Gallery
) -> None:
    gallery.check(crop(narrow["opening"]), "part-hero-note.narrow")


@pytest.mark.parametrize(("name", "fields"), [("part-hero", {}), ("part-message", MESSAGE)])
def test_hero_without_note(name: str, fields: dict[str, str], draw: Any, gallery: Gallery) -> None:
    gallery.check(crop(draw(["page_break", {"text": "Next."}], **fields)[0], HERO), name)


def test_clinic_panel(wide: dict[str, Image.Image], gallery: Gallery) -> None:
    gallery.check(crop(wide["resources"], CLINIC), "part-clinic")


def test_colophon(wide: dict[str, Image.Image], gallery: Gallery) -> None:
    gallery.check(crop(wide["colophon"]), "part-colophon")


def test_card_pair(repository: Repository, draw: Any, gallery: Gallery) -> None:
    body = repository.handout_tree("check-in-card").value["body"]
    gallery.check(crop(draw(body, kind="card", title="My check-in card")[0], CARD), "part-card")


def test_clinic_panel_to_write_on(draw: Any, gallery: Gallery) -> None:
    pages = draw(["page_break", *samples.read("resources"), "page_break"], brand="default")
    gallery.check(crop(pages[1], CLINIC), "part-clinic-blank")


COVER = ("cover", "contents")
"""The first pages of a booklet; its last is the back."""


@pytest.fixture(scope="module")
def booklet(draw: Any) -> dict[str, Image.Image]:
    parts = [
        {"section": {"title": title, "leaf": number, "blocks": [{"text": "Words."}]}}
        for number, title in enumerate(("Joy: good tears", "Closeness: safe enough"), 1)
    ]
    pages = draw(parts, edition="a5", kind="booklet", title="Why tears come", **MESSAGE, **NOTE)
    assert len(pages) == 5, "cover, contents, two parts, back"
    return dict(zip((*COVER, "opener", "opener-2", "back"), pages, strict=True))


@pytest.mark.parametrize("part", [*COVER, "opener", "back"])
def test_part_of_a_booklet(part: str, booklet: dict[str, Image.Image], gallery: Gallery) -> None:
    whole = (0.0, 0.0, 148.0, 210.0) if part in ("cover", "back") else None
    gallery.check(crop(booklet[part], whole), f"part-{part}")


THEMED = ("callout", "figure", "help_when", "scale", "two_column")
"""Blocks that show what a theme does: grounds, frames, drawings, the cell of "now"."""


@pytest.fixture(scope="module", params=["high-contrast", "ink-saver"])
def themed(request: pytest.FixtureRequest, draw: Any) -> tuple[str, dict[str, Image.Image]]:
    pages = draw(
        _a_page_each(
            {kind: WIDE_BODIES[kind][:1] if kind == "figure" else WIDE_BODIES[kind] for kind in THEMED}
        ),
        theme=request.param,
        **MESSAGE,
    )
    return request.param, dict(zip(("opening", *THEMED, "colophon"), pages, strict=True))


def test_theme(themed: tuple[str, dict[str, Image.Image]], gallery: Gallery) -> None:
    theme, pages = themed
    gallery.check(crop(pages["opening"], HERO), f"part-message.{theme}")
    for kind in THEMED:
        gallery.check(crop(pages[kind]), f"{kind}.{theme}")


# -- what a machine hears ------------------------------------------------------------------------


def test_all_blocks_are_pdf_ua_1(make: Any, wide_pdf: bytes, narrow_pdf: bytes, tmp_path: Path) -> None:
    """Wide, narrow, and as notes with their numbers; whatever is drawn and not read is an artifact."""
    if reason := verapdf.why_missing():
        missing_tool(reason)
    every = [*_a_page_each(WIDE_BODIES), *samples.read("references")]
    made = {"wide": wide_pdf, "narrow": narrow_pdf, "notes": make(every, edition="a4", kind="notes")}
    paths = []
    for name, pdf in made.items():
        paths.append(tmp_path / f"{name}.pdf")
        paths[-1].write_bytes(pdf)
    verdicts = verapdf.check(paths)
    assert {verdict.file.stem: verdict.failures for verdict in verdicts} == dict.fromkeys(made, ())
    assert min(verdict.assertions for verdict in verdicts) > 10_000


# -- the pictures themselves ---------------------------------------------------------------------


def test_pictures_are_small_and_none_is_left_over(golden: Golden) -> None:
    if golden.update:
        pytest.skip("pictures are being written")
    found = {path.stem: path.stat().st_size for path in (FOLDER / "expected").glob("*.png")}
    assert "callout" in found
    parts = ("masthead", "hero", "hero-note", "hero-note.narrow", "message", "clinic", "clinic-blank")
    parts += (*COVER, "opener", "back", "colophon", "card")
    wanted = {*SEEN, *ALONE, *(f"{kind}.narrow" for kind in NARROW), *(f"part-{part}" for part in parts)}
    wanted.add("decision_flow.panel")
    for theme in ("high-contrast", "ink-saver"):
        wanted |= {f"part-message.{theme}", *(f"{kind}.{theme}" for kind in THEMED)}
    assert sorted(found) == sorted(wanted)
    assert {name: size for name, size in found.items() if size > 20 * 1024} == {}


def test_a_changed_picture_fails_and_is_reported(tmp_path: Path) -> None:
    plain = Image.new("RGB", (200, 100), "white")
    shown = Gallery(tmp_path / "expected", tmp_path / "results", update=True)
    shown.check(plain, "one")
    shown.update = False
    shown.check(plain, "one")
    shown.report()
    assert not (tmp_path / "results" / "report.html").exists()
    changed = plain.copy()
    ImageDraw.Draw(changed).line((20, 20, 60, 20), "black")
    with pytest.raises(AssertionError, match=r"one: 0\.2"):
        shown.check(changed, "one")
    with pytest.raises(AssertionError, match="no picture"):
        shown.check(changed, "two")
    shown.report()
    report = (tmp_path / "results" / "report.html").read_text("utf-8")
    assert [report.count(f"<figcaption>{name}") for name in ("Expected", "Actual", "Difference")] == [1, 2, 1]
    assert 'src="http' not in report
