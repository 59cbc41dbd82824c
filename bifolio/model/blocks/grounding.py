"""grounding: counting down the senses."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import FactId, Label, Model, Name
from bifolio.model.blocks.base import BlockBase


class Anchor(Model):
    """One sense: how many things to notice, of what sort, and how many lines to write on."""

    count: int = Field(ge=1, le=10)
    label: Label
    icon: Name
    lines: int = Field(default=1, ge=1, le=5)


class Grounding(BlockBase):
    """Counting down the senses; each curve of the drawing continues as a line to write on."""

    kind: Literal["grounding"]
    title: Label | None = None
    senses: tuple[Anchor, ...] = Field(min_length=2, max_length=6)
    cites: tuple[FactId, ...] = ()
