"""Error texts: an error of pydantic at a place in a file → the code of a finding, its message and the cure.

Errors are distinguished by their type, never by their English text. A type without a text here is shown
as it is, and fails a test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from bifolio.content.model_error import Description, ModelError, named
from bifolio.content.model_fields import keys_at
from bifolio.core.diagnostics import did_you_mean, shorten, suggest
from bifolio.core.yaml_errors import split_by_yaml
from bifolio.model.base import Passage
from bifolio.model.blocks import KINDS
from bifolio.model.blocks.log_table import LogColumn
from bifolio.model.blocks.steps import Step
from bifolio.model.brand import Links, NamePair
from bifolio.model.brand.logo import LightDark, Logo, LogoImage
from bifolio.model.brand.typography import Face, FontFile


def describe(error: ModelError) -> Description:
    """Return what is wrong, and how to mend it."""
    if error.kind in DESCRIBERS:
        return DESCRIBERS[error.kind](error)
    if error.kind not in PHRASES:
        return "invalid", f"{error.name} is not valid ({error.kind})", None
    parts = {key: shorten(str(value)) for key, value in error.context.items()}
    values = {**parts, "name": error.name, "shown": error.shown}
    code, message, cure = PHRASES[error.kind]
    return code, message.format(**values), cure.format(**values)


_RIGHT_TO_LEFT = "leave it out: Arabic and Hebrew would be printed in the wrong order"

PHRASES: Mapping[str, tuple[str, str, str]] = {
    "no_default": (
        "no-default",
        'there is no default for "{kind}"',
        "write its fields here, or add it to content/defaults.yaml",
    ),
    "table_empty": ("table-empty", "the table has no rows", 'add "blank: 6" for empty rows'),
    "empty_step": ("empty", "{name} is empty", 'give the step a "title" or a "text"'),
    "binds": (
        "not-a-booklet",
        "only a booklet binds handouts",
        'remove "handouts", or write "kind: booklet"',
    ),
    "review_order": ("bad-value", "the review is due before the text was written", "check the two dates"),
    "string_too_short": ("empty", "{name} is empty", "write some text, or remove the key"),
    "text_unseen": ("empty", "{name} has no visible text", "write some text, or remove the key"),
    "text_image": ("image-in-text", "{name} contains a picture", "use a figure block: - figure: name"),
    "text_direction": ("right-to-left", "{name} has “{word}”, which pages cannot set yet", _RIGHT_TO_LEFT),
    "text_markdown": (
        "markdown-in-text",
        "{name} has {what} in Markdown, which is printed as typed",
        "{cure}",
    ),
    "text_html": (
        "html-in-text",
        "{name} contains the HTML tag {tag}",
        "remove it; for bold text write **bold**",
    ),
    "text_link": ("unsafe-link", '{name} links to "{target}"', "links start with https://, mailto: or tel:"),
    "text_link_space": (
        "broken-link",
        "{name} has a link that contains a space",
        "write the address without spaces: tel:+12025550100",
    ),
    "text_phone": (
        "broken-link",
        '{name} links to "{target}", which is not a phone number',
        "write the number in digits: tel:+12025550100",
    ),
    "text_bare_link": (
        "broken-link",
        '{name} has a link without words, to "{target}"',
        "write words between [ and ]",
    ),
    "text_kept": ("reserved-word", '"{word}" is reserved for internal use', "use other words"),
    "line_reach": (
        "line-reach",
        "{name} has no phone, text, chat or web",
        'add "phone: …", or remove the line',
    ),
    "line_source": (
        "line-source",
        '{name} has the status "read", but no source',
        'add "source: https://…", the page where it was read',
    ),
    "bad_pattern": (
        "bad-value",
        "{name} is not a regular expression: {why}",
        "see the documentation of Python's re module",
    ),
    "token_word": ("bad-value", '{name} cannot be "{shown}"', "write the value itself"),
    "synonym_twice": ("bad-value", '{name} has "{word}" twice', "take one of them out"),
    "label_braces": ("bad-value", "{name} contains a brace outside a word such as {{number}}", "remove it"),
    "keep_and_leave": (
        "bad-value",
        '"keep" and "leave_out" cannot be combined',
        "use one of the two: the shorter list",
    ),
    "no_role": (
        "no-role",
        '{name} does not give a name and a role: "{shown}"',
        'write both, separated by a comma: "Jo Example, clinical psychologist"',
    ),
    "font_weight": ("bad-value", '{name} is not a font weight: "{weight}"', "write 400, bold, semi-bold …"),
    "color_none": (
        "bad-color",
        "{name} has no colour",
        'put it in quotes, as "#" begins a comment: "#1d5a68"',
    ),
    "color_ink": (
        "bad-color",
        '{name} is an ink of a print shop, "{colour}", which has no exact colour on a screen',
        'ask whoever made your logo for its web colour, and write it as "#1d5a68"',
    ),
    "color_hex": ("bad-color", '{name} is not a colour: "{colour}"', 'write it as "#1d5a68"'),
}
"""The texts of errors that need no more than words filled in: the name of the place, the value shown, the context."""


def _lost_colour(error: ModelError) -> Description:
    colour = error.context["colour"]
    near = did_you_mean(colour, error.context["there"]) or next(
        iter(get_close_matches(colour, _COMMON_COLOURS, 1, 0.7)), None
    )
    cure = f'did you mean "{near}"?' if near else 'define it under "palette:", or write it as "#1d5a68"'
    message = f'{error.name} refers to the colour "{shorten(colour)}", which is not defined'
    return "unknown-color", message, cure


_COMMON_COLOURS = (
    "aqua", "black", "blue", "brown", "coral", "crimson", "cyan", "fuchsia", "gold", "gray", "green", "grey", "indigo",
    "lavender", "lime", "magenta", "maroon", "navy", "olive", "orange", "orchid", "pink", "plum", "purple", "red",
    "salmon", "silver", "teal", "tomato", "turquoise", "violet", "white", "yellow",
)  # fmt: skip


def _missing(error: ModelError) -> Description:
    where = f" in {named(error.there)}" if error.there else ""
    key = error.steps[-1]
    return "missing-key", f'"{key}" is missing{where}', f'add "{key}: …"'


def _extra(error: ModelError) -> Description:
    word = str(error.steps[-1])
    known = keys_at(error.cls, error.steps[:-1])
    message = f'"{shorten(word)}" is not a key here'
    if (words := split_by_yaml(word, error.input)) and not did_you_mean(word, known):
        return "unknown-key", message, words
    return "unknown-key", message, suggest(word, known, "keys", limit=30)


_TAKES_WORDS = frozenset(
    cls.__name__
    for cls in (Passage, Step, LogColumn, NamePair, Links, Logo, LogoImage, LightDark, Face, FontFile)
)
"""Models for which a plain string will do."""


def _wrong_type(expected: str) -> Callable[[ModelError], Description]:
    def describe(error: ModelError) -> Description:
        wanted = "text" if error.context.get("class_name") in _TAKES_WORDS else expected
        if error.input is None:
            return (
                "wrong-type",
                f"{error.name} must be {wanted}, but has no value",
                "write it after the colon, or remove the key",
            )
        message = f"{error.name} must be {wanted}, not {_sort_of(error)}"
        return "wrong-type", message, _how_to_write(error, wanted)

    return describe


def _how_to_write(error: ModelError, wanted: str) -> str | None:
    value = error.input
    if wanted == "text":
        return _how_to_write_text(value, error.shown)
    if wanted == "a list" and isinstance(value, str):
        one_word = re.fullmatch(r"[\w-]{1,30}", value)
        return f"write it as a list: [{value}]" if one_word else 'begin each item with "- " on its own line'
    if wanted == "a list" and isinstance(value, dict):
        return 'write only the values, each on a line of its own after "- "'
    if wanted != "keys and values":
        return None
    if not isinstance(value, list):
        return 'write "key: value" on a line of its own below it'
    is_of_keys = all(isinstance(item, dict) for item in value)
    return 'remove the "- " before the keys' if is_of_keys else 'give each of them a name: "name: …"'


def _how_to_write_text(value: Any, shown: str) -> str | None:
    if isinstance(value, (int, float)):
        return f'put it in quotes: "{shown}"'
    if isinstance(value, list):
        return 'a list is not allowed here; put text that begins with "[" in quotes'
    if isinstance(value, dict):
        is_in_braces = list(value.values()) == [None]
        return (
            'put text that begins with "{" in quotes' if is_in_braces else "write one value after the colon"
        )
    return None


def _sort_of(error: ModelError) -> str:
    """Return the sort of a value, or the value itself if it is short."""
    value = error.input
    if isinstance(value, bool):
        return f"{error.shown}, a truth value in YAML"
    if isinstance(value, (int, float)):
        return f"the number {error.shown}"
    if isinstance(value, str):
        return f'"{error.shown}"' if len(value) <= 30 else "text"
    return "a list" if isinstance(value, list) else "keys and values"


def _literal(error: ModelError) -> Description:
    if isinstance(error.input, (list, dict)):
        return _wrong_type("one word")(error)
    allowed = [word.strip(" '") for word in re.split(r",| or ", error.context["expected"])]
    cure = suggest(error.shown, [word for word in allowed if word], "allowed")
    return "bad-value", f'{error.name} cannot be "{error.shown}"', cure


def _too_few(error: ModelError) -> Description:
    least, there = error.context["min_length"], error.context.get("actual_length", 0)
    if not there:
        return "empty", f"{error.name} is empty", "fill it, or remove the key"
    return "empty", f"{error.name} has {_items(there)} and needs at least {least}", "add what is missing"


def _too_many(error: ModelError) -> Description:
    most, there = error.context["max_length"], error.context.get("actual_length")
    has = f"has {_items(there)}" if there else "is too long"
    return "too-many", f"{error.name} {has}; at most {most} are allowed", "split it, or remove some"


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count:,} items"


def _too_long(error: ModelError) -> Description:
    most = error.context["max_length"]
    message = f"{error.name} has {len(error.input):,} characters; at most {most:,} are allowed"
    return "too-long", message, "shorten it"


def _out_of_range(error: ModelError) -> Description:
    low, high = error.context.get("ge"), error.context.get("le")
    bound = f"at least {low:g}" if low is not None else f"at most {high:g}"
    return "bad-value", f"{error.name} must be {bound}, not {error.shown}", None


_LOOKS = {
    "cites": "a fact id looks like PCD-9",
    "facts": "a fact id looks like PCD-9",
    "sources": "a source key looks like SMITH20 or NHS-anxiety",
    "email": "an address looks like hello@example.org",
    "home": "a link is a web address: https://clinic.example.org",
    "shelf": "a link is a web address: https://clinic.example.org",
    "link": "a link is a web address: https://clinic.example.org",
    "source": "a link starts with https://",
    "address": "a link starts with https://",
    "doi": "a DOI looks like 10.1000/182",
    "text": "python build.py approve writes it: the SHA-256 of the words that were approved",
    "version": 'a version looks like "1.2"',
    "language": "a language looks like en, or en-GB",
    "words": "a word is written in lower-case letters: emergency_room",
    "labels": "a label is written in lower-case letters: kind_leaflet",
    "tokens": "a token is written like fore-edge, its value like 12mm, 10.5pt, none",
}
"""What the values of some keys look like; those of all others are names."""


def _pattern(error: ModelError) -> Description:
    key = next((s for s in reversed(error.steps) if isinstance(s, str) and s in _LOOKS), None)
    cure = _LOOKS.get(key or "", "use lower-case letters, digits and hyphens: five-senses")
    if "is_key" in error.context:
        return "bad-value", f"{error.name} cannot be a key here", cure
    return "bad-value", f'{error.name} cannot be "{error.shown}"', cure


def _date(error: ModelError) -> Description:
    if isinstance(error.input, (list, dict)) or error.input is None:
        return _wrong_type("a date")(error)
    return "bad-value", f'{error.name} is not a date: "{error.shown}"', "write it as 2026-11-22"


def _block_shape(error: ModelError) -> Description:
    value = error.input
    if isinstance(value, dict) and len(value) > 1:
        return _two_keys([str(key) for key in value])
    if isinstance(value, str):
        words = shorten(value, 30)
        return "block-shape", "a block is one key, its kind, not plain text", f'write "- text: {words}"'
    what = f"a block is one key, its kind, not {_sort_of(error)}" if value else "the block is empty"
    return "block-shape", what, 'write "- text: …" for plain text'


def _two_keys(names: list[str]) -> Description:
    first = next((name for name in names if name in KINDS), names[0])
    other = next(name for name in names if name != first)
    is_field = first not in KINDS or other in KINDS[first].model_fields or other not in KINDS
    return (
        "block-shape",
        f'"{shorten(first)}" and "{shorten(other)}" are side by side; a block has one key, its kind',
        f'indent "{shorten(other)}" by four spaces so that it belongs to "{shorten(first)}"'
        if is_field
        else f'put "- " before "{other}" to make it a block of its own',
    )


def _unknown_block(error: ModelError) -> Description:
    kind = error.context["kind"]
    cure = suggest(kind, KINDS, "kinds", limit=40)
    return "unknown-block", f'"{shorten(kind)}" is not a kind of block', cure


def _block_fields(error: ModelError) -> Description:
    kind = error.context["kind"]
    fields = {
        name: field for name, field in KINDS[kind].model_fields.items() if name not in ("kind", "audience")
    }
    needed = [name for name, field in fields.items() if field.is_required()]
    shown = ", ".join(f"{name}: …" for name in needed or list(fields)[:2])
    if not fields:
        return "block-fields", f'"{kind}" has no fields', f'write "- {kind}"'
    return "block-fields", f'"{kind}" needs its fields by name', f'write "{kind}: {{{shown}}}"'


def _table_cells(error: ModelError) -> Description:
    row, cells, columns = (error.context[key] for key in ("row", "cells", "columns"))
    has = "1 cell" if cells == 1 else f"{cells} cells"
    message = f"row {row + 1} has {has} for {columns} columns"
    return "missing-cells", message, 'give each column a cell; "" is an empty one'


DESCRIBERS: Mapping[str, Callable[[ModelError], Description]] = {
    "color_name": _lost_colour,
    "missing": _missing,
    "extra_forbidden": _extra,
    "string_type": _wrong_type("text"),
    **dict.fromkeys(
        ("int_type", "int_parsing", "int_parsing_size", "int_from_float"), _wrong_type("a whole number")
    ),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), _wrong_type("a number")),
    **dict.fromkeys(("bool_type", "bool_parsing"), _wrong_type("true or false")),
    "tuple_type": _wrong_type("a list"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), _wrong_type("keys and values")),
    "literal_error": _literal,
    "too_short": _too_few,
    "too_long": _too_many,
    "string_too_long": _too_long,
    "string_pattern_mismatch": _pattern,
    **dict.fromkeys(("greater_than_equal", "less_than_equal"), _out_of_range),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), _date),
    "block_shape": _block_shape,
    "unknown_block": _unknown_block,
    "block_fields": _block_fields,
    "table_cells": _table_cells,
}
"""The functions that describe all other errors."""
