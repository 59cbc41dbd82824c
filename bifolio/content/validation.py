"""Loaded values → models, or all findings at once.

Models define what is valid; `error_texts` says what is wrong in the author's words. Shapes and references
(facts, figures, icons, words, links) are checked here; style is checked by lint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bifolio.content.messages import faulty_steps, findings
from bifolio.core.diagnostics import Diagnostic, Severity, Span, shorten, suggest
from bifolio.core.source_tree import SourceTree, Steps
from bifolio.model.base import FACT_ID, NAME, Name
from bifolio.model.blocks import Block
from bifolio.model.blocks.base import BlockBase
from bifolio.model.brand.clinic import Clinic
from bifolio.model.evidence import Evidence
from bifolio.model.house_words import SafetySentence
from bifolio.model.words import WORD, word_name

M = TypeVar("M", bound=BaseModel)


def validate(
    cls: type[M], tree: SourceTree, subject: str, context: Mapping[str, Any] | None = None
) -> tuple[M | None, list[Diagnostic]]:
    """Return a `cls` built from a tree and no findings, or None and all findings.

    `subject` is the first half of the finding codes: content, brand, region, edition, evidence.
    """
    if not isinstance(tree.value, dict):
        return None, [_no_mapping(tree, subject)]
    try:
        return cls.model_validate(tree.value, context=dict(context or {})), []
    except ValidationError as error:
        return None, findings(error.errors(include_url=False), cls, tree, subject)


def validate_sound(
    cls: type[M], tree: SourceTree, subject: str, part_of: Callable[[Steps], Steps | None]
) -> tuple[M | None, list[Diagnostic]]:
    """Return a `cls` built from what of a tree is sound, with a warning for each part that is left out.

    `part_of` returns the part that a fault leaves out, None where there can be no model without it: then this
    returns all findings, as `validate` does.
    """
    warnings: list[Diagnostic] = []
    gone: set[Steps] = set()
    value = tree.value
    while isinstance(value, dict):
        try:
            return cls.model_validate(value), warnings
        except ValidationError as error:
            details = error.errors(include_url=False)
        parts = [part_of(steps) for detail in details for steps in faulty_steps(detail)]
        found = findings(_without_echoes(details, gone), cls, tree, subject)
        lost = [part for part in parts if part]
        if len(lost) < len(parts):
            return None, found
        gone |= set(lost)
        warnings += [
            replace(one, message=f"{one.message}; it is left out", severity=Severity.WARNING) for one in found
        ]
        for part in parts:
            value = _without(value, part) if part else value
    return None, [_no_mapping(tree, subject)]


def _without_echoes(details: Iterable[ErrorDetails], gone: Collection[Steps]) -> list[ErrorDetails]:
    """Drop what is only wrong as it refers to a colour of the palette that is gone."""
    names = {part[-1] for part in gone if part[:2] == ("color", "palette")}
    kept: list[ErrorDetails] = []
    for detail in details:
        context = detail.get("ctx", {})
        lost = [(steps, name) for steps, name in context.get("lost", ()) if name not in names]
        if detail["type"] != "color_name":
            kept.append(detail)
        elif lost:
            kept.append({**detail, "ctx": {**context, "lost": lost}})
    return kept


def _without(value: Any, part: Steps) -> Any:
    """Return keys and values without the one that steps lead to, or without the last of the steps that there is."""
    if not isinstance(value, dict) or part[0] not in value:
        return value
    inner = value[part[0]]
    if len(part) > 1 and isinstance(inner, dict) and part[1] in inner:
        return {**value, part[0]: _without(inner, part[1:])}
    return {key: other for key, other in value.items() if key != part[0]}


def _no_mapping(tree: SourceTree, subject: str) -> Diagnostic:
    return Diagnostic(
        f"{subject}.empty-file",
        "the file is empty" if tree.value is None else "the file does not consist of keys and values",
        Span(tree.source, 1, 1),
        help="see an example in content/, or the schema in content/schema/",
    )


def shared_blocks(tree: SourceTree) -> list[Diagnostic]:
    """Check content/defaults.yaml, which maps kinds of block to the fields that handouts share."""
    if not isinstance(tree.value, dict):
        return [] if tree.value is None else [_no_mapping(tree, "content")]
    details: list[ErrorDetails] = []
    for kind, fields in tree.value.items():
        if kind == _SAFETY:
            continue
        try:
            _BLOCK.validate_python({kind: fields})
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                above = () if detail["loc"] or detail["type"] == "unknown_block" else (kind,)
                details.append({**detail, "loc": (*above, *detail["loc"])})
    return findings(details, BlockBase, tree, "content")


_SAFETY = "safety"
"""The key of the sentences in content/defaults.yaml, and the one by which a text names one of them."""


def safety_sentences(tree: SourceTree) -> tuple[dict[str, SafetySentence], list[Diagnostic]]:
    """Read the safety sentences of content/defaults.yaml, by name; return them, and what is wrong with them."""
    if not isinstance(tree.value, dict) or _SAFETY not in tree.value:
        return {}, []
    try:
        return _SENTENCES.validate_python(tree.value[_SAFETY]), []
    except ValidationError as error:
        details = error.errors(include_url=False)
        placed: list[ErrorDetails] = [{**detail, "loc": (_SAFETY, *detail["loc"])} for detail in details]
        return {}, findings(placed, SafetySentence, tree, "content")


def with_sentences(
    tree: SourceTree, sentences: Mapping[str, SafetySentence]
) -> tuple[SourceTree, list[Diagnostic]]:
    """Put the text and the cites of safety sentences in the place of `safety: name`.

    Returns the tree with the words filled in, which still points into the file as it is written, and a finding
    for each name that is not there.
    """
    lost: list[Diagnostic] = []

    def filled(value: Any, steps: Steps) -> Any:
        if isinstance(value, list):
            return [filled(inner, (*steps, position)) for position, inner in enumerate(value)]
        if not isinstance(value, dict):
            return value
        name = value.get(_SAFETY)
        if not isinstance(name, str):
            return {key: filled(inner, (*steps, key)) for key, inner in value.items()}
        rest = {key: inner for key, inner in value.items() if key != _SAFETY}
        if "text" in rest:
            lost.append(
                Diagnostic(
                    "content.two-texts",
                    '"safety" and "text" both say what stands here',
                    tree.span((*steps, "text"), key=True),
                    help="keep one of them",
                )
            )
            return rest
        if name not in sentences:
            lost.append(
                Diagnostic(
                    "content.unknown-sentence",
                    f'there is no safety sentence "{shorten(name)}" in content/defaults.yaml',
                    tree.span((*steps, _SAFETY)),
                    help=suggest(name, sentences, "sentences"),
                )
            )
            return {**rest, "text": _SAFETY}
        sentence = sentences[name]
        own = rest.get("cites", [])
        return {
            **rest,
            "text": sentence.text,
            "cites": [*sentence.cites, *own] if isinstance(own, list) else own,
        }

    return replace(tree, value=filled(tree.value, ())), lost


# -- references ----------------------------------------------------------------------------------


def cited_facts(tree: SourceTree, evidence: Evidence) -> Iterator[Diagnostic]:
    """Check that every cite names a fact that may be printed."""
    for steps, value in tree.walk():
        if len(steps) < 2 or steps[-2] != "cites" or not isinstance(value, str):
            continue
        fact = evidence.facts.get(value)
        if fact is None and FACT_ID.fullmatch(value):  # else the model has reported it
            yield Diagnostic(
                "evidence.unknown-fact",
                f'there is no fact "{value}"',
                tree.span(steps),
                help=suggest(value, evidence.facts, "facts"),
            )
        elif fact is not None and not fact.printable:
            yield Diagnostic(
                "evidence.unverified",
                f'the fact "{value}" is not verified, so it may not be printed',
                tree.span(steps),
                help="read a source that says it and raise its status in content/facts.yaml, "
                "or remove the sentence",
            )


def named_pictures(
    tree: SourceTree, figures: Collection[str], icons: Collection[str]
) -> Iterator[Diagnostic]:
    """Check that every figure block names a drawing of the project, and that every icon exists."""
    for steps, value in tree.walk():
        if not isinstance(value, str) or not NAME.fullmatch(value):
            continue
        is_figure = steps[-1:] == ("figure",) and value != "default"
        if (is_figure or steps[-2:] == ("figure", "name")) and value not in figures:
            yield Diagnostic(
                "content.missing-figure",
                f'there is no figure "{value}"',
                tree.span(steps),
                help=suggest(value, figures, "figures"),
            )
        elif steps[-1:] == ("icon",) and value not in icons:
            yield Diagnostic(
                "content.missing-icon",
                f'there is no icon "{value}"',
                tree.span(steps),
                help=suggest(value, icons, "icons", limit=40),
            )


def region_words(tree: SourceTree, words: Collection[str], region: str) -> Iterator[Diagnostic]:
    """Check that the region has every `{word}` in the text, with or without a capital."""
    for steps, value in tree.walk():
        if not isinstance(value, str):
            continue
        for word in dict.fromkeys(WORD.findall(value)):
            if word_name(word) not in words:
                yield Diagnostic(
                    "content.unknown-word",
                    f'the region "{region}" has no word "{{{shorten(word)}}}"',
                    tree.inside(steps, f"{{{word}}}"),
                    help=suggest(word, words, "words"),
                )


_NO_WORDS = frozenset(
    [
        "kind",
        "language",
        "version",
        "tone",
        "sign",
        "name",
        "id",
        "style",
        "safety",
        "figure",
        "written",
        "due",
        "leaf",
    ]
)
"""Keys whose values are no words for readers: a comment after one cuts nothing off."""


def cut_texts(tree: SourceTree) -> Iterator[Diagnostic]:
    """Find texts that " #" cuts off, as YAML takes the rest for a comment. Two spaces before it make it one."""
    for steps, value in tree.walk():
        names = [step for step in steps if isinstance(step, str)]
        if not isinstance(value, str) or _NO_WORDS & set(names[-1:]):
            continue
        if comment := tree.comment_after(steps):
            rest = comment.source.line(comment.line)[comment.column - 1 :]
            yield Diagnostic(
                "content.cut-text",
                f'the text ends before "{shorten(rest)}", as " #" begins a comment',
                comment,
                help="put the text in quotes; before a comment, write two spaces",
            )


MAX_SECTIONS = 3
"""How deep sections may be nested: the title and headings of levels 2 to 4 are as much as readers can follow."""


def sections(tree: SourceTree) -> Iterator[Diagnostic]:
    """Check that sections are not nested too deeply, that ids are unique, and that links in the text lead to one."""
    first: dict[str, Span] = {}
    for steps, value in tree.walk():
        if steps[-1:] == ("section",) and steps.count("section") == MAX_SECTIONS + 1:
            yield Diagnostic(
                "content.too-deep",
                f"sections are nested more than {MAX_SECTIONS} levels deep",
                tree.span(steps, key=True),
                help="move this section out of the one around it, or make its title bold text",
            )
        if steps[-2:] == ("section", "id") and isinstance(value, str):
            if value in first:
                yield Diagnostic(
                    "content.same-id",
                    f'two sections have the id "{shorten(value)}"; the first is in line {first[value].line}',
                    tree.span(steps),
                    help="give one of them another id",
                )
            first.setdefault(value, tree.span(steps))
    for steps, value in tree.walk():
        for target in _ANCHOR.findall(value) if isinstance(value, str) else ():
            if target not in first:
                yield Diagnostic(
                    "content.unknown-anchor",
                    f'no section here has the id "{shorten(target)}"',
                    tree.inside(steps, f"#{target}"),
                    help=suggest(target, first, "ids")
                    if first
                    else f'give a section "id: {shorten(target)}"',
                )


_ANCHOR = re.compile(r"\]\(\s*#([^)\s]*)")
_BLOCK: TypeAdapter[Any] = TypeAdapter(Block, config={"defer_build": True})
_SENTENCES: TypeAdapter[dict[str, SafetySentence]] = TypeAdapter(
    dict[Name, SafetySentence], config={"defer_build": True}
)


# -- brand files -----------------------------------------------------------------------------------


def unused_keys(model: BaseModel, tree: SourceTree) -> Iterable[Diagnostic]:
    """Warn of keys of a brand file that Bifolio does not use: once of all, and of each that is very like another."""
    extras = []
    for steps, known in sorted(_extras(model, ())):
        if meant := _meant(steps, known):
            yield Diagnostic(
                "brand.misplaced-key",
                f'"{".".join(steps)}" is not used',
                tree.span(steps, key=True),
                help=meant,
                severity=Severity.WARNING,
            )
        else:
            extras.append(steps)
    if extras:
        yield Diagnostic(
            "brand.unused-keys",
            "not used here: " + ", ".join(".".join(steps) for steps in extras),
            min((tree.span(steps, key=True) for steps in extras), key=lambda span: (span.line, span.column)),
            help="they do no harm; other programs may use them",
            severity=Severity.WARNING,
        )


def _meant(steps: tuple[str, ...], known: tuple[str, ...]) -> str | None:
    """Return what somebody may have meant by a key; None if it is likely to be for another program."""
    name = steps[-1].strip().casefold()
    if steps[0] == "logo" and name in {"src", "file", "url", "image", "primary", "default", "main", "logo"}:
        return 'did you mean "path"?'
    if len(steps) == 1 and name == "name":
        return 'write it under "meta:", two spaces further in'
    if name == "bifolio" or name in Clinic.model_fields:
        return 'write it under "defaults:"' if name == "bifolio" else 'write it under "defaults: bifolio:"'
    near = get_close_matches(name, known, 1, 0.8)
    return f'did you mean "{near[0]}"?' if near else None


def _extras(model: BaseModel, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield the steps to each key that is not used, and the keys that are used beside it."""
    for name in model.model_extra or {}:
        yield (*above, name), tuple(type(model).model_fields)
    for name in type(model).model_fields:
        inner = getattr(model, name)
        if isinstance(inner, BaseModel):
            yield from _extras(inner, (*above, name))
