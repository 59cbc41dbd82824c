"""resources: support lines, and the clinic's contact details."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import MAX_ITEMS, Label, Name
from bifolio.model.blocks.base import BlockBase
from bifolio.model.region import Choice


class Resources(BlockBase):
    """Support lines of the region, beside the clinic's contact details."""

    kind: Literal["resources"]
    title: Label | None = None
    lines: tuple[Name, ...] = ()
    """Which of the region's lines to show, if it has them. Without `lines` and `topics`, all are shown."""
    topics: tuple[Name, ...] = ()
    """Show the region's lines for these topics."""
    limit: int = Field(default=4, ge=1, le=20)
    also: tuple[Choice, ...] = Field(default=(), max_length=MAX_ITEMS)
    """Further choices, each with its own limit. A booklet has those of its parts here."""
    clinic: bool = True
