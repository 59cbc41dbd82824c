"""Faults: pydantic's errors → findings in the author's words, at the author's line.

Errors are told apart by their type code, never by their English text; one that has no entry here is shown
raw, and fails a test. One fault gives one finding.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bifolio.core.diagnostics import Diagnostic, Span, did_you_mean, shorten, suggest
from bifolio.core.source_tree import Steps, Tree
from bifolio.model.base import Passage
from bifolio.model.blocks import KINDS
from bifolio.model.blocks.base import BlockBase
from bifolio.model.blocks.log_table import LogColumn
from bifolio.model.blocks.steps import Step
from bifolio.model.brand import Links, NamePair
from bifolio.model.brand.logo import LightDark, Logo, LogoImage
from bifolio.model.brand.typography import Face, FontFile


def findings(details: list[ErrorDetails], cls: type[BaseModel], tree: Tree, subject: str) -> list[Diagnostic]:
    """Tell what pydantic found wrong with a file; `cls` is the model that the file should be.

    `subject` is the first half of the finding codes: content, brand, region, edition, evidence.
    """
    kept = _without_echoes(details, cls)
    return [finding for detail in kept for finding in _translate(detail, cls, tree, subject)]


def _without_echoes(details: list[ErrorDetails], cls: type[BaseModel]) -> list[ErrorDetails]:
    """Leave out errors that only repeat another: one fault, one finding.

    A list whose only item is faulty also counts as too short; a mistyped key is also a missing one.
    """
    above = {detail["loc"][:length] for detail in details for length in range(len(detail["loc"]))}
    mistyped = {
        (*detail["loc"][:-1], did_you_mean(str(detail["loc"][-1]), known))
        for detail in details
        if detail["type"] == "extra_forbidden" and (known := _fields_at(cls, tuple(detail["loc"][:-1])))
    }
    return [
        detail
        for detail in details
        if not (detail["type"] == "too_short" and detail["loc"] in above)
        and not (detail["type"] == "missing" and detail["loc"] in mistyped)
    ]


_Cure = tuple[str, str, str | None]
"""The second half of a code, the message, the help."""


def _translate(error: ErrorDetails, cls: type[BaseModel], tree: Tree, subject: str) -> Iterator[Diagnostic]:
    steps: Steps = tuple(error["loc"])
    kind = error["type"]
    context: dict[str, Any] = error.get("ctx", {})
    for at, more in _places(kind, steps, context):
        fault = _Fault(at, tree.there(at), kind, error["input"], {**context, **more}, cls, tree)
        code, message, cure = TELLERS.get(kind, _raw)(fault)
        yield Diagnostic(f"{subject}.{code}", message, _span(fault), help=cure)


def _places(kind: str, steps: Steps, context: Mapping[str, Any]) -> Iterator[tuple[Steps, dict[str, Any]]]:
    """Give each place that an error speaks of. A palette tells of all its lost names at once."""
    if kind == "color_name":
        for at, name in context["lost"]:
            yield (*steps, *at), {"colour": name}
    elif kind == "table_cells":
        yield (*steps, "rows", context["row"]), {}
    elif kind == "unknown_block":
        yield (*steps, context["kind"]), {}
    elif kind == "review_order":
        yield (*steps, "due"), {}
    elif kind == "binds":
        yield (*steps, "handouts"), {"is_key": True}
    elif steps[-1:] == ("[key]",):
        yield steps[:-1], {"is_key": True}
    else:
        yield steps, {}


class _Fault(typing.NamedTuple):
    steps: Steps
    there: Steps
    """The steps that the file has; `steps` may hold names of fields that a shorthand leaves out."""
    kind: str
    input: Any
    context: dict[str, Any]
    cls: type[BaseModel]
    tree: Tree

    @property
    def name(self) -> str:
        return _named(self.there)

    @property
    def shown(self) -> str:
        """The value as the author typed it."""
        written = self.tree.written(self.steps)
        return shorten(str(self.input) if written is None else written)


def _named(there: Steps) -> str:
    """How the author calls a place: its key, or its position in a list."""
    last = there[-1] if there else "file"
    if isinstance(last, int):
        return f"item {last + 1} of {_named(there[:-1])}"
    return f'"{shorten(last)}"'


_AT_KEY = frozenset(
    ["extra_forbidden", "block_shape", "block_fields", "no_default", "unknown_block", "line_reach"]
)
_INSIDE = {
    "text_html": "tag",
    "text_link": "target",
    "text_link_space": "target",
    "text_bare_link": "target",
    "text_kept": "word",
}
"""Errors about a part of a text, and what of their context is that part."""


def _span(f: _Fault) -> Span:
    if f.kind == "missing":
        return f.tree.span(f.steps[:-1], key=True)
    if f.kind == "text_image":
        return f.tree.inside(f.steps, "![")
    if f.kind in _INSIDE:
        return f.tree.inside(f.steps, f.context[_INSIDE[f.kind]])
    return f.tree.span(f.steps, key=f.kind in _AT_KEY or "is_key" in f.context)


# -- one teller for each type of error -----------------------------------------------------------


def _missing(f: _Fault) -> _Cure:
    where = f" in {_named(f.there)}" if f.there else ""
    return "missing-key", f'"{f.steps[-1]}" is missing{where}', f'add "{f.steps[-1]}: …"'


def _extra(f: _Fault) -> _Cure:
    word = str(f.steps[-1])
    known = _fields_at(f.cls, f.steps[:-1])
    return "unknown-key", f'"{shorten(word)}" is not a key here', suggest(word, known, "keys", limit=30)


_TAKES_WORDS = frozenset(
    cls.__name__
    for cls in (Passage, Step, LogColumn, NamePair, Links, Logo, LogoImage, LightDark, Face, FontFile)
)
"""Models for which plain words stand, too."""


def _wrong_type(expected: str) -> Callable[[_Fault], _Cure]:
    def tell(f: _Fault) -> _Cure:
        wanted = "words" if f.context.get("class_name") in _TAKES_WORDS else expected
        if f.input is None:
            return (
                "wrong-type",
                f"{f.name} must be {wanted}, and nothing stands there",
                "write it after the colon, or take the key out",
            )
        return "wrong-type", f"{f.name} must be {wanted}, not {_sort_of(f)}", _how_to_write(f, wanted)

    return tell


def _how_to_write(f: _Fault, wanted: str) -> str | None:
    if wanted == "words" and isinstance(f.input, (int, float)):
        return f'put it in quotes: "{f.shown}"'
    if wanted == "words" and isinstance(f.input, dict) and list(f.input.values()) == [None]:
        return 'put text that begins with "{" in quotes'
    if wanted == "a list" and isinstance(f.input, str):
        one_word = re.fullmatch(r"[\w-]{1,30}", f.input)
        return f"write it as a list: [{f.input}]" if one_word else 'begin each item with "- " on its own line'
    if wanted == "words" and isinstance(f.input, list):
        return 'put text that begins with "[" in quotes; a list is not wanted here'
    if wanted == "keys and values" and isinstance(f.input, list):
        return 'take out the "- " before the keys'
    return None


def _literal(f: _Fault) -> _Cure:
    if isinstance(f.input, (list, dict)):
        return _wrong_type("one word")(f)
    allowed = [word.strip(" '") for word in re.split(r",| or ", f.context["expected"])]
    cure = suggest(f.shown, [word for word in allowed if word], "allowed")
    return "bad-value", f'{f.name} cannot be "{f.shown}"', cure


def _too_few(f: _Fault) -> _Cure:
    least, there = f.context["min_length"], f.context.get("actual_length", 0)
    if not there:
        return "empty", f"{f.name} is empty", "fill it, or take the key out"
    return "empty", f"{f.name} has {_items(there)} and needs at least {least}", "add what is missing"


def _too_many(f: _Fault) -> _Cure:
    most, there = f.context["max_length"], f.context.get("actual_length")
    has = f"has {_items(there)}" if there else "is too long"
    return "too-many", f"{f.name} {has}; at most {most} fit", "split it, or take some out"


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count:,} items"


def _no_words(f: _Fault) -> _Cure:
    return "empty", f"{f.name} has no words", "write the words, or take the key out"


def _too_long(f: _Fault) -> _Cure:
    most = f.context["max_length"]
    return (
        "too-long",
        f"{f.name} has {len(f.input):,} characters; at most {most:,} fit",
        "say it more shortly",
    )


def _out_of_range(f: _Fault) -> _Cure:
    low, high = f.context.get("ge"), f.context.get("le")
    bound = f"at least {low:g}" if low is not None else f"at most {high:g}"
    return "bad-value", f"{f.name} must be {bound}, not {f.shown}", None


_LOOKS = {
    "cites": "a fact id looks like PCD-9",
    "facts": "a fact id looks like PCD-9",
    "sources": "a source key looks like SMITH20 or NHS-anxiety",
    "email": "an address looks like hello@example.org",
    "home": "a link starts with https://",
    "link": "a link starts with https://",
    "source": "a link starts with https://",
    "address": "a link starts with https://",
    "doi": "a DOI looks like 10.1000/182",
    "text": "python build.py approve writes it: the SHA-256 of the words that were approved",
    "version": 'a version looks like "1.2"',
    "language": "a language looks like en, or en-GB",
    "words": "a word is written in small letters: emergency_room",
    "labels": "a label is written in small letters: kind_leaflet",
    "tokens": "a token is written like fore-edge, its value like 12mm, 10.5pt, none",
}
"""Keys whose values have a pattern, and what it looks like; all others are names."""


def _pattern(f: _Fault) -> _Cure:
    key = next((s for s in reversed(f.steps) if isinstance(s, str) and s in _LOOKS), None)
    cure = _LOOKS.get(key or "", "use small letters, digits and hyphens: five-senses")
    if "is_key" in f.context:
        return "bad-value", f"{f.name} cannot be a key here", cure
    return "bad-value", f'{f.name} cannot be "{f.shown}"', cure


def _date(f: _Fault) -> _Cure:
    if isinstance(f.input, (list, dict)) or f.input is None:
        return _wrong_type("a day")(f)
    return "bad-value", f'{f.name} is not a day: "{f.shown}"', "write it as 2026-11-22"


def _block_shape(f: _Fault) -> _Cure:
    if isinstance(f.input, dict) and len(f.input) > 1:
        return _two_keys([str(key) for key in f.input])
    if isinstance(f.input, str):
        words = shorten(f.input, 30)
        return "block-shape", "a block is one key, its kind, not plain words", f'write "- text: {words}"'
    sort = "nothing" if not f.input else _sort_of(f)
    return "block-shape", f"a block is one key, its kind, not {sort}", 'write "- text: …" for plain words'


def _two_keys(names: list[str]) -> _Cure:
    first = next((name for name in names if name in KINDS), names[0])
    other = next(name for name in names if name != first)
    is_field = first not in KINDS or other in KINDS[first].model_fields or other not in KINDS
    return (
        "block-shape",
        f'"{shorten(first)}" and "{shorten(other)}" stand beside each other; a block has one key, its kind',
        f'indent "{shorten(other)}" by four spaces so that it stands inside "{shorten(first)}"'
        if is_field
        else f'put "- " before "{other}", so that it is a block of its own',
    )


def _unknown_block(f: _Fault) -> _Cure:
    kind = f.context["kind"]
    return (
        "unknown-block",
        f'"{shorten(kind)}" is not a kind of block',
        suggest(kind, KINDS, "kinds", limit=40),
    )


def _block_fields(f: _Fault) -> _Cure:
    kind = f.context["kind"]
    fields = {
        name: field for name, field in KINDS[kind].model_fields.items() if name not in ("kind", "audience")
    }
    needed = [name for name, field in fields.items() if field.is_required()]
    shown = ", ".join(f"{name}: …" for name in needed or list(fields)[:2])
    if not fields:
        return "block-fields", f'"{kind}" has no fields', f'write "- {kind}"'
    return "block-fields", f'"{kind}" needs its fields by name', f'write "{kind}: {{{shown}}}"'


def _table_cells(f: _Fault) -> _Cure:
    row, cells, columns = (f.context[k] for k in ("row", "cells", "columns"))
    has = "1 cell" if cells == 1 else f"{cells} cells"
    return (
        "missing-cells",
        f"row {row + 1} has {has} for {columns} columns",
        'give each column a cell; "" is an empty one',
    )


def _said(code: str, message: str, cure: str | None) -> Callable[[_Fault], _Cure]:
    def tell(f: _Fault) -> _Cure:
        parts = {key: shorten(str(value)) for key, value in f.context.items()}
        values = {**parts, "name": f.name, "shown": f.shown}
        return code, message.format(**values), cure.format(**values) if cure else None

    return tell


def _raw(f: _Fault) -> _Cure:
    return "invalid", f"{f.name} is not right ({f.kind})", None


TELLERS: dict[str, Callable[[_Fault], _Cure]] = {
    "missing": _missing,
    "extra_forbidden": _extra,
    "string_type": _wrong_type("words"),
    "int_type": _wrong_type("a whole number"),
    "int_parsing": _wrong_type("a whole number"),
    "int_parsing_size": _wrong_type("a whole number"),
    "int_from_float": _wrong_type("a whole number"),
    "float_type": _wrong_type("a number"),
    "float_parsing": _wrong_type("a number"),
    "finite_number": _wrong_type("a number"),
    "bool_type": _wrong_type("true or false"),
    "bool_parsing": _wrong_type("true or false"),
    "tuple_type": _wrong_type("a list"),
    "dict_type": _wrong_type("keys and values"),
    "model_type": _wrong_type("keys and values"),
    "model_attributes_type": _wrong_type("keys and values"),
    "literal_error": _literal,
    "too_short": _too_few,
    "too_long": _too_many,
    "string_too_short": _no_words,
    "text_unseen": _no_words,
    "string_too_long": _too_long,
    "string_pattern_mismatch": _pattern,
    "greater_than_equal": _out_of_range,
    "less_than_equal": _out_of_range,
    "date_type": _date,
    "date_parsing": _date,
    "date_from_datetime_parsing": _date,
    "block_shape": _block_shape,
    "unknown_block": _unknown_block,
    "block_fields": _block_fields,
    "no_default": _said(
        "no-default",
        'there is no default for "{kind}"',
        "write its fields here, or add it to content/defaults.yaml",
    ),
    "table_cells": _table_cells,
    "table_empty": _said("table-empty", "the table has no rows", 'add "blank: 6" for empty rows'),
    "empty_step": _said("empty", "{name} says nothing", 'give the step a "title" or a "text"'),
    "binds": _said("binds", "only a booklet binds handouts", 'take out "handouts", or write "kind: booklet"'),
    "review_order": _said(
        "bad-value", "the review is due before the text was written", "check the two dates"
    ),
    "text_image": _said("image-in-text", "{name} holds a picture", "use a figure block: - figure: name"),
    "text_html": _said(
        "html-in-text", "{name} holds the HTML tag {tag}", "take it out; **bold** makes bold words"
    ),
    "text_link": _said(
        "unsafe-link",
        '{name} links to "{target}"',
        "links start with https://, mailto: or tel:",
    ),
    "text_link_space": _said(
        "broken-link",
        "{name} has a link with a space in it",
        "write the address without spaces: tel:+12025550100",
    ),
    "text_phone": _said(
        "broken-link", '{name} links to "{target}", which calls no number', "write digits: tel:+12025550100"
    ),
    "text_bare_link": _said(
        "broken-link", '{name} has a link without words, to "{target}"', "write words between [ and ]"
    ),
    "text_kept": _said("kept-word", '"{word}" is a sign that the press keeps for itself', "use other words"),
    "line_reach": _said(
        "line-reach", "{name} has no phone, text, chat or web", 'add "phone: …", or take the line out'
    ),
    "line_source": _said(
        "line-source",
        "{name} was read somewhere, and names no source",
        'add "source: https://…", the page where it was read',
    ),
    "bad_pattern": _said("bad-value", "{name} is not a pattern: {why}", "see Python's regular expressions"),
    "token_word": _said("bad-value", '{name} cannot be "{shown}"', "write the value itself"),
    "label_braces": _said("bad-value", "{name} holds a brace that is no word like {{number}}", "take it out"),
    "keep_and_leave": _said(
        "bad-value", '"keep" and "leave_out" cannot both be said', "keep one of the two: the shorter list"
    ),
    "no_role": _said(
        "no-role",
        '{name} does not say who approved it, and as what: "{shown}"',
        'give a name and a role, with a comma between: "Jo Example, clinical psychologist"',
    ),
    "font_weight": _said("bad-value", '{name} is not a weight: "{weight}"', "write 400, bold, semi-bold …"),
    "color_none": _said(
        "bad-color", "{name} has no colour", 'put it in quotes, as "#" begins a comment: "#1d5a68"'
    ),
    "color_name": _said(
        "unknown-color",
        '{name} names the colour "{colour}", which is not there',
        'name it under "palette:", or write it as "#1d5a68"',
    ),
    "color_hex": _said("bad-color", '{name} is not a colour: "{colour}"', 'write it as "#1d5a68"'),
}


def _sort_of(f: _Fault) -> str:
    """Name the sort of a value that is there, or the value where it is short."""
    value = f.input
    if isinstance(value, bool):
        return f"{f.shown}, which YAML reads as yes or no"
    if isinstance(value, (int, float)):
        return f"the number {f.shown}"
    if isinstance(value, str):
        return f'"{f.shown}"' if len(value) <= 30 else "words"
    return "a list" if isinstance(value, list) else "keys and values"


# -- which keys a place has ----------------------------------------------------------------------


def _fields_at(cls: type[BaseModel], steps: Steps) -> set[str]:
    """Give the keys that are allowed where `steps` lead, following the models' own types."""
    found: list[Any] = [cls]
    for step in steps:
        following = [inner for kind in found for inner in _inside(kind, step)]
        if following:
            found = following
    models = [kind for kind in found if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return {
        name
        for kind in models
        for name in kind.model_fields
        if not (name == "kind" and issubclass(kind, BlockBase))
    }


def _inside(kind: Any, step: str | int) -> list[Any]:
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return []
    if step in KINDS and kind in (KINDS[str(step)], BlockBase):
        return [KINDS[str(step)]]
    field = kind.model_fields.get(str(step))
    return _models_in(field.annotation) if field else []


def _models_in(annotation: Any) -> list[Any]:
    origin = typing.get_origin(annotation)
    if origin is None:
        return [annotation] if isinstance(annotation, type) else []
    if origin in (typing.Union, types.UnionType, tuple, list, dict, typing.Annotated):
        return [m for arg in typing.get_args(annotation) for m in _models_in(arg)]
    return []
