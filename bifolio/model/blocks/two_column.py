"""two_column: two lists side by side."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import MAX_ITEMS, Label, Model, PassageField
from bifolio.model.blocks.base import BlockBase


class Column(Model):
    """One of the two lists."""

    title: Label
    sign: Literal["helps", "hurts", "none"] = "none"
    items: tuple[PassageField, ...] = Field(min_length=1, max_length=MAX_ITEMS)


class TwoColumn(BlockBase):
    """Two lists side by side: what helps and what does not, for instance."""

    kind: Literal["two_column"]
    title: Label | None = None
    left: Column
    right: Column
