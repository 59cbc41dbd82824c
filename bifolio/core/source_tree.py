"""A loaded file: plain values, and where each of them is in the text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from bifolio.core.diagnostics import Source, Span

_BREAK = re.compile(r"[\n\r]")
_COMMENT = re.compile(r"(?<=[^\s]) (#[^\n\r]*)")

Steps = tuple[str | int, ...]
"""The path to a value: keys and list positions, from the top of the file."""


@dataclass(frozen=True, slots=True)
class SourceTree:
    """`value` consists of plain Python values; `span` returns where any part of it was written."""

    source: Source
    value: Any
    node: yaml.Node | None = field(repr=False, compare=False)
    _walked: list[tuple[Steps, Any]] = field(default_factory=list, init=False, repr=False, compare=False)

    def span(self, steps: Steps, *, key: bool = False) -> Span:
        """Return the span of the value that `steps` lead to, or with `key` that of its key.

        Steps that the file does not have are skipped, so that the path of a model, which contains the
        names of shorthand fields, still leads to its place.
        """
        node, key_node, _ = self._follow(steps)
        if node is None:
            return Span(self.source, 1, 1, 1)
        return self.span_of(key_node if key and key_node is not None else node)

    def inside(self, steps: Steps, text: str) -> Span:
        """Return the span of `text` within the value that `steps` lead to; that of the value if it is not there."""
        node, _, _ = self._follow(steps)
        if node is not None and text:
            at = self.source.text.find(text, node.start_mark.index, node.end_mark.index)
            if at >= 0 and not _BREAK.search(text):
                return self.source.place(at, len(text))
        return self.span(steps)

    def find(self, text: str) -> Span | None:
        """Return the span of `text` in the first value that contains it; None if there is none."""
        for steps, value in self.walk():
            if text and isinstance(value, str) and text in value:
                return self.inside(steps, text)
        return None

    def there(self, steps: Steps) -> Steps:
        """Return those of the steps that the file has: the path of a model without the names of shorthand fields."""
        return self._follow(steps)[2]

    def written(self, steps: Steps) -> str | None:
        """Return a single value as it was typed, `1.10` and not 1.1; None for a list or a mapping."""
        node, _, _ = self._follow(steps)
        return str(node.value) if isinstance(node, yaml.ScalarNode) else None

    def comment_after(self, steps: Steps) -> Span | None:
        """Return the span of a comment one space after a plain value, as in `title: Step # 3`; None for any other."""
        node, _, found = self._follow(steps)
        if not isinstance(node, yaml.ScalarNode) or node.style or found != steps:
            return None
        comment = _COMMENT.match(self.source.text, node.end_mark.index)
        return self.source.place(comment.start(1), len(comment[1])) if comment else None

    def rewritten(self, words: Mapping[Steps, str]) -> str:
        """Return the text of the file with single values replaced; everything else stays as typed."""
        text = self.source.text
        places = []
        for steps, value in words.items():
            node, _, found = self._follow(steps)
            if isinstance(node, yaml.ScalarNode) and found == steps:
                end = "\n" if node.style in ("|", ">") else ""  # block text ends with its last line
                places.append(
                    (node.start_mark.index, node.end_mark.index, json.dumps(value, ensure_ascii=False) + end)
                )
        for start, stop, value in sorted(places, reverse=True):
            text = text[:start] + value + text[stop:]
        return text

    def _follow(self, steps: Steps) -> tuple[yaml.Node | None, yaml.Node | None, Steps]:
        """Return the node that the steps lead to, the node of its key, and the steps that the file has."""
        node, key_node, found = self.node, None, []
        for step in steps:
            child = _child(node, step)
            if child is not None:
                key_node, node = child
                found.append(step)
        return node, key_node, tuple(found)

    def walk(self) -> Iterator[tuple[Steps, Any]]:
        """Yield every value of the file with the steps to it, from the top down."""
        if not self._walked:  # every check walks over all values
            self._walked.extend(_walk(self.value, ()))
        return iter(self._walked)

    def span_of(self, node: yaml.Node) -> Span:
        """Return the span of a YAML node; that of a list or mapping is its first line."""
        start, end = node.start_mark, node.end_mark
        if isinstance(node, yaml.ScalarNode) and end.line == start.line:
            length = end.column - start.column
        else:
            rest = self.source.line(start.line + 1)[start.column :].rstrip()
            length = len(rest.split(":")[0]) if ":" in rest else len(rest)
        return Span(self.source, start.line + 1, start.column + 1, max(1, length))


def _walk(value: Any, steps: Steps) -> Iterator[tuple[Steps, Any]]:
    yield steps, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk(inner, (*steps, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _walk(inner, (*steps, position))


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode) and isinstance(step, str):
        for key_node, value_node in node.value:
            if key_node.value == step:
                return key_node, value_node
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return None, node.value[step]
    return None
