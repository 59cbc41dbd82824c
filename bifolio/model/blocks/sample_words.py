"""sample_words: words that the reader could say."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import MAX_ITEMS, Label, PassageField, Text
from bifolio.model.blocks.base import BlockBase


class SampleWords(BlockBase):
    """Words that the reader could say: suggestions, never quotations."""

    shorthand = "lines"
    kind: Literal["sample_words"]
    title: Label | None = None
    lines: tuple[Text, ...] = Field(min_length=1, max_length=MAX_ITEMS)
    note: PassageField | None = None
