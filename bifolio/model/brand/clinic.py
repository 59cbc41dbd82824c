"""What Bifolio adds to brand.yml: `defaults: bifolio:`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bifolio.model.base import Day, Label, Model, Name, Text
from bifolio.model.brand.spec import Url
from bifolio.model.region import SupportLine

Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=120)]


class OwnLine(Model):
    """A support line of the clinic itself, printed before those of the region."""

    name: Label
    about: Label
    phone: Label | None = None
    text: Label | None = None
    hours: Label | None = None
    free: bool | None = None
    checked_on: Day

    def as_line(self, number: int) -> SupportLine:
        """Return the line as a region would list it; `number` makes its id."""
        return SupportLine(
            id=f"own-{number}",
            name=self.name,
            about=self.about,
            phone=self.phone,
            text=self.text,
            hours=self.hours,
            free=self.free,
            checked_on=self.checked_on,
            page_date="undated",
            status="common",
        )

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if not (self.phone or self.text):
            raise PydanticCustomError("line_reach", "no phone or text")
        return self


class Clinic(Model):
    """The clinic's contact details and choices, for which brand.yml has no keys."""

    region: Name | None = None
    edition: Name | None = None
    theme: Name | None = None
    address: tuple[Label, ...] = Field(default=(), max_length=4)
    phone: Label | None = None
    email: Email | None = None
    site: Label | None = None
    """The web address as printed; the link itself is meta.link."""
    shelf: Url | None = None
    """Where the clinic publishes its shelf of handouts, for books to link to."""
    hours: Label | None = None
    out_of_hours: Label | None = None
    licence: Label | None = None
    lines: tuple[OwnLine, ...] = Field(default=(), max_length=2)
    """Support lines of the clinic's own, for every handout that has support lines."""
    masthead: Literal["logo and name", "logo", "name"] = "logo and name"
    intro: Text | None = None
    """A few words under the summary of each handout that has its title on the first page of text."""
    text_licence: Label | None = None
    """What the clinic's own handouts say of the use of their words, where they do not say it themselves."""
    contact: Label | None = None
    """Words above the contact lines; the clinic's name by default."""
