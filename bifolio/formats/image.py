"""Render pictures: a finished PDF → its first page, and a cover from the ground and the words of one.

Pictures are for shelves: small enough for a page that holds twenty, large enough for a cover in a reading
system. Same input, same bytes: PDFium draws without hinting of the machine, and files hold no date.
"""

from __future__ import annotations

import io
import struct
from functools import lru_cache
from typing import Any
from zlib import Z_RLE

PAGE_PIXELS = 480
"""How wide the picture of a page is: twice its place on a shelf, for sharp screens."""

COVER_PIXELS = 1440
"""How high a cover is; its sides are 3 to 4."""


def first_page(pdf: bytes, width: int = PAGE_PIXELS) -> bytes:
    """Draw the first page of a PDF as a PNG of 64 colours."""
    picture = _drawn(pdf, width=width).convert("RGB").quantize(64, method=2)
    return _written(picture, "PNG", compress_level=5)  # the next level takes a third longer for a fiftieth


def cover(ground: bytes, words: bytes, form: str) -> bytes:
    """Lay the words of a cover, one page of a PDF, on its ground, another; give a JPEG or a PNG."""
    picture = _cover(ground, words)
    if form == "PNG":
        colours = picture.reduce(3).quantize(128, method=2)  # of a smaller one: found sooner, and nearer
        flat = picture.quantize(palette=colours, dither=0)
        # Packed in runs alone: a third of the time, for a file larger by a twelfth.
        return _written(flat, form, compress_type=Z_RLE)
    return _written(picture, form, quality=90)


@lru_cache(maxsize=1)
def _cover(ground: bytes, words: bytes) -> Any:
    """Draw a cover, once for the book and for the picture of it."""
    picture = _ground(ground).copy()
    said = _drawn(words, height=COVER_PIXELS, paper=0)
    if where := said.getbbox():
        picture.paste(said.crop(where), where, said.crop(where))
    return picture


@lru_cache(maxsize=4)
def _ground(pdf: bytes) -> Any:
    """Draw the ground of a clinic's covers, once for all of them."""
    return _drawn(pdf, height=COVER_PIXELS).convert("RGB")


def size(picture: bytes) -> tuple[int, int]:
    """Give the width and height of a PNG, in pixels."""
    width, height = struct.unpack(">II", picture[16:24])  # the first chunk, of PNG's specification 11.2.1
    return width, height


def _drawn(pdf: bytes, width: int = 0, height: int = 0, paper: int = 255) -> Any:
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(pdf)
    try:
        page = document[0]
        scale = width / page.get_width() if width else height / page.get_height()
        white = (255, 255, 255, paper)
        bitmap = page.render(scale=scale, fill_color=white, rev_byteorder=True, maybe_alpha=True)
        drawn = bitmap.to_pil()
        return drawn if drawn.mode == "RGBA" else drawn.convert("RGBA")
    finally:
        document.close()


def _written(picture: Any, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()
