"""A plate: a laid-out handout without a clinic, and the index that inking uses.

This module also defines the placeholders for the clinic on a plate: the names of the slots, the two pixels of each
slot's picture, and the text in place of the clinic's name, links and alternative texts.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from bifolio.core.diagnostics import Diagnostic, Severity

LINES = 4
"""The number of contact lines in the panel of most clinics."""

PANELS = (LINES, 6, 8, 10, 12, 15, 18, 21, 24)
"""How many contact lines a panel may have. Six small ones take no more room than the usual four."""

SMALL_PRINT = (0, 1, 2, 3, 4, 6, 8, 12, 20, 32)
"""How many lines of the clinic's small print a page may have."""

MAX_LINES = PANELS[-1]


class Room(NamedTuple):
    """The room that a plate has for what a clinic says. It is part of the plate, so clinics of one room share it."""

    lines: int = LINES
    """The number of contact lines, one of PANELS."""
    small_print: int = 0
    """The number of lines of the clinic's small print, one of SMALL_PRINT."""
    footer: int = 0
    """The number of lines of the clinic's own at the foot of each page."""


USUAL = Room()

SLOTS = (
    *("masthead", "mark", "foot", "clinic"),
    *(f"line-{n}" for n in range(1, LINES + 1)),
    *("qr", "approval"),
    *(f"line-{n}" for n in range(LINES + 1, MAX_LINES + 1)),
    *("small-print", "footer"),
)
"""The names of the slots. A plate may use each any number of times."""

CLINIC_NAME = "slot:clinic-name"
"""The placeholder for the clinic's name in the metadata."""

SLOT_ALT = "slot:"
"""The start of a placeholder's alternative text; the slot's name follows."""

SLOT_LINK = "https://slot.invalid/line-"
"""The start of the address of a contact line's link; its number follows."""

_PIXELS = b"bifol"


def slot_pixels(slot: str) -> bytes:
    """Return the two RGB pixels, six bytes, that identify the placeholder of a slot."""
    return _PIXELS + bytes([SLOTS.index(slot)])


def slot_of(pixels: bytes) -> str | None:
    """Return the slot whose placeholder has these pixels; None for any other picture."""
    number = pixels[-1] if len(pixels) == 6 and pixels.startswith(_PIXELS) else len(SLOTS)
    return SLOTS[number] if number < len(SLOTS) else None


Object = int
"""The number of an indirect PDF object; the generation is always 0 on plates."""


@dataclass(frozen=True)
class SlotFigure:
    """One tagged figure of a slot: its structure element and its marked content."""

    slot: str
    element: Object
    parent: Object
    page: int
    mcid: int


@dataclass(frozen=True)
class SlotLink:
    """One link of the clinic: its annotation, its page and its structure element."""

    line: int
    annotation: Object
    page: int
    element: Object
    parent: Object


@dataclass(frozen=True)
class PlateIndex:
    """The objects that inking changes, by number."""

    streams: tuple[Object, ...]
    """Content streams, forms and patterns that contain colours."""
    slots: dict[str, tuple[Object, ...]] = field(default_factory=dict)
    """The placeholder pictures of each slot."""
    figures: tuple[SlotFigure, ...] = ()
    links: tuple[SlotLink, ...] = ()


@dataclass(frozen=True)
class Plate:
    """The PDF of a plate and its index. Stored as one file, with the index in the first line."""

    pdf: bytes
    index: PlateIndex
    pages: int
    openings: tuple[str, ...] = ()
    """The first words of each page, by which page breaks of the print edition are found in an EPUB."""
    remarks: tuple[Diagnostic, ...] = ()
    """Warnings about the pages, reported with every file made from the plate."""

    def __hash__(self) -> int:
        return hash(self.pdf)

    def to_bytes(self) -> bytes:
        remarks = [(r.code, r.message, r.where, r.help) for r in self.remarks]
        head = {
            "index": asdict(self.index),
            "pages": self.pages,
            "openings": self.openings,
            "remarks": remarks,
        }
        return json.dumps(head, sort_keys=True).encode() + b"\n" + self.pdf

    @classmethod
    def from_bytes(cls, stored: bytes) -> Plate:
        head, _, pdf = stored.partition(b"\n")
        values = json.loads(head)
        index = values["index"]
        return cls(
            pdf,
            PlateIndex(
                streams=tuple(index["streams"]),
                slots={name: tuple(numbers) for name, numbers in index["slots"].items()},
                figures=tuple(SlotFigure(**figure) for figure in index["figures"]),
                links=tuple(SlotLink(**link) for link in index["links"]),
            ),
            values["pages"],
            tuple(values["openings"]),
            tuple(
                Diagnostic(code, message, where=where, help=cure, severity=Severity.WARNING)
                for code, message, where, cure in values["remarks"]
            ),
        )
