"""Text form: a handout's file ↔ a form of its text, one field for each text that a reader sees.

A clinic's own copy of a handout stands in the clinic's folder. Only words change in it: the blocks, their order
and everything that nobody reads stay as they are written, comments too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from bifolio.content.repository import Repository
from bifolio.core.atomic_writes import replace_all
from bifolio.core.diagnostics import Diagnostic, RequestError
from bifolio.core.files import ProjectFiles
from bifolio.core.source_tree import SourceTree, Steps
from bifolio.core.versions import only_writer, revising, version_of
from bifolio.core.yaml_loader import load
from bifolio.editorial.lint.passages import Passage, passages
from bifolio.studio.errors import refuse_unknown_fields

_NAMES = {
    "myth_fact": "myth and fact",
    "help_when": "when to get help",
    "two_column": "two columns",
    "write_in": "lines to write on",
    "sample_words": "you could say",
    "call_to_action": "what the reader can do",
    "main_message": "the one thing to remember",
    "content_note": "before you read",
    "choice_row": "a row to choose from",
    "log_table": "table",
    "decision_flow": "questions and ways on",
    "privacy_note": "private",
    "section": "section",
    "summary": "line below the title",
    "lead": "opening line",
    "note": "small line beside the title",
    "caption": "line below the figure",
    "paragraphs": "words",
    "alt": "in words, for who cannot see it",
    "label": "name",
    "low": "lowest end",
    "high": "highest end",
    "ask": "what it asks",
    "onward": "answer that leads on",
    "end": "where it ends",
    "left": "left column",
    "right": "right column",
}
"""What a block or a part of one is called here; all others are called as in the file."""

_ONES = {
    "bullets": "point",
    "key_points": "point",
    "steps": "step",
    "checklist": "box",
    "lines": "line",
    "text": "paragraph",
    "paragraphs": "paragraph",
    "columns": "column",
    "rows": "row",
    "choices": "choice",
    "questions": "question",
    "exits": "way on",
    "senses": "sense",
    "statements": "statement",
    "pairs": "pair",
    "terms": "word",
    "glossary": "word",
}
"""What one of many is called, by the key that holds them or, for those without a name, by the block."""

_HOLDERS = frozenset(["section", "blocks", "items", "body", "cells"])
"""Keys that hold others and say nothing of them."""


def form_of(tree: SourceTree) -> list[dict[str, Any]]:
    """Return the fields of a handout in groups, one for each block of the body and one for its head."""
    groups: dict[Steps, dict[str, Any]] = {}
    for passage in _written(tree):
        if "rows" in passage.steps and not passage.text.strip():
            continue  # a cell to write on by hand
        top = passage.steps[:2] if passage.steps[0] == "body" else ()
        group = groups.setdefault(top, {"title": _title(tree, top), "fields": []})
        group["fields"].append(
            {
                "name": key_of(passage.steps),
                "label": _label(tree, passage.steps, top),
                "text": passage.text,
                "is_short": len(passage.text) <= 48 and "\n" not in passage.text.strip(),
            }
        )
    return list(groups.values())


def _written(tree: SourceTree) -> Iterator[Passage]:
    """Yield the texts that the file itself holds: safety sentences are the same for all, and nobody's to change."""
    return (passage for passage in passages(tree) if tree.there(passage.steps) == passage.steps)


def key_of(steps: Steps) -> str:
    """Write the way to a text as the name of its field.

    >>> key_of(("body", 0, "text"))
    '["body", 0, "text"]'
    """
    return json.dumps(steps)


def _title(tree: SourceTree, top: Steps) -> str:
    if not top:
        return "Head of the handout"
    block = tree.value["body"][top[1]]
    kind, inner = next(iter(block.items())) if isinstance(block, dict) else ("text", block)
    title = inner.get("title") if isinstance(inner, dict) else None
    label = _in_words(str(kind)).capitalize()
    return f"{label}: {title}" if title and kind != "section" else str(title or label)


def _in_words(key: str) -> str:
    return _NAMES.get(key, key.replace("_", " "))


def _label(tree: SourceTree, steps: Steps, top: Steps) -> str:
    """Return the label of a field: the way to it within its group, as in "Step 2, title"."""
    way = list(steps[len(top) :]) or ["text"]
    parts = []
    kind = str(way[0])
    if top and kind != "section":
        way = way[1:]
    elif way[:2] == ["section", "blocks"]:
        section = tree.value["body"][top[1]]["section"]["blocks"]
        kind = str(way[3])
        same: list[Any] = [
            at for at, block in enumerate(section) if isinstance(block, dict) and kind in block
        ]
        parts.append(_in_words(kind) + (f" {same.index(way[2]) + 1}" if len(same) > 1 else ""))
        way = way[4:]
    elif way[0] == "section":
        way = way[1:]
    holder = kind
    for at, step in enumerate(way):
        if isinstance(step, int):
            one = _ONES.get(holder, "column" if holder == "row" else "line")
            parts.append(f"{one} {step + 1}")
            holder = one
        elif step in _HOLDERS:
            continue
        elif step in ("text", "label", "paragraphs") and parts and at == len(way) - 1:
            continue  # the words are what there is to one
        else:
            holder = step
            is_list = at + 1 < len(way) and step in _ONES
            parts += [] if is_list else [_in_words(step)]
    return ", ".join(parts).capitalize()


def fields_in(tree: SourceTree) -> dict[str, str]:
    """Return every text of a handout by the name of its field, the empty ones that get no field among them."""
    return {key_of(passage.steps): passage.text for passage in passages(tree)}


def text_with(tree: SourceTree, words: Iterable[tuple[str, str]]) -> str:
    """Return the text of the file with other words in its fields; fields that are not there are left out."""
    there = {key_of(passage.steps): passage for passage in _written(tree)}
    changed = {
        there[name].steps: text.strip()
        for name, text in words
        if name in there and text.strip() != there[name].text.strip()
    }
    return tree.rewritten(changed)


def placed(findings: Iterable[Diagnostic], tree: SourceTree) -> Iterator[dict[str, Any]]:
    """Return findings as values, each with the field in which it lies."""
    spans = [(passage.steps, tree.span(passage.steps)) for passage in _written(tree)]
    for finding in findings:
        at = finding.span
        field = None
        if at is not None and at.source.name == tree.source.name:
            before = [
                (steps, span) for steps, span in spans if (span.line, span.column) <= (at.line, at.column)
            ]
            if before and at.line <= before[-1][1].line + 12:
                field = key_of(before[-1][0])
        yield {**finding.as_json(), "field": field}


def own_copy(repository: Repository, item: str, brand: str) -> str:
    """Make a clinic's own copy of a handout; give its name. One that is there stays as it is."""
    name = f"{item}-{brand}"[:60].rstrip("-")
    if repository.catalogue.owner(item) == brand:
        return item
    if repository.catalogue.has("item", name):
        return name
    text = repository.handout_tree(item).source.text
    head = f"# {brand}'s own copy of {item}. Change its words in the studio, or here.\n"
    path = repository.root / repository.brand_files(brand).folder / "handouts" / f"{name}.yaml"
    with only_writer(repository.root) as owner:
        if not path.exists():  # else somebody else made it meanwhile
            replace_all({path: (head + text.replace("../schema/", "../../../schema/")).encode()}, owner)
    return name


def version(repository: Repository, item: str) -> str:
    """Return the version in which the file of a handout stands now."""
    name = repository.catalogue.handouts.get(item)
    return version_of([repository.root / name]) if name else ""


def save(repository: Repository, item: str, words: Iterable[tuple[str, str]], based_on: str) -> str:
    """Write other words into a clinic's own handout; return its new version.

    Raises RequestError for a handout of the library, SupersededError where `based_on` is not the version that
    stands, and TaskError for an unknown field.
    """
    words = list(words)
    if repository.catalogue.owner(item) is None:
        raise RequestError(
            Diagnostic(
                "studio.not-own",
                f'"{item}" belongs to the library',
                help="make the clinic's own copy, and change that",
            )
        )
    name = repository.catalogue.handouts[item]
    with revising(repository.root, based_on, lambda: version(repository, item)) as owner:
        tree = load(ProjectFiles(repository.root), name)  # as it stands now
        there = {key_of(passage.steps) for passage in _written(tree)}
        refuse_unknown_fields(name for name, _ in words if name not in there)
        replace_all({repository.root / name: text_with(tree, words).encode()}, owner)
        return version(repository, item)
