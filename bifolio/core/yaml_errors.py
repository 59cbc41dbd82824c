"""Broken YAML: what libyaml reports → what the author reads, and the cure.

libyaml reports tokens and block mappings, and the place where it gave up. Authors know quotes, colons and
indentation, and look for the place where the problem begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from bifolio.core.diagnostics import Diagnostic, Source, Span, shorten


@dataclass(frozen=True, slots=True)
class _Mistake:
    """A mistake in YAML: how to recognise it, what to call it, and the cure.

    `sign` is a part of what libyaml reports. With `at_start` the finding points to where the problem begins (the
    opening quote, the star), not to where libyaml gave up.
    """

    sign: str
    words: str
    cure: str
    at_start: bool = False


_IN_QUOTES = "put the text in quotes"
MISTAKES = (  # the first match wins
    _Mistake(
        "scanning a quoted scalar", "the quote that opens here is not closed", "close it", at_start=True
    ),
    _Mistake("parsing a flow", "the bracket that opens here is not closed", "close it", at_start=True),
    _Mistake("scanning an alias", 'text cannot begin with "*"', _IN_QUOTES, at_start=True),
    _Mistake("undefined alias", 'text cannot begin with "*"', _IN_QUOTES),
    _Mistake("scanning an anchor", 'text cannot begin with "&"', _IN_QUOTES, at_start=True),
    _Mistake(
        "duplicate anchor", 'this "&" name is used twice', "write the value out instead of using & and *"
    ),
    _Mistake("parsing a tag", 'text cannot begin with "!"', _IN_QUOTES, at_start=True),
    _Mistake("scanning a tag", 'text cannot begin with "!"', _IN_QUOTES, at_start=True),
    _Mistake("undefined tag handle", 'text cannot begin with "!"', _IN_QUOTES),
    _Mistake("scanning a block scalar", 'text cannot begin with ">" or "|"', _IN_QUOTES, at_start=True),
    _Mistake(
        "unknown escape", 'a "\\" that has no meaning here', 'write "\\\\" for a "\\", or use single quotes'
    ),
    _Mistake(
        "hexdecimal number",
        'a "\\" that has no meaning here',
        'write "\\\\" for a "\\", or use single quotes',
    ),
    _Mistake("escape code", 'a "\\" that does not name a character', "write the character itself"),
    _Mistake("cannot start any token", "a character that text cannot begin with", _IN_QUOTES),
    _Mistake("did not find expected node", "a character that text cannot begin with", _IN_QUOTES),
    _Mistake("mapping keys are not allowed", "a character that text cannot begin with", _IN_QUOTES),
    _Mistake(
        "sequence entries are not allowed", 'a "-" in the middle of a line', "begin lists on a new line"
    ),
    _Mistake(
        "could not find expected ':'", "a key without its colon", 'write it as "key: value"', at_start=True
    ),
    _Mistake("expected '-' indicator", "a key beside list items", "check the indentation of this line"),
    _Mistake("another document", "a second document in one file", 'remove the second "---"'),
    _Mistake("<document start>", "words after the end of the document", 'remove "..." and what follows'),
    _Mistake("incompatible YAML", "a line for another version of YAML", "remove it"),
    _Mistake(
        "did not find expected key", "a line that does not fit anything above it", "check its indentation"
    ),
)


def explain(source: Source, error: yaml.MarkedYAMLError) -> Diagnostic:
    """Return a finding that says in the author's words why a file is not YAML."""
    report = f"{error.context or ''} {error.problem or ''}"
    known = next((mistake for mistake in MISTAKES if mistake.sign in report), None)
    mark = error.context_mark if known and known.at_start and error.context_mark else error.problem_mark
    span = _at_mark(source, mark or error.context_mark)
    seen = _braces_first(source.line(span.line)) or _seen_in_line(source, span, report, error)
    what, cure = seen or (
        (known.words, known.cure) if known else (shorten(report), "check the indentation and the quotes here")
    )
    if cure == _IN_QUOTES and (rest := source.line(span.line)[span.column - 1 :].strip()):
        cure += f": {_quoted(rest)}"
    return Diagnostic("load.broken-yaml", f"this is not valid YAML: {what}", span, help=cure)


_BRACES_FIRST = re.compile(r"\s*(?:- +)*(?:[\w-]+: +)?(\{\w+\})\s*[^\s,}\]#]")
"""A line whose text begins with a word of the region, which YAML takes for a mapping."""


def _braces_first(line: str) -> tuple[str, str] | None:
    found = _BRACES_FIRST.match(line)
    if found is None:
        return None
    return 'text cannot begin with "{"', f"{_IN_QUOTES}: {_quoted(line[found.start(1) :].strip())}"


def _seen_in_line(
    source: Source, span: Span, report: str, error: yaml.MarkedYAMLError
) -> tuple[str, str] | None:
    """Distinguish by the line itself the mistakes for which libyaml has only one name."""
    line = source.line(span.line)
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "a tab in the indentation", "use spaces instead"
    if "mapping values are not allowed" in report:
        return _second_colon(line, span)
    if "did not find expected key" in report:
        return _misfit(line, span)
    return _in_brackets(line, span, error) if "parsing a flow" in report else None


def _misfit(line: str, span: Span) -> tuple[str, str] | None:
    if line[: span.column - 1].rstrip().endswith(('"', "'")):
        return "words after a closing quote", "put the whole text in quotes of the other kind"
    if line.lstrip().startswith("- "):
        where = "start all items of a list in the same column"
        return "a list item that does not fit anything above it", where
    return None


def _in_brackets(line: str, span: Span, error: yaml.MarkedYAMLError) -> tuple[str, str] | None:
    if colour := _LOST_COLOUR.search(line):
        return f'all that follows "{colour[1]}" on this line is a comment', f'put it in quotes: "{colour[1]}"'
    if error.problem_mark and error.problem_mark.line == span.line - 1:
        return "a comma or a bracket is missing in this list", "check the commas, quotes and brackets"
    return None


_LOST_COLOUR = re.compile(r"[:,\[]\s+(#(?:[0-9a-fA-F]{3,4}){1,2}\b)")


def _second_colon(line: str, span: Span) -> tuple[str, str]:
    value = re.match(r"\s*(?:- +)*[^:]+: +(?=\S)", line[: span.column - 1])
    if value is None:
        return "keys below a line of text", "check the indentation of this line"
    return "a second colon in one line", f"{_IN_QUOTES}: {_quoted(line[value.end() :].strip())}"


def _at_mark(source: Source, mark: Any) -> Span:
    """Return the place that libyaml reports, but not past the last line, where there is nothing to see."""
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if line > source.line_count:
        line = max(1, source.line_count)
        column = len(source.line(line)) + 1
    return Span(source, line, column)


def _quoted(text: str) -> str:
    """Return a text in quotes as YAML has it, in those that it does not contain itself."""
    if '"' not in text and "\\" not in text:
        return f'"{shorten(text)}"'
    return "'" + shorten(text.replace("'", "''")) + "'"


def split_by_yaml(word: str, value: Any) -> str | None:
    """Return the cure where YAML took words of a text for a key: at a colon, or after a comma in braces."""
    if value is None and " " in word:
        return f'put the text in quotes, if it goes on after a comma: "…, {shorten(word)}"'
    if isinstance(value, str) and (" " in word or word[:1].isupper()):
        return f'put the text in quotes: "{shorten(f"{word}: {value}")}"'
    return None
