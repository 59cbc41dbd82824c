"""Validate: loaded values → models, with every fault found at once.

A model says what is right; this module says what is wrong, in the author's words and at the
author's line. It translates pydantic's errors by their type code, never by their English text. It
checks shapes and references (facts, figures, words), not style: that is lint's part.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bifolio.diagnostics import Diagnostic, Severity, Span, did_you_mean, suggest
from bifolio.model.blocks import KINDS
from bifolio.model.evidence import Evidence
from bifolio.model.tree import Steps, Tree

M = TypeVar("M", bound=BaseModel)

Word = re.compile(r"\{([a-z][a-z_]*)\}")
"""A word of the region in running text: `{emergency}`."""


def validate(
    cls: type[M], tree: Tree, subject: str, context: Mapping[str, Any] | None = None
) -> tuple[M | None, list[Diagnostic]]:
    """Build a `cls` from a tree. Gives the model and no findings, or none and all findings.

    `subject` is the first half of the finding codes: content, brand, region, edition, evidence.
    """
    if not isinstance(tree.value, dict):
        what = "is empty" if tree.value is None else "is not a list of keys and values"
        return None, [
            Diagnostic(
                f"{subject}.empty-file",
                f"the file {what}",
                Span(tree.source, 1, 1),
                help="see an example in content/, or the schema in content/schema/",
            )
        ]
    try:
        return cls.model_validate(tree.value, context=dict(context or {})), []
    except ValidationError as error:
        details = _without_echoes(error.errors(include_url=False), cls)
        return None, [_translate(detail, cls, tree, subject) for detail in details]


# -- references ----------------------------------------------------------------------------------


def cited_facts(tree: Tree, evidence: Evidence) -> Iterable[Diagnostic]:
    """Check that every cite names a fact that may be printed."""
    for steps, value in tree.walk():
        if not steps or steps[-1] != "cites" or not isinstance(value, list):
            continue
        for position, fact_id in enumerate(value):
            span = tree.span((*steps, position))
            fact = evidence.facts.get(fact_id)
            if fact is None:
                yield Diagnostic(
                    "evidence.unknown-fact",
                    f'there is no fact "{fact_id}"',
                    span,
                    help=suggest(str(fact_id), list(evidence.facts), "facts"),
                )
            elif not fact.printable:
                yield Diagnostic(
                    "evidence.unverified",
                    f'the fact "{fact_id}" is not verified, so it may not be printed',
                    span,
                    help="read a source that says it and raise its status in content/facts.yaml, "
                    "or take the sentence out",
                )


def named_figures(tree: Tree, figures: Collection[str]) -> Iterable[Diagnostic]:
    """Check that every figure block names a drawing of the project."""
    for steps, value in tree.walk():
        if not steps or steps[-1] != "figure":
            continue
        name = value.get("name") if isinstance(value, dict) else value
        if isinstance(name, str) and name not in figures:
            at = (*steps, "name") if isinstance(value, dict) else steps
            yield Diagnostic(
                "content.missing-figure",
                f'there is no figure "{name}"',
                tree.span(at),
                help=suggest(name, list(figures), "figures"),
            )


def region_words(tree: Tree, words: Collection[str], region: str) -> Iterable[Diagnostic]:
    """Check that every `{word}` in the text is a word that the region has."""
    for steps, value in tree.walk():
        if not isinstance(value, str):
            continue
        for word in Word.findall(value):
            if word not in words:
                yield Diagnostic(
                    "content.unknown-word",
                    f'the region "{region}" has no word "{{{word}}}"',
                    tree.span(steps),
                    help=suggest(word, list(words), "words"),
                )


# -- pydantic's errors, translated ---------------------------------------------------------------


def _without_echoes(details: list[ErrorDetails], cls: type[BaseModel]) -> list[ErrorDetails]:
    """Leave out errors that only repeat another: one fault, one finding.

    A list whose only item is faulty also counts as too short; a mistyped key is also a missing one.
    """
    kept = []
    places = [detail["loc"] for detail in details]
    mistyped = {
        (*detail["loc"][:-1], did_you_mean(str(detail["loc"][-1]), known))
        for detail in details
        if detail["type"] == "extra_forbidden" and (known := _fields_at(cls, tuple(detail["loc"][:-1])))
    }
    for detail in details:
        place = detail["loc"]
        inside = any(len(p) > len(place) and p[: len(place)] == place for p in places)
        if detail["type"] == "too_short" and inside:
            continue
        if detail["type"] == "missing" and place in mistyped:
            continue
        kept.append(detail)
    return kept


_Cure = tuple[str, str, str | None]
"""The second half of a code, the message, the help."""


def _translate(error: ErrorDetails, cls: type[BaseModel], tree: Tree, subject: str) -> Diagnostic:
    steps: Steps = tuple(error["loc"])
    kind = error["type"]
    context = error.get("ctx", {})
    teller = _TELLERS.get(kind, _raw)
    code, message, cure = teller(_Fault(steps, kind, error["input"], context, error["msg"], cls))
    if kind == "missing":
        span = tree.span(steps[:-1], key=True) if len(steps) > 1 else Span(tree.source, 1, 1)
    elif kind == "table_cells":
        span = tree.span((*steps, "rows", context["row"]))
    elif kind in ("extra_forbidden", "block_shape", "block_fields", "no_default"):
        span = tree.span(steps, key=True)
    elif kind == "unknown_block":
        span = tree.span((*steps, context["kind"]), key=True)
    else:
        span = tree.span(steps)
    return Diagnostic(f"{subject}.{code}", message, span, help=cure)


class _Fault(typing.NamedTuple):
    steps: Steps
    kind: str
    input: Any
    context: dict[str, Any]
    message: str
    cls: type[BaseModel]

    @property
    def name(self) -> str:
        """How the author calls the faulty place: its key, or its position in a list."""
        last = self.steps[-1] if self.steps else "file"
        if isinstance(last, int):
            named = next((s for s in reversed(self.steps) if isinstance(s, str)), "list")
            return f'item {last + 1} of "{named}"'
        return f'"{last}"'


def _missing(f: _Fault) -> _Cure:
    if f.steps == ("meta", "name"):
        return "no-name", "the clinic has no name", 'add "name: …" under "meta:"'
    what = f.steps[-1]
    where = f' in "{f.steps[-2]}"' if len(f.steps) > 1 and isinstance(f.steps[-2], str) else ""
    return "missing-key", f'"{what}" is missing{where}', f'add "{what}: …"'


def _extra(f: _Fault) -> _Cure:
    word = str(f.steps[-1])
    known = _fields_at(f.cls, f.steps[:-1])
    return "unknown-key", f'"{word}" is not a key here', suggest(word, sorted(known), "keys")


def _wrong_type(expected: str) -> Callable[[_Fault], _Cure]:
    def tell(f: _Fault) -> _Cure:
        cure = None
        if expected == "words" and isinstance(f.input, (int, float, bool)):
            cure = 'put it in quotes: "' + str(f.input) + '"'
        elif f.input is None:
            cure = "write it after the colon, or take the key out"
        return "wrong-type", f"{f.name} must be {expected}, not {_sort_of(f.input)}", cure

    return tell


def _literal(f: _Fault) -> _Cure:
    allowed = [word.strip(" '") for word in re.split(r",| or ", f.context["expected"])]
    allowed = [word for word in allowed if word]
    return (
        "bad-value",
        f'{f.name} cannot be "{f.input}"',
        suggest(str(f.input), allowed, "allowed"),
    )


def _too_few(f: _Fault) -> _Cure:
    least = f.context["min_length"]
    things = "item" if least == 1 else "items"
    return "empty", f"{f.name} needs at least {least} {things}", "fill it, or take the key out"


def _too_many(f: _Fault) -> _Cure:
    return "too-many", f"{f.name} takes at most {f.context['max_length']} items", "split it"


def _too_short(f: _Fault) -> _Cure:
    return "empty", f"{f.name} has no words", "write the words, or take the key out"


def _too_long(f: _Fault) -> _Cure:
    most = f.context["max_length"]
    return "too-long", f"{f.name} has more than {most} characters", "say it more shortly"


def _out_of_range(f: _Fault) -> _Cure:
    low, high = f.context.get("ge", f.context.get("gt")), f.context.get("le")
    bound = f"at least {low}" if low is not None else f"at most {high}"
    return "bad-value", f"{f.name} must be {bound}, not {f.input}", None


def _pattern(f: _Fault) -> _Cure:
    shown = f'"{f.input}"'
    cures = {
        "cites": "a fact id looks like PCD-9",
        "name": "use small letters, digits and hyphens: five-senses",
        "id": "use small letters, digits and hyphens: why-tears-come",
        "email": "an address looks like hello@example.org",
        "home": "a link starts with https://",
        "link": "a link starts with https://",
        "version": 'a version looks like "1.2"',
        "language": 'a language looks like "en"',
    }
    key = next((s for s in reversed(f.steps) if isinstance(s, str) and s in cures), None)
    return "bad-value", f"{f.name} cannot be {shown}", cures.get(key or "")


def _date(f: _Fault) -> _Cure:
    return "bad-value", f'{f.name} is not a date: "{f.input}"', "write it as 2026-11-22"


def _block_shape(f: _Fault) -> _Cure:
    if isinstance(f.input, dict) and len(f.input) > 1:
        names = [str(key) for key in f.input]
        kinds = [name for name in names if name in KINDS]
        other = next((name for name in names if name not in kinds), names[-1])
        first = kinds[0] if kinds else names[0]
        return (
            "block-shape",
            f'"{first}" and "{other}" stand beside each other; a block has one key, its kind',
            f'indent "{other}" by four spaces so that it stands inside "{first}"',
        )
    return (
        "block-shape",
        f"a block is one key, its kind, not {_sort_of(f.input)}",
        'write "- text: …" for plain words',
    )


def _unknown_block(f: _Fault) -> _Cure:
    kind = f.context["kind"]
    return (
        "unknown-block",
        f'"{kind}" is not a kind of block',
        suggest(kind, list(KINDS), "kinds", limit=40),
    )


def _block_fields(f: _Fault) -> _Cure:
    kind = f.context["kind"]
    fields = KINDS[kind].model_fields
    needed = [name for name, field in fields.items() if field.is_required() and name != "kind"]
    return "block-fields", f'"{kind}" needs its fields by name', "fields: " + ", ".join(needed)


def _no_default(f: _Fault) -> _Cure:
    kind = f.context["kind"]
    return (
        "no-default",
        f'there is no default for "{kind}"',
        "write its fields here, or add it to content/defaults.yaml",
    )


def _table_cells(f: _Fault) -> _Cure:
    row, cells, columns = (f.context[k] for k in ("row", "cells", "columns"))
    return (
        "missing-cells",
        f"row {row + 1} has {cells} cells for {columns} columns",
        'give each column a cell; "" is an empty one',
    )


def _said(code: str, message: str, cure: str | None) -> Callable[[_Fault], _Cure]:
    def tell(f: _Fault) -> _Cure:
        values = {**f.context, "name": f.name, "input": f.input}
        return code, message.format(**values), cure.format(**values) if cure else None

    return tell


def _raw(f: _Fault) -> _Cure:
    return "invalid", f"{f.name}: {f.message} ({f.kind})", None


_TELLERS: dict[str, Callable[[_Fault], _Cure]] = {
    "missing": _missing,
    "extra_forbidden": _extra,
    "string_type": _wrong_type("words"),
    "int_type": _wrong_type("a whole number"),
    "int_parsing": _wrong_type("a whole number"),
    "int_from_float": _wrong_type("a whole number"),
    "float_type": _wrong_type("a number"),
    "float_parsing": _wrong_type("a number"),
    "bool_type": _wrong_type("true or false"),
    "bool_parsing": _wrong_type("true or false"),
    "tuple_type": _wrong_type("a list"),
    "dict_type": _wrong_type("keys and values"),
    "model_type": _wrong_type("keys and values"),
    "model_attributes_type": _wrong_type("keys and values"),
    "literal_error": _literal,
    "too_short": _too_few,
    "too_long": _too_many,
    "string_too_short": _too_short,
    "string_too_long": _too_long,
    "string_pattern_mismatch": _pattern,
    "greater_than_equal": _out_of_range,
    "greater_than": _out_of_range,
    "less_than_equal": _out_of_range,
    "date_type": _date,
    "date_parsing": _date,
    "date_from_datetime_parsing": _date,
    "date_from_datetime_inexact": _date,
    "block_shape": _block_shape,
    "unknown_block": _unknown_block,
    "block_fields": _block_fields,
    "no_default": _no_default,
    "table_cells": _table_cells,
    "table_empty": _said("table-empty", "the table has no rows", 'add "blank: 6" for empty rows'),
    "empty_step": _said("empty", "{name} says nothing", 'give the step a "title" or a "text"'),
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
    "fact_source": _said(
        "unknown-source",
        'the fact "{fact}" names the source "{source}", which is not there',
        "add it to content/sources.yaml, or mend the key",
    ),
    "line_reach": _said(
        "line-reach", "a support line has no phone, text or chat", 'add "phone:", or leave it out'
    ),
    "line_source": _said("line-source", "a support line names no source", "name the page where it was read"),
    "color_name": _said(
        "unknown-color", '"{name}" is not a colour of the palette', "name it under color: palette:"
    ),
    "color_hex": _said("bad-color", '"{name}" is not a colour', 'write it as "#1d5a68"'),
}


def _sort_of(value: Any) -> str:
    names: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        ((int, float), f"the number {value}"),
        (str, "words"),
        (list, "a list"),
        (dict, "keys and values"),
    )
    if value is None:
        return "nothing"
    return next((name for types_, name in names if isinstance(value, types_)), "that")


def _fields_at(cls: type[BaseModel], steps: Steps) -> set[str]:
    """Give the keys that are allowed where `steps` lead, following the models' own types."""
    found: list[Any] = [cls]
    for step in steps:
        following = [inner for kind in found for inner in _inside(kind, step)]
        if following:
            found = following
    names: set[str] = set()
    for kind in found:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            names |= set(kind.model_fields)
    return names - {"kind"} if any(s in KINDS for s in steps) else names


def _inside(kind: Any, step: str | int) -> list[Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if step in KINDS and kind is KINDS[str(step)]:
            return [kind]
        field = kind.model_fields.get(str(step))
        return _models_in(field.annotation) if field else []
    return []


def _models_in(annotation: Any) -> list[Any]:
    origin = typing.get_origin(annotation)
    if origin is None:
        return [annotation] if isinstance(annotation, type) else []
    if origin in (typing.Union, types.UnionType, tuple, list, dict, typing.Annotated):
        return [m for arg in typing.get_args(annotation) for m in _models_in(arg)]
    return []


def unused_keys(model: BaseModel, tree: Tree) -> Iterable[Diagnostic]:
    """Tell, as one warning, which keys of a brand file this program does not use."""
    names = sorted(_extras(model, ()))
    if names:
        yield Diagnostic(
            "brand.unused-keys",
            "not used here: " + ", ".join(names),
            Span(tree.source, 1, 1),
            help="they do no harm; other programs may use them",
            severity=Severity.WARNING,
        )


def _extras(model: BaseModel, above: tuple[str, ...]) -> Iterable[str]:
    for name in model.model_extra or {}:
        yield ".".join((*above, name))
    for name in type(model).model_fields:
        inner = getattr(model, name)
        if isinstance(inner, BaseModel):
            yield from _extras(inner, (*above, name))
