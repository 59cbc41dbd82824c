"""Elements that have a shape → paths, in the element's own units."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from xml.etree.ElementTree import Element

from bifolio.branding.logo import paths, values
from bifolio.branding.logo.css import SVG, Style
from bifolio.branding.logo.paths import Path, Point, Segment
from bifolio.branding.logo.values import Viewport

SHAPES = frozenset(
    f"{SVG}{name}" for name in ("path", "rect", "circle", "ellipse", "line", "polyline", "polygon")
)


class Measure:
    """Reads the lengths of an element: what CSS sets goes before attributes."""

    def __init__(self, element: Element, style: Style, viewport: Viewport) -> None:
        self._element = element
        self._style = style
        self._viewport = viewport

    def text(self, name: str) -> str:
        """Return a value as it is written; empty where there is none."""
        return self._style.get(name) or self._element.get(name) or ""

    def length(self, name: str, default: float = 0.0) -> float:
        """Return a length in user units; percentages refer to the width, the height or the diagonal."""
        found = values.length(self.text(name))
        if found is None:
            return default
        reference = self._viewport.diagonal
        if name in _ACROSS or name in _DOWN:
            reference = self._viewport.width if name in _ACROSS else self._viewport.height
        return found.pixels(reference, self._style.font_size)


_ACROSS = frozenset(["x", "x1", "x2", "cx", "rx", "fx", "width", "dx", "refX", "markerWidth"])
_DOWN = frozenset(["y", "y1", "y2", "cy", "ry", "fy", "height", "dy", "refY", "markerHeight"])


def shape(element: Element, style: Style, viewport: Viewport) -> Path:
    """Return the path of a shape; empty where it has no extent or a value that is not allowed."""
    measure = Measure(element, style, viewport)
    name = element.tag.removeprefix(SVG)
    if name == "path":
        return paths.path(data(measure.text("d")))
    if name in ("polyline", "polygon"):
        return paths.polygon(element.get("points", ""), is_closed=name == "polygon")
    if name == "line":
        x1, y1, x2, y2 = map(measure.length, ("x1", "y1", "x2", "y2"))
        return Path((("M", ((x1, y1),)), ("L", ((x2, y2),))))
    if name == "rect":
        return _rectangle(measure)
    cx, cy = measure.length("cx"), measure.length("cy")
    if name == "circle":
        radius = measure.length("r")
        return paths.ellipse(cx, cy, radius, radius) if radius > 0 else Path()
    rx, ry = _radii(measure)
    return paths.ellipse(cx, cy, rx, ry) if rx > 0 and ry > 0 else Path()


def data(text: str) -> str:
    """Return path data, without the `path()` that CSS puts around it."""
    text = text.strip()
    return text[5:].strip("()\"' ") if text.startswith("path(") else text


def _rectangle(measure: Measure) -> Path:
    width, height = measure.length("width"), measure.length("height")
    if width <= 0 or height <= 0:
        return Path()
    rx, ry = _radii(measure)
    return paths.rectangle(measure.length("x"), measure.length("y"), width, height, rx, ry)


def _radii(measure: Measure) -> tuple[float, float]:
    """Return the radii of a rectangle or an ellipse; one that is missing is that of the other."""
    rx, ry = measure.length("rx", -1), measure.length("ry", -1)
    rx, ry = (rx if rx >= 0 else ry), (ry if ry >= 0 else rx)
    return max(rx, 0.0), max(ry, 0.0)


def dots(path: Path) -> list[Point]:
    """Return the places of subpaths without length: pens with round or square ends mark them."""
    found = []
    for run in path.subpaths():
        places = {point for _, points in run for point in points}
        if len(places) == 1 and len(run) > 1:
            found.append(places.pop())
    return found


# -- vertices, for markers -----------------------------------------------------------------------


def vertices(path: Path) -> list[tuple[Point, float]]:
    """Return the vertices of a path, each with the direction of the line there, in radians (SVG 2, 13.6.4)."""
    found: list[tuple[Point, float]] = []
    for run in path.subpaths():
        found += _vertices_of(run)
    return found


def _vertices_of(run: list[Segment]) -> Iterator[tuple[Point, float]]:
    legs = list(_legs(run))
    if not legs:
        yield run[0][1][0], 0.0
        return
    is_closed = run[-1][0] == "Z"
    arriving = [_angle(leg[-2], leg[-1], leg[0]) for leg in legs]
    leaving = [_angle(leg[0], leg[1], leg[-1]) for leg in legs]
    yield legs[0][0], _middle(arriving[-1], leaving[0]) if is_closed else leaving[0]
    for number, (leg, _) in enumerate(pairwise(legs)):
        yield leg[-1], _middle(arriving[number], leaving[number + 1])
    yield legs[-1][-1], _middle(arriving[-1], leaving[0]) if is_closed else arriving[-1]


def _legs(run: list[Segment]) -> Iterator[tuple[Point, ...]]:
    at = start = run[0][1][0]
    for letter, points in run[1:]:
        if letter == "Z":
            yield at, start
            at = start
        else:
            yield at, *points
            at = points[-1]


def _angle(first: Point, second: Point, other: Point) -> float:
    """Return the direction from one point to the next; where they are one, that towards the far end."""
    if first == second:
        first, second = (first, other) if first != other else (first, (first[0] + 1, first[1]))
    return math.atan2(second[1] - first[1], second[0] - first[0])


def _middle(one: float, other: float) -> float:
    return math.atan2(math.sin(one) + math.sin(other), math.cos(one) + math.cos(other))
