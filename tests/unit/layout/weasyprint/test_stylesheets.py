"""layout.weasyprint.stylesheets: each layer is parsed once, and all of them say what they say together."""

from __future__ import annotations

import pytest

from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from bifolio.layout.pages import read_styles
from bifolio.layout.render import render
from bifolio.layout.weasyprint import stylesheets
from tests.support.engine import FONTS, page
from tests.support.making import composer_of, html_of

pytestmark = pytest.mark.layout


def test_styles_in_pieces_say_what_they_say_together(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each layer is parsed by itself, once; the order of all of them, and of their rules, is as it was written."""
    html = html_of(pipeline, "steady-now", "letter", "calm", "us", "en")
    late = (
        "@layer base { i { top: 0 } b { top: 0 } p { color: #123456 } h1 { color: #123456 } }\n"
        "@layer base { p { color: #654321 } }\n@layer parts { h1, p { margin-left: 3mm } }\nh1 { color: #654321 }"
    )
    odd = html.replace("</style>", f"\n{late}</style>", 1)
    in_pieces = [render(page, FONTS, "test").pdf for page in (html, odd)]
    monkeypatch.setattr(stylesheets, "parse", stylesheets._parse)
    assert in_pieces == [render(page, FONTS, "test").pdf for page in (html, odd)]
    assert in_pieces[0] != in_pieces[1]


def test_a_component_is_parsed_once(pipeline: Pipeline) -> None:
    stylesheets._parse_once.cache_clear()
    known = []
    for item in ("steady-now", "my-log"):
        render(html_of(pipeline, item, "letter", "calm", "us", "en"), FONTS, "test")
        known.append(stylesheets._parse_once.cache_info().misses)
    assert known[0] > 20 > 2 * (known[1] - known[0])


def test_styles_that_were_read_before_are_known_to_the_pages(
    pipeline: Pipeline, repository: Repository
) -> None:
    """A worker reads them while the handout itself is being read: only those of its blocks are left."""
    stylesheets._parse_once.cache_clear()
    read_styles(composer_of(pipeline, "letter", "calm", "us", "en").stylesheet.page(), FONTS)
    shared = stylesheets._parse_once.cache_info().misses
    render(html_of(pipeline, "steady-now", "letter", "calm", "us", "en"), FONTS, "test")
    with_its_pictures = 1
    left = stylesheets._parse_once.cache_info().misses - shared
    assert left == len(repository.handout("steady-now").block_kinds) + with_its_pictures
    assert shared > left


def test_styles_with_fonts_of_their_own_are_not_read_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are parsed with each document, as the files of such fonts are there no longer than it."""
    monkeypatch.setattr(stylesheets, "_parse", lambda _: pytest.fail("nobody would know of it later"))
    read_styles("@font-face { font-family: Own; src: url(data:font/ttf;base64,AAAA) }", FONTS)


def test_fonts_are_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine would build a font map for each layout, and never give one back."""
    render(page("<p>One.</p>"), FONTS, "test")

    def again() -> None:
        pytest.fail("a font map of its own")

    monkeypatch.setattr("weasyprint.document.FontConfiguration", again)
    monkeypatch.setattr("weasyprint.text.fonts.FontConfiguration", again)
    render(page("<p>Two.</p>"), FONTS, "test")
