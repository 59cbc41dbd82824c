"""The proof sheet of a brand: what its colours, its logo and every kind of block look like.

The sheet is a handout like any other and is built in the same way. Its sample blocks are the project's own, the
first of each kind. At its end are its pages once more in grey, as printed without colour.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bifolio.branding.nearest_shade import contrast, nearest_safe
from bifolio.branding.palette import Seeds, Shade, shades
from bifolio.model.blocks import KINDS, Block, walk
from bifolio.model.handout import Handout

NAME = "proof"
"""The name of the sheet among a brand's files."""

_UNSHOWN = frozenset(["section", "page_break", "references", "content_note"])
"""Kinds that contain others, show nothing of their own, or are elsewhere on the sheet."""

GREY_DPI = 75
MAX_GREY_PAGES = 6
"""Enough to judge by."""


@dataclass(frozen=True)
class Swatch:
    """A colour of a brand as it is, its contrast on white, and the closest shade of it that is legible there."""

    name: str
    colour: str
    contrast: float
    safe: str


@dataclass(frozen=True)
class Proof:
    """What a sheet shows besides its blocks. `greys` are its own pages as data addresses; empty at first."""

    swatches: tuple[Swatch, ...]
    shades: tuple[Shade, ...]
    greys: tuple[str, ...] = ()


def measured(given: Mapping[str, str], seeds: Seeds) -> Proof:
    """Measure a brand's colours, by name, and the roles that are derived from its seeds."""
    colours = dict(given) or {"": seeds.primary}
    swatches = [
        Swatch(name, colour, contrast(colour, "#ffffff"), nearest_safe(colour))
        for name, colour in colours.items()
    ]
    return Proof(tuple(swatches), shades(seeds))


def sample(handouts: Iterable[Handout], title: str, summary: str) -> Handout:
    """Return a handout with the first block of each kind that the given ones contain, in the order of the kinds."""
    found: dict[str, Block] = {}
    first = None
    for handout in handouts:
        first = first or handout
        for block in walk(handout.body):
            if block.kind not in _UNSHOWN:
                found.setdefault(block.kind, block)
    assert first is not None, "a project has handouts"
    body = tuple(found[kind] for kind in KINDS if kind in found)
    opening = dict.fromkeys(("main_message", "call_to_action", "content_note"))
    given = {"kind": "leaflet", "title": title, "summary": summary, "audience": ("clinician",), "body": body}
    return first.model_copy(update={**given, **opening, "version": "1.0"})


def in_grey(pdf: bytes) -> tuple[str, ...]:
    """Draw the first pages of a PDF in grey, as a printer without colour would, as data addresses."""
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(pdf)
    try:
        greys = []
        for number in range(min(len(document), MAX_GREY_PAGES)):
            picture = document[number].render(scale=GREY_DPI / 72).to_pil().convert("L")
            out = io.BytesIO()
            picture.quantize(32).save(out, "PNG", optimize=True)
            greys.append("data:image/png;base64," + base64.b64encode(out.getvalue()).decode())
        return tuple(greys)
    finally:
        document.close()
