"""section: a part of a handout under its own heading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from bifolio.model.base import MAX_ITEMS, Label, Name, PassageField
from bifolio.model.blocks.base import BlockBase

if TYPE_CHECKING:
    from bifolio.model.blocks import Block


class Section(BlockBase):
    """A part of a handout under its own heading."""

    kind: Literal["section"]
    id: Name | None = None
    title: Label
    leaf: int | None = Field(default=None, ge=1, le=11)
    """Opens the section with the rosette of reasons, this leaf filled in: 1 is at the top, then clockwise."""
    note: PassageField | None = None
    lead: PassageField | None = None
    blocks: tuple[Block, ...] = Field(min_length=1, max_length=MAX_ITEMS)
