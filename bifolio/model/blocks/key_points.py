"""key_points: what to remember if nothing else."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import Label, PassageField
from bifolio.model.blocks.base import BlockBase


class KeyPoints(BlockBase):
    """The few things to remember if nothing else is remembered."""

    shorthand = "items"
    kind: Literal["key_points"]
    title: Label | None = None
    items: tuple[PassageField, ...] = Field(min_length=1, max_length=7)
