"""Pictures: a finished PDF → pictures of its pages, by PDFium.

BMP costs nothing to write and nothing to read, and is for one look on this computer; PNG is for keeping.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Any, Literal

MOST_WIDTH_PX = 2400
LEAST_WIDTH_PX = 80
POINTS_PER_MM = 72 / 25.4

Kind = Literal["bmp", "png"]


@dataclass(frozen=True)
class Picture:
    """One page as a picture, and what a viewer has to know of the pages."""

    kind: Kind
    body: bytes
    page: int
    pages: int
    width_mm: float
    height_mm: float
    note_pages: int = 0
    """How many pages in front are the note for the person at the printer."""


def picture(pdf: bytes, page: int, width_px: int, kind: Kind = "png") -> Picture:
    """Draw one page, counted from 1, so many pixels wide. A page or width out of bounds is brought within."""
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(pdf)
    try:
        pages = len(document)
        page = min(max(page, 1), pages)
        width_px = min(max(width_px, LEAST_WIDTH_PX), MOST_WIDTH_PX)
        leaf = document[page - 1]
        width_pt, height_pt = leaf.get_size()
        bitmap = leaf.render(scale=width_px / width_pt, prefer_bgrx=True)
        body = _bmp(bitmap) if kind == "bmp" else _png(bitmap)
        bitmap.close()
        leaf.close()
        return Picture(kind, body, page, pages, width_pt / POINTS_PER_MM, height_pt / POINTS_PER_MM)
    finally:
        document.close()


def _bmp(bitmap: Any) -> bytes:
    """Write the bitmap as it stands in memory: four bytes a pixel, so that rows need no padding."""
    size = bitmap.width * bitmap.height * 4
    # A negative height begins at the top.
    header = struct.pack("<IiiHHIIiiII", 40, bitmap.width, -bitmap.height, 1, 32, 0, size, 0, 0, 0, 0)
    start = 14 + len(header)
    return b"".join((struct.pack("<2sIHHI", b"BM", start + size, 0, 0, start), header, bitmap.buffer))


def _png(bitmap: Any) -> bytes:
    out = io.BytesIO()
    bitmap.to_pil().convert("RGB").save(out, "PNG", compress_level=3)
    return out.getvalue()
