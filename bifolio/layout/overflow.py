"""Cut: laid-out pages → the words that run out of their box, or off their page.

Reads the boxes of the layout engine, as nothing else knows where a box ends whose words go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bifolio.core.diagnostics import Diagnostic, shorten

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


def cut(page: Any, number: int, where: str) -> Iterator[Diagnostic]:
    """Tell of each text that leaves its page, its page area, or a box of fixed size. `page` is a page box of WeasyPrint."""
    for text, box in _cut_text(page):
        yield Diagnostic(
            "render.cut-text",
            f'page {number}: "{shorten(text)}" runs out of {box}',
            where=where,
            help="shorten the words, or give them a larger box",
        )


def _cut_text(page: Any) -> Iterator[tuple[str, str]]:
    sheet = _Frame(0, 0, page.margin_width(), page.margin_height(), "the sheet")
    left, top = page.content_box_x(), page.content_box_y()
    area = _Frame(left, top, left + page.width, top + page.height, "the text area of the page")
    for child in page.children:
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
