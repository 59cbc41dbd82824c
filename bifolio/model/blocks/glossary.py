"""glossary: words and their meanings."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import MAX_ITEMS, FactId, Label, Model, Text
from bifolio.model.blocks.base import BlockBase


class Term(Model):
    """A word and what it means here."""

    term: Label
    meaning: Text
    cites: tuple[FactId, ...] = ()


class Glossary(BlockBase):
    """Words and their meanings."""

    shorthand = "terms"
    kind: Literal["glossary"]
    title: Label | None = None
    terms: tuple[Term, ...] = Field(min_length=1, max_length=MAX_ITEMS)
