"""Plain text → structure: paragraphs between empty lines, headings that are underlined or in capitals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bifolio.content.importers.tree import Document, Heading, Node, Paragraph, Run

_UNDERLINE = re.compile(r"\s*(={3,}|-{3,}|~{3,})\s*")
_OWN_LINE = re.compile(r"\s*(?:[-*•·▪◦‣–—☐□❏❑▢☑☒✓]\s|\[[ xX]?\]|\(?\d{1,2}[.)]\s)|.*(?:__|\.{6}|…{2}|\t)")
_SHORT = 45
"""A line that ends before this many letters was ended on purpose."""


def read_text(text: str) -> Document:
    """Read plain text."""
    return Document(nodes=tuple(_nodes(text)), words=text)


def _nodes(text: str) -> Iterator[Node]:
    for block in re.split(r"\n[ \f]*(?:\n[ \f]*)+", text.replace("\f", "\n\n").strip("\n")):
        lines = [line.strip(" ") for line in block.split("\n")]
        if len(lines) > 1 and _UNDERLINE.fullmatch(lines[1]) and lines[0] and not _OWN_LINE.match(lines[0]):
            yield Heading(1 if "=" in lines[1] else 2, (Run(lines[0].strip()),))
            lines = lines[2:]
        elif lines[0].isupper() and 3 < len(lines[0]) <= 80 and not _OWN_LINE.match(lines[0]):
            yield Heading(2, (Run(lines[0]),))
            lines = lines[1:]
        words = "\n".join(_joined(lines)).strip("\n")
        if words:
            yield Paragraph((Run(words),))


def _joined(lines: list[str]) -> Iterator[str]:
    """Join the lines of a paragraph that its writer wrapped; keep those that stand for themselves."""
    whole = last = ""
    for line in lines:
        goes_on = len(last) >= _SHORT and not _OWN_LINE.match(line) and not _GAP.search(last)
        if whole and not goes_on:
            yield whole
        whole, last = (f"{whole} {line}" if whole and goes_on else line), line
    if whole:
        yield whole


_GAP = re.compile(r"(?:__|\.{6}|…{2})\s*$")
