"""A colour that lacks contrast → the shade nearest to it that has it.

"Nearest" is the smallest ΔE2000 (CIE 142-2001) among shades of about the same hue: within 7.5 degrees in OKLCH, so that
pink stays pink and no yellow turns green. Such a shade is as dark, or as light, as the contrast asks and no more, and has
of the colour's chroma what sRGB holds at that lightness.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product

_HUES = (0.0, -5.0, 5.0)
_CHROMAS = (1.0, 0.8, 0.6)
_MOST_TURNED = 7.5
_MOST_ROUNDED = 8.0
_BARELY = 0.03
"""Chroma in OKLCH below which nobody sees a hue."""

_LAST_CHOICE = 1000.0

_NEAR = 3.0
"""ΔE2000 of a shade so near that a step of 8 bits counts."""


@lru_cache(maxsize=512)
def nearest_safe(colour: str, grounds: str | tuple[str, ...] = "#ffffff", least: float = 4.5) -> str:
    """Return the colour itself if it has enough contrast on all grounds, else the nearest shade that has.

    If no shade will do, black or white is the last resort.
    """
    grounds = (grounds,) if isinstance(grounds, str) else grounds
    if has_contrast(colour, grounds, least):
        return colour
    ends = sorted(("#000000", "#ffffff"), key=lambda end: -min(contrast(end, ground) for ground in grounds))
    if not has_contrast(ends[0], grounds, least):
        return ends[0]
    from coloraide import Color  # 0.3 s to import; a build whose palettes are cached does not need it

    _, chroma, hue = _oklch(colour)
    seed = Color(colour)
    if chroma < 0.003:  # a grey has no hue to speak of
        return _shade(0, 0, grounds, least, ends[0])
    found: dict[str, float] = {}
    measured: dict[tuple[float, float], float] = {}

    def distance(turned: float, share: float) -> float:
        if abs(turned) > _MOST_TURNED or not 0.2 <= share <= 1.3:
            return math.inf
        if (turned, share) not in measured:
            shade = _shade(chroma * share, hue + turned, grounds, least, ends[0])
            if shade not in found:
                far = 0 if _is_alike(shade, chroma, hue) else _LAST_CHOICE
                found[shade] = float(seed.delta_e(Color(shade), method="2000")) + far
            measured[turned, share] = found[shade]
        return measured[turned, share]

    best = min(((turned, share) for turned in _HUES for share in _CHROMAS), key=lambda at: distance(*at))
    for step in (0.6, 0.3, 0.12):
        best = min(_around(best, step), key=lambda at: distance(*at))
    shade = min(found, key=lambda shade: found[shade])
    if found[shade] > _NEAR:
        return shade
    neighbours = (one for one in _neighbours(shade) if has_contrast(one, grounds, least))
    alike = (one for one in neighbours if _is_alike(one, chroma, hue))
    return min((shade, *alike), key=lambda one: float(seed.delta_e(Color(one), method="2000")))


def _is_alike(shade: str, chroma: float, hue: float) -> bool:
    """Tell whether a shade, as it is rounded to 8 bits, still has a hue; near black a step is worth degrees."""
    _, own_chroma, own_hue = _oklch(shade)
    return min(chroma, own_chroma) <= _BARELY or abs((own_hue - hue + 180) % 360 - 180) <= _MOST_ROUNDED


def _neighbours(colour: str) -> Iterator[str]:
    """Yield the colours that differ by one step of 8 bits or none in each channel."""
    ranges = (range(max(channel - 1, 0), min(channel + 1, 255) + 1) for channel in rgb(colour))
    for channels in product(*ranges):
        yield "#{:02x}{:02x}{:02x}".format(*channels)


def _around(at: tuple[float, float], step: float) -> Iterator[tuple[float, float]]:
    turned, share = at
    for hue_step in (0.0, -3.75 * step, 3.75 * step):
        for share_step in (0.0, -0.2 * step, 0.2 * step):
            yield turned + hue_step, share + share_step


def _shade(chroma: float, hue: float, grounds: Sequence[str], least: float, end: str) -> str:
    """Return the shade of a chroma and hue that is no further towards `end`, black or white, than contrast asks."""
    is_darker = end == "#000000"
    bounds = [(_luminance(ground) + 0.05) for ground in grounds]
    target = min(bounds) / least - 0.05 if is_darker else max(bounds) * least - 0.05
    low, high = 0.0, 1.0
    for _ in range(11):
        middle = (low + high) / 2
        below = _luminance_of(_fitted(middle, chroma, hue)) < target
        low, high = (middle, high) if below else (low, middle)
    level = low if is_darker else high
    for _ in range(8):  # what rounding to 8 bits took away
        shade = _hex(_fitted(level, chroma, hue))
        if has_contrast(shade, grounds, least):
            return shade
        level += -0.0015 if is_darker else 0.0015
    return end


# -- contrast ------------------------------------------------------------------------------------


def has_contrast(colour: str, grounds: Sequence[str], least: float) -> bool:
    """Tell whether a colour has enough contrast on all grounds."""
    return all(contrast(colour, ground) >= least for ground in grounds)


def contrast(one: str, other: str) -> float:
    """Return the WCAG 2.2 contrast ratio of two hex colours, 1 to 21."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@lru_cache(maxsize=4096)
def _luminance(colour: str) -> float:
    return _luminance_of(tuple(_linear(channel / 255) for channel in rgb(colour)))


def _luminance_of(linear: Sequence[float]) -> float:
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def rgb(colour: str) -> tuple[int, int, int]:
    """Return the three channels of "#1d5a68" or "#fff", 0 to 255."""
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


# -- OKLCH, as in CSS Color 4, 10.4; coloraide takes twenty times as long -------------------------


def _oklch(colour: str) -> tuple[float, float, float]:
    red, green, blue = (_linear(channel / 255) for channel in rgb(colour))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def _from_oklch(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _fitted(lightness: float, chroma: float, hue: float) -> tuple[float, ...]:
    """Return a colour in linear sRGB, with less chroma where it would be outside."""
    low, high = 0.0, chroma
    linear = _from_oklch(lightness, high, hue)
    if not _is_inside(linear):
        for _ in range(9):
            middle = (low + high) / 2
            linear = _from_oklch(lightness, middle, hue)
            low, high = (middle, high) if _is_inside(linear) else (low, middle)
        linear = _from_oklch(lightness, low, hue)
    return tuple(min(max(channel, 0.0), 1.0) for channel in linear)


def _is_inside(linear: Sequence[float]) -> bool:
    return all(-0.0004 <= channel <= 1.0004 for channel in linear)


def _hex(linear: Sequence[float]) -> str:
    encoded = (12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in linear)
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in encoded)
