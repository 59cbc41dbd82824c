"""Pictures of pages, and how far two of them are apart."""

from __future__ import annotations

import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageFilter


def pages(pdf: bytes, dpi: float = 100) -> list[Image.Image]:
    """Draw each page of a PDF as an RGB picture."""
    document = pdfium.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in document]
    finally:
        document.close()


def share_that_differs(one: Image.Image, other: Image.Image, tolerance: int = 0) -> float:
    """Give the share of pixels, 0 to 1, of which a channel differs by more than `tolerance`."""
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
    """Give the share of pixels, 0 to 1, that no rounding of an edge explains.

    An edge that falls a fraction of a pixel elsewhere gives a value between those of its neighbours; a
    pixel counts only where it is lighter or darker than all that the other picture shows within one pixel.
    """
    if one.size != other.size:
        return 1.0
    lightest = other.filter(ImageFilter.MaxFilter(3))
    darkest = other.filter(ImageFilter.MinFilter(3))
    outside = ImageChops.lighter(ImageChops.subtract(one, lightest), ImageChops.subtract(darkest, one))
    return share_that_differs(outside, Image.new(outside.mode, outside.size), tolerance)
