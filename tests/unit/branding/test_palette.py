"""palette: known colours, known answers."""

from __future__ import annotations

import pytest

from bifolio.branding.nearest_shade import contrast, rgb
from bifolio.branding.palette import (
    LIGHT_SEED,
    ROLES,
    SENTINELS,
    derive,
    operands,
    sentinel_pattern,
)

YELLOW = "#ffd60a"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000", "#fff", 21.0),
        ("#fff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#ffff00", "#000000", 19.56),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize(("colour", "channels"), [("#1d5a68", (29, 90, 104)), ("#fff", (255, 255, 255))])
def test_rgb(colour: str, channels: tuple[int, int, int]) -> None:
    assert rgb(colour) == channels


def test_same_seed_same_palette() -> None:
    assert derive("#1d5a68") == derive("#1D5A68")
    assert list(derive("#1d5a68")) == list(ROLES)


def test_a_light_seed_is_a_ground_and_shows_once_as_it_is() -> None:
    light, dark = derive(YELLOW), derive("#1d5a68")
    assert light["flag"] == YELLOW
    assert dark["flag"] == "#ffffff"
    assert light["panel"] != light["wash"]
    assert dark["panel"] == dark["wash"]
    assert 0.7 < LIGHT_SEED < 0.75


def test_help_is_rust_or_ink_blue() -> None:
    rust, blue = derive("#1d5a68")["help"], derive("#c0392b")["help"]
    red, _, its_blue = rgb(rust)
    assert red > its_blue
    red, _, its_blue = rgb(blue)
    assert red < its_blue
    assert derive("#888888")["help"] == rust, "a grey brand keeps the usual colour"


def test_grey_stays_grey() -> None:
    for seed in ("#000000", "#808080", "#ffffff"):
        colours = derive(seed)
        assert all(len(set(rgb(colours[role]))) == 1 for role in ("ink", "deep", "mid", "wash"))


@pytest.mark.parametrize("seed", ["", "blue-ish", "#12", "12345"])
def test_no_colour_is_an_error(seed: str) -> None:
    with pytest.raises(ValueError):
        derive(seed)


def test_sentinels_are_colours_that_nobody_picks() -> None:
    assert len(SENTINELS) == len(ROLES)
    for colour in SENTINELS.values():
        red, green, blue = rgb(colour)
        assert (red, green) == (0xB1, 0xF0)
        assert 0x51 <= blue < 0x51 + len(ROLES)


def test_a_number_that_only_ends_like_a_sentinel_is_none() -> None:
    written = operands(SENTINELS["deep"])
    for before in (b"", b"\n", b"q "):
        found = sentinel_pattern().search(before + written + b" rg")
        assert found
        assert (found[1], found[2]) == (written, b"rg")
    for before in (b"1", b"."):
        assert sentinel_pattern().search(before + written + b" rg") is None
