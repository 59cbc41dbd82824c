"""Page craft: laid-out pages → what a good compositor would not have let pass.

Reads the boxes of the layout engine, where it is still known which lines are one paragraph and which box is
one block. The rules are those of book typography (Chicago Manual of Style, 2.115 ff.): a heading keeps its
text, two lines at least stand at the foot and the head of a page, a block that fits a page is not torn, a
page is at least a third full unless it begins or ends a part, a table repeats its head. They are warnings: the words may need it so. Words
that are printed over words are an error, as nobody can read them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bifolio.core.diagnostics import Diagnostic, Severity

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_HEADED = frozenset({"section", "aside"})
"""What a heading is the head of, to its end."""
_PARAGRAPHS = frozenset({"p", "li", "dd", "dt"})
_LEAST_LINES = 2
_LEAST_SHARE = 1 / 3
_SPARED_SHARE = 0.4
"""A page that is less full, the last one too, is worth an attempt to do without it."""
_TOUCH = 1.5
"""How far, in CSS pixels, two runs of text may run into each other: less than a stem of body text."""


@dataclass(frozen=True)
class _Mark:
    """A line of text or a drawn thing: "heading", "text" or "drawn", and where it stands."""

    kind: str
    box: Any
    top: float
    bottom: float
    heads: Any = None
    """What a heading is the head of: the element of the section or panel around it, or what it stands in."""


@dataclass
class _Part:
    """What one page holds of one element."""

    box: Any
    lines: int
    height: float


@dataclass(frozen=True)
class _Ink:
    """Where the small letters of one run of text stand, or a picture: left, top, right, bottom in CSS pixels."""

    left: float
    top: float
    right: float
    bottom: float
    words: str

    def covers(self, other: _Ink) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > _TOUCH and down > _TOUCH


@dataclass
class _Page:
    """What stands on one page, in reading order."""

    area: tuple[float, float]
    parts: dict[Any, _Part] = field(default_factory=dict)
    marks: list[_Mark] = field(default_factory=list)
    ink: list[_Ink] = field(default_factory=list)

    @property
    def share_used(self) -> float:
        """How much of the page, from its top, is used: 0 to 1."""
        top, height = self.area
        if height <= 0:  # an edition whose head and foot leave nothing between them
            return 1.0
        return max(0.0, max((mark.bottom for mark in self.marks), default=top) - top) / height


@dataclass(frozen=True)
class PageCraft:
    """What is to be said of one page."""

    findings: tuple[Diagnostic, ...]
    elements: frozenset[Any]
    """The elements that stand on it, or go on on it."""
    is_sparse: bool
    """Whether it is so empty that it is worth an attempt to do without it."""


def craft(pages: Sequence[Any], where: str) -> list[PageCraft]:
    """Say what is amiss, page by page. `pages` are page boxes of WeasyPrint."""
    read = [_read(page) for page in pages]
    crafts = []
    for number, page in enumerate(read, 1):
        following = read[number] if number < len(read) else None
        is_first = number == 1 or _opens_a_part(read[number - 2], page)
        findings = tuple(
            Diagnostic(
                f"craft.{code}",
                f"page {number}: {words}",
                where=where,
                help=_CURES[code],
                severity=Severity.ERROR if code == "overprint" else Severity.WARNING,
            )
            for code, words in _faults(page, following, is_first=is_first)
        )
        crafts.append(PageCraft(findings, frozenset(page.parts), page.share_used < _SPARED_SHARE))
    return crafts


_CURES = {
    "heading-alone": "shorten the text before it, or put a page_break before the heading",
    "orphan": "shorten or lengthen the paragraph by a few words",
    "widow": "shorten or lengthen the paragraph by a few words",
    "torn-block": "put a page_break before the block, or make it shorter",
    "thin-page": "take out a page_break, or shorten what was pushed to the next page",
    "overprint": "mend the style of the block: two of its parts stand in one place",
    "table-head": "give the table a head, so that it can repeat",
}


def _faults(page: _Page, following: _Page | None, *, is_first: bool) -> Iterator[tuple[str, str]]:
    for upper, lower in _overprinted(page.ink):
        yield "overprint", f'"{lower.words}" is printed over "{upper.words}"'
    if following is None:
        return
    if heading := _heading_alone(page, following):
        yield "heading-alone", f'the heading "{heading}" stands alone at the foot'
    if page.share_used < _LEAST_SHARE and not is_first and not _opens_a_part(page, following):
        yield "thin-page", f"only {page.share_used:.0%} of it is used"
    for element, part in page.parts.items():
        rest = following.parts.get(element)
        if rest is not None:
            yield from _torn(part, rest, page.area[1])


def _opens_a_part(page: _Page, following: _Page) -> bool:
    """Tell whether a part of a booklet begins on the next page, or its back cover.

    A part is as a handout is: its first page and its last one may be short.
    """
    return any(
        {"part", "back"} & set(element.get("class", "").split()) and element not in page.parts
        for element in following.parts
    )


def _torn(part: _Part, rest: _Part, height: float) -> Iterator[tuple[str, str]]:
    tag = part.box.element_tag
    if tag in _PARAGRAPHS and not _holds_blocks(part.box):
        if 0 < part.lines < _LEAST_LINES:
            yield "orphan", f'one line of "{_words(part.box)}" stands alone at the foot'
        if 0 < rest.lines < _LEAST_LINES:
            yield "widow", f'one line of "{_words(part.box)}" stands alone on the next page'
    keep = part.box.style["break_inside"] in ("avoid", "avoid-page")
    if keep and part.height + rest.height <= height:
        yield "torn-block", f'the block with "{_words(part.box)}" is torn over two pages'
    has_head = tag == "table" and part.box.element.find("thead") is not None
    if has_head and not (_has_head(part.box) and _has_head(rest.box)):
        yield "table-head", f'the table with "{_words(part.box)}" goes on without its head'


def _heading_alone(page: _Page, following: _Page) -> str | None:
    """Name the last heading of a page when less than two lines, and nothing drawn, follow it.

    One line is enough where it is all that the heading heads: a title with its deck, a box with one line.
    """
    for lines, mark in enumerate(reversed(page.marks)):
        if mark.kind == "heading":
            ends_here = lines > 0 and mark.heads not in following.parts
            return _words(mark.box) if lines < _LEAST_LINES and not ends_here else None
        if mark.kind == "drawn":
            return None
    return None


def _overprinted(ink: list[_Ink]) -> Iterator[tuple[_Ink, _Ink]]:
    """Give the pairs of runs that stand in one place; a run is found once."""
    rows = sorted(ink, key=lambda run: run.top)
    for at, run in enumerate(rows):
        for other in rows[at + 1 :]:
            if other.top >= run.bottom:
                break
            if run.covers(other):
                yield run, other
                break


def _read(box: Any) -> _Page:
    page = _Page((box.content_box_y(), box.height))
    page.ink.extend(_runs(box))
    for child in box.children:
        if type(child).__name__ != "MarginBox":
            _gather(child, page)
    return page


def _gather(box: Any, page: _Page, around: Any = None, heads: Any = None) -> int:
    """Note what a box holds; give how many lines of text stand in it.

    `around` is the section or panel that the box stands in, or the element where it stands in none; inside a heading,
    `heads` is what that is the head of.
    """
    box = getattr(box, "_box", box)
    kind = type(box).__name__
    if kind == "LineBox" and not _holds_lines(box):
        if not _has_words(box):
            return 0
        sort = "text" if heads is None else "heading"
        page.marks.append(_Mark(sort, box, box.position_y, box.position_y + box.height, heads))
        return 1
    if box.element is not None:
        if box.element_tag in _HEADINGS:
            heads = around
        elif box.element_tag in _HEADED or getattr(around, "tag", None) not in _HEADED:
            around = box.element
    is_drawn = "Replaced" in kind or (kind == "BlockBox" and not box.children)
    if is_drawn and _has_room(box):
        bottom = box.position_y + box.margin_height()
        page.marks.append(_Mark("drawn", box, box.position_y, bottom))
    before, parts = len(page.marks), set(page.parts)
    lines = sum(_gather(child, page, around, heads) for child in getattr(box, "children", ()))
    if getattr(box, "is_header", False):  # a head stands again on each page, and is torn on none
        for element in page.parts.keys() - parts:
            del page.parts[element]
    own = page.marks[before:]
    if own and _is_whole_element(box, kind):
        height = max(mark.bottom for mark in own) - min(mark.top for mark in own)
        page.parts.setdefault(box.element, _Part(box, lines, height))
    return lines


def _holds_lines(line: Any) -> bool:
    """Tell a line that is only the seat of lines of their own, as those of a hanging head."""
    return any(type(child).__name__ == "InlineBlockBox" and _has_words(child) for child in line.children)


def _runs(box: Any) -> Iterator[_Ink]:
    box = getattr(box, "_box", box)
    if box.element_tag == "img":  # the place of a slot, in which the clinic's words come to stand
        left, top = box.content_box_x(), box.content_box_y()
        yield _Ink(left, top, left + box.width, top + box.height, box.element.get("alt", ""))
        return
    if text := getattr(box, "text", "").strip():
        size = box.style["font_size"]
        base = box.position_y + box.baseline
        yield _Ink(box.position_x, base - 0.45 * size, box.position_x + box.width, base, text)
        return
    for child in getattr(box, "children", ()):
        yield from _runs(child)


def _has_room(box: Any) -> bool:
    return isinstance(box.height, (int, float)) and box.height > 4


def _is_whole_element(box: Any, kind: str) -> bool:
    """Tell a box that stands for its element from anonymous boxes and ::before."""
    own = box.element is not None and box.element_tag == box.element.tag
    return own and kind in ("BlockBox", "TableBox", "FlexBox", "BlockReplacedBox", "TableRowBox")


def _holds_blocks(box: Any) -> bool:
    return any(type(child).__name__ != "LineBox" for child in box.children)


def _has_head(box: Any) -> bool:
    groups = getattr(box, "children", ())
    return any(getattr(group, "is_header", False) for group in groups) or any(
        _has_head(child) for child in groups if type(child).__name__ == "TableBox"
    )


def _has_words(box: Any) -> bool:
    box = getattr(box, "_box", box)
    if text := getattr(box, "text", None):
        return not text.isspace()
    return any(_has_words(child) for child in getattr(box, "children", ()))


def _words(box: Any, most: int = 44) -> str:
    """Give the first words of a box, to tell the author where to look."""
    text = " ".join(_texts(box)).split()
    shown = " ".join(text)
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def _texts(box: Any) -> Iterator[str]:
    box = getattr(box, "_box", box)
    if text := getattr(box, "text", None):
        yield text
    for child in getattr(box, "children", ()):
        yield from _texts(child)
