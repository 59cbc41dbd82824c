"""An `.xlsx` or `.xlsm` workbook (ECMA-376) → the cells of its first sheet. Formulas and macros are never run.

A stranger's workbook may unpack to anything, and a sheet has 17 billion cells. So what is unpacked is bounded before
anything of it is, and cells are read one row after another.
"""

from __future__ import annotations

import datetime
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import islice
from typing import Any

from bifolio.branding.cells import TYPE_AGAIN, Cell, number, typed
from bifolio.branding.sheet import MAX_BYTES, Sheet, sheet_of, unreadable
from bifolio.core.diagnostics import ContentError, Diagnostic, Severity, shorten

_MAX_CELLS, _MAX_ROWS = 300_000, 100_000
"""Of all sheets of a workbook, and down to the last row that says something. Empty cells count, empty rows do not."""

_LAST_ROW = 1_048_576
"""Of a sheet in Excel."""


def read_workbook(raw: bytes, name: str) -> Sheet:
    """Return the first sheet of a workbook. Raises ContentError where it cannot be read."""
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise unreadable(name, "the workbook is damaged") from error
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise unreadable(name, "the file is not an .xlsx workbook")
    # Nothing unpacks to more than it says here, or it is damaged: zipfile reads no further.
    size = sum(member.file_size for member in members if not member.filename.startswith("xl/media/"))
    if size > MAX_BYTES:
        raise ContentError.of(
            "roster.too-large",
            f"unpacked, the workbook has {size:,} bytes; at most {MAX_BYTES:,} are read",
            where=name,
            help="copy the rows of the clinics, and nothing else, into a new workbook: "
            "rows below a table may be empty and yet kept",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts of a workbook that are not read
            return _first_sheet(raw, name)
    except ContentError:
        raise
    except Exception as error:  # a stranger's file can make the reader fail in any way
        raise unreadable(
            name, "the workbook cannot be read: it is damaged, or not as Excel writes it"
        ) from error


def _first_sheet(raw: bytes, name: str) -> Sheet:
    """Return the first sheet that is not hidden and has something in it."""
    from openpyxl import load_workbook  # 0.4 s to import; CSV needs none of it

    book = load_workbook(BytesIO(raw), read_only=True, keep_links=False)
    shown = (sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
    budget = _Budget(name)
    filled = [(sheet, rows) for sheet in shown if (rows := [*_rows(sheet, budget)])]
    if not filled:
        return sheet_of(name, "", ())
    (first, rows), *others = filled
    if any(cell.fault == _NO_RESULT for _, row in rows for cell in row):
        results = load_workbook(BytesIO(raw), read_only=True, keep_links=False, data_only=True)
        found = dict(_rows(results[first.title], _Budget(name)))
        rows = [(at, [_result(cell, found.get(at, ()), n) for n, cell in enumerate(row)]) for at, row in rows]
    records: list[Sequence[Cell]] = [()] * (rows[-1][0] + 1)
    for at, row in rows:
        records[at] = row
    remarks = [
        Diagnostic(
            "roster.other-sheet",
            f'only the first sheet, "{shorten(first.title)}", is read, not "{shorten(sheet.title)}"',
            help="move the sheet of the clinics to the front, or save it as a workbook of its own",
            severity=Severity.WARNING,
            where=name,
        )
        for sheet, _ in others
    ]
    return sheet_of(name, first.title, records, remarks)


class _Budget:
    """How many more cells of a workbook are looked at."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.left = _MAX_CELLS

    def spend(self, cells: int) -> None:
        self.left -= cells
        if self.left < 0:
            raise self.exceeded(f"the workbook has more than {_MAX_CELLS:,} cells, most of them empty")

    def exceeded(self, message: str) -> ContentError:
        cure = "copy the rows of the clinics, and nothing else, into a new workbook"
        return ContentError.of("roster.too-large", message, where=self.name, help=cure)


def _rows(sheet: Any, budget: _Budget) -> Iterator[tuple[int, list[Cell]]]:
    """Yield the rows of a sheet that are not empty, each with its number, counted from 0."""
    sheet.reset_dimensions()  # what a workbook says of them may be wrong, and cells would be lost
    for at, cells in enumerate(islice(sheet.iter_rows(), _LAST_ROW)):
        budget.spend(len(cells))
        row = [_shown(cell) for cell in cells]
        while row and not row[-1].words:
            row.pop()
        if row and at >= _MAX_ROWS:
            words = shorten(row[-1].words, 40)
            raise budget.exceeded(f'"{words}" stands in row {at + 1:,}; at most {_MAX_ROWS:,} are read')
        if row:
            yield at, row


def _result(cell: Cell, results: Sequence[Cell], at: int) -> Cell:
    """Return what the program last worked out for a formula; it may have kept nothing."""
    if cell.fault != _NO_RESULT or at >= len(results) or not results[at].text:
        return cell
    return results[at]


_NO_RESULT = (
    "the cell holds a formula, and the workbook does not say what comes of it",
    "save it once in a spreadsheet program, or type the words themselves into the cell",
)


def _shown(cell: Any) -> Cell:
    """Return a cell of a workbook as its program shows it, and saves it as CSV."""
    value = cell.value
    if value is None:
        return Cell("")
    if cell.data_type == "f":
        return Cell("=", fault=_NO_RESULT)
    if isinstance(value, bool):
        return Cell(str(value).upper())
    if isinstance(value, (int, float)):
        return number(value, cell.number_format)
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time, datetime.timedelta)):
        return typed(str(value), ("the cell is a date or a time to the spreadsheet program", TYPE_AGAIN))
    return typed(str(value))
