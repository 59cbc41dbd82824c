"""What paths and pens cover, by Skia: unions, intersections, outlines of lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pathops
from fontTools.misc.transform import Transform

from bifolio.branding.logo.paths import Path, Segment

_CAPS = {
    "butt": pathops.LineCap.BUTT_CAP,
    "round": pathops.LineCap.ROUND_CAP,
    "square": pathops.LineCap.SQUARE_CAP,
}
_JOINS = {
    "miter": pathops.LineJoin.MITER_JOIN,
    "round": pathops.LineJoin.ROUND_JOIN,
    "bevel": pathops.LineJoin.BEVEL_JOIN,
}
_FINE = 4000.0
"""Skia works in single precision and for pixels: geometry is enlarged to about this size first."""


@dataclass(frozen=True, slots=True)
class Pen:
    """How a line is drawn; lengths in the units of the path."""

    width: float
    cap: str = "butt"
    join: str = "miter"
    miter_limit: float = 4.0
    dashes: tuple[float, ...] = ()
    offset: float = 0.0


Shapes = list[tuple[Path, bool]]
"""Paths, each with whether its rule is even-odd."""


def union(shapes: Iterable[tuple[Path, bool]]) -> Path:
    """Return what any of the shapes covers, as a path for either fill rule; each shape says whether it is even-odd."""
    shapes = [(shape, is_even_odd) for shape, is_even_odd in shapes if shape.segments]
    scale = _scale(shape for shape, _ in shapes)
    builder = pathops.OpBuilder(fix_winding=True, keep_starting_points=False)
    for shape, is_even_odd in shapes:
        builder.add(_to_skia(shape, scale, is_even_odd=is_even_odd), pathops.PathOp.UNION)
    return _from_skia(builder.resolve(), scale) if shapes else Path()


def intersection(one: Path, other: Path) -> Path:
    """Return what both paths cover, as a path for either fill rule."""
    if not one.segments or not other.segments:
        return Path()
    scale = _scale([one, other])
    common = pathops.op(_to_skia(one, scale), _to_skia(other, scale), pathops.PathOp.INTERSECTION, True)
    return _from_skia(common, scale)


def outline(line: Path, pen: Pen) -> Path:
    """Return what a pen covers along a path, for the fill rule nonzero."""
    scale = _scale([line])
    drawn = _to_skia(line, scale)
    drawn.stroke(
        pen.width * scale,
        _CAPS[pen.cap],
        _JOINS[pen.join],
        pen.miter_limit,
        [dash * scale for dash in pen.dashes] or None,
        pen.offset * scale,
    )
    return _from_skia(drawn, scale)


def _scale(shapes: Iterable[Path]) -> float:
    extents = [abs(edge) for shape in shapes for edge in shape.bounds or ()]
    return _FINE / max(max(extents, default=1.0), 1e-6)


def _to_skia(shape: Path, scale: float, *, is_even_odd: bool = False) -> pathops.Path:
    drawn = pathops.Path(fillType=pathops.FillType.EVEN_ODD if is_even_odd else pathops.FillType.WINDING)
    for letter, points in shape.moved(Transform(scale, 0, 0, scale, 0, 0)).segments:
        if letter == "M":
            drawn.moveTo(*points[0])
        elif letter == "L":
            drawn.lineTo(*points[0])
        elif letter == "C":
            drawn.cubicTo(*points[0], *points[1], *points[2])
        else:
            drawn.close()
    return drawn


def _from_skia(drawn: pathops.Path, scale: float) -> Path:
    drawn.convertConicsToQuads(0.5)
    segments: list[Segment] = []
    at = (0.0, 0.0)
    for verb, points in drawn:
        if verb == pathops.PathVerb.CLOSE:
            segments.append(("Z", ()))
            continue
        if verb == pathops.PathVerb.QUAD:
            middle, end = points
            first = (at[0] + (middle[0] - at[0]) * 2 / 3, at[1] + (middle[1] - at[1]) * 2 / 3)
            second = (end[0] + (middle[0] - end[0]) * 2 / 3, end[1] + (middle[1] - end[1]) * 2 / 3)
            segments.append(("C", (first, second, end)))
        else:
            letter = {pathops.PathVerb.MOVE: "M", pathops.PathVerb.LINE: "L"}.get(verb, "C")
            segments.append((letter, tuple(points)))
        at = points[-1]
    return Path(tuple(segments)).moved(Transform(1 / scale, 0, 0, 1 / scale, 0, 0))
