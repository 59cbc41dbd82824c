"""Structure that an author only typed or set → structure that is said: lists made with signs, headings made with bold.

Works on the tree of any reader, and changes no words but the signs that stand for structure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from bifolio.content.importers.tree import (
    Cell,
    Heading,
    Inline,
    Item,
    Listing,
    Node,
    Note,
    Paragraph,
    Run,
    Table,
    plain,
    trimmed,
    walk,
)

BOXES = "☐□❏❑▢◻⬜☑☒✓✔✗✘"
TICKED = frozenset("☑☒✓✔✗✘")
_BOX = re.compile(rf"[{BOXES}]|\[[ xX]?\](?=\s|$)")
_BULLET = re.compile(r"(?:[•·▪▫◦‣⁃●○■➢➤►]\s*|[-–—*o]\s+)(?=\S)")
_NUMBER = re.compile(r"\(?(\d{1,2})[.)][ \t]+(?=\S)")
GAP = re.compile(r"(?:_[ ]?){3,}|\.{6,}|(?:…[ ]?){3,}|(?:\.[ ]){5,}\.?")
"""A place to write on, as it is typed: a row of underscores or of dots."""

MAX_BOLD_HEADING = 80


def structured(nodes: Iterable[Node], became: Counter[str]) -> tuple[Node, ...]:
    """Return nodes with the structure that they only show; count in `became` what was found."""
    whole = tuple(nodes)
    deepest = max((n.level for n in walk(whole) if isinstance(n, Heading)), default=1)
    return _Structure(became, min(6, max(2, deepest + 1))).of(whole, is_top=True)


class _Structure:
    def __init__(self, became: Counter[str], bold_level: int) -> None:
        self._became = became
        self._bold_level = bold_level
        """The level of headings that are made with bold: below those that are headings."""

    def of(self, nodes: Iterable[Node], *, is_top: bool = False) -> tuple[Node, ...]:
        lines = [line for node in nodes for line in self._lines(node)]
        if is_top:
            lines = list(self._bold_headings(lines))
        lines = list(self._tab_tables(lines))
        return tuple(self._lists(lines))

    # -- lines -----------------------------------------------------------------------------------

    def _lines(self, node: Node) -> Iterator[Node]:
        """Yield a paragraph with line breaks line by line, and look into what holds other nodes."""
        if isinstance(node, Paragraph):
            for line in split(node.text, "\n"):
                text = _without_outer_tabs(line)
                if text:
                    yield Paragraph(text, node.role)
        elif isinstance(node, Heading):
            text = trimmed(_spaced(run) for run in node.text)
            if text:
                yield replace(node, text=text)
        elif isinstance(node, Listing):
            yield replace(node, items=tuple(replace(i, nodes=self.of(i.nodes)) for i in node.items))
        elif isinstance(node, Table):
            yield replace(node, rows=tuple(tuple(map(self._cell, row)) for row in node.rows))
        elif isinstance(node, Note):
            yield replace(node, nodes=self.of(node.nodes))
        else:
            yield node

    def _cell(self, cell: Cell) -> Cell:
        # Lists and boxes in a cell stay words: only a whole table of one cell is looked into.
        return replace(cell, nodes=tuple(line for node in cell.nodes for line in self._lines(node)))

    # -- headings --------------------------------------------------------------------------------

    def _bold_headings(self, nodes: list[Node]) -> Iterator[Node]:
        for position, node in enumerate(nodes):
            following = nodes[position + 1] if position + 1 < len(nodes) else None
            if isinstance(node, Paragraph) and self._is_bold_heading(node, following):
                self._became["headings that were only bold"] += 1
                yield Heading(self._bold_level, tuple(replace(run, bold=False) for run in node.text))
            else:
                yield node

    @staticmethod
    def _is_bold_heading(node: Paragraph, following: Node | None) -> bool:
        words = plain(node.text).strip()
        if node.role or following is None or isinstance(following, Heading) or not words:
            return False
        is_bold = all(run.bold for run in node.text if run.text.strip())
        if isinstance(following, Paragraph) and all(r.bold for r in following.text if r.text.strip()):
            return False  # several bold lines: a box, or an address
        has_signs = GAP.search(words) or _BOX.match(words) or _BULLET.match(words) or "\t" in words
        return is_bold and not has_signs and len(words) <= MAX_BOLD_HEADING and words[-1] not in ".!,;"

    # -- tabs ------------------------------------------------------------------------------------

    def _tab_tables(self, nodes: list[Node]) -> Iterator[Node]:
        """Yield lines that tabs part alike, two or more of them, as a table."""

        def columns(node: Node) -> int:
            if not isinstance(node, Paragraph) or node.role == "code":
                return 0
            words = plain(node.text)
            starts_item = (
                _BULLET.match(words) or _NUMBER.match(words) or _BOX.match(words) or GAP.search(words)
            )
            return 0 if starts_item else len(_cells(node.text)) - 1

        for count, group in groupby(nodes, columns):
            lines = list(group)
            if count and len(lines) > 1:
                self._became["tables that were set with tabs"] += 1
                yield Table(
                    tuple(
                        tuple(Cell((Paragraph(c),) if c else ()) for c in _cells(line.text))
                        for line in lines
                        if isinstance(line, Paragraph)
                    )
                )
            else:
                yield from lines

    # -- lists -----------------------------------------------------------------------------------

    def _lists(self, nodes: list[Node]) -> Iterator[Node]:
        position = 0
        while position < len(nodes):
            for find in (self._boxes, self._numbers, self._bullets):
                made, used = find(since(nodes, position))
                if used:
                    yield from made
                    position += used
                    break
            else:
                yield self._ticked(nodes[position])
                position += 1

    @staticmethod
    def _ticked(node: Node) -> Node:
        """Return a list whose items all begin with a box as one of items to tick."""
        if not isinstance(node, Listing):
            return node
        items = []
        for item in node.items:
            first = item.nodes[0] if item.nodes else None
            inner = first.items if isinstance(first, Listing) else ()
            if len(inner) == 1 and inner[0].ticked is not None:  # a box that was found in the item
                items.append(Item((*inner[0].nodes, *item.nodes[1:]), inner[0].ticked))
            else:
                items.append(item)
        return replace(node, items=tuple(items))

    def _boxes(self, nodes: Iterable[Node]) -> tuple[list[Node], int]:
        items: list[Item] = []
        used = 0
        for node in nodes:
            if not isinstance(node, Paragraph) or not _BOX.match(plain(node.text)):
                break
            used += 1
            for sign, words in boxed(node.text):
                items.append(Item((Paragraph(words),) if words else (), _is_ticked(sign)))
        if not items:
            return [], 0
        self._became["lists of boxes that were typed"] += 1
        return [Listing(tuple(items))], used

    def _numbers(self, nodes: Iterable[Node]) -> tuple[list[Node], int]:
        return self._typed(nodes, _NUMBER, lambda found, so_far: int(found[1]) == so_far + 1)

    def _bullets(self, nodes: Iterable[Node]) -> tuple[list[Node], int]:
        return self._typed(nodes, _BULLET, lambda _found, _so_far: True)

    def _typed(
        self, nodes: Iterable[Node], sign: re.Pattern[str], goes_on: Callable[[re.Match[str], int], bool]
    ) -> tuple[list[Node], int]:
        items: list[Item] = []
        for node in nodes:
            found = sign.match(plain(node.text)) if isinstance(node, Paragraph) and not node.role else None
            if found is None or not goes_on(found, len(items)):
                break
            assert isinstance(node, Paragraph)
            rest = without_start(node.text, found.end())
            boxes, _ = self._boxes([Paragraph(rest)])
            items.append(Item((*(boxes or [Paragraph(rest)]),)))
        is_ordered = sign is _NUMBER
        if len(items) < (2 if is_ordered else 1):
            return [], 0
        self._became["lists that were typed"] += 1
        return [Listing(tuple(items), is_ordered)], len(items)


def since(nodes: list[Node], position: int) -> Iterator[Node]:
    """Yield nodes from a position, without a copy of all that follow."""
    return (nodes[at] for at in range(position, len(nodes)))


def boxed(text: Inline) -> list[tuple[str, Inline]]:
    """Split words at each box; the first may stand before any box and has the sign ""."""
    words = plain(text)
    boxes = [*_BOX.finditer(words)]
    starts = [*(box.start() for box in boxes), len(words)]
    pieces = [("", 0, starts[0])]
    pieces += [(box.group(), box.end(), end) for box, end in zip(boxes, starts[1:], strict=True)]
    parts = [(sign, trimmed(_spaced(run) for run in cut(text, start, end))) for sign, start, end in pieces]
    if not parts[0][1]:
        del parts[0]
    return parts


def _is_ticked(sign: str) -> bool:
    return sign in TICKED or sign.lower() == "[x]"


def split(text: Inline, sign: str) -> list[Inline]:
    """Split words at each `sign`."""
    parts: list[list[Run]] = [[]]
    for run in text:
        first, *others = run.text.split(sign)
        parts[-1].append(replace(run, text=first))
        parts += [[replace(run, text=other)] for other in others]
    return [tuple(run for run in part if run.text) for part in parts]


def cut(text: Inline, start: int, end: int) -> Inline:
    """Return the letters from `start` to `end`, each in its look."""
    runs, at = [], 0
    for run in text:
        piece = run.text[max(0, start - at) : max(0, end - at)]
        if piece:
            runs.append(replace(run, text=piece))
        at += len(run.text)
    return tuple(runs)


def without_start(text: Inline, count: int) -> Inline:
    """Return words without their first letters."""
    return trimmed(cut(text, count, len(plain(text))))


def _cells(text: Inline) -> list[Inline]:
    """Return what stands between the tabs; several tabs in a row are one, as they only reach farther."""
    cells = [trimmed(part) for part in split(text, "\t")]
    return [cell for cell in cells if cell] if len(cells) > 1 else cells


def _without_outer_tabs(text: Inline) -> Inline:
    """Return a line without tabs before it; those at its end, which draw a line to write on, become one."""
    words = plain(text)
    start = len(words) - len(words.lstrip("\t "))
    body = words.rstrip("\t ")
    line = trimmed(cut(text, start, len(body)))
    ends_open = "\t" in words[len(body) :] and body.endswith(":")
    return (*line, Run(" ______")) if line and ends_open else line


def _spaced(run: Run) -> Run:
    return replace(run, text=run.text.replace("\t", " ").replace("\n", " "))
