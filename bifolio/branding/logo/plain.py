"""A drawing as plain SVG for a renderer that knows no style sheets of its own: each element says its style itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from bifolio.branding.logo import values
from bifolio.branding.logo.css import SVG, Cascade
from bifolio.branding.logo.drawing import Drawing, background
from bifolio.branding.logo.frame import Frame
from bifolio.branding.logo.properties import GEOMETRY, PROPERTIES
from bifolio.branding.logo.shapes import data
from bifolio.branding.logo.values import Viewport

SVG_NAMESPACE = SVG[1:-1]


def as_written(root: Element, frame: Frame) -> str:
    """Return the drawing as it is, its style sheets too, but for what lies outside of the file."""
    copy = deepcopy(root)
    _confine(copy, frame)
    return _text(copy)


def with_styles(drawing: Drawing, cascade: Cascade, frame: Frame) -> str:
    """Return the drawing with its style sheets worked out into attributes."""
    copy = deepcopy(drawing.root)
    viewport = Viewport(*frame.box[2:])
    for element, own in zip(drawing.root.iter(), copy.iter(), strict=True):
        style = drawing.style_in_tree(element)
        for name in ("style", "class", "transform-origin", "transform-box"):
            own.attrib.pop(name, None)
        said: list[str] = []
        for name in sorted(cascade.declared(element)):
            own.attrib.pop(name, None)
            if name == "transform":
                matrix = drawing.transform(element, style, viewport)
                own.set(name, f"matrix({' '.join(f'{value:.9g}' for value in matrix)})")
            elif name in GEOMETRY:
                own.set(name, data(style[name]) if name == "d" else style[name])
            elif name in PROPERTIES and not name.startswith(("background", "transform")):
                said.append(f"{name}:{_legacy(name, style[name])}")
        if said:  # some are no attributes, so that only here they count
            own.set("style", ";".join(said))
    _remove(copy, lambda one: one.tag == f"{SVG}style")
    _confine(copy, frame)
    colour = background(drawing.style_in_tree(drawing.root))
    if colour is not None:
        left, top, width, height = frame.box
        ground = {"fill": colour.paint, "fill-opacity": repr(colour.alpha), "x": repr(left - 9 * width)}
        ground |= {"y": repr(top - 9 * height), "width": repr(19 * width), "height": repr(19 * height)}
        copy.insert(0, copy.makeelement(f"{SVG}rect", ground))
    return _text(copy)


_PAINTS = frozenset(["fill", "stroke"])
_COLOURS = frozenset(["color", "stop-color", "flood-color", "lighting-color"])


def _legacy(name: str, value: str) -> str:
    """Return a value in the words of SVG 1.1."""
    if name in _COLOURS:
        colour = values.colour(value)
        return _rgba(colour) if colour else value
    if name in _PAINTS:
        paint = values.paint(value) or values.NO_PAINT
        server = f"url(#{paint.server})" if paint.server is not None else ""
        return f"{server} {_rgba(paint.colour) if paint.colour else 'none'}".strip()
    return _hexadecimal(value) if name == "filter" else value


def _hexadecimal(text: str) -> str:
    """Return a filter with colours that need no brackets of their own."""

    def written(match: re.Match[str]) -> str:
        colour = values.colour(match[0])
        return f"{colour.paint}{round(colour.alpha * 255):02x}" if colour else match[0]

    return re.sub(r"(?:rgb|hsl)a?\([^)]*\)", written, text)


def _rgba(colour: values.Colour) -> str:
    if colour.alpha >= 1 or colour.paint == values.CURRENT:
        return colour.paint
    channels = ",".join(str(int(colour.paint[at : at + 2], 16)) for at in (1, 3, 5))
    return f"rgba({channels},{colour.alpha:.4f})"


def _confine(root: Element, frame: Frame) -> None:
    has_markers = any(element.tag == f"{SVG}marker" for element in root.iter())
    for element in root.iter():
        # resvg 0.48 counts moves that draw nothing as extent; a marker, though, may stand at such a move
        if element.tag == f"{SVG}path" and not has_markers:
            element.set("d", _without_last_moves(element.get("d", "")))
        if not element.get("href", "#").startswith(("#", "data:image/png;")):
            del element.attrib["href"]
        if (
            element.tag == f"{SVG}use"
        ):  # resvg 0.48 takes a percentage of the symbol's width in place of the drawing's
            for name, reference in (("x", frame.box[2]), ("y", frame.box[3])):
                found = values.length(element.get(name, "")) if "(" not in element.get(name, "") else None
                if found and found.unit == "%":
                    element.set(name, repr(found.pixels(reference)))
    width, height = frame.size
    root.attrib |= {"width": f"{width:.4f}", "height": f"{height:.4f}"}
    root.set("viewBox", " ".join(f"{value:.9g}" for value in frame.box))


_NUMBER = r"[-+]?(?:\d++\.?\d*+|\.\d++)(?:[eE][-+]?\d++)?"
_MOVE = re.compile(rf"[Mm]\s*+{_NUMBER}(?:\s*+,\s*+|\s++|(?=[-+.])){_NUMBER}\s*+")


def _without_last_moves(path: str) -> str:
    """Return path data without the moves at its end, which browsers do not draw.

    >>> _without_last_moves("M30 20l9 20M20 10 m-4,4")
    'M30 20l9 20'
    >>> _without_last_moves("M30 20 40 50"), _without_last_moves("M1 1z")
    ('M30 20 40 50', 'M1 1z')
    """
    at = max(path.rfind("M"), path.rfind("m"))
    while at > 0 and _MOVE.fullmatch(path, at):
        path = path[:at].rstrip()
        at = max(path.rfind("M"), path.rfind("m"))
    return path


def _remove(root: Element, is_unwanted: Callable[[Element], bool]) -> None:
    for parent in root.iter():
        for child in [child for child in parent if is_unwanted(child)]:
            parent.remove(child)


def _text(root: Element) -> str:
    ElementTree.register_namespace("", SVG_NAMESPACE)
    return ElementTree.tostring(root, encoding="unicode")
