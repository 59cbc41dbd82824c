"""Render for the web: a flow → one web page that holds all it needs and asks for nothing.

Fonts, figures and styles stand inside. There is no script, and a policy in the page itself forbids every
request (Content Security Policy 3), so what a reader writes into it stays with the reader. HTML as in the
HTML Living Standard, written so that it is well-formed XML, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from markupsafe import Markup

from bifolio.formats.paint import Paint
from bifolio.formats.webfonts import Face, used
from bifolio.model.flow import Flow

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; "
    "form-action 'none'; base-uri 'none'"
)

Document = Callable[[str, Mapping[str, Any]], str]
"""Composes a document from the name of its template and what stands in it."""


def render(
    flow: Flow,
    paint: Paint,
    faces: Iterable[Face],
    clinic: str,
    frame: str,
    document: Document,
) -> bytes:
    """Give the page. `frame` is the stylesheet of a page in a browser."""
    styles = paint.styles(flow.styles + "\n" + frame, flow.pictures)
    brought = "\n".join(face.rule(face.address) for face in used(faces, flow.styles))
    page = document(
        "web/page.html.j2",
        {
            "flow": flow,
            "clinic": clinic,
            "policy": POLICY,
            "styles": Markup(brought + "\n" + styles),  # noqa: S704 - from the project's own files
            "body": Markup(paint.markup(flow.body)),  # noqa: S704 - composed
        },
    )
    return page.encode()
