"""What an import tells: what became what, what was left out, and what an author must decide. No word goes without a line."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from bifolio.content.importers.inline import cleaned
from bifolio.model.base import LIGATURES


@dataclass(slots=True)
class Notes:
    """What is noted while a document becomes a handout."""

    became: Counter[str] = field(default_factory=Counter)
    left_out_counts: Counter[str] = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)

    def decide(self, what: str) -> None:
        """Note what the author must decide, once."""
        if what not in self.decisions:
            self.decisions.append(what)

    def bad_link(self, words: str, target: str) -> None:
        """Note a link that a handout cannot have; its words stay."""
        line = f"the link of “{cleaned(words).strip()}”, which is no web, e-mail or telephone address: {cleaned(target)}"
        if line not in self.left_out:
            self.left_out.append(line)

    def picture(self, name: str, alt: str) -> None:
        """Note a picture, for which there is no block."""
        said = f"alternative text: “{alt}”" if alt else "without an alternative text"
        self.left_out.append(f"a picture, {name or 'without a name'}, {said}")


@dataclass(frozen=True, slots=True)
class Report:
    """What an import tells the author, a line each."""

    became: tuple[str, ...]
    left_out: tuple[str, ...]
    decisions: tuple[str, ...]

    def as_json(self) -> dict[str, list[str]]:
        """Return the report as plain values."""
        return {
            "became": [*self.became],
            "left_out": [*self.left_out],
            "decisions": [*self.decisions],
        }

    def lines(self) -> list[str]:
        """Return the report as a person reads it."""
        parts = (
            ("What became what", self.became),
            ("Left out", self.left_out),
            ("For you to decide", self.decisions),
        )
        return [
            line for title, rows in parts if rows for line in (f"{title}:", *(f"  - {row}" for row in rows))
        ]


_WORD = re.compile(r"[^\W_]+")
_LIST_SIGN = re.compile(r"^[ \t>]*(?:\(?\d{1,9}[.)]|[-*+][ \t]+\[[xX]\])(?=\s)", re.MULTILINE)
"""The number of an item, which the list has itself, and a tick."""


def words_of(text: str) -> list[str]:
    """Return the words of a text, as they are compared."""
    folded = unicodedata.normalize(
        "NFKC", text.translate(LIGATURES).replace("\u00ad", "").replace("\u200b", "")
    )
    return _WORD.findall(folded.casefold())


def missing_words(source: str, texts: Iterable[str]) -> list[str]:
    """Return the words of a file that stand in none of the texts, in the order of the file."""
    left = Counter(word for text in texts for word in words_of(text))
    missing = []
    for word in words_of(_LIST_SIGN.sub("", source)):
        if left[word]:
            left[word] -= 1
        else:
            missing.append(word)
    return missing
