"""Proof: a brand → a sheet on which a clinic sees what becomes of its colours, its logo and every kind of block.

The sheet is a handout like any other and goes through the same press. Its sample blocks are the library's own, the
first of each kind. At its end stand its pages once more in grey, as an office printer without colour gives them.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bifolio.branding.palette import Shade, contrast, nearest_safe, shades
from bifolio.model.blocks import KINDS, Block, walk
from bifolio.model.handout import Handout

NAME = "proof"
"""What the sheet is called among a brand's files."""

_UNSHOWN = frozenset(["section", "page_break", "references", "content_note"])
"""Kinds that hold others, show nothing of their own, or stand elsewhere on the sheet."""

GREY_DPI = 75
MOST_GREY = 6
"""Pages that are shown in grey: enough to judge by."""


@dataclass(frozen=True)
class Swatch:
    """One colour of a brand as it is: its contrast on white, and the nearest shade of it that can be read there."""

    name: str
    colour: str
    contrast: float
    safe: str


@dataclass(frozen=True)
class Proof:
    """What a sheet shows beside its blocks. `greys` are its own pages as data addresses; none at first."""

    swatches: tuple[Swatch, ...]
    shades: tuple[Shade, ...]
    greys: tuple[str, ...] = ()


def measured(given: Mapping[str, str], seed: str) -> Proof:
    """Measure a brand's colours, by name, and what is made of the one that all roles come from."""
    colours = dict(given) or {"": seed}
    swatches = [
        Swatch(name, colour, contrast(colour, "#ffffff"), nearest_safe(colour))
        for name, colour in colours.items()
    ]
    return Proof(tuple(swatches), shades(seed))


def sample(handouts: Iterable[Handout], title: str, summary: str) -> Handout:
    """Give a handout that holds the first block of each kind in the given ones, in the order of the kinds."""
    found: dict[str, Block] = {}
    first = None
    for handout in handouts:
        first = first or handout
        for block in walk(handout.body):
            if block.kind not in _UNSHOWN:
                found.setdefault(block.kind, block)
    assert first is not None, "a project has handouts"
    body = tuple(found[kind] for kind in KINDS if kind in found)
    update = {"kind": "leaflet", "title": title, "summary": summary, "audience": ("clinician",), "body": body}
    return first.model_copy(
        update={
            **update,
            "version": "1.0",
            "main_message": None,
            "call_to_action": None,
            "content_note": None,
        }
    )


def in_grey(pdf: bytes) -> tuple[str, ...]:
    """Draw the first pages of a PDF in the greys that a printer without colour gives, as data addresses."""
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(pdf)
    try:
        greys = []
        for number in range(min(len(document), MOST_GREY)):
            picture = document[number].render(scale=GREY_DPI / 72).to_pil().convert("L")
            out = io.BytesIO()
            picture.quantize(32).save(out, "PNG", optimize=True)
            greys.append("data:image/png;base64," + base64.b64encode(out.getvalue()).decode())
        return tuple(greys)
    finally:
        document.close()
