"""Fonts made from one of the project's: variable, of cubic curves, packed, cut down, broken."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from functools import cache

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.filterPen import DecomposingFilterPen
from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.TupleVariation import TupleVariation

from tests.conftest import ROOT

FONTS = ROOT / "styles" / "fonts"
REGULAR = (FONTS / "AtkinsonHyperlegible-Regular.ttf").read_bytes()
BOLD = (FONTS / "AtkinsonHyperlegible-Bold.ttf").read_bytes()
LEAD = (FONTS / "Newsreader-Lead.ttf").read_bytes()


def changed(change: Callable[[TTFont], None], body: bytes = REGULAR) -> bytes:
    """Return a font with a change."""
    font = TTFont(io.BytesIO(body), recalcTimestamp=False)
    change(font)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def packed(flavor: str, body: bytes = REGULAR) -> bytes:
    """Return a font as WOFF or WOFF2."""
    return changed(lambda font: setattr(font, "flavor", flavor), body)


def without(letters: str, body: bytes = REGULAR) -> bytes:
    """Return a font that lacks some letters."""

    def cut(font: TTFont) -> None:
        for table in font["cmap"].tables:
            for letter in letters:
                table.cmap.pop(ord(letter), None)

    return changed(cut, body)


def taller(letter: str, units: int, body: bytes = REGULAR) -> bytes:
    """Return a font in which a letter has a dot so many units above its top."""

    def raise_dot(font: TTFont) -> None:
        glyphs, name = font.getGlyphSet(), font.getBestCmap()[ord(letter)]
        pen = TTGlyphPen(None)
        glyphs[name].draw(DecomposingFilterPen(pen, glyphs))
        top = font["glyf"][name].yMax + units
        for draw, point in (
            (pen.moveTo, (100, top)),
            (pen.lineTo, (200, top)),
            (pen.lineTo, (150, top - 90)),
        ):
            draw(point)
        pen.closePath()
        font["glyf"][name] = pen.glyph()

    return changed(raise_dot, body)


def part(letters: Iterable[int], body: bytes = REGULAR) -> bytes:
    """Return the part of a font that has some letters, as websites load it."""
    font = TTFont(io.BytesIO(body), recalcTimestamp=False)
    subsetter = Subsetter(Options(hinting=False))
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    font.flavor = "woff2"
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def _latin() -> TTFont:
    font = TTFont(io.BytesIO(REGULAR), recalcTimestamp=False)
    options = Options(layout_features=[], hinting=False, notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[*range(32, 0x180), *range(0x2010, 0x2027)])
    subsetter.subset(font)
    return font


@cache
def variable(first: int = 100, last: int = 900) -> bytes:
    """Return a font that grows wider with its weight, 400 units for all of it, and with its size."""
    font = _latin()
    builder = FontBuilder(font=font)
    builder.setupFvar([("wght", first, first, last, "Weight"), ("opsz", 8, 8, 48, "Size")], [])
    variations = {}
    for name in font.getGlyphOrder():
        count = len(font["glyf"]._getCoordinatesAndControls(name, font["hmtx"].metrics)[0])
        still, wider = [(0, 0)] * (count - 3), (400, 0)
        moved = [*still, wider, (0, 0), (0, 0)]
        variations[name] = [
            TupleVariation({"wght": (0, 1, 1)}, moved),
            TupleVariation({"opsz": (0, 1, 1)}, [*still, (40, 0), (0, 0), (0, 0)]),
        ]
    builder.setupGvar(variations)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


@cache
def cubic() -> bytes:
    """Return an OpenType font with PostScript outlines."""
    font = _latin()
    shapes, glyphs = {}, font.getGlyphSet()
    for name in font.getGlyphOrder():
        pen = T2CharStringPen(glyphs[name].width, glyphs)
        glyphs[name].draw(Qu2CuPen(pen, 1.0, all_cubic=True))
        shapes[name] = pen.getCharString()
    builder = FontBuilder(font["head"].unitsPerEm, isTTF=False)
    builder.setupGlyphOrder(font.getGlyphOrder())
    builder.setupCharacterMap(font.getBestCmap())
    builder.setupCFF("Cubic", {}, shapes, {})
    builder.setupHorizontalMetrics(font["hmtx"].metrics)
    builder.setupHorizontalHeader(ascent=font["hhea"].ascent, descent=font["hhea"].descent)
    builder.setupNameTable({"familyName": "Cubic", "styleName": "Regular"})
    builder.setupOS2(usWeightClass=400, sTypoAscender=font["hhea"].ascent)
    builder.setupPost()
    out = io.BytesIO()
    builder.font.recalcTimestamp = False
    builder.save(out)
    return out.getvalue()
