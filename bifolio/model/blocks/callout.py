"""callout: a panel that stands out."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import MAX_ITEMS, FactId, Label, PassageList
from bifolio.model.blocks.base import BlockBase


class Callout(BlockBase):
    """A panel that stands out. Its shape and sign show the tone, never colour alone."""

    shorthand = "text"
    kind: Literal["callout"]
    tone: Literal["calm", "note", "caution", "stop"] = "note"
    title: Label | None = None
    text: PassageList = Field(min_length=1, max_length=MAX_ITEMS)
    cites: tuple[FactId, ...] = ()
