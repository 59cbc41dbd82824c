"""The text of a handout: its form, a clinic's own copy, and what an editor would say of it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bifolio.studio import tasks
from bifolio.studio.context import context_of
from bifolio.studio.request_values import change, day_of, json_body, text_of


async def page(request: Request) -> Response:
    """Return the page with the form."""
    context = context_of(request)
    values = await context.workers.run(tasks.text, request.path_params["item"])
    return context.templates.page("words", **values)


async def copy_for_clinic(request: Request) -> Response:
    """Make a clinic's own copy of a handout."""
    body = await json_body(request)
    item, brand = request.path_params["item"], str(body.get("brand", ""))
    return JSONResponse({"item": await context_of(request).workers.run(tasks.own_copy, item, brand)}, 201)


async def check(request: Request) -> Response:
    """Return what an editor would say of a text that is not saved."""
    body = await json_body(request)
    item, today = request.path_params["item"], day_of(body.get("today"))
    return JSONResponse(await context_of(request).workers.run(tasks.check_text, item, text_of(body), today))


async def save(request: Request) -> Response:
    """Save the text of a clinic's own handout."""
    body, based_on = await change(request)
    today = day_of(body["today"]) if "today" in body else None
    item = request.path_params["item"]
    saved = await context_of(request).workers.run(tasks.save_text, item, text_of(body), based_on, today)
    return JSONResponse(saved)


ROUTES = [
    Route("/words/{item}", page),
    Route("/api/own/{item}", copy_for_clinic, methods=["POST"]),
    Route("/api/words/{item}", check, methods=["POST"]),
    Route("/api/words/{item}", save, methods=["PUT"]),
]
