"""The shade nearest to a colour, searched for among all that sRGB has: slow, and without any idea of how to find it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from coloraide import Color

from bifolio.branding.nearest_shade import has_contrast

SEEDS = (
    *("#e6007e", "#ff69b4", "#ffc0cb", "#d6336c", "#ad1457", "#f06292"),  # pink
    *("#ff0000", "#d62828", "#b00020", "#ff6f61", "#c0392b", "#7f1d1d"),  # red
    *("#ff6600", "#ed8b00", "#ffa500", "#f4a261", "#c2410c", "#7c2d12"),  # orange
    *("#ffff00", "#ffd60a", "#fcba03", "#f9e79f", "#b8860b", "#8a6d00"),  # yellow
    *("#a4de02", "#39ff14", "#7cb342", "#39b54a", "#2f5d46", "#14532d"),  # green
    *("#00a499", "#1abc9c", "#1d5a68", "#00ffff", "#00b5e2", "#0e7490"),  # teal and cyan
    *("#00aaff", "#41b6e6", "#005eb8", "#0000ff", "#3c5a80", "#14213d"),  # blue
    *("#7c3aed", "#a78bfa", "#5b21b6", "#6f42c1", "#8e44ad", "#4a148c"),  # violet
    *("#ff10f0", "#c400c3", "#7a3b69", "#d8bfd8", "#9b5de5", "#f15bb5"),  # magenta
    *("#000000", "#808080", "#9ca3af", "#d2b48c", "#795548", "#ffffff"),  # greys and browns
)
"""Sixty colours as brands have them, six of each hue and six of none."""


def distance(one: str, other: str) -> float:
    """Return ΔE2000 of two colours."""
    return float(Color(one).delta_e(Color(other), method="2000"))


def turned(one: str, other: str) -> float:
    """Return by how many degrees the hues of two colours differ in OKLCH; 0 where one of them has none."""
    (_, chroma, hue), (_, other_chroma, other_hue) = (
        Color(colour).convert("oklch").coords(nans=False) for colour in (one, other)
    )
    return abs((hue - other_hue + 180) % 360 - 180) if min(chroma, other_chroma) > 0.02 else 0.0


def smallest_distance(seed: str, grounds: Sequence[str], least: float) -> float:
    """Return the smallest ΔE2000 of any colour of sRGB with enough contrast, from a grid that gets finer."""
    if has_contrast(seed, grounds, least):
        return 0.0
    best, smallest = (0, 0, 0), distance(seed, "#000000")
    for step in (12, 4, 1):
        for channels in _grid(best, step):
            shade = "#{:02x}{:02x}{:02x}".format(*channels)
            if has_contrast(shade, grounds, least) and not has_contrast(shade, grounds, least * 1.45):
                found = distance(seed, shade)
                if found < smallest:
                    best, smallest = channels, found
    return smallest


def _grid(around: Iterable[int], step: int) -> Iterator[tuple[int, ...]]:
    """Yield all colours in steps, or with smaller steps those around one."""
    if step == 12:
        ranges = [(*range(0, 255, step), 255)] * 3
    else:
        ranges = [sorted({min(max(channel + n * step, 0), 255) for n in range(-3, 4)}) for channel in around]
    return itertools.product(*ranges)
