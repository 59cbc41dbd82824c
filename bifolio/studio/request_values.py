"""Request values: the body and the query of a request → checked values for a task."""

from __future__ import annotations

import datetime
import json
from operator import itemgetter
from typing import Any

from starlette.requests import Request

from bifolio.core.diagnostics import Diagnostic
from bifolio.studio.draft import Fields
from bifolio.studio.errors import TaskError
from bifolio.studio.query import Query

MAX_TEXT_LETTERS = 8000
"""Letters in one field of a handout's text."""


def query_of(request: Request) -> Query:
    """Return which form of a handout an address asks for."""
    return Query.of(request.path_params["item"], request.query_params)


async def json_body(request: Request) -> dict[str, Any]:
    """Return what the script of a page sent: one JSON mapping. Raises TaskError for anything else."""
    try:
        body = await request.json()
    except (ValueError, RecursionError) as error:
        raise _not_understood() from error
    if not isinstance(body, dict):
        raise _not_understood()
    return body


async def change(request: Request) -> tuple[dict[str, Any], str]:
    """Return a change of something that exists, and the version that it is based on. Raises TaskError."""
    body = await json_body(request)
    based_on = body.get("version")
    if not isinstance(based_on, str) or not based_on:
        raise TaskError(
            "this does not say which version it is based on",
            "copy your words, reload the page, and paste them there",
            status=428,
        )
    return body, based_on


def copy_of(body: dict[str, Any]) -> str:
    """Return one client's copy as JSON, which is YAML, too; the worker reads and checks it."""
    copy = body.get("copy")
    return json.dumps(copy if isinstance(copy, dict) else {}, ensure_ascii=False)


def text_of(body: dict[str, Any]) -> Fields:
    """Return the fields of a handout's text."""
    return fields_of(body.get("words"), MAX_TEXT_LETTERS)


def fields_of(value: object, max_letters: int) -> Fields:
    """Return the fields of a form, sorted by name. Raises TaskError for what would be lost: nothing is cut off."""
    if not isinstance(value, dict):
        raise _not_understood()
    wrong = [
        (name, Diagnostic("studio.no-words", "this field holds no words", help="reload the page"))
        for name, text in value.items()
        if not isinstance(text, str)
    ] or [
        (
            name,
            Diagnostic(
                "studio.too-long",
                f"{len(text):,} letters are too many",
                help=f"write at most {max_letters:,} here",
            ),
        )
        for name, text in value.items()
        if len(text) > max_letters
    ]
    if wrong:
        raise TaskError.in_fields(sorted(wrong, key=itemgetter(0)))
    return tuple(sorted(value.items()))


def day_of(value: object) -> datetime.date:
    """Return the day that it is for whoever looks at the page: no worker asks a clock. Raises TaskError."""
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError as error:
        raise _not_understood() from error


def number_of(value: object, default: int) -> int:
    """Return a small whole number, or the default where there is none."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default


def _not_understood() -> TaskError:
    return TaskError(
        "the studio did not understand this", "try again; if that does not help, reload the page"
    )
