"""Server: the studio on a port of this computer; elsewhere only with a password and an encrypted way.

What is wrong with what was asked for is a RequestError before anything listens. Nothing is logged: what a
therapist looks at is nobody's business.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import logging
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bifolio.core.diagnostics import Diagnostic, RequestError, ToolError
from bifolio.studio.auth import LoginThrottle, SiteConfig

USUAL_PORT = 8642


@dataclass(frozen=True)
class Address:
    """Where to listen, and what must be there when that is not this computer alone."""

    host: str = "127.0.0.1"
    port: int = 0
    """0 is the usual port, or any free one where that is taken."""
    name: str | None = None
    """How browsers call the studio, where it is not this computer's own address."""
    password_file: Path | None = None
    certificate: Path | None = None
    certificate_key: Path | None = None
    behind_proxy: bool = False

    @property
    def is_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def serve(project: Path, address: Address, tell: Callable[[str], None]) -> None:
    """Run the studio until it is stopped. `tell` gets the address to open."""
    import uvicorn

    from bifolio.studio.application import studio

    _expect_project(project)
    secret, throttle = _lock(address)
    with _listen(address) as listening:
        port = listening.getsockname()[1]
        site = _site(address, port, throttle)
        app = studio(project.resolve(), site)
        config = uvicorn.Config(
            app,
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=200,
            timeout_graceful_shutdown=1,
            ssl_certfile=address.certificate,
            ssl_keyfile=address.certificate_key,
        )
        shown = address.name or f"{_in_url(address.host)}:{port}"
        tell(f"{site.scheme}://{shown}/" + (f"?key={secret}" if secret else ""))
        server = uvicorn.Server(config)
        # Closing the studio ends what it was doing, which is no error to report.
        logging.getLogger("uvicorn.error").addFilter(lambda _: not server.should_exit)
        with suppress(KeyboardInterrupt):
            asyncio.run(server.serve(sockets=[listening]))


def _expect_project(project: Path) -> None:
    if not (project / "content").is_dir():
        from bifolio.app import Project  # half a second to load, and here only to say what is wrong

        Project(project)


def _site(address: Address, port: int, throttle: LoginThrottle) -> SiteConfig:
    if address.is_loopback:
        names = frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))
    else:
        names = frozenset([address.name or "", f"{address.name}:{port}"])
    scheme = "https" if address.certificate or address.behind_proxy else "http"
    return SiteConfig(
        names, scheme, f"bifolio-{port}", throttle, has_password=address.password_file is not None
    )


def _lock(address: Address) -> tuple[str, LoginThrottle]:
    """Return the key of this start and the throttle that checks it; no key where there is a password."""
    if address.password_file is not None:
        return "", LoginThrottle(_password(address.password_file))
    if not address.is_loopback:
        raise _unsafe(
            "a password", "make one with --set-password FILE, and name it with --password-file FILE"
        )
    secret = secrets.token_urlsafe(32)
    return secret, LoginThrottle(lambda typed: hmac.compare_digest(typed.encode(), secret.encode()))


def _listen(address: Address) -> socket.socket:
    if not address.is_loopback:
        if not address.name:
            raise _unsafe("its name", "say by which name browsers call it: --name handouts.example.org")
        if not (address.behind_proxy or (address.certificate and address.certificate_key)):
            raise _unsafe(
                "an encrypted way",
                "give --certificate and --certificate-key, or --behind-proxy where a proxy brings TLS",
            )
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    tries = [address.port] if address.port else [USUAL_PORT, 0]
    for port in tries:
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((address.host, port))
            listening.listen(128)  # a browser that is quicker than the server waits, and is not refused
        except OSError as error:
            listening.close()
            if port == tries[-1]:
                raise ToolError(
                    Diagnostic(
                        "studio.cannot-listen",
                        f"the studio cannot listen at {address.host}:{port or USUAL_PORT}: "
                        f"{(error.strerror or str(error)).lower()}",
                        help="give another --port, or stop the program that uses it",
                    )
                ) from error
        else:
            return listening
    raise AssertionError("one try or the other returns or raises")


def _unsafe(what: str, cure: str) -> RequestError:
    return RequestError(
        Diagnostic(
            "studio.unsafe", f"beyond this computer the studio does not open without {what}", help=cure
        )
    )


def _password(path: Path) -> Callable[[str], bool]:
    """Return the check for the password whose hash stands in a file."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        stored_hash = path.read_text("ascii").strip()
        PasswordHasher().check_needs_rehash(stored_hash)
    except (OSError, UnicodeDecodeError, InvalidHashError, ValueError) as error:
        raise RequestError(
            Diagnostic(
                "studio.no-password",
                f'"{path}" holds no password of the studio',
                help=f"make it with python build.py studio --set-password {path}",
            )
        ) from error

    def is_password(typed: str) -> bool:
        try:
            return PasswordHasher().verify(stored_hash, typed)
        except VerificationError:
            return False

    return is_password


def write_password(path: Path, password: str) -> None:
    """Write the argon2 hash of a password to a file that only its owner reads."""
    from argon2 import PasswordHasher

    try:
        path.touch(0o600)
        path.chmod(0o600)
        path.write_text(PasswordHasher().hash(password) + "\n", "ascii")
    except OSError as error:
        raise ToolError(
            Diagnostic(
                "studio.cannot-write",
                f'"{path}" cannot be written: {(error.strerror or str(error)).lower()}',
                help="choose a folder in which you may write",
            )
        ) from error


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
