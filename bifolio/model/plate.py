"""A plate: a laid-out handout without a clinic, and the index by which inking finds its way in it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

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

    def to_bytes(self) -> bytes:
        head = {"index": asdict(self.index), "pages": self.pages}
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
        )
