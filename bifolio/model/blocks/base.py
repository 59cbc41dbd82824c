"""What all blocks have in common."""

from typing import ClassVar, Literal

from bifolio.model.base import Model

Audience = Literal["client", "partner", "clinician"]


class BlockBase(Model):
    """The fields that every block has."""

    shorthand: ClassVar[str | None] = None
    """The one field whose value may be written in place of the whole mapping."""

    audience: tuple[Audience, ...] = ()
    """Who sees this block; empty means everyone."""
