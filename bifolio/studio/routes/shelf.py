"""The shelf: every handout that a clinic has."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bifolio.studio import tasks
from bifolio.studio.context import context_of


async def shelf(request: Request) -> Response:
    """Return the page of all handouts."""
    context = context_of(request)
    brand = request.query_params.get("brand")
    values = context.responses.answer("shelf", (brand,))
    if values is None:
        values = await context.workers.run(tasks.shelf, brand)
    return context.templates.page("shelf", **values)


ROUTES = [Route("/", shelf)]
