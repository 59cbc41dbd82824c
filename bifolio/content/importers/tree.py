"""The structure of a document that is imported: what every reader makes, and all that the mapper looks at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Run:
    r"""Words in one look. A line break is "\n", a tab stop "\t"."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str = ""


Inline = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` 0 is the title of the whole document."""

    level: int
    text: Inline


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph. `role` is "", "subtitle", "quote" or "code"."""

    text: Inline
    role: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list; `ticked` is None for one without a box."""

    nodes: tuple[Node, ...]
    ticked: bool | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list with bullets or with numbers; `start` is its first number."""

    items: tuple[Item, ...]
    is_ordered: bool = False
    start: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table, and how many columns and rows it covers."""

    nodes: tuple[Node, ...]
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table, row by row; the first `heads` rows are marked as its head."""

    rows: tuple[tuple[Cell, ...], ...]
    heads: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, of which only its name and its alternative text are read."""

    name: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """A page break, or a rule across the page."""

    is_page: bool


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote; the text refers to it as "[mark]"."""

    mark: str
    nodes: tuple[Node, ...]


Node = Heading | Paragraph | Listing | Table | Picture | Break | Note


@dataclass(slots=True)
class Document:
    """What a reader found in a file."""

    nodes: tuple[Node, ...] = ()
    title: str = ""
    """The title in the properties of the file, which need not stand in the text."""
    language: str = ""
    left_out: list[str] = field(default_factory=list)
    """What the reader found and the tree cannot hold, a sentence each, with its words."""
    became: Counter[str] = field(default_factory=Counter)
    """What the reader itself put elsewhere, and how often."""
    words: str = ""
    """All words of the file, taken another way than the tree, to tell what a reader missed."""


def plain(text: Inline) -> str:
    """Return words without their look."""
    return "".join(run.text for run in text)


def inside(node: Node) -> tuple[tuple[Node, ...], ...]:
    """Return the groups of nodes that a node holds."""
    if isinstance(node, Listing):
        return tuple(item.nodes for item in node.items)
    if isinstance(node, Table):
        return tuple(cell.nodes for row in node.rows for cell in row)
    return (node.nodes,) if isinstance(node, Note) else ()


def walk(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Yield all nodes in reading order."""
    for node in nodes:
        yield node
        for group in inside(node):
            yield from walk(group)


def lines_of(nodes: tuple[Node, ...]) -> list[Inline]:
    """Return all words in nodes, a paragraph each."""
    return [node.text for node in walk(nodes) if isinstance(node, (Heading, Paragraph))]


def trimmed(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Join runs of one look, with no space at the ends or beside another space."""
    joined: list[Run] = []
    for run in runs:
        text = run.text
        if (joined and joined[-1].text[-1:] in {" ", "\n"}) or not joined:
            text = text.lstrip(" ")
        if text.startswith("\n") and joined:
            joined[-1] = Run(joined[-1].text.rstrip(" "), *_look_of(joined[-1]))
        if not text:
            continue
        if joined and _look_of(joined[-1]) == _look_of(run):
            joined[-1] = Run(joined[-1].text + text, *_look_of(run))
        else:
            joined.append(Run(text, *_look_of(run)))
    while joined and not joined[-1].text.rstrip(" \n"):
        joined.pop()
    if joined:
        joined[-1] = Run(joined[-1].text.rstrip(" \n"), *_look_of(joined[-1]))
    while joined and not joined[0].text.lstrip(" \n"):
        joined.pop(0)
    if joined:
        joined[0] = Run(joined[0].text.lstrip(" \n"), *_look_of(joined[0]))
    return tuple(run for run in joined if run.text)


def _look_of(run: Run) -> tuple[bool, bool, str]:
    return run.bold, run.italic, run.link
