"""myth_fact: myths, each with the fact beside it."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import MAX_ITEMS, FactId, Label, Model, Text
from bifolio.model.blocks.base import BlockBase


class MythFactPair(Model):
    """What people say, and what is known."""

    myth: Text
    fact: Text
    cites: tuple[FactId, ...] = ()


class MythFact(BlockBase):
    """Paired cards: a myth and the fact beside it."""

    shorthand = "pairs"
    kind: Literal["myth_fact"]
    title: Label | None = None
    pairs: tuple[MythFactPair, ...] = Field(min_length=1, max_length=MAX_ITEMS)
