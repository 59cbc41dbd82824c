"""Synonyms: words that people search with, and the words of the library that they stand for. content/synonyms.yaml."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from bifolio.model.base import MAX_ITEMS, Label, Model


def _each_once(words: tuple[str, ...]) -> tuple[str, ...]:
    seen: set[str] = set()
    for word in words:
        if word.casefold() in seen:
            raise PydanticCustomError("synonym_twice", "a word twice", {"word": word})
        seen.add(word.casefold())
    return words


Words = Annotated[tuple[Label, ...], Field(min_length=1, max_length=MAX_ITEMS), AfterValidator(_each_once)]


class Synonyms(Model):
    """What a search takes for what."""

    synonyms: dict[Label, Words] = Field(default={}, max_length=2000)
    """A word or phrase of the library → what people type who mean it. Case and endings do not matter."""
    passing: tuple[Label, ...] = Field(default=(), max_length=2000)
    """Words that say nothing of what is sought: "how", "my"."""
