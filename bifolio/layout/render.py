"""Render to PDF: a galley → a plate, the laid-out handout without a clinic, as PDF/UA-1.

One confined fetcher serves everything that WeasyPrint asks for: data addresses, and nothing else. The
fonts are the project's own; the machine's are out of sight. Whatever WeasyPrint or fontTools warn of is
a finding, and so is text that runs out of its box. PDF/UA-1 is ISO 14289-1.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from bifolio.core.diagnostics import Diagnostic, shorten
from bifolio.layout.overflow import cut
from bifolio.layout.page_checks import PageCraft, craft
from bifolio.layout.weasyprint.engine import engine, forget_lines


@dataclass(frozen=True)
class Rendered:
    """A PDF, and what was found while it was made. With errors among it, it is not fit to print."""

    pdf: bytes
    pages: int
    findings: tuple[Diagnostic, ...]
    overfull: tuple[int, ...] = ()
    """Pages, counted from 0, with text that runs out of its box."""
    openings: tuple[str, ...] = ()
    """The first words of each page, by which what flows finds where its pages begin."""
    has_bleed: bool = False
    """Whether pictures go on beyond the trim."""


def render(galley: str, fonts: Path, where: str, *, variant: str | None = "pdf/ua-1") -> Rendered:
    """Lay a galley out and write it as a PDF of a variant that WeasyPrint knows; plain without one.

    `fonts` is the folder with fonts.conf and the font files. `where` names the document in findings. What comes
    out badly is set again, see `compositor`. The same galley and fonts give the same bytes.
    """
    try:
        return _lay_out(galley, fonts, where, variant).written()
    finally:
        forget_lines(_known_fonts(fonts))


@dataclass(frozen=True)
class _Laid:
    """Laid-out pages that are not written yet."""

    document: Any
    where: str
    options: dict[str, str]
    crafts: tuple[PageCraft, ...]
    """What is to be said of each page; of none where nobody turns them."""
    cut: tuple[tuple[Diagnostic, ...], ...]
    """The words that run out of their box, page by page."""
    findings: tuple[Diagnostic, ...]

    def written(self) -> Rendered:
        """Write the PDF."""
        with _listening(self.where) as late:
            for page in self.document.pages:
                _keep_whole_links(page)
            openings = tuple(_opening(page) for page in self.document.pages) if self.options else ()
            _claim_both(self.document.metadata)
            with warnings.catch_warnings():  # WeasyPrint 70 leaves the colour profile of a PDF/A open
                warnings.simplefilter("ignore", ResourceWarning)
                pdf = self.document.write_pdf(**self.options)
        cut_words = [finding for page in self.cut for finding in page]
        crafted = [finding for one in self.crafts for finding in one.findings]
        findings = (*self.findings, *cut_words, *crafted, *late)
        overfull = tuple(number for number, page in enumerate(self.cut) if page)
        has_bleed = any(any(page.bleed.values()) for page in self.document.pages)
        return Rendered(pdf, len(self.document.pages), findings, overfull, openings, has_bleed)


def _lay_out(galley: str, fonts: Path, where: str, variant: str | None) -> _Laid:
    weasyprint = engine(fonts)
    options = {"pdf_variant": variant} if variant else {}
    with _listening(where) as findings:
        markup, styles = _parted(galley)
        parsed = _parsed(styles)
        findings.extend(replace(finding, where=where) for finding in parsed.findings)
        html = weasyprint.HTML(string=markup, url_fetcher=_fetcher())
        document = html.render(
            stylesheets=[parsed.sheet], font_config=parsed.fonts or _known_fonts(fonts), **options
        )
    boxes = [page._page_box for page in document.pages]
    crafts = craft(boxes, where) if variant else []
    cut_words = tuple(tuple(cut(box, number, where)) for number, box in enumerate(boxes, 1))
    return _Laid(document, where, options, tuple(crafts), cut_words, tuple(findings))


# -- styles --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Parsed:
    """Styles as WeasyPrint has parsed them, and what it warned of."""

    sheet: Any
    fonts: Any
    """What their own `@font-face` rules bring; none where they have none."""
    findings: tuple[Diagnostic, ...]


def _parted(galley: str) -> tuple[str, str]:
    """Give a galley without its styles, and the styles."""
    head, opened, rest = galley.partition("<style>")
    styles, closed, body = rest.partition("</style>")
    return (head + body, styles) if opened and closed else (galley, "")


def read(styles: str, fonts: Path) -> None:
    """Parse styles before the pages that have them are there; those with fonts of their own are parsed with each."""
    engine(fonts)
    if _OWN_FONTS not in styles:
        _parsed(styles)
        _known_fonts(fonts)


def _parsed(styles: str) -> _Parsed:
    """Parse styles. Most of them are the same for every galley, so each layer and each component is parsed once."""
    # A clinic's own fonts are files for as long as one document needs them.
    if _OWN_FONTS in styles:
        return _parse(styles)
    order, *pieces = styles.split(_LAYER)
    parsed = [_parse_once(order + _LAYER + piece) for piece in pieces] or [_parse_once(order)]
    return _Parsed(
        _joined([one.sheet for one in parsed]),
        None,
        tuple(finding for one in parsed for finding in one.findings),
    )


_OWN_FONTS = "@font-face"

_LAYER = "\n@layer "
"""Where a piece begins. What stands before the first is the order of all layers, which each piece must know."""


def _joined(sheets: Sequence[Any]) -> Any:
    """Join stylesheets into one, as if they had been parsed together."""
    from cssselect2 import Matcher
    from weasyprint import CSS

    matcher = Matcher()
    for sheet in sheets:
        for name, own in vars(sheet.matcher).items():
            if isinstance(own, dict):
                for key, entries in own.items():
                    getattr(matcher, name).setdefault(key, []).extend(_later(entries, matcher.order))
            elif isinstance(own, list):
                getattr(matcher, name).extend(_later(own, matcher.order))
        matcher.order += sheet.matcher.order
    rules = [rule for sheet in sheets for rule in sheet.page_rules]
    return CSS(string="", matcher=matcher, page_rules=rules, layers=sheets[0].layers, url_fetcher=_fetcher())


def _later(entries: Iterable[Any], before: int) -> Iterator[Any]:
    for test, specificity, order, *more in entries:
        yield test, specificity, order + before, *more


@lru_cache(maxsize=256)
def _parse_once(styles: str) -> _Parsed:
    return _parse(styles)


def _parse(styles: str) -> _Parsed:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    with _listening("") as findings:
        fonts = FontConfiguration() if _OWN_FONTS in styles else None
        sheet = CSS(string=styles, url_fetcher=_fetcher(), font_config=fonts)
    return _Parsed(sheet, fonts, tuple(findings))


@lru_cache(maxsize=2)
def _known_fonts(fonts: Path) -> Any:
    """Look through a folder of fonts; once, as the engine keeps what it learns of one as long as it runs."""
    from weasyprint.text.fonts import FontConfiguration

    del fonts  # `engine` has named them
    return FontConfiguration()


@cache
def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols={"data"})


def _keep_whole_links(page: Any) -> None:
    # WeasyPrint 70 adds a link annotation for each box inside an anchor, and PDF/UA-1 7.18.5 wants one
    # for each link: keep those whose box is the anchor itself.
    page.links = [link for link in page.links if link[3] is None or link[3].link]


def _claim_both(metadata: Any) -> None:
    """Let a PDF/A say in its metadata that it is PDF/UA-1, too (ISO 19005-3, 6.6.2.3; ISO 14289-1, 5)."""
    told = metadata.generate_rdf_metadata

    def told_of_both(variant: str, *more: Any) -> bytes:
        said: bytes = told(variant, *more)
        return said.replace(b"</rdf:RDF>", _PDFUA + b"</rdf:RDF>", 1) if variant == "a" else said

    metadata.generate_rdf_metadata = told_of_both


_PDFUA = b"""<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="">\
<pdfuaid:part>1</pdfuaid:part></rdf:Description>\
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property>\
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""
"""The claim, and the schema that PDF/A wants for names it does not know."""


class _Listener(logging.Handler):
    def __init__(self, where: str, findings: list[Diagnostic]) -> None:
        super().__init__(logging.WARNING)
        self.where = where
        self.findings = findings

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith(".notdef glyph"):
            letter, codepoint = record.args  # type: ignore[misc]
            said = f'no font here has a shape for "{letter}" (U+{codepoint:04X})'
            self.findings.append(Diagnostic("render.missing-glyph", said, where=self.where))
            return
        self.findings.append(
            Diagnostic("render.warning", shorten(record.getMessage(), 300), where=self.where)
        )


@contextmanager
def _listening(where: str) -> Iterator[list[Diagnostic]]:
    findings: list[Diagnostic] = []
    listener = _Listener(where, findings)
    loggers = [logging.getLogger(name) for name in ("weasyprint", "fontTools")]
    for logger in loggers:
        logger.addHandler(listener)
    try:
        yield findings
    finally:
        for logger in loggers:
            logger.removeHandler(listener)


# -- how pages begin -----------------------------------------------------------------------------

_OPENING_LETTERS = 60


def _opening(page: Any) -> str:
    """Give the first words of a page that stand in its text: no folio, no numeral of a list, no table head."""
    words = ""
    for child in page._page_box.children:
        if type(child).__name__ == "MarginBox":
            continue
        for text in _texts(child):
            if text is None and words:
                return words
            words = " ".join(f"{words} {text or ''}".split())
            if len(words) > _OPENING_LETTERS:
                return words
    return words


def _texts(box: Any) -> Iterator[str | None]:
    """Give the words of a box, and none for the head of a table, which may be repeated."""
    box = getattr(box, "_box", box)
    if "::" in (box.element_tag or ""):
        return
    if getattr(box, "is_header", False):
        yield None
        return
    if text := getattr(box, "text", None):
        yield text
    for child in getattr(box, "children", ()):
        yield from _texts(child)
