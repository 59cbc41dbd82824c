"""A path and its style → fills, lines and shades in the plane of the logo."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

from fontTools.misc.transform import Transform

from bifolio.branding.logo import values
from bifolio.branding.logo.areas import Pen, Shapes, outline
from bifolio.branding.logo.css import SVG, Style
from bifolio.branding.logo.document import Document
from bifolio.branding.logo.gradients import Gradients, Ground, similarity
from bifolio.branding.logo.items import Fill, Gradient, Item, Line, Shade, Stop
from bifolio.branding.logo.paths import Path
from bifolio.branding.logo.place import Place
from bifolio.branding.logo.refusal import too_large, unsupported
from bifolio.branding.logo.shapes import dots

MAX_DASHES = 5_000
"""Dashes of one line."""


class Painter:
    """Paints paths with the colours, gradients and pens of a drawing."""

    def __init__(self, drawing: Document, union: Callable[[Shapes], Path]) -> None:
        self._drawing = drawing
        self._union = union
        self._gradients = Gradients(drawing.named, drawing.style_in_tree)

    def paint(self, path: Path, style: Style, place: Place) -> list[Item]:
        """Return the fill and the line of a path, the one above the other as `paint-order` asks."""
        if style["visibility"] != "visible":
            return []
        fill = list(
            self._covered(path, "fill", style, place, path.box, is_even_odd=style["fill-rule"] == "evenodd")
        )
        stroke = list(self._stroked(path, style, place))
        return (
            stroke + fill if style["paint-order"].startswith(("stroke", "markers stroke")) else fill + stroke
        )

    def _covered(
        self, path: Path, name: str, style: Style, place: Place, box: values.Box, *, is_even_odd: bool = False
    ) -> Iterator[Item]:
        """Cover a path with the paint of `fill` or `stroke`."""
        moved = path.moved(place.matrix)
        paint = self._paint(name, style, place, box, moved)
        if isinstance(paint, Gradient):
            shape = self._union([(moved, True)]) if is_even_odd else moved
            yield Shade(shape, paint)
        elif paint is not None and paint.alpha > 0:
            yield Fill(moved, paint.paint, paint.alpha, is_even_odd)

    def _paint(
        self, name: str, style: Style, place: Place, box: values.Box, moved: Path
    ) -> Gradient | Stop | None:
        asked = values.paint(style[name]) or values.NO_PAINT
        share = style.share(f"{name}-opacity")
        if asked.server is not None:
            gradient = self._gradients.find(asked.server)
            if gradient is not None:
                area = moved.bounds or (0.0, 0.0, 0.0, 0.0)
                ground = Ground(box, place.viewport, style.font_size, place.matrix, area)
                return self._gradients.paint(gradient, ground, share)
            pattern = self._drawing.named.get(asked.server)
            if pattern is not None and pattern.tag == f"{SVG}pattern":
                self._drawing.pixels.add("a pattern")
                self._drawing.contents(pattern, place.within(pattern, Transform()))
                return None
        if asked.colour is None:
            return None
        colour = style.resolved(asked.colour)
        return Stop(0, colour.paint, colour.alpha * share)

    # -- lines -------------------------------------------------------------------------------------

    def _stroked(self, path: Path, style: Style, place: Place) -> Iterator[Item]:
        if style["stroke"] == "none":
            return
        box = path.box
        pen = self._pen(style, place)
        if pen.width <= 0:
            return
        if pen.dashes and _length(path) / sum(pen.dashes) * len(pen.dashes) > MAX_DASHES:
            raise too_large(f"a line of the logo has more than {MAX_DASHES:,} dashes")
        if "non-scaling-stroke" in style["vector-effect"]:
            raise unsupported(
                "a line of the logo keeps its width at any size",
                "turn lines into outlines in the drawing program, and export it anew",
            )
        has_dots = pen.cap != "butt" and bool(dots(path))
        if has_dots and pen.dashes:  # of which browsers make no dash
            path = Path(tuple(step for run in path.subpaths() if not dots(Path(tuple(run))) for step in run))
        scale = similarity(place.matrix)
        asked = values.paint(style["stroke"])
        if scale is None or not asked or asked.server is not None or (has_dots and not pen.dashes):
            yield from self._covered(outline(path, pen), "stroke", style, place, box)
        elif path.segments:
            paint = self._paint("stroke", style, place, box, path)
            if isinstance(paint, Stop) and paint.alpha > 0:
                yield Line(path.moved(place.matrix), _scaled(pen, scale), paint.paint, paint.alpha)

    @staticmethod
    def _pen(style: Style, place: Place) -> Pen:
        reference = place.viewport.diagonal
        dashes = [
            one.pixels(reference, style.font_size) for one in values.lengths(style["stroke-dasharray"]) or ()
        ]
        if len(dashes) % 2:
            dashes *= 2
        return Pen(
            style.pixels("stroke-width", reference),
            style["stroke-linecap"],
            style["stroke-linejoin"],
            values.number(style["stroke-miterlimit"]) or 4.0,
            tuple(dashes) if sum(dashes) > 0 else (),
            style.pixels("stroke-dashoffset", reference),
        )


def _scaled(pen: Pen, scale: float) -> Pen:
    dashes = tuple(dash * scale for dash in pen.dashes)
    return Pen(pen.width * scale, pen.cap, pen.join, pen.miter_limit, dashes, pen.offset * scale)


def _length(path: Path) -> float:
    """Return a length that the path does not exceed: that of the lines through its points."""
    return sum(
        math.dist(one, other)
        for run in path.subpaths()
        for one, other in pairwise([point for _, points in [*run, run[0]] for point in points])
    )
