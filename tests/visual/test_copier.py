"""Visual: what a black-and-white copier leaves of a page.

A copier loses tints and colour: what is light becomes white, all else black. Things that mean different things are
set here with the same words and must still look different after it, by shape, sign, frame or drawing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from PIL import Image

from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from tests.support import pictures
from tests.support.gallery import DPI, crop, difference
from tests.support.making import composer_of, inker_of, plate_of
from tests.support.samples import Sampler

THEMES = ("calm", "high-contrast", "ink-saver")
SAME = "The same words stand here."
LIGHT = 176
"""A grey lighter than this, of 255, is lost: tints, grounds, pale lines."""

LEAST = 20
"""By how many pixels of 0.23 mm two meanings differ at least: the arm of a cross, the stroke of a tick."""


def _copied(page: Image.Image) -> Image.Image:
    return page.convert("L").point(lambda grey: 255 if grey > LIGHT else 0).convert("RGB")


def _callout(tone: str) -> dict[str, Any]:
    return {"callout": {"tone": tone, "title": "A title", "text": SAME}}


def _exit(tone: str) -> dict[str, Any]:
    way = {"answer": "Yes.", "text": SAME, "tone": tone}
    question = {"ask": "A question?", "onward": "No", "exits": [way]}
    return {"decision_flow": {"alt": "A question.", "questions": [question], "end": SAME}}


def _half(sign: str) -> dict[str, Any]:
    halves = [
        {"title": "A title", "sign": sign, "items": [SAME]},
        {"title": "Other", "sign": "none", "items": [SAME]},
    ]
    return {"two_column": {"left": halves[0], "right": halves[1]}}


MEANINGS: dict[str, tuple[dict[str, Any], ...]] = {
    "tones of a callout": tuple(_callout(tone) for tone in ("calm", "note", "caution", "stop")),
    "ways out of a flow": tuple(_exit(tone) for tone in ("calm", "help")),
    "signs over a list": tuple(_half(sign) for sign in ("helps", "hurts", "none")),
}


@pytest.fixture(scope="module", params=THEMES)
def copied(request: pytest.FixtureRequest, repository: Repository, pipeline: Pipeline) -> Callable[..., Any]:
    """Return a block as a copier leaves it, one page each, in one theme."""
    composer = composer_of(pipeline, "letter", request.param, "us", "en")
    sampler = Sampler(repository)
    body: list[Any] = ["page_break"]
    for blocks in MEANINGS.values():
        for block in blocks:
            body += [block, "page_break"]
    plate = plate_of(pipeline, sampler.compose(sampler.handout(body), composer), "copier")
    inker = inker_of(pipeline, "harbour", "letter", request.param, "us", "en")
    pages = [crop(_copied(page)) for page in pictures.pages(inker.ink(plate), dpi=2 * DPI)[1:-1]]
    found, at = {}, 0
    for name, blocks in MEANINGS.items():
        found[name] = pages[at : at + len(blocks)]
        at += len(blocks)
    assert at == len(pages)
    return found.__getitem__


def _apart(one: Image.Image, other: Image.Image) -> int:
    share, seen = difference(one, other)
    return round(share * seen.width * seen.height)


@pytest.mark.parametrize("name", MEANINGS)
def test_what_differs_in_meaning_differs_on_a_copy(name: str, copied: Callable[..., Any]) -> None:
    for one, other in combinations(copied(name), 2):
        assert _apart(one, other) >= LEAST


def test_the_rows_of_help_differ_by_their_leaf(repository: Repository) -> None:
    """Whole, half, open: three drawings, so that neither fill nor word is needed."""
    icons = repository.files.path("styles") / "icons"
    drawn = {(icons / f"help-{name}.svg").read_text("utf-8") for name in ("now", "soon", "when_you_can")}
    assert len(drawn) == 3


@pytest.mark.parametrize("figure", ["reasons", "traffic"])
def test_a_figure_is_read_without_its_fills(figure: str, repository: Repository, pipeline: Pipeline) -> None:
    """Leaves and signals of different kinds have different shapes: paths, not tints."""
    composer = composer_of(pipeline, "letter", "ink-saver", "us", "en")
    sampler = Sampler(repository)
    svg = (
        sampler.compose(sampler.handout([{"figure": figure}]), composer)
        .partition("<figure")[2]
        .partition("</svg>")[0]
    )
    for tint in ("soft", "shade", "wash", "veil", "help-wash"):
        assert composer.palette[tint] == composer.palette["paper"]
    pattern = r'<g transform="[^"]*">(.*?)</g>' if figure == "reasons" else r' d="[^"]+"'
    shapes = re.findall(pattern, svg, re.DOTALL)
    assert len({re.sub(r"\s+", " ", shape) for shape in shapes}) >= 3


def test_a_difference_of_colour_alone_is_found() -> None:
    """The check itself: two tints, or two dark colours, are one thing to a copier."""
    tints = [Image.new("RGB", (200, 100), colour) for colour in ("#e8f3f8", "#fdeee8")]
    darks = [Image.new("RGB", (200, 100), colour) for colour in ("#7c3a1d", "#004652")]
    for one, other in (tints, darks):
        assert _apart(_copied(one), _copied(other)) == 0
