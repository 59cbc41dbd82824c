"""What Bifolio adds to brand.yml: `defaults: bifolio:`."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bifolio.model.base import Choice, Day, Label, Model, Text, check_inline
from bifolio.model.brand.spec import Url
from bifolio.model.region import SupportLine


def as_lines(value: Any) -> Any:
    """Take text as its lines."""
    return [line.strip() for line in value.splitlines() if line.strip()] if isinstance(value, str) else value


def _address_alone(value: Any) -> Any:
    """Read "mailto:hello@example.org", and an address at the end of a sentence or between < and >."""
    if not isinstance(value, str):
        return value
    return re.sub(r"^(?:<|mailto:)+|[>.,;]+$", "", value.strip(), flags=re.IGNORECASE)


Email = Annotated[
    str,
    StringConstraints(pattern=r"^[^@\s,;:<>]+@[^@\s,;:<>]+\.[^@\s,;:<>]+$", max_length=120),
    BeforeValidator(_address_alone),
]


def _one_below_another(value: Any) -> Any:
    """Take a list of words as lines."""
    is_list = isinstance(value, list) and all(isinstance(line, str) for line in value)
    return "\n".join(value) if is_list else value


Phones = Annotated[
    str,
    StringConstraints(min_length=1, max_length=180),
    AfterValidator(check_inline),
    BeforeValidator(_one_below_another, json_schema_input_type=str | list[str]),
]
"""Telephone numbers as they are printed, one a line; a list will do."""

FooterLine = Annotated[str, StringConstraints(min_length=1, max_length=90), AfterValidator(check_inline)]
"""What two lines at the foot of the smallest page can hold."""

Disclaimer = Annotated[str, StringConstraints(min_length=1, max_length=600), AfterValidator(check_inline)]


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

    region: Choice | None = None
    edition: Choice | None = None
    theme: Choice | None = None
    address: Annotated[
        tuple[Label, ...],
        Field(max_length=8),
        BeforeValidator(as_lines, json_schema_input_type=str | list[str]),
    ] = ()
    """The lines of one address; a line with a colon or a middle dot is a site, see `sites`."""
    phone: Phones | None = None
    email: Email | None = None
    site: Label | None = None
    """The web address as printed; the link itself is meta.link."""
    shelf: Url | None = None
    """Where the clinic publishes its shelf of handouts, for books to link to."""
    hours: Label | None = None
    out_of_hours: Label | None = None
    licence: Label | None = None
    registration: Label | None = None
    complaints: Label | None = None
    """Where to complain. Like licence and registration it is in the small print of every handout."""
    disclaimer: Disclaimer | None = None
    """A few sentences of the clinic's own, at the end of the small print."""
    footer: FooterLine | None = None
    """A line at the foot of each page."""
    lines: tuple[OwnLine, ...] = Field(default=(), max_length=2)
    """Support lines of the clinic's own, for every handout that has support lines."""
    masthead: Annotated[
        Literal["logo and name", "logo", "name"],
        BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value),
    ] = "logo and name"
    intro: Text | None = None
    """A few words under the summary of each handout that has its title on the first page of text."""
    text_licence: Label | None = None
    """What the clinic's own handouts say of the use of their words, where they do not say it themselves."""
    contact: Label | None = None
    """Words above the contact lines; the clinic's name by default."""

    @property
    def phones(self) -> tuple[str, ...]:
        """The telephone numbers, each as it is printed."""
        lines = re.split(r"[\n|]", self.phone or "")
        return tuple(line.strip() for line in lines if line.strip())

    @property
    def sites(self) -> tuple[str, ...]:
        """The places where the clinic is, if `address` names several: "North: 1 Row Lane · 020 7946 0101"."""
        return self.address if any(":" in line or "·" in line for line in self.address) else ()

    @property
    def small_print(self) -> tuple[str, ...]:
        """What the clinic must show, and what it wants to have said, one sentence or more each."""
        said = (self.licence, self.registration, self.complaints, self.disclaimer)
        return tuple(words for words in said if words)
