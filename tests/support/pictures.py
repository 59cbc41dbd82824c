"""Pictures of pages, and how far two of them are apart."""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageFilter


def pages(pdf: bytes, dpi: float = 100, mode: str = "RGB") -> list[Image.Image]:
    """Draw each page of a PDF as a picture: in colour, or in grey, which is quicker, where `mode` is "L"."""
    document = pdfium.PdfDocument(pdf)
    grey = mode == "L"
    try:
        return [page.render(scale=dpi / 72, grayscale=grey).to_pil().convert(mode) for page in document]
    finally:
        document.close()


def share_that_differs(one: Image.Image, other: Image.Image, tolerance: int = 0) -> float:
    """Return the share of pixels, 0 to 1, of which a channel differs by more than `tolerance`."""
    if one.size != other.size:
        return 1.0
    difference = ImageChops.difference(one, other)
    loud = difference.convert("L").point(lambda value: 255 if value > tolerance else 0)
    worst = max(
        channel.point(lambda value: 255 if value > tolerance else 0).histogram()[255]
        for channel in (*difference.split(), loud)
    )
    return worst / (one.width * one.height)


def share_beyond_rounding(one: Image.Image, other: Image.Image, tolerance: int = 24) -> float:
    """Return the share of pixels, 0 to 1, that no rounding of an edge explains.

    An edge that falls a fraction of a pixel elsewhere gives a value between those of its neighbours; a
    pixel counts only where it is lighter or darker than all that the other picture shows within one pixel.
    """
    if one.size != other.size:
        return 1.0
    beyond = 0.0
    for left, top, right, bottom in _where_they_differ(one, other, tolerance):
        near = max(left - 1, 0), max(top - 1, 0), min(right + 1, one.width), min(bottom + 1, one.height)
        mine, theirs = one.crop(near), other.crop(near)
        lightest, darkest = theirs.filter(ImageFilter.MaxFilter(3)), theirs.filter(ImageFilter.MinFilter(3))
        outside = ImageChops.lighter(ImageChops.subtract(mine, lightest), ImageChops.subtract(darkest, mine))
        inner = outside.crop((left - near[0], top - near[1], right - near[0], bottom - near[1]))
        share = share_that_differs(inner, Image.new(inner.mode, inner.size), tolerance)
        beyond += share * inner.width * inner.height
    return beyond / (one.width * one.height)


_BAND = 16
"""Rows of pixels that are looked at together."""


def _where_they_differ(
    one: Image.Image, other: Image.Image, tolerance: int
) -> Iterator[tuple[int, int, int, int]]:
    """Return boxes that hold every pixel of which a channel differs by more than `tolerance`.

    No other pixel can lie outside of its neighbours' values by more, and filters are slow: a second a page.
    """
    red, green, blue = ImageChops.difference(one, other).split()
    loud = ImageChops.lighter(ImageChops.lighter(red, green), blue).point(
        lambda value: 255 if value > tolerance else 0
    )
    for top in range(0, one.height, _BAND):
        if box := loud.crop((0, top, one.width, min(one.height, top + _BAND))).getbbox():
            yield box[0], box[1] + top, box[2], box[3] + top
