"""House words: what lint looks for in running text, and what to say instead. content/words.yaml."""

from __future__ import annotations

import re
from functools import cached_property

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from bifolio.model.base import Model


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise PydanticCustomError("bad_pattern", "not a pattern", {"why": str(error)}) from error
    return pattern


class HouseWord(Model):
    """A word, as a regular expression, and what to say instead."""

    find: str
    say: str

    _checked = field_validator("find")(_compiles)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w-])(?:{self.find})(?![\w-])", re.IGNORECASE)


class HouseWords(Model):
    """Words to avoid, terms to explain, how a text says that something is not known, and how it claims something."""

    avoid: tuple[HouseWord, ...] = ()
    terms: tuple[HouseWord, ...] = ()
    uncertain: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()

    @cached_property
    def says_uncertain(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) for pattern in self.uncertain)

    @cached_property
    def says_claim(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w-])(?:{'|'.join(self.claims) or '(?!)'})(?![\w-])", re.IGNORECASE)
