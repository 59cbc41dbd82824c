"""help_when: when to get help."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import MAX_ITEMS, Label, PassageField, PassageList
from bifolio.model.blocks.base import BlockBase


class HelpWhen(BlockBase):
    """When to get help: now, soon, when you can. The panel that nobody can miss."""

    kind: Literal["help_when"]
    title: Label | None = None
    now: PassageList = Field(min_length=1, max_length=MAX_ITEMS)
    soon: PassageList = Field(min_length=1, max_length=MAX_ITEMS)
    when_you_can: PassageList = Field(min_length=1, max_length=MAX_ITEMS)
    fine: PassageField | None = None
    """When no help is needed."""
