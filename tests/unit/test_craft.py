"""render.craft: a spoiled page for each rule makes its check fail, and a good page none."""

from __future__ import annotations

import pytest

from bifolio.render.craft import craft
from bifolio.render.pdf import engine
from tests.conftest import ROOT

LINE = "<p>A line.</p>"


def _codes(body: str, styles: str = "") -> list[str]:
    """Lay out on a page of ten lines, 6 mm each."""
    html = f"""<html lang="en"><title>T</title><style>
      @page {{ size: 100mm 80mm; margin: 10mm }}
      * {{ margin: 0; padding: 0; font: 12pt/6mm "Atkinson Hyperlegible" }} {styles}
    </style>{body}"""
    document = engine(ROOT / "styles" / "fonts").HTML(string=html).render()
    return [finding.code for finding in craft(document.pages, "test")]


def test_a_good_page_has_no_findings() -> None:
    assert _codes(LINE * 30) == []
    assert _codes(LINE * 8 + "<p>one<br>two<br>three<br>four</p>" + LINE * 6) == []


SPOILED = {
    "craft.heading-alone": (LINE * 9 + "<h2>A heading</h2>" + LINE * 5, "h2 { break-after: auto }"),
    "craft.orphan": (LINE * 9 + "<p>one<br>two<br>three<br>four</p>" + LINE * 4, "p { orphans: 1 }"),
    "craft.widow": (LINE * 7 + "<p>one<br>two<br>three<br>four</p>" + LINE * 4, "p { widows: 1 }"),
    "craft.torn-block": (
        f"{LINE * 2}<div class='a'>{LINE * 3}<div class='b'></div>{LINE * 3}</div>{LINE * 4}",
        ".a { break-inside: avoid } .b { break-before: page }",
    ),
    "craft.table-head": (  # a head too high to repeat beside a row is left out by the engine
        "<table><thead><tr><th>Head</th></tr></thead><tbody>"
        "<tr><td>one</td></tr>" + "<tr><td>one<br>two<br>three<br>four</td></tr>" * 3 + "</tbody></table>",
        "th { height: 42mm } tr { break-inside: avoid }",
    ),
    "craft.thin-page": (
        LINE * 12 + "<div style='break-before: page'></div>" + LINE * 9,
        "",
    ),
}


@pytest.mark.parametrize("code", sorted(SPOILED))
def test_a_spoiled_page_is_found(code) -> None:
    assert code in _codes(*SPOILED[code])


def test_a_heading_with_one_line_is_alone() -> None:
    loose = "h2 { break-after: auto }"
    assert "craft.heading-alone" in _codes(LINE * 8 + "<h2>A heading</h2>" + LINE * 5, loose)
    assert _codes(LINE * 7 + "<h2>A heading</h2>" + LINE * 5) == []


def test_a_table_repeats_its_head() -> None:
    rows = "<tr><td>cell</td></tr>" * 14
    table = f"<table><thead><tr><th>Head</th></tr></thead><tbody>{rows}</tbody></table>"
    assert _codes(table) == []


def test_the_last_page_may_be_thin() -> None:
    assert _codes(LINE * 11) == []


def test_every_code_has_a_spoiled_example() -> None:
    from bifolio.render import craft as module

    assert {f"craft.{name}" for name in module._CURES} == set(SPOILED)
