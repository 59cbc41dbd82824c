"""resources: support lines, and the clinic's contact details."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import Label, Name
from bifolio.model.blocks.base import BlockBase


class Resources(BlockBase):
    """Support lines of the region, beside the clinic's contact details."""

    kind: Literal["resources"]
    title: Label | None = None
    lines: tuple[Name, ...] = ()
    """Which of the region's lines to show, if it has them. Without `lines` and `topics`, all are shown."""
    topics: tuple[Name, ...] = ()
    """Show the region's lines for these topics."""
    limit: int = Field(default=4, ge=1, le=20)
    clinic: bool = True
