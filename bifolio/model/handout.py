"""A handout: one content file, one thing that a reader is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bifolio.model.base import MAX_ITEMS, Day, Label, Model, Name, Passage, PassageField, Text, check_inline
from bifolio.model.blocks import Block, Figure, Section, cites_of, walk
from bifolio.model.blocks.base import Audience
from bifolio.model.words import fill_words

Kind = Literal["leaflet", "worksheet", "card", "guide", "notes", "booklet"]


class Review(Model):
    """When the text was written, and by when it must be reviewed."""

    written: Day
    due: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.due <= self.written:
            raise PydanticCustomError("review_order", "the review is due before it was written")
        return self


Version = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)*$", max_length=12)]
"""Quoted in a file: without quotes, 1.10 is the number 1.1."""


WordName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$", max_length=30)]
OwnWord = Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(check_inline)]


def _each_once(audience: tuple[Audience, ...]) -> tuple[Audience, ...]:
    return tuple(dict.fromkeys(audience))


class Handout(Model):
    """Everything in one content file. Its id is the name of the file."""

    kind: Kind
    title: Label
    summary: Text
    audience: Annotated[tuple[Audience, ...], AfterValidator(_each_once)] = Field(min_length=1)
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "en"
    version: Version = "1.0"
    topics: tuple[Name, ...] = ()
    main_message: PassageField | None = None
    call_to_action: PassageField | None = None
    content_note: PassageField | None = None
    handouts: tuple[Name, ...] = Field(default=(), max_length=40)
    """For a booklet: the handouts that it binds, in order, before its own body."""
    body: tuple[Block, ...] = Field(min_length=1, max_length=MAX_ITEMS)
    words: dict[WordName, Annotated[tuple[OwnWord, ...], Field(min_length=1, max_length=20)]] = {}
    """Words that can be chosen for one person's copy: `partner: [partner, wife, husband]` for `{partner}` in the
    text. All other copies use the first."""
    text_licence: Label | None = None
    """What a page says of the use of its words: "© 2026 Rowan Practice. All rights reserved." """
    review: Review

    @model_validator(mode="after")
    def _only_booklets_bind(self) -> Self:
        if self.handouts and self.kind != "booklet":
            raise PydanticCustomError("binds", "only a booklet binds handouts", {"kind": self.kind})
        return self

    def saying(self, chosen: Mapping[str, str] | None = None) -> Handout:
        """Return the handout with its own words filled in: the chosen ones, else the first of each."""
        if not self.words:
            return self
        words = {name: offered[0] for name, offered in self.words.items()} | dict(chosen or {})
        return self.mapped(lambda text: fill_words(text, words))

    def mapped(self, change: Callable[[str], str]) -> Handout:
        """Return the handout with every text in it changed."""
        unchanged = {"words": self.words, "review": self.review}
        return self.model_copy(update={**_mapped_fields(self, change), **unchanged})

    def for_readers(self, audience: frozenset[Audience]) -> Handout:
        """Return the handout with only the blocks for someone in `audience`."""
        return self.model_copy(update={"body": _meant_for(self.body, audience)})

    @property
    def opening(self) -> tuple[Passage, ...]:
        """The passages before the body: what to remember, what to do, what the page is about."""
        passages = (self.main_message, self.call_to_action, self.content_note)
        return tuple(passage for passage in passages if passage)

    @property
    def cites(self) -> tuple[str, ...]:
        """All facts cited, each once, in reading order."""
        return tuple(dict.fromkeys(cites_of((*self.opening, self.body))))

    @property
    def figures(self) -> tuple[str, ...]:
        """The names of the drawings in use, each once."""
        return tuple(sorted({b.name for b in walk(self.body) if isinstance(b, Figure)}))

    @property
    def block_kinds(self) -> tuple[str, ...]:
        """The kinds of block in use, each once."""
        return tuple(sorted({block.kind for block in walk(self.body)}))


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_mapped(item, change) for item in value)
    if isinstance(value, Model):
        return value.model_copy(update=_mapped_fields(value, change))
    return value


def _mapped_fields(model: Model, change: Callable[[str], str]) -> dict[str, Any]:
    return {name: _mapped(getattr(model, name), change) for name in type(model).model_fields}


def _meant_for(blocks: tuple[Block, ...], audience: frozenset[Audience]) -> tuple[Block, ...]:
    visible: list[Block] = []
    for block in blocks:
        if block.audience and not audience & set(block.audience):
            continue
        if not isinstance(block, Section):
            visible.append(block)
        elif inner := _meant_for(block.blocks, audience):
            visible.append(block.model_copy(update={"blocks": inner}))
    return tuple(visible)
