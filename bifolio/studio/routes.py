"""Routes: what a browser asks for → pages, pictures and files. Makes nothing itself: its workers do (see `tasks`).

Every address here has passed the guard. Names of handouts, brands and forms are looked up in lists by the
worker, never put into a path. What a therapist says of one client comes in the body of a request and is gone
with the answer.
"""

from __future__ import annotations

import asyncio
import datetime
import io
import itertools
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bifolio.branding.logo import Logo
from bifolio.core.cache import engine_folder, open_folder
from bifolio.core.diagnostics import Diagnostic
from bifolio.core.files import ENGINE
from bifolio.core.fingerprints import fingerprint
from bifolio.studio import tasks
from bifolio.studio.auth import HEADERS, SIGNED_OUT, RequestGuard, SiteConfig, is_scripted, let_in
from bifolio.studio.draft import Draft
from bifolio.studio.errors import TaskError
from bifolio.studio.query import Query
from bifolio.studio.response_cache import ResponseCache
from bifolio.studio.tasks import TaskPool

_HERE = Path(__file__).parent
_FONTS = ENGINE / "styles" / "fonts"

MOST_BUNDLES = 4
"""Finished zip files that are kept until they are taken home."""

MOST_LOGOS = 8
"""Logos that are held until their clinics are saved."""

_TYPES = {"pdf": "application/pdf", "epub": "application/epub+zip", "html": "text/html; charset=utf-8"}


def studio(project: Path, house: SiteConfig) -> Starlette:
    """Return the studio as an ASGI application. Its worker processes start and end with it."""
    counter = Routes(project, house)

    @asynccontextmanager
    async def open_hours(app: Starlette) -> AsyncIterator[None]:
        del app
        counter.workers = TaskPool(project)
        warming = asyncio.ensure_future(counter.warm_up())
        try:
            yield
        finally:
            warming.cancel()
            await counter.close()

    return Starlette(
        routes=counter.routes(),
        middleware=[Middleware(RequestGuard, house=house, refuse=counter.refuse)],
        exception_handlers={
            TaskError: counter.refused,
            HTTPException: counter.not_there,
            Exception: counter.broke,
        },
        lifespan=open_hours,
    )


class Routes:
    """The routes of one studio."""

    workers: TaskPool

    def __init__(self, project: Path, house: SiteConfig) -> None:
        self.house = house
        self.kept = ResponseCache(project)
        self.bundles: dict[str, Bundle] = {}
        self.logos: dict[str, Logo] = {}
        self._numbers = itertools.count(1)
        self.is_near = not house.has_password
        """The browser is on this computer, so that a picture need not be made small to travel."""

    def routes(self) -> list[Route | Mount]:
        """Return all there is to ask for. PUT changes what is there, and brings the version that it is based on."""
        return [
            Route("/", self.shelf),
            Route("/enter", self.enter, methods=["GET", "POST"]),
            Route("/api/session", self.session),
            Route("/handout/{item}", self.handout),
            Route("/picture/{item}", self.first_look),
            Route("/file/{item}", self.file),
            Route("/clinic", self.clinic),
            Route("/clinic/{brand}/take", self.take_clinic),
            Route("/api/clinic", self.new_clinic, methods=["POST"]),
            Route("/api/clinic/{brand}", self.save_clinic, methods=["PUT"]),
            Route("/api/clinic/{brand}/restore", self.restore_clinic, methods=["PUT"]),
            Route("/api/colours", self.colours, methods=["POST"]),
            Route("/approvals", self.approvals),
            Route("/evidence/{item}", self.evidence),
            Route("/api/approval/{item}", self.approve, methods=["PUT"]),
            Route("/words/{item}", self.words),
            Route("/api/own/{item}", self.own_copy, methods=["POST"]),
            Route("/api/words/{item}", self.read_words, methods=["POST"]),
            Route("/api/words/{item}", self.save_words, methods=["PUT"]),
            Route("/api/copy", self.copy, methods=["POST"]),
            Route("/upload/logo", self.take_logo, methods=["POST"]),
            Route("/upload/clinic", self.bring_clinic, methods=["POST"]),
            Route("/api/picture", self.picture, methods=["POST"]),
            Route("/api/bundle", self.begin_bundle, methods=["POST"]),
            Route("/api/bundle/{number}", self.bundle_state, methods=["GET", "DELETE"]),
            Route("/bundle/{number}", self.bundle_file),
            Mount("/static/fonts", _Static(directory=_FONTS)),
            Mount("/static", _Static(directory=_HERE / "static")),
        ]

    async def warm_up(self) -> None:
        """Load the layout engine while a therapist is still looking for a handout; the browser goes first.

        What serves files is loaded at once: the browser asks for its first file when it has read the first page.
        """
        await asyncio.to_thread(lambda: asyncio.run(run_in_threadpool(int)))
        await asyncio.sleep(1)
        await self.workers.run(tasks.warm_up, background=True)

    async def close(self) -> None:
        for bundle in self.bundles.values():
            bundle.cancel()
        await self.workers.stop()

    # -- pages -----------------------------------------------------------------------------------

    @cached_property
    def pages(self) -> Environment:
        compiled = open_folder(engine_folder() / "templates")
        environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            bytecode_cache=FileSystemBytecodeCache(str(compiled)) if compiled else None,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals["address"] = address
        return environment

    def page(self, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Give a page of the studio."""
        common: dict[str, Any] = {
            "brand": None,
            "brands": [],
            "here": name,
            "has_password": self.house.has_password,
        }
        html = self.pages.get_template(f"{name}.html.j2").render({**common, **values})
        return HTMLResponse(html, status)

    async def shelf(self, request: Request) -> Response:
        brand = request.query_params.get("brand")
        shelf = self.kept.answer("shelf", (brand,))
        if shelf is None:
            shelf = await self.workers.run(tasks.shelf, brand)
        return self.page("shelf", **shelf)

    async def handout(self, request: Request) -> Response:
        order = _order(request)
        seen = self.kept.answer("handout", order)
        if seen is None:
            seen = await self.workers.run(tasks.handout, order)
        seen["parts_of"] = seen.pop("parts")  # "parts" are the macros of a page
        return self.page("handout", brand=seen["chosen"]["brand"], **seen)

    async def enter(self, request: Request) -> Response:
        """Exchange a secret for a session; a page for people, values for the dialog of a page that is open."""
        if request.method == "GET":
            return self.page("enter", wrong="", cure="", to="/")
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        secret, to = (form.get(name, [""])[0] for name in ("secret", "to"))
        return let_in(self.house, partial(self.refuse, to=to), request.scope, secret, to)

    async def session(self, request: Request) -> Response:
        """Say that there is a session; without one this answer is the guard's."""
        del request
        return JSONResponse({"signed_in": True})

    # -- clinics -----------------------------------------------------------------------------------

    async def clinic(self, request: Request) -> Response:
        seen = await self.workers.run(tasks.clinic, request.query_params.get("brand"))
        return self.page("brand", **seen)

    async def new_clinic(self, request: Request) -> Response:
        asked = await _said(request)
        brand = await self.workers.run(tasks.new_clinic, str(asked.get("name", ""))[:200])
        return JSONResponse({"brand": brand}, 201)

    async def save_clinic(self, request: Request) -> Response:
        asked, based_on = await _change(request)
        brand, draft = request.path_params["brand"], self._draft(asked)
        return JSONResponse(await self.workers.run(tasks.save_clinic, brand, draft, based_on))

    async def restore_clinic(self, request: Request) -> Response:
        asked, based_on = await _change(request)
        number = _number(asked.get("number"), 0)
        await self.workers.run(tasks.restore_clinic, request.path_params["brand"], number, based_on)
        return JSONResponse({"restored": number})

    async def take_clinic(self, request: Request) -> Response:
        brand = request.path_params["brand"]
        return _file(f"{brand}.clinic.zip", await self.workers.run(tasks.pack_clinic, brand))

    async def bring_clinic(self, request: Request) -> Response:
        brand = await self.workers.run(tasks.unpack_clinic, await request.body())
        return JSONResponse({"brand": brand}, 201)

    async def take_logo(self, request: Request) -> Response:
        """Clean a picture and hold it until the clinic is saved; answers with a name to ask for it by."""
        name = request.query_params.get("name", "")[-80:]
        logo = await self.workers.run(tasks.clean_logo, name, await request.body())
        name = fingerprint(logo.file_name, logo.body)  # the same after the studio was started again
        while len(self.logos) >= MOST_LOGOS and name not in self.logos:
            del self.logos[next(iter(self.logos))]
        self.logos[name] = logo
        remarks = [remark.as_json() for remark in logo.remarks]
        return JSONResponse({"logo": name, "shown": logo.address("#004552"), "remarks": remarks}, 201)

    async def colours(self, request: Request) -> Response:
        asked = await _said(request)
        return JSONResponse(await self.workers.run(tasks.colours, str(asked.get("colour", ""))))

    def _draft(self, asked: dict[str, Any]) -> Draft:
        """Read what the form of a clinic says, its new logo among it."""
        words = _fields(asked.get("fields"), 2000)
        logo = asked.get("logo")
        if logo and str(logo) not in self.logos:
            raise TaskError("the logo is no longer held", "choose its file again", status=410)
        return Draft(words, self.logos[str(logo)] if logo else None)

    # -- pictures and files ----------------------------------------------------------------------

    async def first_look(self, request: Request) -> Response:
        """Give a page of a saved handout as PNG. Its address changes with the project, so it may be kept."""
        words = request.query_params
        page = _order(request), _number(words.get("page"), 1), _number(words.get("width"), 400)
        body = self.kept.picture(words.get("v", ""), *page) or await self.workers.run(
            tasks.first_look, *page, background="patient" in words, is_abandoned=request.is_disconnected
        )
        kept = "private, max-age=604800, immutable" if words.get("v") else "no-store"
        return Response(body, media_type="image/png", headers={"Cache-Control": kept})

    async def picture(self, request: Request) -> Response:
        """Give a page as it would be printed, with whatever was not saved yet."""
        asked = await _said(request)
        drawn = await self.workers.run(
            tasks.picture,
            Query.of(str(asked.get("item", "")), asked),
            _number(asked.get("page"), 1),
            _number(asked.get("width"), 800),
            "bmp" if self.is_near else "png",
            self._draft(asked) if "fields" in asked else None,
            _copy(asked) if "copy" in asked else None,
            _words(asked) if "words" in asked else None,
            is_abandoned=request.is_disconnected,
        )
        return Response(
            drawn.body,
            media_type=f"image/{drawn.kind}",
            headers={
                "Bifolio-Page": str(drawn.page),
                "Bifolio-Pages": str(drawn.pages),
                "Bifolio-Width": f"{drawn.width_mm:.2f}",
                "Bifolio-Height": f"{drawn.height_mm:.2f}",
            },
        )

    async def file(self, request: Request) -> Response:
        """Give a finished file, to keep or, with `look`, to open in the browser."""
        name, body = await self.workers.run(tasks.file, _order(request))
        return _file(name, body, to_keep="look" not in request.query_params)

    async def copy(self, request: Request) -> Response:
        """Give one client's copy. It stands in this answer and nowhere else."""
        asked = await _said(request)
        order = Query.of(str(asked.get("item", "")), asked)
        return _file(
            f"{order.item}.pdf", await self.workers.run(tasks.tailored, order, _copy(asked)), to_keep=False
        )

    # -- approvals -----------------------------------------------------------------------------------

    async def approvals(self, request: Request) -> Response:
        seen = await self.workers.run(tasks.approvals, request.query_params.get("brand"))
        return self.page("approvals", **seen)

    async def evidence(self, request: Request) -> Response:
        """Give an evidence sheet, to open in the browser."""
        number = _number(request.query_params.get("sheet"), 1)
        name, body = await self.workers.run(tasks.evidence, _order(request), number)
        return _file(name, body, to_keep=False)

    async def approve(self, request: Request) -> Response:
        asked, based_on = await _change(request)
        name, role = (str(asked.get(word, "")).strip().rstrip(",") for word in ("name", "role"))
        brand, on = str(asked.get("brand", "")), str(asked.get("on", ""))
        region, language = (str(asked[word]) if asked.get(word) else None for word in ("region", "language"))
        item = request.path_params["item"]
        by = f"{name}, {role}"
        await self.workers.run(tasks.approve, item, brand, by, on, region, language, based_on)
        return JSONResponse({"approved": True})

    # -- words ---------------------------------------------------------------------------------------

    async def words(self, request: Request) -> Response:
        seen = await self.workers.run(tasks.text, request.path_params["item"])
        return self.page("words", **seen)

    async def own_copy(self, request: Request) -> Response:
        asked = await _said(request)
        item = await self.workers.run(
            tasks.own_copy, request.path_params["item"], str(asked.get("brand", ""))
        )
        return JSONResponse({"item": item}, 201)

    async def read_words(self, request: Request) -> Response:
        asked = await _said(request)
        findings = await self.workers.run(
            tasks.check_text, request.path_params["item"], _words(asked), _day(asked.get("today"))
        )
        return JSONResponse(findings)

    async def save_words(self, request: Request) -> Response:
        asked, based_on = await _change(request)
        today = _day(asked["today"]) if "today" in asked else None
        saved = await self.workers.run(
            tasks.save_text, request.path_params["item"], _words(asked), based_on, today
        )
        return JSONResponse(saved)

    # -- everything in one file ------------------------------------------------------------------

    async def begin_bundle(self, request: Request) -> Response:
        """Begin to make every form of a handout; answers with a number to ask by."""
        asked = await _said(request)
        order = Query.of(str(asked.get("item", "")), asked)
        seen = await self.workers.run(tasks.handout, order)
        while len(self.bundles) >= MOST_BUNDLES:
            self.bundles.pop(next(iter(self.bundles))).cancel()
        number = str(next(self._numbers))
        bundle = Bundle(
            order.item, self.workers, [replace(order, file=form["file"]) for form in seen["forms"]]
        )
        bundle.begin()
        self.bundles[number] = bundle
        return JSONResponse({"number": number, "total": len(bundle.orders)}, 202)

    async def bundle_state(self, request: Request) -> Response:
        bundle = self._bundle(request)
        if request.method == "DELETE":
            bundle.cancel()
            del self.bundles[request.path_params["number"]]
            return JSONResponse({"cancelled": True})
        return JSONResponse(bundle.state)

    async def bundle_file(self, request: Request) -> Response:
        bundle = self._bundle(request)
        if not bundle.is_done:
            raise HTTPException(404)
        return _file(f"{bundle.item}.zip", bundle.zipped())

    def _bundle(self, request: Request) -> Bundle:
        bundle = self.bundles.get(request.path_params["number"])
        if bundle is None:
            raise HTTPException(404)
        return bundle

    # -- what is wrong ---------------------------------------------------------------------------

    def refuse(self, scope: Scope, status: int, message: str, cure: str, to: str = "/") -> Response:
        """Answer with what is wrong and what to do: values for a script, a page for people.

        Whoever is not signed in gets the page on which to sign in, at the address that was asked for; from there
        the way leads on to that address, or to the page `to`.
        """
        if is_scripted(scope):
            return JSONResponse({"message": message, "help": cure, "findings": []}, status)
        if status in (401, 429):
            is_stranger = (message, cure) == SIGNED_OUT  # and perhaps never was in
            if is_stranger:
                to = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
            return self.page("enter", status, wrong="" if is_stranger else message, cure=cure, to=to)
        return self.page("sorry", status, message=message, cure=cure, findings=())

    async def refused(self, request: Request, error: Exception) -> Response:
        """Answer for a task that gave nothing."""
        assert isinstance(error, TaskError)
        unknown = any(str(f["code"]).startswith("plan.unknown-") for f in error.findings)
        status = 404 if unknown else error.status
        if is_scripted(request.scope):
            values: dict[str, Any] = {"message": error.message, "help": error.help}
            values |= {"findings": list(error.findings), "now": error.now}
            return JSONResponse(values, status)
        return self.page("sorry", status, message=error.message, cure=error.help, findings=error.findings[1:])

    async def not_there(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return self.refuse(
            request.scope, error.status_code, "there is nothing at this address", "go back to the shelf"
        )

    async def broke(self, request: Request, error: Exception) -> Response:
        """Answer for a bug: its traceback is for the terminal, and this for who looks at the screen."""
        del error
        answer = self.refuse(
            request.scope,
            500,
            "something went wrong that should not have",
            "try again; what you did is not at fault",
        )
        answer.headers.update(HEADERS)  # this answer does not pass the guard
        return answer


@dataclass
class Bundle:
    """Every form of one handout in one zip file, made in the background."""

    item: str
    workers: TaskPool
    orders: list[Query]
    files: dict[str, bytes] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    work: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self.work = asyncio.ensure_future(self._make())

    async def _make(self) -> None:
        for order in self.orders:
            try:
                name, body = await self.workers.run(tasks.file, order, background=True)
            except TaskError as error:
                self.missing.append(f"{order.file}: {error.message}")
            else:
                self.files[name] = body

    def cancel(self) -> None:
        if self.work is not None:
            self.work.cancel()

    @property
    def is_done(self) -> bool:
        return self.work is not None and self.work.done() and not self.work.cancelled() and bool(self.files)

    @property
    def state(self) -> dict[str, Any]:
        made = len(self.files) + len(self.missing)
        return {
            "made": made,
            "total": len(self.orders),
            "ready": self.is_done,
            "missing": self.missing,
            "next": self.orders[made].file if made < len(self.orders) else None,
        }

    def zipped(self) -> bytes:
        """Write the files into a zip; the same files give the same bytes."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, body in sorted(self.files.items()):
                entry = zipfile.ZipInfo(f"{self.item}/{name}", (1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, body)
        return out.getvalue()


class _Static(StaticFiles):
    """Files of the studio itself; asked for anew, and not sent anew, with each visit."""

    def file_response(self, *values: Any, **named: Any) -> Response:
        answer = super().file_response(*values, **named)
        answer.headers["Cache-Control"] = "private, no-cache"
        return answer


def address(path: str, **words: object) -> str:
    """Write an address of the studio with what is to be said in it.

    >>> address("/handout/x", brand="rowan", edition=None)
    '/handout/x?brand=rowan'
    """
    said = {name: word for name, word in words.items() if word not in (None, "")}
    return f"{path}?{urlencode(said)}" if said else path


def _order(request: Request) -> Query:
    return Query.of(request.path_params["item"], request.query_params)


async def _said(request: Request) -> dict[str, Any]:
    """Read what a page's script says: one JSON mapping."""
    try:
        said = await request.json()
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error
    if not isinstance(said, dict):
        raise _unreadable()
    return said


async def _change(request: Request) -> tuple[dict[str, Any], str]:
    """Read a change of something that is there, and the version that it is based on."""
    asked = await _said(request)
    based_on = asked.get("version")
    if not isinstance(based_on, str) or not based_on:
        raise TaskError(
            "this does not say which version it is based on",
            "copy your words, load the page anew, and paste them there",
            status=428,
        )
    return asked, based_on


def _copy(asked: dict[str, Any]) -> str:
    """Give what one client's copy says otherwise as JSON, which is YAML, too; the worker reads and checks it."""
    said = asked.get("copy")
    return json.dumps(said if isinstance(said, dict) else {}, ensure_ascii=False)


def _words(asked: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Read the fields of a form of words."""
    return _fields(asked.get("words"), 8000)


def _fields(said: object, most: int) -> tuple[tuple[str, str], ...]:
    """Read the fields of a form, sorted by name. Raises TaskError for what would be lost: nothing is cut off."""
    if not isinstance(said, dict):
        raise _unreadable()
    wrong = [
        (name, Diagnostic("studio.no-words", "this field holds no words", help="load the page anew"))
        for name, words in said.items()
        if not isinstance(words, str)
    ] or [
        (
            name,
            Diagnostic(
                "studio.too-long", f"{len(words):,} letters are too many", help=f"write at most {most:,} here"
            ),
        )
        for name, words in said.items()
        if len(words) > most
    ]
    if wrong:
        raise TaskError.in_fields(sorted(wrong, key=itemgetter(0)))
    return tuple(sorted(said.items()))


def _day(said: object) -> datetime.date:
    """Read the day that it is for whoever looks at the page: no worker asks a clock."""
    try:
        return datetime.date.fromisoformat(str(said))
    except ValueError as error:
        raise _unreadable() from error


def _unreadable() -> TaskError:
    return TaskError(
        "the studio did not understand this", "try again; if that does not help, load the page anew"
    )


def _number(value: object, usual: int) -> int:
    """Read a small whole number; the usual one where there is none."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else usual


def _file(name: str, body: bytes, *, to_keep: bool = True) -> Response:
    kind = name.rpartition(".")[2]
    headers = {"Content-Disposition": f'{"attachment" if to_keep else "inline"}; filename="{name}"'}
    if kind == "pdf" and not to_keep:
        # The browser's own PDF viewer is a page of its own and brings its own scripts and styles.
        headers["Content-Security-Policy"] = "frame-ancestors 'self'"
    return Response(body, media_type=_TYPES.get(kind, "application/octet-stream"), headers=headers)
