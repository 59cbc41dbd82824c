"""A region: whose support lines stand on the page, and the words that people use there."""

from __future__ import annotations

from collections.abc import Container
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bifolio.model.base import Day, Label, Model, Name, Text

LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]


class Emergency(Model):
    """The number to call in danger, and how a sentence says it ("call 911")."""

    number: Label
    say: Label


class SupportLine(Model):
    """One service that a reader can reach. Printed with the day it was last checked."""

    id: Name
    name: Label
    short: Label | None = None
    about: Label
    run_by: Label | None = None
    topics: tuple[Name, ...] = ()
    phone: Label | None = None
    text: Label | None = None
    chat: Label | None = None
    web: Label | None = None
    """The address of a page to read, where nobody answers: a list of services."""
    hours: Label | None = None
    free: bool | None = None
    reach: Label | None = None
    checked_on: Day
    page_date: str
    operator: Address | None = None
    """Who answers, at an address of their own: there a reader, or a maintainer, can check the line."""
    source: Address | None = None
    """Where the line was read on that day: at its operator's, or on a page of a government that vouches for it."""
    status: Literal["read", "common"]
    note: str | None = None

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if not (self.phone or self.text or self.chat or self.web):
            raise PydanticCustomError("line_reach", "no phone, text, chat or web")
        if self.status == "read" and not self.source:
            raise PydanticCustomError("line_source", "no source")
        return self


class Choice(Model):
    """Which support lines of a region to show: at most `limit` of those named or of a topic; empty means all."""

    lines: tuple[Name, ...] = ()
    topics: tuple[Name, ...] = ()
    limit: int = Field(default=4, ge=1, le=20)

    def of(self, lines: tuple[SupportLine, ...]) -> tuple[SupportLine, ...]:
        wanted = [
            line
            for line in lines
            if not (self.lines or self.topics) or line.id in self.lines or set(self.topics) & set(line.topics)
        ]
        return tuple(wanted[: self.limit])


_OTHER_NAMES = {
    "gb": "uk united-kingdom great-britain britain england scotland wales northern-ireland",
    "us": "usa united-states united-states-of-america america",
    "au": "aus australia",
    "ca": "can canada",
    "ie": "irl ireland eire republic-of-ireland",
    "nz": "nzl new-zealand aotearoa",
}
_IDS = {other: region for region, others in _OTHER_NAMES.items() for other in others.split()}


def usual_region(name: str, there: Container[str]) -> str:
    """Return the id of the region that a person means, of those that are `there`; the name itself if it is unknown.

    >>> usual_region("uk", ["gb", "us"]), usual_region("uk", ["uk"]), usual_region("zz", ["gb"])
    ('gb', 'uk', 'zz')
    """
    usual = _IDS.get(name.lower().replace(" ", "-"), name)
    return usual if name not in there and usual in there else name


class Region(Model):
    """One country's support lines and words."""

    id: Name
    name: Label
    language: LanguageTag
    sheet: Literal["letter", "a4"]
    emergency: Emergency
    words: dict[Word, Text] = {}
    lines: tuple[SupportLine, ...] = Field(min_length=1)

    @property
    def country(self) -> str | None:
        """The country whose telephone numbers stand here, as ISO 3166-1 has it: that of the language, "en-GB"."""
        return self.language.partition("-")[2] or None

    @property
    def all_words(self) -> dict[str, str]:
        """The region's words, with those that it need not write: `emergency`, `region` and `crisis`.

        `crisis` is the number of its first crisis line; a region without one does not have the word.
        """
        values = {**self.words, "emergency": self.emergency.number, "region": self.name}
        numbers = [line.phone for line in self.lines if "crisis" in line.topics and line.phone]
        return {**values, "crisis": numbers[0].replace(" ", "\N{NO-BREAK SPACE}")} if numbers else values

    def choose(
        self,
        ids: tuple[str, ...],
        topics: tuple[str, ...],
        limit: int,
        first: tuple[SupportLine, ...] = (),
        also: tuple[Choice, ...] = (),
    ) -> tuple[SupportLine, ...]:
        """Return the lines of a clinic that come `first`, and at most `limit` of the region's.

        Those are the ones that are named, or of a topic, in the region's own order; and with them the ones of
        each choice in `also`.
        """
        choices = (Choice(lines=ids, topics=topics, limit=limit), *also)
        chosen = {line.id for choice in choices for line in choice.of(self.lines)}
        return (*first, *(line for line in self.lines if line.id in chosen))
