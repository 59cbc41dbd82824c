"""Pictures: the first page of a handout, and a cover of its own.

Pictures are for shelves: small enough for a page that holds twenty, large enough for a cover in a reading
system. Same input, same bytes: PDFium draws without hinting of the machine, and files hold no date.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from zlib import Z_RLE

from bifolio.core.diagnostics import DesignError
from bifolio.formats.placing import place_of, placing
from bifolio.formats.slot_sheets import too_long
from bifolio.formats.stages import Stages
from bifolio.layout.layouts import Pending
from bifolio.model.artifact import Artifact
from bifolio.resolve import Inputs

PAGE_PIXELS = 480
"""How wide the picture of a page is: twice its place on a shelf, for sharp screens."""

COVER_PIXELS = 1440
"""How high a cover is; its sides are 3 to 4."""


def make(inputs: Inputs, stages: Stages) -> Artifact:
    """Make the picture of a job's first page. Raises BifolioError with all that is wrong."""
    plate, inker, warnings = stages.lay_out(inputs)
    return stages.artifact(inputs, picture(inker.ink(plate), stages).take(), warnings)


def make_cover(inputs: Inputs, stages: Stages) -> Artifact:
    """Make the picture of a job's cover. Raises BifolioError with all that is wrong."""
    words = cover_words(inputs, stages)
    return stages.artifact(inputs, cover_picture(words, inputs, stages, "PNG"), [])


def picture(body: bytes, stages: Stages) -> Pending[bytes]:
    """Draw the first page of a PDF: a file of its own, and on the shelf."""
    key = stages.layouts.fingerprint("picture", body)

    def begin() -> Callable[[], bytes]:
        if (found := stages.cache.find(key)) is not None:
            return lambda: found
        work = stages.layouts.executor.submit(first_page, body)
        return lambda: stages.cache.keep(key, work.result())

    return Pending(begin)


def cover_words(inputs: Inputs, stages: Stages) -> Pending[bytes]:
    """Set the words of a cover."""
    return _cover_page(inputs, stages, with_words=True)


def cover_picture(words: Pending[bytes], inputs: Inputs, stages: Stages, form: str) -> bytes:
    """Draw a cover from its words, on the ground that all covers of a clinic have."""
    ground = _cover_page(inputs, stages, with_words=False).take().partition(b"\n")[2]
    where = f"{inputs.job.item}, cover"
    with placing(inputs.sources, inputs.layout.setup.files):
        head, _, page = words.take().partition(b"\n")
    if head.split()[1:]:
        title = inputs.layout.handout.title
        raise DesignError(too_long(title, where, place_of(title, inputs.sources)))
    return cover(ground, page, form)


def _cover_page(inputs: Inputs, stages: Stages, *, with_words: bool) -> Pending[bytes]:
    job, setup, clinic = inputs.job, inputs.layout.setup, inputs.clinic
    handout = inputs.layout.handout if with_words else None
    composer = stages.composer(setup, stages.palette(clinic.seeds))
    key = "cover", setup.fingerprint, clinic.fingerprint, inputs.layout.fingerprint if with_words else ""
    html = stages.cache.memory.make(key, lambda: composer.sheets.cover(handout, clinic.brand.name))
    return stages.layouts.slots(html, f"{job.item}, cover" if with_words else f"cover of {job.brand}")


# -- drawing -------------------------------------------------------------------------------------


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
    text = _drawn(words, height=COVER_PIXELS, paper=0)
    if where := text.getbbox():
        picture.paste(text.crop(where), where, text.crop(where))
    return picture


@lru_cache(maxsize=4)
def _ground(pdf: bytes) -> Any:
    """Draw the ground of a clinic's covers, once for all of them."""
    return _drawn(pdf, height=COVER_PIXELS).convert("RGB")


def size(picture: bytes) -> tuple[int, int]:
    """Return the width and height of a PNG, in pixels."""
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
