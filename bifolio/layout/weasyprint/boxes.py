"""What the page checks may ask about WeasyPrint's boxes.

A laid-out page is a tree of boxes (CSS 2, 9.2). WeasyPrint offers no public way to read it, so its attributes are
read here and nowhere else; outside this folder a `Box` is opaque. Lengths are in CSS pixels, positions are
measured from the top left corner of the sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NewType

Box = NewType("Box", object)
"""A box of WeasyPrint."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle: its edges in CSS pixels."""

    left: float
    top: float
    right: float
    bottom: float


# -- the tree ------------------------------------------------------------------------------------


def page_boxes(document: Any) -> list[Box]:
    """Return the box of each page of a `weasyprint.Document`."""
    return [page._page_box for page in document.pages]


def children(box: Any) -> Iterator[Box]:
    """Yield what a box holds. Absolutely positioned boxes stand behind a placeholder, which is skipped."""
    for child in getattr(box, "children", ()):
        yield getattr(child, "_box", child)


def kind(box: Any) -> str:
    """Return the kind of a box by its name in WeasyPrint: "BlockBox", "LineBox", "TextBox", "TableBox" …"""
    return type(box).__name__


def is_in_page_margin(box: Any) -> bool:
    """Return whether a child of a page is one of its margin boxes (CSS Paged Media 3, 5), not its content."""
    return kind(box) == "MarginBox"


def is_repeated_head(box: Any) -> bool:
    """Return whether a box is the head of a table, which may be repeated on each page."""
    return bool(getattr(box, "is_header", False))


# -- where a box comes from ----------------------------------------------------------------------


def element(box: Any) -> Any:
    """Return the HTML element that a box was made for, as an `xml.etree` element; None for an anonymous box."""
    return box.element


def tag(box: Any) -> str:
    """Return the tag of a box's element, with the pseudo-element where it is one: "p", "li::marker"; "" for none."""
    return box.element_tag or ""


def stands_for_element(box: Any) -> bool:
    """Distinguish a box that was made for an element from anonymous boxes and pseudo-elements."""
    return box.element is not None and box.element_tag == box.element.tag


def style(box: Any, name: str) -> Any:
    """Return a computed CSS property of a box; `name` is written with underscores."""
    return box.style[name]


# -- words ---------------------------------------------------------------------------------------


def text(box: Any) -> str:
    """Return the words of a text box; "" for every other box."""
    return getattr(box, "text", "")


def texts(box: Any) -> Iterator[str]:
    """Yield the text of each text box in a box, in reading order."""
    if words := text(box):
        yield words
    for child in children(box):
        yield from texts(child)


def lines(box: Any) -> Iterator[str]:
    """Yield the text of each line in a box, without chances to wrap it."""
    if kind(box) == "LineBox":
        yield "".join(texts(box)).replace("\u200b", "")
        return
    for child in children(box):
        yield from lines(child)


# -- where a box stands --------------------------------------------------------------------------


def sheet(page: Any) -> Area:
    """Return the whole page with its margins."""
    return Area(0, 0, page.margin_width(), page.margin_height())


def content_area(box: Any) -> Area:
    """Return the area inside the padding of a box."""
    left, top = box.content_box_x(), box.content_box_y()
    return Area(left, top, left + box.width, top + box.height)


def border_area(box: Any) -> Area:
    """Return the area of a box up to the outer edge of its border."""
    left, top = box.position_x + box.margin_left, box.position_y + box.margin_top
    return Area(left, top, left + box.border_width(), top + box.border_height())


def line_area(line: Any) -> Area:
    """Return the area of a line box."""
    return Area(line.position_x, line.position_y, line.position_x + line.width, line.position_y + line.height)


def outer_extent(box: Any) -> tuple[float, float]:
    """Return the upper and the lower edge of a block with its margins."""
    return box.position_y, box.position_y + box.margin_height()


def content_height(box: Any) -> float | None:
    """Return the height inside the padding of a box; None where layout left it open."""
    return box.height if isinstance(box.height, (int, float)) else None


def glyph_area(run: Any, above: float, below: float) -> Area:
    """Return the area of a text box between two lines, `above` and `below` its baseline in parts of the font size."""
    size, baseline = run.style["font_size"], run.position_y + run.baseline
    return Area(run.position_x, baseline - above * size, run.position_x + run.width, baseline + below * size)
