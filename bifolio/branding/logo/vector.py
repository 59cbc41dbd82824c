"""An SVG from a stranger → one that prints as a browser shows it, or pixels where it cannot be had otherwise.

What is to be printed is held against an independent drawing of the original, by resvg, and refused where the two
differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL.Image import Image

from bifolio.branding.logo import paths, plain
from bifolio.branding.logo.check import looks_alike
from bifolio.branding.logo.css import Cascade
from bifolio.branding.logo.drawing import Drawing
from bifolio.branding.logo.frame import Frame, frame
from bifolio.branding.logo.items import Bounds, Item, clipped
from bifolio.branding.logo.limits import RASTER_PX, LogoUse
from bifolio.branding.logo.pixels import as_png, ink
from bifolio.branding.logo.raster import rendered
from bifolio.branding.logo.reading import read
from bifolio.branding.logo.refusal import EXPORT, RefusedError
from bifolio.branding.logo.writing import SPAN, write

_SIDE_PX = 320
"""The longer side of the pictures that are compared."""
_INK_PX = 256
"""What the longer side of the ink in them is at least, margins being what they are."""
_FRAME_PX = 2000
"""The longer side of the largest picture that is drawn of a logo with wide margins."""


def clean(raw: bytes, use: LogoUse, fonts: Sequence[Path]) -> tuple[bytes, tuple[str, ...]]:
    """Return a clean SVG and nothing, or a PNG and what could be had as pixels only. Raises RefusedError."""
    root = read(raw)
    cascade = Cascade(root)
    edges = frame(root, cascade.style(root, {}))
    drawing = Drawing(root, cascade, fonts)
    items = drawing.draw(edges)
    is_plain = not cascade.is_modern
    ours = plain.with_styles(drawing, cascade, edges) if drawing.pixels or not is_plain else ""
    reference = plain.as_written(root, edges) if is_plain else ours
    cleaned = ours if drawing.pixels else write(items, (0, 0, *edges.size)).decode()
    picture, side = _looked_at(cleaned, edges, use, fonts)
    if cleaned is not reference and not looks_alike(picture, _drawn(reference, edges, side, fonts)):
        raise RefusedError("logo-differs", "printed, the logo would not look as it does in a browser", EXPORT)
    if drawing.pixels:
        return _pixels(cleaned, edges, picture, use, fonts), tuple(sorted(drawing.pixels))
    return _trimmed(items, edges, picture, use), ()


def _looked_at(svg: str, edges: Frame, use: LogoUse, fonts: Sequence[Path]) -> tuple[Image, int]:
    """Draw a logo so large that its ink is; return the picture, and its longer side."""
    side = _SIDE_PX
    picture = _drawn(svg, edges, side, fonts)
    inked = ink(picture, use)
    if inked is None:  # too small to be seen?
        side = _FRAME_PX
        picture = _drawn(svg, edges, side, fonts)
        inked = ink(picture, use)
    if inked is None:
        raise RefusedError("logo-empty", "the logo shows nothing", EXPORT)
    wanted = _larger(side, inked, _INK_PX)
    return (picture, side) if wanted <= side else (_drawn(svg, edges, wanted, fonts), wanted)


def _larger(side: int, inked: tuple[int, int, int, int], wanted: int) -> int:
    """Return the side of a picture in which the longer side of the ink has the wanted pixels, or fewer."""
    left, top, right, bottom = inked
    return min(_FRAME_PX, round(side * wanted / max(right - left, bottom - top)))


def _drawn(svg: str, edges: Frame, side: int, fonts: Sequence[Path]) -> Image:
    width, height = (max(1, round(one / SPAN * side)) for one in edges.size)
    return rendered(svg, width, height, fonts)


def _trimmed(items: Sequence[Item], edges: Frame, picture: Image, use: LogoUse) -> bytes:
    """Write items without their margins, and clip what reaches beyond."""
    inked = ink(picture, use)
    assert inked is not None
    step = edges.size[0] / picture.width
    wide, high = edges.size
    left, top, right, bottom = (one * step for one in inked)
    box: Bounds = (max(0, left - step), max(0, top - step), min(wide, right + step), min(high, bottom + step))
    whole = paths.rectangle(box[0], box[1], box[2] - box[0], box[3] - box[1])
    return write(clipped(items, whole), box)


def _pixels(svg: str, edges: Frame, picture: Image, use: LogoUse, fonts: Sequence[Path]) -> bytes:
    inked = ink(picture, use)
    assert inked is not None
    drawn = _drawn(svg, edges, _larger(max(picture.size), inked, RASTER_PX), fonts)
    return as_png(drawn.crop(ink(drawn, use)))
