"""The search of the shelf, as one types."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bifolio.studio.context import context_of
from bifolio.studio.request_values import json_body


async def search(request: Request) -> Response:
    """Return the handouts that fit what was typed. It comes in the body, as addresses are kept in the logs of servers."""
    body = await json_body(request)
    brand, typed = (str(body.get(name) or "") for name in ("brand", "words"))
    return JSONResponse(await context_of(request).search.find(brand or None, typed))


ROUTES = [Route("/api/search", search, methods=["POST"])]
