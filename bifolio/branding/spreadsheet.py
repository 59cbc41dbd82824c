"""A file of a spreadsheet program → the cells of one sheet, as the program shows them.

Reads workbooks, and text that such a program saved: CSV (RFC 4180) with commas, semicolons or tabs, in UTF-8 or
UTF-16. What a file is, its first bytes say, not its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from bifolio.branding.cells import Cell, typed
from bifolio.branding.sheet import MAX_BYTES, Sheet, sheet_of, unreadable
from bifolio.branding.workbook import read_workbook
from bifolio.core.diagnostics import ContentError, Diagnostic, Source, shorten


def read_sheet(raw: bytes, name: str) -> Sheet:
    """Return the first sheet of a file. Raises ContentError where it is none that can be read."""
    if len(raw) > MAX_BYTES:
        raise ContentError.of(
            "roster.too-large",
            f"the file has {len(raw):,} bytes; at most {MAX_BYTES:,} are read",
            where=name,
            help="split it into several tables, or take pictures out of it",
        )
    if raw.startswith(b"PK\x03\x04"):
        return read_workbook(raw, name)
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise unreadable(name, "the file is locked with a password, or it is an old .xls workbook")
    if (
        raw.lstrip()[:200]
        .lower()
        .startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"%pdf", b"{\\rtf"))
    ):
        raise unreadable(name, "the file is a web page or a document, not a table")
    if raw.count(0) > len(raw) // 8 and not raw.startswith(_UTF16):
        raise unreadable(name, "the file is not text, or is in UTF-16 and does not say so")
    return sheet_of(name, "", _records(Source(name, _decoded(raw, name))))


_UTF16 = b"\xff\xfe", b"\xfe\xff"
"""How "Unicode Text" of Excel begins, which has tabs between cells."""


def _decoded(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-16" if raw.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContentError(_not_utf8(raw, name)) from error


def _not_utf8(raw: bytes, name: str) -> Diagnostic:
    """Point at the first cell that is not UTF-8, and say what it would be in the encoding of Excel on Windows.

    It is not read so: in the encodings of other countries the same byte is another letter, and a clinic would be
    called by a wrong name.
    """
    message, span = "the file is not UTF-8 text", None
    with suppress(ContentError):
        sheet = sheet_of(name, "", _records(Source(name, raw.decode("cp1252", errors="replace"))))
        cells = ((row, column) for row, cells in enumerate(sheet.rows) for column in range(len(cells)))
        row, column = next(place for place in cells if not _is_utf8(sheet.rows[place[0]][place[1]].text))
        span = sheet.span(row, column)
        words = shorten(sheet.rows[row][column].words, 40)
        message += f'; if it is in Windows-1252, this cell says "{words}"'
    return Diagnostic(
        "roster.not-utf8",
        message,
        span,
        help='save it in Excel as "CSV UTF-8", or as an .xlsx workbook',
        where=None if span else name,
    )


def _is_utf8(text: str) -> bool:
    try:
        text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return False
    return True


_SEP = re.compile(r'"?sep=(.)"?[,;\t]*(?:\r\n|\r|\n)', re.IGNORECASE)
"""The first line by which Excel is told what stands between cells."""


def _records(source: Source) -> Iterator[list[Cell]]:
    """Yield the rows of a text, each with its cells. Raises ContentError where a quotation mark is not closed."""
    text, at = source.text, 0
    if told := _SEP.match(text):
        comma, at = told[1], told.end()
    else:
        comma = _separator(text)
    cell = re.compile(rf'"((?:[^"]|"")*)"|([^{re.escape(comma)}\r\n]*)')
    while at < len(text):
        row = []
        while True:
            found = cell.match(text, at)
            assert found is not None, "an empty cell matches, too"
            if (found[2] or "").startswith('"'):
                raise ContentError(_stray_quote(source, at))
            content = found[2] if found[1] is None else found[1].replace('""', '"')
            row.append(typed(content))
            start, at = at, found.end()
            if text[at : at + 1] != comma:
                break
            at += 1
        if end := _END.match(text, at):
            at = end.end()
        elif at < len(text):  # after a closing quotation mark
            raise ContentError(_stray_quote(source, start))
        yield row


_END = re.compile(r"\r\n|\r|\n")


def _separator(text: str) -> str:
    """Return what stands between cells: of the signs that spreadsheets use, the most frequent one of the first rows.

    They use the one that numbers of their country do not. Commas and semicolons inside of quotation marks are words.
    """
    head = re.sub(r'"(?:[^"]|"")*"', "", text[:20_000])
    lines = [line for line in islice(re.split(r"[\r\n]+", head), 12) if line.strip()]
    return max(
        ",;\t", key=lambda sign: ([bool(line.count(sign)) for line in lines].count(True), head.count(sign))
    )


def _stray_quote(source: Source, at: int) -> Diagnostic:
    return Diagnostic(
        "roster.quote",
        "a quotation mark is not closed, or text follows one that is",
        source.place(at),
        help='put "…" around the whole cell, and write "" for each quotation mark in it',
    )
