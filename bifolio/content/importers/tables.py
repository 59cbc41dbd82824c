"""Tables of a document → log tables; forms → lines to write on; boxes → callouts; what has no room in cells → lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bifolio.content.importers.inline import cleaned, written, written_plainly
from bifolio.content.importers.lists import title_of
from bifolio.content.importers.report import Notes
from bifolio.content.importers.structure import GAP, structured
from bifolio.content.importers.tree import (
    Cell,
    Heading,
    Inline,
    Node,
    Paragraph,
    Picture,
    Run,
    Table,
    lines_of,
    plain,
    walk,
)
from bifolio.content.importers.writing_places import fields_of, write_in

Values = dict[str, Any]

MAX_CELL = 120
MAX_COLUMNS = 12
MAX_ROWS = 200
MAX_BLANK = 40
NO_HEAD = "–"
"""What stands over a column whose head is empty."""


@dataclass(frozen=True, slots=True)
class _Square:
    """A place in the grid of a table: its words, and whether all of them are bold."""

    words: Inline = ()
    nodes: tuple[Node, ...] = ()

    @property
    def text(self) -> str:
        return written_plainly(self.words)

    @property
    def is_bold(self) -> bool:
        return all(run.bold for run in self.words if run.text.strip())


Grid = list[list[_Square]]


class TableMapper:
    """Turns tables into blocks; `blocks` turns what stands in a box into blocks."""

    def __init__(self, notes: Notes, blocks: Callable[[Iterable[Node]], list[Values]]) -> None:
        self._notes = notes
        self._inner = blocks

    def blocks(self, table: Table, label: Inline | None) -> list[Values]:
        """Return the blocks of a table; the first of them has the label for its title."""
        grid = self._grid(table)
        if not grid:
            return self._titled(label)
        width = len(grid[0])
        if width == 1:
            return [*self._titled(label), *self._boxed(grid)]
        if not table.heads and (places := _form(grid)):
            self._notes.became["tables to fill in, a label and a blank → write_in"] += len(places)
            return [*self._titled(label), *(write_in(words, 1) for words in places)]
        self._note_pictures(table)
        if len(grid) == 1 and not table.heads:
            self._notes.became["tables for layout → their cells, one after another"] += 1
            nodes = [node for square in grid[0] for node in square.nodes]
            return [*self._titled(label), *self._inner(structured(nodes, self._notes.became))]
        has_head = bool(table.heads) or _looks_like_head(grid)
        too_long = any(len(square.text) > MAX_CELL for row in grid for square in row)
        meanings = grid[has_head:] if width == 2 and all(map(_is_term, grid[has_head:])) else []
        too_long |= any(len(row[1].text) > MAX_CELL // 2 for row in meanings)
        if too_long or width > MAX_COLUMNS:
            return self._as_lists(grid, label, has_head=has_head)
        return self._log_table(grid, label)

    # -- the grid --------------------------------------------------------------------------------

    def _grid(self, table: Table) -> Grid:
        """Return the table as rows of one length; a cell that covers several squares stands in the first."""
        grid: Grid = []
        covered: dict[tuple[int, int], bool] = {}
        for y, row in enumerate(table.rows):
            line: list[_Square] = []
            for cell in row:
                while covered.pop((y, len(line)), False):
                    line.append(_Square())
                if cell.columns > 1 or cell.rows > 1:
                    self._notes.became["merged cells → a cell and empty ones"] += 1
                x = len(line)
                for below in range(1, cell.rows):
                    covered.update({(y + below, x + i): True for i in range(cell.columns)})
                line += [_square(cell), *(_Square() for _ in range(cell.columns - 1))]
            while covered.pop((y, len(line)), False):
                line.append(_Square())
            grid.append(line)
        width = max(map(len, grid), default=0)
        return [line + [_Square()] * (width - len(line)) for line in grid]

    def _note_pictures(self, table: Table) -> None:
        for node in walk((table,)):
            if isinstance(node, Picture):
                self._notes.picture(node.name, cleaned(node.alt).strip())
            elif isinstance(node, Table) and node is not table:
                self._notes.became["tables in tables → words of the cell"] += 1

    # -- boxes -----------------------------------------------------------------------------------

    def _boxed(self, grid: Grid) -> list[Values]:
        """Return the cells of one column in order: words in a box, and room to write where a cell is empty."""
        gap = Paragraph((Run("______"),))
        nodes: list[Node] = [node for (square,) in grid for node in square.nodes or (gap,)]
        found = structured(nodes, self._notes.became)
        title = ""
        if (
            len(grid) == 1
            and len(found) > 1
            and isinstance(found[0], Heading)
            and len(plain(found[0].text)) < MAX_CELL
        ):
            title = title_of(found[0].text)
        made = self._inner(found[1:] if title else found)
        if len(grid) == 1 and len(made) == 1 and "text" in made[0]:
            self._notes.became["boxes around text → callout"] += 1
            text = made[0]["text"]
            return [{"callout": {"title": title, "text": text} if title else text}]
        self._notes.became["boxes around other blocks → the blocks themselves"] += 1
        return [*([{"text": f"**{title}**"}] if title else []), *made]

    # -- tables ----------------------------------------------------------------------------------

    def _log_table(self, grid: Grid, label: Inline | None) -> list[Values]:
        head, *rows = grid
        labels = [square.text for square in head]
        if not all(_has_words(words) for words in labels):
            if sum(map(_has_words, labels)) * 2 <= len(labels) and len(labels) > 2:
                labels, rows = [""] * len(head), grid
            labels = [words if _has_words(words) else NO_HEAD for words in labels]
            self._notes.decide(
                f"a table with empty heads over its columns has “{NO_HEAD}” there: name the columns"
            )
        cells = [[_cell(square.text) for square in row] for row in rows]
        filled = [row for row in cells if any(row)]
        blank = len(cells) - len(filled)
        if not cells:
            return [{"bullets": self._with_title(label, [words for words in labels if words != NO_HEAD])}]
        self._notes.became["tables → log_table"] += 1
        if blank > MAX_BLANK:
            self._notes.left_out_counts["empty rows of a table beyond 40"] += blank - MAX_BLANK
        made: list[Values] = []
        for start in range(0, max(1, len(filled)), MAX_ROWS):
            fields: Values = {"title": title_of(label)} if label and not made else {}
            part = filled[start : start + MAX_ROWS]
            made.append({"log_table": {**fields, "columns": labels, **({"rows": part} if part else {})}})
        if blank:
            made[-1]["log_table"]["blank"] = min(MAX_BLANK, blank)
        return made

    def _as_lists(self, grid: Grid, label: Inline | None, *, has_head: bool) -> list[Values]:
        """Return a table whose cells hold too much as a list for each row, or as terms and meanings."""
        head = grid[0] if has_head else None
        rows = [row for row in grid[has_head:] if any(square.text for square in row)]
        if len(grid[0]) == 2 and all(_is_term(row) for row in rows) and rows:
            self._notes.became["tables with long cells → glossary"] += 1
            named = " – ".join(square.text for square in head if square.text) if head else ""
            title = title_of(label) if label else named
            made = self._titled((Run(named, bold=True),)) if label and named else []
            terms = [{"term": row[0].text, "meaning": self._text(row[1].words)} for row in rows]
            if len(title) > MAX_CELL:
                return [*self._titled(label), {"glossary": terms}]
            return [*made, {"glossary": {"title": title, "terms": terms} if title else terms}]
        self._notes.became["tables with long cells → a list for each row"] += 1
        made = self._titled(label)
        for row in rows:
            items = [
                self._named(square, head[x] if head else None) for x, square in enumerate(row) if square.text
            ]
            first = row[0]
            if first.text and len(first.text) <= 80 and len(items) > 1 and (head is None or not head[0].text):
                made.append({"bullets": {"title": first.text, "items": items[1:]}})
            else:
                made.append({"bullets": items})
        if head is not None and not rows:
            made.append({"bullets": [square.text for square in head if square.text]})
        elif head is not None:
            silent = [h.text for x, h in enumerate(head) if h.text and not any(row[x].text for row in rows)]
            if silent:
                made.append({"bullets": silent})
        return made

    def _named(self, square: _Square, head: _Square | None) -> str:
        words = self._text(square.words)
        if head is None or not head.text:
            return words
        name = head.text.removesuffix(":")
        return f"**{name}:** {words}"

    def _text(self, words: Inline) -> str:
        return written(words, self._notes.bad_link)

    def _titled(self, label: Inline | None) -> list[Values]:
        if not label:
            return []
        return [{"text": self._text(tuple(Run(run.text, bold=True, link=run.link) for run in label))}]

    @staticmethod
    def _with_title(label: Inline | None, items: list[str]) -> Any:
        return {"title": title_of(label), "items": items} if label else items


def _square(cell: Cell) -> _Square:
    runs: list[Run] = []
    for line in lines_of(cell.nodes):
        if runs:
            ends = plain(tuple(runs)).rstrip()[-1:]
            runs.append(Run(" " if ends in ".,;:?!" else "; "))
        runs += line
    words = tuple(runs)
    return _Square(words, cell.nodes) if plain(words).strip() else _Square((), cell.nodes)


def _cell(text: str) -> str:
    """Return the words of a cell, or none where there is only a row of dots to write on."""
    bare = GAP.sub("", text.replace("\\_", "_"))
    return text if _has_words(bare) or any(sign in text for sign in "☐☑☒✓") else ""


def _has_words(text: str) -> bool:
    return any(sign.isalnum() for sign in text)


def _form(grid: Grid) -> list[Inline]:
    """Return the labels of a table in which each label has an empty cell after it; none where it is not one."""
    labels: list[Inline] = []
    for row in grid:
        rest = [*row]
        while rest:
            label, *rest = rest
            if not _has_words(label.text):
                if _cell(label.text):
                    return []
                continue
            if not rest or _cell(rest[0].text):
                return []
            named = fields_of(label.words) or [label.words]
            labels += named
            rest = rest[1:]
    is_head_over_blanks = len(grid) > 1 and all(_has_words(square.text) for square in grid[0])
    all_short = all(len(written_plainly(label)) <= MAX_CELL for label in labels)
    # A row of labels for rows of blanks is a table, and so is one label a row before three blanks.
    blanks = sum(1 for row in grid for square in row if not _has_words(square.text))
    return labels if labels and not is_head_over_blanks and all_short and blanks <= 2 * len(labels) else []


def _is_term(row: list[_Square]) -> bool:
    return _has_words(row[0].text) and len(row[0].text) <= MAX_CELL and _has_words(row[1].text)


def _looks_like_head(grid: Grid) -> bool:
    head, *rows = grid
    return (
        bool(rows)
        and all(len(s.text) <= 60 for s in head)
        and any(s.text for s in head)
        and all(square.is_bold for square in head)
    )
