"""Guard: what every request passes before the studio looks at it, and every answer on its way out.

Other pages of the same browser can send requests to this computer, too. So a request must name this studio as
its host, must not come from another page, and must bring a session cookie: whoever opens the address that
the command shows gets one, and nobody else does. Answers carry a content security policy without inline script.
See OWASP on DNS rebinding and cross-site request forgery; Fetch Metadata is W3C's.

A request without a session is answered with 401 and never redirected: a script that followed would take the
sign-in page for success.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 256_000
"""Of a form. A handout has 30,000."""

MOST_UPLOAD_BYTES = 8_000_000
"""Of a logo or a brand file; what it may hold is looked at by those who read it."""

UPLOADS = "/upload/"
"""Begins the paths that take a file."""

SCRIPTED = ("/api/", UPLOADS)
"""Begin the paths that only the scripts of the studio's pages ask for."""

ENTRANCE = "/enter"
"""Where a secret is exchanged for a session."""

SIGNED_OUT = ("you were signed out", "sign in here; your words are still on this page")
"""What is wrong, and what to do, where a request comes without a session."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    # Other sites learn nothing. "no-referrer" would make the Origin of a plain form "null", and the password's is one.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

Refuse = Callable[[Scope, int, str, str], Response]
"""Makes an answer that refuses a request: its status, what is wrong, what to do."""


def is_scripted(scope: Scope) -> bool:
    """Return whether a script waits for the answer, which reads JSON, and not a person, who reads a page."""
    return scope["path"].startswith(SCRIPTED) or "application/json" in Headers(scope=scope).get("accept", "")


@dataclass
class LoginThrottle:
    """Lets in who knows the secret, and slows down who guesses."""

    is_secret: Callable[[str], bool]
    clock: Callable[[], float] = time.monotonic
    _sessions: set[str] = field(default_factory=set)
    _failures: int = 0
    _closed_until: float = 0.0

    def enter(self, secret: str) -> str | None:
        """Return a session for the right secret; none for a wrong one."""
        if not self.is_secret(secret):
            self._failures += 1
            if self._failures >= 5:  # 1 s, 2 s, 4 s … and never more than five minutes
                self._closed_until = self.clock() + min(300.0, 2.0 ** (self._failures - 5))
            return None
        self._failures = 0
        session = secrets.token_urlsafe(32)
        self._sessions.add(session)
        return session

    @property
    def seconds_closed(self) -> float:
        """Return how long nobody is let in, after too many wrong tries."""
        return max(0.0, self._closed_until - self.clock())

    def knows(self, session: str) -> bool:
        return any(hmac.compare_digest(session.encode(), known.encode()) for known in self._sessions)


@dataclass(frozen=True)
class SiteConfig:
    """Where the studio listens: the hosts by which it may be called, and how it is entered."""

    hosts: frozenset[str]
    scheme: str
    cookie: str
    throttle: LoginThrottle
    has_password: bool = False

    @property
    def origins(self) -> frozenset[str]:
        return frozenset(f"{self.scheme}://{host}" for host in self.hosts)


class RequestGuard:
    """The middleware that stands before the whole studio."""

    def __init__(self, app: ASGIApp, site: SiteConfig, refuse: Refuse) -> None:
        self.app = app
        self.site = site
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with a sentence."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # no web sockets here
            return
        headers = Headers(scope=scope)
        answer = self._refuse(scope, headers) or self._enter(scope, headers)
        if answer is not None:
            await answer(scope, receive, _armed(send))
            return
        most = MOST_UPLOAD_BYTES if scope["path"].startswith(UPLOADS) else MOST_BYTES
        if _announced(headers) > most:
            await self._too_large(scope, most)(scope, receive, _armed(send))
            return
        counted = _Counted(receive, most)
        try:
            await self.app(scope, counted, _armed(send))
        except _TooLargeError:
            await self._too_large(scope, most)(scope, receive, _armed(send))

    def _too_large(self, scope: Scope, most: int) -> Response:
        answer = self.refuse(scope, 413, "this is too large", f"send at most {most // 1000:,} kB")
        answer.headers["Connection"] = "close"  # nobody reads the rest
        return answer

    # -- who asks --------------------------------------------------------------------------------

    def _refuse(self, scope: Scope, headers: Headers) -> Response | None:
        if headers.getlist("host") != [headers.get("host", "")] or headers.get("host") not in self.site.hosts:
            return self.refuse(
                scope, 421, "this studio does not go by that name", "open the address that the command shows"
            )
        if not self._comes_from_here(scope["method"], headers):
            return self.refuse(
                scope, 403, "another page asked for this", "go to the studio's own page and do it there"
            )
        return None

    def _comes_from_here(self, method: str, headers: Headers) -> bool:
        fetch_site = headers.get("sec-fetch-site")
        origin = headers.get("origin")
        if origin is not None and origin not in self.site.origins:
            return False
        if method in ("GET", "HEAD"):
            is_visit = (
                headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
            )
            return fetch_site in (None, "same-origin", "none") or is_visit
        # Browsers send Origin with whatever changes something; other programs must know to say it.
        return fetch_site in (None, "same-origin") and origin is not None

    def _enter(self, scope: Scope, headers: Headers) -> Response | None:
        """Admit whoever has a session or brings the key of this start; answer everybody else with 401."""
        path, site = scope["path"], self.site
        if path.startswith("/static/") or path == ENTRANCE:
            return None
        if site.throttle.knows(_cookie(headers, site.cookie)):
            return None
        key = parse_qs(scope["query_string"].decode("latin-1")).get("key", [""])[0]
        if path == "/" and key and not site.has_password:
            return let_in(site, self.refuse, scope, key)
        answer = self.refuse(scope, 401, *SIGNED_OUT)
        # RFC 9110 asks for a challenge. This one opens no window of the browser's own.
        answer.headers["WWW-Authenticate"] = f'Cookie form-action="{ENTRANCE}", cookie-name="{site.cookie}"'
        return answer


def let_in(site: SiteConfig, refuse: Refuse, scope: Scope, secret: str, to: str = "/") -> Response:
    """Answer someone who brings a secret: with a session, and the way to the page `to`; or with a refusal.

    Without a password the secret is the key of this start, or the whole address in which it stands.
    """
    throttle = site.throttle
    if throttle.seconds_closed:
        answer = refuse(
            scope, 429, "too many wrong tries", f"wait {throttle.seconds_closed:.0f} seconds, and try again"
        )
        answer.headers["Retry-After"] = f"{throttle.seconds_closed + 1:.0f}"
        return answer
    session = throttle.enter(secret if site.has_password else _key_in(secret))
    if session is None and site.has_password:
        return refuse(scope, 401, "this is not the password", "try again")
    if session is None:
        return refuse(
            scope,
            401,
            "this address is from an earlier start, or is not complete",
            "look at the window in which the studio was started, and copy the address that stands there now",
        )
    answer = JSONResponse({"entered": True}) if is_scripted(scope) else RedirectResponse(_own_page(to), 303)
    answer.set_cookie(site.cookie, session, httponly=True, samesite="strict", secure=site.scheme == "https")
    return answer


def _key_in(typed: str) -> str:
    """Return the key in an address of the studio, or the text itself if it is no such address."""
    try:
        return parse_qs(urlsplit(typed.strip()).query).get("key", [typed.strip()])[0]
    except ValueError:
        return typed


def _own_page(to: str) -> str:
    """Return the way to a page of this studio, and to its first page if `to` leads elsewhere."""
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) else "/"


def _cookie(headers: Headers, name: str) -> str:
    try:
        cookies = SimpleCookie("; ".join(headers.getlist("cookie")))
    except CookieError:
        return ""
    return cookies[name].value if name in cookies else ""


def _announced(headers: Headers) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isdigit() else 0


class _TooLargeError(Exception):
    """A body went on past what it may hold."""


class _Counted:
    """Receives a body and stops where it becomes too large, whatever length was announced."""

    def __init__(self, receive: Receive, most: int) -> None:
        self.receive = receive
        self.left = most

    async def __call__(self) -> Message:
        message = await self.receive()
        if message["type"] == "http.request":
            self.left -= len(message.get("body", b""))
            if self.left < 0:
                raise _TooLargeError
        return message


def _armed(send: Send) -> Send:
    """Add the safety headers to an answer, where it does not bring its own."""

    async def armed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return armed
