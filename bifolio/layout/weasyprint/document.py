"""Lay HTML out with WeasyPrint, and write the pages as PDF."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from bifolio.core.diagnostics import Diagnostic
from bifolio.layout.weasyprint import stylesheets
from bifolio.layout.weasyprint.boxes import Box, page_boxes
from bifolio.layout.weasyprint.line_speedups import forget_lines
from bifolio.layout.weasyprint.loader import explained_failures, load, uses_speedups
from bifolio.layout.weasyprint.messages import collected_messages
from bifolio.layout.weasyprint.repagination import Judge, let_judge


@dataclass(frozen=True)
class Document:
    """Laid-out pages that are not written yet."""

    _document: Any
    _where: str
    _variant: str | None
    findings: tuple[Diagnostic, ...]
    """What WeasyPrint warned of while it laid the pages out."""

    @cached_property
    def pages(self) -> list[Box]:
        """The box of each page."""
        return page_boxes(self._document)

    @property
    def has_bleed(self) -> bool:
        """Whether pictures go on beyond the trim of a page."""
        return any(any(page.bleed.values()) for page in self._document.pages)

    def write_pdf(self) -> tuple[bytes, tuple[Diagnostic, ...]]:
        """Return the PDF, and what WeasyPrint and fontTools warned of while it was written."""
        with explained_failures(), collected_messages(self._where) as findings:
            pdf: bytes = self._document.write_pdf(finisher=_ask_for_full_size, **_options(self._variant))
        return pdf, tuple(findings)


@contextmanager
def laid_out(html: str, fonts: Path, where: str, variant: str | None, judge: Judge) -> Iterator[Document]:
    """Lay HTML out for a PDF of a variant that WeasyPrint knows; None for an ordinary PDF.

    `fonts` is the folder with fonts.conf and the font files; `where` names the document in findings; parts
    whose pages `judge` finds bad are laid out again. At the end of the block no word of the document stays in
    memory: the next may be somebody else's. Raises ToolError as `load` does.
    """
    load(fonts)
    try:
        with explained_failures():
            document = (_lay_out if uses_speedups() else _lay_out_plainly)(html, fonts, where, variant, judge)
        yield document
    finally:
        if uses_speedups():
            forget_lines(stylesheets.font_configuration(fonts))


def _lay_out(html: str, fonts: Path, where: str, variant: str | None, judge: Judge) -> Document:
    from weasyprint import HTML

    with collected_messages(where) as findings:
        markup, styles = stylesheets.split_html(html)
        sheet = stylesheets.parse(styles)
        findings.extend(replace(finding, where=where) for finding in sheet.findings)
        source = HTML(string=markup, url_fetcher=stylesheets.url_fetcher())
        let_judge(judge, source)
        document = source.render(
            stylesheets=[sheet.css],
            font_config=sheet.fonts or stylesheets.font_configuration(fonts),
            **_options(variant),
        )
    return Document(document, where, variant, tuple(findings))


def _lay_out_plainly(html: str, fonts: Path, where: str, variant: str | None, judge: Judge) -> Document:
    """Lay HTML out as `_lay_out` does, with nothing kept from an earlier document."""
    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration

    del fonts  # `load` has named them to fontconfig
    with collected_messages(where) as findings:
        source = HTML(string=html, url_fetcher=stylesheets.url_fetcher())
        let_judge(judge, source)
        document = source.render(font_config=FontConfiguration(), **_options(variant))
    return Document(document, where, variant, tuple(findings))


def _ask_for_full_size(document: Any, pdf: Any) -> None:
    """Ask the viewer to print at full size (ISO 32000-1, 12.2): many of them shrink pages unless they are asked."""
    import pydyf

    del document
    preferences = pdf.catalog.setdefault("ViewerPreferences", pydyf.Dictionary())
    preferences["PrintScaling"] = "/None"


def _options(variant: str | None) -> dict[str, str]:
    return {"pdf_variant": variant} if variant else {}
