"""Contrast of every theme, for the project's brands and for any colour that a clinic may bring (WCAG 2.2).

The pairs are those that the styles make: a test below reads them and holds the table of `palette` to them.
"""

from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bifolio.branding.palette import DEFAULT_SEED, TEXT, derive, tokens_of
from bifolio.branding.theme import weak
from bifolio.content.repository import Repository
from tests.conftest import ROOT

STYLES = ROOT / "styles"
THEMES = tuple(sorted(path.stem for path in (STYLES / "themes").glob("*.css")))

ADVERSARIAL = (
    "#ffff00",  # yellow
    "#ffd60a",
    "#39ff14",  # neon
    "#ff10f0",
    "#00ffff",
    "#010101",  # nearly black
    "#000000",
    "#0a0a2a",
    "#fdf6ff",  # pale
    "#fffff0",
    "#ffffff",
    "#808080",  # grey
    "#777777",
    "#bfbfbf",
    "#ff0000",
    "#0000ff",
    "#7c3a1d",  # the colour of help itself
)


@cache
def _tokens(theme: str) -> dict[str, str]:
    sheets = (STYLES / "tokens.css", STYLES / "themes" / f"{theme}.css")
    found: dict[str, str] = {}
    for sheet in sheets:
        found |= tokens_of(sheet.read_text("utf-8"))
    return found


def _faults(tokens: dict[str, str], seed: str) -> list[str]:
    return [
        f"{seed}: {role} on {ground} {ratio:.2f}, not {least}"
        for role, ground, ratio, least in weak(tokens, derive(seed))
    ]


def test_saw_known_themes_and_tokens() -> None:
    assert {"calm", "high-contrast", "ink-saver"} <= set(THEMES)
    assert _tokens("ink-saver")["wash"] == "var(--paper)"


@pytest.mark.parametrize("theme", THEMES)
def test_every_brand_of_the_project(theme: str, repository: Repository) -> None:
    assert "harbour" in repository.catalogue.brands
    for brand_id in repository.catalogue.brands:
        assert _faults(_tokens(theme), repository.brand(brand_id).color.seed or DEFAULT_SEED) == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("seed", ADVERSARIAL)
def test_seeds_that_are_hard_to_read(theme: str, seed: str) -> None:
    assert _faults(_tokens(theme), seed) == []


@settings(derandomize=True, deadline=None, max_examples=150)
@given(number=st.integers(0, 0xFFFFFF))
@example(number=0xFFFFFE)
@example(number=0x000001)
def test_any_seed(number: int) -> None:
    for theme in THEMES:
        assert _faults(_tokens(theme), f"#{number:06x}") == []


def test_a_theme_that_is_hard_to_read_is_found() -> None:
    pale = _tokens("calm") | {"ink2": "#999", "line": "var(--brand-hair)"}
    found = " ".join(_faults(pale, "#1d5a68"))
    assert "ink2 on paper 2.85" in found
    assert "line on paper" in found


# -- the table and the styles --------------------------------------------------------------------

_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SETS_TEXT = re.compile(r"(?<![\w-])color: var\(--([a-z0-9-]+)\)")
_SETS_GROUND = re.compile(r"background: var\(--([a-z0-9-]+)\)")

SOLID = {"deep", "help", "mid", "soft", "veil", "shade", "brand-logo-ground"}
"""Fills of drawn things, such as the leaf of a list, and what lies behind a logo: no ground of words."""


def test_the_table_names_every_colour_of_words_and_every_ground() -> None:
    written, grounds = set(), set()
    for sheet in STYLES.rglob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
        for _, body in _RULE.findall(text):
            written.update(_SETS_TEXT.findall(body))
            grounds.update(_SETS_GROUND.findall(body))
    assert {"ink", "cover-ink"} <= written
    assert written - {"paper"} == {role for role, *_ in TEXT}, "colours of words"
    known = {ground for _, grounds, _ in TEXT for ground in grounds}
    assert {"wash", "now-ground"} <= grounds
    assert sorted(grounds - known - SOLID) == [], "grounds"
