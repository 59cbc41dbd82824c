"""Text of a drawing → outlines, where the very font is here; otherwise the logo is refused.

HarfBuzz shapes a run as browsers do, with kerning and ligatures. What a browser would set in a font of the viewer's
machine, slant or embolden by itself, or lay along a path, is refused: nobody knows how the clinic sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any
from xml.etree.ElementTree import Element

from fontTools.misc.transform import Transform

from bifolio.branding.logo import values
from bifolio.branding.logo.css import SVG, Cascade, Style
from bifolio.branding.logo.paths import Path, Point, Segment
from bifolio.branding.logo.refusal import RefusedError
from bifolio.branding.logo.values import Viewport

_CURE = "convert text to outlines (paths, curves) in the drawing program, and export it anew"


def _refusal(message: str) -> RefusedError:
    return RefusedError("logo-text", message, _CURE)


@dataclass(frozen=True, slots=True)
class _Run:
    """Letters in one style. A place that is given begins a new chunk, which `text-anchor` moves as a whole."""

    text: str
    style: Style
    x: float | None = None
    y: float | None = None
    dx: float = 0.0
    dy: float = 0.0


def outlines(
    element: Element, style: Style, cascade: Cascade, viewport: Viewport, fonts: Sequence[FilePath]
) -> list[tuple[Path, Style]]:
    """Return the outlines of a text element, a path for each run of one style. Raises RefusedError."""
    runs = _collapsed(list(_runs(element, style, cascade, viewport)))
    words = "".join(run.text for run in runs).strip()
    found: list[tuple[Path, Style]] = []
    at, chunk = (0.0, 0.0), [0.0]
    begun = 0
    for run in runs:
        if run.x is not None or run.y is not None:
            found[begun:] = _anchored(found[begun:], chunk, at[0])
            begun = len(found)
            at = (at[0] if run.x is None else run.x, at[1] if run.y is None else run.y)
            chunk = [at[0]]
        at = (at[0] + run.dx, at[1] + run.dy)
        if run.text:
            path, advance = _set(run.text, run.style, at, fonts, words)
            found.append((path, run.style))
            at = (at[0] + advance, at[1])
    found[begun:] = _anchored(found[begun:], chunk, at[0])
    return found


def _anchored(found: list[tuple[Path, Style]], start: list[float], end: float) -> list[tuple[Path, Style]]:
    if not found:
        return []
    share = {"start": 0.0, "middle": 0.5, "end": 1.0}[found[0][1]["text-anchor"]]
    move = Transform(1, 0, 0, 1, (start[0] - end) * share, 0)
    return [(path.moved(move), style) for path, style in found]


# -- runs ----------------------------------------------------------------------------------------


def _runs(element: Element, style: Style, cascade: Cascade, viewport: Viewport) -> Iterator[_Run]:
    for name in ("rotate", "textLength"):
        if element.get(name):
            raise _refusal(f'the logo has text that is laid out by hand ("{name}")')
    x, y, dx, dy = (_place(element, name, style, viewport) for name in ("x", "y", "dx", "dy"))
    if element.tag == f"{SVG}text":
        x, y = x or 0.0, y or 0.0
    yield _Run("", style, x, y, dx or 0.0, dy or 0.0)
    yield _Run(_spaced(element.text, element), style)
    for child in element:
        if child.tag in (f"{SVG}tspan", f"{SVG}a"):
            own = cascade.style(child, style)
            if own["display"] != "none":
                yield from _runs(child, own, cascade, viewport)
        elif child.tag in (f"{SVG}textPath", f"{SVG}tref"):
            raise _refusal("the logo has text along a path")
        yield _Run(_spaced(child.tail, element), style)


def _place(element: Element, name: str, style: Style, viewport: Viewport) -> float | None:
    found = values.lengths(element.get(name, ""))
    if not found:
        return None
    if len(found) > 1:
        raise _refusal("the logo has text whose letters are placed one by one")
    return found[0].pixels(viewport.width if name in ("x", "dx") else viewport.height, style.font_size)


_KEPT = "\ue000"
"""Stands for a space that is kept while others are collapsed."""


def _spaced(text: str | None, element: Element) -> str:
    text = re.sub(r"[\t\r\n]+", " ", text or "")
    is_kept = element.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
    return text.replace(" ", _KEPT) if is_kept else text


def _collapsed(runs: Iterable[_Run]) -> list[_Run]:
    """Make one space of many, and none of those at the ends."""
    found: list[_Run] = []
    follows_space = True
    for run in runs:
        text = re.sub(" +", " ", run.text)
        if follows_space:
            text = text.lstrip(" ")
        follows_space = text.endswith(" ") if text else follows_space
        found.append(_Run(text, run.style, run.x, run.y, run.dx, run.dy))
    for at in reversed(range(len(found))):
        if found[at].text:
            found[at] = _Run(found[at].text.rstrip(" "), *_rest(found[at]))
            break
    return [_Run(run.text.replace(_KEPT, " "), *_rest(run)) for run in found]


def _rest(run: _Run) -> tuple[Style, float | None, float | None, float, float]:
    return run.style, run.x, run.y, run.dx, run.dy


# -- letters -------------------------------------------------------------------------------------


def _set(text: str, style: Style, at: Point, fonts: Sequence[FilePath], words: str) -> tuple[Path, float]:
    """Return the outlines of a run that begins at a point, and how far it goes."""
    import uharfbuzz
    from fontTools.pens.recordingPen import RecordingPen

    _refuse_style(style, words)
    font = _font(_family(style), _weight(style), tuple(fonts))
    if font is None:
        family = f' in the font "{_family(style)}"' if _family(style) else ""
        raise _refusal(f'the logo has text{family} ("{_short(words)}"), and that font is not part of Bifolio')
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    if buffer.direction != "ltr":
        raise _refusal(f'the logo has text that runs from right to left ("{_short(words)}")')
    spacing, between = _spacing(style, "letter-spacing"), _spacing(style, "word-spacing")
    uharfbuzz.shape(font, buffer, {"liga": not spacing, "clig": not spacing})
    scale = style.font_size / font.face.upem
    segments: list[Segment] = []
    x = 0.0
    for glyph, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        if glyph.codepoint == 0:
            raise _refusal(f'the logo has a letter that its font does not have ("{_short(words)}")')
        pen = RecordingPen()
        font.draw_glyph_with_pen(glyph.codepoint, pen)
        segments += _segments(pen.value, (x + place.x_offset, float(place.y_offset)))
        x += place.x_advance + (spacing + (between if text[glyph.cluster] == " " else 0)) / scale
    return Path(tuple(segments)).moved(Transform(scale, 0, 0, -scale, *at)), x * scale


def _refuse_style(style: Style, words: str) -> None:
    plain = {
        "font-style": ("normal",),
        "font-variant": ("normal",),
        "font-stretch": ("normal", "100%"),
        "font-feature-settings": ("normal",),
        "font-variant-ligatures": ("normal",),
        "font-kerning": ("auto", "normal"),
        "text-decoration": ("none",),
        "text-transform": ("none",),
        "writing-mode": ("horizontal-tb", "lr-tb", "lr"),
        "direction": ("ltr",),
        "baseline-shift": ("baseline", "0"),
        "dominant-baseline": ("auto", "alphabetic"),
        "alignment-baseline": ("auto", "baseline", "alphabetic"),
    }
    for name, allowed in plain.items():
        if style[name] not in allowed:
            raise _refusal(f'the logo has text ("{_short(words)}") with "{name}: {style[name]}"')


def _family(style: Style) -> str:
    return style["font-family"].split(",")[0].strip().strip("'\"")


def _weight(style: Style) -> int:
    value = style["font-weight"]
    if value in ("normal", "bold"):
        return 400 if value == "normal" else 700
    number = values.number(value)
    if number is None:
        raise _refusal(f'the logo has text with "font-weight: {value}"')
    return int(number)


def _spacing(style: Style, name: str) -> float:
    return 0.0 if style[name] == "normal" else style.pixels(name, style.font_size)


@lru_cache(maxsize=16)
def _font(family: str, weight: int, fonts: tuple[FilePath, ...]) -> Any:
    """Return the font of a family and a weight; None where it is not here."""
    import uharfbuzz
    from fontTools.ttLib import TTFont

    for path in fonts:
        with TTFont(path, lazy=True) as font:
            names = {font["name"].getDebugName(number) for number in (1, 16)}
            is_wanted = family in names and font["OS/2"].usWeightClass == weight and "fvar" not in font
        if is_wanted:
            return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path))))
    return None


def _segments(drawn: Iterable[tuple[str, tuple[Point, ...]]], origin: Point) -> Iterator[Segment]:
    """Return what a pen of fontTools has recorded of a glyph, at its place."""
    at = origin
    for name, points in drawn:
        placed = tuple((x + origin[0], y + origin[1]) for x, y in points)
        if name == "qCurveTo":
            middle, end = placed
            first = (at[0] + (middle[0] - at[0]) * 2 / 3, at[1] + (middle[1] - at[1]) * 2 / 3)
            second = (end[0] + (middle[0] - end[0]) * 2 / 3, end[1] + (middle[1] - end[1]) * 2 / 3)
            yield "C", (first, second, end)
        else:
            yield {"moveTo": "M", "lineTo": "L", "curveTo": "C"}.get(name, "Z"), placed
        at = placed[-1] if placed else at


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= 30 else f"{words[:30]}…"
