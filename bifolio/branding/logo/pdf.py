"""The first page of a PDF → pixels, by PDFium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pypdfium2

from bifolio.branding.logo.limits import WIDEST_PX
from bifolio.branding.logo.refusal import unreadable

if TYPE_CHECKING:
    from PIL.Image import Image

_CURE = "save it without a password as PDF, or better as SVG"


def first_page(raw: bytes, side: int) -> Image:
    """Return the first page on transparent ground, its longer side of so many pixels. Raises RefusedError."""
    try:
        document = pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        raise unreadable("the logo is a PDF that cannot be read", _CURE) from error
    try:
        page = document[0]
        width, height = page.get_size()
        if min(width, height) < 1e-3:
            raise unreadable("the first page of the logo has no extent", _CURE)
        scale = min(side, 2 * WIDEST_PX) / max(width, height)
        drawn = page.render(
            scale=scale, fill_color=(255, 255, 255, 0), may_draw_forms=False, rev_byteorder=True
        )
        picture: Image = drawn.to_pil().convert("RGBA")
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise unreadable("the logo is a PDF whose first page cannot be drawn", _CURE) from error
    finally:
        document.close()
    return picture
