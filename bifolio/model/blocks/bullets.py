"""bullets: a plain list."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import MAX_ITEMS, Label, PassageField
from bifolio.model.blocks.base import BlockBase


class Bullets(BlockBase):
    """A plain list."""

    shorthand = "items"
    kind: Literal["bullets"]
    title: Label | None = None
    items: tuple[PassageField, ...] = Field(min_length=1, max_length=MAX_ITEMS)
