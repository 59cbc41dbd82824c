"""The structure of a document → the blocks of a handout, as plain values, with a count of what became what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bifolio.content.importers.inline import cleaned, written, written_plainly
from bifolio.content.importers.lists import ListMapper, title_of
from bifolio.content.importers.report import Notes
from bifolio.content.importers.structure import GAP, boxed, cut, since, structured, without_start
from bifolio.content.importers.tables import TableMapper
from bifolio.content.importers.tree import (
    Break,
    Document,
    Heading,
    Inline,
    Listing,
    Node,
    Note,
    Paragraph,
    Picture,
    Run,
    Table,
    lines_of,
    plain,
)
from bifolio.content.importers.writing_places import fields_of, is_gap, write_in

Values = dict[str, Any]

MAX_LABEL = 120
MAX_TEXT = 3900
MAX_SUMMARY = 240
MAX_DEPTH = 3
"""How deep sections may stand in one another; a heading below that is a line in bold."""


@dataclass(slots=True)
class Mapped:
    """What a document became."""

    title: str = ""
    summary: str = ""
    body: list[Values] = field(default_factory=list)


def mapped(document: Document, notes: Notes) -> Mapped:
    """Return the title, the summary and the blocks of a document; `notes` hears what became what."""
    nodes = [*structured(document.nodes, notes.became)]
    result = Mapped(title=_taken_title(nodes, document, notes))
    result.summary = _taken_summary(nodes, notes)
    footnotes = [node for node in nodes if isinstance(node, Note)]
    mapper = _Mapper(notes)
    result.body = mapper.sections([node for node in nodes if not isinstance(node, Note)])
    result.body += mapper.footnotes(footnotes)
    return result


def _taken_title(nodes: list[Node], document: Document, notes: Notes) -> str:
    """Take the title out of the nodes: the one that is marked as such, else the one heading of the first level."""
    headings = [node for node in nodes if isinstance(node, Heading)]
    tops = [node for node in headings if node.level == 0] or [node for node in headings if node.level == 1]
    first = next((node for node in nodes if not isinstance(node, (Break, Picture))), None)
    found = tops[0] if tops and (len(tops) == 1 or tops[0] is first or tops[0].level == 0) else None
    if found is None and isinstance(first, Heading):
        found = first
    if found is not None and len(written_plainly(found.text)) <= MAX_LABEL:
        nodes.remove(found)
        return written_plainly(found.text)
    if document.title and len(document.title) <= MAX_LABEL:
        notes.decide("title: it is that of the file’s properties, as the text has no heading of its own")
        return written_plainly((Run(document.title),))
    return ""


def _taken_summary(nodes: list[Node], notes: Notes) -> str:
    """Take the summary out of the nodes: a subtitle, else the first sentences before the first heading."""
    for position, node in enumerate(nodes):
        if isinstance(node, (Break, Picture)):
            continue
        if (
            not isinstance(node, Paragraph)
            or node.role not in {"", "subtitle"}
            or GAP.search(plain(node.text))
        ):
            break
        words = cleaned(plain(node.text)).strip()
        if "\t" in plain(node.text) or words.endswith(":"):
            break
        if len(words) <= MAX_SUMMARY and any(sign.isalpha() for sign in words):
            del nodes[position]
            what = "the subtitle" if node.role else "the first paragraph"
            notes.decide(f"summary: it is {what}; make it one sentence that says what the page is for")
            return written(node.text, notes.bad_link)
        break
    return ""


class _Mapper:
    """Turns nodes into blocks, section by section."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._lists = ListMapper(notes)
        self._tables = TableMapper(notes, self._blocks)

    # -- sections --------------------------------------------------------------------------------

    def sections(self, nodes: list[Node], depth: int = 1) -> list[Values]:
        """Return the blocks of nodes, those under a heading in a section of their own."""
        headings = [node.level for node in nodes if isinstance(node, Heading)]
        if not headings:
            return self._blocks(nodes)
        level = min(headings)
        starts = [i for i, n in enumerate(nodes) if isinstance(n, Heading) and n.level == level]
        first = next(i for i, node in enumerate(nodes) if isinstance(node, Heading))
        blocks = self._blocks(nodes[:first])
        if first < starts[0]:  # headings of a lower level before the first of this one
            blocks += self.sections(nodes[first : starts[0]], depth)
        for start, end in zip(starts, [*starts[1:], len(nodes)], strict=True):
            heading = nodes[start]
            assert isinstance(heading, Heading)
            blocks += self._section(heading.text, nodes[start + 1 : end], depth)
        return blocks

    def _section(self, heading: Inline, nodes: list[Node], depth: int) -> list[Values]:
        title = title_of(heading)
        if len(title) > MAX_LABEL or not any(sign.isalnum() for sign in title):
            self._notes.became["headings that are too long for one → text"] += 1
            return [*self._text([(heading, True)]), *self.sections(nodes, depth)]
        inner = self.sections(nodes, depth + 1)
        if not inner:
            self._notes.became["headings with nothing under them → bold text"] += 1
            return self._text([(heading, True)])
        if depth > MAX_DEPTH:
            self._notes.became[f"headings below level {MAX_DEPTH + 1} → bold text"] += 1
            return [*self._text([(heading, True)]), *inner]
        self._notes.became["headings → section"] += 1
        return [{"section": {"title": title, "blocks": inner}}]

    # -- blocks ----------------------------------------------------------------------------------

    def _blocks(self, nodes: Iterable[Node]) -> list[Values]:
        """Return the blocks of nodes; headings among them are bold text."""
        blocks: list[Values] = []
        waiting: list[tuple[Inline, bool]] = []
        queue = list(nodes)
        position = 0
        while position < len(queue):
            node = queue[position]
            position += 1
            if isinstance(node, Heading):
                waiting.append((node.text, True))
                continue
            if isinstance(node, Paragraph) and node.role in {"", "subtitle", "code"}:
                if lines := self._writing_lines(queue, position - 1):
                    made, used = self._write_in(lines, waiting)
                    blocks += [*self._flush(waiting), *made]
                    position += used - 1
                elif made := self._choices(node):
                    blocks += [*self._flush(waiting), *made]
                else:
                    self._count(node)
                    waiting.append((node.text, False))
                continue
            label = self._label(waiting, node)
            blocks += self._flush(waiting)
            blocks += self._block(node, label)
        return [*blocks, *self._flush(waiting)]

    def _count(self, node: Paragraph) -> None:
        if node.role == "code":
            self._notes.became["lines of code → text"] += 1
        if GAP.search(plain(node.text)):
            self._notes.decide(
                f"a line with gaps stays as text: “{_short(node.text)}”; a write_in, or a log_table, has room to write"
            )

    def _flush(self, waiting: list[tuple[Inline, bool]]) -> list[Values]:
        blocks = self._text(waiting)
        waiting.clear()
        return blocks

    def _block(self, node: Node, label: Inline | None) -> list[Values]:
        if isinstance(node, Listing):
            return self._lists.blocks(node, label)
        if isinstance(node, Table):
            return self._tables.blocks(node, label)
        if isinstance(node, Paragraph):
            self._notes.became["quotations → callout"] += 1
            return [{"callout": {"tone": "calm", "text": written(node.text, self._notes.bad_link)}}]
        if isinstance(node, Picture):
            self._notes.picture(node.name, cleaned(node.alt).strip())
        elif isinstance(node, Break):
            what = "page breaks" if node.is_page else "rules across the page"
            self._notes.left_out_counts[f"{what} (pages break by themselves; page_break forces one)"] += 1
        elif isinstance(node, Note):
            return self.footnotes([node])
        return []

    def _text(self, lines: Iterable[tuple[Inline, bool]]) -> list[Values]:
        """Return lines as one block; those that were headings in bold."""
        texts: list[str] = []
        for line, is_heading in lines:
            runs = tuple(Run(run.text, bold=True, link=run.link) for run in line) if is_heading else line
            for part in _parts(runs):
                words = written(part, self._notes.bad_link)
                if any(sign.isalnum() for sign in words):
                    texts.append(words)
                elif words:
                    self._notes.left_out_counts[f"lines of signs without words ({words[:20]})"] += 1
        if not texts:
            return []
        self._notes.became["paragraphs → text"] += len(texts)
        return [{"text": texts[0] if len(texts) == 1 and texts[0] != "default" else texts}]

    @staticmethod
    def _label(waiting: list[tuple[Inline, bool]], node: Node) -> Inline | None:
        """Take the last line out of those that wait, if it is what a list or a table is called."""
        if not waiting or not isinstance(node, (Listing, Table)):
            return None
        line, is_heading = waiting[-1]
        words = plain(line).strip()
        if len(words) > 90 or not (is_heading or words.endswith((":", "?"))) or any(run.link for run in line):
            return None
        waiting.pop()
        return line

    # -- places to write -------------------------------------------------------------------------

    @staticmethod
    def _writing_lines(queue: list[Node], start: int) -> list[Paragraph]:
        """Return the lines from `start` that are nothing but places to write, or a label and such a place."""
        lines: list[Paragraph] = []
        for node in since(queue, start):
            if not isinstance(node, Paragraph) or fields_of(node.text) is None:
                break
            lines.append(node)
        return lines

    def _write_in(
        self, lines: list[Paragraph], waiting: list[tuple[Inline, bool]]
    ) -> tuple[list[Values], int]:
        """Return lines to write on; bare ones go with the label before them."""
        places: list[tuple[Inline, int]] = []
        if is_gap(lines[0].text):
            label: Inline = ()
            if (
                waiting
                and len(plain(waiting[-1][0])) <= MAX_LABEL
                and not any(r.link for r in waiting[-1][0])
            ):
                label = waiting.pop()[0]
            places.append((label, 0))
        for line in lines:
            if is_gap(line.text):
                label, count = places[-1]
                places[-1] = (label, count + 1)
            else:
                places += [(label, 1) for label in fields_of(line.text) or ()]
        self._notes.became["lines to write on → write_in"] += len(places)
        return [write_in(label, count) for label, count in places], len(lines)

    def _choices(self, node: Paragraph) -> list[Values]:
        """Return a question and its boxes on one line as answers to circle."""
        parts = boxed(node.text)
        if len(parts) < 3 or parts[0][0]:
            return []
        choices = [written_plainly(words) for _, words in parts[1:]]
        label = written_plainly(parts[0][1])
        if len(choices) > 8 or not all(0 < len(c) <= 60 for c in choices) or len(label) > MAX_LABEL:
            return []
        self._notes.became["boxes in a line → choice_row"] += 1
        return [{"choice_row": {"label": label, "choices": choices}}]

    # -- footnotes -------------------------------------------------------------------------------

    def footnotes(self, notes: Iterable[Note]) -> list[Values]:
        """Return notes as a section at the end."""
        texts = []
        for note in notes:
            words = " ".join(written(line, self._notes.bad_link) for line in lines_of(note.nodes))
            texts.append(f"[{note.mark}] {words}")
        if not texts:
            return []
        self._notes.became["footnotes → text at the end"] += len(texts)
        self._notes.decide(
            "footnotes: those that name a source belong into content/sources.yaml, and are cited"
        )
        return [{"section": {"title": "Notes", "blocks": [{"text": texts}]}}]


def _parts(line: Inline) -> Iterator[Inline]:
    """Yield a line in parts that a text can hold, cut at the ends of sentences."""
    while len(plain(line)) > MAX_TEXT * 2 // 3 and len(written(cut(line, 0, 2 * MAX_TEXT))) > MAX_TEXT:
        words = plain(line)[: MAX_TEXT * 2 // 3]
        sentence = max(words.rfind(sign) for sign in (". ", "? ", "! ")) + 1
        at = max(sentence, 0) or max(words.rfind(" "), 0) or len(words)
        yield cut(line, 0, at)
        line = without_start(line, at)
    yield line


def _short(text: Inline) -> str:
    words = cleaned(plain(text)).strip()
    return words if len(words) <= 200 else words[:199] + "…"
