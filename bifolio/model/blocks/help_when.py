"""help_when: when to get help."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bifolio.model.base import MOST, Label, Many, Said
from bifolio.model.blocks.base import BlockBase


class HelpWhen(BlockBase):
    """When to get help: now, soon, when you can. The panel that nobody can miss."""

    kind: Literal["help_when"]
    title: Label | None = None
    now: Many = Field(min_length=1, max_length=MOST)
    soon: Many = Field(min_length=1, max_length=MOST)
    when_you_can: Many = Field(min_length=1, max_length=MOST)
    fine: Said | None = None
    """When no help is needed."""
