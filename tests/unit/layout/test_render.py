"""render.pdf: confined, deterministic, and loud about what goes wrong."""

from __future__ import annotations

import http.server
import io
import subprocess
import sys
import threading

import pikepdf
import pytest

from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from bifolio.layout import render as pdf_of
from bifolio.layout.pages import read_styles
from bifolio.layout.render import render
from tests.conftest import ROOT
from tests.support.making import composer_of, html_of

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


def test_styles_in_pieces_say_what_they_say_together(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each layer is parsed by itself, once; the order of all of them, and of their rules, is as it was written."""
    html = html_of(pipeline, "steady-now", "letter", "calm", "us", "en")
    late = (
        "@layer base { i { top: 0 } b { top: 0 } p { color: #123456 } h1 { color: #123456 } }\n"
        "@layer base { p { color: #654321 } }\n@layer parts { h1, p { margin-left: 3mm } }\nh1 { color: #654321 }"
    )
    odd = html.replace("</style>", f"\n{late}</style>", 1)
    in_pieces = [render(html, FONTS, "test").pdf for html in (html, odd)]
    monkeypatch.setattr(pdf_of, "_parsed", pdf_of._parse)
    assert in_pieces == [render(html, FONTS, "test").pdf for html in (html, odd)]
    assert in_pieces[0] != in_pieces[1]


def test_a_component_is_parsed_once(pipeline: Pipeline) -> None:
    pdf_of._parse_once.cache_clear()
    known = []
    for item in ("steady-now", "my-log"):
        render(html_of(pipeline, item, "letter", "calm", "us", "en"), FONTS, "test")
        known.append(pdf_of._parse_once.cache_info().misses)
    assert known[0] > 20 > 2 * (known[1] - known[0])


def test_styles_that_were_read_before_are_known_to_the_pages(
    pipeline: Pipeline, repository: Repository
) -> None:
    """A worker reads them while the handout itself is being read: only those of its blocks are left."""
    pdf_of._parse_once.cache_clear()
    read_styles(composer_of(pipeline, "letter", "calm", "us", "en").stylesheet.page(), FONTS)
    shared = pdf_of._parse_once.cache_info().misses
    render(html_of(pipeline, "steady-now", "letter", "calm", "us", "en"), FONTS, "test")
    with_its_pictures = 1
    left = pdf_of._parse_once.cache_info().misses - shared
    assert left == len(repository.handout("steady-now").block_kinds) + with_its_pictures
    assert shared > left


def test_styles_with_fonts_of_their_own_are_not_read_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are parsed with each document, as the files of such fonts are there no longer than it."""
    monkeypatch.setattr(pdf_of, "_parse", lambda _: pytest.fail("nobody would know of it later"))
    read_styles("@font-face { font-family: Own; src: url(data:font/ttf;base64,AAAA) }", FONTS)


def test_fonts_are_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine would build a font map for each layout, and never give one back."""
    render(_page("<p>One.</p>"), FONTS, "test")

    def again() -> None:
        pytest.fail("a font map of its own")

    monkeypatch.setattr("weasyprint.document.FontConfiguration", again)
    monkeypatch.setattr("weasyprint.text.fonts.FontConfiguration", again)
    render(_page("<p>Two.</p>"), FONTS, "test")


def test_pages_do_not_wait_for_what_finishes_them() -> None:
    """A worker lays pages out while others load the libraries that finish a file."""
    code = (
        "import pathlib, sys; from bifolio.layout.pages import lay_out_plate;"
        "body, _ = lay_out_plate(sys.argv[1], pathlib.Path(sys.argv[2]), 'test');"
        "print(b'%PDF' in body, {'pikepdf', 'pypdfium2', 'pydantic', 'jinja2'} & sys.modules.keys())"
    )
    command = [sys.executable, "-c", code, _page("<p>Words.</p>"), str(FONTS)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "True set()"
