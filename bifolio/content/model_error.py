"""One error of pydantic at one place in a file, and what the author calls that place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from bifolio.core.diagnostics import shorten
from bifolio.core.source_tree import Steps

Description = tuple[str, str, str | None]
"""The second half of a code, the message, the help."""


class ModelError(NamedTuple):
    """One error of pydantic at one place in a file."""

    steps: Steps
    there: Steps
    """Those of the steps that the file has; `steps` may contain names of fields that a shorthand leaves out."""
    kind: str
    input: Any
    context: Mapping[str, Any]
    cls: type[BaseModel]
    """The model of the whole file."""
    written: str | None
    """A single value as it was typed."""

    @property
    def name(self) -> str:
        return named(self.there)

    @property
    def shown(self) -> str:
        """The value as the author typed it."""
        return shorten(str(self.input) if self.written is None else self.written)


def named(there: Steps) -> str:
    """Return what the author calls a place: its key, or its position in a list."""
    last = there[-1] if there else "file"
    if isinstance(last, int):
        return f"item {last + 1} of {named(there[:-1])}"
    return f'"{shorten(last)}"'
