"""Book styles: a style sheet that reads tokens → plain rules, for reading systems that know little more than CSS 2.1.

Such a system drops every declaration with `var()` or `calc()`, so each is computed here. Lengths of print become `em`,
which grow with the reader's own type size; the widths of borders become whole tenths of a pixel, one pixel at least, as
thinner lines vanish on some screens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import tinycss2
from tinycss2.ast import Node

from bifolio.core.diagnostics import DesignError

_WHERE = "styles/flow/epub.css"
_EM = {"mm": 72 / 25.4 / 12, "pt": 1 / 12}
"""12 pt, the body size in print, is one em."""
_PX = 16
"""The CSS pixels in an em of body text, where no reader has changed it."""


def flattened(css: str, tokens: Mapping[str, str]) -> str:
    """Return a style sheet with the values of its tokens, one rule a line. Raises DesignError for what it cannot resolve."""
    rules = []
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type != "qualified-rule":
            raise _error(
                f'"{rule.serialize().split("{")[0].strip()}" is not a rule that every reading system knows'
            )
        body = "; ".join(_declarations(rule.content, tokens))
        rules.append(f"{tinycss2.serialize(rule.prelude).strip()} {{ {body} }}")
    return "\n".join(rules)


def _declarations(content: Sequence[Node], tokens: Mapping[str, str]) -> Iterator[str]:
    for part in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if part.type != "declaration":
            raise _error(f"{_named(part)} is not a declaration")
        is_border = part.lower_name.startswith("border") and not part.lower_name.endswith("radius")
        value = "".join(
            _length(node, is_border=is_border) for node in _resolved(part.value, tokens, frozenset())
        )
        yield f"{part.lower_name}: {value.strip()}"


def _named(part: Node) -> str:
    """Return how a message names what cannot stand in the sheet."""
    if part.type == "error":
        return f"what CSS cannot read ({part.message})"
    return f'"@{part.at_keyword}"' if part.type == "at-rule" else f'"{part.serialize().strip()}"'


def _resolved(values: Sequence[Node], tokens: Mapping[str, str], seen: frozenset[str]) -> Iterator[Node]:
    """Yield component values with tokens and sums replaced by what they come to."""
    for node in values:
        if node.type == "function" and node.lower_name == "var":
            name = next(part.value for part in node.arguments if part.type == "ident").removeprefix("--")
            if name not in tokens or name in seen:
                raise _error(f'the token "{name}" has no value')
            yield from _resolved(tinycss2.parse_component_value_list(tokens[name]), tokens, seen | {name})
        elif node.type == "function" and node.lower_name == "calc":
            yield _sum([*_resolved(node.arguments, tokens, seen)]).node
        elif node.type in ("function", "() block"):
            inner = node.arguments if node.type == "function" else node.content
            inner[:] = _resolved([*inner], tokens, seen)
            yield node
        elif node.type != "comment":
            yield node


def _length(node: Node, *, is_border: bool) -> str:
    if node.type == "whitespace":
        return " "
    if node.type != "dimension" or node.lower_unit not in ("mm", "pt", "em"):
        return str(node.serialize())
    em = node.value * _EM.get(node.lower_unit, 1)
    if not is_border:
        return _number(em) + ("em" if em else "")
    return f"{_number(max(1, round(em * _PX, 1)))}px" if em else "0"


def _number(value: float) -> str:
    return f"{round(value, 3):g}"


# -- calc ----------------------------------------------------------------------------------------


class _Quantity(NamedTuple):
    """A number with its unit; lengths of print are in em."""

    value: float
    unit: str

    @property
    def node(self) -> Node:
        (node,) = tinycss2.parse_component_value_list(f"{round(self.value, 6):g}{self.unit}")
        return node


def _sum(nodes: Sequence[Node]) -> _Quantity:
    """Compute what stands inside `calc()`: + and - of one unit, * and / with plain numbers."""
    parts = [node for node in nodes if node.type != "whitespace"]
    total = _product(parts)
    while parts:
        sign = -1 if _operator(parts) == "-" else 1
        term = _product(parts)
        unit = term.unit if total.value == 0 else total.unit
        if term.value and term.unit != unit:
            raise _error(f'a sum of "{total.unit}" and "{term.unit}" has no fixed value')
        total = _Quantity(total.value + sign * term.value, unit)
    return total


def _product(parts: list[Node]) -> _Quantity:
    product = _quantity(parts)
    while parts and parts[0] in ("*", "/"):
        is_times = _operator(parts) == "*"
        factor = _quantity(parts)
        if not is_times and factor.value == 0:
            raise _error("a sum divides by zero")
        value = product.value * factor.value if is_times else product.value / factor.value
        product = _Quantity(value, product.unit or factor.unit)
    return product


def _operator(parts: list[Node]) -> str:
    return str(parts.pop(0).serialize())


def _quantity(parts: list[Node]) -> _Quantity:
    node = parts.pop(0) if parts else None
    if node is not None and node.type == "() block":
        return _sum(node.content)
    if node is not None and node.type == "number":
        return _Quantity(node.value, "")
    if node is not None and node.type == "percentage":
        return _Quantity(node.value, "%")
    if node is not None and node.type == "dimension":
        unit = "em" if node.lower_unit in _EM else node.lower_unit
        return _Quantity(node.value * _EM.get(node.lower_unit, 1), unit)
    raise _error(f'"{node.serialize() if node else ""}" cannot be computed')


def _error(message: str) -> DesignError:
    return DesignError.of(
        "compose.book-style",
        message,
        where=_WHERE,
        help="write plain rules; values are tokens, lengths, or sums of one unit",
    )
