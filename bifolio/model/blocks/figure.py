"""figure: a drawing from content/figures."""

from typing import Literal

from bifolio.model.base import Label, Name, PassageField, Text
from bifolio.model.blocks.base import BlockBase


class Figure(BlockBase):
    """A drawing from content/figures, with its text alternative."""

    shorthand = "name"
    kind: Literal["figure"]
    name: Name
    title: Label | None = None
    caption: PassageField | None = None
    alt: Text | None = None
    """Replaces the drawing's own text alternative."""
