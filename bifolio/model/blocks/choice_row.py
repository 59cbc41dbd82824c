"""choice_row: a question and a few answers to circle."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import Label
from bifolio.model.blocks.base import BlockBase


class ChoiceRow(BlockBase):
    """A question and a few answers in a row, to circle."""

    kind: Literal["choice_row"]
    label: Label
    choices: tuple[Label, ...] = Field(min_length=2, max_length=8)
