"""How hard a text is to read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """Counts of a running text, and its grades in years of schooling: Flesch-Kincaid (1975), SMOG (1969)."""

    words: int
    sentences: int
    longest: int
    """The number of words in the longest sentence."""
    flesch_kincaid: float
    smog: float
