"""Sixty colours of brands: on the page as they are wherever contrast allows, and elsewhere as near as can be.

What "near" can be is searched for in all of sRGB, see tests/support/colours.py. docs/colours.md is the table.
"""

from __future__ import annotations

from functools import cache

import pytest

from bifolio.branding.nearest_shade import contrast, has_contrast
from bifolio.branding.palette import CONTRAST, Seeds, derive, derive_night
from tests.support.colours import SEEDS, distance, smallest_distance, turned
from tests.support.golden import Golden

PAPER = "#ffffff"
GROUNDS = ("paper", "wash", "panel", "neutral")
USES = {"title": (("paper",), 3.0), "mid": (GROUNDS, 3.0), "deep": (GROUNDS, 4.5)}
"""Large titles, rules, and words and signs: on what they stand, and the contrast that they need."""


@cache
def _row(seed: str) -> list[tuple[str, str, float, float, float]]:
    """Return for each use its name, its shade, how far that is from the seed, how near any can be, and the turn of hue."""
    colours = {"paper": PAPER, **derive(seed)}
    row = []
    for use, (names, least) in USES.items():
        grounds = tuple(colours[name] for name in names)
        shade = colours[use]
        assert has_contrast(shade, grounds, least), f"{seed}: {use}"
        assert shade == seed or not has_contrast(seed, grounds, least), f"{seed} could be {use} as it is"
        nearest = smallest_distance(seed, grounds, least)
        row.append((use, shade, distance(seed, shade), nearest, turned(seed, shade)))
    return row


@pytest.mark.property
@pytest.mark.parametrize("seed", SEEDS)
def test_own_colour_or_the_nearest_that_can_be_read(seed: str) -> None:
    for use, shade, far, nearest, hue in _row(seed):
        assert far <= nearest * 1.1 + 0.02, (
            f"{use}: {shade} is {far:.2f} from {seed}, and {nearest:.2f} can be had"
        )
        assert hue <= 8, f"{use}: {shade} is {hue:.1f} degrees from {seed}"


@pytest.mark.parametrize("seed", SEEDS)
def test_own_colour_stands_on_the_page_if_anything_on_it_may_have_it(seed: str) -> None:
    assert (seed in derive(seed).values()) or contrast(seed, PAPER) < 3.0


@pytest.mark.property
def test_the_table_is_fresh(golden: Golden) -> None:
    lines = [
        "# Sixty colours",
        "",
        "What becomes of a brand's own colour. Large titles need a contrast of 3 : 1 on paper, rules 3 : 1 on paper and",
        "panels, headings and other words 4.5 : 1 on both. Beside each shade: its ΔE2000 from the colour, and the smallest",
        "that any shade of such contrast can have. `pytest tests/property/test_own_colour.py --update-golden` writes this.",
        "",
        "| Colour | On white | Large titles | Rules | Headings |",
        "|---|---|---|---|---|",
    ]
    for seed in SEEDS:
        cells = [
            "as it is" if shade == seed else f"`{shade}` {far:.1f} ({nearest:.1f})"
            for _, shade, far, nearest, _ in _row(seed)
        ]
        lines.append(f"| `{seed}` | {contrast(seed, PAPER):.1f} | {' | '.join(cells)} |")
    table = "\n".join(lines) + "\n"
    golden.check(table, "../../docs/colours.md")


# -- the other colours of a brand ----------------------------------------------------------------

BRAND = Seeds("#00a499", "#ed8b00", "#231f20", "#fffaf0")


def test_each_colour_of_a_brand_has_an_effect() -> None:
    plain, whole = derive(BRAND.primary), derive(BRAND)
    assert whole["title"] == BRAND.primary
    assert turned(whole["mid"], "#ed8b00") <= 8
    assert turned(whole["soft"], "#ed8b00") <= 8
    assert whole["ink"] == "#231f20"
    assert whole["neutral"] == whole["wash"] == whole["panel"] == "#fffaf0"
    assert plain["mid"] != whole["mid"]


@pytest.mark.parametrize(
    ("more", "same"),
    [
        ({"secondary": "#6c757d"}, True),  # grey, as most style guides have it
        ({"background": "#ffffff"}, True),
        ({"background": "#101010"}, True),  # that of a dark site
        ({"foreground": "#888888"}, False),
        ({"background": "#e8d8b0"}, False),
    ],
)
def test_colours_that_nobody_could_read_are_made_legible(more: dict[str, str], same: bool) -> None:
    seeds = Seeds("#005eb8", **more)
    assert (derive(seeds) == derive(seeds.primary)) is same
    _is_legible(seeds)


@pytest.mark.property
@pytest.mark.parametrize("seed", SEEDS)
def test_all_is_legible_with_any_other_colours(seed: str) -> None:
    at = SEEDS.index(seed)
    others = [SEEDS[(at * step + 7) % len(SEEDS)] for step in (3, 7, 11)]
    _is_legible(Seeds(seed, *others))
    night = derive_night(Seeds(seed, *others))
    assert contrast(night["title"], night["paper"]) >= 4.5


def _is_legible(seeds: Seeds) -> None:
    colours = {"paper": PAPER, **derive(seeds)}
    for name, grounds, least in CONTRAST:
        for ground in grounds:
            if name in colours and ground in colours:
                ratio = contrast(colours[name], colours[ground])
                assert ratio >= least, f"{seeds}: {name} on {ground} {ratio:.2f}"
    assert contrast(colours["soft"], colours["leaf"]) >= 3, seeds
