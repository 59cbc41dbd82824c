"""Signing in: a secret → a session."""

from __future__ import annotations

from functools import partial
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bifolio.studio.auth import let_in
from bifolio.studio.context import context_of
from bifolio.studio.error_pages import refuse


async def enter(request: Request) -> Response:
    """Exchange a secret for a session; a page for people, values for the dialog of a page that is open."""
    context = context_of(request)
    if request.method == "GET":
        return context.templates.page("enter", wrong="", cure="", to="/")
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    secret, to = (form.get(name, [""])[0] for name in ("secret", "to"))
    return let_in(context.site, partial(refuse, to=to), request.scope, secret, to)


async def session(request: Request) -> Response:
    """Confirm that there is a session; without one this answer is the guard's."""
    del request
    return JSONResponse({"signed_in": True})


ROUTES = [Route("/enter", enter, methods=["GET", "POST"]), Route("/api/session", session)]
