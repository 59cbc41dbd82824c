"""render.pdf: confined, deterministic, and loud about what goes wrong."""

from __future__ import annotations

import http.server
import io
import subprocess
import sys
import threading

import pikepdf
import pytest

from bifolio.render import pdf as pdf_of
from bifolio.render.pdf import render
from tests.conftest import ROOT

FONTS = ROOT / "styles" / "fonts"


def _page(body: str, styles: str = "") -> str:
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>T</title><style>@page {{ size: 100mm; }} {styles}"
        f"</style></head><body>{body}</body></html>"
    )


def _codes(html: str) -> set[str]:
    return {finding.code for finding in render(html, FONTS, "test").findings}


def test_a_plain_page_has_no_findings() -> None:
    assert _codes(_page("<h1>Title</h1><p>Words.</p>")) == set()


def test_same_galley_same_bytes() -> None:
    html = _page("<h1>Title</h1><p>Words.</p>")
    assert render(html, FONTS, "one").pdf == render(html, FONTS, "two").pdf


@pytest.mark.parametrize(
    "body",
    [
        "<img src='file:///etc/passwd' alt='x'>",
        "<svg viewBox='0 0 9 9' width='9'><title>x</title><image href='file:///etc/hostname'/></svg>",
        "<div style='background: url(file:///etc/passwd)'>x</div>",
        "<link rel='stylesheet' href='file:///etc/passwd'>",
        "<link rel='attachment' href='file:///etc/passwd'>",
    ],
)
def test_nothing_outside_is_read(body) -> None:
    rendered = render(_page(body), FONTS, "test")
    assert rendered.findings
    assert b"root:" not in rendered.pdf


def test_nothing_is_fetched() -> None:
    asked = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/x.png"
        assert _codes(_page(f"<img src='{address}' alt='x'>")) == {"render.warning"}
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
    assert asked == []


def test_an_unknown_property_is_a_finding() -> None:
    assert _codes(_page("<p>x</p>", "p { text-wrap: balance }")) == {"render.warning"}


def test_a_letter_without_a_shape_is_a_finding() -> None:
    findings = render(_page("<p>A snowman: \N{SNOWMAN}</p>"), FONTS, "test").findings
    assert [f.code for f in findings] == ["render.missing-glyph"]
    assert "U+2603" in findings[0].message


def test_the_fonts_of_the_machine_are_out_of_sight() -> None:
    html = _page('<p style=\'font-family: "DejaVu Sans", "Liberation Sans", sans-serif\'>Words</p>')
    with pikepdf.open(io.BytesIO(render(html, FONTS, "test").pdf)) as document:
        names = {
            str(item.BaseFont)
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item
        }
    assert names
    assert all("Atkinson" in name or "Newsreader" in name for name in names)


@pytest.mark.parametrize(
    ("styles", "body"),
    [
        ("div { height: 5mm; overflow: hidden }", "<div>one<br>two<br>three</div>"),
        ("div { height: 5mm }", "<div>one<br>two<br>three</div>"),
        ("p { white-space: nowrap }", "<p>" + "many words " * 20 + "</p>"),
        ("p { position: absolute; left: 90mm; white-space: nowrap }", "<p>out of the sheet</p>"),
        ("div { width: 10mm; overflow: hidden; white-space: nowrap }", "<div>too wide for it</div>"),
    ],
    ids=["clipped", "runs-out", "too-wide", "off-the-sheet", "clipped-line"],
)
def test_text_that_leaves_its_box_is_a_finding(styles, body) -> None:
    rendered = render(_page(body, styles), FONTS, "test")
    assert {f.code for f in rendered.findings} == {"render.cut-text"}
    assert rendered.overfull == (0,)


def test_a_link_around_other_elements_is_one_link() -> None:
    html = _page("<p><a href='https://example.org'><strong>bold</strong> and plain</a></p>")
    with pikepdf.open(io.BytesIO(render(html, FONTS, "test").pdf)) as document:
        assert len(document.pages[0].obj.Annots) == 1


LEADED = """:root { --lead: 1 } [data-lead="less"] { --lead: .8 } [data-lead="least"] { --lead: .5 }
  @page { margin: 10mm; size: 100mm 85mm } * { margin: 0 } p { font: 12pt/6mm "Atkinson Hyperlegible" }
  p { margin-bottom: calc(4mm * var(--lead)) } .fixed { margin-bottom: 4mm }"""


@pytest.mark.parametrize(
    ("body", "pages", "space_mm"),
    [
        ("<p>Words.</p>" * 6, 1, 10),  # it fits: nothing is taken out
        ("<p>Words.</p>" * 7, 1, 9.2),  # a line over: a little less white saves the page
        ("<p>Words.</p>" + "<p class='fixed'>Words.</p>" * 6, 1, 8),  # it takes the least
        ("<p class='fixed'>Words.</p>" * 7, 2, 10),  # nothing helps: the white stays
        ("<p>Words.</p>" * 9, 2, 10),  # the last page is used: nothing to save
    ],
)
def test_a_compositor_takes_out_lead_to_save_a_page(body: str, pages: int, space_mm: float) -> None:
    html = _page(body, LEADED).replace("<html ", '<html data-lead="full" ')
    rendered = render(html, FONTS, "test")
    assert rendered.pages == pages
    assert _space_mm(rendered.pdf) == pytest.approx(space_mm, abs=0.1)


def _space_mm(pdf: bytes, page: int = 0) -> float:
    """Tell how far the second line of a page stands below its first."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        placed = [op for op in pikepdf.parse_content_stream(document.pages[page]) if str(op.operator) == "Tm"]
    first, second = (float(op.operands[5]) for op in placed[:2])
    return abs(first - second) * 25.4 / 96


def test_no_page_is_saved_at_the_cost_of_words() -> None:
    line = "<p>Words.</p>"
    odd = LEADED + " [data-lead='less'] b, [data-lead='least'] b { position: absolute; left: 90mm }"
    html = _page("<p><b>Words</b></p>" + line * 6, odd).replace("<html ", '<html data-lead="full" ')
    rendered = render(html, FONTS, "test")
    assert rendered.pages == 2
    assert rendered.findings == ()


@pytest.mark.parametrize(("lines", "layouts"), [(1, 1), (7, 2)])
def test_no_try_is_made_for_a_first_page(lines: int, layouts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be spared, however empty it is; one line on a second page is worth a try."""
    made: list[str] = []
    lay_out = pdf_of._lay_out
    monkeypatch.setattr(pdf_of, "_lay_out", lambda *said: made.append(said[2]) or lay_out(*said))
    html = _page("<p>Words.</p>" * lines, LEADED).replace("<html ", '<html data-lead="full" ')
    render(html, FONTS, "test")
    assert len(made) == layouts


def test_fonts_are_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine would build a font map for each layout, and never give one back."""
    render(_page("<p>One.</p>"), FONTS, "test")

    def again() -> None:
        pytest.fail("a font map of its own")

    monkeypatch.setattr("weasyprint.document.FontConfiguration", again)
    monkeypatch.setattr("weasyprint.text.fonts.FontConfiguration", again)
    render(_page("<p>Two.</p>"), FONTS, "test")


def test_lead_is_taken_out_only_of_the_part_that_spares_a_page() -> None:
    """A part that fits, one of a line too many, and one whose white cannot give way."""
    part = "<section data-lead='full' style='break-before: page'>{}</section>"
    line, fixed = "<p>Words.</p>", "<p class='fixed'>Words.</p>"
    parts = part.format(line * 6) + part.format(line * 7) + part.format(fixed * 7)
    html = _page(f"<main>{parts}</main>", LEADED).replace("<html ", '<html data-lead="full" ')
    rendered = render(html, FONTS, "test")
    assert rendered.pages == 4
    assert [_space_mm(rendered.pdf, page) for page in range(3)] == [
        pytest.approx(space, abs=0.1) for space in (10, 9.2, 10)
    ]


@pytest.mark.parametrize(
    ("root", "pages"), [("<html ", [6, 1, 5]), ("<html data-lead='full' ", [6, 4, 3, 5])]
)
def test_only_what_is_in_question_is_laid_out_anew(
    root: str, pages: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it, the part that has a line too much, alone or with the pages between the parts, and all as chosen."""
    laid = []
    lay_out = pdf_of._lay_out
    monkeypatch.setattr(pdf_of, "_lay_out", lambda *said: laid.append(lay_out(*said)) or laid[-1])
    part = "<section data-lead='full' style='break-before: page'>{}</section>"
    line, leaf = "<p>Words.</p>", "<div style='break-before: page'>A page of the galley itself.</div>"
    body = leaf + part.format(line * 6) + leaf + part.format(line * 7) + leaf
    render(_page(f"<main>{body}</main>", LEADED).replace("<html ", root), FONTS, "test")
    assert [len(one.crafts) for one in laid] == pages


KEPT = """:root { --keep: avoid } [data-keep="rows"] { --keep: auto }
  @page { margin: 10mm; size: 100mm 80mm } * { margin: 0 } p { font: 12pt/6mm "Atkinson Hyperlegible" }
  div { break-inside: var(--keep) }"""


def test_a_long_block_goes_on_on_the_next_page_rather_than_leave_one_empty() -> None:
    """The second page would hold two lines and then the white that a block of nine leaves."""
    line = "<p>Words.</p>"
    body = line * 12 + f"<div>{line * 9}</div>" + line * 2
    html = _page(body, KEPT).replace("<html ", '<html data-keep="whole" ')
    torn = render(html, FONTS, "test")
    assert [f.code for f in torn.findings] == []
    assert torn.pages == 3
    kept = render(html.replace("whole", "always"), FONTS, "test")  # a galley that nothing may be changed in
    assert [f.code for f in kept.findings] == ["craft.thin-page"]


def test_blocks_stay_whole_where_no_page_is_the_worse_for_it() -> None:
    line = "<p>Words.</p>"
    html = _page(line * 8 + f"<div>{line * 9}</div>", KEPT).replace("<html ", '<html data-keep="whole" ')
    rendered = render(html, FONTS, "test")
    assert rendered.openings[1].startswith("Words.")
    assert len(rendered.openings[1].split()) == 9


def test_pages_do_not_wait_for_what_finishes_them() -> None:
    """A worker lays pages out while others load the libraries that finish a file."""
    code = (
        "import pathlib, sys; from bifolio.render import lay_out_plate;"
        "body, _ = lay_out_plate(sys.argv[1], pathlib.Path(sys.argv[2]), 'test');"
        "print(b'%PDF' in body, {'pikepdf', 'pypdfium2', 'pydantic', 'jinja2'} & sys.modules.keys())"
    )
    command = [sys.executable, "-c", code, _page("<p>Words.</p>"), str(FONTS)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "True set()"
