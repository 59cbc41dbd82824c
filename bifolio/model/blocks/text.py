"""text: paragraphs."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import MAX_ITEMS, FactId, Label, PassageList
from bifolio.model.blocks.base import BlockBase


class TextBlock(BlockBase):
    """Paragraphs."""

    shorthand = "paragraphs"
    kind: Literal["text"]
    title: Label | None = None
    paragraphs: PassageList = Field(min_length=1, max_length=MAX_ITEMS)
    cites: tuple[FactId, ...] = ()
