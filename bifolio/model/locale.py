"""A locale: the interface words of one language. What a handout says itself is not here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bifolio.model.base import Model


class Locale(Model):
    """Labels, marks and month names that templates put on the page."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
    name: str
    quotes: Annotated[str, Field(min_length=4, max_length=4)]
    """Opening and closing outer quotation marks, then the inner ones."""
    months: Annotated[tuple[str, ...], Field(min_length=12, max_length=12)]
    date: str
    """How a day is written: {day}, {month}, {year}."""
    labels: dict[str, str]
