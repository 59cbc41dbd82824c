"""House words: what lint looks for in running text, and what to say instead. content/words.yaml.

And safety sentences: what all handouts say of a danger in the same words. content/defaults.yaml.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Literal

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from bifolio.model.base import Model, Passage


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
        return _words(self.find)


def _words(find: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{find})(?![\w-])", re.IGNORECASE)


class SafetySentence(Passage):
    """What to do about one danger, in the same words everywhere: `{safety: neck}`."""

    when: Literal["now", "soon", "when_you_can"] = "now"
    """In which row of a help_when block it stands; in a later one it would come too late."""
    find: str | None = None
    """Words for this danger, a regular expression: wherever they are used, this sentence is used and no other."""

    @field_validator("find")
    @classmethod
    def _checked(cls, find: str | None) -> str | None:
        return find if find is None else _compiles(find)

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        return _words(self.find) if self.find else None


class HouseWords(Model):
    """Words to avoid, terms to explain, how a text says that something is not known, and how it claims something."""

    avoid: tuple[HouseWord, ...] = ()
    terms: tuple[HouseWord, ...] = ()
    uncertain: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    weak_sources: tuple[HouseWord, ...] = ()
    """Addresses that no source may have, by kind, and what to cite instead."""
    public_hosts: tuple[str, ...] = ()
    """Hosts of governments and public health services: what they say of a support line counts as its operator's word."""

    @cached_property
    def is_public(self) -> re.Pattern[str]:
        return re.compile(rf"(?:^|\.)(?:{'|'.join(self.public_hosts) or '(?!)'})$", re.IGNORECASE)

    @cached_property
    def says_uncertain(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) for pattern in self.uncertain)

    @cached_property
    def says_claim(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w-])(?:{'|'.join(self.claims) or '(?!)'})(?![\w-])", re.IGNORECASE)
