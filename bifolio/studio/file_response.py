"""File responses: a finished file → an answer that a browser saves, or opens."""

from __future__ import annotations

from starlette.responses import Response

from bifolio.studio import file_names

_MEDIA_TYPES = {"pdf": "application/pdf", "epub": "application/epub+zip", "html": "text/html; charset=utf-8"}


def download(name: str, body: bytes) -> Response:
    """Return a file for the browser to save under a name."""
    return _response(name, body, "attachment")


def show(name: str, body: bytes) -> Response:
    """Return a file for the browser to open."""
    answer = _response(name, body, "inline")
    if name.endswith(".pdf"):
        # The browser's own PDF viewer is a page of its own and brings its own scripts and styles.
        answer.headers["Content-Security-Policy"] = "frame-ancestors 'self'"
    return answer


def _response(name: str, body: bytes, disposition: str) -> Response:
    media_type = _MEDIA_TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    headers = {"Content-Disposition": file_names.disposition(disposition, name)}
    return Response(body, media_type=media_type, headers=headers)
