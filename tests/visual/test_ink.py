"""Visual: what a theme does to the toner.

Ink is measured on pages drawn at 300 dpi, where a line is as thin as in print: how dark they are on the whole. Words are counted apart, for no theme
may make them hard to read, and so are the clinic's logo and code, which are the clinic's. What is left are grounds,
fills, frames and lines, which is what a theme can save.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pikepdf
import pytest
from PIL import Image, ImageStat

from bifolio.build.pipeline import Pipeline
from bifolio.layout.ink import Inker, SlotSheet
from tests.conftest import THOROUGH
from tests.support import pictures
from tests.support.making import html_of, inker_of, plate_of

ITEMS = {"tears-and-closeness": "letter", "steady-now": "letter"}
if THOROUGH:
    ITEMS["why-tears-come"] = "a5"


_SHOWN = re.compile(rb"(?:\[[^\]]*\]|<[0-9a-fA-F]*>)\s*T[jJ]")
"""The operators that show text (ISO 32000-2, 9.4.3), as WeasyPrint writes them."""


def _pages(pipeline: Pipeline, item: str, theme: str, *, words: bool) -> list[Image.Image]:
    """Draw a handout without its clinic; without its words too, if asked."""
    html = html_of(pipeline, item, ITEMS[item], theme, "us", "en")
    clinic = inker_of(pipeline, "harbour", ITEMS[item], theme, "us", "en").clinic
    nobody = replace(clinic, sheet=SlotSheet(clinic.sheet.pdf, {}, {}), alts={}, links=(None,) * 4)
    pdf = Inker(nobody).ink(plate_of(pipeline, html, item))
    return pictures.pages(pdf if words else _without_words(pdf), dpi=300, mode="L")


def _without_words(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        forms = [
            item
            for item in document.objects
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Form"
        ]
        for stream in (*forms, *(page.Contents for page in document.pages)):
            stream.write(_SHOWN.sub(b"", stream.read_bytes()))
        document.save(out)
    return out.getvalue()


def _ink(pages: list[Image.Image]) -> float:
    """Return how much of the pages is covered: 0 is white, 1 is black all over."""
    shares = [1 - ImageStat.Stat(page).mean[0] / 255 for page in pages]
    return sum(shares) / len(shares)


def test_ink_saver_leaves_a_fifth_of_what_is_not_words(pipeline: Pipeline) -> None:
    """A fifth of the whole, and nowhere more than two: lines to write on stay lines to write on.

    The whole is a fifth with the grounds of the booklet, which takes long: `make thorough` counts it.
    """
    calm, saved = (
        {item: _ink(_pages(pipeline, item, theme, words=False)) for item in ITEMS}
        for theme in ("calm", "ink-saver")
    )
    assert min(calm.values()) > 0.01, "there is something to save"
    shares = {item: saved[item] / calm[item] for item in ITEMS}
    assert max(shares.values()) <= 2 / 5, shares
    if THOROUGH:
        assert sum(saved.values()) <= sum(calm.values()) / 5, shares


def test_words_stay_as_dark(pipeline: Pipeline) -> None:
    def words(theme: str) -> float:
        whole, bare = (_ink(_pages(pipeline, "steady-now", theme, words=kept)) for kept in (True, False))
        return whole - bare

    assert words("ink-saver") == pytest.approx(words("calm"), rel=0.15)
    assert words("high-contrast") > words("calm")
