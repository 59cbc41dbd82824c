"""The guard: every way in that is not the studio's own page is shut."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from bifolio.studio.auth import (
    MOST_BYTES,
    MOST_UPLOAD_BYTES,
    POLICY,
    LoginThrottle,
    RequestGuard,
    SiteConfig,
    let_in,
)

HOST = "127.0.0.1:8642"
ORIGIN = f"http://{HOST}"


def refuse(scope: Scope, status: int, message: str, cure: str) -> Response:
    return PlainTextResponse(f"{message}|{cure}", status)


async def _echo(request: Request) -> Response:
    return PlainTextResponse(f"{len(await request.body())}")


def _site(throttle: LoginThrottle | None = None, *, has_password: bool = False) -> SiteConfig:
    throttle = throttle or LoginThrottle(lambda typed: typed == "secret")
    return SiteConfig(frozenset([HOST]), "http", "bifolio-8642", throttle, has_password=has_password)


def _scope(path: str, accept: str = "text/html") -> Scope:
    return {"type": "http", "path": path, "query_string": b"", "headers": [(b"accept", accept.encode())]}


class Answer:
    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.status = messages[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.text = b"".join(message.get("body", b"") for message in messages[1:]).decode()


class Visitor:
    """Sends requests through a guard as a browser would, or as it should not."""

    def __init__(self, site: SiteConfig | None = None) -> None:
        self.site = site or _site()
        routes = [Route("/{path:path}", _echo, methods=["GET", "POST", "DELETE"])]
        guard = Middleware(RequestGuard, site=self.site, refuse=refuse)
        self.guard = Starlette(routes=routes, middleware=[guard])
        self.session = ""

    def enter(self, secret: str = "secret") -> Answer:
        answer = self.send("GET", f"/?key={secret}", site="none")
        self.session = answer.headers.get("set-cookie", "").partition(";")[0]
        return answer

    def send(
        self,
        method: str,
        path: str,
        *,
        host: str | list[str] = HOST,
        origin: str | None = None,
        site: str | None = "same-origin",
        mode: str = "cors",
        dest: str = "empty",
        body: list[bytes] | None = None,
        length: int | None = None,
        session: str | None = None,
    ) -> Answer:
        named = [("host", one) for one in ([host] if isinstance(host, str) else host)]
        named += [("cookie", self.session if session is None else session)]
        named += [("sec-fetch-mode", mode), ("sec-fetch-dest", dest)]
        named += [("origin", origin)] if origin else []
        named += [("sec-fetch-site", site)] if site else []
        named += [("content-length", str(length))] if length is not None else []
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "app": None,
            "headers": [(name.encode(), value.encode()) for name, value in named],
        }
        chunks = iter(body or [b""])
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            chunk = next(chunks, None)
            return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(self.guard(scope, receive, send))
        return Answer(sent)


@pytest.fixture
def visitor() -> Visitor:
    visitor = Visitor()
    assert visitor.enter().status == 303
    return visitor


def test_the_key_lets_in_and_the_cookie_stays(visitor: Visitor) -> None:
    assert visitor.session.startswith("bifolio-8642=")
    assert visitor.send("GET", "/").status == 200
    assert visitor.send("POST", "/api", origin=ORIGIN, body=[b"abc"]).text == "3"


def test_the_cookie_is_for_this_page_alone() -> None:
    cookie = Visitor().enter().headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize("session", ["", "bifolio-8642=guess", "bifolio-8642=", "x", "=;;\x01"])
def test_without_the_cookie_there_is_a_sentence(visitor: Visitor, session: str) -> None:
    answer = visitor.send("GET", "/", session=session)
    assert answer.status == 401
    assert "you were signed out" in answer.text
    assert 'form-action="/enter"' in answer.headers["www-authenticate"]


def test_a_wrong_or_old_key_does_not_let_in() -> None:
    answer = Visitor().enter("wrong")
    assert answer.status == 401
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1", "127.0.0.1:80", "", f"{HOST}.evil.example", [HOST, "evil.example"], []],
)
def test_another_host_is_refused(visitor: Visitor, host: Any) -> None:
    """A name that an attacker points at this computer: DNS rebinding."""
    assert visitor.send("GET", "/", host=host).status == 421


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_page_cannot_post(visitor: Visitor, site: str) -> None:
    assert visitor.send("POST", "/api", site=site, origin="https://evil.example").status == 403
    assert visitor.send("POST", "/api", site=site, origin=ORIGIN).status == 403
    assert visitor.send("DELETE", "/api", site=site, origin=None).status == 403


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://127.0.0.1:9999", "null", f"https://{HOST}", None]
)
def test_a_post_says_where_it_comes_from(visitor: Visitor, origin: str | None) -> None:
    assert visitor.send("POST", "/api", site=None, origin=origin).status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_page_cannot_embed_or_read(visitor: Visitor, site: str) -> None:
    assert visitor.send("GET", "/picture/x", site=site, mode="no-cors", dest="image").status == 403
    assert visitor.send("GET", "/", site=site, mode="navigate", dest="iframe").status == 403
    assert (
        visitor.send("GET", "/", site=site, mode="cors", dest="empty", origin="https://evil.example").status
        == 403
    )
    assert visitor.send("GET", "/", site=site, mode="navigate", dest="document").status == 200


def test_large_bodies_are_refused(visitor: Visitor) -> None:
    assert visitor.send("POST", "/api", origin=ORIGIN, length=50_000_000).status == 413
    chunk = b"x" * 100_000
    assert visitor.send("POST", "/api", origin=ORIGIN, body=[chunk] * 500).status == 413
    assert visitor.send("POST", "/api", origin=ORIGIN, body=[chunk], length=5).status == 200
    assert visitor.send("POST", "/api", origin=ORIGIN, body=[b"x" * (MOST_BYTES + 1)], length=1).status == 413
    assert visitor.send("POST", "/upload/logo", origin=ORIGIN, body=[b"x" * MOST_UPLOAD_BYTES]).status == 200
    assert visitor.send("POST", "/upload/logo", origin=ORIGIN, body=[chunk] * 81).status == 413


def test_every_answer_carries_the_policy(visitor: Visitor) -> None:
    refused = visitor.send("GET", "/", host="evil.example")
    for answer in (visitor.send("GET", "/"), refused, visitor.send("GET", "/static/x")):
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "unsafe" not in POLICY
    assert "script-src 'self';" in POLICY


def test_guessing_gets_slower() -> None:
    now = [0.0]
    throttle = LoginThrottle(lambda typed: typed == "right", clock=lambda: now[0])
    visitor = Visitor(_site(throttle))
    assert [visitor.enter(f"guess{n}").status for n in range(6)] == [401] * 5 + [429]
    assert visitor.enter("right").status == 429, "the right one has to wait, too"
    now[0] += 1.5
    assert visitor.enter("wrong").status == 401
    assert throttle.seconds_closed > 1.0, "each wrong try doubles the wait"
    now[0] += 400
    assert visitor.enter("right").status == 303
    assert throttle.seconds_closed == 0


def test_a_password_is_never_taken_from_an_address() -> None:
    visitor = Visitor(_site(has_password=True))
    assert visitor.send("GET", "/enter", site="none").status == 200
    assert visitor.enter("secret").status == 401
    assert visitor.session == ""


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("secret", 303),
        (f" {ORIGIN}/?key=secret\n", 303),
        (f"{ORIGIN}/?key=other", 401),
        (f"{ORIGIN}/", 401),
        ("http://[", 401),
    ],
)
def test_the_address_of_a_start_may_be_pasted(typed: str, status: int) -> None:
    assert let_in(_site(), refuse, _scope("/enter"), typed).status_code == status


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("/clinic?brand=rowan", "/clinic?brand=rowan"),
        ("", "/"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
    ],
)
def test_signing_in_leads_on_within_the_studio_alone(to: str, expected: str) -> None:
    answer = let_in(_site(has_password=True), refuse, _scope("/enter"), "secret", to)
    assert answer.headers["location"] == expected


def test_a_script_that_signs_in_is_not_redirected() -> None:
    answer = let_in(_site(), refuse, _scope("/enter", accept="application/json"), "secret")
    assert answer.status_code == 200
    assert "set-cookie" in answer.headers
