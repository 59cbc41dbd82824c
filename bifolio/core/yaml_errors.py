"""Slips: what libyaml says of broken YAML → what the author reads, and the cure.

libyaml speaks of tokens and block mappings, and points at where it gave up. Authors know quotes, colons and
indentation, and look for where the broken thing begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from bifolio.core.diagnostics import Diagnostic, Source, Span, shorten


@dataclass(frozen=True, slots=True)
class _Slip:
    """How one mistake in YAML shows, what to call it, and the cure.

    `sign` is a part of what libyaml says. `at_start` points at where the broken thing begins (the quote that
    opens, the star) and not at where libyaml gave up.
    """

    sign: str
    words: str
    cure: str
    at_start: bool = False


_IN_QUOTES = "put the text in quotes"
SLIPS = (  # the first that fits wins
    _Slip("scanning a quoted scalar", "the quote that opens here is not closed", "close it", at_start=True),
    _Slip("parsing a flow", "the bracket that opens here is not closed", "close it", at_start=True),
    _Slip("scanning an alias", 'text cannot begin with "*"', _IN_QUOTES, at_start=True),
    _Slip("undefined alias", 'text cannot begin with "*"', _IN_QUOTES),
    _Slip("scanning an anchor", 'text cannot begin with "&"', _IN_QUOTES, at_start=True),
    _Slip("duplicate anchor", "this & name stands twice", "write the value out instead of using & and *"),
    _Slip("parsing a tag", 'text cannot begin with "!"', _IN_QUOTES, at_start=True),
    _Slip("scanning a tag", 'text cannot begin with "!"', _IN_QUOTES, at_start=True),
    _Slip("undefined tag handle", 'text cannot begin with "!"', _IN_QUOTES),
    _Slip("scanning a block scalar", 'text cannot begin with ">" or "|"', _IN_QUOTES, at_start=True),
    _Slip("unknown escape", 'a "\\" that says nothing', 'write "\\\\" for a "\\", or use single quotes'),
    _Slip("hexdecimal number", 'a "\\" that says nothing', 'write "\\\\" for a "\\", or use single quotes'),
    _Slip("escape code", 'a "\\" that names no letter', "write the letter itself"),
    _Slip("cannot start any token", "a sign that no text may begin with", _IN_QUOTES),
    _Slip("did not find expected node", "a sign that no text may begin with", _IN_QUOTES),
    _Slip("mapping keys are not allowed", "a sign that no text may begin with", _IN_QUOTES),
    _Slip("sequence entries are not allowed", 'a "-" in the middle of a line', "begin lists on a new line"),
    _Slip(
        "could not find expected ':'", "a key without its colon", 'write it as "key: value"', at_start=True
    ),
    _Slip("expected '-' indicator", "a key beside list items", "check the indentation of this line"),
    _Slip("another document", "a second document in one file", 'take out the second "---"'),
    _Slip("<document start>", "words after the end of the document", 'take out "..." and what follows'),
    _Slip("incompatible YAML", "a line for another version of YAML", "take it out"),
    _Slip("did not find expected key", "a line that fits nothing above it", "check its indentation"),
)


def name_slip(source: Source, error: yaml.MarkedYAMLError) -> Diagnostic:
    """Say in the author's words what is wrong with a file that is not YAML."""
    said = f"{error.context or ''} {error.problem or ''}"
    slip = next((slip for slip in SLIPS if slip.sign in said), None)
    mark = error.context_mark if slip and slip.at_start and error.context_mark else error.problem_mark
    span = _at_mark(source, mark or error.context_mark)
    what, cure = _named_slip(source, span, said, error) or (
        (slip.words, slip.cure) if slip else (shorten(said), "check the indentation and the quotes here")
    )
    if cure == _IN_QUOTES and (rest := source.line(span.line)[span.column - 1 :].strip()):
        cure += f": {_quoted(rest)}"
    return Diagnostic("load.broken-yaml", f"this is not YAML: {what}", span, help=cure)


def _named_slip(source: Source, span: Span, said: str, error: yaml.MarkedYAMLError) -> tuple[str, str] | None:
    """Name the slips that libyaml's words do not tell apart, by what stands in the line."""
    line = source.line(span.line)
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "a tab in the indentation", "use spaces instead"
    if "mapping values are not allowed" in said:
        return _colon_slip(line, span)
    if "did not find expected key" in said:
        if line[: span.column - 1].rstrip().endswith(('"', "'")):
            return "words after a closing quote", "put the whole text in quotes of the other sort"
        if line.lstrip().startswith("- "):
            return "a list item that fits nothing above it", "list items start in one column"
    if "parsing a flow" in said and error.problem_mark and error.problem_mark.line == span.line - 1:
        return "a comma or a bracket is missing in this list", "check the commas, quotes and brackets"
    return None


def _colon_slip(line: str, span: Span) -> tuple[str, str]:
    value = re.match(r"\s*(?:- +)*[^:]+: +(?=\S)", line[: span.column - 1])
    if value is None:
        return "keys below a line of words", "check the indentation of this line"
    return "a second colon in one line", f"{_IN_QUOTES}: {_quoted(line[value.end() :].strip())}"


def _at_mark(source: Source, mark: Any) -> Span:
    """Point where libyaml points, but not past the last line, where there is nothing to see."""
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if line > source.line_count:
        line = max(1, source.line_count)
        column = len(source.line(line)) + 1
    return Span(source, line, column)


def _quoted(text: str) -> str:
    """Write a text as YAML takes it, in the quotes that it does not hold itself."""
    if '"' not in text and "\\" not in text:
        return f'"{shorten(text)}"'
    return "'" + shorten(text.replace("'", "''")) + "'"
