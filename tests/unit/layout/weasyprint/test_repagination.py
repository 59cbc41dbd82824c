"""layout.weasyprint.repagination: a part that came out badly is laid out again, as if it had been written so."""

from __future__ import annotations

import io

import pikepdf
import pytest

from bifolio.layout.render import render
from bifolio.layout.weasyprint.loader import load
from bifolio.layout.weasyprint.repagination import KEEPS, LEADS
from tests.conftest import ROOT

pytestmark = [pytest.mark.layout, pytest.mark.layout]

FONTS = ROOT / "styles" / "fonts"

LEADED = """[data-lead] { --lead: 1; --lead-less: .8; --lead-least: .5 }
  @page { margin: 10mm; size: 100mm 85mm } * { margin: 0 } p { font: 12pt/6mm "Atkinson Hyperlegible" }
  p { margin-bottom: calc(4mm * var(--lead)) } .fixed { margin-bottom: 4mm }"""
KEPT = """:root { --keep: avoid; --keep-rows: auto }
  @page { margin: 10mm; size: 100mm 80mm } * { margin: 0 } p { font: 12pt/6mm "Atkinson Hyperlegible" }
  div { break-inside: var(--keep) }"""
LINE, FIXED = "<p>Words.</p>", "<p class='fixed'>Words.</p>"
PART = "<section data-lead='full' style='break-before: page'>{}</section>"


def _page(body: str, styles: str = LEADED, root: str = "data-lead='full'") -> str:
    return (
        f"<!DOCTYPE html><html lang='en' {root}><head><title>T</title><style>{styles}</style></head>"
        f"<body>{body}</body></html>"
    )


@pytest.fixture
def laid_out(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the pages that were laid out, in turn."""
    load(FONTS)
    from weasyprint.layout import page

    numbers: list[int] = []
    make = page.make_page

    def noted(*said, **more):
        numbers.append(said[4])
        return make(*said, **more)

    monkeypatch.setattr(page, "make_page", noted)
    return numbers


@pytest.mark.parametrize(
    ("body", "pages", "space_mm"),
    [
        (LINE * 6, 1, 10),  # it fits: nothing is taken out
        (LINE * 7, 1, 9.2),  # a line over: a little less white saves the page
        (LINE + FIXED * 6, 1, 8),  # it takes the least
        (FIXED * 7, 2, 10),  # nothing helps: the white stays
        (LINE * 9, 2, 10),  # the last page is used: nothing to save
    ],
)
def test_lead_is_taken_out_to_save_a_page(body: str, pages: int, space_mm: float) -> None:
    rendered = render(_page(body), FONTS, "test")
    assert rendered.pages == pages
    assert _space_mm(rendered.pdf) == pytest.approx(space_mm, abs=0.1)


def _space_mm(pdf: bytes, page: int = 0) -> float:
    """Return how far the second line of a page stands below its first."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        placed = [op for op in pikepdf.parse_content_stream(document.pages[page]) if str(op.operator) == "Tm"]
    first, second = (float(op.operands[5]) for op in placed[:2])
    return abs(first - second) * 25.4 / 96


def test_no_page_is_saved_at_the_cost_of_words() -> None:
    """With less lead these words stand off the sheet."""
    odd = LEADED + "b { position: relative; left: calc(400mm - 400mm * var(--lead)) }"
    rendered = render(_page("<p><b>Words</b></p>" + LINE * 6, odd), FONTS, "test")
    assert rendered.pages == 2
    assert rendered.findings == ()


@pytest.mark.parametrize(("lines", "pages"), [(1, [1]), (7, [1, 2, 1])])
def test_a_first_page_is_not_to_be_spared(lines: int, pages: list[int], laid_out: list[int]) -> None:
    """However empty it is; one line on a second page is worth a try."""
    render(_page(LINE * lines), FONTS, "test")
    assert laid_out == pages


def test_lead_is_taken_out_only_of_the_part_that_spares_a_page() -> None:
    """A part that fits, one of a line too many, and one whose white cannot give way."""
    parts = PART.format(LINE * 6) + PART.format(LINE * 7) + PART.format(FIXED * 7)
    rendered = render(_page(f"<main>{parts}</main>"), FONTS, "test")
    assert rendered.pages == 4
    assert [_space_mm(rendered.pdf, page) for page in range(3)] == [
        pytest.approx(space, abs=0.1) for space in (10, 9.2, 10)
    ]


@pytest.mark.parametrize(
    ("root", "leaf", "pages"),
    [
        ("", LINE, [1, 2, 3, 4, 5, 4, 5, 6]),
        ("data-lead='full'", FIXED * 6, [1, 2, 3, 4, 5, 4, 5, 6]),
        # The pages between the parts have one that might be spared, and cannot: all is tried, and set as it was.
        ("data-lead='full'", FIXED, [1, 2, 3, 4, 5, 4, 5, 6, *[1, 2, 3, 4, 5, 6] * 3]),
    ],
)
def test_only_what_is_in_question_is_laid_out_anew(
    root: str, leaf: str, pages: list[int], laid_out: list[int]
) -> None:
    """The part that has a line too much, before what follows it; its own pages are no fault of the whole."""
    leaf = f"<div style='break-before: page'>{leaf}</div>"
    body = leaf + PART.format(LINE * 6) + leaf + PART.format(LINE * 7) + leaf
    rendered = render(_page(f"<main>{body}{PART.format(LINE)}</main>", root=root), FONTS, "test")
    assert rendered.pages == 6
    assert laid_out == pages


def test_nothing_is_torn_to_save_a_page(laid_out: list[int]) -> None:
    """Blocks may be torn to mend a fault; a page that is nearly empty is none."""
    rendered = render(_page(FIXED * 7, root="data-lead='full' data-keep='whole'"), FONTS, "test")
    assert rendered.pages == 2
    assert laid_out == [1, 2] * 4  # with three leads, and with the first of them again


def test_what_is_set_again_is_as_if_it_had_been_written_so() -> None:
    """The same bytes: counters, marks of quotation, folios in a list of contents, tables, boxes of all sorts."""
    body = """<nav style='break-after: page'><a href='#one'>One </a><a href='#two'>Two </a><a href='#last'>Last</a></nav>
      <section id='one' data-lead='full'><ol><li>one</li><li>two</li></ol><q>Said <p>Words.</p></q></section>
      <section id='two' {}><ol><li>three</li><li><i>four</i></li></ol><p id='last'><q>See</q> <a href='#end'></a></p>
        <table><tr><th>a</th><td>b</td></tr></table><div class='row'><p>Words.</p><p>Words.</p></div>
        <div class='halves'><p>Words.</p><p>Words.</p></div><p>Words.</p><p class='box'>Words.</p></section>
      <section id='end' data-lead='full'><ol><li>five</li></ol><p class='mark'>Words.</p><div class='foot'>Foot</div></section>"""
    styles = (
        LEADED
        + """ body { counter-reset: all } li { counter-increment: all; list-style: none } li::before { content: counter(all) ". " }
      a::after { content: target-counter(attr(href), page) } section { break-before: page } table { margin-bottom: calc(4mm * var(--lead)) }
      .row { display: flex } .halves { columns: 2 } .box { position: relative; break-before: avoid } .box::before { content: "x"; position: absolute; right: 0 }
      .foot { position: running(foot) } @page { @bottom-center { content: element(foot) counter(page) " of " counter(pages) } } .mark::before { content: open-quote }
      td, th { border: 1px solid } q { display: block } i { text-transform: uppercase }"""
    )
    again = render(_page(body.format("data-lead='full'"), styles, ""), FONTS, "test")
    written = render(
        _page(body.format("data-lead='least' style='--lead: var(--lead-least)'"), styles, ""), FONTS, "test"
    )
    plain = render(_page(body.format("data-lead='as it is'"), styles, ""), FONTS, "test")
    assert (again.pages, plain.pages) == (4, 5)
    assert again.pdf == written.pdf
    assert again.findings == written.findings == ()


def test_what_goes_on_beside_a_stretch_goes_on_when_it_is_set_again() -> None:
    """A box at the side that is longer than the page before it."""
    beside = f"<div style='position: absolute; top: 20mm; right: 0'>{LINE * 9}</div>"
    body = f"{LINE}{beside}<section {{}} style='break-before: page; {{}}'>{LINE * 7}</section>"
    again = render(_page(body.format("data-lead='full'", ""), root=""), FONTS, "test")
    written = render(_page(body.format("data-lead='x'", "--lead: var(--lead-less)"), root=""), FONTS, "test")
    assert again.pages == 2
    assert again.pdf == written.pdf


def test_a_long_block_goes_on_on_the_next_page_rather_than_leave_one_empty() -> None:
    """The second page would hold two lines and then the white that a block of nine leaves."""
    body = LINE * 12 + f"<div>{LINE * 9}</div>" + LINE * 2
    torn = render(_page(body, KEPT, "data-keep='whole'"), FONTS, "test")
    assert [f.code for f in torn.findings] == []
    assert torn.pages == 3
    kept = render(_page(body, KEPT, "data-keep='always'"), FONTS, "test")  # nothing may be changed in it
    assert [f.code for f in kept.findings] == ["page.thin-page"]


def test_blocks_stay_whole_where_no_page_is_the_worse_for_it() -> None:
    body = LINE * 8 + f"<div>{LINE * 9}</div>"
    rendered = render(_page(body, KEPT, "data-keep='whole'"), FONTS, "test")
    assert rendered.openings[1].startswith("Words.")
    assert len(rendered.openings[1].split()) == 9


def test_notes_at_the_foot_are_left_as_they_come(laid_out: list[int]) -> None:
    """They are laid out once, and are gone from the text."""
    noted = LEADED + "b { float: footnote }"
    rendered = render(_page("<p>Words<b>A note.</b></p>" + LINE * 6, noted), FONTS, "test")
    assert rendered.pages == 2
    assert laid_out == [1, 2]


def test_the_styles_say_what_each_choice_comes_to() -> None:
    tokens = (ROOT / "styles" / "tokens.css").read_text("utf-8")
    assert all(f"--lead-{lead}: " in tokens for lead in LEADS[1:])
    assert all(f"--keep-{keep}: " in tokens for keep in KEEPS[1:])
