"""A table of many clinics (CSV, RFC 4180) → the brand file that each of them would have.

Each row is a clinic, each column a field; the first row names the columns. A row becomes a tree like that of a
brand file whose values are at the cells, so that every later finding points into the table. A clinic that needs
more (fonts of its own, a palette, support lines of its own) needs a brand folder.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from bifolio.core.diagnostics import ContentError, Diagnostic, Source, Span, shorten, suggest
from bifolio.core.source_tree import SourceTree, Steps
from bifolio.model.base import NAME
from bifolio.model.brand.clinic import Clinic

ID = "id"
"""The column with the clinic's name in paths and on the command line."""

_SPEC_COLUMNS: dict[str, Steps] = {
    "name": ("meta", "name", "full"),
    "short_name": ("meta", "name", "short"),
    "link": ("meta", "link"),
    "color": ("color", "primary"),
    "logo": ("logo", "path"),
    "logo_alt": ("logo", "alt"),
    "font": ("typography", "base"),
    "heading_font": ("typography", "headings"),
}

COLUMNS: dict[str, Steps] = {
    **_SPEC_COLUMNS,
    **{name: ("defaults", "bifolio", name) for name in Clinic.model_fields if name != "lines"},
}
"""Where a brand file has what a column contains."""


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class _TableText:
    """The text of a table, and the line and column of each position in it."""

    source: Source

    @cached_property
    def starts(self) -> list[int]:
        return [0, *(found.end() for found in _BREAK.finditer(self.source.text))]

    def mark(self, at: int) -> yaml.Mark:
        line = bisect_right(self.starts, at) - 1
        return yaml.Mark(self.source.name, at, line, at - self.starts[line], None, 0)

    def span(self, cell: _Cell) -> Span:
        mark = self.mark(cell.start)
        lines = self.source.text[cell.start : cell.end].splitlines() or [""]
        return Span(self.source, mark.line + 1, mark.column + 1, max(1, len(lines[0])))

    def scalar(self, text: str, cell: _Cell) -> yaml.ScalarNode:
        return yaml.ScalarNode(_TEXT, text, self.mark(cell.start), self.mark(cell.end))

    def mapping(self, first: _Cell, last: _Cell) -> yaml.MappingNode:
        return yaml.MappingNode(_MAP, [], self.mark(first.start), self.mark(last.end))


_BREAK = re.compile(r"\r\n|\r|\n")
_TEXT, _MAP = "tag:yaml.org,2002:str", "tag:yaml.org,2002:map"


def read_table(source: Source) -> tuple[dict[str, SourceTree], list[Diagnostic]]:
    """Return the tree of each clinic by its name, and what is wrong with the rows that have none.

    The lines of an address are separate lines of the cell, or separated by "|". Raises ContentError if the
    table itself cannot be read: no rows, an unknown column, a quotation mark that is not closed.
    """
    table = _TableText(source)
    rows = [row for row in _rows(source) if any(cell.text.strip() for cell in row)]
    if len(rows) < 2:
        raise ContentError.of(
            "roster.empty",
            "the table has no clinics",
            Span(source, 1, 1),
            help=f"name the columns in the first row ({ID}, name, color, logo …), then add a row for each clinic",
        )
    columns = _columns(table, rows[0])
    trees: dict[str, SourceTree] = {}
    findings: list[Diagnostic] = []
    for row in rows[1:]:
        wrong = _wrong_with(table, columns, row, trees)
        findings += wrong
        if not wrong:
            trees[_text_of(row, columns.index(ID))] = _tree(table, columns, rows[0], row)
    return trees, findings


def _rows(source: Source) -> Iterator[list[_Cell]]:
    comma = max(
        ",;\t", key=source.line(1).count
    )  # spreadsheets use the one that numbers of their country do not
    cell = re.compile(rf'"((?:[^"]|"")*)"|([^{comma}\r\n]*)')
    text, at = source.text, 0
    while at < len(text):
        row = []
        while True:
            found = cell.match(text, at)
            assert found is not None, "an empty cell matches, too"
            if (found[2] or "").startswith('"'):
                raise ContentError(_stray_quote(source, at))
            content = found[2] if found[1] is None else found[1].replace('""', '"')
            row.append(_Cell(content, found.start(), found.end()))
            at = found.end()
            if text[at : at + 1] != comma:
                break
            at += 1
        if end := _BREAK.match(text, at):
            at = end.end()
        elif at < len(text):  # after a closing quotation mark
            raise ContentError(_stray_quote(source, row[-1].start))
        yield row


def _stray_quote(source: Source, at: int) -> Diagnostic:
    return Diagnostic(
        "roster.quote",
        "a quotation mark is not closed, or text follows one that is",
        source.place(at),
        help='put "…" around the whole cell, and write "" for each quotation mark in it',
    )


def _columns(table: _TableText, head: Sequence[_Cell]) -> list[str]:
    names = [cell.text.strip().lower().replace(" ", "_").replace("-", "_") for cell in head]
    known = (ID, *COLUMNS)
    wrong = [
        Diagnostic(
            "roster.unknown-column",
            f'there is no field "{shorten(cell.text)}"'
            if name not in known
            else f'two columns are called "{name}"',
            table.span(cell),
            help=suggest(name, known, "columns", limit=40) if name not in known else "remove one of them",
        )
        for position, (name, cell) in enumerate(zip(names, head, strict=True))
        if name not in known or name in names[:position]
    ]
    if ID not in names:
        wrong.append(
            Diagnostic(
                "roster.no-id",
                f'there is no column "{ID}" with the names of the clinics',
                Span(table.source, 1, 1),
                help="add it, with a name like rowan-practice in each row; it is the folder's name in output/",
            )
        )
    if wrong:
        raise ContentError(wrong)
    return names


def _wrong_with(
    table: _TableText, columns: Sequence[str], row: Sequence[_Cell], before: dict[str, SourceTree]
) -> list[Diagnostic]:
    if len(row) > len(columns):
        return [
            Diagnostic(
                "roster.too-many-cells",
                f"the row has {len(row)} cells, but there are only {len(columns)} columns",
                table.span(row[len(columns)]),
                help='put "…" around a cell that contains the separator',
            )
        ]
    at = columns.index(ID)
    name = _text_of(row, at)
    place = table.span(row[min(at, len(row) - 1)])
    if not NAME.fullmatch(name):
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        cure = "use lower-case letters, digits and hyphens" + (f": {slug}" if NAME.fullmatch(slug) else "")
        message = f'a clinic cannot be called "{shorten(name)}" here' if name else f'the cell "{ID}" is empty'
        return [Diagnostic("roster.bad-id", message, place, help=cure)]
    if name in before:
        message = f'two rows are called "{name}"'
        return [Diagnostic("roster.same-id", message, place, help="give one of them another name")]
    return []


def _text_of(row: Sequence[_Cell], at: int) -> str:
    return row[at].text.strip() if at < len(row) else ""


def _tree(
    table: _TableText, columns: Sequence[str], head: Sequence[_Cell], row: Sequence[_Cell]
) -> SourceTree:
    """Return a row as a brand file, each key at its column's name and each value at its cell."""
    value: dict[str, Any] = {}
    whole = table.mapping(row[0], row[-1])
    for name, key, cell in zip(columns, head, row, strict=False):
        if name == ID or not cell.text.strip():
            continue
        inner, node = value, whole
        *above, last = map(str, COLUMNS[name])
        for step in above:
            inner = inner.setdefault(step, {})
            node = _inner(node, step, table, key, cell)
        content: str | list[str] = cell.text.strip()
        if name == "address":
            content = [line.strip() for line in re.split(r"[\r\n|]+", cell.text) if line.strip()]
        inner[last] = content
        node.value.append((table.scalar(last, key), table.scalar(cell.text, cell)))
    return SourceTree(table.source, value, whole)


def _inner(node: yaml.MappingNode, step: str, table: _TableText, key: _Cell, cell: _Cell) -> yaml.MappingNode:
    found = next((inner for name, inner in node.value if name.value == step), None)
    if found is None:
        found = table.mapping(cell, cell)
        node.value.append((table.scalar(step, key), found))
    assert isinstance(found, yaml.MappingNode), "no column contains another"
    return found
