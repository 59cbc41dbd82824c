"""layout.page_checks: a spoiled page for each rule makes its check fail, and a good page none."""

from __future__ import annotations

import re

import pytest

from bifolio.layout.page_checks import check_pages
from bifolio.layout.weasyprint.boxes import Box, page_boxes
from bifolio.layout.weasyprint.loader import load
from tests.conftest import ROOT

pytestmark = pytest.mark.layout

LINE = "<p>A line.</p>"
HUNG = """
  figure { break-inside: avoid; padding-left: 30mm } figure::after { content: ""; display: block; clear: both }
  aside { break-after: avoid; float: left; width: 28mm; margin-left: -30mm }
  svg { display: block; width: 50mm; height: 40mm }
"""
FIGURE = """<figure><aside><div class="whole"><p>A head<br>that hangs<br>with words<br>below it</p></div></aside>
  <div><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 5 4"><path d="M0 0h5v4z"/></svg></div></figure>"""


def _pages(body: str, styles: str = "") -> list[Box]:
    """Lay out on a page of ten lines, 6 mm each."""
    html = f"""<html lang="en"><title>T</title><style>
      @page {{ size: 100mm 80mm; margin: 10mm }}
      * {{ margin: 0; padding: 0; font: 12pt/6mm "Atkinson Hyperlegible" }} {styles}
    </style>{body}"""
    return page_boxes(load(ROOT / "styles" / "fonts").HTML(string=html).render())


def _codes(body: str, styles: str = "") -> list[str]:
    return [finding.code for page in check_pages(_pages(body, styles), "test") for finding in page.findings]


def test_a_good_page_has_no_findings() -> None:
    assert _codes(LINE * 30) == []
    assert _codes(LINE * 8 + "<p>one<br>two<br>three<br>four</p>" + LINE * 6) == []


SPOILED = {
    "page.heading-alone": (LINE * 9 + "<h2>A heading</h2>" + LINE * 5, "h2 { break-after: auto }"),
    "page.orphan": (LINE * 9 + "<p>one<br>two<br>three<br>four</p>" + LINE * 4, "p { orphans: 1 }"),
    "page.widow": (LINE * 7 + "<p>one<br>two<br>three<br>four</p>" + LINE * 4, "p { widows: 1 }"),
    "page.torn-block": (
        f"{LINE * 2}<div class='a'>{LINE * 3}<div class='b'></div>{LINE * 3}</div>{LINE * 4}",
        ".a { break-inside: avoid } .b { break-before: page }",
    ),
    "page.table-head": (  # a head too high to repeat beside a row is left out by the engine
        "<table><thead><tr><th>Head</th></tr></thead><tbody>"
        "<tr><td>one</td></tr>" + "<tr><td>one<br>two<br>three<br>four</td></tr>" * 3 + "</tbody></table>",
        "th { height: 42mm } tr { break-inside: avoid }",
    ),
    "page.overprint": (LINE * 8 + FIGURE, HUNG),
    "page.thin-page": (
        LINE * 12 + "<div style='break-before: page'></div>" + LINE * 9,
        "",
    ),
}


@pytest.mark.parametrize("code", sorted(SPOILED))
def test_a_spoiled_page_is_found(code) -> None:
    assert code in _codes(*SPOILED[code])


def test_a_head_in_one_piece_is_printed_once() -> None:
    """What styles/parts/grid.css does about a fault of WeasyPrint 70, at each place of the page."""
    whole = re.search(r"\.whole \{.*?\}", (ROOT / "styles" / "parts" / "grid.css").read_text("utf-8"))
    assert whole
    assert [codes for n in range(11) if (codes := _codes(LINE * n + FIGURE, HUNG + whole[0]))] == []
    assert len([n for n in range(11) if "page.overprint" in _codes(LINE * n + FIGURE, HUNG)]) >= 2


def test_words_over_the_place_of_a_slot_are_found() -> None:
    """What the clinic is called comes to stand there later."""
    slot = (
        "<div style='position: relative; height: 12mm'><img alt='slot:x' style='width: 50mm; height: 12mm' "
        "src='data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E'/>"
        "<p style='position: absolute; right: 0; top: 0'>{}</p></div>"
    )
    assert _codes(slot.format("A few words")) == []
    assert _codes(slot.format("More words than there is room for")) == ["page.overprint"]


def test_words_beside_words_are_not_printed_over_each_other() -> None:
    tight = "p { line-height: 4.3mm } span { position: absolute; left: 40mm }"
    assert _codes("<p>One<span>two</span></p><p>three</p>" * 4, tight) == []
    assert _codes("<p>One longer line<span>two</span></p>", "span { position: absolute; left: 6mm }") == [
        "page.overprint"
    ]


def test_a_heading_with_one_line_is_alone() -> None:
    loose = "h2 { break-after: auto }"
    assert "page.heading-alone" in _codes(LINE * 8 + "<h2>A heading</h2>" + LINE * 5, loose)
    assert _codes(LINE * 7 + "<h2>A heading</h2>" + LINE * 5) == []


def test_a_heading_with_all_that_it_heads_is_not_alone() -> None:
    """One line is enough where no more belongs to it; where the rest comes on the next page it is alone."""
    box = "<section><h2>A heading</h2><p>One line.</p>{}</section>"
    page = LINE * 8 + box + LINE * 5
    assert _codes(page.format("")) == []
    assert (
        _codes("<div><h1>A title</h1><p>A deck.</p></div><hr style='break-before: page'/>" + LINE * 9) == []
    )
    assert _codes(page.format("<div style='break-before: page'></div>" + LINE)) == ["page.heading-alone"]
    panel = "<section>" + LINE * 8 + "<aside><h3>A panel</h3><p>One line.</p></aside>{}</section>"
    assert _codes(panel.format("<hr style='break-before: page'/>" + LINE * 5)) == []


def test_a_table_repeats_its_head() -> None:
    rows = "<tr><td>cell</td></tr>" * 14
    table = f"<table><thead><tr><th>Head</th></tr></thead><tbody>{rows}</tbody></table>"
    assert _codes(table) == []


def test_a_page_of_few_lines_may_be_spared() -> None:
    """Up to two fifths of it; the last one, too."""
    last = [check_pages(_pages(LINE * lines), "test")[-1] for lines in (10, 13, 15)]
    assert [page.is_sparse for page in last] == [False, True, False]


def test_the_last_page_may_be_thin() -> None:
    assert _codes(LINE * 11) == []


def test_every_code_has_a_spoiled_example() -> None:
    from bifolio.layout import page_checks as module

    assert {f"page.{name}" for name in module._CURES} == set(SPOILED)


def test_the_first_and_the_last_page_of_a_part_may_be_short() -> None:
    broken = f"{LINE * 2}<div style='break-before: page'></div>{LINE * 12}"
    part = f"<section class='{{}}' style='break-before: page'>{broken}</section>"
    assert _codes(part.format("part") * 2) == []
    back = "<section class='{}' style='break-before: page'><p>The clinic.</p></section>"
    assert _codes(LINE * 12 + back.format("back")) == [], "the words end before the back cover"
    assert _codes(LINE * 12 + back.format("other")) == ["page.thin-page"]
    assert _codes(part.format("other") * 2) == ["page.thin-page"] * 2


def test_the_head_of_a_table_may_stand_on_each_page() -> None:
    rows = "<tr><td>one<br>two</td></tr>" * 8
    table = f"<table><thead><tr><th>Head</th></tr></thead><tbody>{rows}</tbody></table>"
    assert _codes(table, "tr { break-inside: avoid }") == []
