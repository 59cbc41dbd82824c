"""Render: a galley → a plate, or a finished form without one, a module a form.

The functions here are what a worker process does: they take and give plain values.
"""

from __future__ import annotations

import json
from pathlib import Path

from bifolio.core.diagnostics import Diagnostic

Work = tuple[bytes, tuple[Diagnostic, ...]]
"""What was made, and what was found; with an error among it nothing was made."""


def warm_up(fonts: Path) -> None:
    """Load the layout engine."""
    from bifolio.layout.weasyprint.engine import engine

    engine(fonts)


def read_styles(styles: str, fonts: Path) -> None:
    """Read styles that pages will have: what is known of them stays with the engine."""
    from bifolio.layout.render import read

    read(styles, fonts)


def lay_out_handout(galley: str, fonts: Path, where: str, variant: str = "pdf/a-3a") -> Work:
    """Lay a galley out as a tagged PDF."""
    body, findings = lay_out_plate(galley, fonts, where, variant)
    return body.partition(b"\n")[2], findings


def lay_out_plate(galley: str, fonts: Path, where: str, variant: str = "pdf/a-3a") -> Work:
    """Lay a galley out as a tagged PDF that is to become a plate.

    The first line of the result holds the first words of each page.
    """
    from bifolio.layout.render import render

    has_fields = ' class="field ' in galley
    # PDF/A wants every look of a field fixed, so a form to fill in is PDF/UA alone.
    rendered = render(galley, fonts, where, variant="pdf/ua-1" if has_fields else variant)
    faulty = any(finding.is_error for finding in rendered.findings)
    if faulty:
        return b"", rendered.findings
    pdf = rendered.pdf
    if has_fields:
        from bifolio.layout.form_fields import (
            complete_fields,  # late: pages without fields would wait for its library
        )

        pdf = complete_fields(pdf, fonts)
    if rendered.has_bleed:
        from bifolio.layout.crop_marks import add_crop_marks  # as late

        pdf = add_crop_marks(pdf)
    return json.dumps(rendered.openings).encode() + b"\n" + pdf, rendered.findings


def lay_out_slots(html: str, fonts: Path, where: str) -> Work:
    """Set a sheet of slots.

    The first line of the result holds how many pages there are, then the pages whose words did not fit.
    """
    from bifolio.layout.render import render

    rendered = render(html, fonts, where, variant=None)
    findings = tuple(f for f in rendered.findings if f.code != "render.cut-text")
    head = " ".join(map(str, (rendered.pages, *rendered.overfull))).encode()
    return (b"", findings) if findings else (head + b"\n" + rendered.pdf, ())
