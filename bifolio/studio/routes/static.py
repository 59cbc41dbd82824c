"""The files of the pages themselves: scripts, styles and fonts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from bifolio.core.files import ENGINE


class RevalidatedFiles(StaticFiles):
    """Files that a browser asks for with each visit, and that are sent only when they have changed."""

    def file_response(self, *values: Any, **named: Any) -> Response:
        answer = super().file_response(*values, **named)
        answer.headers["Cache-Control"] = "private, no-cache"
        return answer


ROUTES = [
    Mount("/static/fonts", RevalidatedFiles(directory=ENGINE / "styles" / "fonts")),
    Mount("/static", RevalidatedFiles(directory=Path(__file__).parent.parent / "static")),
]
