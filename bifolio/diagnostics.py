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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_WIDTH = 100  # characters of a quoted line


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
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""


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
        super().__init__("\n".join(show(finding) for finding in self.findings))


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
    lines = [f"{place}: {head}" if place else head]
    if span and span.source.line(span.line).strip():
        lines += _quote(span)
    if finding.help:
        lines.append(f"   help: {finding.help}")
    return "\n".join(lines)


def _quote(span: Span) -> list[str]:
    text = span.source.line(span.line).expandtabs(1)
    start = 0
    if len(text) > _WIDTH:  # show the part that matters of a long line
        start = max(0, min(span.column - 1 - _WIDTH // 2, len(text) - _WIDTH))
        text = text[start : start + _WIDTH]
    at = span.column - 1 - start
    gutter = f"{span.line:>5} | "
    marks = "^" * max(1, min(span.length, len(text) - at))
    return [gutter + text, " " * (len(gutter) + at) + marks]


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Give the nearest known word, or none that is near.

    >>> did_you_mean("calout", ["callout", "checklist"])
    'callout'
    """
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return near[0] if near else None


def suggest(word: str, known: Sequence[str], what: str, limit: int = 12) -> str:
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
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.as_posix()
