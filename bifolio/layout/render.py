"""Render HTML to PDF, and say what is wrong with the pages.

Whatever the layout engine warns of is a finding, and so are text that runs out of its box and letters that a clinic's
own font lacks. A handout is rendered as PDF/UA-1 (ISO 14289-1) and PDF/A-3a (ISO 19005-3); sheets of slots as plain
PDF.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bifolio.core.diagnostics import Diagnostic
from bifolio.layout.font_letters import find_missing_letters, letters_of_faces
from bifolio.layout.overflow import IN_SLOT, ON_PAGE, find_cut_text
from bifolio.layout.page_checks import check_pages
from bifolio.layout.weasyprint import boxes
from bifolio.layout.weasyprint.boxes import Box
from bifolio.layout.weasyprint.document import laid_out
from bifolio.layout.weasyprint.repagination import PageQuality


@dataclass(frozen=True)
class Rendered:
    """A PDF, and what was found while it was made. With an error among the findings it is not fit to print."""

    pdf: bytes
    pages: int
    findings: tuple[Diagnostic, ...]
    overfull: tuple[int, ...] = ()
    """Pages, counted from 0, with text that runs out of its box."""
    openings: tuple[str, ...] = ()
    """The first words of each page, by which EPUB and web pages find where a page of print begins."""
    lines: tuple[tuple[str, ...], ...] = ()
    """The lines of text on each page of an ordinary PDF."""
    has_bleed: bool = False
    """Whether pictures go on beyond the trim."""


def render(html: str, fonts: Path, where: str, *, variant: str | None = "pdf/ua-1") -> Rendered:
    """Render HTML as a PDF of a variant that WeasyPrint knows, or as an ordinary PDF, whose pages are not checked.

    `fonts` is the folder with fonts.conf and the font files; `where` names the document in findings. The same
    HTML and fonts give the same bytes.
    """
    with laid_out(html, fonts, where, variant, _judge) as document:
        reports = check_pages(document.pages, where) if variant else []
        strictness = ON_PAGE if variant else IN_SLOT
        cut_texts = [
            tuple(find_cut_text(page, n, where, strictness)) for n, page in enumerate(document.pages, 1)
        ]
        faces = letters_of_faces(html)
        letters = [
            one
            for n, page in enumerate(document.pages, 1)
            for one in find_missing_letters(page, n, where, faces)
        ]
        openings = tuple(_opening(page) for page in document.pages) if variant else ()
        lines = () if variant else tuple(tuple(boxes.lines(page)) for page in document.pages)
        pdf, late_findings = document.write_pdf()
    findings = (
        *document.findings,
        *(finding for page in cut_texts for finding in page),
        *letters,
        *(finding for report in reports for finding in report.findings),
        *late_findings,
    )
    overfull = tuple(number for number, page in enumerate(cut_texts) if page)
    return Rendered(pdf, len(document.pages), findings, overfull, openings, lines, document.has_bleed)


def _judge(pages: Sequence[Box]) -> list[PageQuality]:
    return [
        PageQuality(len(list(find_cut_text(page, 0, ""))), len(report.findings), report.is_sparse)
        for page, report in zip(pages, check_pages(pages, ""), strict=True)
    ]


# -- how pages begin -----------------------------------------------------------------------------

_OPENING_LENGTH = 60
"""Letters that are enough to find a page's beginning."""


def _opening(page: Box) -> str:
    """Return the first words of a page's text: no page number, no list marker, no head of a table."""
    words = ""
    for child in boxes.children(page):
        if boxes.is_in_page_margin(child):
            continue
        for text in _texts(child):
            if text is None and words:
                return words
            words = " ".join(f"{words} {text or ''}".split())
            if len(words) > _OPENING_LENGTH:
                return words
    return words


def _texts(box: Box) -> Iterator[str | None]:
    """Yield the texts of a box; None for the head of a table, which may be repeated."""
    if "::" in boxes.tag(box):
        return
    if boxes.is_repeated_head(box):
        yield None
        return
    if text := boxes.text(box):
        yield text
    for child in boxes.children(box):
        yield from _texts(child)
