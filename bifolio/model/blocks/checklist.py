"""checklist: things to tick with a pen."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import MAX_ITEMS, Label, PassageField
from bifolio.model.blocks.base import BlockBase


class Checklist(BlockBase):
    """Things to tick with a pen."""

    shorthand = "items"
    kind: Literal["checklist"]
    title: Label | None = None
    note: PassageField | None = None
    columns: int = Field(default=1, ge=1, le=3)
    items: tuple[PassageField, ...] = Field(min_length=1, max_length=MAX_ITEMS)
    blank: int = Field(default=0, ge=0, le=12)
    """Empty boxes with a line, for the reader's own words."""
