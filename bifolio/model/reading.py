"""How hard a text is to read."""

from __future__ import annotations

from dataclasses import dataclass

MOST_GRADE = 6.0
"""Of school years by Flesch and Kincaid, for all a client or a partner reads; a paragraph may be two years harder."""
MOST_SMOG = 8.0


@dataclass(frozen=True)
class Reading:
    """Counts of a running text, and its grades in years of schooling: Flesch-Kincaid (1975), SMOG (1969)."""

    words: int
    sentences: int
    longest: int
    """The number of words in the longest sentence."""
    flesch_kincaid: float
    smog: float
