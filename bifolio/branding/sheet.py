"""One sheet of a table: its cells row by row, and the text that findings point into."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import yaml

from bifolio.branding.cells import Cell
from bifolio.core.diagnostics import ContentError, Diagnostic, SheetSource, Span

MAX_BYTES = 8_000_000
"""Of a table, and of all that is packed in a workbook: some 10,000 clinics."""


@dataclass(frozen=True)
class Sheet:
    """The cells of a sheet row by row, and its text: a line for each row, with tabs between cells."""

    source: SheetSource
    rows: Sequence[Sequence[Cell]]
    remarks: Sequence[Diagnostic] = ()
    """What of the file is not read, as warnings."""

    @cached_property
    def _starts(self) -> list[int]:
        return [row[0].start for row in self.rows]

    def mark(self, row: int, at: int) -> yaml.Mark:
        """Return the place of position `at` of the text, which is in row `row`, counted from 0."""
        return yaml.Mark(self.source.name, at, row, at - self._starts[row], None, 0)

    def span(self, row: int, column: int) -> Span:
        """Return the span of a cell, both counted from 0."""
        cell = self.rows[row][min(column, len(self.rows[row]) - 1)]
        return Span(self.source, row + 1, cell.start - self._starts[row] + 1, max(1, cell.end - cell.start))


def sheet_of(
    name: str, title: str, records: Iterable[Sequence[Cell]], remarks: Sequence[Diagnostic] = ()
) -> Sheet:
    """Return a sheet of these rows, with the place of each cell in its text."""
    lines, rows, at = [], [], 0
    for record in records:
        row = []
        for cell in record or (Cell(""),):
            shown = _BREAKS.sub("⏎", cell.text)
            row.append(Cell(cell.text, at, at + len(shown), cell.fault))
            lines.append(shown + "\t")
            at += len(shown) + 1
        lines[-1] = lines[-1][:-1] + "\n"
        rows.append(row)
    return Sheet(SheetSource(name, "".join(lines), title), rows, remarks)


_BREAKS = re.compile(r"\r\n|[\t\n\v\f\r\x85\u2028\u2029]")


def unreadable(name: str, message: str) -> ContentError:
    """Return the error for a file that is no table."""
    return ContentError.of(
        "roster.unreadable", message, where=name, help="open it in a spreadsheet program and save it as .xlsx"
    )
