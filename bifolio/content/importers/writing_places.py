"""Places to write on, as they are typed: rows of underscores or dots, alone or after a label."""

from __future__ import annotations

import re
from typing import Any

from bifolio.content.importers.inline import written_plainly
from bifolio.content.importers.structure import GAP, cut
from bifolio.content.importers.tree import Inline, plain, trimmed

MAX_LABEL = 120
_NOTHING = re.compile(r"[\s.:;,|/]*")


def is_gap(text: Inline) -> bool:
    """Return whether there is a place to write and no word."""
    words = plain(text)
    return bool(GAP.search(words)) and _NOTHING.fullmatch(GAP.sub("", words)) is not None


def fields_of(text: Inline) -> list[Inline] | None:
    """Return the label of each place to write in "Name: ____ Date: ____"; None where it is not made like this.

    A row without words is one place without a label.
    """
    words = plain(text)
    gaps = [*GAP.finditer(words)]
    if not gaps:
        return None
    if is_gap(text):
        return [()]
    if _NOTHING.fullmatch(words[gaps[-1].end() :]) is None:
        return None  # words go on after the last gap: a sentence with gaps
    labels: list[Inline] = []
    start = 0
    for gap in gaps:
        label = trimmed(cut(text, start, gap.start()))
        start = gap.end()
        if _NOTHING.fullmatch(plain(label)):
            continue  # "Date: ___ / ___ / ___" has one label
        labels.append(label)
    is_sentence = len(gaps) > 1 and not all(plain(label).rstrip().endswith(":") for label in labels)
    is_too_long = any(len(written_plainly(label)) > MAX_LABEL for label in labels)
    return None if is_sentence or is_too_long or not labels else labels


def write_in(label: Inline, lines: int) -> dict[str, Any]:
    """Return lines to write on under a label, which may have none."""
    words = written_plainly(label)
    words = words.removesuffix(":").rstrip() or words
    named = {"label": words} if any(sign.isalnum() for sign in words) else {}
    return {"write_in": {**named, "lines": min(30, max(1, lines))}}
