"""Cells of a spreadsheet as the program shows them, and what it made of the words that were typed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bifolio.core.diagnostics import is_control, shorten
from bifolio.core.encodings import meant_by

TYPE_AGAIN = "format the column as Text, and type the cell again"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell says, and where it stands in the text of its sheet."""

    text: str
    start: int = 0
    end: int = 0
    fault: tuple[str, str] | None = None
    """What the program did to the words that were typed, and the cure; None if it kept them."""

    @property
    def words(self) -> str:
        """The text without the white space around it."""
        return self.text.strip()


_LONGEST = 11
"""The digits of a number that Excel shows in a cell that has no format; of more it shows "4.42E+11"."""


def number(value: float, shape: str) -> Cell:
    """Return a cell with a number in a format of its program, as that shows it."""
    whole = float(value).is_integer() and abs(value) < 10**15
    digits = str(int(value)) if whole else f"{value:.10g}"
    if shape == "General":
        return typed(digits if len(digits) <= _LONGEST else f"{value:.5E}")
    if shape == "@":
        return typed(digits)
    shown = _in_shape(digits, shape) if whole and value >= 0 else None
    fault = (f'the cell is the number {digits} in the format "{shorten(shape, 30)}"', TYPE_AGAIN)
    return Cell(digits, fault=fault) if shown is None else typed(shown)


_PART = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]|(.)', re.DOTALL)
_CONDITION = re.compile(r"\[<=(\d+)\]")


def _in_shape(digits: str, shape: str) -> str | None:
    r"""Return a number in a format that only puts digits and signs in a row, as for telephone numbers.

    None for a format of any other kind.

    >>> _in_shape("2079460101", "00000000000")
    '02079460101'
    >>> _in_shape("2025550143", r"[<=9999999]###\-####;\(###\)\ ###\-####")
    '(202) 555-0143'
    """
    first, *others = shape.split(";")
    if others and (condition := _CONDITION.search(first)) and int(digits) > int(condition[1]):
        first = others[0]
    parts = []
    for found in _PART.finditer(first):
        quoted, escaped, plain = found.groups()
        if plain and plain not in "0#? -()+/":
            return None
        sign = quoted or escaped or plain or ""
        parts.append((sign, bool(plain) and plain in "0#?"))
    places = sum(is_digit for _, is_digit in parts)
    if not places:
        return None
    zeros = "".join(sign for sign, is_digit in parts if is_digit)
    zeros = zeros[zeros.find("0") :].replace("#", "0") if "0" in zeros else ""
    left = digits.zfill(len(zeros))
    shown = ""
    for sign, is_digit in parts:
        if not is_digit:
            shown += sign
            continue
        take = max(0, len(left) - places + 1)
        shown, left, places = shown + left[:take], left[take:], places - 1
    return shown.strip()


# -- words -------------------------------------------------------------------------------------

_AS_TEXT = re.compile(r'="((?:[^"]|"")*)"')
"""A formula that only keeps a program from reading text as a number."""

_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mai|juni|juli|okt|dez|mrz|mär|janv|févr|avr|juin|juil|août|déc"
_MANGLED: Sequence[tuple[re.Pattern[str], str, str]] = (
    (
        re.compile(
            r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|GETTING_DATA)", re.IGNORECASE
        ),
        "is an error of a formula",
        "type the words themselves into the cell, or empty it",
    ),
    (
        re.compile(r"#{3,}"),
        "is what a spreadsheet program shows where a column is too narrow",
        "make the column wider, and save the table again",
    ),
    (
        re.compile(r"[-+]?\d+(?:[.,]\d+)?E[-+]\d+", re.IGNORECASE),
        "is what a spreadsheet program made of a long number",
        TYPE_AGAIN,
    ),
    (
        re.compile(
            rf"(?:\d{{1,2}}[-/. ]{{1,2}}(?:{_MONTH})\.?|(?:{_MONTH})\.?[-/ ]\d{{1,4}})(?:[-/ ]\d{{2,4}})?",
            re.IGNORECASE,
        ),
        "is a date, which a spreadsheet program makes of figures such as 3-5",
        TYPE_AGAIN,
    ),
    (
        re.compile(
            r"(?:\d{4}-\d\d-\d\d|\d{1,2}([./])\d{1,2}\1\d{4})(?:[T ]\d\d?:\d\d(?::\d\d)?)?|\d\d?:\d\d:\d\d"
        ),
        "is a date or a time, which a spreadsheet program makes of figures",
        TYPE_AGAIN,
    ),
    (
        re.compile(r"=.*", re.DOTALL),
        "is a formula; none is worked out here",
        "type the words themselves into the cell",
    ),
    (
        re.compile(r"'(?![a-z][ -]).*(?<!')", re.DOTALL),  # 't Huis is a name
        "begins with the sign that tells a spreadsheet program to take the cell as text",
        "remove the ' in front",
    ),
    (
        re.compile(r".*\ufffd.*", re.DOTALL),
        "has a letter that was lost when the table was saved",
        "type it again",
    ),
)


_UNSEEN = "\u200b\u200e\u200f\u202a\u202c\u2060\ufeff"
"""Signs around words that Windows copies out of a list of contacts, and browsers out of a page."""


def typed(text: str, fault: tuple[str, str] | None = None) -> Cell:
    """Return a cell with what is wrong with its text, as a person typed it."""
    text = text.strip(_UNSEEN)
    if as_text := _AS_TEXT.fullmatch(text.strip()):
        text = as_text[1].replace('""', '"')
    return Cell(text, fault=fault or _mangled(text.strip()))


def _is_hidden(sign: str) -> bool:
    return is_control(sign) and not sign.isspace()


def _mangled(words: str) -> tuple[str, str] | None:
    for pattern, what, cure in _MANGLED:
        if pattern.fullmatch(words):
            return f'"{shorten(words, 40)}" {what}', cure
    if not words.isprintable() and (hidden := next(filter(_is_hidden, words), None)):
        return f"the cell has an invisible character (U+{ord(hidden):04X})", "type the cell again"
    if meant := meant_by(words):
        return f'"{shorten(words, 40)}" was saved in two encodings', f'write "{shorten(meant, 40)}"'
    return None
