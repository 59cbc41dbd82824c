"""Items → the SVG that is printed and shown: nothing but paths, gradients, clips and pixels.

It is written in the part of SVG that every reader draws alike. WeasyPrint 70 is the strictest of them: its gradients
need user space and no transform, and its tiles have the edge of the shape that they fill, so a gradient fills a
larger rectangle that the shape clips; its clips know no even-odd rule.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from itertools import pairwise

from fontTools.misc.transform import Identity, Transform

from bifolio.branding.logo import paths
from bifolio.branding.logo.areas import Pen
from bifolio.branding.logo.items import Bounds, Fill, Gradient, Group, Item, Line, Picture, Shade, Stop
from bifolio.branding.logo.paths import Path

SPAN = 1000.0
"""The longer side of a logo in its own plane."""


def write(items: Sequence[Item], box: Bounds) -> bytes:
    """Return the SVG of items; `box` is what is to be seen of them: left, top, right, bottom."""
    left, top, right, bottom = box
    writer = _Writer()
    drawn = "".join(map(writer.item, items))
    defs = f"<defs>{''.join(writer.defs)}</defs>" if writer.defs else ""
    size = " ".join(map(_number, (left, top, right - left, bottom - top)))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}">{defs}{drawn}</svg>'.encode()


class _Writer:
    def __init__(self) -> None:
        self.defs: list[str] = []
        self._clips: dict[str, str] = {}

    def item(self, item: Item) -> str:
        if isinstance(item, Fill):
            rule = ' fill-rule="evenodd"' if item.is_even_odd else ""
            return f'<path fill="{item.paint}"{_alpha("fill-opacity", item.alpha)}{rule} d="{_data(item.path)}"/>'
        if isinstance(item, Line):
            alpha = _alpha("stroke-opacity", item.alpha)
            return f'<path fill="none" stroke="{item.paint}"{alpha}{_pen(item.pen)} d="{_data(item.path)}"/>'
        if isinstance(item, Picture):
            width, height = item.size
            address = f"data:image/png;base64,{base64.b64encode(item.png).decode()}"
            return f'<image width="{width}" height="{height}"{_matrix(item.matrix)} href="{address}"/>'
        if isinstance(item, Shade):
            return f'<g clip-path="url(#{self._clip(item.path)})">{self._rectangle(item)}</g>'
        return self._group(item)

    def _group(self, group: Group) -> str:
        clip = f' clip-path="url(#{self._clip(group.clip)})"' if group.clip is not None else ""
        return f"<g{clip}{_alpha('opacity', group.opacity)}>{''.join(map(self.item, group.items))}</g>"

    def _clip(self, path: Path) -> str:
        data = _data(path)
        if data not in self._clips:
            name = self._clips[data] = f"c{len(self._clips)}"
            self.defs.append(f'<clipPath id="{name}"><path d="{data}"/></clipPath>')
        return self._clips[data]

    def _rectangle(self, shade: Shade) -> str:
        """Return the rectangle that a gradient fills, larger than the shape that clips it."""
        name = f"g{len(self.defs)}"
        self.defs.append(_gradient(name, shade.gradient))
        matrix = shade.gradient.matrix
        left, top, right, bottom = shade.path.bounds or (0.0, 0.0, 0.0, 0.0)
        room = max(right - left, bottom - top, 1.0) / 10
        around = paths.rectangle(left - room, top - room, right - left + 2 * room, bottom - top + 2 * room)
        own = around.moved(matrix.inverse()).bounds or (0.0, 0.0, 0.0, 0.0)
        drawn = paths.rectangle(own[0], own[1], own[2] - own[0], own[3] - own[1])
        digits = 2 if matrix == Identity else 5
        return f'<path fill="url(#{name})"{_matrix(matrix)} d="{_data(drawn, digits)}"/>'


def _gradient(name: str, gradient: Gradient) -> str:
    kind = "linearGradient" if gradient.line else "radialGradient"
    names = ("x1", "y1", "x2", "y2") if gradient.line else ("cx", "cy", "r", "fx", "fy", "fr")
    places = zip(names, gradient.line or gradient.circles, strict=True)
    at = "".join(f' {one}="{_number(value, 5)}"' for one, value in places if one != "fr" or value)
    stops = "".join(map(_stop, _apart(gradient.stops)))
    return f'<{kind} id="{name}" gradientUnits="userSpaceOnUse"{at}>{stops}</{kind}>'


def _stop(stop: Stop) -> str:
    alpha = _alpha("stop-opacity", stop.alpha)
    return f'<stop offset="{_number(stop.offset, 5)}" stop-color="{stop.paint}"{alpha}/>'


def _apart(stops: Sequence[Stop]) -> Iterable[Stop]:
    """Leave out stops that stand between two others at one place: nothing of them is seen."""
    yield stops[0]
    for (before, stop), after in zip(pairwise(stops), stops[2:], strict=False):
        if not before.offset == stop.offset == after.offset:
            yield stop
    yield stops[-1]


def _pen(pen: Pen) -> str:
    said = f' stroke-width="{_number(pen.width, 4)}"'
    if pen.cap != "butt":
        said += f' stroke-linecap="{pen.cap}"'
    if pen.join != "miter":
        said += f' stroke-linejoin="{pen.join}"'
    elif pen.miter_limit != 4:
        said += f' stroke-miterlimit="{_number(pen.miter_limit)}"'
    if pen.dashes:
        said += f' stroke-dasharray="{" ".join(_number(dash, 3) for dash in pen.dashes)}"'
        said += f' stroke-dashoffset="{_number(pen.offset, 3)}"' if pen.offset else ""
    return said


def _alpha(name: str, alpha: float) -> str:
    return f' {name}="{_number(alpha, 4)}"' if alpha < 1 else ""


def _matrix(matrix: Transform) -> str:
    if matrix == Identity:
        return ""
    return f' transform="matrix({" ".join(_number(value, 7) for value in matrix)})"'


def _data(path: Path, digits: int = 2) -> str:
    parts = [
        letter + " ".join(_number(value, digits) for point in points for value in point)
        for letter, points in path.segments
    ]
    return "".join(parts)


def _number(value: float, digits: int = 2) -> str:
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
