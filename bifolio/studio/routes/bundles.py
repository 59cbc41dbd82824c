"""Everything of a handout in one zip file: begun, asked about, downloaded."""

from __future__ import annotations

from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bifolio.studio import file_response, tasks
from bifolio.studio.bundle import Bundle
from bifolio.studio.context import context_of
from bifolio.studio.query import Query
from bifolio.studio.request_values import json_body

MAX_BUNDLES = 4
"""Finished zip files that are held until they are downloaded."""


async def begin(request: Request) -> Response:
    """Begin to make every form of a handout; return a number to ask by."""
    context, body = context_of(request), await json_body(request)
    query = Query.of(str(body.get("item", "")), body)
    values = await context.workers.run(tasks.handout, query)
    while len(context.bundles) >= MAX_BUNDLES:
        context.bundles.pop(next(iter(context.bundles))).cancel()
    files = [form[kind] for form in values["forms"] for kind in ("file", "reading") if form[kind]]
    queries = [replace(query, file=name) for name in files]
    bundle = Bundle(values["file_title"], context.workers, queries)
    bundle.begin()
    context.bundles_begun += 1
    number = str(context.bundles_begun)
    context.bundles[number] = bundle
    return JSONResponse({"number": number, "total": len(queries)}, 202)


async def state(request: Request) -> Response:
    """Return how far the work on a bundle is, or cancel it."""
    bundle = _bundle(request)
    if request.method == "DELETE":
        bundle.cancel()
        del context_of(request).bundles[request.path_params["number"]]
        return JSONResponse({"cancelled": True})
    return JSONResponse(bundle.state)


async def download(request: Request) -> Response:
    """Return the zip file."""
    bundle = _bundle(request)
    if not bundle.is_done:
        raise HTTPException(404)
    return file_response.download(f"{bundle.title}.zip", bundle.zipped())


def _bundle(request: Request) -> Bundle:
    bundle = context_of(request).bundles.get(request.path_params["number"])
    if bundle is None:
        raise HTTPException(404)
    return bundle


ROUTES = [
    Route("/api/bundle", begin, methods=["POST"]),
    Route("/api/bundle/{number}", state, methods=["GET", "DELETE"]),
    Route("/bundle/{number}", download),
]
