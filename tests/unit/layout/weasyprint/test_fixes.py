"""layout.weasyprint.fixes: each page comes out right with its fix, and still wrong without it.

A test of `without` that fails says that WeasyPrint no longer needs the fix: delete both.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pikepdf
import pytest

from bifolio.layout.weasyprint import fixes
from bifolio.layout.weasyprint.patches import Patch
from tests.support.engine import boxes_of, engine_with, page

pytestmark = pytest.mark.layout

PLACED = "<i style='position: absolute; left: 0'>mark</i>"


@contextmanager
def _with(fix: Patch, *, applied: bool) -> Iterator[Any]:
    with engine_with(*([fix] if applied else [])) as weasyprint:
        yield weasyprint


def test_every_fix_names_the_test_that_retires_it() -> None:
    for fix in fixes.FIXES:
        words = " ".join((fix.__doc__ or "").split())
        assert re.search(r"Upstream: (Kozea/WeasyPrint#\d+|not reported)", words), fix
        (test,) = re.findall(r"Can go when: (test_\w+)", words)
        assert test in globals(), fix
    assert len(fixes.FIXES) == len(set(fixes.FIXES))


# -- layout --------------------------------------------------------------------------------------

FLEX = "@page { size: 100mm 60mm; margin: 10mm } * { margin: 0 } p { font: 12pt/6mm 'Literata' }"


@pytest.mark.parametrize("inside", ["auto", "avoid"])
@pytest.mark.parametrize("applied", [True, False], ids=["with", "without"])
def test_flex_box_leaves_no_empty_frame(applied: bool, inside: str) -> None:
    """The page has 40 mm. The words of the row end at 36.5; what is below them and the border does not fit."""
    row = f"display: flex; break-inside: {inside}; border: .5mm solid; padding-bottom: 3.9mm"
    body = "<p>One.</p>" * 5 + f"<div style='{row}'><p>A</p><p>B</p>{PLACED}</div>" + "<p>Two.</p>"
    with _with(fixes.move_whole_flex_boxes_to_next_page, applied=applied) as weasyprint:
        document = weasyprint.HTML(string=page(body, FLEX)).render()
    found = [boxes_of(document, number) for number in range(len(document.pages))]
    rows = [[box for box in boxes if box.element_tag == "div"] for boxes in found]
    marks = [[box for box in boxes if getattr(box, "text", None) == "mark"] for boxes in found]
    assert [len(row) for row in rows] == ([0, 1] if applied else [1, 1]), "an empty frame, then the row"
    assert len([child for child in rows[1][0].children if child.is_in_normal_flow()]) == 2
    if applied:
        assert [len(mark) for mark in marks] == [0, 1], "what is placed in the row goes with it"


@pytest.mark.parametrize("inside", ["auto", "avoid"])
def test_flex_box_of_many_rows_is_broken(inside: str) -> None:
    body = f"<div style='display: flex; flex-wrap: wrap; break-inside: {inside}'>{'<p>A</p>' * 9}</div>"
    with engine_with(fixes.move_whole_flex_boxes_to_next_page) as weasyprint:
        html = page("<p>One.</p>" * 3 + body, FLEX + " p { width: 100% }")
        document = weasyprint.HTML(string=html).render()
    found = [box for number in range(len(document.pages)) for box in boxes_of(document, number)]
    rows = [box for box in found if box.element_tag == "div"]
    assert [len(row.children) for row in rows] == [6, 3]


@pytest.mark.parametrize(
    ("applied", "direction", "height_mm"),
    [(True, "row", 50), (True, "row-reverse", 50), (True, "column", 59), (False, "row", 59)],
)
def test_row_items_are_as_high_as_their_content(applied: bool, direction: str, height_mm: int) -> None:
    """Seven lines of 6 mm, and above them a fifth of the 40 mm that each item has, not of a single line's length."""
    styles = FLEX.replace("60mm", "200mm")
    item = f"<div style='flex: 1 1 auto'><p style='padding-top: 20%'>{'Words and words. ' * 7}</p></div>"
    body = f"<div style='display: flex; flex-direction: {direction}'>{item * 2}</div>"
    with _with(fixes.leave_height_of_row_items_to_layout, applied=applied) as weasyprint:
        document = weasyprint.HTML(string=page(body, styles)).render()
    items = [box for box in boxes_of(document) if box.is_flex_item]
    heights = [round(box.height * 25.4 / 96) for box in items]
    assert heights == [height_mm] * 2


# -- tags and metadata ---------------------------------------------------------------------------


def _pdf(fix: Patch, html: str, *, applied: bool, variant: str = "pdf/ua-1") -> pikepdf.Pdf:
    with _with(fix, applied=applied) as weasyprint, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # see test_colour_profile_is_closed
        pdf = weasyprint.HTML(string=html).write_pdf(pdf_variant=variant)
    return pikepdf.open(io.BytesIO(pdf))


@pytest.mark.parametrize("applied", [True, False], ids=["with", "without"])
def test_running_heads_are_artifacts(applied: bool) -> None:
    html = page("<p>Words.</p>", "@page { @top-center { content: 'A running head' } }")
    with _pdf(fixes.mark_page_margins_as_artifacts, html, applied=applied) as document:
        content = document.pages[0].Contents.read_bytes()
        assert (content.count(b"/Artifact\n<</Type/Pagination>>\nBDC") == 1) == applied
        held = set(_numbers(document.Root.StructTreeRoot.K))
        (row,) = (
            one for one in document.Root.StructTreeRoot.ParentTree.Nums if isinstance(one, pikepdf.Array)
        )
        marks = len(re.findall(rb"<</MCID \d+>>", content))
        assert marks == len(row) == (1 if applied else 2)
        assert all(element.objgen[0] in held for element in row) == applied


def _numbers(node: Any) -> Iterator[int]:
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from _numbers(kid)
    elif isinstance(node, pikepdf.Dictionary):
        yield node.objgen[0]
        yield from _numbers(node.get("/K", None))


@pytest.mark.parametrize("applied", [True, False], ids=["with", "without"])
def test_link_around_elements_is_annotated_once(applied: bool) -> None:
    html = page("<p><a href='https://example.org'><strong>bold</strong> and plain</a></p>")
    with _pdf(fixes.annotate_each_link_once, html, applied=applied) as document:
        assert (len(document.pages[0].obj.Annots) == 1) == applied


@pytest.mark.parametrize("applied", [True, False], ids=["with", "without"])
def test_pdf_a_declares_pdf_ua(applied: bool) -> None:
    html = page("<p>Words.</p>")
    with _pdf(fixes.declare_pdf_ua_in_pdf_a, html, applied=applied, variant="pdf/a-3a") as document:
        metadata = document.Root.Metadata.read_bytes()
    assert (b"<pdfuaid:part>1</pdfuaid:part>" in metadata) == applied
    assert b'pdfaid:part="3"' in metadata


@pytest.mark.parametrize("applied", [True, False], ids=["with", "without"])
def test_colour_profile_is_closed(applied: bool) -> None:
    with _with(fixes.close_colour_profile, applied=applied) as weasyprint:
        document = weasyprint.HTML(string=page("<p>Words.</p>")).render(pdf_variant="pdf/a-3a")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ResourceWarning)
            document.write_pdf(pdf_variant="pdf/a-3a")
    assert (not [one for one in caught if "sRGB2014.icc" in str(one.message)]) == applied
