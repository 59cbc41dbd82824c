from __future__ import annotations

import base64
import gzip
import io
import re
import struct
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw

from bifolio.app import Project
from bifolio.branding.logo import MAX_BYTES, Logo, LogoUse, read_logo
from bifolio.branding.logo.pixels import as_png
from bifolio.branding.logo.place import MAX_DEPTH
from bifolio.branding.logo.raster import rendered
from bifolio.branding.logo.tally import MAX_SHAPES
from bifolio.content.repository import Repository
from bifolio.core.diagnostics import DesignError, Source, Span
from bifolio.model.job import Request
from tests.support.logos import FONTS, not_allowed
from tests.support.projects import BRAND, HANDOUT, Scratch

pytestmark = pytest.mark.property

SPAN = Span(Source("_brand.yml", "logo: logo.svg"), 1, 7, 8)
NS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def _svg(inner: str, attributes: str = 'viewBox="0 0 48 48"', before: str = "") -> str:
    return f"{before}<svg {NS} {attributes}>{inner}</svg>"


def _read(folder: Path, body: str | bytes, name: str = "logo.svg", use: LogoUse = LogoUse.PRINT) -> Logo:
    path = folder / name
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return read_logo(path, SPAN, use, FONTS)


def _refused(folder: Path, body: str | bytes, name: str = "logo.svg") -> str:
    with pytest.raises(DesignError) as raised:
        _read(folder, body, name)
    (finding,) = raised.value.findings
    assert finding.span == SPAN
    assert finding.help
    return finding.code


# -- what can be seen ---------------------------------------------------------------------------


def _ring(colour: str, ground: str | None = None) -> bytes:
    picture = Image.new("RGBA", (800, 800), ground or (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((100, 100, 700, 700), fill=colour)
    drawn = io.BytesIO()
    picture.save(drawn, "PNG")
    return drawn.getvalue()


@pytest.mark.parametrize(
    ("light", "dark", "told"),
    [
        (_ring("white"), None, ["white paper"]),
        (_ring("#eee"), _ring("#222"), ["white paper", "a dark screen"]),
        (_ring("#222"), _ring("#eee"), []),
        (_ring("white", "#224466"), None, []),
        (_svg('<path fill="#fff" d="M0 0h9v9z"/>').encode(), None, ["white paper"]),
        (
            _svg('<g fill="#fff"><path d="M0 0h9v9z"/><path stroke="#888" d="M0 0h9v9z"/></g>').encode(),
            None,
            [],
        ),
        (_svg('<path d="M0 0h9v9z"/>').encode(), None, []),
        (_svg('<path fill="currentColor" d="M0 0h9v9z"/>').encode(), None, []),
        (
            _svg(
                '<linearGradient id="a"><stop stop-color="#fff"/><stop offset="1" stop-color="#eee"/></linearGradient>'
                '<path fill="url(#a)" d="M0 0h9v9z"/>'
            ).encode(),
            None,
            ["white paper"],
        ),
    ],
)
def test_a_logo_that_nobody_sees_is_told(light, dark, told, scratch: Scratch) -> None:
    end = "svg" if light.startswith(b"<svg") else "png"
    said = f"light: light.{end}" + (", dark: dark.png" if dark else "")
    scratch.write("content/brands/default/_brand.yml", f"{BRAND}logo: {{medium: {{{said}}}}}\n")
    scratch.write(f"content/brands/default/light.{end}", light)
    if dark:
        scratch.write("content/brands/default/dark.png", dark)
    found = [
        f
        for f in Repository(scratch.root).brand_files("default").warnings("us")
        if f.code == "brand.logo-unseen"
    ]
    assert [finding.message.partition(" on ")[2] for finding in found] == told


# -- SVG: nothing of a stranger's file goes on but its drawing -------------------------------------

EVIL = {
    "script": "<script>alert(1)</script>",
    "script in a group": "<g><script href='https://evil.example/x.js'/></g>",
    "handler": '<path onload="alert(1)" onclick="alert(2)" d="M0 0"/>',
    "javascript link": '<a href="javascript:alert(1)"><path d="M0 0h9v9z"/></a>',
    "style sheet": "<style>@import url(https://evil.example/x.css); path { background: url(alert) }</style>",
    "style attribute": '<path style="background: url(https://evil.example/x)" d="M0 0h9v9"/>',
    "processing instruction": '<?xml-stylesheet href="https://evil.example/x.css"?><path d="M0 0"/>',
    "comment": "<!-- alert --><path d='M0 0'/>",
    "other namespace": '<x:evil xmlns:x="https://evil.example/" alert="1"><x:y/></x:evil>',
    "metadata": "<metadata>alert</metadata>",
    "base": f'<svg {NS} xml:base="https://evil.example/"><path d="M0 0h9v9z"/></svg>',
    "unused outside use": '<defs><use href="https://evil.example/x.svg#alert"/></defs>',
    "unused picture": '<defs><image href="file:///etc/passwd"/></defs>',
}
REFUSED = {
    "paint from outside, spelt oddly": '<path fill="URL( \'https://evil.example/x\' )" d="M0 0h9v9"/>',
    "paint from outside": '<path fill="url(https://evil.example/x#alert)" d="M0 0h9v9"/>',
    "foreign object": '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml">alert</body></foreignObject>',
    "picture": '<image href="https://evil.example/x.png" width="9" height="9"/>',
    "picture of the machine": '<image href="/etc/passwd" width="9" height="9"/>',
    "picture in data": '<image xlink:href="data:image/png;base64,alert"/>',
    "picture in data, broken": '<image xlink:href="data:image/png;base64,a"/>',
    "drawing in data": '<image href="data:image/svg+xml,%3Csvg/%3E"/>',
    "outside use": '<use href="https://evil.example/x.svg#alert"/>',
    "outside use by xlink": '<use xlink:href="file:///etc/passwd#alert"/>',
    "javascript use": '<use href="javascript:alert(1)"/>',
    "clip from outside": '<path clip-path="url(https://evil.example/x)" d="M0 0h9v9z"/>',
    "animation": '<animate attributeName="href" values="javascript:alert(1)"/>',
    "set": '<set attributeName="href" to="javascript:alert(1)"/>',
    "animation by style": "<style>circle{animation:turn 1s}</style>",
    "text in a font of the machine": '<text font-family="Arial">alert</text>',
    "text in no font": "<text>alert</text>",
    "clip by style": '<path style="clip-path:circle(40%)" d="M0 0h9v9z"/>',
    "colour that is computed": '<path fill="color-mix(in srgb, red, blue)" d="M0 0h9v9z"/>',
    "length that is computed": '<rect width="calc(1px + 2px)" height="9"/>',
    "rules in rules": "<style>g{circle{fill:red}}</style>",
    "rules for some": "<style>@supports (fill: red){circle{fill:red}}</style>",
    "noise": '<filter id="f"><feTurbulence numOctaves="1000000"/></filter><g filter="url(#f)"><path d="M0 0h9v9z"/></g>',
    "picture in a filter": '<filter id="f"><feImage href="/etc/passwd"/></filter><path filter="url(#f)" d="M0 0h9v9z"/>',
    "blur that is far larger": '<filter id="f" x="-99999" width="999999"><feGaussianBlur stdDeviation="9"/></filter>'
    '<path filter="url(#f)" d="M0 0h9v9z"/>',
}


@pytest.mark.parametrize("evil", sorted(EVIL))
def test_svg_keeps_nothing_of_it(evil: str, tmp_path: Path) -> None:
    body = _read(tmp_path, _svg(f'{EVIL[evil]}<circle r="9" cx="20" cy="20"/>')).body
    assert not_allowed(body) == []
    assert not re.search(rb"alert|evil|passwd|javascript|import|style|on\w+=", body)
    assert b"<path" in body  # what is sound stays


@pytest.mark.parametrize("evil", sorted(REFUSED))
def test_what_a_browser_would_show_and_paper_cannot_is_refused(evil: str, tmp_path: Path) -> None:
    code = _refused(tmp_path, _svg(f'{REFUSED[evil]}<circle r="9" cx="20" cy="20"/>'))
    assert code in ("brand.logo-unsupported", "brand.logo-text", "brand.unreadable-logo")


def test_a_check_of_what_is_allowed_finds_what_is_not() -> None:
    for inner in (
        '<path onclick="x()"/>',
        "<script/>",
        '<path fill="url(http://x)"/>',
        "<g>text</g>",
        "<use/>",
    ):
        assert not_allowed(_svg(inner).encode())


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not xml",
        "<svg",
        b"\xff\xfe<\x00s\x00",
        b"\x1f\x8b cut off",
        '<?xml version="1.0" encoding="no-such"?><svg/>',
        b"<svg><!-- \xe9 --></svg>",
        _svg('<path d="M0 0h9v9z"/>', "width='0' height='9'"),
        _svg('<path d="M0 0h9v9z"/>', "width='1' height='999999'"),
        '<html xmlns="http://www.w3.org/1999/xhtml" viewBox="0 0 9 9"/>',
        _svg("&x;", before='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        _svg("", before='<!DOCTYPE svg [<!ENTITY % x SYSTEM "http://evil.example/x.dtd"> %x;]>'),
        _svg("&c;", before='<!DOCTYPE svg [<!ENTITY a "aaa"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>'),
        _svg("&none;"),
        _svg("<g>" * (MAX_DEPTH + 2) + '<path d="M0 0h9v9z"/>' + "</g>" * (MAX_DEPTH + 2)),
        _svg("<g>" * 50_000 + "</g>" * 50_000),
        _svg('<g id="a"><use href="#a"/></g>'),
        _svg('<g id="a"><use href="#b"/></g><g id="b"><use xlink:href="#a"/></g>'),
        _svg(
            '<clipPath id="c"><path clip-path="url(#c)" d="M0 0h9v9z"/></clipPath><g clip-path="url(#c)"><path d="M0 0h9v9z"/></g>'
        ),
        _svg(
            '<linearGradient id="g" href="#h"/><linearGradient id="h" href="#g"/><path fill="url(#g)" d="M0 0h9v9z"/>'
        ),
        _svg(
            '<pattern id="p" width="9" height="9"><path fill="url(#p)" d="M0 0h9v9z"/></pattern><path fill="url(#p)" d="M0 0h9v9z"/>'
        ),
        _svg('<mask id="m"><path mask="url(#m)" d="M0 0h9v9z"/></mask><path mask="url(#m)" d="M0 0h9v9z"/>'),
        _svg(
            '<marker id="m"><path marker-end="url(#m)" d="M0 0h9"/></marker><path marker-end="url(#m)" d="M0 0h9"/>'
        ),
        _svg('<circle r="1e9"/>'),
    ],
)
def test_svg_that_cannot_be_set(body: str | bytes, tmp_path: Path) -> None:
    assert _refused(tmp_path, body) == "brand.unreadable-logo"


_MANY = 8_000


@pytest.mark.parametrize(
    "body",
    [
        _svg(
            '<path id="u0" d="M0 0h1"/>'
            + "".join(
                f'<g id="u{number}">' + f'<use href="#u{number - 1}"/>' * 10 + "</g>"
                for number in range(1, 9)
            )
        ),
        _svg('<path d="M0 0h1"/>' * (MAX_SHAPES + 1)),
        _svg("<g/>" * 70_000),
        _svg('<path d="M0 0' + "h1" * 500_000 + '"/>'),
        _svg('<path stroke="red" stroke-dasharray=".001" d="M0 0h48"/>'),
        _svg(
            '<clipPath id="c"><path d="M0 0h9v9z"/></clipPath>'
            + '<g clip-path="url(#c)"><path d="M0 0h9v9z"/></g>' * 2000
        ),
        _svg(
            '<filter id="f"><feGaussianBlur stdDeviation="1"/></filter>'
            + '<path filter="url(#f)" d="M0 0h9v9z"/>' * 200
        ),
        _svg(
            "<style>"
            + "".join(f".a{number}{{fill:red}}" for number in range(_MANY))
            + "</style>"
            + '<path class="a1" d="M0 0h1"/>' * _MANY
        ),
        _svg(
            "<style>:root{--a:var(--b)var(--b);"
            + "".join(
                f"--{x}:var(--{y})var(--{y});"
                for x, y in zip("bcdefghijklmno", "cdefghijklmnop", strict=True)
            )
            + '--p:aaaaaaaa}</style><path fill="var(--a)" d="M0 0h9v9z"/>'
        ),
        _svg('<path d="&a;"/>' * 30_000, before=f'<!DOCTYPE svg [<!ENTITY a "{"M0 0h1" * 300}">]>'),
        gzip.compress(b"<svg>" + b" " * 50_000_000),
    ],
    ids=[
        "uses",
        "shapes",
        "elements",
        "segments",
        "dashes",
        "clips",
        "blurs",
        "rules",
        "variables",
        "entities",
        "packed",
    ],
)
def test_what_takes_too_long_is_refused_in_time(body: str | bytes, tmp_path: Path) -> None:
    begun = time.process_time()
    assert _refused(tmp_path, body) in ("brand.logo-size", "brand.logo-unsupported", "brand.unreadable-logo")
    assert time.process_time() - begun < 20


@pytest.mark.parametrize(
    "attribute",
    ["d", "points", "transform", "fill", "stroke-dasharray", "width", "id", "style", "viewBox", "font"],
)
@pytest.mark.parametrize(
    "run", ["1", " ", "1 ", "rotate(1) ", ",0", "-", "a", "fill:red;", "1.", "e", "var(--a,", "url("]
)
def test_no_value_takes_longer_than_it_is_long(attribute: str, run: str, tmp_path: Path) -> None:
    # The limit is pytest's patience: a pattern that tries again for each letter would take hours.
    text = run * (200_000 // len(run))
    body = f'<g {attribute}="{text}x"><rect {attribute}="{text}x" height="9"/></g><circle r="9"/>'
    with suppress(DesignError):
        _read(tmp_path, _svg(body))


@pytest.mark.parametrize("moves", ["M20 10", " m -4,4M4 4", "M20 10\n"])
def test_moves_at_the_end_of_a_path_change_nothing(moves: str, tmp_path: Path) -> None:
    """As in Chromium; an extent that counts them would stretch a gradient."""
    shades = '<linearGradient id="g"><stop stop-color="#c00"/><stop offset="1" stop-color="#06c"/></linearGradient>'
    bodies = [
        _read(tmp_path, _svg(f'{shades}<path d="M30 20l9 20{end}" stroke="url(#g)" stroke-width="3"/>')).body
        for end in ("", moves)
    ]
    assert bodies[0] == bodies[1]


@pytest.mark.layout
@pytest.mark.parametrize("cut", ['clip-path="url(#c)"', 'mask="url(#m)"'])
def test_a_clip_and_a_mask_move_with_what_is_used(cut: str, tmp_path: Path) -> None:
    """SVG 2, 5.5: x and y of a `use` are a part of its transform."""
    defs = (
        '<defs><clipPath id="c"><circle cx="9" cy="9" r="8"/></clipPath><path id="p" d="M0 0h20v20H0z"/>'
        '<mask id="m"><circle cx="9" cy="9" r="8" fill="#fff"/></mask></defs><path d="M0 40h9v8H0z"/>'
    )
    used = _read(tmp_path, _svg(f'{defs}<use href="#p" x="20" y="10%" {cut}/>'))
    moved = _read(tmp_path, _svg(f'{defs}<g transform="translate(20 4.8)" {cut}><use href="#p"/></g>'))
    assert used.body == moved.body


def test_cleaned_logos_can_be_set_whatever_was_in_them(tmp_path: Path) -> None:
    """What the layout engine stumbled over once, all in one drawing, as one page with no findings."""
    from bifolio.layout.render import render
    from tests.conftest import ROOT

    inner = "".join(EVIL.values()) + (
        '<svg viewBox="x"><path d="M0 0h1"/></svg><polyline points="1 2 3"/><path d="M 0,0 c 1"/><path d="garbage"/>'
        '<path transform="matrix(1 2 3)" d="M0 0h9"/><circle r="-1"/><use href="#no"/><path d="M0 0A1e308 1e308 0 1 1 5 5"/><path fill="url(#no)" d="M0 0h9"/>'
        '<linearGradient id="g" spreadMethod="reflect" x1="0" x2="1e-9"><stop offset="0"/><stop offset="1" '
        'stop-color="red"/></linearGradient><path fill="url(#g)" d="M0 0h9v9z"/><path fill="currentcolor" d="M0 0h9v1z"/>'
    )
    try:
        address = _read(tmp_path, _svg(inner)).address("#112233")
    except DesignError:  # for the gradient that repeats a thousand million times
        address = _read(tmp_path, _svg(inner.replace("1e-9", "1"))).address("#112233")
    page = f'<!DOCTYPE html><html lang="en"><title>a</title><p>a <img src="{address}" alt="a" height="40"/></p></html>'
    assert render(page, ROOT / "styles" / "fonts", "logo").findings == ()


# -- SVG: how it looks -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "painted"),
    [
        ('<style>.a{fill:#c00}</style><path class="a" d="M0 0h48v48H0z"/>', "#cc0000"),
        ('<style>g .a,#x{fill:#c00}</style><g><path class="b a" d="M0 0h48v48H0z"/></g>', "#cc0000"),
        ('<style>path{fill:#c00!important}</style><path style="fill:#00c" d="M0 0h48v48H0z"/>', "#cc0000"),
        ('<style>path{fill:#00c}</style><path style="fill:#c00 !important" d="M0 0h48v48H0z"/>', "#cc0000"),
        ('<style>path{fill:#c00}</style><path fill="#00c" d="M0 0h48v48H0z"/>', "#cc0000"),
        ('<path fill="#c00" style="fill:nonsense" d="M0 0h48v48H0z"/>', "#cc0000"),
        ('<path fill="#00c" style="fill:#c00;x:y;d:M9" d="M0 0h48v48H0z"/>', "#cc0000"),
        ('<g style="--a:#c00"><path fill="var(--a)" d="M0 0h48v48H0z"/></g>', "#cc0000"),
        ('<path fill="var(--none, #c00)" d="M0 0h48v48H0z"/>', "#cc0000"),
        ('<g fill="#c00"><path fill="var(--none)" d="M0 0h48v48H0z"/></g>', "#cc0000"),
        ('<path fill="url(#none) #c00" d="M0 0h48v48H0z"/>', "#cc0000"),
        ('<g color="#c00"><path fill="CURRENTCOLOR" d="M0 0h48v48H0z"/></g>', "#cc0000"),
        ('<path fill="hsl(0 100% 40%)" d="M0 0h48v48H0z"/>', "#cc0000"),
        (
            '<style><![CDATA[ <!-- .a{fill:#c00} --> ]]></style><rect class="a" width="100%" height="100%"/>',
            "#cc0000",
        ),
        ('<style media="print">rect{fill:#00c}</style><rect fill="#c00" width="48" height="48"/>', "#cc0000"),
        (
            '<style>@media (prefers-color-scheme:dark){rect{fill:#00c}}</style><rect fill="#c00" width="48" height="48"/>',
            "#cc0000",
        ),
        ('<rect width="48" height="48" fill="CurrentColor"/>', "currentColor"),
        ('<rect width="48" height="48"/>', "#000000"),
    ],
)
def test_the_colour_is_the_one_that_a_browser_takes(inner: str, painted: str, tmp_path: Path) -> None:
    body = _read(tmp_path, _svg(inner)).body.decode()
    assert re.findall(r'fill="([^"]+)"', body) == [painted]


def test_current_colour_becomes_the_brands(tmp_path: Path) -> None:
    logo = _read(tmp_path, _svg('<path fill="currentColor" stroke="CURRENTCOLOR" d="M9 9h9v9z"/>'))
    assert logo.is_plain
    kind, _, data = logo.address("#123456").partition(",")
    assert kind == "data:image/svg+xml;base64"
    drawn = base64.b64decode(data).decode()
    assert 'fill="#123456"' in drawn
    assert 'stroke="#123456"' in drawn


def test_a_drawing_of_more_than_the_brands_colour_is_not_plain(tmp_path: Path) -> None:
    for more in ('<path fill="#c00" d="M0 0h9v9z"/>', '<path stroke="#000" d="M0 0h9"/>'):
        assert not _read(tmp_path, _svg(f'<path fill="currentColor" d="M9 9h9v9z"/>{more}')).is_plain
    assert not _read(tmp_path, _svg('<path d="M9 9h9v9z"/>')).is_plain


def test_margins_of_a_drawing_go(tmp_path: Path) -> None:
    mark = '<rect x="300" y="400" width="200" height="100" fill="#c00"/>'
    ground = '<rect width="1000" height="1000" fill="{}"/>'
    for below in ("", ground.format("#fff")):
        body = _read(tmp_path, _svg(below + mark, 'viewBox="0 0 1000 1000"')).body.decode()
        box = [float(part) for part in re.findall(r'viewBox="([^"]+)"', body)[0].split()]
        assert box == pytest.approx([300, 400, 200, 100], abs=5)
    body = _read(tmp_path, _svg(ground.format("#eef") + mark, 'viewBox="0 0 1000 1000"')).body.decode()
    assert 'viewBox="0 0 1000 1000"' in body  # a tint is no margin
    on_dark = _read(
        tmp_path, _svg(ground.format("#fff") + mark, 'viewBox="0 0 1000 1000"'), use=LogoUse.SCREEN
    )
    assert b'viewBox="0 0 1000 1000"' in on_dark.body  # nor is white on a dark screen


def test_what_is_cleaned_stays_as_it_is_when_it_is_cleaned_again(tmp_path: Path) -> None:
    inner = (
        '<linearGradient id="g"><stop stop-color="#fff"/><stop offset="1" stop-color="#c00"/></linearGradient>'
        '<clipPath id="c"><circle cx="24" cy="24" r="20"/></clipPath><g clip-path="url(#c)" opacity=".5">'
        '<rect width="40" height="48" fill="url(#g)"/><path stroke="#00c" stroke-dasharray="3 1" d="M0 9h48"/></g>'
    )
    once = _read(tmp_path, _svg(inner)).body
    again = _read(tmp_path, once).body
    pictures = [rendered(body.decode(), 200, 200) for body in (once, again)]
    from bifolio.branding.logo.check import looks_alike

    assert looks_alike(*pictures)
    assert _read(tmp_path, _svg(inner)).body == once  # and the same file gives the same bytes


def test_pixels_are_told(tmp_path: Path) -> None:
    mask = '<mask id="m"><circle cx="24" cy="24" r="20" fill="#888"/></mask><rect mask="url(#m)" width="48" height="48"/>'
    logo = _read(tmp_path, _svg(mask))
    (remark,) = logo.remarks
    assert (logo.kind, remark.code, remark.is_error) == ("image/png", "brand.logo-pixels", False)
    assert "a mask" in remark.message
    assert remark.help
    again = _read(tmp_path, logo.body, "logo.png")
    assert again.remarks == ()


def test_a_drawing_that_comes_out_otherwise_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check works: what loses its paint is not printed."""
    from bifolio.branding.logo import vector
    from bifolio.branding.logo.items import Fill

    drawing = _svg(
        '<rect width="48" height="48" fill="#c00"/><rect x="4" y="4" width="3" height="3" fill="#ff0"/>'
    )
    assert _read(tmp_path, drawing)
    written = vector.write

    def without_the_small_part(items: Any, box: Any) -> bytes:
        return written(
            [item for item in items if not (isinstance(item, Fill) and item.paint == "#ffff00")], box
        )

    monkeypatch.setattr(vector, "write", without_the_small_part)
    assert _refused(tmp_path, drawing) == "brand.logo-differs"


@pytest.mark.parametrize(
    "inner",
    [
        "",
        "<g/>",
        '<rect width="9" height="9" fill="none"/>',
        '<g display="none"><circle r="9"/></g>',
        '<path opacity="0" d="M0 0h9v9z"/>',
    ],
)
def test_a_drawing_that_shows_nothing_is_refused(inner: str, tmp_path: Path) -> None:
    assert _refused(tmp_path, _svg(inner)) == "brand.logo-empty"


def test_the_kind_of_a_file_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    drawing = _svg('<circle cx="24" cy="24" r="9"/>')
    assert _read(tmp_path, drawing, "logo.png").kind == "image/svg+xml"
    assert _read(tmp_path, gzip.compress(drawing.encode()), "logo.svgz").kind == "image/svg+xml"
    assert _read(tmp_path, _picture(), "logo.svg").kind == "image/png"


# -- PDF -------------------------------------------------------------------------------------------


def _pdf(content: str, size: tuple[int, int] = (400, 200)) -> bytes:
    import pikepdf

    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=size)
        pdf.pages[0].Contents = pdf.make_stream(content.encode())
        pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()


def test_the_first_page_of_a_pdf(tmp_path: Path) -> None:
    logo = _read(tmp_path, _pdf("1 0 0 rg 100 50 80 40 re f 0 0 1 rg 200 50 20 40 re f"), "logo.pdf")
    drawn = _redrawn(logo)
    assert [remark.code for remark in logo.remarks] == ["brand.logo-pixels"]
    assert max(drawn.size) > 1400  # 770 dots to the inch
    assert drawn.width / drawn.height == pytest.approx(3, abs=0.02)
    assert drawn.getpixel((5, 5)) == (255, 0, 0, 255)
    assert drawn.getpixel((drawn.width * 3 // 4, 5))[3] == 0  # nothing is under it
    assert drawn.getpixel((drawn.width - 5, 5)) == (0, 0, 255, 255)


def test_pdf_that_cannot_be_drawn(tmp_path: Path) -> None:
    assert _refused(tmp_path, b"%PDF-1.7 and no more", "logo.pdf") == "brand.unreadable-logo"
    assert _refused(tmp_path, _pdf(""), "logo.pdf") == "brand.logo-empty"


# -- pixels --------------------------------------------------------------------------------------


def _picture(
    mode: str = "RGB", size: tuple[int, int] = (160, 160), kind: str = "PNG", **options: Any
) -> bytes:
    out = io.BytesIO()
    black = {"RGBA": (0, 0, 0, 255), "LA": (0, 255)}.get(mode, 0)
    Image.new(mode, size, black).save(out, kind, **options)
    return out.getvalue()


def _redrawn(logo: Logo) -> Image.Image:
    assert logo.kind == "image/png"
    return Image.open(io.BytesIO(logo.body))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_png_of_any_mode(mode: str, tmp_path: Path) -> None:
    assert _redrawn(_read(tmp_path, _picture(mode), "logo.png")).mode in ("RGB", "RGBA")


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg_of_any_mode(mode: str, tmp_path: Path) -> None:
    assert _redrawn(_read(tmp_path, _picture(mode, kind="JPEG"), "logo.jpg")).mode == "RGB"


def test_sixteen_bits_keep_their_shades(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("I;16", (160, 160), 0x8000).save(out, "PNG")
    grey = _redrawn(_read(tmp_path, out.getvalue(), "logo.png")).convert("L").getpixel((0, 0))
    assert grey == pytest.approx(0x80, abs=1)


def test_transparency_is_kept_and_its_margins_go(tmp_path: Path) -> None:
    picture = Image.new("P", (360, 260), 0)
    ImageDraw.Draw(picture).ellipse((100, 50, 299, 249), fill=1)
    out = io.BytesIO()
    picture.save(out, "PNG", transparency=0)
    redrawn = _redrawn(_read(tmp_path, out.getvalue(), "logo.png"))
    assert redrawn.size == (200, 200)
    assert redrawn.getpixel((0, 0))[3] == 0
    assert redrawn.getpixel((99, 99))[3] == 255


def test_white_margins_go_but_for_screens(tmp_path: Path) -> None:
    picture = Image.new("RGB", (360, 260), "white")
    ImageDraw.Draw(picture).rectangle((100, 50, 299, 249), fill="#336699")
    assert _redrawn(_read(tmp_path, as_png(picture), "logo.png")).size == (200, 200)
    assert _redrawn(_read(tmp_path, as_png(picture), "logo.png", LogoUse.SCREEN)).size == (360, 260)
    badge = Image.new("RGBA", (260, 260), (0, 0, 0, 0))
    ImageDraw.Draw(badge).ellipse((0, 0, 259, 259), fill="white")
    ImageDraw.Draw(badge).rectangle((100, 100, 160, 160), fill="#336699")
    assert _redrawn(_read(tmp_path, as_png(badge), "logo.png")).size == (260, 260)  # white is part of it


def test_a_picture_of_nothing_is_refused(tmp_path: Path) -> None:
    assert (
        _refused(tmp_path, as_png(Image.new("RGBA", (200, 200), (9, 9, 9, 0))), "logo.png")
        == "brand.logo-empty"
    )


def test_far_too_many_pixels_are_made_fewer(tmp_path: Path) -> None:
    picture = Image.new("RGB", (4000, 1000), "#336699")
    assert _redrawn(_read(tmp_path, as_png(picture), "logo.png")).size == (2400, 600)


@pytest.mark.parametrize(("kind", "name"), [("WEBP", "logo.webp"), ("GIF", "logo.gif")])
def test_webp_and_gif(kind: str, name: str, tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (160, 160), "#336699").save(out, kind)
    pixel = _redrawn(_read(tmp_path, out.getvalue(), name)).getpixel((80, 80))
    assert pixel[:3] == pytest.approx((0x33, 0x66, 0x99), abs=4)


def test_photo_stands_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter, says the camera
    out = io.BytesIO()
    Image.new("RGB", (300, 160)).save(out, "JPEG", exif=exif)
    assert _redrawn(_read(tmp_path, out.getvalue(), "logo.jpg")).size == (160, 300)


def test_nothing_but_pixels_goes_on(tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Comment", "secret")
    body = _read(tmp_path, _picture(pnginfo=words, icc_profile=b"secret" * 9), "logo.png").body
    assert b"secret" not in body
    assert b"Comment" not in body
    assert b"iCCP" not in body


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png(width: int, height: int, *chunks: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + b"".join(chunks) + _chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(100_000, 100_000), (12_000, 12_000), (6000, 6000)])
def test_bomb_of_pixels_is_never_unpacked(size: tuple[int, int], tmp_path: Path) -> None:
    bomb = _png(*size, _chunk(b"IDAT", zlib.compress(b"\0" * 1000)))
    assert _refused(tmp_path, bomb, "logo.png") == "brand.logo-size"


def test_bomb_of_text_is_refused(tmp_path: Path) -> None:
    text = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 20_000_000))
    bomb = _png(160, 160, text, _chunk(b"IDAT", zlib.compress(b"\0" * (160 * 481))))
    assert len(bomb) < MAX_BYTES
    assert _refused(tmp_path, bomb, "logo.png") == "brand.unreadable-logo"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"", "logo.png"),
        (b"GIF89a", "logo.gif"),
        (_picture()[:-70], "logo.png"),
        (_picture(kind="JPEG")[:200], "logo.jpg"),
        (_picture(kind="TIFF"), "logo.png"),
        (b"%!PS-Adobe EPSF", "logo.eps"),
        (_png(0, 0), "logo.png"),
    ],
)
def test_what_is_no_picture(body: bytes, name: str, tmp_path: Path) -> None:
    assert _refused(tmp_path, body, name) == "brand.unreadable-logo"


def test_picture_that_is_cut_off_is_refused_though_weasyprint_takes_it(tmp_path: Path) -> None:
    from PIL import ImageFile

    lenient = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        noise = Image.frombytes(
            "L", (200, 200), bytes(number * number // 7 % 251 for number in range(40_000))
        )
        out = io.BytesIO()
        noise.save(out, "PNG")
        assert (
            _refused(tmp_path, out.getvalue()[: len(out.getvalue()) // 2], "logo.png")
            == "brand.unreadable-logo"
        )
        assert ImageFile.LOAD_TRUNCATED_IMAGES
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient


def test_size_of_files(tmp_path: Path) -> None:
    assert _refused(tmp_path, b"x" * (MAX_BYTES + 1)) == "brand.logo-size"


@pytest.mark.parametrize(
    ("size", "wide", "needed"),
    [
        ((100, 100), 8, "136 x 136"),
        ((400, 100), 34, "544 x 136"),
        ((500, 50), 42, "544 x 55"),
        ((20, 100), 2, "28 x 140"),
    ],
)
def test_a_picture_of_few_pixels_is_small_and_told_so(
    size: tuple[int, int], wide: int, needed: str, tmp_path: Path
) -> None:
    logo = _read(tmp_path, _picture(size=size), "logo.png")
    (remark,) = logo.remarks
    assert (remark.code, remark.is_error) == ("brand.logo-small", False)
    assert f"{size[0]} x {size[1]} pixels, so it is printed {wide} mm wide" in remark.message
    assert needed in str(remark.help)
    enough = tuple(int(part) for part in needed.split(" x "))
    assert _read(tmp_path, _picture(size=enough), "logo.png").remarks == ()


def _profiled(profile: bytes, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    colour = {"RGB": (200, 40, 40), "RGBA": (200, 40, 40, 9), "L": 90}[mode]
    Image.new(mode, (160, 160), colour).save(out, "PNG", icc_profile=profile)
    return out.getvalue()


def _wide_gamut() -> bytes:
    """Return sRGB's profile with red and blue exchanged: a profile that nobody can take for none."""
    from PIL import ImageCms

    body = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = body.index(b"rXYZ"), body.index(b"bXYZ")
    body[red : red + 4], body[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(body)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_profile_of_a_picture_is_obeyed(mode: str, tmp_path: Path) -> None:
    pixel = _redrawn(_read(tmp_path, _profiled(_wide_gamut(), mode), "logo.png")).getpixel((0, 0))
    assert pixel[:3] == pytest.approx((40, 40, 200), abs=3)
    assert pixel[3:] == ((9,) if mode == "RGBA" else ())


def test_profile_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    for profile, mode in ((b"secret" * 30, "RGB"), (_wide_gamut(), "L")):
        body = _profiled(profile, mode)
        assert _redrawn(_read(tmp_path, body, "logo.png")).getpixel((0, 0)) in ((200, 40, 40), (90, 90, 90))


@pytest.mark.layout
@pytest.mark.parametrize("size", [(2000, 200), (200, 2000), (300, 300), (900, 100)])
@pytest.mark.parametrize("kind", ["png", "svg"])
def test_any_shape_fits_and_keeps_its_form(size: tuple[int, int], kind: str, scratch: Scratch) -> None:
    """A circle in the middle of the logo is as wide as it is high on the page, and nothing is cut off."""
    from tests.support.pictures import pages

    width, height = size
    radius = min(size) * 0.45
    if kind == "svg":
        ring = f'<circle cx="{width / 2}" cy="{height / 2}" r="{radius}" fill="#e00000"/>'
        frame = f'width="9" height="9" viewBox="0 0 {width} {height}"'
        scratch.write("content/brands/default/logo.svg", _svg(ring, frame))
    else:
        picture = Image.new("RGB", size, "white")
        box = [width / 2 - radius, height / 2 - radius, width / 2 + radius, height / 2 + radius]
        ImageDraw.Draw(picture).ellipse(box, fill="#e00000")
        picture.save(scratch.root / "content/brands/default/logo.png")
    scratch.write("content/brands/default/_brand.yml", f"{BRAND}logo: logo.{kind}\n")
    scratch.write("content/handouts/small.yaml", HANDOUT)  # without a panel, whose colour is red, too
    project = Project(scratch.root)
    (path,), *_ = project.build(project.plan(Request()), None, lambda _job: None)
    red = pages(path.read_bytes(), dpi=300)[0].point(lambda value: 255 if value > 128 else 0).split()
    drawn = ImageChops.subtract(red[0], red[1]).getbbox()
    assert drawn is not None
    left, top, right, bottom = drawn
    assert right - left == pytest.approx(bottom - top, abs=3)
    few = 2 * radius if kind == "png" else 1e9  # a picture is printed with 300 dots to the inch, or smaller
    assert bottom - top == pytest.approx(min(11.5 * 300 / 25.4, few), abs=4)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for name in ("none.svg", "folder.svg", "n" * 300 + ".svg"):
        if name == "folder.svg":
            (tmp_path / name).mkdir()
        with pytest.raises(DesignError) as raised:
            read_logo(tmp_path / name, SPAN)
        assert raised.value.findings[0].code == "brand.missing-logo"
