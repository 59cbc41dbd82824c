"""A drawing read → the items that it draws, and what of it can be had as pixels only.

The tree is walked as SVG 2 asks: styles cascade, `use` draws what it points at, viewports nest. Whatever is drawn is
brought into one plane. What cannot be a path, a line or a gradient there (masks, patterns, filters, blend modes) is
noted in `pixels`; what no printed logo can show raises RefusedError.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from xml.etree.ElementTree import Element

from fontTools.misc.transform import Identity, Transform

from bifolio.branding.logo import paths, values
from bifolio.branding.logo.css import SVG, Cascade, Style
from bifolio.branding.logo.effects import Effects
from bifolio.branding.logo.frame import Frame
from bifolio.branding.logo.gradients import href
from bifolio.branding.logo.items import Fill, Item, Picture, clipped
from bifolio.branding.logo.markers import markers
from bifolio.branding.logo.painting import Painter
from bifolio.branding.logo.paths import Path, Point
from bifolio.branding.logo.pixels import as_png, embedded, enlarged
from bifolio.branding.logo.place import Place
from bifolio.branding.logo.refusal import unreadable, unsupported
from bifolio.branding.logo.shapes import SHAPES, Measure, shape
from bifolio.branding.logo.tally import Tally
from bifolio.branding.logo.values import Box, Viewport


class Drawing:
    """Draws the elements of one SVG."""

    def __init__(self, root: Element, cascade: Cascade, fonts: Sequence[FilePath] = ()) -> None:
        self.root = root
        self.cascade = cascade
        self.fonts = fonts
        """Font files that text may be set in."""
        self.pixels: set[str] = set()
        """What the drawing has that can be had as pixels only, in words."""
        self.named = {name: element for element in reversed(list(root.iter())) if (name := element.get("id"))}
        self._parents = {id(child): parent for parent in root.iter() for child in parent}
        self._styles: dict[int, Style] = {}
        self._paths: dict[int, Path] = {}
        self.tally = Tally()
        self.effects = Effects(self)
        self.painter = Painter(self, self.effects.union)

    def draw(self, frame: Frame) -> list[Item]:
        """Return the items of the whole drawing."""
        style = self.style_in_tree(self.root)
        if style["display"] == "none":
            return []
        place = Place(Viewport(*frame.box[2:]), frame.matrix, (id(self.root),))
        items = self._children(self.root, style, place)
        colour = background(style)
        if colour is not None:
            items.insert(0, Fill(paths.rectangle(0, 0, *frame.size), colour.paint, colour.alpha))
        drawn = self._finished(self.root, style, place, items)
        if self.pixels:
            self.tally.expect_few(self.pixels)
        return drawn

    def style_in_tree(self, element: Element) -> Style:
        """Return the style of an element where it stands in the file, not where it is used."""
        known = self._styles.get(id(element))
        if known is None:
            parent = self._parents.get(id(element))
            above = self.style_in_tree(parent) if parent is not None else Style()
            known = self._styles[id(element)] = self.cascade.style(element, above)
        return known

    # -- structure ---------------------------------------------------------------------------------

    def _children(self, element: Element, style: Style, place: Place) -> list[Item]:
        return [item for child in element for item in self.element(child, style, place)]

    def element(self, element: Element, above: Style, place: Place) -> list[Item]:
        """Return what an element draws."""
        draw = _DRAWN.get(element.tag)
        if draw is None or not _is_chosen(element):
            return []
        style = self.cascade.style(element, above)
        if style["display"] == "none":
            return []
        inner = place.within(element, self.transform(element, style, place.viewport))
        inner = self.shifted(element, style, inner)
        if abs(inner.matrix[0] * inner.matrix[3] - inner.matrix[1] * inner.matrix[2]) < 1e-12:
            return []
        return self._finished(element, style, inner, draw(self, element, style, inner))

    def transform(self, element: Element, style: Style, viewport: Viewport) -> Transform:
        """Return the matrix of an element's `transform`, about its origin."""
        matrix = values.transform(style["transform"], viewport)
        if not matrix or matrix == Identity or style["transform-origin"] == "0 0":
            return matrix or Identity
        box = (0.0, 0.0, viewport.width, viewport.height)
        if style["transform-box"] in ("fill-box", "content-box", "border-box", "stroke-box"):
            if element.tag not in SHAPES or style["transform-box"] in ("border-box", "stroke-box"):
                raise unsupported("the logo is turned around the middle of a group")
            box = shape(element, style, viewport).box
        x, y = _origin(style["transform-origin"], box)
        return Identity.translate(x, y).transform(matrix).translate(-x, -y)

    def shifted(self, element: Element, style: Style, place: Place) -> Place:
        """Return where a `use` puts what it points at: its clip and mask move, too (SVG 2, 5.5)."""
        if element.tag != f"{SVG}use":
            return place
        measure = Measure(element, style, place.viewport)
        return replace(place, matrix=place.matrix.translate(measure.length("x"), measure.length("y")))

    def group(self, element: Element, style: Style, place: Place) -> list[Item]:
        """Return what the children of a group draw."""
        return self._children(element, style, place)

    def switch(self, element: Element, style: Style, place: Place) -> list[Item]:
        """Return what the first child draws whose conditions hold."""
        for child in element:
            if child.tag in _DRAWN and _is_chosen(child):
                return self.element(child, style, place)
        return []

    def inner_svg(
        self, element: Element, style: Style, place: Place, size: tuple[str | None, str | None] = (None, None)
    ) -> list[Item]:
        """Return what a drawing inside of the drawing draws; `size` is that which a `use` gives it."""
        measure = Measure(element, style, place.viewport)
        sized = [values.length(one) if one else None for one in size]
        wide, high = place.viewport.width, place.viewport.height
        width = sized[0].pixels(wide, style.font_size) if sized[0] else measure.length("width", wide)
        height = sized[1].pixels(high, style.font_size) if sized[1] else measure.length("height", high)
        if width <= 0 or height <= 0:
            return []
        is_symbol = element.tag == f"{SVG}symbol"
        x, y = (0.0, 0.0) if is_symbol else (measure.length("x"), measure.length("y"))
        box = values.view_box(element.get("viewBox"))
        matrix = values.fit(box, width, height, element.get("preserveAspectRatio")) if box else Identity
        inner = replace(
            place,
            viewport=Viewport(*box[2:]) if box else Viewport(width, height),
            matrix=place.matrix.translate(x, y).transform(matrix),
        )
        items = self._children(element, style, inner)
        if style["overflow"] in ("visible", "auto"):
            return items
        return clipped(items, paths.rectangle(x, y, width, height).moved(place.matrix))

    def use(self, element: Element, style: Style, place: Place) -> list[Item]:
        """Return what the element draws that a `use` points at."""
        pointer = href(element)
        if not pointer.startswith("#"):
            if pointer:
                raise unsupported(f'the logo takes a part of it from another file ("{_short(pointer)}")')
            return []
        target = self.named.get(pointer[1:])
        if target is None:
            return []
        if target.tag not in (f"{SVG}symbol", f"{SVG}svg"):
            return self.element(target, style, place)
        own = self.cascade.style(target, style)
        if own["display"] == "none":
            return []
        measure = Measure(element, style, place.viewport)
        inner = place.within(target, self.transform(target, own, place.viewport))
        size = (measure.text("width") or None, measure.text("height") or None)
        return self._finished(target, own, inner, self.inner_svg(target, own, inner, size))

    def image(self, element: Element, style: Style, place: Place) -> list[Item]:
        """Return an embedded picture."""
        pointer = href(element)
        if not pointer or style["visibility"] != "visible":
            return []
        if not pointer.startswith("data:"):
            raise unsupported(
                f'the logo shows a picture that is not in its file ("{_short(pointer)}")',
                "embed the picture in the drawing program, and export it anew",
            )
        picture = embedded(pointer)
        wide, high = picture.size
        measure = Measure(element, style, place.viewport)
        width, height = measure.length("width", -1), measure.length("height", -1)
        width = width if width >= 0 else (height * wide / high if height >= 0 else wide)
        height = height if height >= 0 else width * high / wide
        if width <= 0 or height <= 0:
            return []
        self.tally.picture()
        if style["image-rendering"] not in (
            "auto",
            "smooth",
            "optimizequality",
            "optimizespeed",
            "high-quality",
        ):
            self.pixels.add("a picture with hard pixels")
        fitted = values.fit((0, 0, wide, high), width, height, element.get("preserveAspectRatio"))
        moved = place.matrix.translate(measure.length("x"), measure.length("y"))
        matrix = moved.transform(fitted)
        size = max(math.hypot(*matrix[:2]), math.hypot(*matrix[2:4]))
        if size > 1:  # fewer pixels than the plane has units
            picture = enlarged(picture, size)
            matrix = matrix.scale(wide / picture.width, high / picture.height)
        return clipped(
            [Picture(as_png(picture), picture.size, matrix)],
            paths.rectangle(0, 0, width, height).moved(moved),
        )

    def text(self, element: Element, style: Style, place: Place) -> list[Item]:
        """Return text as outlines."""
        items: list[Item] = []
        for path, own in self.outlines(element, style, place):
            items += self.painter.paint(path, own, place)
        return items

    def outlines(self, element: Element, style: Style, place: Place) -> list[tuple[Path, Style]]:
        """Return the outlines of text, each with its style."""
        from bifolio.branding.logo.text import outlines

        found = outlines(element, style, self.cascade, place.viewport, self.fonts)
        for path, _ in found:
            self.tally.shape(len(path.segments))
        return found

    def foreign(self, element: Element, style: Style, place: Place) -> list[Item]:
        """Refuse a piece of another language inside of the drawing."""
        del element, style, place
        raise unsupported(
            "the logo holds a piece of a web page (<foreignObject>)",
            "convert its text to outlines in the drawing program, and export it anew as plain SVG",
        )

    # -- shapes ------------------------------------------------------------------------------------

    def shape(self, element: Element, style: Style, place: Place) -> list[Item]:
        """Return the fill, the line and the markers of a shape."""
        path = self.path(element, style, place)
        if not path.segments:
            return []
        items = self.painter.paint(path, style, place)
        if style["visibility"] == "visible" and element.tag.removeprefix(SVG) in _MARKED:
            items += markers(self, self.effects, path, style, place)
        return items

    def path(self, element: Element, style: Style, place: Place) -> Path:
        """Return the path of a shape, and count it."""
        path = self._paths.get(id(element))
        if path is None:
            path = shape(element, style, place.viewport)
            if element.tag == f"{SVG}path" and "d" not in style:  # others may have percentages
                self._paths[id(element)] = path
        self.tally.shape(len(path.segments))
        if not path.is_finite:
            raise unreadable("the logo has a shape that reaches far out of any page")
        return path

    # -- effects -----------------------------------------------------------------------------------

    def _finished(self, element: Element, style: Style, place: Place, items: list[Item]) -> list[Item]:
        """Return items clipped, masked and made transparent as their element asks."""
        if not items:
            return []
        return self.effects.apply(element, style, place, items)

    def contents(self, element: Element, place: Place) -> list[Item]:
        """Return what the children of a definition draw: of a mask, or of a pattern."""
        return self._children(element, self.style_in_tree(element), place)

    def layer(self) -> None:
        """Count one more group that is drawn on a layer of its own, and refuse too many."""
        self.tally.layer()


def background(style: Style) -> values.Colour | None:
    """Return the colour that the style of the root lays below the drawing; None where it lays none."""
    for name in ("background-color", "background"):
        colour = values.colour(style[name]) if style[name] != "none" else None
        if colour is not None and colour.alpha > 0:
            return style.resolved(colour)
    return None


_MARKED = frozenset(["path", "line", "polyline", "polygon"])
_DRAWN: dict[str, Callable[[Drawing, Element, Style, Place], list[Item]]] = {
    f"{SVG}g": Drawing.group,
    f"{SVG}a": Drawing.group,
    f"{SVG}svg": Drawing.inner_svg,
    f"{SVG}switch": Drawing.switch,
    f"{SVG}use": Drawing.use,
    f"{SVG}image": Drawing.image,
    f"{SVG}text": Drawing.text,
    f"{SVG}foreignObject": Drawing.foreign,
    **dict.fromkeys(SHAPES, Drawing.shape),
}


def _is_chosen(element: Element) -> bool:
    """Tell whether the conditions of an element hold: no extension is known, and the language is English."""
    languages = element.get("systemLanguage")
    if languages is not None and not any(one.strip().lower()[:2] == "en" for one in languages.split(",")):
        return False
    return element.get("requiredExtensions") is None


def _origin(text: str, box: Box) -> Point:
    words = text.split()[:2]
    if words and words[0] in ("top", "bottom"):
        words.reverse()
    shares = {"left": "0%", "top": "0%", "center": "50%", "right": "100%", "bottom": "100%"}
    words = [shares.get(word, word) for word in [*words, "center"][:2]]
    found = [values.length(word) or values.Length(0) for word in words]
    return box[0] + found[0].pixels(box[2]), box[1] + found[1].pixels(box[3])


def _short(address: str) -> str:
    return address if len(address) <= 40 else f"{address[:40]}…"
