"""A plate: a laid-out handout without a clinic, and the index by which inking finds its way in it.

Here too is what stands for the clinic on a plate: the names of the slots, the two pixels of each slot's
placeholder picture, and the words that hold the place of its name, links and alternative texts.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from bifolio.core.diagnostics import Diagnostic, Severity

SLOTS = (
    "masthead",
    "mark",
    "foot",
    "clinic",
    "line-1",
    "line-2",
    "line-3",
    "line-4",
    "qr",
    "approval",
)
"""The places of the clinic, by name. A plate may use each any number of times."""

LINES = 4
"""How many contact lines the clinic's panel holds."""

CLINIC_NAME = "slot:clinic-name"
"""Stands for the clinic's name in the metadata."""

SLOT_ALT = "slot:"
"""Begins the alternative text of a placeholder; the slot's name follows."""

SLOT_LINK = "https://slot.invalid/line-"
"""Begins the address of a contact line's link; its number follows."""

_PIXELS = b"bifol"


def slot_pixels(slot: str) -> bytes:
    """Give the six bytes, two RGB pixels, by which the placeholder of a slot is known."""
    return _PIXELS + bytes([SLOTS.index(slot)])


def slot_of(pixels: bytes) -> str | None:
    """Name the slot whose placeholder has these pixels; none when they are another picture's."""
    number = pixels[-1] if len(pixels) == 6 and pixels.startswith(_PIXELS) else len(SLOTS)
    return SLOTS[number] if number < len(SLOTS) else None


Object = int
"""The number of an indirect PDF object; plates hold only generation 0."""


@dataclass(frozen=True)
class SlotFigure:
    """One tagged place of a slot: where its mark and its alternative text stand."""

    slot: str
    element: Object
    parent: Object
    page: int
    mcid: int


@dataclass(frozen=True)
class SlotLink:
    """One link of the clinic: its annotation, its place on the page and in the tag tree."""

    line: int
    annotation: Object
    page: int
    element: Object
    parent: Object


@dataclass(frozen=True)
class PlateIndex:
    """What inking has to touch, by object number."""

    streams: tuple[Object, ...]
    """Content streams, forms and patterns, in which colours stand."""
    slots: dict[str, tuple[Object, ...]] = field(default_factory=dict)
    """The placeholder pictures of each slot."""
    figures: tuple[SlotFigure, ...] = ()
    links: tuple[SlotLink, ...] = ()


@dataclass(frozen=True)
class Plate:
    """The PDF of a plate and its index. Kept as one piece of bytes, the index in the first line."""

    pdf: bytes
    index: PlateIndex
    pages: int
    openings: tuple[str, ...] = ()
    """The first words of each page: where a page of print begins in what flows."""
    remarks: tuple[Diagnostic, ...] = ()
    """What a compositor would say of the pages: warnings, told with every file made from the plate."""

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
