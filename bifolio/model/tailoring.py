"""A tailoring: what one client's copy keeps, rewords and adds. Never stored by this program."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from bifolio.model.base import Label, Model, Name, PassageList
from bifolio.model.handout import OwnWord, WordName


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


_Parts = Annotated[tuple[Name, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])]


class Tailoring(Model):
    """One person's copy. `python build.py tailor ITEM` lists the parts and words of an item."""

    keep: _Parts = ()
    """The parts to keep, by name; without it, all but those of `leave_out`. Safety information always stays."""
    leave_out: _Parts = ()
    edition: Name | None = None
    """The edition: large-print …"""
    words: dict[WordName, OwnWord] = {}
    """The words chosen among those that the item offers: partner: wife."""
    note: PassageList = Field(default=(), max_length=6)
    """A few words from the therapist, at the top."""
    next_visit: Label | None = None

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if self.keep and self.leave_out:
            raise PydanticCustomError("keep_and_leave", "both keep and leave_out")
        return self
