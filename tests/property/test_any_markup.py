"""For any markup that a clinic's part may contain: an HTML parser puts words into no boxes that `collate` does not see."""

from __future__ import annotations

import re
from itertools import count
from xml.etree.ElementTree import Element

import tinyhtml5
from hypothesis import given, settings
from hypothesis import strategies as st

from bifolio.compose.allowed_markup import ELEMENTS, SVG_ELEMENTS, VOID
from bifolio.compose.page_reader import MalformedError, read

_SVG = 'xmlns="http://www.w3.org/2000/svg"'
_CLASSES = st.sampled_from(["", ' class="slot"', ' class="k"'])
_WORDS = st.sampled_from(["WORD ", "x ", "&amp; ", "<!-- x -->", "\n"])


def _element(name: str, attributes: str, inside: list[str]) -> str:
    if name in VOID or not inside:  # of these, all but the void ones are refused
        return f"<{name}{attributes}/>"
    return f"<{name}{attributes}>{''.join(inside)}</{name}>"


_DRAWN = st.recursive(
    _WORDS,
    lambda inner: st.builds(
        _element, st.sampled_from(sorted(SVG_ELEMENTS)), st.just(""), st.lists(inner, max_size=3)
    ),
    max_leaves=6,
)
_DRAWING = _DRAWN.map(lambda inside: f"<svg {_SVG}><title>t</title>{inside}</svg>")
_FLOW = st.recursive(
    _WORDS | _DRAWING,
    lambda inner: st.builds(
        _element, st.sampled_from(sorted(ELEMENTS)), _CLASSES, st.lists(inner, max_size=4)
    ),
    max_leaves=40,
)

Place = frozenset[tuple[str, str | None]]


def _as_html(markup: str) -> dict[str, Place]:
    """Return the boxes around each word as a browser would have them."""
    found: dict[str, Place] = {}

    def place(words: str | None, boxes: Place) -> None:
        found.update(dict.fromkeys(re.findall(r"W\d+;", words or ""), boxes))

    def look(element: Element, above: Place) -> None:
        inside = above
        if isinstance(element.tag, str):
            inside |= {(element.tag.rpartition("}")[2], element.get("class"))}
            place(element.text, inside)
        for kid in element:
            look(kid, inside)
            place(kid.tail, inside)

    look(tinyhtml5.parse(f"<!DOCTYPE html><html><head><title>t</title></head>{markup}</html>"), frozenset())
    return found


@given(st.lists(_FLOW, min_size=1, max_size=4))
@settings(max_examples=400, derandomize=True, deadline=None)
def test_an_html_parser_sees_the_page_that_was_checked(pieces: list[str]) -> None:
    numbers = count()
    markup = re.sub("WORD", lambda _: f"W{next(numbers)};", f"<body>{''.join(pieces)}</body>")
    try:
        sheet = read(markup, strictly=True)
    except MalformedError:
        return
    if sheet.refused:
        return
    html = _as_html(markup)
    for words, boxes in zip(sheet.runs, sheet.ancestors, strict=True):
        seen = {(box[0], dict(zip(box[1::2], box[2::2], strict=True)).get("class")) for box in boxes}
        for word in re.findall(r"W\d+;", words):
            assert word in html, "a word that a browser does not show"
            assert {box for box in html[word] if box[0] not in {"html", "tbody", "tr", "colgroup"}} <= seen
