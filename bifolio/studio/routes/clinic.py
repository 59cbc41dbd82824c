"""A clinic: its form, its logo and colours, its earlier versions, and all of it as one file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bifolio.branding.logo import Logo
from bifolio.core.fingerprints import fingerprint
from bifolio.studio import file_response, tasks
from bifolio.studio.context import context_of
from bifolio.studio.draft import Draft
from bifolio.studio.errors import TaskError
from bifolio.studio.request_values import change, fields_of, json_body, number_of

MAX_LOGOS = 8
"""Logos that are held until their clinics are saved."""

MAX_FIELD_LETTERS = 2000
"""Letters in one field of the form."""


async def page(request: Request) -> Response:
    """Return the page with the form."""
    context = context_of(request)
    values = await context.workers.run(tasks.clinic, request.query_params.get("brand"))
    return context.templates.page("brand", **values)


async def create(request: Request) -> Response:
    """Make a new clinic with a name."""
    body = await json_body(request)
    brand = await context_of(request).workers.run(tasks.new_clinic, str(body.get("name", ""))[:200])
    return JSONResponse({"brand": brand}, 201)


async def save(request: Request) -> Response:
    """Save what the form says."""
    context, (body, based_on) = context_of(request), await change(request)
    brand, draft = request.path_params["brand"], draft_of(body, context.logos)
    return JSONResponse(await context.workers.run(tasks.save_clinic, brand, draft, based_on))


async def restore(request: Request) -> Response:
    """Restore an earlier version."""
    body, based_on = await change(request)
    number = number_of(body.get("number"), 0)
    brand = request.path_params["brand"]
    await context_of(request).workers.run(tasks.restore_clinic, brand, number, based_on)
    return JSONResponse({"restored": number})


async def download(request: Request) -> Response:
    """Return a clinic as one file."""
    brand = request.path_params["brand"]
    body = await context_of(request).workers.run(tasks.pack_clinic, brand)
    return file_response.download(f"{brand}.clinic.zip", body)


async def upload(request: Request) -> Response:
    """Make a new clinic from such a file."""
    brand = await context_of(request).workers.run(tasks.unpack_clinic, await request.body())
    return JSONResponse({"brand": brand}, 201)


async def upload_logo(request: Request) -> Response:
    """Clean a picture and hold it until the clinic is saved; return a name to ask for it by."""
    context = context_of(request)
    file_name = request.query_params.get("name", "")[-80:]
    logo = await context.workers.run(tasks.clean_logo, file_name, await request.body())
    name = fingerprint(logo.file_name, logo.body)  # the same after the studio was started again
    while len(context.logos) >= MAX_LOGOS and name not in context.logos:
        del context.logos[next(iter(context.logos))]
    context.logos[name] = logo
    remarks = [remark.as_json() for remark in logo.remarks]
    return JSONResponse({"logo": name, "shown": logo.address("#004552"), "remarks": remarks}, 201)


async def colours(request: Request) -> Response:
    """Return what pages make of a colour."""
    body = await json_body(request)
    return JSONResponse(await context_of(request).workers.run(tasks.colours, str(body.get("colour", ""))))


def draft_of(body: Mapping[str, Any], logos: Mapping[str, Logo]) -> Draft:
    """Return what the form says, with its new logo. Raises TaskError where that is no longer held."""
    fields = fields_of(body.get("fields"), MAX_FIELD_LETTERS)
    logo = body.get("logo")
    if logo and str(logo) not in logos:
        raise TaskError("the logo is no longer held", "choose its file again", status=410)
    return Draft(fields, logos[str(logo)] if logo else None)


ROUTES = [
    Route("/clinic", page),
    Route("/clinic/{brand}/take", download),
    Route("/api/clinic", create, methods=["POST"]),
    Route("/api/clinic/{brand}", save, methods=["PUT"]),
    Route("/api/clinic/{brand}/restore", restore, methods=["PUT"]),
    Route("/api/colours", colours, methods=["POST"]),
    Route("/upload/logo", upload_logo, methods=["POST"]),
    Route("/upload/clinic", upload, methods=["POST"]),
]
