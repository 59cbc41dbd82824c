"""What a worker process does: lay HTML out as a plate, or as a finished PDF without one.

The functions here take and return plain values.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from bifolio.core.diagnostics import Diagnostic, ToolError

Work = tuple[bytes, tuple[Diagnostic, ...]]
"""What was made, and what was found; with an error among the findings nothing was made."""


def warm_up(fonts: Path) -> None:
    """Load the layout engine. The first page that is laid out reports what keeps it from loading."""
    from bifolio.layout.weasyprint.loader import load

    with suppress(ToolError):
        load(fonts)


def read_styles(styles: str, fonts: Path) -> None:
    """Parse styles that later pages will have; they stay parsed in this process."""
    from bifolio.layout.weasyprint.stylesheets import preload

    with suppress(ToolError):
        preload(styles, fonts)


def lay_out_handout(html: str, fonts: Path, where: str, variant: str = "pdf/a-3a") -> Work:
    """Lay HTML out as a tagged PDF."""
    body, findings = lay_out_plate(html, fonts, where, variant)
    return body.partition(b"\n")[2], findings


def lay_out_plate(html: str, fonts: Path, where: str, variant: str = "pdf/a-3a") -> Work:
    """Lay HTML out as a tagged PDF that is to become a plate.

    The first line of the result is JSON: a list of the first words of each page.
    """
    from bifolio.layout.render import render

    has_fields = ' class="field ' in html
    # PDF/A wants every look of a field fixed, so a form to fill in is PDF/UA alone.
    rendered = render(html, fonts, where, variant="pdf/ua-1" if has_fields else variant)
    if any(finding.is_error for finding in rendered.findings):
        return b"", rendered.findings
    pdf = rendered.pdf
    # Both are imported late: pages without fields or bleed would wait for pikepdf.
    if has_fields:
        from bifolio.layout.form_fields import complete_fields

        pdf = complete_fields(pdf, fonts)
    if rendered.has_bleed:
        from bifolio.layout.crop_marks import add_crop_marks

        pdf = add_crop_marks(pdf)
    return json.dumps(rendered.openings).encode() + b"\n" + pdf, rendered.findings


def lay_out_slots(html: str, fonts: Path, where: str) -> Work:
    """Lay out a sheet of slots.

    The first line of the result holds the number of pages, then the numbers, from 0, of those whose words did not fit.
    """
    from bifolio.layout.render import render

    rendered = render(html, fonts, where, variant=None)
    findings = tuple(finding for finding in rendered.findings if finding.code != "render.cut-text")
    head = " ".join(map(str, (rendered.pages, *rendered.overfull))).encode()
    return (b"", findings) if findings else (head + b"\n" + rendered.pdf, ())


def lay_out_lines(html: str, fonts: Path, where: str) -> Work:
    """Lay out a sheet of words to see how they wrap.

    The result is JSON: for each page its lines of text, and whether they fit.
    """
    from bifolio.layout.render import render

    rendered = render(html, fonts, where, variant=None)
    findings = tuple(finding for finding in rendered.findings if finding.code != "render.cut-text")
    pages = [(lines, number not in rendered.overfull) for number, lines in enumerate(rendered.lines)]
    return (b"", findings) if findings else (json.dumps(pages).encode(), ())
