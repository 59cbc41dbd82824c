"""steps: what to do, in order."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from bifolio.model.base import FactId, Label, Model, PassageField, Text, words_for
from bifolio.model.blocks.base import BlockBase


class Step(Model):
    """One step: what to do in bold, and a line about it."""

    title: Label | None = None
    text: Text | None = None
    cites: tuple[FactId, ...] = ()

    @model_validator(mode="after")
    def _has_words(self) -> Self:
        if not (self.title or self.text):
            raise PydanticCustomError("empty_step", "a step needs a title or a text")
        return self


class Steps(BlockBase):
    """What to do, in order, with large numerals."""

    shorthand = "items"
    kind: Literal["steps"]
    title: Label | None = None
    note: PassageField | None = None
    items: tuple[
        Annotated[Step, BeforeValidator(words_for("text"), json_schema_input_type=str | Step)], ...
    ] = Field(min_length=1, max_length=12)
