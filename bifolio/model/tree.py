"""A loaded file: plain values, and the way back from any value to its place in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from bifolio.diagnostics import Source, Span

Steps = tuple[str | int, ...]
"""The way to a value: keys and list positions from the top of the file."""


@dataclass(frozen=True, slots=True)
class Tree:
    """`value` is plain Python; `span` tells where any part of it was written."""

    source: Source
    value: Any
    node: yaml.Node | None = field(repr=False, compare=False)

    def span(self, steps: Steps, *, key: bool = False) -> Span:
        """Point at the value that `steps` lead to, or with `key` at the key that names it.

        Steps that the file does not have are left out, so that a model's own path, which holds the
        names of shorthand fields, still finds its place.
        """
        node, key_node = self.node, None
        for step in steps:
            found = _child(node, step)
            if found is not None:
                key_node, node = found
        if node is None:
            return Span(self.source, 1, 1, 1)
        return self.span_of(key_node if key and key_node is not None else node)

    def find(self, text: str) -> Span | None:
        """Point at the first place where `text` stands in the file; none if it does not."""
        at = self.source.text.find(text)
        if at < 0:
            return None
        line_start = self.source.text.rfind("\n", 0, at) + 1
        line = self.source.text.count("\n", 0, at) + 1
        return Span(self.source, line, at - line_start + 1, len(text))

    def walk(self) -> Iterator[tuple[Steps, Any]]:
        """Give every value of the file with the steps to it, from the top down."""
        yield from _walk(self.value, ())

    def span_of(self, node: yaml.Node) -> Span:
        """Point at one YAML node; a list or mapping is shown by its first line."""
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
