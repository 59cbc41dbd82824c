"""log_table: a table to read, or to fill in by hand."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bifolio.model.base import MAX_ITEMS, FactId, Label, Model, PassageField, check_inline, words_for
from bifolio.model.blocks.base import BlockBase


class LogColumn(Model):
    """A column: its heading, and its width relative to the others."""

    label: Label
    width: int = Field(default=1, ge=1, le=12)


Cell = Annotated[
    str, StringConstraints(max_length=120), AfterValidator(lambda t: check_inline(t) if t else t)
]
"""A few words, or none."""


def _as_cells(value: Any) -> Any:
    return value if isinstance(value, (Mapping, Model)) else {"cells": value}


class TableRow(Model):
    """A row, with the facts that it states."""

    cells: tuple[Cell, ...]
    cites: tuple[FactId, ...] = ()


class LogTable(BlockBase):
    """A table: rows of words, or empty rows to fill in by hand."""

    kind: Literal["log_table"]
    title: Label | None = None
    note: PassageField | None = None
    columns: tuple[
        Annotated[LogColumn, BeforeValidator(words_for("label"), json_schema_input_type=str | LogColumn)],
        ...,
    ] = Field(min_length=2, max_length=12)
    rows: tuple[
        Annotated[TableRow, BeforeValidator(_as_cells, json_schema_input_type=list[Cell] | TableRow)], ...
    ] = Field(default=(), max_length=MAX_ITEMS)
    blank: int = Field(default=0, ge=0, le=40)
    cites: tuple[FactId, ...] = ()

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        for number, row in enumerate(self.rows):
            if len(row.cells) != len(self.columns):
                raise PydanticCustomError(
                    "table_cells",
                    "a row has missing or extra cells",
                    {"row": number, "cells": len(row.cells), "columns": len(self.columns)},
                )
        if not self.rows and not self.blank:
            raise PydanticCustomError("table_empty", "a table needs rows or blank rows")
        return self

    @property
    def stated(self) -> tuple[str, ...]:
        """The facts that the table and its rows state, each once."""
        return tuple(dict.fromkeys((*self.cites, *(fact for row in self.rows for fact in row.cites))))
