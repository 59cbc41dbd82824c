"""Render to PDF: a galley → a plate, the laid-out handout without a clinic, as PDF/UA-1.

One confined fetcher serves everything that WeasyPrint asks for: data addresses, and nothing else. The
fonts are the project's own; the machine's are out of sight. Whatever WeasyPrint or fontTools warn of is
a finding, and so is text that runs out of its box. PDF/UA-1 is ISO 14289-1.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from bifolio.diagnostics import Diagnostic
from bifolio.render.craft import PageCraft, craft
from bifolio.render.engine import engine, forget_lines


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


LEADS = ("full", "less", "least")
"""How much white may stand between the blocks of a stretch: values of `data-lead`."""

KEEPS = ("whole", "rows")
"""What of a stretch is not torn, whole blocks or only their rows: values of `data-keep`."""

_Choice = tuple[str, str]
"""What is kept in a stretch, and its lead."""

_PLAIN = KEEPS[0], LEADS[0]


def render(galley: str, fonts: Path, where: str, *, variant: str | None = "pdf/ua-1") -> Rendered:
    """Lay a galley out and write it as a PDF of a variant that WeasyPrint knows; plain without one.

    `fonts` is the folder with fonts.conf and the font files. `where` names the document in findings.
    A page that is nearly empty is a page to save: then its stretch, the whole galley or one part of a booklet,
    is laid out with a little less white between its blocks, as a compositor takes out lead. Where a fault of
    craft is left, long blocks may go on on the next page between two of their rows. What cuts no word off
    stays, then what has the fewest faults, then the fewest pages, then the most white. A stretch is an element
    of the galley with `data-lead` or `data-keep`; what has neither, as a proof, keeps its white. The same
    galley and fonts give the same bytes.
    """
    try:
        return _best(galley, fonts, where, variant).written()
    finally:
        forget_lines(_known_fonts(fonts))


def _best(galley: str, fonts: Path, where: str, variant: str | None) -> _Laid:
    laid = _lay_out(galley, fonts, where, variant)
    stretches = laid.stretches
    chosen = laid_with = dict.fromkeys(range(len(stretches)), _PLAIN)
    fits = {number: laid.fit(number) for number in chosen}
    for keep in KEEPS:
        worth = [number for number in chosen if keep == KEEPS[0] or fits[number].faults]
        for lead in LEADS:
            tries = {
                number: (keep, lead)
                for number in worth
                if (fits[number].faults or fits[number].is_wasteful)
                and stretches[number].allows(keep, lead)
                and (keep, lead) != _PLAIN
            }
            if not tries:
                continue
            tried = _lay_out(galley, fonts, where, variant, tries)
            better = {
                number: choice
                for number, choice in tries.items()
                if tried.fit(number).rank < fits[number].rank
            }
            chosen = chosen | better
            fits |= {number: tried.fit(number) for number in better}
            if chosen == tries:  # nothing was left out, and all of it is the better for it
                laid, laid_with = tried, chosen
    if chosen != laid_with:
        whole = _lay_out(galley, fonts, where, variant, chosen)
        laid = min(laid, whole, key=lambda one: one.rank)
    return laid


@dataclass(frozen=True)
class _Stretch:
    """An element whose white and whose breaks are its own, and what may be done to it."""

    element: Any
    has_lead: bool
    has_keep: bool

    def allows(self, keep: str, lead: str) -> bool:
        return (self.has_lead or lead == LEADS[0]) and (self.has_keep or keep == KEEPS[0])


@dataclass(frozen=True)
class _Fit:
    """How pages came out: words cut off, faults of craft, how many pages, whether one may be spared."""

    cut: int
    faults: int
    pages: int
    is_wasteful: bool

    @property
    def rank(self) -> tuple[int, int, int]:
        """The lower, the better."""
        return self.cut, self.faults, self.pages


@dataclass(frozen=True)
class _Laid:
    """Laid-out pages that are not written yet."""

    document: Any
    where: str
    options: dict[str, str]
    stretches: tuple[_Stretch, ...]
    crafts: tuple[PageCraft, ...]
    """What is to be said of each page; of none where nobody turns them."""
    cut: tuple[tuple[Diagnostic, ...], ...]
    """The words that run out of their box, page by page."""
    findings: tuple[Diagnostic, ...]

    @property
    def rank(self) -> tuple[int, int, int]:
        """The lower, the better."""
        return self._came_out(range(len(self.crafts))).rank

    def fit(self, number: int) -> _Fit:
        """Tell how a stretch came out. The whole galley has the pages on which no other stretch stands."""
        own = self.stretches[number].element
        others = {stretch.element for stretch in self.stretches} - {own}
        is_whole = own.tag == "html"
        return self._came_out(
            [
                page
                for page, one in enumerate(self.crafts)
                if own in one.elements and not (is_whole and others & one.elements)
            ]
        )

    def _came_out(self, pages: Sequence[int]) -> _Fit:
        crafts = [self.crafts[page] for page in pages]
        cut = sum(len(self.cut[page]) for page in pages)
        faults = sum(len(one.findings) for one in crafts)
        return _Fit(cut, faults, len(crafts), any(one.is_sparse for one in crafts[1:]))

    def written(self) -> Rendered:
        """Write the PDF."""
        with _listening(self.where) as late:
            for page in self.document.pages:
                _keep_whole_links(page)
            openings = tuple(_opening(page) for page in self.document.pages) if self.options else ()
            with warnings.catch_warnings():  # WeasyPrint 70 leaves the colour profile of a PDF/A open
                warnings.simplefilter("ignore", ResourceWarning)
                pdf = self.document.write_pdf(**self.options)
        cut = [finding for page in self.cut for finding in page]
        crafted = [finding for one in self.crafts for finding in one.findings]
        findings = (*self.findings, *cut, *crafted, *late)
        overfull = tuple(number for number, page in enumerate(self.cut) if page)
        return Rendered(pdf, len(self.document.pages), findings, overfull, openings)


def _lay_out(
    galley: str, fonts: Path, where: str, variant: str | None, choices: Mapping[int, _Choice] | None = None
) -> _Laid:
    """Lay a galley out; with `choices` for some of its stretches, without those parts that have none."""
    weasyprint = engine(fonts)
    options = {"pdf_variant": variant} if variant else {}
    with _listening(where) as findings:
        markup, styles = _parted(galley)
        parsed = _parsed(styles)
        findings.extend(replace(finding, where=where) for finding in parsed.findings)
        html = weasyprint.HTML(string=markup, url_fetcher=_fetcher())
        stretches = _stretches(html.etree_element)
        if choices:
            _choose(html.etree_element, stretches, choices)
        document = html.render(
            stylesheets=parsed.sheets, font_config=parsed.fonts or _known_fonts(fonts), **options
        )
        crafts = craft(document.pages, where) if variant else []
        cut = tuple(tuple(_cut(page, number, where)) for number, page in enumerate(document.pages, 1))
    return _Laid(document, where, options, stretches, tuple(crafts), cut, tuple(findings))


def _stretches(root: Any) -> tuple[_Stretch, ...]:
    found = (
        _Stretch(element, element.get("data-lead") == LEADS[0], element.get("data-keep") == KEEPS[0])
        for element in root.iter()
    )
    return tuple(stretch for stretch in found if stretch.has_lead or stretch.has_keep)


def _choose(root: Any, stretches: Sequence[_Stretch], choices: Mapping[int, _Choice]) -> None:
    """Set what was chosen for each stretch, and take out the parts for which nothing was.

    Where parts are looked at by themselves, what stands between them goes, too: the pages of the galley itself.
    """
    for number, (keep, lead) in choices.items():
        stretch = stretches[number]
        if stretch.has_keep:
            stretch.element.set("data-keep", keep)
        if stretch.has_lead:
            stretch.element.set("data-lead", lead)
    chosen = {stretches[number].element for number in choices}
    left_out = {stretch.element for stretch in stretches} - chosen
    for parent in tuple(root.iter()) if left_out else ():
        children = set(parent)
        for child in children - chosen if root not in chosen and chosen & children else children & left_out:
            parent.remove(child)


# -- styles --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Parsed:
    """Stylesheets as WeasyPrint has parsed them, and what it warned of."""

    sheets: tuple[Any, ...]
    fonts: Any
    """What their own `@font-face` rules bring; none where they have none."""
    findings: tuple[Diagnostic, ...]


def _parted(galley: str) -> tuple[str, str]:
    """Give a galley without its styles, and the styles."""
    head, opened, rest = galley.partition("<style>")
    styles, closed, body = rest.partition("</style>")
    return (head + body, styles) if opened and closed else (galley, "")


def _parsed(styles: str) -> _Parsed:
    """Parse styles. Those before the components are two thirds, and the same for every galley: parsed once."""
    # A clinic's own fonts are files for as long as one document needs them.
    if "@font-face" in styles:
        return _parse(styles)
    common, components, own = styles.partition("\n@layer components ")
    order = common.partition("\n")[0]  # each sheet must know the order of all layers
    parsed = [_parse_once(common), *([_parse_once(order + components + own)] if components else [])]
    return _Parsed(
        tuple(sheet for one in parsed for sheet in one.sheets),
        None,
        tuple(finding for one in parsed for finding in one.findings),
    )


@lru_cache(maxsize=16)
def _parse_once(styles: str) -> _Parsed:
    return _parse(styles)


def _parse(styles: str) -> _Parsed:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    with _listening("") as findings:
        fonts = FontConfiguration() if "@font-face" in styles else None
        sheet = CSS(string=styles, url_fetcher=_fetcher(), font_config=fonts)
    return _Parsed((sheet,), fonts, tuple(findings))


@lru_cache(maxsize=2)
def _known_fonts(fonts: Path) -> Any:
    """Look through a folder of fonts; once, as the engine keeps what it learns of one as long as it runs."""
    from weasyprint.text.fonts import FontConfiguration

    del fonts  # `engine` has named them
    return FontConfiguration()


def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols={"data"})


def _keep_whole_links(page: Any) -> None:
    # WeasyPrint 70 adds a link annotation for each box inside an anchor, and PDF/UA-1 7.18.5 wants one
    # for each link: keep those whose box is the anchor itself.
    page.links = [link for link in page.links if link[3] is None or link[3].link]


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
            Diagnostic("render.warning", _shorten(record.getMessage(), 300), where=self.where)
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


# -- text that runs out of its box ---------------------------------------------------------------

_TOLERANCE = 1.5
"""How far, in CSS pixels, text may stand out before it counts: a third of a millimetre."""


@dataclass(frozen=True)
class _Frame:
    """A box that text inside it must not leave: left, top, right, bottom in CSS pixels."""

    left: float
    top: float
    right: float
    bottom: float
    name: str


def _cut(page: Any, number: int, where: str) -> Iterator[Diagnostic]:
    for text, box in _cut_text(page):
        yield Diagnostic(
            "render.cut-text",
            f'page {number}: "{_shorten(text)}" runs out of {box}',
            where=where,
            help="shorten the words, or give them a larger box",
        )


def _cut_text(page: Any) -> Iterator[tuple[str, str]]:
    """Give each text that leaves its page, its page area, or a box of fixed size around it."""
    box = page._page_box
    sheet = _Frame(0, 0, page.width, page.height, "the sheet")
    left, top = box.content_box_x(), box.content_box_y()
    area = _Frame(left, top, left + box.width, top + box.height, "the text area of the page")
    for child in box.children:
        in_margin = type(child).__name__ == "MarginBox"
        yield from _cut_inside(child, (sheet,) if in_margin else (sheet, area))


def _cut_inside(box: Any, frames: tuple[_Frame, ...]) -> Iterator[tuple[str, str]]:
    box = getattr(box, "_box", box)  # absolutely placed boxes stand behind a placeholder
    if text := getattr(box, "text", None):
        if text.strip() and (frame := _left_frame(box, frames)):
            yield text, frame.name
        return
    if frame := _frame_of(box):
        frames = (*frames, frame)
    for child in getattr(box, "children", ()):
        yield from _cut_inside(child, frames)


def _left_frame(box: Any, frames: tuple[_Frame, ...]) -> _Frame | None:
    size = box.style["font_size"]
    baseline = box.position_y + box.baseline
    top, bottom = baseline - 0.7 * size, baseline + 0.22 * size  # cap height and descenders
    left, right = box.position_x, box.position_x + box.width
    for frame in frames:
        if (
            left < frame.left - _TOLERANCE
            or right > frame.right + _TOLERANCE
            or top < frame.top - _TOLERANCE
            or bottom > frame.bottom + _TOLERANCE
        ):
            return frame
    return None


def _frame_of(box: Any) -> _Frame | None:
    """Give the frame of a box that has one: a box with a height of its own, or one that clips."""
    kind = type(box).__name__
    style = box.style
    fixed = style["height"] != "auto" and not kind.startswith(("Line", "Text", "Table", "Inline"))
    if not (fixed or style["overflow"] == "hidden") or box.element is None:
        return None
    left, top = box.position_x + box.margin_left, box.position_y + box.margin_top
    name = f'the box "{box.element.get("class", box.element_tag)}"'
    return _Frame(left, top, left + box.border_width(), top + box.border_height(), name)


def _shorten(text: str, most: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"
