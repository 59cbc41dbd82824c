"""Lists of a document → bullets, steps, checklists and lines to write on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from bifolio.content.importers.inline import cleaned, written, written_plainly
from bifolio.content.importers.report import Notes
from bifolio.content.importers.structure import GAP, cut, without_start
from bifolio.content.importers.tree import (
    Inline,
    Item,
    Listing,
    Node,
    Paragraph,
    Picture,
    Run,
    lines_of,
    plain,
    walk,
)
from bifolio.content.importers.writing_places import fields_of, is_gap, write_in

Values = dict[str, Any]

MAX_LABEL = 120
MAX_ITEMS = 200
MAX_STEPS = 12
MAX_JOINED = 160
"""Letters: the most that an item and the list in it have together to become one item."""


class ListMapper:
    """Turns lists into blocks."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def blocks(self, listing: Listing, label: Inline | None) -> list[Values]:
        """Return the blocks of a list; the first of them has the label for its title."""
        while (
            len(listing.items) == 1
            and len(only := listing.items[0].nodes) == 1
            and isinstance(only[0], Listing)
        ):
            listing = only[0]  # a list that is only indented
        items = [flat for item in listing.items for flat in self._flat(item)]
        numbered = listing.is_ordered and (len(items) != len(listing.items) or len(items) > MAX_STEPS)
        if listing.is_ordered and (numbered or listing.start != 1):
            items = [*self._with_numbers(listing)]
        is_steps = listing.is_ordered and not numbered and listing.start == 1
        blocks: list[Values] = []
        for sort, group in groupby(items, _sort):
            title = label if not blocks else None
            blocks += self._group(sort, [*group], title, is_steps=is_steps)
        return blocks

    def _group(self, sort: str, items: list[Item], label: Inline | None, *, is_steps: bool) -> list[Values]:
        if sort == "lines":
            self._notes.became["lines to write on → write_in"] += 1
            return [write_in(label or (), len(items))]
        if sort == "fields":
            return [*self._heading(label), *self._fields(items)]
        if sort == "boxes":
            return self._checklist(items, label)
        if any(GAP.search(plain(_words(item))) for item in items):
            self._notes.decide(
                "items with gaps in a sentence stay as text; a write_in, or a log_table, has room to write"
            )
        what = "steps" if is_steps else "bullets"
        self._notes.became[f"{'numbered lists' if is_steps else 'lists'} → {what}"] += 1
        texts: list[Any] = [self._step(item) if is_steps else self._text(_words(item)) for item in items]
        return _chunks(what, texts, label)

    def _fields(self, items: list[Item]) -> Iterator[Values]:
        for item in items:
            for label in fields_of(_words(item)) or ():
                self._notes.became["lines to write on → write_in"] += 1
                yield write_in(label, 1)

    def _checklist(self, items: list[Item], label: Inline | None) -> list[Values]:
        words = [_words(item) for item in items]
        blank = sum(1 for line in words if not line or is_gap(line))
        texts = [self._text(line) for line in words if line and not is_gap(line)]
        if ticked := sum(1 for item in items if item.ticked):
            self._notes.left_out_counts["ticks in boxes (a handout’s boxes are empty)"] += ticked
        if not texts:
            self._notes.became["lines to write on → write_in"] += 1
            return [write_in(label or (), blank)]
        self._notes.became["boxes → checklist"] += 1
        made = _chunks("checklist", texts, label)
        if blank:
            (fields,) = made[-1].values()
            if isinstance(fields, list):
                made[-1] = {"checklist": {"items": fields}}
            made[-1]["checklist"]["blank"] = min(12, blank)
        return made

    def _step(self, item: Item) -> Any:
        words = _words(item)
        title, rest = lead_in(words)
        if title is None or not any(sign.isalnum() for sign in plain(rest)):
            return self._text(words)
        return {"title": title_of(title), "text": self._text(rest)}

    def _text(self, words: Inline) -> str:
        return written(words, self._notes.bad_link)

    def _heading(self, label: Inline | None) -> list[Values]:
        if not label:
            return []
        bold = tuple(replace(run, bold=True) for run in label)
        return [{"text": self._text(bold)}]

    # -- lists in lists --------------------------------------------------------------------------

    def _flat(self, item: Item, depth: int = 0) -> Iterator[Item]:
        """Yield an item with the list in it as words of its own, or else as items after it."""
        self._note_others(item)
        own = [line for node in item.nodes if not isinstance(node, Listing) for line in lines_of((node,))]
        inner = [i for node in item.nodes if isinstance(node, Listing) for i in node.items]
        words = _joined(own, " ")
        if not inner:
            yield replace(item, nodes=(Paragraph(words),) if words else ())
            return
        flat = [each for one in inner for each in self._flat(one, depth + 1)]
        is_plain = all(each.ticked is None and not GAP.search(plain(_words(each))) for each in flat)
        short = sum(len(plain(_words(each))) + 2 for each in flat) + len(plain(words)) <= MAX_JOINED
        if words and is_plain and short and item.ticked is None and not depth:
            self._notes.became["lists in lists → words of the item above"] += 1
            lead = (*words, Run(":")) if plain(words)[-1:].isalnum() else words
            yield Item((Paragraph((*lead, Run(" "), *_joined([_words(each) for each in flat], "; "))),))
            return
        self._notes.became["lists in lists → items of the list above"] += 1
        if words:
            yield replace(item, nodes=(Paragraph(words),))
        yield from flat

    def _with_numbers(self, listing: Listing) -> Iterator[Item]:
        """Yield the items of a list whose numbers no steps can have, with their numbers as words."""
        self._notes.became["numbered lists that no steps can hold → bullets that begin with the number"] += 1
        for number, item in enumerate(listing.items, listing.start):
            first, *others = self._flat(item)
            words = _words(first)
            numbered = (
                words if not words or is_gap(words) else (Run(f"{number}.", bold=True), Run(" "), *words)
            )
            yield replace(first, nodes=(Paragraph(numbered),) if numbered else ())
            yield from others

    def _note_others(self, item: Item) -> None:
        for node in _own(item.nodes):
            if isinstance(node, Picture):
                self._notes.picture(node.name, cleaned(node.alt).strip())


def _own(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Yield nodes but for those in lists, which are asked for themselves."""
    for node in nodes:
        if not isinstance(node, Listing):
            yield from walk((node,))


def _sort(item: Item) -> str:
    words = _words(item)
    if item.ticked is not None:
        return "boxes"
    if not words or is_gap(words):
        return "lines"
    return "fields" if fields_of(words) else "words"


def _words(item: Item) -> Inline:
    return _joined(lines_of(item.nodes), " ")


def _joined(lines: Iterable[Inline], sign: str) -> Inline:
    runs: list[Run] = []
    for line in lines:
        runs += [*([Run(sign)] if runs else []), *line]
    return tuple(runs)


def _chunks(kind: str, items: list[Any], label: Inline | None) -> list[Values]:
    """Return items as blocks that are not too long, the first of them with its title."""
    made: list[Values] = []
    for start in range(0, len(items), MAX_ITEMS):
        part = items[start : start + MAX_ITEMS]
        title = title_of(label) if label and not made else ""
        made.append({kind: {"title": title, "items": part} if title else part})
    return made


def title_of(label: Inline) -> str:
    """Return a label as the title of a block: without a colon at its end."""
    words = written_plainly(label)
    return words.removesuffix(":").rstrip() or words


def lead_in(words: Inline) -> tuple[Inline | None, Inline]:
    """Split "**Breathe.** Count to four" into what is bold at its start and the rest; None where nothing is."""
    count = 0
    for run in words:
        if not run.bold and run.text.strip():
            break
        count += len(run.text)
    head = plain(words)[:count].strip()
    if not head or len(head) > MAX_LABEL - 20 or any(run.link for run in cut(words, 0, count)):
        return None, words
    rest = without_start(words, count)
    dash = plain(rest)[:1] if plain(rest)[:1] in {"–", "—", ":", "-"} else ""
    if not dash and head[-1] not in ".:!?":
        return None, words  # a word in bold that its sentence goes on from
    title = tuple(replace(run, bold=False) for run in cut(words, 0, count))
    return title, without_start(rest, len(dash))
