"""Pictures of pages: of what is saved, and of what is being typed."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bifolio.studio import tasks
from bifolio.studio.context import context_of
from bifolio.studio.query import Query
from bifolio.studio.request_values import copy_of, json_body, number_of, query_of, text_of
from bifolio.studio.routes.clinic import draft_of


async def saved_page(request: Request) -> Response:
    """Return a page of a saved handout as PNG. Its address changes with the project, so a browser may keep it."""
    context, parameters = context_of(request), request.query_params
    page, width_px = number_of(parameters.get("page"), 1), number_of(parameters.get("width"), 400)
    asked = query_of(request), page, width_px
    body = context.responses.picture(parameters.get("v", ""), *asked) or await context.workers.run(
        tasks.first_look, *asked, background="patient" in parameters, is_abandoned=request.is_disconnected
    )
    caching = "private, max-age=604800, immutable" if parameters.get("v") else "no-store"
    return Response(body, media_type="image/png", headers={"Cache-Control": caching})


async def live_page(request: Request) -> Response:
    """Return a page as it would be printed, with whatever is not saved yet."""
    context, body = context_of(request), await json_body(request)
    image = await context.workers.run(
        tasks.picture,
        Query.of(str(body.get("item", "")), body),
        number_of(body.get("page"), 1),
        number_of(body.get("width"), 800),
        "bmp" if context.is_local else "png",
        draft_of(body, context.logos) if "fields" in body else None,
        copy_of(body) if "copy" in body else None,
        text_of(body) if "words" in body else None,
        is_abandoned=request.is_disconnected,
    )
    return Response(
        image.body,
        media_type=f"image/{image.kind}",
        headers={
            "Bifolio-Page": str(image.page),
            "Bifolio-Pages": str(image.pages),
            "Bifolio-Width": f"{image.width_mm:.2f}",
            "Bifolio-Height": f"{image.height_mm:.2f}",
            "Bifolio-Notes": str(image.note_pages),
        },
    )


ROUTES = [Route("/picture/{item}", saved_page), Route("/api/picture", live_page, methods=["POST"])]
