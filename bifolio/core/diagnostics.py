"""Findings and errors: what is wrong, where it stands, and what to do about it.

Every stage reports in this one shape. Only the command line prints it.

    PressError                  exit
    ├─ RequestError              2    a name on the command line that is not there
    ├─ ContentError              3    the author can mend it; carries every finding
    ├─ DesignError               4    a template, style, brand, edition or locale is wrong
    ├─ ProofError                5    built, but verification found faults; nothing was published
    └─ ToolError                 6    a program or library is missing; names the install command
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

_WIDTH = 100  # characters of a quoted line
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # where libyaml, too, begins a new line


class Severity(StrEnum):
    """How much a finding weighs: an error stops the press, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Source:
    """One input file: its text, and the name that findings show (relative to the project)."""

    name: str
    text: str

    def line(self, number: int) -> str:
        """Give line `number`, counted from 1, without its end; empty past the end."""
        lines = _lines(self.text)
        return lines[number - 1] if 0 < number <= len(lines) else ""

    @property
    def line_count(self) -> int:
        """How many lines there are; a line end at the end of the file begins no new one."""
        lines = _lines(self.text)
        return len(lines) - (not lines[-1])

    def place(self, at: int, length: int = 1) -> Span:
        """Point at `length` characters from position `at` of the text, counted from 0."""
        breaks = list(_BREAK.finditer(self.text, 0, at))
        start = breaks[-1].end() if breaks else 0
        return Span(self, len(breaks) + 1, at - start + 1, length)


@lru_cache(maxsize=8)
def _lines(text: str) -> list[str]:
    # Kept, as a file with thousands of faults asks for a line of its text with each of them.
    return _BREAK.split(text)


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a source: line and column counted from 1, length in characters."""

    source: Source
    line: int
    column: int
    length: int = 1

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}"

    def narrowed_to(self, words: str) -> Span | None:
        """Point at `words` at or after the start of this place; none when they are not written so."""
        lines = self.source.text.splitlines(keepends=True)
        start = sum(len(line) for line in lines[: self.line - 1]) + self.column - 1
        at = self.source.text.find(words, start)
        if at < 0:
            return None
        line_start = self.source.text.rfind("\n", 0, at) + 1
        line = self.source.text.count("\n", 0, at) + 1
        return Span(self.source, line, at - line_start + 1, len(words))


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `code` is `<stage>.<what>` and is never renamed once released."""

    code: str
    message: str
    span: Span | None = None
    help: str | None = None
    severity: Severity = Severity.ERROR
    where: str | None = None
    """Names the artefact where no source line can be named: a file, a page."""

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        if self.span is None:
            return (self.where or "", 0, 0, self.code)
        return (self.span.source.name, self.span.line, self.span.column, self.code)

    def __str__(self) -> str:
        return show(self)

    def as_row(self) -> list[str | None]:
        """Give the finding, but for its place in a file, as plain values from which `of_row` makes it again."""
        return [self.code, self.message, self.help, self.severity.value, self.where]

    @classmethod
    def of_row(cls, row: Sequence[Any]) -> Diagnostic:
        """Make a finding from the values of `as_row`."""
        code, message, cure, severity, where = row
        return cls(code, message, None, cure, Severity(severity), where)

    def as_json(self) -> dict[str, str | int | None]:
        """Give the finding as plain values for machine output."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "message": self.message,
            "file": self.span.source.name if self.span else self.where,
            "line": self.span.line if self.span else None,
            "column": self.span.column if self.span else None,
            "help": self.help,
        }


class PressError(Exception):
    """Anything the press refuses to go on with. `exit_code` is what the shell sees."""

    exit_code = 1

    def __init__(self, findings: Diagnostic | Iterable[Diagnostic]) -> None:
        found = [findings] if isinstance(findings, Diagnostic) else findings
        self.findings: tuple[Diagnostic, ...] = tuple(sorted(found, key=lambda d: d.sort_key))
        super().__init__(self.findings)

    def __str__(self) -> str:
        return "\n".join(show(finding) for finding in self.findings)


class RequestError(PressError):
    exit_code = 2


class ContentError(PressError):
    exit_code = 3


class DesignError(PressError):
    exit_code = 4


class ProofError(PressError):
    exit_code = 5


class ToolError(PressError):
    exit_code = 6


def show(finding: Diagnostic) -> str:
    """Write a finding as the author sees it: place, code, message, the line, and the cure."""
    span = finding.span
    place = str(span) if span else finding.where
    head = f"{finding.severity}[{finding.code}]: {finding.message}"
    lines = [_harmless(f"{place}: {head}" if place else head)]
    if span and span.source.line(span.line).strip():
        lines += _quote(span)
    if finding.help:
        lines.append(_harmless(f"   help: {finding.help}"))
    return "\n".join(lines)


def shorten(text: str, most: int = 60) -> str:
    """Write a value of a file into a sentence: on one line, and cut where it goes on and on."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def is_control(character: str) -> bool:
    """Tell what steers a terminal or turns the direction of text round it, and never belongs in words."""
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in _TURNS


_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _harmless(line: str) -> str:
    """Take the power over the terminal from a line that quotes a stranger's file."""
    return "".join("\N{REPLACEMENT CHARACTER}" if is_control(c) else c for c in line)


def _quote(span: Span) -> list[str]:
    text = _harmless(span.source.line(span.line).replace("\t", " "))
    start = 0
    if len(text) > _WIDTH:  # show the part that matters of a long line
        start = max(0, min(span.column - 1 - _WIDTH // 2, len(text) - _WIDTH))
        text = text[start : start + _WIDTH]
    at = span.column - 1 - start
    gutter = f"{span.line:>5} | "
    before, marked = _columns(text[:at]), _columns(text[at : at + span.length])
    return [gutter + text, " " * (len(gutter) + before) + "^" * max(1, marked)]


def _columns(text: str) -> int:
    """Count the columns that a terminal gives a text: two for a Chinese letter, none for an accent."""
    wide = sum(1 for c in text if unicodedata.east_asian_width(c) in "WF")
    none = sum(1 for c in text if unicodedata.category(c) in ("Mn", "Me", "Cf"))
    return len(text) + wide - none


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Give the nearest known word, or none that is near.

    >>> did_you_mean("calout", ["callout", "checklist"])
    'callout'
    """
    names = sorted(known)
    folded = next((name for name in names if name.casefold() == word.casefold()), None)
    near = difflib.get_close_matches(word[:200], names, n=1, cutoff=0.6)
    return folded or (near[0] if near else None)


def suggest(word: str, known: Iterable[str], what: str, limit: int = 12) -> str:
    """Write the cure for an unknown name: the near miss if there is one, else what is known."""
    names = sorted(known)
    if near := did_you_mean(word, names):
        return f'did you mean "{near}"?'
    if not names:
        return f"there are no {what} yet"
    shown = ", ".join(names[:limit]) + (", …" if len(names) > limit else "")
    return f"{what}: {shown}"


def relative_name(path: Path, root: Path) -> str:
    """Name a file as findings show it: from the project's folder, with forward slashes."""
    with suppress(ValueError):  # by its own name, where it is a link
        return path.absolute().relative_to(root.absolute()).as_posix()
    with suppress(ValueError, OSError, RuntimeError):
        return path.resolve().relative_to(root.resolve()).as_posix()
    return path.as_posix()
