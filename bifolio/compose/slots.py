"""Slots: what a clinic's slots say → their markup, and the placeholders that stand for them on a plate."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from markupsafe import Markup

from bifolio.compose.clinic_panel import ClinicCopy
from bifolio.compose.contact_lines import CHANCES, FEW_CHANCES, ContactLine, wrap_chances, wrapped_only_at
from bifolio.compose.environment import Templates
from bifolio.compose.links import link_numbers
from bifolio.compose.sandbox import offered
from bifolio.core.letters import has_high_accent
from bifolio.model.plate import SLOTS, slot_pixels

FITS = 5
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
        if flowing and line.numbers and not line.href:
            text = link_numbers(line.text, line.numbers, "tel")
        else:
            text = wrap_chances(line.text) if flowing else Markup().join([line.text])
    elif name in ("small-print", "footer"):
        words = copy.alt(name)
        text = wrap_chances(words) if flowing else wrapped_only_at(words, CHANCES)
    context = {"copy": copy, "fit": fit, "line": line, "text": text, "last_fit": FITS - 1, "in_book": in_book}
    content = templates.render(f"slots/{slot_class(name)}.html.j2", context)
    high = has_high_accent(copy.alt(name))
    context = {"name": name, "fit": fit, "high": high, "content": Markup(content.strip())}  # noqa: S704
    return Markup(templates.render("slots/slot.html.j2", context).strip())  # noqa: S704


STEPS = 3
"""The number of sizes of a contact line: two for the usual panel, and one for a panel of more lines."""


class Measure(NamedTuple):
    """One way to wrap a contact line: its size, counted down from 0, and the chances that its addresses give."""

    line: ContactLine
    step: int
    chances: re.Pattern[str] | None
    """None for anywhere, as there is no better place."""

    @property
    def markup(self) -> Markup:
        chances = self.chances
        text = wrapped_only_at(self.line.text, chances) if chances else wrap_chances(self.line.text)
        return Markup('<div class="measure" data-step="{}">{}</div>').format(self.step, text)


def measures(lines: Iterable[ContactLine], copy: ClinicCopy) -> tuple[list[Measure], dict[str, Markup]]:
    """Return the ways to wrap each line, the best first, and their markup.

    Small print and footer, which wrap by themselves, are the last.
    """
    ways = [
        Measure(line, step, chances)
        for line in lines
        for step in range(STEPS)
        for chances in (FEW_CHANCES, CHANCES, None)
    ]
    pages = {f"measure-{number}": way.markup for number, way in enumerate(ways)}
    for name, words in (("print", copy.small_print), ("footer", copy.footer)):
        text = wrapped_only_at(words, CHANCES)
        pages[f"measure-{name}"] = Markup('<div class="measure-{}">{}</div>').format(name, text)
    return ways, pages


def slot_class(name: str) -> str:
    """Return the class of a slot: "line" for "line-2", else its name."""
    return _NUMBER.sub("", name)


_NUMBER = re.compile(r"-\d+$")


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
