"""Error pages: a request that cannot be answered → what is wrong and what to do, for a person or a script."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from bifolio.studio.auth import HEADERS, SIGNED_OUT, is_scripted
from bifolio.studio.context import context_of
from bifolio.studio.errors import TaskError


def refuse(scope: Scope, status: int, message: str, cure: str, to: str = "/") -> Response:
    """Return what is wrong and what to do: values for a script, a page for people.

    Whoever is not signed in gets the page on which to sign in, at the address that was asked for; from there
    the way leads on to that address, or to the page `to`.
    """
    if is_scripted(scope):
        return JSONResponse({"message": message, "help": cure, "findings": []}, status)
    templates = context_of(scope).templates
    if status in (401, 429):
        is_stranger = (message, cure) == SIGNED_OUT  # and perhaps never was in
        if is_stranger:
            to = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
        return templates.page("enter", status, wrong="" if is_stranger else message, cure=cure, to=to)
    return templates.page("sorry", status, message=message, cure=cure, findings=())


async def task_failed(request: Request, error: Exception) -> Response:
    """Answer for a task without a result."""
    assert isinstance(error, TaskError)
    is_unknown = any(str(finding["code"]).startswith("plan.unknown-") for finding in error.findings)
    status = 404 if is_unknown else error.status
    if is_scripted(request.scope):
        values: dict[str, Any] = {"message": error.message, "help": error.help}
        values |= {"findings": list(error.findings), "now": error.now}
        return JSONResponse(values, status)
    return context_of(request).templates.page(
        "sorry", status, message=error.message, cure=error.help, findings=error.findings[1:]
    )


async def not_found(request: Request, error: Exception) -> Response:
    """Answer for an address that leads nowhere, or a method that it does not have."""
    assert isinstance(error, HTTPException)
    return refuse(
        request.scope, error.status_code, "there is nothing at this address", "go back to the shelf"
    )


async def server_error(request: Request, error: Exception) -> Response:
    """Answer for a bug: its traceback goes to the terminal, and this to whoever looks at the screen."""
    del error
    answer = refuse(
        request.scope,
        500,
        "something went wrong that should not have",
        "try again; what you did is not at fault",
    )
    answer.headers.update(HEADERS)  # this answer does not pass the guard
    return answer
