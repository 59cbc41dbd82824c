"""Letters that need more room than others."""

from __future__ import annotations

import unicodedata

_ABOVE = 230
"""The combining class of marks above a letter (Unicode Standard, 4.3)."""


def has_high_accent(words: str) -> bool:
    """Tell whether words have a capital with an accent, which is higher than any other letter.

    >>> [has_high_accent(words) for words in ("Östersund", "Malmö", "Çatal")]
    [True, False, False]
    """
    return any(_is_high(letter) for letter in words if letter.isupper() and not letter.isascii())


def _is_high(capital: str) -> bool:
    return any(unicodedata.combining(mark) == _ABOVE for mark in unicodedata.normalize("NFD", capital))
