"""palette, for any seed that a clinic may bring: what is written can be read, what is drawn can be seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from coloraide import Color

from bifolio.branding.nearest_shade import contrast, nearest_safe
from bifolio.branding.palette import (
    NIGHT,
    PAPER,
    ROLES,
    SENTINELS,
    derive,
    derive_night,
    shades,
)

READ = {  # text → the grounds it stands on, and the least contrast (WCAG 2.2: 4.5 is AA, 7 is AAA)
    "ink": (("paper", "wash", "panel", "veil", "neutral", "help-wash"), 7.0),
    "ink2": (("paper", "wash", "panel", "neutral", "help-wash"), 7.0),
    "deep": (("paper", "wash", "panel", "neutral"), 4.5),
    "help": (("paper", "help-wash"), 7.0),
}

DRAWN = {
    "mid": (("paper", "wash", "panel", "neutral"), 3.0),
    "line": (("paper",), 3.0),
    "title": (("paper",), 3.0),
}
"""Lines that carry meaning: WCAG 2.2, 1.4.11."""


def _random_seeds(number: int) -> Iterator[str]:
    for index in range(number):
        yield f"#{hashlib.sha256(str(index).encode()).hexdigest()[:6]}"


def _grid_of_seeds() -> Iterator[str]:
    for hue in range(0, 360, 15):
        for chroma in (0.0, 0.03, 0.12, 0.3):
            for lightness in (0.0, 0.3, 0.6, 0.715, 0.725, 0.9, 1.0):
                colour = Color("oklch", [lightness, chroma, hue])
                yield str(colour.convert("srgb").clip().to_string(hex=True))


@pytest.fixture(scope="module")
def palettes() -> dict[str, dict[str, str]]:
    seeds = dict.fromkeys([*_random_seeds(600), *_grid_of_seeds()])
    assert len(seeds) > 900
    return {seed: {"paper": PAPER, **derive(seed)} for seed in seeds}


@pytest.fixture(scope="module")
def nights(palettes: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {seed: derive_night(seed) for seed in palettes}


@pytest.mark.parametrize(("role", "ground"), [(r, g) for r, (grounds, _) in READ.items() for g in grounds])
def test_words_can_be_read(role: str, ground: str, palettes: dict[str, dict[str, str]]) -> None:
    worst = min((contrast(colours[role], colours[ground]), seed) for seed, colours in palettes.items())
    assert worst[0] >= READ[role][1], worst


@pytest.mark.parametrize(("role", "ground"), [(r, g) for r, (grounds, _) in DRAWN.items() for g in grounds])
def test_lines_can_be_seen(role: str, ground: str, palettes: dict[str, dict[str, str]]) -> None:
    worst = min((contrast(colours[role], colours[ground]), seed) for seed, colours in palettes.items())
    assert worst[0] >= DRAWN[role][1], worst


@pytest.mark.parametrize(
    ("role", "ground", "least"),
    [(role, ground, least) for role, (grounds, least) in (READ | DRAWN).items() for ground in grounds],
)
def test_all_holds_in_the_dark(
    role: str, ground: str, least: float, nights: dict[str, dict[str, str]]
) -> None:
    worst = min((contrast(colours[role], colours[ground]), seed) for seed, colours in nights.items())
    assert worst[0] >= least, worst


def test_the_dark_has_the_roles_of_the_day_and_its_own_paper(nights: dict[str, dict[str, str]]) -> None:
    assert list(NIGHT) == [*ROLES, "paper"]
    for colours in nights.values():
        assert contrast(colours["paper"], "#ffffff") > 14, "dark, and for words on a ground of help, too"
        assert contrast(colours["paper"], colours["help"]) >= 7


@pytest.mark.parametrize(("ground", "least"), [("deep", 4.5), ("help", 7)])
def test_white_words_can_be_read(ground: str, least: float, palettes: dict[str, dict[str, str]]) -> None:
    worst = min((contrast("#ffffff", colours[ground]), seed) for seed, colours in palettes.items())
    assert worst[0] >= least, worst


def test_help_looks_unlike_the_brand(palettes: dict[str, dict[str, str]]) -> None:
    """Its hue is 40 degrees or more from the seed's, and from that of the titles; a grey brand has no hue."""
    near = []
    for seed, colours in palettes.items():
        _, chroma, hue = Color(seed).convert("oklch").coords(nans=False)
        if chroma <= 0.02:
            continue
        helps = Color(colours["help"]).convert("oklch")["hue"]
        _, shown_chroma, shown_hue = Color(colours["deep"]).convert("oklch").coords(nans=False)
        hues = [hue, shown_hue] if shown_chroma > 0.02 else [hue]
        if min(abs((other - helps + 180) % 360 - 180) for other in hues) < 40:
            near.append(seed)
    assert near == []


def test_every_role_is_a_colour_of_its_own_on_a_plate(palettes: dict[str, dict[str, str]]) -> None:
    """A sentinel is told from every other, and no brand's colour is ever taken for one."""
    assert list(SENTINELS) == list(ROLES)
    assert len(set(SENTINELS.values())) == len(SENTINELS)
    used = {colour for colours in palettes.values() for colour in colours.values()}
    assert used.isdisjoint(SENTINELS.values())


def test_lightness_of_a_tint_is_that_of_its_role(palettes: dict[str, dict[str, str]]) -> None:
    """Outside sRGB chroma gives way, never lightness; ornaments are lighter if the lines in them ask for it."""
    for seed, colours in palettes.items():
        for name, role in ROLES.items():
            if name in ("flag", "leaf") or not role.lightness:
                continue
            allowed = {role.lightness, *(role.light_seed or ())[:1]}
            level = Color(colours[name]).convert("oklch")["lightness"]
            lighter = name in ("shade", "soft", "veil") and min(allowed) < level < 0.94
            assert lighter or min(abs(level - wanted) for wanted in allowed) < 0.006, (seed, name)


def test_hue_stays(palettes: dict[str, dict[str, str]]) -> None:
    """What is printed is the brand's own hue, or one next to it; 8-bit rounding and pale tints move it, too."""
    moved = []
    for seed, colours in palettes.items():
        _, chroma, hue = Color(seed).convert("oklch").coords(nans=False)
        if chroma < 0.03:
            continue
        for name in ("title", "deep", "mid", "line", "soft"):
            _, shown_chroma, shown = Color(colours[name]).convert("oklch").coords(nans=False)
            if shown_chroma > 0.02 and abs((shown - hue + 180) % 360 - 180) > 9.5:
                moved.append((seed, name, shown - hue))
    assert moved == []


def test_every_shade_of_the_report_is_safe(palettes: dict[str, dict[str, str]]) -> None:
    for seed in list(palettes)[::10]:
        assert [shade for shade in shades(seed) if shade.contrast_after < shade.least] == [], seed


@pytest.mark.parametrize(
    ("ground", "least"), [("#ffffff", 4.5), ("#ffffff", 7.0), ("#000000", 4.5), ("#777777", 4.4)]
)
def test_nearest_safe_shade_is_safe_near_and_of_the_same_hue(
    ground: str, least: float, palettes: dict[str, dict[str, str]]
) -> None:
    for seed in list(palettes)[::10]:
        safe = nearest_safe(seed, ground, least)
        assert contrast(safe, ground) >= least, seed
        if contrast(seed, ground) >= least:
            assert safe == seed
            continue
        assert contrast(safe, ground) < least * 1.06, (seed, safe)  # no further than need be
        _, chroma, hue = Color(seed).convert("oklch").coords(nans=False)
        _, shown_chroma, shown = Color(safe).convert("oklch").coords(nans=False)
        if min(chroma, shown_chroma) > 0.03:
            assert abs((shown - hue + 180) % 360 - 180) <= 8.01, (seed, safe)
