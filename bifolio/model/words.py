"""Words in braces: `{doctor}` in running text stands for a word of the region, or of the handout itself."""

from __future__ import annotations

import re
from collections.abc import Mapping

WORD = re.compile(r"\{([A-Za-z][A-Za-z_]*)\}")
"""A word in braces: `{doctor}`, or `{Doctor}` at the start of a sentence."""


def fill_words(text: str, words: Mapping[str, str]) -> str:
    """Replace each `{word}` that `words` has; leave unknown ones as they are.

    >>> fill_words("Call {emergency}. {Doctor} or nurse?", {"emergency": "911", "doctor": "doctor"})
    'Call 911. Doctor or nurse?'
    """

    def replacement(found: re.Match[str]) -> str:
        word = words.get(word_name(found[1]))
        if word is None:
            return found[0]
        return word[:1].upper() + word[1:] if found[1][0].isupper() else word

    return WORD.sub(replacement, text)


def word_name(written: str) -> str:
    """Return the name under which a word is listed: "doctor" for `{Doctor}`."""
    return written[:1].lower() + written[1:]
