"""Approvals: what a clinician has approved, and the evidence behind each handout."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bifolio.studio import file_response, tasks
from bifolio.studio.context import context_of
from bifolio.studio.request_values import change, number_of, query_of


async def page(request: Request) -> Response:
    """Return the page of a clinic's approvals."""
    context = context_of(request)
    values = await context.workers.run(tasks.approvals, request.query_params.get("brand"))
    return context.templates.page("approvals", **values)


async def evidence(request: Request) -> Response:
    """Return an evidence sheet, to open in the browser."""
    number = number_of(request.query_params.get("sheet"), 1)
    name, body = await context_of(request).workers.run(tasks.evidence, query_of(request), number)
    return file_response.show(name, body)


async def approve(request: Request) -> Response:
    """Record an approval."""
    body, based_on = await change(request)
    name, role = (str(body.get(key, "")).strip().rstrip(",") for key in ("name", "role"))
    brand, on = str(body.get("brand", "")), str(body.get("on", ""))
    region, language = (str(body[key]) if body.get(key) else None for key in ("region", "language"))
    item = request.path_params["item"]
    by = f"{name}, {role}"
    workers = context_of(request).workers
    await workers.run(tasks.approve, item, brand, by, on, region, language, based_on)
    return JSONResponse({"approved": True})


ROUTES = [
    Route("/approvals", page),
    Route("/evidence/{item}", evidence),
    Route("/api/approval/{item}", approve, methods=["PUT"]),
]
