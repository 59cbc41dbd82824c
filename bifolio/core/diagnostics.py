"""Findings and errors: what is wrong, where, and what to do about it.

Every stage reports in this one form. Only the command line prints it.

    BifolioError                  exit
    ├─ RequestError              2    something requested does not exist
    ├─ ContentError              3    the author can correct it; contains every finding
    ├─ DesignError               4    a template, style, brand, edition or locale is wrong
    ├─ ProofError                5    built, but verification failed; nothing was published
    └─ ToolError                 6    a program, a library or a writable folder is missing
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
from typing import Any, Self

_WIDTH = 100  # characters of a quoted line
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # where libyaml begins a new line, too


class Severity(StrEnum):
    """An error stops the build, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Source:
    """One input file: its text, and the name that findings show (relative to the project)."""

    name: str
    text: str

    def line(self, number: int) -> str:
        """Return line `number`, counted from 1, without its line end; empty past the end."""
        lines = _lines(self.text)
        return lines[number - 1] if 0 < number <= len(lines) else ""

    @property
    def line_count(self) -> int:
        """The number of lines; a line end at the end of the file does not begin another one."""
        lines = _lines(self.text)
        return len(lines) - (not lines[-1])

    def place(self, at: int, length: int = 1) -> Span:
        """Return the span of `length` characters from position `at` of the text, counted from 0."""
        breaks = list(_BREAK.finditer(self.text, 0, at))
        start = breaks[-1].end() if breaks else 0
        return Span(self, len(breaks) + 1, at - start + 1, length)

    def address(self, line: int, column: int) -> str:
        """Return how a person finds a place of this file, both counted from 1."""
        return f"{self.name}:{line}:{column}"


@dataclass(frozen=True, slots=True)
class SheetSource(Source):
    """The text of a sheet of a table: a line for each row, with tabs between cells."""

    title: str = ""
    """The name of the sheet; empty where a file is one."""

    def address(self, line: int, column: int) -> str:
        sheet = f"{self.title}!" if self.title else ""
        return f"{self.name}:{sheet}{self.cell(line, column)}"

    def cell(self, line: int, column: int) -> str:
        r"""Return the name of a cell as its program shows it.

        >>> SheetSource("clinics.csv", "id\tname\nlark\tLark\n").cell(2, 6)
        'B2'
        """
        number, letters = self.line(line)[: column - 1].count("\t") + 1, ""
        while number:
            number, letter = divmod(number - 1, 26)
            letters = chr(ord("A") + letter) + letters
        return f"{letters}{line}"


@lru_cache(maxsize=8)
def _lines(text: str) -> list[str]:
    # Cached, as a file with thousands of errors needs a line of its text for each of them.
    return _BREAK.split(text)


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a source: line and column counted from 1, length in characters."""

    source: Source
    line: int
    column: int
    length: int = 1

    def __str__(self) -> str:
        return self.source.address(self.line, self.column)

    def narrowed_to(self, words: str) -> Span | None:
        """Return the span of `words` at or after the start of this place; None if they are not written like this."""
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
    """What the finding is about if there is no line to point to: a file, a page."""

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
        """Return the finding without its place in a file as plain values, for `of_row`."""
        return [self.code, self.message, self.help, self.severity.value, self.where]

    @classmethod
    def of_row(cls, row: Sequence[Any]) -> Diagnostic:
        """Return the finding with the values of `as_row`."""
        code, message, cure, severity, where = row
        return cls(code, message, None, cure, Severity(severity), where)

    def as_json(self) -> dict[str, str | int | None]:
        """Return the finding as plain values for machine-readable output."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "message": self.message,
            "file": self.span.source.name if self.span else self.where,
            "line": self.span.line if self.span else None,
            "column": self.span.column if self.span else None,
            **self._cell,
            "help": self.help,
        }

    @property
    def _cell(self) -> dict[str, str | int | None]:
        span = self.span
        if span is None or not isinstance(span.source, SheetSource):
            return {}
        return {"sheet": span.source.title or None, "cell": span.source.cell(span.line, span.column)}


class BifolioError(Exception):
    """The root of all errors that users see; `exit_code` is that of the command line."""

    exit_code = 1

    def __init__(self, findings: Diagnostic | Iterable[Diagnostic]) -> None:
        found = [findings] if isinstance(findings, Diagnostic) else findings
        self.findings: tuple[Diagnostic, ...] = tuple(sorted(found, key=lambda d: d.sort_key))
        super().__init__(self.findings)

    @classmethod
    def of(
        cls,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        help: str | None = None,  # noqa: A002 - as a Diagnostic has it
        where: str | None = None,
    ) -> Self:
        """Return the error with one finding."""
        return cls(Diagnostic(code, message, span, help, where=where))

    def __str__(self) -> str:
        return "\n".join(show(finding) for finding in self.findings)


class RequestError(BifolioError):
    exit_code = 2


class ContentError(BifolioError):
    exit_code = 3


class DesignError(BifolioError):
    exit_code = 4


class ProofError(BifolioError):
    exit_code = 5


class ToolError(BifolioError):
    exit_code = 6


def show(finding: Diagnostic) -> str:
    """Return a finding as authors see it: place, code, message, the line, and the cure."""
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
    """Return a value for use in a sentence: on one line, and cut if it is too long."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def is_control(character: str) -> bool:
    """Return whether a character controls a terminal or changes the direction of text; text never needs one."""
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in _DIRECTION


_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _harmless(line: str) -> str:
    """Replace the characters by which a line of a stranger's file could control the terminal."""
    return "".join("\N{REPLACEMENT CHARACTER}" if is_control(c) else c for c in line)


def _quote(span: Span) -> list[str]:
    text = _harmless(span.source.line(span.line).replace("\t", " "))
    start = 0
    if len(text) > _WIDTH:  # show the relevant part of a long line
        start = max(0, min(span.column - 1 - _WIDTH // 2, len(text) - _WIDTH))
        text = text[start : start + _WIDTH]
    at = span.column - 1 - start
    gutter = f"{span.line:>5} | "
    before, marked = _columns(text[:at]), _columns(text[at : at + span.length])
    return [gutter + text, " " * (len(gutter) + before) + "^" * max(1, marked)]


def _columns(text: str) -> int:
    """Count the columns that a text takes up in a terminal: two for a Chinese character, none for an accent."""
    wide = sum(1 for c in text if unicodedata.east_asian_width(c) in "WF")
    none = sum(1 for c in text if unicodedata.category(c) in ("Mn", "Me", "Cf"))
    return len(text) + wide - none


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is closest; None if no word is close.

    >>> did_you_mean("calout", ["callout", "checklist"])
    'callout'
    """
    names = sorted(known)
    folded = next((name for name in names if name.casefold() == word.casefold()), None)
    near = difflib.get_close_matches(word[:200], names, n=1, cutoff=0.6)
    return folded or (near[0] if near else None)


def suggest(word: str, known: Iterable[str], what: str, limit: int = 12) -> str:
    """Return the cure for an unknown name: the closest known one, else all that are known."""
    names = sorted(known)
    if near := did_you_mean(word, names):
        return f'did you mean "{near}"?'
    if not names:
        return f"there are no {what} yet"
    shown = ", ".join(names[:limit]) + (", …" if len(names) > limit else "")
    return f"{what}: {shown}"


def relative_name(path: Path, root: Path) -> str:
    """Return the name of a file as findings show it: relative to the project's folder, with forward slashes."""
    with suppress(ValueError):  # by its own name, where it is a link
        return path.absolute().relative_to(root.absolute()).as_posix()
    with suppress(ValueError, OSError, RuntimeError):
        return path.resolve().relative_to(root.resolve()).as_posix()
    return path.as_posix()
