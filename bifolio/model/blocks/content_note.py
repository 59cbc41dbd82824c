"""content_note: what the page is about, and that it may be skipped."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import MAX_ITEMS, Label, PassageList
from bifolio.model.blocks.base import BlockBase


class ContentNote(BlockBase):
    """What this page is about, and that the reader may skip it."""

    shorthand = "text"
    kind: Literal["content_note"]
    title: Label | None = None
    text: PassageList = Field(min_length=1, max_length=MAX_ITEMS)
