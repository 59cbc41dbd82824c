"""Passages: the file of a handout → every text that a reader sees, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from bifolio.core.sentences import sentences as split_sentences
from bifolio.core.source_tree import SourceTree, Steps
from bifolio.model.base import Model

_SILENT = frozenset(
    [
        "kind",
        "id",
        "name",
        "icon",
        "tone",
        "language",
        "version",
        "cites",
        "topics",
        "audience",
        "style",
        "sign",
        "written",
        "due",
        "columns",
        "safety",
    ]
)
"""Keys whose values nobody reads as running text."""
Role = Literal["running", "label", "cell"]
_ROLES: dict[str, Role] = {
    **dict.fromkeys(
        ("title", "label", "labels", "choices", "low", "high", "term", "answer", "onward"), "label"
    ),
    **dict.fromkeys(("rows", "cells"), "cell"),
}
"""What is no running text, and so has no reading grade. A cell may yet state a number, a label does not."""


@dataclass(frozen=True)
class Passage:
    """One text that readers see, and where it stands."""

    steps: Steps
    text: str
    role: Role
    cites: tuple[str, ...]
    """The facts that the text cites, or the block or item that it stands in."""

    @cached_property
    def sentences(self) -> list[str]:
        return sentences(self.text)


def passages(tree: SourceTree) -> Iterator[Passage]:
    """Yield every text of a handout file that a reader sees."""
    for steps, value in tree.walk():
        if not isinstance(value, str) or not steps:
            continue
        keys = [step for step in steps if isinstance(step, str)]
        if keys and (keys[-1] in _SILENT or keys[0] in ("review", "words")):
            continue
        if value == "default" or _is_list_of_names(keys) or steps[-2:-1] in (("body",), ("blocks",)):
            continue  # `- references` is the name of a block, and no word of it
        role: Role = _ROLES.get(keys[-1], "running") if keys else "running"
        yield Passage(steps, value, role, _cites(tree, steps))


def _is_list_of_names(keys: list[str]) -> bool:
    return "resources" in keys or "references" in keys or keys[-1:] in (["figure"], ["handouts"])


def _cites(tree: SourceTree, steps: Steps) -> tuple[str, ...]:
    value, holders = tree.value, []
    for step in steps:
        holders.append(value)
        value = value[step]
    near = 4 if steps[-2:-1] == ("cells",) else 3  # a row stands for itself and in its table
    return tuple(
        fact for holder in holders[-near:] if isinstance(holder, dict) for fact in holder.get("cites") or ()
    )


def sentences(text: str) -> list[str]:
    """Split running text into sentences.

    >>> sentences("Stop. You can breathe, e.g. slowly. Nothing has to happen next.")
    ['Stop.', 'You can breathe, e.g. slowly.', 'Nothing has to happen next.']
    """
    return split_sentences(re.sub(r"\*\*|\[([^\]]*)\]\([^)]*\)", r"\1", text))


def count_words(sentence: str) -> int:
    """Count the words of a sentence; "{emergency}" and "90" count as one each."""
    return len(re.findall(r"[\w{}'’-]*\w[\w{}'’-]*", sentence))


OFFERED = frozenset(["alt", "ask", "lines", "myth", "content_note", "privacy_note"])
"""Texts that state nothing: questions, words for the reader to use, myths, and notes about the page itself."""


def statements(passages: Iterable[Passage]) -> Iterator[tuple[Passage, str]]:
    """Yield the sentences that a page itself says: no headings, questions, sample words or things to tick."""
    for passage in passages:
        keys = [step for step in passage.steps if isinstance(step, str)]
        ticked = "checklist" in keys and "note" not in keys
        if passage.role == "label" or ticked or OFFERED & set(keys):
            continue
        for sentence in passage.sentences:
            plain = re.sub("“[^”]*”", "", sentence).strip(" .")
            names_the_page = keys == ["summary"] and plain.startswith(("Why ", "How ", "What "))
            if plain and not plain.endswith("?") and not names_the_page:
                yield passage, sentence


def texts_of(value: object) -> Iterator[str]:
    """Yield every text of a model, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, Model):
        for name in type(value).model_fields:
            yield from texts_of(getattr(value, name))
