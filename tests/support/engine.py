"""WeasyPrint with other patches than those of a build, and the boxes that it lays out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bifolio.layout.weasyprint.loader import applied, load, wanted_patches
from bifolio.layout.weasyprint.patches import Patch, Patches
from tests.conftest import ROOT

FONTS = ROOT / "styles" / "fonts"


@contextmanager
def engine_with(*patches: Patch) -> Iterator[Any]:
    """Return WeasyPrint with these patches alone: without any, it is as upstream releases it."""
    weasyprint = load(FONTS)
    applied.undo()
    try:
        with patched(*patches):
            yield weasyprint
    finally:
        for patch in wanted_patches():
            patch(applied)


@contextmanager
def patched(*patches: Patch) -> Iterator[None]:
    """Apply patches to WeasyPrint as it is, in a block."""
    own = Patches()
    try:
        for patch in patches:
            patch(own)
        yield
    finally:
        own.undo()


def page(body: str, styles: str = "") -> str:
    """Write a document with a title and a language."""
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>T</title><style>{styles}</style></head>"
        f"<body>{body}</body></html>"
    )


def boxes_of(document: Any, number: int = 0) -> list[Any]:
    """Return all boxes of a page of a `weasyprint.Document`, in reading order."""
    return list(_boxes(document.pages[number]._page_box))


def _boxes(box: Any) -> Iterator[Any]:
    box = getattr(box, "_box", box)  # what is placed absolutely stands behind a placeholder
    yield box
    for child in getattr(box, "children", ()):
        yield from _boxes(child)
