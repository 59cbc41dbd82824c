"""A studio in this process, and a client that asks it as the scripts of its pages do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route

from bifolio.studio.application import studio
from bifolio.studio.auth import LoginThrottle, SiteConfig

HOST = "127.0.0.1:8642"
ORIGIN = f"http://{HOST}"
SECRET = "secret"


def site(*, has_password: bool = False) -> SiteConfig:
    """Return the site of a studio that opens with SECRET."""
    throttle = LoginThrottle(lambda said: said == SECRET)
    return SiteConfig(frozenset([HOST]), "http", "bifolio-8642", throttle, has_password=has_password)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        assert self.headers["content-type"] == "application/json", self.body[:200]
        return json.loads(self.body)


@dataclass
class Client:
    """Asks one studio; with a session, once it has entered."""

    app: Starlette
    session: str = ""

    @property
    def routes(self) -> list[tuple[str, str]]:
        """Every method and path of the studio, as its routes have them."""
        routes = [route for route in self.app.routes if isinstance(route, Route)]
        return [(method, route.path) for route in routes for method in sorted(route.methods or ())]

    async def enter(self) -> None:
        answer = await self.ask("GET", f"/?key={SECRET}")
        self.session = answer.headers["set-cookie"].partition(";")[0]

    async def ask(
        self, method: str, path: str, said: Any = None, *, accept: str = "application/json"
    ) -> Answer:
        path, _, query = path.partition("?")
        named = {"host": HOST, "origin": ORIGIN, "sec-fetch-site": "same-origin", "accept": accept}
        named |= {"cookie": self.session} if self.session else {}
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        }
        body = said if isinstance(said, bytes) else b"" if said is None else json.dumps(said).encode()
        sent: list[Any] = []
        is_read = False

        async def receive() -> dict[str, Any]:
            nonlocal is_read
            if is_read:
                await asyncio.sleep(3600)  # a browser that waits for its answer says nothing more
            is_read = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


@asynccontextmanager
async def opened(project: Path) -> AsyncIterator[Client]:
    """Open a studio on a project, with press processes of its own; yield somebody who is signed in."""
    app = studio(project, site())
    async with app.router.lifespan_context(app):
        client = Client(app)
        await client.enter()
        yield client
