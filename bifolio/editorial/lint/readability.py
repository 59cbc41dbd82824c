"""Readability: running texts → how hard they are to read, and how they speak.

Reading grades are those of Flesch and Kincaid (1975) and of McLaughlin's SMOG (1969).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bifolio.editorial.lint.passages import count_words, sentences
from bifolio.model.reading import Reading

SHORT_SENTENCE = 5
"""A sentence of so many words, or fewer, is a short one."""


def reading(texts: list[str]) -> Reading:
    """Measure running texts together."""
    import textstat_rs as textstat

    parts = [part for text in texts for part in sentences(re.sub(r"\{(\w+)\}", _as_read, text))]
    words = [word for part in parts for word in re.findall(r"[^\W\d_][\w'’-]*", part)]
    if not parts or not words:
        return Reading(0, 0, 0, 0.0, 0.0)
    syllables = [int(textstat.syllable_count(word)) for word in words]
    hard = sum(1 for count in syllables if count >= 3)
    grade = 0.39 * len(words) / len(parts) + 11.8 * sum(syllables) / len(words) - 15.59
    smog = 1.0430 * (30 * hard / len(parts)) ** 0.5 + 3.1291
    longest = max(map(count_words, parts))
    return Reading(len(words), len(parts), longest, round(grade, 2), round(smog, 2))


@dataclass(frozen=True)
class Manner:
    """How running texts speak: in whole sentences or in telegrams, as people talk or as offices write."""

    sentences: int
    mean: float
    """Words in a sentence."""
    short: float
    """The share of sentences that are short ones."""
    contractions: float
    """Contractions ("you're", "don't") in a thousand words."""


_CONTRACTION = re.compile(
    r"\b(?:[a-z]+n['’]t|(?:i|you|we|they|he|she|it|that|there|here|what|who|where|how|let)['’](?:m|re|ve|ll|d|s))\b",
    re.IGNORECASE,
)


def manner(texts: Iterable[str]) -> Manner:
    """Measure how running texts speak; what does not end like a sentence, as an item of a list, is left out.

    >>> manner(["You can stop. It's all right to rest for a while.", "a blanket"])
    Manner(sentences=2, mean=5.5, short=0.5, contractions=90.9)
    """
    whole = [part for text in texts for part in sentences(text) if part.rstrip('”"’)').endswith((".", "?"))]
    counts = [count_words(part) for part in whole]
    words = sum(counts)
    if not words:
        return Manner(0, 0.0, 0.0, 0.0)
    short = sum(count <= SHORT_SENTENCE for count in counts)
    contracted = sum(len(_CONTRACTION.findall(part)) for part in whole)
    return Manner(
        len(whole),
        round(words / len(whole), 1),
        round(short / len(whole), 3),
        round(1000 * contracted / words, 1),
    )


def _as_read(word: re.Match[str]) -> str:
    """Return a word of the region as it weighs on the page: a number is no hard word."""
    return "0" if word[1] in ("emergency", "crisis") else word[1]
