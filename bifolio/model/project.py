"""The project file, `bifolio.yaml`: what is built by default."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from bifolio.model.base import Model, Name

Format = Literal["pdf", "epub", "html", "png"]
"""Pages, an EPUB, a web page with the shelf that lists it, a picture of the first page."""

FORMATS: tuple[Format, ...] = get_args(Format)


PLAIN_THEME = "calm"
"""The default theme, which file names do not mention."""


class Plan(Model):
    """The defaults of every build; a brand and the command line may override them."""

    items: tuple[Name, ...] = ()
    """Which handouts to build; empty means all."""
    brands: tuple[Name, ...] = Field(default=("default",), min_length=1)
    region: Name = "us"
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "en"
    editions: tuple[Name, ...] = Field(default=("letter",), min_length=1)
    theme: Name = PLAIN_THEME
    formats: tuple[Format, ...] = Field(default=("pdf",), min_length=1)
