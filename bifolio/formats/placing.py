"""What layout found, at the author's line: where the words or the style stand that a finding is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from bifolio.content.editions import place_of_declaration
from bifolio.core.diagnostics import ContentError, DesignError, Diagnostic, ProofError, Span
from bifolio.core.files import ProjectFiles
from bifolio.core.source_tree import SourceTree


def place_of(words: str, sources: Iterable[SourceTree]) -> Span | None:
    """Point at words that a page shows, in the first of the sources that has them.

    A page may show them otherwise than they were typed, so a long word of them will do.
    """
    trees = list(sources)
    longest = max(words.split(), key=len, default="")
    for part in (words, longest if len(longest) > 12 else words):
        for tree in trees:
            if span := tree.find(part):
                return span
    return None


@contextmanager
def placing(sources: Sequence[SourceTree], files: ProjectFiles) -> Iterator[None]:
    """Point every finding of an error raised inside to the place where an author or designer can mend it."""
    try:
        yield
    except (ContentError, DesignError, ProofError) as error:
        placed = [_placed(finding, sources, files) for finding in error.findings]
        raise type(error)(_one_a_line(dict.fromkeys(placed))) from error


_QUOTING = {
    "render.cut-text": r'"(.+?)…?" runs',
    "render.font-letters": r'"(.+?)…?" has letters',
    "verify.text-cut": r'"(.+?)…?" is cut off',
    "verify.text-past-page": r'"(.+?)…?" runs past',
}
"""Findings that quote words of the page, and how."""


def _placed(finding: Diagnostic, sources: Sequence[SourceTree], files: ProjectFiles) -> Diagnostic:
    where = finding.where or ""
    if finding.code == "render.missing-glyph":
        letter = re.search(r'"(.)"', finding.message)
        span = place_of(letter[1], sources) if letter else None
        cure = "use another sign, or words"
        return replace(finding, span=span, help=cure, where=None if span else finding.where)
    if finding.code in _QUOTING:
        words = re.search(_QUOTING[finding.code], finding.message)
        # The foot joins the clinic's name to other words; two or three letters stand in too many places to say which.
        parts = re.split(r"\s·\s", words[1]) if words else []
        span = next((place for part in parts if len(part) > 3 and (place := place_of(part, sources))), None)
        if span:
            return replace(finding, message=f"{where}, {finding.message}", span=span)
    if finding.code == "render.warning" and (style := re.match(r"Ignored `(.+)` at ", finding.message)):
        message = re.sub(r" at \d+:\d+", "", finding.message)
        return replace(finding, message=message, span=place_of_declaration(files, style[1]))
    return finding


def _one_a_line(findings: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Report all letters of one line that no font has as one finding: a name in another script has a dozen."""
    of_line: dict[tuple[str, int] | int, list[Diagnostic]] = {}
    for number, finding in enumerate(sorted(findings, key=lambda finding: finding.sort_key)):
        span = finding.span if finding.code == "render.missing-glyph" else None
        of_line.setdefault((span.source.name, span.line) if span else -number - 1, []).append(finding)
    for first, *more in of_line.values():
        others = f", nor for {len(more)} more of this line" if more else ""
        yield replace(first, message=first.message + others)
