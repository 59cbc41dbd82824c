"""Golden structure: pages, headings and tags as agreed, in a form that a person can read in a diff."""

from __future__ import annotations

import pikepdf
import pypdfium2 as pdfium
import pytest

from tests.support import tags

pytestmark = pytest.mark.layout

ITEMS = (
    "tears-and-closeness",
    "steady-now",
    "check-in-card",
    "when-your-partner-cries",
    "clinician-notes",
    "why-tears-come",
)
"""One of each kind."""


def test_one_of_each_kind(repository) -> None:
    kinds = {repository.handout(item).kind for item in repository.catalogue.handouts}
    assert {repository.handout(item).kind for item in ITEMS} == kinds
    assert len(ITEMS) == len(kinds) == 6


@pytest.mark.parametrize("item", ITEMS)
def test_tags(item, pdfs, golden) -> None:
    tree = tags.read(pdfs[item, "harbour"].read_bytes())
    golden.check("\n".join(tree.lines()), f"structure/{item}.tags.txt")


@pytest.mark.parametrize("item", ITEMS)
def test_outline(item, pdfs, golden) -> None:
    """Page by page: folio, side, size, and the first and last words."""
    path = pdfs[item, "harbour"]
    lines = []
    with pikepdf.open(path) as document:
        sizes = [tuple(round(float(v), 1) for v in page.mediabox) for page in document.pages]
        with document.open_outline() as outline:
            bookmarks = [entry.title for entry in outline.root]
    pages = pdfium.PdfDocument(path)
    for number, size in enumerate(sizes, 1):
        page = pages[number - 1]
        words = page.get_textpage().get_text_bounded().split()
        side = "recto" if number % 2 else "verso"
        lines.append(f"{number} {side} {size[2]} x {size[3]} pt")
        lines.append(f"  {' '.join(words[:9])} … {' '.join(words[-9:])}")
    pages.close()
    lines.append("bookmarks: " + " | ".join(bookmarks))
    golden.check("\n".join(lines), f"structure/{item}.outline.txt")
