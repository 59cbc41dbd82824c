"""agreement: statements that two or more people initial."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bifolio.model.base import MOST, Label, Said
from bifolio.model.blocks.base import BlockBase


class Agreement(BlockBase):
    """Statements that two or more people initial and date, and may change at any time."""

    kind: Literal["agreement"]
    title: Label | None = None
    note: Said | None = None
    people: int = Field(default=2, ge=1, le=4)
    statements: tuple[Said, ...] = Field(min_length=1, max_length=MOST)
    blank: int = Field(default=0, ge=0, le=12)
