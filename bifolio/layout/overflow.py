"""Find text that runs out of its box or off its page.

Only the layout engine knows where a box ends whose words go on, so this reads its boxes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from bifolio.core.diagnostics import Diagnostic, shorten
from bifolio.core.letters import has_high_accent
from bifolio.layout.weasyprint import boxes
from bifolio.layout.weasyprint.boxes import Area, Box


class Strictness(NamedTuple):
    """How far, in CSS pixels, text may stand out before it counts, and how far its letters reach below the baseline."""

    tolerance: float
    descent: float
    serif_descent: float
    """The same for the serifed faces of the project, whose tails are longer."""


ON_PAGE = Strictness(1.5, 0.22, 0.22)
"""0.4 mm, as most boxes cut nothing off."""

IN_SLOT = Strictness(0.1, 0.24, 0.27)

_CAP_HEIGHT, _ACCENTED_HEIGHT = 0.7, 0.9
"""How far capitals, and capitals with an accent, reach above the baseline, in parts of the font size."""


@dataclass(frozen=True)
class _Frame:
    """An area that text inside it must not leave, and its name in messages."""

    area: Area
    name: str

    def is_left_by(self, text: Area, tolerance: float) -> bool:
        return (
            text.left < self.area.left - tolerance
            or text.right > self.area.right + tolerance
            or text.top < self.area.top - tolerance
            or text.bottom > self.area.bottom + tolerance
        )


def find_cut_text(
    page: Box, number: int, where: str, strictness: Strictness = ON_PAGE
) -> Iterator[Diagnostic]:
    """Yield a finding for each text that leaves its sheet, its page area or a box of fixed size.

    `number` is the page's, counted from 1; `where` names the document; of slots, all that would be cut off counts.
    """
    for text, frame in _cut_text(page, strictness):
        yield Diagnostic(
            "render.cut-text",
            f'page {number}: "{shorten(text)}" runs out of {frame}',
            where=where,
            help="shorten the words, or give them a larger box",
        )


def _cut_text(page: Box, strictness: Strictness) -> Iterator[tuple[str, str]]:
    """Yield each text that leaves a frame, with the frame's name."""
    sheet = _Frame(boxes.sheet(page), "the sheet")
    content = _Frame(boxes.content_area(page), "the text area of the page")
    for child in boxes.children(page):
        frames = (sheet,) if boxes.is_in_page_margin(child) else (sheet, content)
        yield from _cut_text_inside(child, frames, strictness)


def _cut_text_inside(
    box: Box, frames: tuple[_Frame, ...], strictness: Strictness
) -> Iterator[tuple[str, str]]:
    if text := boxes.text(box):
        if text.strip():
            area = boxes.glyph_area(box, _height(text), _descent(box, strictness))
            if left := next(
                (frame for frame in frames if frame.is_left_by(area, strictness.tolerance)), None
            ):
                yield text, left.name
        return
    if frame := _frame_of(box):
        frames = (*frames, frame)
    for child in boxes.children(box):
        yield from _cut_text_inside(child, frames, strictness)


def _height(text: str) -> float:
    return _ACCENTED_HEIGHT if has_high_accent(text) else _CAP_HEIGHT


def _descent(run: Box, strictness: Strictness) -> float:
    is_serif = boxes.style(run, "font_family")[0].startswith("Newsreader")
    return strictness.serif_descent if is_serif else strictness.descent


def _frame_of(box: Box) -> _Frame | None:
    """Return the frame that a box with a height of its own, or one that clips, is for its text."""
    if boxes.element(box) is None:
        return None
    is_fixed = boxes.style(box, "height") != "auto" and not boxes.kind(box).startswith(
        ("Line", "Text", "Table", "Inline")
    )
    if not (is_fixed or boxes.style(box, "overflow") == "hidden"):
        return None
    name = boxes.element(box).get("class", boxes.tag(box))
    return _Frame(boxes.border_area(box), f'the box "{name}"')
