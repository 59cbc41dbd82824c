"""Paths: shapes and path data → absolute moves, lines, cubic curves and closings.

Path data is read as SVG 2, 9.5 asks: up to the first error, and what stands before it is drawn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fontTools.misc.bezierTools import calcCubicBounds
from fontTools.misc.transform import Transform

from bifolio.branding.logo.values import FAR, NUMBER, Box, numbers

Point = tuple[float, float]
Segment = tuple[str, tuple[Point, ...]]
"""M, L or C with its points, or Z."""

_CIRCLE = 0.5522847498307936
"""How far the handles of a quarter circle of radius 1 reach."""


@dataclass(frozen=True, slots=True)
class Path:
    """Segments, each subpath beginning with a move."""

    segments: tuple[Segment, ...] = ()

    def moved(self, matrix: Transform) -> Path:
        """Return the path with its points transformed."""
        place = matrix.transformPoint
        return Path(
            tuple((letter, tuple(place(point) for point in points)) for letter, points in self.segments)
        )

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """Return left, top, right and bottom of the geometry; None of an empty path."""
        xs: list[float] = []
        ys: list[float] = []
        at: Point = (0, 0)
        for letter, points in self.segments:
            if letter == "C":
                left, top, right, bottom = calcCubicBounds(at, *points)
                xs += left, right
                ys += top, bottom
            else:
                xs += [x for x, _ in points]
                ys += [y for _, y in points]
            at = points[-1] if points else at
        return (min(xs), min(ys), max(xs), max(ys)) if xs else None

    @property
    def box(self) -> Box:
        """Return left, top, width and height of the geometry."""
        left, top, right, bottom = self.bounds or (0.0, 0.0, 0.0, 0.0)
        return left, top, right - left, bottom - top

    @property
    def is_finite(self) -> bool:
        """Tell whether all its points are within reach."""
        return all(abs(x) <= FAR and abs(y) <= FAR for _, points in self.segments for x, y in points)

    def subpaths(self) -> Iterator[list[Segment]]:
        """Return the runs of segments that each begin with a move."""
        run: list[Segment] = []
        for segment in self.segments:
            if segment[0] == "M" and run:
                yield run
                run = []
            run.append(segment)
        if run:
            yield run


# -- shapes --------------------------------------------------------------------------------------


def rectangle(x: float, y: float, width: float, height: float, rx: float = 0, ry: float = 0) -> Path:
    """Return a rectangle with its corners rounded."""
    right, bottom = x + width, y + height
    if not rx or not ry:
        corners = ((right, y), (right, bottom), (x, bottom))
        return Path((("M", ((x, y),)), *(("L", (corner,)) for corner in corners), ("Z", ())))
    rx, ry = min(rx, width / 2), min(ry, height / 2)
    p, q = rx * (1 - _CIRCLE), ry * (1 - _CIRCLE)
    return Path(
        (
            ("M", ((x + rx, y),)),
            ("L", ((right - rx, y),)),
            ("C", ((right - p, y), (right, y + q), (right, y + ry))),
            ("L", ((right, bottom - ry),)),
            ("C", ((right, bottom - q), (right - p, bottom), (right - rx, bottom))),
            ("L", ((x + rx, bottom),)),
            ("C", ((x + p, bottom), (x, bottom - q), (x, bottom - ry))),
            ("L", ((x, y + ry),)),
            ("C", ((x, y + q), (x + p, y), (x + rx, y))),
            ("Z", ()),
        )
    )


def ellipse(cx: float, cy: float, rx: float, ry: float) -> Path:
    """Return an ellipse, begun at its right, clockwise."""
    p, q = rx * _CIRCLE, ry * _CIRCLE
    return Path(
        (
            ("M", ((cx + rx, cy),)),
            ("C", ((cx + rx, cy + q), (cx + p, cy + ry), (cx, cy + ry))),
            ("C", ((cx - p, cy + ry), (cx - rx, cy + q), (cx - rx, cy))),
            ("C", ((cx - rx, cy - q), (cx - p, cy - ry), (cx, cy - ry))),
            ("C", ((cx + p, cy - ry), (cx + rx, cy - q), (cx + rx, cy))),
            ("Z", ()),
        )
    )


def polygon(text: str, *, is_closed: bool) -> Path:
    """Return the lines of `points`; an odd last number is left out."""
    found = numbers(text)
    points = list(zip(found[::2], found[1::2], strict=False))
    if not points:
        return Path()
    lines: list[Segment] = [("M", (points[0],)), *(("L", (point,)) for point in points[1:])]
    return Path((*lines, ("Z", ())) if is_closed else tuple(lines))


# -- path data -----------------------------------------------------------------------------------

_TOKENS = re.compile(rf"[\s,]*(?:(?P<letter>[MmZzLlHhVvCcSsQqTtAa])|(?P<number>{NUMBER}))")
_FLAG = re.compile(r"[\s,]*([01])")
_COUNTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}


def path(data: str) -> Path:
    """Parse path data; quadratic curves and arcs become cubic ones."""
    pen = _Pen()
    for letter, values in _commands(data):
        pen.draw(letter, values)
    drawn = [one for one, after in pairwise([*pen.segments, ("M", ())]) if one[0] != "M" or after[0] != "M"]
    return Path(tuple(drawn))


def _commands(data: str) -> Iterator[tuple[str, tuple[float, ...]]]:
    letter, at = "", 0
    while match := _TOKENS.match(data, at):
        if match["letter"]:
            letter, at = match["letter"], match.end()
            if letter in "Zz":
                yield letter, ()
                continue
        elif letter in "Zz" or not letter:
            return
        found = _arguments(data, at, letter.upper())
        if found is None:
            return
        arguments, at = found
        yield letter, arguments
        letter = {"M": "L", "m": "l"}.get(letter, letter)


def _arguments(data: str, at: int, command: str) -> tuple[tuple[float, ...], int] | None:
    found = []
    for number in range(_COUNTS[command]):
        is_flag = command == "A" and number in (3, 4)  # flags need nothing between them and what follows
        match = _FLAG.match(data, at) if is_flag else _TOKENS.match(data, at)
        text = None if match is None else match[1] if is_flag else match["number"]
        if match is None or text is None:
            return None
        found.append(float(text))
        at = match.end()
    return tuple(found), at


class _Pen:
    """Draws commands one after another, and remembers what relative and smooth ones need."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.at: Point = (0.0, 0.0)
        self.start: Point = (0.0, 0.0)
        self.handle: Point | None = None
        """The last handle, and of which sort of curve, for a smooth one that follows."""
        self.last = ""

    def draw(self, letter: str, values: tuple[float, ...]) -> None:
        command = letter.upper()
        if command != "M" and not self.segments:
            return
        if command == "Z":
            self.segments.append(("Z", ()))
            self.at = self.start
        elif command == "A":
            self._arc(values, letter.islower())
        else:
            points = self._points(command, values, is_relative=letter.islower())
            {
                "M": self._move,
                "C": self._cubic,
                "S": self._cubic,
                "Q": self._quadratic,
                "T": self._quadratic,
            }.get(command, self._line)(points)
        self.last = command

    def _points(self, command: str, values: tuple[float, ...], *, is_relative: bool) -> list[Point]:
        x, y = self.at if is_relative else (0.0, 0.0)
        if command == "H":
            return [(x + values[0], self.at[1])]
        if command == "V":
            return [(self.at[0], y + values[0])]
        return [(x + across, y + down) for across, down in zip(values[::2], values[1::2], strict=True)]

    def _begin(self) -> None:
        if self.segments[-1][0] == "Z":  # what follows a closing begins where it ended
            self.segments.append(("M", (self.at,)))

    def _move(self, points: Sequence[Point]) -> None:
        self.at = self.start = points[0]
        self.segments.append(("M", (self.at,)))

    def _line(self, points: Sequence[Point]) -> None:
        self._begin()
        self.at = points[0]
        self.segments.append(("L", (self.at,)))

    def _reflected(self, kinds: str) -> Point:
        if self.handle is None or self.last not in kinds:
            return self.at
        return 2 * self.at[0] - self.handle[0], 2 * self.at[1] - self.handle[1]

    def _cubic(self, points: Sequence[Point]) -> None:
        self._begin()
        first, second, end = points if len(points) == 3 else (self._reflected("CS"), *points)
        self.segments.append(("C", (first, second, end)))
        self.at, self.handle = end, second

    def _quadratic(self, points: Sequence[Point]) -> None:
        self._begin()
        middle, end = points if len(points) == 2 else (self._reflected("QT"), *points)
        (x0, y0), (x1, y1), (x2, y2) = self.at, middle, end
        first = (x0 + (x1 - x0) * 2 / 3, y0 + (y1 - y0) * 2 / 3)
        second = (x2 + (x1 - x2) * 2 / 3, y2 + (y1 - y2) * 2 / 3)
        self.segments.append(("C", (first, second, end)))
        self.at, self.handle = end, middle

    def _arc(self, values: tuple[float, ...], is_relative: bool) -> None:
        self._begin()
        rx, ry, turn, large, sweep, x, y = values
        end = (x + self.at[0], y + self.at[1]) if is_relative else (x, y)
        if end == self.at:
            return
        if not rx or not ry:
            self.segments.append(("L", (end,)))
        else:
            curves = _arc(
                self.at,
                end,
                (abs(rx), abs(ry)),
                math.radians(turn),
                is_large=bool(large),
                is_clockwise=bool(sweep),
            )
            self.segments += [("C", curve) for curve in curves]
        self.at = end


def _arc(
    start: Point, end: Point, radii: Point, turn: float, *, is_large: bool, is_clockwise: bool
) -> Iterator[tuple[Point, Point, Point]]:
    """Return an elliptical arc as cubic curves of a quarter turn at most (SVG 2, appendix B.2.4)."""
    across, down = (start[0] - end[0]) / 2, (start[1] - end[1]) / 2
    cos, sin = math.cos(turn), math.sin(turn)
    x, y = (cos * across + sin * down) / radii[0], (cos * down - sin * across) / radii[1]
    span = max(1.0, math.hypot(x, y))  # radii that are too small for the distance grow
    rx, ry, x, y = radii[0] * span, radii[1] * span, x / span, y / span
    square = x * x + y * y
    if square < 1e-18:  # of so large an ellipse nothing is seen but a line
        yield start, end, end
        return
    reach = math.sqrt(max(0.0, 1 / square - 1)) * (1 if is_large != is_clockwise else -1)
    cx, cy = reach * y, -reach * x
    first, last = math.atan2(y - cy, x - cx), math.atan2(-y - cy, -x - cx)
    sweep = (last - first) % math.tau if is_clockwise else -((first - last) % math.tau)
    matrix = Transform(
        cos * rx, sin * rx, -sin * ry, cos * ry, (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    )
    count = max(1, math.ceil(abs(sweep) / (math.pi / 2) - 1e-9))
    step = sweep / count
    handle = 4 / 3 * math.tan(step / 4)
    for number in range(count):
        a, b = first + step * number, first + step * (number + 1)
        yield (
            matrix.transformPoint(
                (cx + math.cos(a) - handle * math.sin(a), cy + math.sin(a) + handle * math.cos(a))
            ),
            matrix.transformPoint(
                (cx + math.cos(b) + handle * math.sin(b), cy + math.sin(b) - handle * math.cos(b))
            ),
            end if number == count - 1 else matrix.transformPoint((cx + math.cos(b), cy + math.sin(b))),
        )
