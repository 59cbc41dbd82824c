"""What a drawing comes to: a list of fills, lines, shades and pictures in one plane, in groups where that matters.

Coordinates are those of the finished logo, with no transforms left. These are the only things that the printed SVG
holds, see `writing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fontTools.misc.transform import Identity, Transform

from bifolio.branding.logo.areas import Pen
from bifolio.branding.logo.paths import Path

Bounds = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Fill:
    """An area of one colour, #rrggbb or `currentColor`."""

    path: Path
    paint: str
    alpha: float = 1.0
    is_even_odd: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one colour."""

    path: Path
    pen: Pen
    paint: str
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Stop:
    """A colour of a gradient, and where it stands between 0 and 1."""

    offset: float
    paint: str
    alpha: float


@dataclass(frozen=True, slots=True)
class Gradient:
    """A gradient that goes on in its outermost colours.

    `line` is x1, y1, x2, y2 of a linear one; `circles` cx, cy, r, fx, fy, fr of a radial one, in a plane of its own
    that `matrix` takes to that of the logo.
    """

    stops: tuple[Stop, ...]
    line: tuple[float, ...] = ()
    circles: tuple[float, ...] = ()
    matrix: Transform = Identity


@dataclass(frozen=True, slots=True)
class Shade:
    """An area filled with a gradient; the fill rule is nonzero."""

    path: Path
    gradient: Gradient


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels, as a PNG; `matrix` takes one pixel to the plane of the logo."""

    png: bytes
    size: tuple[int, int]
    matrix: Transform


@dataclass(frozen=True, slots=True)
class Group:
    """Items that are clipped together, or seen through together."""

    items: tuple[Item, ...]
    opacity: float = 1.0
    clip: Path | None = None


Item = Fill | Line | Shade | Picture | Group


def leaves(items: Iterable[Item]) -> Iterator[Fill | Line | Shade | Picture]:
    """Return the items with no groups between them."""
    for item in items:
        if isinstance(item, Group):
            yield from leaves(item.items)
        else:
            yield item


def joined(boxes: Iterable[Bounds | None]) -> Bounds | None:
    """Return the box around boxes."""
    known = [box for box in boxes if box]
    if not known:
        return None
    lefts, tops, rights, bottoms = zip(*known, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def bounds(items: Sequence[Item]) -> Bounds | None:
    """Return a box that holds all that items draw: with room for the corners of lines, and clipped."""
    return joined(_bounds_of(item) for item in items)


def _bounds_of(item: Item) -> Bounds | None:
    if isinstance(item, Picture):
        width, height = item.size
        corners = [item.matrix.transformPoint((x, y)) for x in (0, width) for y in (0, height)]
        xs, ys = zip(*corners, strict=True)
        return min(xs), min(ys), max(xs), max(ys)
    if isinstance(item, Group):
        inner = bounds(item.items)
        return common(inner, item.clip.bounds) if inner and item.clip else inner
    edge = item.path.bounds
    if edge and isinstance(item, Line):
        reach = item.pen.width / 2 * max(1.5, item.pen.miter_limit if item.pen.join == "miter" else 1)
        return edge[0] - reach, edge[1] - reach, edge[2] + reach, edge[3] + reach
    return edge


def common(one: Bounds | None, other: Bounds | None) -> Bounds | None:
    """Return what two boxes have in common."""
    if one is None or other is None:
        return None
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    return (left, top, right, bottom) if left <= right and top <= bottom else None


def clipped(items: Sequence[Item], clip: Path) -> list[Item]:
    """Clip items; those that a rectangle holds anyway stay as they are."""
    inner = bounds(items)
    if inner is None:
        return []
    edge = clip.bounds
    if edge and _is_rectangle(clip) and common(inner, edge) == inner:
        return list(items)
    return [Group(tuple(items), clip=clip)]


def _is_rectangle(path: Path) -> bool:
    points = [points[0] for letter, points in path.segments if letter in "ML"]
    left, top, right, bottom = path.bounds or (0, 0, 0, 0)
    corners = {(x, y) for x in (left, right) for y in (top, bottom)}
    return (
        "C" not in {letter for letter, _ in path.segments}
        and set(points) == corners
        and len(points) in (4, 5)
    )
