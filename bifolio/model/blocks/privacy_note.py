"""privacy_note: somebody else might see this page."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import MAX_ITEMS, Label, PassageList
from bifolio.model.blocks.base import BlockBase


class PrivacyNote(BlockBase):
    """A warning that somebody else might see this page."""

    shorthand = "text"
    kind: Literal["privacy_note"]
    title: Label | None = None
    text: PassageList = Field(min_length=1, max_length=MAX_ITEMS)
