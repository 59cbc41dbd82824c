"""Clips, masks, opacity, filters and blend modes: what an element does to all that it draws."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element

import pathops
from fontTools.misc.transform import Identity, Transform

from bifolio.branding.logo import areas, paths, values
from bifolio.branding.logo.areas import Shapes
from bifolio.branding.logo.css import SVG, Style
from bifolio.branding.logo.document import Document
from bifolio.branding.logo.gradients import href
from bifolio.branding.logo.items import (
    Bounds,
    Fill,
    Group,
    Item,
    Line,
    Picture,
    Shade,
    clipped,
    joined,
    leaves,
)
from bifolio.branding.logo.paths import Path
from bifolio.branding.logo.place import Place
from bifolio.branding.logo.refusal import unsupported
from bifolio.branding.logo.shapes import SHAPES, Measure
from bifolio.branding.logo.values import Box, Viewport
from bifolio.branding.logo.writing import SPAN

MAX_OPERANDS = 5_000
"""Lines and curves of paths that are united or intersected."""

_ROOMY = paths.rectangle(-values.FAR, -values.FAR, 2 * values.FAR, 2 * values.FAR)


class Effects:
    """Applies effects to the items of a drawing."""

    def __init__(self, drawing: Document) -> None:
        self._drawing = drawing

    def apply(self, element: Element, style: Style, place: Place, items: list[Item]) -> list[Item]:
        """Return items as the style of their element has them, in the order of Filter Effects 1, 2."""
        self._filter(style, place, items)
        clip = self._named(style["clip-path"], "clipPath", "clip-path")
        if clip is not None:
            self._drawing.layer()
            items = clipped(items, self._clip(clip, element, style, place, items))
        mask = self._named(style["mask"], "mask", "mask")
        if mask is not None:
            self._drawing.layer()
            items = self._masked(mask, place, items)
        if style["mix-blend-mode"] != "normal":
            self._drawing.pixels.add("a blend mode")
            self._drawing.layer()
        return self._transparent(items, style.share("opacity"))

    def _named(self, value: str, kind: str, name: str) -> Element | None:
        if value == "none":
            return None
        pointer = values.url(value)
        if pointer is None:
            raise unsupported(f'the logo is cut out by CSS ("{name}: {value}")')
        element = self._drawing.named.get(pointer[0])
        if not pointer[0]:
            raise unsupported(f'the logo takes its "{name}" from another file')
        return element if element is not None and element.tag == f"{SVG}{kind}" else None

    def _transparent(self, items: list[Item], opacity: float) -> list[Item]:
        if opacity >= 1 or not items:
            return items
        if opacity <= 0:
            return []
        only = items[0]
        if len(items) == 1 and isinstance(only, Fill | Line):
            return [replace(only, alpha=only.alpha * opacity)]
        self._drawing.layer()
        return [Group(tuple(items), opacity=opacity)]

    # -- filters -----------------------------------------------------------------------------------

    def _filter(self, style: Style, place: Place, items: Sequence[Item]) -> None:
        value = style["filter"]
        if value == "none":
            return
        pointer = values.url(value)
        if pointer is None:
            if not _FILTER_FUNCTIONS.fullmatch(value):
                raise unsupported(f'the logo has a filter that cannot be printed ("{value}")')
        else:
            found = self._drawing.named.get(pointer[0])
            if found is None or found.tag != f"{SVG}filter":
                return
            region = self._region(found, "filterUnits", style, place, _box_of(items, place.matrix)).bounds
            if not region or min(region) < -SPAN or max(region) > 2 * SPAN:
                raise unsupported("a shadow or blur of the logo reaches far out of it")
            for child in found:
                self._primitive(child, place)
        self._drawing.pixels.add("a shadow, a blur or another filter")
        self._drawing.layer()

    def _primitive(self, element: Element, place: Place) -> None:
        name = element.tag.removeprefix(SVG) if isinstance(element.tag, str) else ""
        if name.startswith("fe"):
            self._drawing.layer()
            enlarged = max(map(abs, place.matrix[:4]))
            radius = max(values.numbers(element.get("radius", "0")), default=0.0) * enlarged
            if name not in _PRIMITIVES or radius > _WIDEST:
                raise unsupported(f'the logo has a filter that cannot be printed ("{name}")')

    # -- clips -------------------------------------------------------------------------------------

    def _clip(
        self, clip: Element, element: Element, style: Style, place: Place, items: Sequence[Item]
    ) -> Path:
        """Return what a clip leaves to be seen, in the plane of the logo."""
        inner = place
        if clip.get("clipPathUnits") == "objectBoundingBox":
            is_shape = element.tag in SHAPES
            box = self._drawing.path(element, style, place).box if is_shape else _box_of(items, place.matrix)
            inner = _boxed(place, box)
        own = self._drawing.style_in_tree(clip)
        inner = inner.within(clip, values.transform(own["transform"], place.viewport) or Identity)
        shapes = [shape for child in clip for shape in self._clip_shapes(child, own, inner)]
        outer = self._named(own["clip-path"], "clipPath", "clip-path")
        found = self.union(shapes)
        return self._common(found, self._clip(outer, clip, own, inner, items)) if outer is not None else found

    def _clip_shapes(self, element: Element, above: Style, place: Place) -> Iterator[tuple[Path, bool]]:
        name = element.tag
        if name not in SHAPES and name not in (f"{SVG}text", f"{SVG}use"):
            return
        style = self._drawing.cascade.style(element, above)
        if style["display"] == "none" or style["visibility"] != "visible":
            return
        inner = place.within(element, values.transform(style["transform"], place.viewport) or Identity)
        inner = self._drawing.shifted(element, style, inner)
        rule = style["clip-rule"] == "evenodd"
        if name == f"{SVG}use":
            target = self._drawing.named.get(href(element)[1:])
            found = list(self._clip_shapes(target, style, inner)) if target is not None else []
        elif name == f"{SVG}text":
            found = [
                (path.moved(inner.matrix), rule) for path, _ in self._drawing.outlines(element, style, inner)
            ]
        else:
            found = [(self._drawing.path(element, style, inner).moved(inner.matrix), rule)]
        clip = self._named(style["clip-path"], "clipPath", "clip-path")
        if clip is None:
            yield from found
        else:
            cut = self._clip(clip, element, style, inner, [Fill(path, "") for path, _ in found])
            yield self._common(self.union(found), cut), False

    # -- masks -------------------------------------------------------------------------------------

    def _masked(self, mask: Element, place: Place, items: list[Item]) -> list[Item]:
        """Mask items. A mask of opaque white alone is a clip; another is left to pixels."""
        style = self._drawing.style_in_tree(mask)
        box = _box_of(items, place.matrix)
        inner = _boxed(place, box) if mask.get("maskContentUnits") == "objectBoundingBox" else place
        shown = self._drawing.contents(mask, inner.within(mask, Identity))
        shapes = self._solid(shown, is_alpha=style["mask-type"] == "alpha")
        if shapes is None or style["mask"] != "none":
            self._drawing.pixels.add("a mask")
            return items
        region = self._region(mask, "maskUnits", style, place, box)
        return clipped(items, self._common(self.union(shapes), region)) if shapes else []

    def _region(self, element: Element, units: str, style: Style, place: Place, box: Box) -> Path:
        """Return where a mask or a filter has any effect."""
        is_boxed = element.get(units) != "userSpaceOnUse"
        frame = _boxed(place, box) if is_boxed else place
        view = Viewport(1, 1) if is_boxed else place.viewport
        measure = Measure(element, style, view)
        x, y = measure.length("x", -view.width / 10), measure.length("y", -view.height / 10)
        width, height = measure.length("width", view.width * 1.2), measure.length("height", view.height * 1.2)
        return paths.rectangle(x, y, width, height).moved(frame.matrix)

    def _solid(self, items: Iterable[Item], *, is_alpha: bool) -> Shapes | None:
        """Return the shapes that a mask shows wholly; None where it shows some in part."""
        found: Shapes = []
        for item in items:
            if isinstance(item, Group) and item.opacity == 1 and item.clip:
                inner = self._solid(item.items, is_alpha=is_alpha)
                if inner is None:
                    return None
                found.append((self._common(self.union(inner), item.clip), False))
            elif isinstance(item, Fill | Line) and item.alpha >= 1 and (is_alpha or item.paint == "#ffffff"):
                if isinstance(item, Fill):
                    found.append((item.path, item.is_even_odd))
                else:
                    found.append((areas.outline(item.path, item.pen), False))
            else:
                return None
        return found

    # -- geometry ----------------------------------------------------------------------------------

    def union(self, shapes: Shapes) -> Path:
        """Return what shapes cover together, as a path for either fill rule."""
        if len(shapes) == 1 and not shapes[0][1]:
            return shapes[0][0]
        return self._computed([path for path, _ in shapes], lambda: areas.union(shapes))

    def _common(self, one: Path, other: Path) -> Path:
        return self._computed([one, other], lambda: areas.intersection(one, other))

    def _computed(self, operands: Sequence[Path], compute: Callable[[], Path]) -> Path:
        if sum(len(path.segments) for path in operands) <= MAX_OPERANDS:
            try:
                return compute()
            except pathops.PathOpsError:
                pass
        self._drawing.pixels.add("an intricate clip")
        return _ROOMY


_AMOUNT = r"\s*[-\d.]*(?:px|deg|%)?\s*"
_COLOUR = r"(?:\s*(?:#?\w+|(?:rgb|hsl)a?\([^()]*\)))?"
_FILTER_FUNCTIONS = re.compile(
    rf"(?:\s*(?:(?:blur|brightness|contrast|grayscale|hue-rotate|invert|opacity|saturate|sepia)\({_AMOUNT}\)"
    rf"|drop-shadow\((?:\s*[-\d.]+(?:px)?){{2,3}}{_COLOUR}\s*\)))+\s*"
)
"""Filters in the words of CSS, with the colour of a shadow last."""
_PRIMITIVES = frozenset(
    f"fe{name}"
    for name in [
        "Blend",
        "ColorMatrix",
        "ComponentTransfer",
        "Composite",
        "DropShadow",
        "Flood",
        "GaussianBlur",
        "Merge",
        "Morphology",
        "Offset",
    ]
)
_WIDEST = 20.0
"""Radius of a filter that looks at every pixel within it, in the plane of the logo."""


def _boxed(place: Place, box: Box) -> Place:
    left, top, width, height = box
    frame = Transform(width, 0, 0, height, left, top)
    return replace(place, matrix=place.matrix.transform(frame), viewport=Viewport(1, 1))


def _box_of(items: Sequence[Item], matrix: Transform) -> Box:
    """Return the box around what items draw, lines not counted, in the units of an element."""
    back = matrix.inverse()
    edge = joined(_edge(item, back) for item in leaves(items))
    left, top, right, bottom = edge or (0.0, 0.0, 0.0, 0.0)
    return left, top, right - left, bottom - top


def _edge(item: Fill | Line | Shade | Picture, back: Transform) -> Bounds | None:
    if isinstance(item, Picture):
        return paths.rectangle(0, 0, *item.size).moved(back.transform(item.matrix)).bounds
    return item.path.moved(back).bounds
