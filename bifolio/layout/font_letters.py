"""Find the letters of a page that a clinic's own font has no shape for.

The layout engine takes such a letter from another font without a word: an "ő" that looks like none of its neighbours.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from unicodedata import category, normalize

from bifolio.core.diagnostics import Diagnostic, shorten
from bifolio.layout.weasyprint import boxes
from bifolio.layout.weasyprint.boxes import Box

_FACE = re.compile(r'@font-face \{ font-family: "([^"]+)";[^}]*?url\("data:[^,"]*,([^"]+)"\)')


def letters_of_faces(html: str) -> dict[str, frozenset[int]]:
    """Return the families that a document brings, each with the code points that all its faces have."""
    found: dict[str, frozenset[int]] = {}
    for family, data in _FACE.findall(html):
        letters = _letters(data)
        found[family] = found.get(family, letters) & letters
    return found


@lru_cache(maxsize=8)
def _letters(data: str) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(io.BytesIO(base64.b64decode(data)), lazy=True) as font:
        return frozenset(font.getBestCmap())


def find_missing_letters(
    page: Box, number: int, where: str, faces: Mapping[str, frozenset[int]]
) -> Iterator[Diagnostic]:
    """Yield a finding for each family that lacks letters of a page, with the first words that have some.

    `number` is the page's, counted from 1; `where` names the document; `faces` is what `letters_of_faces` returns.
    """
    lacking: dict[str, tuple[str, dict[str, None]]] = {}
    for family, words in _runs(page) if faces else ():
        if family in faces and (missing := _missing(words, faces[family])):
            lacking.setdefault(family, (words, {}))[1].update(dict.fromkeys(missing))
    for family, (words, letters) in lacking.items():
        role = "headings" if family.endswith("Head") else "text"
        yield Diagnostic(
            "render.font-letters",
            f'page {number}: "{shorten(words)}" has letters that the font for {role} lacks: {" ".join(letters)}',
            where=where,
            help="use a font file that has them, whole as the foundry gave it, or leave the font out of typography",
        )


def _runs(box: Box) -> Iterator[tuple[str, str]]:
    """Yield each run of text with the first family that it asks for."""
    if words := boxes.text(box):
        yield boxes.style(box, "font_family")[0], words
    for child in boxes.children(box):
        yield from _runs(child)


def _missing(words: str, letters: frozenset[int]) -> list[str]:
    """Return the letters and figures without a shape; signs may come from any font.

    >>> _missing("Ősz → é", frozenset([*map(ord, "sze"), 0x301]))
    ['Ő']
    """
    return [
        letter
        for letter in normalize("NFC", words)
        if ord(letter) not in letters
        and category(letter)[0] in "LN"
        and not all(ord(part) in letters for part in normalize("NFD", letter))
    ]
