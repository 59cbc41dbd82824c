"""Check laid-out pages for what a good compositor would not let pass.

Reads the boxes of the layout engine, where it is still known which lines make one paragraph and which box is one
block. The rules are those of book typography (Chicago Manual of Style, 2.115 ff.): a heading keeps its text, at
least two lines stand at the foot and at the head of a page, a block that fits a page is not torn, a page is at
least a third full unless it begins or ends a part, a table repeats its head. They are warnings, as the words may
need it so. Words printed over words are an error, as nobody can read them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bifolio.core.diagnostics import Diagnostic, Severity
from bifolio.layout.weasyprint import boxes
from bifolio.layout.weasyprint.boxes import Area, Box

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SECTIONS = frozenset({"section", "aside"})
"""What a heading is the head of, to its end."""
_PARAGRAPHS = frozenset({"p", "li", "dd", "dt"})
_BLOCKS = frozenset({"BlockBox", "TableBox", "FlexBox", "BlockReplacedBox", "TableRowBox"})
_MIN_LINES = 2
_MIN_SHARE = 1 / 3
_SPARSE_SHARE = 0.4
"""A page that is less full, even the last one, is worth an attempt to do without it."""
_X_HEIGHT = 0.45
"""How far small letters reach above the baseline, in parts of the font size."""
_MAX_OVERLAP = 1.5
"""How far, in CSS pixels, two runs of text may overlap: less than a stem of body text."""
_MIN_DRAWING = 4
"""How high, in CSS pixels, a drawing must be to keep a heading company."""
_QUOTE_LENGTH = 44
"""Letters of a block that a finding quotes, to tell the author where to look."""


@dataclass(frozen=True)
class PageReport:
    """The findings about one page."""

    findings: tuple[Diagnostic, ...]
    is_sparse: bool
    """Whether it is so empty that it is worth an attempt to do without it."""


def check_pages(pages: Sequence[Box], where: str) -> list[PageReport]:
    """Check each page with its neighbours. `where` names the document in findings."""
    contents = [_read(page) for page in pages]
    reports = []
    for number, page in enumerate(contents, 1):
        following = contents[number] if number < len(contents) else None
        is_first = number == 1 or _begins_part(contents[number - 2], page)
        findings = tuple(
            Diagnostic(
                f"page.{code}",
                f"page {number}: {message}",
                where=where,
                help=_CURES[code],
                severity=Severity.ERROR if code == "overprint" else Severity.WARNING,
            )
            for code, message in _findings(page, following, is_first=is_first)
        )
        reports.append(PageReport(findings, page.share_used < _SPARSE_SHARE))
    return reports


_CURES = {
    "heading-alone": "shorten the text before it, or put a page_break before the heading",
    "orphan": "shorten or lengthen the paragraph by a few words",
    "widow": "shorten or lengthen the paragraph by a few words",
    "torn-block": "put a page_break before the block, or make it shorter",
    "thin-page": "take out a page_break, or shorten what was pushed to the next page",
    "overprint": "mend the style of the block: two of its parts stand in one place",
    "table-head": "give the table a head, so that it can repeat",
}


# -- what stands on a page -----------------------------------------------------------------------


@dataclass(frozen=True)
class _Mark:
    """A line of text or something drawn: "heading", "text" or "drawn", and where it stands."""

    kind: str
    box: Box
    top: float
    bottom: float
    section: Any = None
    """What a heading is the head of: the element of the section around it, or else the element it stands in."""


@dataclass(frozen=True)
class _Part:
    """The part of an element that stands on one page."""

    box: Box
    lines: int
    height: float


@dataclass(frozen=True)
class _Run:
    """Where the small letters of a run of text stand, or a picture."""

    area: Area
    words: str

    def overlaps(self, other: _Run) -> bool:
        mine, its = self.area, other.area
        across = min(mine.right, its.right) - max(mine.left, its.left)
        down = min(mine.bottom, its.bottom) - max(mine.top, its.top)
        return across > _MAX_OVERLAP and down > _MAX_OVERLAP


@dataclass
class _Page:
    """What stands on one page, in reading order."""

    top: float
    height: float
    parts: dict[Any, _Part] = field(default_factory=dict)
    marks: list[_Mark] = field(default_factory=list)
    runs: list[_Run] = field(default_factory=list)

    @property
    def share_used(self) -> float:
        """How much of the page is used, from its top: 0 to 1."""
        if self.height <= 0:  # an edition whose head and foot leave nothing between them
            return 1.0
        bottom = max((mark.bottom for mark in self.marks), default=self.top)
        return max(0.0, bottom - self.top) / self.height


def _read(box: Box) -> _Page:
    page = _Page(boxes.content_area(box).top, boxes.content_height(box) or 0.0)
    for child in boxes.children(box):
        page.runs.extend(_runs(child))
        if not boxes.is_in_page_margin(child):
            _collect(child, page)
    return page


def _collect(box: Box, page: _Page, around: Any = None, section: Any = None) -> int:
    """Note on `page` what a box holds; return how many lines of text stand in it.

    `around` is the section that the box stands in, or the element where it stands in none; inside a heading,
    `section` is what the heading is the head of.
    """
    kind, element = boxes.kind(box), boxes.element(box)
    if kind == "LineBox" and not _holds_lines(box):
        if not _has_words(box):
            return 0
        area = boxes.line_area(box)
        sort = "text" if section is None else "heading"
        page.marks.append(_Mark(sort, box, area.top, area.bottom, section))
        return 1
    if element is not None:
        if boxes.tag(box) in _HEADINGS:
            section = around
        elif boxes.tag(box) in _SECTIONS or getattr(around, "tag", None) not in _SECTIONS:
            around = element
    is_drawn = "Replaced" in kind or (kind == "BlockBox" and not any(boxes.children(box)))
    if is_drawn and (boxes.content_height(box) or 0) > _MIN_DRAWING:
        page.marks.append(_Mark("drawn", box, *boxes.outer_extent(box)))
    marks_before, parts_before = len(page.marks), set(page.parts)
    lines = sum(_collect(child, page, around, section) for child in boxes.children(box))
    if boxes.is_repeated_head(box):  # stands again on each page, and is torn on none
        for part in page.parts.keys() - parts_before:
            del page.parts[part]
    own = page.marks[marks_before:]
    if own and kind in _BLOCKS and boxes.stands_for_element(box):
        height = max(mark.bottom for mark in own) - min(mark.top for mark in own)
        page.parts.setdefault(element, _Part(box, lines, height))
    return lines


def _holds_lines(line: Box) -> bool:
    """Return whether a line only holds blocks with lines of their own, as those of a hanging head."""
    return any(boxes.kind(child) == "InlineBlockBox" and _has_words(child) for child in boxes.children(line))


def _has_words(box: Box) -> bool:
    return any(not text.isspace() for text in boxes.texts(box))


def _runs(box: Box) -> Iterator[_Run]:
    if boxes.tag(box) == "img":  # the place of a slot, where the clinic's words will stand
        yield _Run(boxes.content_area(box), boxes.element(box).get("alt", ""))
    elif text := boxes.text(box).strip():
        yield _Run(boxes.glyph_area(box, _X_HEIGHT, 0), text)
    else:
        for child in boxes.children(box):
            yield from _runs(child)


# -- what is wrong with it -----------------------------------------------------------------------


def _findings(page: _Page, following: _Page | None, *, is_first: bool) -> Iterator[tuple[str, str]]:
    """Yield the code and the message of each fault of a page; `following` is the next page, None for the last."""
    for upper, lower in _overprinted(page.runs):
        yield "overprint", f'"{lower.words}" is printed over "{upper.words}"'
    if following is None:
        return
    if heading := _heading_alone(page, following):
        yield "heading-alone", f'the heading "{heading}" stands alone at the foot'
    if page.share_used < _MIN_SHARE and not is_first and not _begins_part(page, following):
        yield "thin-page", f"only {page.share_used:.0%} of it is used"
    for element, part in page.parts.items():
        rest = following.parts.get(element)
        if rest is not None:
            yield from _torn(part, rest, page.height)


def _begins_part(page: _Page, following: _Page) -> bool:
    """Return whether a part of a booklet, or its back cover, begins on the page that follows.

    The first and the last page of a part may be short, as those of a handout.
    """
    return any(
        {"part", "back"} & set(element.get("class", "").split()) and element not in page.parts
        for element in following.parts
    )


def _torn(part: _Part, rest: _Part, page_height: float) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with an element that goes on on the next page."""
    tag = boxes.tag(part.box)
    if tag in _PARAGRAPHS and not _holds_blocks(part.box):
        if 0 < part.lines < _MIN_LINES:
            yield "orphan", f'one line of "{_quote(part.box)}" stands alone at the foot'
        if 0 < rest.lines < _MIN_LINES:
            yield "widow", f'one line of "{_quote(part.box)}" stands alone on the next page'
    is_unbreakable = boxes.style(part.box, "break_inside") in ("avoid", "avoid-page")
    if is_unbreakable and part.height + rest.height <= page_height:
        yield "torn-block", f'the block with "{_quote(part.box)}" is torn over two pages'
    has_head = tag == "table" and boxes.element(part.box).find("thead") is not None
    if has_head and not (_shows_head(part.box) and _shows_head(rest.box)):
        yield "table-head", f'the table with "{_quote(part.box)}" goes on without its head'


def _heading_alone(page: _Page, following: _Page) -> str | None:
    """Return the last heading of a page if fewer than two lines, and nothing drawn, follow it.

    One line is enough where it is all that the heading heads: a title with its deck, a box with one line.
    """
    for lines, mark in enumerate(reversed(page.marks)):
        if mark.kind == "heading":
            ends_here = lines > 0 and mark.section not in following.parts
            return _quote(mark.box) if lines < _MIN_LINES and not ends_here else None
        if mark.kind == "drawn":
            return None
    return None


def _overprinted(runs: list[_Run]) -> Iterator[tuple[_Run, _Run]]:
    """Yield pairs of runs that stand in one place; each run is the upper one of at most one pair."""
    ordered = sorted(runs, key=lambda run: run.area.top)
    for at, run in enumerate(ordered):
        for other in ordered[at + 1 :]:
            if other.area.top >= run.area.bottom:
                break
            if run.overlaps(other):
                yield run, other
                break


def _holds_blocks(box: Box) -> bool:
    return any(boxes.kind(child) != "LineBox" for child in boxes.children(box))


def _shows_head(table: Box) -> bool:
    """Return whether the part of a table on a page has a head, which may stand in a wrapper."""
    return any(
        boxes.is_repeated_head(group) or (boxes.kind(group) == "TableBox" and _shows_head(group))
        for group in boxes.children(table)
    )


def _quote(box: Box) -> str:
    """Return the first words of a box."""
    words = " ".join(" ".join(boxes.texts(box)).split())
    return words if len(words) <= _QUOTE_LENGTH else words[: _QUOTE_LENGTH - 1] + "…"
