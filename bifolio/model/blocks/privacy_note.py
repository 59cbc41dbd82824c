"""privacy_note: somebody else might see this page."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bifolio.model.base import MOST, Label, Many
from bifolio.model.blocks.base import BlockBase


class PrivacyNote(BlockBase):
    """A warning that somebody else might see this page."""

    shorthand = "text"
    kind: Literal["privacy_note"]
    title: Label | None = None
    text: Many = Field(min_length=1, max_length=MOST)
