"""Web page: a handout as one page that holds all it needs and asks for nothing.

Fonts, figures and styles stand inside. There is no script, and a policy in the page itself forbids every
request (Content Security Policy 3), so what a reader writes into it stays with the reader. HTML as in the
HTML Living Standard, written so that it is well-formed XML, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from markupsafe import Markup

from bifolio.core.diagnostics import Diagnostic
from bifolio.formats.document_checks import (
    check_document,
    check_links,
    check_placeholders,
    check_requests,
    ids,
    parsed,
)
from bifolio.formats.flow import faces, flow
from bifolio.formats.paint import Paint
from bifolio.formats.stages import Stages, proved
from bifolio.formats.webfonts import Face, used
from bifolio.model.artifact import Artifact
from bifolio.model.flow import Flow
from bifolio.resolve import Inputs

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; "
    "form-action 'none'; base-uri 'none'"
)

Document = Callable[[str, Mapping[str, Any]], str]
"""Composes a document from the name of its template and what stands in it."""


def make(inputs: Inputs, stages: Stages) -> Artifact:
    """Make the web page of a job, verified. Raises BifolioError with all that is wrong."""
    setup = inputs.layout.setup
    made = flow(inputs, stages, on_web=True)
    composer = stages.composer(setup)
    body = render(
        made.flow,
        made.paint,
        faces(setup, stages),
        made.copy.name,
        composer.stylesheet.web_frame,
        composer.document,
    )
    return stages.artifact(inputs, body, [*made.warnings, *proved(verify(body, inputs.job.path))])


def render(
    flow: Flow,
    paint: Paint,
    faces: Iterable[Face],
    clinic: str,
    frame: str,
    document: Document,
) -> bytes:
    """Return a page. `frame` is the stylesheet of a page in a browser."""
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


def verify(page: bytes, where: str, beside: Iterable[str] = ()) -> list[Diagnostic]:
    """Check a finished web page, however it was made. `beside` are files that it may link to."""
    root = parsed(page, where)
    if isinstance(root, Diagnostic):
        return [root]
    known = {"": ids(root), **dict.fromkeys(beside, frozenset[str]())}
    return [
        *check_document(root, "", where),
        *check_links(root, "", known, where),
        *check_requests(page.decode(errors="replace"), root, where),
        *check_placeholders(page, where),
    ]
