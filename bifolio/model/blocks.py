"""Blocks: the kinds of things that stand in a handout, one class a kind.

In a file a block is a mapping with one key, its kind. A class with a `shorthand` may be written
without its field names (`- text: Just the words`). Each kind has four files of its name: the class
here, a macro in templates/blocks/, a stylesheet in styles/components/, a golden in tests/golden/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from bifolio.model.base import MOST, FactId, Label, Many, Model, Name, Said, Text, check_inline, words_for
from bifolio.model.region import Choice

Audience = Literal["client", "partner", "clinician"]


class BlockBase(Model):
    """What every block may say of itself."""

    shorthand: ClassVar[str | None] = None
    """The one field that may stand alone in place of the whole mapping."""

    audience: tuple[Audience, ...] = ()
    """Who sees this block; empty means everyone."""


class Section(BlockBase):
    """A part of a handout under its own heading."""

    kind: Literal["section"]
    id: Name | None = None
    title: Label
    leaf: int | None = Field(default=None, ge=1, le=11)
    """Opens the section with the rosette of reasons, this leaf of it filled; 1 is at the top, then clockwise."""
    note: Said | None = None
    lead: Said | None = None
    blocks: tuple[Block, ...] = Field(min_length=1, max_length=MOST)


class TextBlock(BlockBase):
    """Paragraphs."""

    shorthand = "paragraphs"
    kind: Literal["text"]
    title: Label | None = None
    paragraphs: Many = Field(min_length=1, max_length=MOST)
    cites: tuple[FactId, ...] = ()


class Bullets(BlockBase):
    """A plain list."""

    shorthand = "items"
    kind: Literal["bullets"]
    title: Label | None = None
    items: tuple[Said, ...] = Field(min_length=1, max_length=MOST)


class Step(Model):
    """One step: what to do in bold, and a line about it."""

    title: Label | None = None
    text: Text | None = None
    cites: tuple[FactId, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.title or self.text):
            raise PydanticCustomError("empty_step", "a step needs a title or a text")
        return self


class Steps(BlockBase):
    """What to do, in order, with large numerals."""

    shorthand = "items"
    kind: Literal["steps"]
    title: Label | None = None
    note: Said | None = None
    items: tuple[
        Annotated[Step, BeforeValidator(words_for("text"), json_schema_input_type=str | Step)], ...
    ] = Field(min_length=1, max_length=12)


class Checklist(BlockBase):
    """Things to tick with a pen."""

    shorthand = "items"
    kind: Literal["checklist"]
    title: Label | None = None
    note: Said | None = None
    columns: int = Field(default=1, ge=1, le=3)
    items: tuple[Said, ...] = Field(min_length=1, max_length=MOST)
    blank: int = Field(default=0, ge=0, le=12)
    """Empty boxes with a line, for the reader's own words."""


class KeyPoints(BlockBase):
    """The few things worth keeping if nothing else is."""

    shorthand = "items"
    kind: Literal["key_points"]
    title: Label | None = None
    items: tuple[Said, ...] = Field(min_length=1, max_length=7)


class Callout(BlockBase):
    """A panel that stands out. The tone shows in its shape and sign, never in colour alone."""

    shorthand = "text"
    kind: Literal["callout"]
    tone: Literal["calm", "note", "caution", "stop"] = "note"
    title: Label | None = None
    text: Many = Field(min_length=1, max_length=MOST)
    cites: tuple[FactId, ...] = ()


class MythFactPair(Model):
    """What people say, and what is known."""

    myth: Text
    fact: Text
    cites: tuple[FactId, ...] = ()


class MythFact(BlockBase):
    """Paired cards: a myth and the fact beside it."""

    shorthand = "pairs"
    kind: Literal["myth_fact"]
    title: Label | None = None
    pairs: tuple[MythFactPair, ...] = Field(min_length=1, max_length=MOST)


class Column(Model):
    """One half of a two-column block."""

    title: Label
    sign: Literal["helps", "hurts", "none"] = "none"
    items: tuple[Said, ...] = Field(min_length=1, max_length=MOST)


class TwoColumn(BlockBase):
    """Two lists side by side: what helps and what does not, for instance."""

    kind: Literal["two_column"]
    title: Label | None = None
    left: Column
    right: Column


class SampleWords(BlockBase):
    """Words that the reader could say. Offers, never quotations."""

    shorthand = "lines"
    kind: Literal["sample_words"]
    title: Label | None = None
    lines: tuple[Text, ...] = Field(min_length=1, max_length=MOST)
    note: Said | None = None


class Scale(BlockBase):
    """Numbers from 0 to 10 to circle with a pen."""

    kind: Literal["scale"]
    label: Label
    low: Label
    high: Label

    @property
    def is_short(self) -> bool:
        """Tell whether its words fit beside the numbers, on a sheet that is wide enough."""
        # A letter of the label is as wide as one and a half of the words beside it: 32 such halves fit A4.
        return 3 * len(self.label) + 2 * len(self.low) <= 32 and len(self.high) <= 10


class ChoiceRow(BlockBase):
    """A question and a few answers in a row, to circle."""

    kind: Literal["choice_row"]
    label: Label
    choices: tuple[Label, ...] = Field(min_length=2, max_length=8)


class WriteIn(BlockBase):
    """Lines to write on, 9 mm apart."""

    kind: Literal["write_in"]
    label: Label | None = None
    note: Said | None = None
    lines: int = Field(default=3, ge=1, le=30)


class LogColumn(Model):
    """A column of a table: its head, and how wide it is beside the others."""

    label: Label
    width: int = Field(default=1, ge=1, le=12)


Cell = Annotated[
    str, StringConstraints(max_length=120), AfterValidator(lambda t: check_inline(t) if t else t)
]
"""A few words in a table, or none."""


def _as_cells(value: Any) -> Any:
    return value if isinstance(value, (Mapping, Model)) else {"cells": value}


class TableRow(Model):
    """A row of a table, with the facts that it states."""

    cells: tuple[Cell, ...]
    cites: tuple[FactId, ...] = ()


class LogTable(BlockBase):
    """A table: empty rows to fill by hand, or rows with words."""

    kind: Literal["log_table"]
    title: Label | None = None
    note: Said | None = None
    columns: tuple[
        Annotated[LogColumn, BeforeValidator(words_for("label"), json_schema_input_type=str | LogColumn)],
        ...,
    ] = Field(min_length=2, max_length=12)
    rows: tuple[
        Annotated[TableRow, BeforeValidator(_as_cells, json_schema_input_type=list[Cell] | TableRow)], ...
    ] = Field(default=(), max_length=MOST)
    blank: int = Field(default=0, ge=0, le=40)
    cites: tuple[FactId, ...] = ()

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        for number, row in enumerate(self.rows):
            if len(row.cells) != len(self.columns):
                raise PydanticCustomError(
                    "table_cells",
                    "a row has missing or extra cells",
                    {"row": number, "cells": len(row.cells), "columns": len(self.columns)},
                )
        if not self.rows and not self.blank:
            raise PydanticCustomError("table_empty", "a table needs rows or blank rows")
        return self

    @property
    def stated(self) -> tuple[str, ...]:
        """The facts that the table states, and those of its rows."""
        return tuple(dict.fromkeys((*self.cites, *(fact for row in self.rows for fact in row.cites))))


class Agreement(BlockBase):
    """Statements that two or more people initial, with a date, and the right to change them."""

    kind: Literal["agreement"]
    title: Label | None = None
    note: Said | None = None
    people: int = Field(default=2, ge=1, le=4)
    statements: tuple[Said, ...] = Field(min_length=1, max_length=MOST)
    blank: int = Field(default=0, ge=0, le=12)


class FlowExit(Model):
    """A way out of a question: the answer, and what it leads to."""

    answer: Label
    text: Text
    tone: Literal["calm", "help"] = "calm"
    cites: tuple[FactId, ...] = ()


class FlowQuestion(Model):
    """A question of a flow; `onward` is the answer that leads to the next one."""

    ask: Text
    exits: tuple[FlowExit, ...] = Field(min_length=1, max_length=2)
    onward: Label


class DecisionFlow(BlockBase):
    """Questions from top to bottom, each with its ways out at the side."""

    kind: Literal["decision_flow"]
    title: Label | None = None
    alt: Text
    """The flow in words, for a person who does not see the drawing."""
    questions: tuple[FlowQuestion, ...] = Field(min_length=1, max_length=5)
    end: Said


class Figure(BlockBase):
    """A drawing from content/figures, with its text alternative."""

    shorthand = "name"
    kind: Literal["figure"]
    name: Name
    title: Label | None = None
    caption: Said | None = None
    alt: Text | None = None
    """Replaces the drawing's own text alternative."""


class Anchor(Model):
    """One sense of a grounding block: how many, of what, and how many lines to write on."""

    count: int = Field(ge=1, le=10)
    label: Label
    icon: Name
    lines: int = Field(default=1, ge=1, le=5)


class Grounding(BlockBase):
    """Counting down the senses; each curve of the drawing runs on as a line to write on."""

    kind: Literal["grounding"]
    title: Label | None = None
    senses: tuple[Anchor, ...] = Field(min_length=2, max_length=6)
    cites: tuple[FactId, ...] = ()


class Term(Model):
    """A word and what it means here."""

    term: Label
    meaning: Text
    cites: tuple[FactId, ...] = ()


class Glossary(BlockBase):
    """Words and their meanings."""

    shorthand = "terms"
    kind: Literal["glossary"]
    title: Label | None = None
    terms: tuple[Term, ...] = Field(min_length=1, max_length=MOST)


class HelpWhen(BlockBase):
    """When to get help: now, soon, when you can. The panel that cannot be missed."""

    kind: Literal["help_when"]
    title: Label | None = None
    now: Many = Field(min_length=1, max_length=MOST)
    soon: Many = Field(min_length=1, max_length=MOST)
    when_you_can: Many = Field(min_length=1, max_length=MOST)
    fine: Said | None = None
    """When no help is needed, said plainly."""


class Resources(BlockBase):
    """Support lines of the region, and the clinic's own contact beside them."""

    kind: Literal["resources"]
    title: Label | None = None
    lines: tuple[Name, ...] = ()
    """Which lines of the region to show, where it has them; empty means all."""
    topics: tuple[Name, ...] = ()
    """Show the region's lines for these topics."""
    limit: int = Field(default=4, ge=1, le=20)
    also: tuple[Choice, ...] = Field(default=(), max_length=MOST)
    """Further choices, each with its own limit. A booklet has those of its parts here."""
    clinic: bool = True


class References(BlockBase):
    """The sources of what this handout states, built from its cites."""

    kind: Literal["references"]
    title: Label | None = None
    style: Literal["short", "list", "full"] = "short"
    """`short` names them in one paragraph, `list` gives each a line and its address, `full` all that is known."""


class ContentNote(BlockBase):
    """What this page speaks of, and that the reader may skip it."""

    shorthand = "text"
    kind: Literal["content_note"]
    title: Label | None = None
    text: Many = Field(min_length=1, max_length=MOST)


class PrivacyNote(BlockBase):
    """Someone might see this page."""

    shorthand = "text"
    kind: Literal["privacy_note"]
    title: Label | None = None
    text: Many = Field(min_length=1, max_length=MOST)


class PageBreak(BlockBase):
    """What follows starts on a new page; on a card, on the next face."""

    kind: Literal["page_break"]


CLASSES: tuple[type[BlockBase], ...] = (
    Section,
    TextBlock,
    Bullets,
    Steps,
    Checklist,
    KeyPoints,
    Callout,
    MythFact,
    TwoColumn,
    SampleWords,
    Scale,
    ChoiceRow,
    WriteIn,
    LogTable,
    Agreement,
    DecisionFlow,
    Figure,
    Grounding,
    Glossary,
    HelpWhen,
    Resources,
    References,
    ContentNote,
    PrivacyNote,
    PageBreak,
)


def _kind_of(cls: type[BlockBase]) -> str:
    return str(cls.model_fields["kind"].annotation.__args__[0])  # type: ignore[union-attr]


KINDS: dict[str, type[BlockBase]] = {_kind_of(cls): cls for cls in CLASSES}


def _unwrap(value: Any, info: ValidationInfo) -> Any:
    """Turn `{callout: {tone: calm, …}}` into `{kind: callout, tone: calm, …}`."""
    if isinstance(value, BlockBase):
        return value
    if isinstance(value, str) and value in KINDS:
        value = {value: None}  # `- page_break` without its colon
    if not isinstance(value, dict) or len(value) != 1:
        raise PydanticCustomError("block_shape", "a block is one key, its kind")
    (kind, body), *_ = value.items()
    cls = KINDS.get(kind)
    if cls is None:
        raise PydanticCustomError("unknown_block", "not a kind of block", {"kind": str(kind)})
    defaults = (info.context or {}).get("defaults", {})
    if body == "default":
        if kind not in defaults:
            raise PydanticCustomError("no_default", "no default for this kind", {"kind": kind})
        body = defaults[kind]
    if body is None:
        body = {}
    elif not isinstance(body, dict):
        if cls.shorthand is None:
            raise PydanticCustomError("block_fields", "needs its fields by name", {"kind": kind})
        body = {cls.shorthand: body}
    return {**body, "kind": kind}


Block = Annotated[
    Section
    | TextBlock
    | Bullets
    | Steps
    | Checklist
    | KeyPoints
    | Callout
    | MythFact
    | TwoColumn
    | SampleWords
    | Scale
    | ChoiceRow
    | WriteIn
    | LogTable
    | Agreement
    | DecisionFlow
    | Figure
    | Grounding
    | Glossary
    | HelpWhen
    | Resources
    | References
    | ContentNote
    | PrivacyNote
    | PageBreak,
    Field(discriminator="kind"),
    BeforeValidator(_unwrap),
]

Section.model_rebuild(force=False)


def walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Give every block in reading order, those inside sections too."""
    for block in blocks:
        yield block
        if isinstance(block, Section):
            yield from walk(block.blocks)


def cites_of(value: Any) -> Iterator[str]:
    """Give the ids of all facts that a block, a passage or a tuple of them cites, in order."""
    if isinstance(value, tuple):
        for item in value:
            yield from cites_of(item)
    elif isinstance(value, Model):
        for name in type(value).model_fields:
            inner = getattr(value, name)
            if name == "cites":
                yield from inner
            else:
                yield from cites_of(inner)
