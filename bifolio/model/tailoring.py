"""A tailoring: what one client's copy keeps, says otherwise and adds. Never stored by this program."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from bifolio.model.base import Label, Many, Model, Name
from bifolio.model.handout import OwnWord, WordName


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


_Parts = Annotated[tuple[Name, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])]


class Tailoring(Model):
    """One person's copy. `python build.py tailor ITEM` tells which parts and words an item has."""

    keep: _Parts = ()
    """The parts to keep, by name; without it, all but those of `leave_out`. What keeps a reader safe stays."""
    leave_out: _Parts = ()
    edition: Name | None = None
    """The reading form: large-print …"""
    words: dict[WordName, OwnWord] = {}
    """What the copy says in the place of a word that the item offers: partner: wife."""
    note: Many = Field(default=(), max_length=6)
    """A few words from the therapist, at the top."""
    next_visit: Label | None = None

    @model_validator(mode="after")
    def _says_it_once(self) -> Self:
        if self.keep and self.leave_out:
            raise PydanticCustomError("keep_and_leave", "both keep and leave_out")
        return self
