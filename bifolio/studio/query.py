"""Query: what somebody at the studio wants to see or take home; names only, nothing checked yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Query:
    """One form of one handout. What is left out comes from the clinic, then the project."""

    item: str
    brand: str | None = None
    edition: str | None = None
    theme: str | None = None
    region: str | None = None
    language: str | None = None
    arrangement: str | None = None
    """`reading` for pages in reading order, `sheets` for what a printer gets, where the form has both."""
    file: str | None = None
    """The name of one finished file, where more than the pages to read can be had."""

    @classmethod
    def of(cls, item: str, values: Mapping[str, object]) -> Query:
        """Read a query or a form; values that are empty or no text are left out."""
        given = {
            one.name: value
            for one in fields(cls)
            if one.name != "item" and isinstance(value := values.get(one.name), str) and value
        }
        return cls(item, **given)
