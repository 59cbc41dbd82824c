"""layout.render: confined, deterministic, and loud about what goes wrong."""

from __future__ import annotations

import http.server
import io
import subprocess
import sys
import threading

import pikepdf
import pytest

from bifolio.layout.render import render
from tests.conftest import ROOT

pytestmark = pytest.mark.layout

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


def test_same_html_same_bytes() -> None:
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
