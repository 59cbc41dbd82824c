"""One handout: its page, its files, and one client's copy."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bifolio.studio import file_response, tasks
from bifolio.studio.context import context_of
from bifolio.studio.query import Query
from bifolio.studio.request_values import copy_of, json_body, query_of


async def handout(request: Request) -> Response:
    """Return the page of a handout."""
    context, query = context_of(request), query_of(request)
    values = context.responses.answer("handout", query)
    if values is None:
        values = await context.workers.run(tasks.handout, query)
    values["parts_of"] = values.pop("parts")  # "parts" are the macros of a page
    return context.templates.page("handout", brand=values["chosen"]["brand"], **values)


async def file(request: Request) -> Response:
    """Return a finished file, to save or, with `look`, to open in the browser."""
    name, body = await context_of(request).workers.run(tasks.file, query_of(request))
    respond = file_response.show if "look" in request.query_params else file_response.download
    return respond(name, body)


async def client_copy(request: Request) -> Response:
    """Return one client's copy. It is in this answer and nowhere else."""
    body = await json_body(request)
    query = Query.of(str(body.get("item", "")), body)
    name, pdf = await context_of(request).workers.run(tasks.client_copy, query, copy_of(body))
    return file_response.show(name, pdf)


ROUTES = [
    Route("/handout/{item}", handout),
    Route("/file/{item}", file),
    Route("/api/copy", client_copy, methods=["POST"]),
]
