from __future__ import annotations

import base64
import io
import re
import struct
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from PIL import Image, ImageChops, ImageDraw

from bifolio.app import Project
from bifolio.branding.logo import MAX_BYTES, MAX_DEPTH, MAX_SHAPES, Logo, read_logo
from bifolio.content.repository import Repository
from bifolio.core.diagnostics import DesignError, Source, Span
from bifolio.model.job import Request
from tests.support.projects import BRAND, HANDOUT, Scratch

SPAN = Span(Source("_brand.yml", "logo: logo.svg"), 1, 7, 8)
NS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def _svg(inner: str, attributes: str = 'viewBox="0 0 48 48"', before: str = "") -> str:
    return f"{before}<svg {NS} {attributes}>{inner}</svg>"


def _read(folder: Path, body: str | bytes, name: str = "logo.svg") -> Logo:
    path = folder / name
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return read_logo(path, SPAN)


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
        (_svg('<path fill="url(#a)" d="M0 0h9v9z"/>').encode(), None, []),
    ],
)
def test_a_logo_that_nobody_sees_is_told(light, dark, told, scratch: Scratch) -> None:
    end = "svg" if light.startswith(b"<svg") else "png"
    said = f"light: light.{end}" + (", dark: dark.png" if dark else "")
    scratch.write("content/brands/default/_brand.yml", f"{BRAND}logo: {{medium: {{{said}}}}}\n")
    scratch.write(f"content/brands/default/light.{end}", light)
    if dark:
        scratch.write("content/brands/default/dark.png", dark)
    warnings = Repository(scratch.root).brand_files("default").warnings("us")
    found = [finding for finding in warnings if finding.code == "brand.logo-unseen"]
    assert [finding.message.partition(" on ")[2] for finding in found] == told


# -- SVG -----------------------------------------------------------------------------------------

EVIL = {
    "script": "<script>alert(1)</script>",
    "script in a group": "<g><script href='https://evil.example/x.js'/></g>",
    "handler": '<path onload="alert(1)" onclick="alert(2)" d="M0 0"/>',
    "foreign object": '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml">alert</body></foreignObject>',
    "picture": '<image href="https://evil.example/x.png"/>',
    "picture in data": '<image xlink:href="data:image/png;base64,alert"/>',
    "outside use": '<use href="https://evil.example/x.svg#alert"/>',
    "outside use by xlink": '<use xlink:href="file:///etc/passwd#alert"/>',
    "javascript link": '<a href="javascript:alert(1)"><path d="M0 0"/></a>',
    "javascript use": '<use href="javascript:alert(1)"/>',
    "data use": '<use href="data:image/svg+xml,alert"/>',
    "style sheet": "<style>@import url(https://evil.example/x.css); path { fill: alert }</style>",
    "style attribute": '<path style="fill: url(https://evil.example/x); background: url(alert)" d="M0 0"/>',
    "paint from outside": '<path fill="url(https://evil.example/x#alert)" d="M0 0"/>',
    "paint from outside, spelt oddly": '<path fill="URL( \'https://evil.example/x\' )" d="M0 0"/>',
    "paint with an escape": '<path fill="u\\72l(https://evil.example/x)" d="M0 0"/>',
    "clip from outside": '<path clip-path="url(https://evil.example/x)" d="M0 0"/>',
    "animation": '<animate attributeName="href" values="javascript:alert(1)"/>',
    "set": '<set attributeName="href" to="javascript:alert(1)"/>',
    "processing instruction": '<?xml-stylesheet href="https://evil.example/x.css"?><path d="M0 0"/>',
    "comment": "<!-- alert --><path d='M0 0'/>",
    "text": "<text>alert</text>",
    "other namespace": '<x:evil xmlns:x="https://evil.example/" alert="1"><x:y/></x:evil>',
    "metadata": "<metadata>alert</metadata>",
    "base": f'<svg {NS} xml:base="https://evil.example/"><path d="M0 0"/></svg>',
}


@pytest.mark.parametrize("evil", sorted(EVIL))
def test_svg_keeps_nothing_of_it(evil: str, tmp_path: Path) -> None:
    body = _read(tmp_path, _svg(f'{EVIL[evil]}<circle r="9"/>')).body.decode()
    assert not re.search(r"alert|evil|etc/passwd|javascript|import|style|on\w+=", unquote(body))
    assert "<circle" in body  # what is sound stays


def test_what_drew_something_and_is_gone_is_named(tmp_path: Path) -> None:
    assert _read(tmp_path, _svg("<style/><text>x</text><script/><metadata/>")).left_out == ("style", "text")
    assert _read(tmp_path, _svg("<path d='M0 0'/>")).left_out == ()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not xml",
        "<svg",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xfe<\x00s\x00",
        '<?xml version="1.0" encoding="no-such"?><svg/>',
        _svg("", "")[: 10 + len(NS)],
        _svg("", 'viewBox=""'),
        _svg("", "width='9' height='9'"),
        _svg("", 'viewBox="0 0 0 9"'),
        _svg("", 'viewBox="0 0 -1 9"'),
        _svg("", 'viewBox="0 0 nan inf"'),
        _svg("", 'viewBox="0 0 1e400 9"'),
        _svg("", 'viewBox="a b c d"'),
        _svg("", 'viewBox="0 0 9"'),
        '<svg viewBox="0 0 9 9"><path/></svg>',
        '<html xmlns="http://www.w3.org/1999/xhtml" viewBox="0 0 9 9"/>',
        _svg("&lol;", before='<!DOCTYPE svg [<!ENTITY lol "lol">]>'),
        _svg("&c;", before='<!DOCTYPE svg [<!ENTITY a "aaa"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>'),
        _svg("&x;", before='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        _svg("", before='<!DOCTYPE svg [<!ENTITY % x SYSTEM "http://evil.example/x.dtd"> %x;]>'),
        _svg("<g>" * (MAX_DEPTH + 2) + "</g>" * (MAX_DEPTH + 2)),
        _svg("<g>" * 50_000 + "</g>" * 50_000),
        _svg('<g id="a"><use href="#a"/></g>'),
        _svg('<g id="a"><use href="#b"/></g><g id="b"><use xlink:href="#a"/></g>'),
        _svg('<clipPath id="c"><path clip-path="url(#c)" d="M0 0"/></clipPath>'),
        _svg('<linearGradient id="g" href="#h"/><linearGradient id="h" href="#g"/>'),
    ],
)
def test_svg_that_cannot_be_set(body: str | bytes, tmp_path: Path) -> None:
    assert _refused(tmp_path, body) == "brand.unreadable-logo"


def test_uses_of_uses_count_as_often_as_they_draw(tmp_path: Path) -> None:
    groups = '<path id="u0" d="M0 0"/>'
    for number in range(1, 9):
        uses = f'<use href="#u{number - 1}"/>' * 10
        groups += f'<g id="u{number}">{uses}</g>'
    assert _refused(tmp_path, _svg(groups)) == "brand.logo-size"
    assert _refused(tmp_path, _svg("<path/>" * (MAX_SHAPES + 1))) == "brand.logo-size"


def test_bare_doctype_of_drawing_programs_does_no_harm(tmp_path: Path) -> None:
    doctype = (
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    )
    assert b"<path" in _read(tmp_path, _svg('<path d="M0 0"/>', before=doctype)).body


@pytest.mark.parametrize(
    "attribute",
    [
        'd="M0 0A1e308 1e308 0 1 1 5 5"',
        'd="M 0 0 L nan nan"',
        'transform="rotate(a)"',
        'transform="scale(1e400)"',
        'opacity="x"',
        'stroke-miterlimit="x"',
        'stroke-width="1e9"',
        'points="0,0 9e99,1"',
        'fill="color(display-p3 1 0 0)"',
        'spreadMethod="reflect"',
        'gradientTransform="scale(0)"',
        'viewBox="0 0 0 0"',
        'width="9" height="calc(9)"',
    ],
)
def test_values_that_stop_the_layout_engine_are_left_out(attribute: str, tmp_path: Path) -> None:
    name, _, value = attribute.rpartition("=")
    body = _read(tmp_path, _svg(f"<g {attribute}/>")).body.decode()
    inner = body.partition(">")[2]
    assert value not in inner, name


def test_ordinary_drawing_stays_as_it_is(tmp_path: Path) -> None:
    inner = (
        '<title>Harbour &amp; co</title><g fill="none" stroke="#1d5a68" stroke-width="2.4" opacity="0.5" '
        'transform="translate(1 2) rotate(45, 3, 4)" stroke-dasharray="1, 2"><path d="M3 26a21 21 0 0 1 42-.5e1z" />'
        '<rect x="1" y="-2.5" width="50%" height="3mm" rx="1" fill="rgb(1, 2, 3)" /></g>'
        '<linearGradient id="g1"><stop offset="0.5" stop-color="red" /></linearGradient>'
        '<circle r="4" fill="url(#g1)" /><use href="#g1" />'
    )
    assert _read(tmp_path, _svg(inner)).body.decode().endswith(f'viewBox="0 0 48 48">{inner}</svg>')


def test_style_attribute_becomes_plain_attributes(tmp_path: Path) -> None:
    body = _read(
        tmp_path, _svg('<path fill="red" style="fill:#123456; stroke : blue;x:y;d:M9;" d="M0 0"/>')
    ).body
    assert b'<path fill="#123456" d="M0 0" stroke="blue" />' in body


def test_current_colour_becomes_the_brands(tmp_path: Path) -> None:
    logo = _read(tmp_path, _svg('<path fill="currentColor" stroke="CURRENTCOLOR" d="M0 0"/>'))
    kind, _, data = logo.address("#123456").partition(",")
    assert kind == "data:image/svg+xml;base64"
    drawn = base64.b64decode(data).decode()
    assert 'fill="#123456"' in drawn
    assert 'stroke="#123456"' in drawn


@pytest.mark.parametrize(
    "attribute",
    [
        "d",
        "points",
        "transform",
        "fill",
        "stroke-dasharray",
        "width",
        "id",
        "style",
        "viewBox",
        "gradientTransform",
    ],
)
@pytest.mark.parametrize(
    "run", ["1", " ", "1 ", "rotate(1) ", ",0", "-", "a", "rgb(", "fill:red;", "1.", "e", "scale("]
)
def test_no_value_takes_longer_than_it_is_long(attribute: str, run: str, tmp_path: Path) -> None:
    # The limit is pytest's patience: a pattern that tries again for each letter would take hours.
    _read(tmp_path, _svg(f'<g {attribute}="{run * (200_000 // len(run))}x"/>'))


def test_cleaned_logos_can_be_set_whatever_was_in_them(tmp_path: Path) -> None:
    """What the layout engine stumbled over once, all in one drawing, as one page with no findings."""
    from bifolio.layout.render import render
    from tests.conftest import ROOT

    inner = "".join(EVIL.values()) + (
        '<svg viewBox="x"><path d="M0 0h1"/></svg><polyline points="1 2 3"/><path d="M 0,0 c 1"/><path d="garbage"/>'
        '<path transform="matrix(1 2 3)" d="M0 0h9"/><circle r="-1"/><use href="#no"/><path fill="url(#no)" d="M0 0h9"/>'
        '<linearGradient id="g" spreadMethod="reflect" x1="0" x2="1e-9"><stop offset="0"/><stop offset="1" '
        'stop-color="red"/></linearGradient><path fill="url(#g)" d="M0 0h9v9z"/><path fill="currentcolor" d="M0 0h9"/>'
    )
    address = _read(tmp_path, _svg(inner)).address("#112233")
    page = f'<!DOCTYPE html><html lang="en"><title>a</title><p>a <img src="{address}" alt="a" height="40"/></p></html>'
    assert render(page, ROOT / "styles" / "fonts", "logo").findings == ()


# -- pixels --------------------------------------------------------------------------------------


def _picture(
    mode: str = "RGB", size: tuple[int, int] = (160, 160), kind: str = "PNG", **options: Any
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 0).save(out, kind, **options)
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


def test_transparency_is_kept(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("P", (160, 160), 0).save(out, "PNG", transparency=0)
    redrawn = _redrawn(_read(tmp_path, out.getvalue(), "logo.png"))
    assert redrawn.getpixel((0, 0))[3] == 0


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
        (_svg("").encode(), "logo.png"),
        (_picture()[:-70], "logo.png"),
        (_picture(kind="JPEG")[:200], "logo.jpg"),
        (_picture(kind="GIF"), "logo.png"),
        (_picture(kind="TIFF"), "logo.png"),
        (b"%!PS-Adobe EPSF", "logo.eps"),
        (_png(0, 0), "logo.png"),
    ],
)
def test_what_is_no_picture(body: bytes, name: str, tmp_path: Path) -> None:
    assert _refused(tmp_path, body, name) in ("brand.unreadable-logo", "brand.logo-too-small")


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


def test_size_of_files_and_pictures(tmp_path: Path) -> None:
    assert _refused(tmp_path, b"x" * (MAX_BYTES + 1)) == "brand.logo-size"
    assert _refused(tmp_path, _picture(size=(500, 135)), "logo.png") == "brand.logo-too-small"
    assert _redrawn(_read(tmp_path, _picture(size=(500, 136)), "logo.png")).size == (500, 136)


@pytest.mark.parametrize(
    ("size", "needed"),
    [((100, 100), "136 x 136"), ((400, 100), "544 x 136"), ((500, 50), "544 x 55"), ((20, 100), "28 x 140")],
)
def test_too_small_says_what_print_needs(size: tuple[int, int], needed: str, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(_picture(size=size))
    with pytest.raises(DesignError) as raised:
        read_logo(tmp_path / "logo.png", SPAN)
    assert needed in raised.value.findings[0].message
    enough = tuple(int(part) for part in needed.split(" x "))
    assert _redrawn(_read(tmp_path, _picture(size=enough), "logo.png")).size == enough


def _profiled(profile: bytes, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    colour = {"RGB": (200, 40, 40), "RGBA": (200, 40, 40, 9), "L": 90}[mode]
    Image.new(mode, (160, 160), colour).save(out, "PNG", icc_profile=profile)
    return out.getvalue()


def _wide_gamut() -> bytes:
    """Give sRGB's profile with red and blue exchanged: a profile that nobody can take for none."""
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


@pytest.mark.parametrize("size", [(2000, 200), (200, 2000), (300, 300)])
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
    fit = min(46 / width, 11.5 / height) * min(size) * 0.9 * 300 / 25.4
    assert bottom - top == pytest.approx(fit, abs=3)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for name in ("none.svg", "folder.svg", "n" * 300 + ".svg"):
        if name == "folder.svg":
            (tmp_path / name).mkdir()
        with pytest.raises(DesignError) as raised:
            read_logo(tmp_path / name, SPAN)
        assert raised.value.findings[0].code == "brand.missing-logo"
