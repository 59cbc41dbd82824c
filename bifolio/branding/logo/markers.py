"""Markers: the corners of a path → what its markers draw there."""

from __future__ import annotations

import math
from dataclasses import replace
from xml.etree.ElementTree import Element

from fontTools.misc.transform import Identity

from bifolio.branding.logo import paths, values
from bifolio.branding.logo.css import SVG, Style
from bifolio.branding.logo.document import Document
from bifolio.branding.logo.effects import Effects
from bifolio.branding.logo.items import Item, clipped
from bifolio.branding.logo.paths import Path, Point
from bifolio.branding.logo.place import Place
from bifolio.branding.logo.shapes import Measure, vertices
from bifolio.branding.logo.values import Viewport


def markers(document: Document, effects: Effects, path: Path, style: Style, place: Place) -> list[Item]:
    """Return what the markers draw at the corners of a path."""
    names = [pointed(style[f"marker-{end}"]) for end in ("start", "mid", "end")]
    if not any(names):
        return []
    items: list[Item] = []
    found = vertices(path)
    for number, (point, angle) in enumerate(found):
        at = 0 if number == 0 else 2 if number == len(found) - 1 else 1
        marker = document.named.get(names[at])
        if marker is not None and marker.tag == f"{SVG}marker":
            items += _marker(document, effects, marker, style, place, point, angle, is_start=at == 0)
    return items


def _marker(
    document: Document,
    effects: Effects,
    marker: Element,
    line: Style,
    place: Place,
    point: Point,
    angle: float,
    *,
    is_start: bool,
) -> list[Item]:
    style = document.style_in_tree(marker)
    measure = Measure(marker, style, place.viewport)
    width, height = measure.length("markerWidth", 3), measure.length("markerHeight", 3)
    if width <= 0 or height <= 0:
        return []
    orient = marker.get("orient", "0").strip()
    if not orient.startswith("auto"):
        angle = math.radians(values.number(orient.removesuffix("deg")) or 0.0)
    elif orient == "auto-start-reverse" and is_start:
        angle += math.pi
    scale = 1.0
    if marker.get("markerUnits") != "userSpaceOnUse":
        scale = line.pixels("stroke-width", place.viewport.diagonal)
    box = values.view_box(marker.get("viewBox"))
    fitted = values.fit(box, width, height, marker.get("preserveAspectRatio")) if box else Identity
    inner = Measure(marker, style, Viewport(*box[2:]) if box else place.viewport)
    x, y = fitted.transformPoint((inner.length("refX"), inner.length("refY")))
    turned = Identity.translate(*point).rotate(angle).scale(scale).translate(-x, -y)
    frame = place.within(marker, turned)
    items = document.contents(marker, replace(frame, matrix=frame.matrix.transform(fitted)))
    if items:
        items = effects.apply(marker, style, frame, items)
    if style["overflow"] in ("visible", "auto"):
        return items
    return clipped(items, paths.rectangle(0, 0, width, height).moved(frame.matrix))


def pointed(value: str) -> str:
    """Return the id that `url(#id)` points at; empty where it is none."""
    found = values.url(value)
    return found[0] if found else ""
