"""Slots: what a clinic's slots say → their markup, and the placeholders that stand for them on a plate."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Mapping

from markupsafe import Markup

from bifolio.compose.clinic_panel import ClinicCopy
from bifolio.compose.environment import Templates
from bifolio.compose.links import link_numbers
from bifolio.compose.sandbox import offered
from bifolio.model.plate import SLOTS, slot_pixels

FITS = 3
"""The number of sizes in which a slot may be set, from full size down, before it counts as too full."""


def slots(
    templates: Templates,
    copy: ClinicCopy,
    fits: Mapping[str, int],
    *,
    flowing: bool = False,
    in_book: bool = False,
) -> dict[str, Markup]:
    """Return the markup of each slot that the clinic fills, set at its fit (0 is full size).

    When `flowing`, each number of a line that has several is a link; `in_book`, pictures have a definite size.
    """
    return {
        name: _slot(templates, name, copy, fits.get(name, 0), flowing=flowing, in_book=in_book)
        for name in SLOTS
        if copy.fills(name)
    }


def _slot(
    templates: Templates, name: str, copy: ClinicCopy, fit: int, *, flowing: bool, in_book: bool
) -> Markup:
    line, text = None, Markup()
    if name.startswith("line-"):
        line = copy.lines[int(name.removeprefix("line-")) - 1]
        text = link_numbers(line.text, line.numbers if flowing and not line.href else (), "tel")
    context = {"copy": copy, "fit": fit, "line": line, "text": text, "in_book": in_book}
    content = templates.render(f"slots/{slot_class(name)}.html.j2", context)
    context = {"name": name, "fit": fit, "content": Markup(content.strip())}  # noqa: S704
    return Markup(templates.render("slots/slot.html.j2", context).strip())  # noqa: S704


def slot_class(name: str) -> str:
    """Return the class of a slot: "line" for "line-2", else its name."""
    return "line" if name.startswith("line-") else name


@offered
def slot_url(slot: str) -> Markup:
    """Return the placeholder picture of a slot, a PNG of two pixels, as a data address."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", 2, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" + slot_pixels(slot), 9)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return Markup("data:image/png;base64," + base64.b64encode(png).decode())  # noqa: S704
