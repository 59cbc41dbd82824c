"""Find text that runs out of its box or off its page.

Only the layout engine knows where a box ends whose words go on, so this reads its boxes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bifolio.core.diagnostics import Diagnostic, shorten
from bifolio.layout.weasyprint import boxes
from bifolio.layout.weasyprint.boxes import Area, Box

_TOLERANCE = 1.5
"""How far, in CSS pixels, text may stand out before it counts: 0.4 mm."""

_CAP_HEIGHT, _DESCENT = 0.7, 0.22
"""How far letters reach above and below the baseline, in parts of the font size."""


@dataclass(frozen=True)
class _Frame:
    """An area that text inside it must not leave, and its name in messages."""

    area: Area
    name: str

    def is_left_by(self, text: Area) -> bool:
        return (
            text.left < self.area.left - _TOLERANCE
            or text.right > self.area.right + _TOLERANCE
            or text.top < self.area.top - _TOLERANCE
            or text.bottom > self.area.bottom + _TOLERANCE
        )


def find_cut_text(page: Box, number: int, where: str) -> Iterator[Diagnostic]:
    """Yield a finding for each text that leaves its sheet, its page area or a box of fixed size.

    `number` is the page's, counted from 1; `where` names the document.
    """
    for text, frame in _cut_text(page):
        yield Diagnostic(
            "render.cut-text",
            f'page {number}: "{shorten(text)}" runs out of {frame}',
            where=where,
            help="shorten the words, or give them a larger box",
        )


def _cut_text(page: Box) -> Iterator[tuple[str, str]]:
    """Yield each text that leaves a frame, with the frame's name."""
    sheet = _Frame(boxes.sheet(page), "the sheet")
    content = _Frame(boxes.content_area(page), "the text area of the page")
    for child in boxes.children(page):
        frames = (sheet,) if boxes.is_in_page_margin(child) else (sheet, content)
        yield from _cut_text_inside(child, frames)


def _cut_text_inside(box: Box, frames: tuple[_Frame, ...]) -> Iterator[tuple[str, str]]:
    if text := boxes.text(box):
        if text.strip():
            area = boxes.glyph_area(box, _CAP_HEIGHT, _DESCENT)
            if left := next((frame for frame in frames if frame.is_left_by(area)), None):
                yield text, left.name
        return
    if frame := _frame_of(box):
        frames = (*frames, frame)
    for child in boxes.children(box):
        yield from _cut_text_inside(child, frames)


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
