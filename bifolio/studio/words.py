"""Words: a handout's file ↔ a form of its words, one field for each text that a reader sees.

A clinic's own copy of a handout stands in the clinic's folder. Only words change in it: the blocks, their order
and everything that nobody reads stay as they are written, comments too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from bifolio import lint
from bifolio.diagnostics import Diagnostic, RequestError
from bifolio.library import Library
from bifolio.model.handout import Handout
from bifolio.model.tree import Steps, Tree
from bifolio.publish import replace_all

_UNSAID = frozenset(["section", "blocks", "items", "pairs", "lines", "body", "paragraphs"])
"""Keys that hold others and say nothing of them."""

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
}


def form_of(tree: Tree) -> list[dict[str, Any]]:
    """Give the fields of a handout in groups, one for each block of the body and one for its head."""
    groups: dict[Steps, dict[str, Any]] = {}
    for passage in lint.passages(tree):
        top = passage.steps[:2] if passage.steps[0] == "body" else ()
        group = groups.setdefault(top, {"title": _title(tree, top), "fields": []})
        group["fields"].append(
            {
                "name": key_of(passage.steps),
                "label": _label(passage.steps[len(top) :]),
                "text": passage.text,
                "is_short": len(passage.text) <= 48,
            }
        )
    return list(groups.values())


def key_of(steps: Steps) -> str:
    """Write the way to a text as the name of its field.

    >>> key_of(("body", 0, "text"))
    '["body", 0, "text"]'
    """
    return json.dumps(steps)


def _title(tree: Tree, top: Steps) -> str:
    if not top:
        return "Head of the handout"
    block = tree.value["body"][top[1]]
    kind, inner = next(iter(block.items())) if isinstance(block, dict) else ("text", block)
    title = inner.get("title") if isinstance(inner, dict) else None
    said = _said(str(kind)).capitalize()
    return f"{said}: {title}" if title and kind != "section" else str(title or said)


def _said(key: str) -> str:
    return _NAMES.get(key, key.replace("_", " "))


def _label(steps: Steps) -> str:
    """Name a field by the way to it: "Steps, items 2, title" is "Steps 2 title"."""
    if steps[1:] == ("text",) and steps[0] in Handout.model_fields:
        steps = steps[:1]  # of the head: the words are all there is
    parts = [str(s + 1) if isinstance(s, int) else _said(s) for s in steps if s not in _UNSAID]
    return " ".join(parts).capitalize()


def text_with(tree: Tree, words: Iterable[tuple[str, str]]) -> str:
    """Give the text of the file with other words in its fields; fields that are not there are left out."""
    there = {key_of(passage.steps): passage for passage in lint.passages(tree)}
    changed = {
        there[name].steps: said.strip()
        for name, said in words
        if name in there and said.strip() != there[name].text.strip()
    }
    return tree.rewritten(changed)


def placed(findings: Iterable[Diagnostic], tree: Tree) -> Iterator[dict[str, Any]]:
    """Give findings as values, each with the field in which it lies."""
    spans = [(passage.steps, tree.span(passage.steps)) for passage in lint.passages(tree)]
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


def own_copy(library: Library, item: str, brand: str) -> str:
    """Make a clinic's own copy of a handout; give its name. One that is there stays as it is."""
    name = f"{item}-{brand}"[:60].rstrip("-")
    if library.owner(item) == brand:
        return item
    if name in library.handout_paths:
        return name
    text = library.handout_tree(item).source.text
    head = f"# {brand}'s own copy of {item}. Change its words in the studio, or here.\n"
    path = library.brand_folder(brand) / "handouts" / f"{name}.yaml"
    replace_all({path: (head + text.replace("../schema/", "../../../schema/")).encode()})
    return name


def save(library: Library, item: str, brand: str, text: str) -> None:
    """Write a clinic's own handout. Raises RequestError for one that is the library's."""
    if library.owner(item) != brand:
        raise RequestError(
            Diagnostic(
                "studio.not-own",
                f'"{item}" belongs to the library',
                help="make the clinic's own copy, and change that",
            )
        )
    replace_all({library.handout_paths[item]: text.encode()})
