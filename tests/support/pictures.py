"""Pictures of pages, and how far two of them are apart."""

from __future__ import annotations

import pypdfium2 as pdfium
from PIL import Image, ImageChops


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
