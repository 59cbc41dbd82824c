"""The project file, `bifolio.yaml`: what a plain build makes."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from bifolio.model.base import Model, Name

Format = Literal["pdf", "epub", "html", "png"]
"""Pages, a book for reading systems, a web page with the shelf that it stands on, pictures for other shelves."""

FORMATS: tuple[Format, ...] = get_args(Format)


PLAIN_THEME = "calm"
"""The look that a name of a file does not tell of."""


class Plan(Model):
    """Choices for every build; the command line and a brand may change them."""

    items: tuple[Name, ...] = ()
    """Which handouts to build; empty means all."""
    brands: tuple[Name, ...] = Field(default=("default",), min_length=1)
    region: Name = "us"
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "en"
    editions: tuple[Name, ...] = Field(default=("letter",), min_length=1)
    theme: Name = PLAIN_THEME
    formats: tuple[Format, ...] = Field(default=("pdf",), min_length=1)
