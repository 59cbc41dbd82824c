"""Gradients of SVG → gradients in the plane of the logo, with no transform, no unit and no repetition left."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from xml.etree.ElementTree import Element

from fontTools.misc.transform import Identity, Transform

from bifolio.branding.logo import values
from bifolio.branding.logo.css import SVG, Style
from bifolio.branding.logo.items import Bounds, Gradient, Stop
from bifolio.branding.logo.refusal import unreadable, unsupported
from bifolio.branding.logo.values import Box, Viewport

MOST_ROUNDS = 100
"""How often a gradient may repeat within what it fills."""

HREF = ("href", "{http://www.w3.org/1999/xlink}href")


def href(element: Element) -> str:
    """Return what an element points at, as it is written; empty where it points at nothing."""
    return next((element.get(name, "").strip() for name in HREF if element.get(name) is not None), "")


@dataclass(frozen=True, slots=True)
class Ground:
    """What a gradient is worked out for: the box and the viewport of the shape, and where the shape comes to lie."""

    box: Box
    viewport: Viewport
    font_size: float
    matrix: Transform
    area: Bounds
    """What is to be covered, in the plane of the logo."""


@dataclass(frozen=True, slots=True)
class _Spec:
    kind: str
    attributes: Mapping[str, str]
    stops: tuple[Stop, ...]


class Gradients:
    """The gradients of a drawing by their ids."""

    def __init__(self, named: Mapping[str, Element], style_of: Callable[[Element], Style]) -> None:
        self._named = named
        self._style_of = style_of

    def find(self, name: str) -> Element | None:
        """Return the gradient of a name; None where there is none."""
        element = self._named.get(name)
        return element if element is not None and element.tag in _KINDS else None

    def paint(self, element: Element, ground: Ground, alpha: float) -> Gradient | Stop | None:
        """Return the gradient for a shape; one stop where it is of one colour, None where it paints nothing."""
        spec = self._spec(element)
        stops = tuple(replace(stop, alpha=stop.alpha * alpha) for stop in spec.stops)
        if len(stops) < 2:
            return stops[0] if stops else None
        is_boxed = spec.attributes.get("gradientUnits") != "userSpaceOnUse"
        left, top, width, height = ground.box
        if is_boxed and (width <= 0 or height <= 0):
            return None
        own = values.transform(spec.attributes.get("gradientTransform", "")) or Identity
        frame = Transform(width, 0, 0, height, left, top) if is_boxed else Identity
        matrix = ground.matrix.transform(frame).transform(own)
        if abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]) < 1e-12:
            return None
        read = _Reader(spec.attributes, Viewport(1, 1) if is_boxed else ground.viewport, ground.font_size)
        spread = spec.attributes.get("spreadMethod", "pad")
        if spec.kind == "linearGradient":
            return _linear(read, stops, matrix, spread, ground.area)
        return _radial(read, stops, matrix, spread, ground.area)

    def _spec(self, element: Element) -> _Spec:
        """Follow the references of a gradient, each giving what those before it do not say (SVG 2, 14.2.2)."""
        kind = element.tag.removeprefix(SVG)
        attributes: dict[str, str] = {}
        stops: tuple[Stop, ...] = ()
        seen: list[Element] = []
        following: Element | None = element
        while following is not None:
            if following in seen:
                raise unreadable("a gradient of the logo refers to itself")
            seen.append(following)
            own = {name: value for name, value in following.attrib.items() if name in _ATTRIBUTES}
            if following.tag.removeprefix(SVG) != kind:  # coordinates of the other kind say nothing
                own = {name: value for name, value in own.items() if name not in _COORDINATES}
            attributes = own | attributes
            stops = stops or tuple(self._stops(following))
            pointer = href(following)
            following = self.find(pointer[1:]) if pointer.startswith("#") else None
        return _Spec(kind, attributes, stops)

    def _stops(self, element: Element) -> Iterator[Stop]:
        last = 0.0
        for child in element:
            if child.tag != f"{SVG}stop":
                continue
            style = self._style_of(child)
            colour = style.colour("stop-color")
            share = values.alpha(child.get("offset", "0"))
            last = max(last, share or 0.0)
            yield Stop(last, colour.paint, colour.alpha * style.share("stop-opacity"))


_KINDS = (f"{SVG}linearGradient", f"{SVG}radialGradient")
_COORDINATES = frozenset(["x1", "y1", "x2", "y2", "cx", "cy", "r", "fx", "fy", "fr"])
_ATTRIBUTES = _COORDINATES | {"gradientUnits", "gradientTransform", "spreadMethod"}


@dataclass(frozen=True, slots=True)
class _Reader:
    attributes: Mapping[str, str]
    viewport: Viewport
    font_size: float

    def __call__(self, name: str, default: str, reference: float) -> float:
        found = values.length(self.attributes.get(name, default)) or values.length(default)
        assert found is not None
        return found.pixels(reference, self.font_size)

    def point(self, x: str, y: str, defaults: tuple[str, str]) -> tuple[float, float]:
        return self(x, defaults[0], self.viewport.width), self(y, defaults[1], self.viewport.height)


def _linear(
    read: _Reader, stops: tuple[Stop, ...], matrix: Transform, spread: str, area: Bounds
) -> Gradient | Stop | None:
    x1, y1 = read.point("x1", "y1", ("0", "0"))
    x2, y2 = read.point("x2", "y2", ("100%", "0"))
    dx, dy = x2 - x1, y2 - y1
    if math.hypot(dx, dy) < 1e-9:
        return stops[-1]
    if spread in ("repeat", "reflect"):
        corners = _corners(area, matrix)
        shares = [((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy) for x, y in corners]
        first, last = min(shares), max(*shares, min(shares) + 1e-6)
        stops = _repeated(stops, first, last, spread)
        x1, y1, x2, y2 = x1 + dx * first, y1 + dy * first, x1 + dx * last, y1 + dy * last
    # The lines of one colour stay straight under the matrix; the gradient runs across them.
    start, end = matrix.transformPoint((x1, y1)), matrix.transformPoint((x2, y2))
    along = matrix.transformVector((-dy, dx))
    across = (-along[1], along[0])
    run = (end[0] - start[0], end[1] - start[1])
    share = (run[0] * across[0] + run[1] * across[1]) / (across[0] ** 2 + across[1] ** 2)
    line = (*start, start[0] + across[0] * share, start[1] + across[1] * share)
    return Gradient(_fine(stops), line=line)


def _radial(
    read: _Reader, stops: tuple[Stop, ...], matrix: Transform, spread: str, area: Bounds
) -> Gradient | Stop | None:
    cx, cy = read.point("cx", "cy", ("50%", "50%"))
    radius = read("r", "50%", read.viewport.diagonal)
    fx, fy = read.point("fx", "fy", (repr(cx), repr(cy)))
    inner = read("fr", "0", read.viewport.diagonal)
    if radius < 0 or inner < 0:
        return None
    if radius < 1e-9:
        return stops[-1]
    if math.hypot(fx - cx, fy - cy) + inner > radius * 0.999:
        raise unsupported("a radial gradient of the logo has its focus outside of its circle")
    if spread in ("repeat", "reflect"):
        if inner:
            raise unsupported("a radial gradient of the logo repeats around a circle")
        narrow = radius - math.hypot(fx - cx, fy - cy)
        far = max(math.hypot(x - fx, y - fy) for x, y in _corners(area, matrix))
        last = max(1, math.ceil(far / narrow))
        stops = _repeated(stops, 0, last, spread)
        cx, cy, radius = fx + (cx - fx) * last, fy + (cy - fy) * last, radius * last
    scale = similarity(matrix)
    if scale is None:
        return Gradient(_fine(stops), circles=(cx, cy, radius, fx, fy, inner), matrix=matrix)
    centre, focus = matrix.transformPoint((cx, cy)), matrix.transformPoint((fx, fy))
    return Gradient(_fine(stops), circles=(*centre, radius * scale, *focus, inner * scale))


def similarity(matrix: Transform) -> float | None:
    """Return how much a matrix enlarges; None where it does not enlarge all directions alike."""
    a, b, c, d = matrix[:4]
    size = math.sqrt(abs(a * d - b * c))
    is_similar = (
        math.isclose(math.hypot(a, b), math.hypot(c, d), rel_tol=1e-4)
        and abs(a * c + b * d) <= 1e-4 * size**2
    )
    return size if is_similar else None


def _corners(area: Bounds, matrix: Transform) -> list[tuple[float, float]]:
    back = matrix.inverse()
    return [back.transformPoint((x, y)) for x in area[::2] for y in area[1::2]]


def _repeated(stops: tuple[Stop, ...], first: float, last: float, spread: str) -> tuple[Stop, ...]:
    """Return the stops of a gradient that repeats, from one place to another, in rounds of 1."""
    if last - first > MOST_ROUNDS:
        raise unsupported(f"a gradient of the logo repeats more than {MOST_ROUNDS} times")
    found: list[Stop] = []
    for number in range(math.floor(first), math.ceil(last)):
        is_back = spread == "reflect" and number % 2
        ordered = [replace(stop, offset=1 - stop.offset) for stop in reversed(stops)] if is_back else stops
        edges = [replace(ordered[0], offset=0.0), *ordered, replace(ordered[-1], offset=1.0)]
        found += [replace(stop, offset=number + stop.offset) for stop in edges]
    # Viewers draw a gradient in so many steps, however long it is: none is spent on what is not seen.
    kept = [stop for stop in found if first < stop.offset < last]
    ends = [_at(found, first), *kept, _at(found, last)]
    return tuple(replace(stop, offset=(stop.offset - first) / (last - first)) for stop in ends)


def _at(stops: list[Stop], place: float) -> Stop:
    """Return what a gradient shows at a place between its stops."""
    for one, other in pairwise(stops):
        if one.offset <= place <= other.offset and one.offset < other.offset:
            return _between(one, other, (place - one.offset) / (other.offset - one.offset))
    return replace(stops[-1], offset=place)


_STEPS = 16


def _fine(stops: tuple[Stop, ...]) -> tuple[Stop, ...]:
    """Add stops between those that differ in alpha.

    SVG mixes colour and alpha each by itself; writers of PDF do not all agree on that, and agree on small steps.
    """
    # A gradient without ends of its own is drawn in coarser steps.
    found = [replace(stops[0], offset=0.0), stops[0]] if stops[0].offset else [stops[0]]
    for one, other in pairwise(stops):
        if (
            one.alpha != other.alpha
            and values.CURRENT not in (one.paint, other.paint)
            and one.offset != other.offset
        ):
            found += [_between(one, other, step / _STEPS) for step in range(1, _STEPS)]
        found.append(other)
    return (*found, replace(stops[-1], offset=1.0)) if stops[-1].offset < 1 else tuple(found)


def _between(one: Stop, other: Stop, share: float) -> Stop:
    if values.CURRENT in (one.paint, other.paint):
        return replace(one if share < 0.5 else other, offset=one.offset + (other.offset - one.offset) * share)

    def mixed(first: float, last: float) -> float:
        return first + (last - first) * share

    pairs = [(int(one.paint[at : at + 2], 16), int(other.paint[at : at + 2], 16)) for at in (1, 3, 5)]
    shade = "".join(f"{round(mixed(*pair)):02x}" for pair in pairs)
    return Stop(mixed(one.offset, other.offset), f"#{shade}", mixed(one.alpha, other.alpha))
