"""A table of many clinics → the brand file that each of them would have.

Each row is a clinic, each column a field; the first row of two names or more that are known says which. A row becomes
a tree like that of a brand file whose values are at the cells, so that every later finding points into the table. A
clinic that needs more (fonts of its own, a palette, support lines of its own) needs a brand folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NamedTuple

import yaml

from bifolio.branding.cells import Cell
from bifolio.branding.columns import COLUMNS, COUNTY, ID, JOINED_BY, LAST_LINE, LISTS, NAMES, plain
from bifolio.branding.sheet import Sheet
from bifolio.branding.spreadsheet import read_sheet
from bifolio.core.diagnostics import ContentError, Diagnostic, Severity, Span, shorten
from bifolio.core.source_tree import SourceTree
from bifolio.model.base import id_fault, id_from


class Table(NamedTuple):
    """What a table says of its clinics."""

    trees: dict[str, SourceTree]
    """The tree of each clinic that has one, by its id."""
    findings: list[Diagnostic]
    """What is wrong with the rows that have none, and, as warnings, what is not read."""


def read_table(raw: bytes, name: str) -> Table:
    """Read a table as a spreadsheet program saves it; `name` is that of the file in findings.

    Raises ContentError if the table itself cannot be read: no rows, no column of names, a file of another sort.
    """
    sheet = read_sheet(raw, name)
    filled = [at for at, row in enumerate(sheet.rows) if any(cell.words for cell in row)]
    head = next((at for at in filled[:_MOST_ABOVE] if _is_head(sheet.rows[at])), filled[0] if filled else 0)
    below = [at for at in filled if at > head]
    if not below:
        raise ContentError.of(
            "roster.empty",
            "the table has no clinics",
            sheet.span(head, 0) if filled else None,
            help="name the columns in the first row (name, color, logo …), then add a row for each clinic",
            where=None if filled else name,
        )
    if not _is_head(sheet.rows[head]) and _is_head([sheet.rows[at][0] for at in filled]):
        raise ContentError.of(
            "roster.transposed",
            "the clinics of the table stand beside each other",
            sheet.span(head, 0),
            help="give each a row of its own: copy the table, then Paste Special, Transpose",
        )
    columns, findings = _columns(sheet, head, below)
    above = [
        _warning(
            "roster.above-head",
            f'"{shorten(_first(sheet.rows[at]).words, 40)}" is above the names of the columns, and is not read',
            sheet.span(at, sheet.rows[at].index(_first(sheet.rows[at]))),
            "nothing needs to be done; remove the row if you like",
        )
        for at in filled
        if at < head
    ]
    reader = _Rows(sheet, head, columns)
    trees: dict[str, SourceTree] = {}
    for at in below:
        if note := reader.note_in(at):
            findings.append(note)
            continue
        brand_id, wrong = reader.id_of(at, trees)
        wrong += reader.wrong_with(at)
        findings += wrong
        if not wrong:
            trees[brand_id] = reader.tree(at)
    return Table(trees, [*sheet.remarks, *above, *findings])


_MOST_ABOVE = 12
"""The rows among which the one with the names of the columns is looked for."""


def _first(row: Sequence[Cell]) -> Cell:
    return next(cell for cell in row if cell.words)


def _is_head(row: Sequence[Cell]) -> bool:
    return sum(plain(cell.text) in NAMES for cell in row) > 1


def _warning(code: str, message: str, span: Span | None, cure: str) -> Diagnostic:
    return Diagnostic(code, message, span, cure, Severity.WARNING)


# -- the names of the columns --------------------------------------------------------------------


def _columns(sheet: Sheet, head: int, below: Sequence[int]) -> tuple[list[str | None], list[Diagnostic]]:
    """Return the field of each column, None for one that is not read, and warnings about those that hold something."""
    row = sheet.rows[head]
    if len(_words := [cell for cell in row if cell.words]) == 1 and re.search(r"[,;\t|]", _words[0].text):
        raise ContentError.of(
            "roster.one-column",
            "each row of the table stands in one cell",
            sheet.span(head, row.index(_words[0])),
            help="split them in the spreadsheet program: Data, Text to Columns",
        )
    width = max(len(sheet.rows[at]) for at in (head, *below))
    names = [NAMES.get(plain(row[at].text)) if at < len(row) else None for at in range(width)]
    wrong: list[Diagnostic] = []
    unread: list[Diagnostic] = []
    for at, name in enumerate(names):
        words = row[at].words if at < len(row) else ""
        if name and name in names[:at] and not _may_repeat(name):
            message = f'two columns say the "{name}" of a clinic'
            wrong.append(
                Diagnostic("roster.same-column", message, sheet.span(head, at), help="remove one of them")
            )
        if name or not words or not any(_holds(sheet, n, at) for n in below):
            continue
        if near := _mistyped(plain(words)):
            message = f'there is no column "{shorten(words)}"'
            cure = f'did you mean "{near}"? if not, give it a name that is less like it'
            wrong.append(Diagnostic("roster.unknown-column", message, sheet.span(head, at), help=cure))
        else:
            cure = f"nothing needs to be done, unless it is one of these: {', '.join((ID, *COLUMNS))}"
            message = f'the column "{shorten(words)}" is not used'
            unread.append(_warning("roster.unused-column", message, sheet.span(head, at), cure))
    if not {ID, "name", "short_name"} & set(names):
        message = "there is no column with the names of the clinics"
        cure = f'call it "name" in row {head + 1}; the other columns: {", ".join(COLUMNS)}'
        wrong.append(Diagnostic("roster.no-name", message, sheet.span(head, 0), help=cure))
    if wrong:
        raise ContentError(wrong)
    return names, unread


def _mistyped(words: str) -> str | None:
    """Return the name of a column that may be meant: for "phnoe", but not for "practice manager"."""
    near = get_close_matches(words, [name for name in NAMES if abs(len(name) - len(words)) < 3], 1, 0.8)
    return near[0] if near else None


def _holds(sheet: Sheet, row: int, column: int) -> bool:
    return column < len(sheet.rows[row]) and bool(sheet.rows[row][column].words)


NOTHING = re.compile(r"n/?a|[-–—/]+|none|nil|keine?|\.", re.IGNORECASE)
"""What people write into a cell that has nothing to say."""

_SUM = re.compile(
    r"(?:grand )?(?:total|sum|count|average)\b[\s:\d.,]*|(?:last |page )?(?:updated|printed)\b.*|(?:notes?|source):.*",
    re.IGNORECASE | re.DOTALL,
)
"""What stands below a table and is no clinic."""


def _may_repeat(name: str) -> bool:
    return name in LISTS or name in LAST_LINE


def _id_for(words: str) -> str:
    """Return an id made of a clinic's name, which may be long, or begin with a number."""
    name = id_from(words)
    return (f"clinic-{name}" if name[:1].isdecimal() else name)[:60].rstrip("-")


# -- rows ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rows:
    """The rows of a sheet that are clinics."""

    sheet: Sheet
    head: int
    columns: Sequence[str | None]

    def cells(self, at: int) -> Iterator[tuple[int, str, Cell]]:
        """Yield the cells of a row that say something: the number of the column, its field, the cell."""
        for number, (name, cell) in enumerate(zip(self.columns, self.sheet.rows[at], strict=False)):
            if name and cell.words and not NOTHING.fullmatch(cell.words):
                yield number, name, cell

    def note_in(self, at: int) -> Diagnostic | None:
        """Return a warning for a row that is no clinic: a note below the others, their sum, the heads once more."""
        row, heads = self.sheet.rows[at], self.sheet.rows[self.head]
        filled = [number for number, cell in enumerate(row) if cell.words]
        words, span = row[filled[0]].words, self.sheet.span(at, filled[0])
        cure = "if it is a clinic, put it beside the others and fill its cells"
        if all(
            number < len(heads) and plain(row[number].text) == plain(heads[number].text) for number in filled
        ):
            message = "the names of the columns stand here once more, and are not read"
            return _warning("roster.note", message, span, cure)
        is_alone = len(filled) == 1 and len([*filter(None, self.columns)]) > 1
        if (is_alone and self._is_below_all(at)) or (len(filled) < 3 and _SUM.fullmatch(words)):
            message = f'"{shorten(words, 40)}" stands apart from the clinics, and is not read'
            return _warning("roster.note", message, span, cure)
        return None

    def _is_below_all(self, at: int) -> bool:
        """Tell whether a row is set off by an empty one from all rows that say more."""
        rows = self.sheet.rows
        return not any(cell.words for cell in rows[at - 1]) and all(
            sum(bool(cell.words) for cell in below) < 3 for below in rows[at + 1 :]
        )

    def id_of(self, at: int, before: dict[str, SourceTree]) -> tuple[str, list[Diagnostic]]:
        """Return the id of a row, made of the clinic's name where there is no column of ids, and what is wrong."""
        own = ID in self.columns
        told = {name: (number, cell.words) for number, name, cell in reversed([*self.cells(at)])}
        number, words = next(
            (told[name] for name in ((ID,) if own else ("name", "short_name")) if name in told), (0, "")
        )
        column = self.columns.index(ID) if own else number
        span = self.sheet.span(at, column)
        if number in {place for place, _, cell in self.cells(at) if cell.fault}:
            return "", []
        if not words:
            what = f'the cell "{ID}" is empty' if own else "the row has no name"
            cure = "fill it, or empty the whole row"
            return "", [Diagnostic("roster.bad-id", what, span, help=cure)]
        name = words if own else _id_for(words)
        if fault := id_fault(name):
            message = f'a clinic cannot be called "{shorten(words)}" here'
            cure = (
                fault
                if own
                else f'add a column "{ID}" with a short name for each clinic, such as rowan-practice'
            )
            return "", [Diagnostic("roster.bad-id", message, span, help=cure)]
        if name in before:
            cure = "give one of them another name" if own else f'add a column "{ID}" with a name for each row'
            return "", [Diagnostic("roster.same-id", f'two rows are called "{name}"', span, help=cure)]
        return name, []

    def wrong_with(self, at: int) -> list[Diagnostic]:
        """Find cells of which a spreadsheet program has changed the words, and the first that is in no column."""
        row, names = self.sheet.rows[at], self.sheet.rows[self.head]
        lost = [
            number
            for number, cell in enumerate(row)
            if cell.words and not (number < len(names) and names[number].words)
        ]
        stray = [
            Diagnostic(
                "roster.no-head",
                f'"{shorten(row[number].words)}" stands in a column without a name',
                self.sheet.span(at, number),
                help=f"name the column in row {self.head + 1}, or put the words into the one that they belong to; "
                'in CSV, put "…" around a cell that contains the separator',
            )
            for number in lost[:1]
        ]
        return stray + [
            Diagnostic("roster.mangled", cell.fault[0], self.sheet.span(at, number), help=cell.fault[1])
            for number, _, cell in self.cells(at)
            if cell.fault
        ]

    def tree(self, at: int) -> SourceTree:
        """Return a row as a brand file, each key at its column's name and each value at its cell."""
        value: dict[str, Any] = {}
        row = self.sheet.rows[at]
        whole = self._mapping(at, row[0], row[-1])
        for name, cells in self._fields(at).items():
            number = next(iter(cells))
            key = self._scalar(self.head, self.sheet.rows[self.head][number])
            inner, node = value, whole
            *above, last = map(str, COLUMNS[name])
            for step in above:
                inner = inner.setdefault(step, {})
                node = self._inner(node, step, at, key, row[number])
            lines = [line for lines in cells.values() for line in lines]
            inner[last] = lines if name in LISTS else JOINED_BY.get(name, " ").join(lines)
            key = yaml.ScalarNode(_TEXT, last, key.start_mark, key.end_mark)
            node.value.append(
                (key, self._scalar(at, row[number]) if len(cells) == 1 else self._list(at, cells))
            )
        return SourceTree(self.sheet.source, value, whole)

    def _fields(self, at: int) -> dict[str, dict[int, list[str]]]:
        """Return the lines that a row says of each field, by the number of their column."""
        found: dict[str, dict[int, list[str]]] = {}
        place, first = "", None
        for number, name, cell in self.cells(at):
            if name in LAST_LINE:
                place += (", " if name == COUNTY else " ") * bool(place) + " ".join(cell.text.split())
                first = number if first is None else first
            elif name != ID:
                pattern = r"[\r\n\v|]+" if name in LISTS else r"[\r\n\v]+"
                lines = [line.strip() for line in re.split(pattern, cell.text) if line.strip()]
                found.setdefault(name, {})[number] = lines
        if first is not None:
            found.setdefault("address", {})[first] = [place]
        return found

    def _scalar(self, at: int, cell: Cell) -> yaml.ScalarNode:
        return yaml.ScalarNode(
            _TEXT, cell.text, self.sheet.mark(at, cell.start), self.sheet.mark(at, cell.end)
        )

    def _mapping(self, at: int, first: Cell, last: Cell) -> yaml.MappingNode:
        return yaml.MappingNode(_MAP, [], self.sheet.mark(at, first.start), self.sheet.mark(at, last.end))

    def _list(self, at: int, cells: dict[int, list[str]]) -> yaml.SequenceNode:
        row = self.sheet.rows[at]
        items = [self._scalar(at, row[number]) for number, lines in cells.items() for _ in lines]
        return yaml.SequenceNode(_LIST, items, items[0].start_mark, items[-1].end_mark)

    def _inner(
        self, node: yaml.MappingNode, step: str, at: int, key: yaml.ScalarNode, cell: Cell
    ) -> yaml.MappingNode:
        found = next((inner for name, inner in node.value if name.value == step), None)
        if found is None:
            found = self._mapping(at, cell, cell)
            node.value.append((yaml.ScalarNode(_TEXT, step, key.start_mark, key.end_mark), found))
        assert isinstance(found, yaml.MappingNode), "no column contains another"
        return found


_TEXT, _MAP, _LIST = (f"tag:yaml.org,2002:{sort}" for sort in ("str", "map", "seq"))
