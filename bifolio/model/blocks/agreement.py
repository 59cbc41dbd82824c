"""agreement: statements that two or more people initial."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import MAX_ITEMS, Label, PassageField
from bifolio.model.blocks.base import BlockBase


class Agreement(BlockBase):
    """Statements that two or more people initial and date, and may change at any time."""

    kind: Literal["agreement"]
    title: Label | None = None
    note: PassageField | None = None
    people: int = Field(default=2, ge=1, le=4)
    statements: tuple[PassageField, ...] = Field(min_length=1, max_length=MAX_ITEMS)
    blank: int = Field(default=0, ge=0, le=12)
