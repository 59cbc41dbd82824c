"""page_break: a new page."""

from typing import Literal

from bifolio.model.blocks.base import BlockBase


class PageBreak(BlockBase):
    """What follows starts on a new page, or on the next face of a card."""

    kind: Literal["page_break"]
