"""One brand colour → the role colours of a page.

A brand has one seed. Every role keeps the seed's hue and has a fixed lightness in OKLCH, so the
contrast of a role does not depend on the brand: text stays legible whatever colour a clinic has.
Chroma is reduced if a colour is outside sRGB; lightness never is. OKLCH as in CSS Color 4.

On a plate each role is a sentinel: a colour that represents the role and that nothing else uses.
Inking replaces sentinels by the role colours of a brand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple


class Role(NamedTuple):
    """The lightness and the maximum chroma of a role: for dark seeds, and for light ones."""

    lightness: float
    chroma: float
    light_seed: tuple[float, float] | None = None
    dark_hue: bool = False
    """Whether it is drawn or written: the hue of a light seed is then turned away from olive."""


LIGHT_SEED = 0.72
"""A seed lighter than this is a background, never a line or a letter."""

PAPER = "#ffffff"
"""The colour of paper, and of pages on light screens."""

ROLES: Mapping[str, Role] = MappingProxyType(
    {
        "ink": Role(0.25, 0.022, dark_hue=True),  # reading text
        "ink2": Role(0.40, 0.028, dark_hue=True),  # deck, captions, small print
        "deep": Role(0.36, 0.085, (0.34, 0.06), dark_hue=True),  # titles, numerals, cover background
        "mid": Role(0.52, 0.10, (0.50, 0.085), dark_hue=True),  # panel rule, write-in lines, curves
        "line": Role(0.62, 0.055, dark_hue=True),  # borders of cards
        "hair": Role(0.80, 0.025, dark_hue=True),  # hairlines, never needed for meaning
        "shade": Role(0.80, 0.034, (0.83, 0.035), dark_hue=True),  # the veined leaves
        "soft": Role(0.86, 0.045, (0.90, 0.13)),  # filled leaves
        "veil": Role(0.915, 0.026, (0.935, 0.10)),  # second ripple
        "wash": Role(0.960, 0.0135, (0.972, 0.045)),  # halves of cards, backgrounds of text
        "panel": Role(0.960, 0.0135, (0.935, 0.10)),  # the main message
        "leaf": Role(0.50, 0.06, (0.47, 0.06), dark_hue=True),  # veined leaves on the cover
        "neutral": Role(0.968, 0.008),  # the clinic's panel; hue 80
        "help": Role(0.43, 0.105),  # get help, and nothing else; hue 45 or 262
        "help-wash": Role(0.962, 0.018),
        "flag": Role(0, 0),  # the seed itself if it is light; else white
    }
)

NIGHT: Mapping[str, Role] = MappingProxyType(
    {
        "ink": Role(0.93, 0.014),
        "ink2": Role(0.84, 0.02),
        "deep": Role(0.89, 0.055),
        "mid": Role(0.71, 0.085),
        "line": Role(0.60, 0.05),
        "hair": Role(0.40, 0.025),
        "shade": Role(0.45, 0.034),
        "soft": Role(0.44, 0.055),
        "veil": Role(0.30, 0.022),
        "wash": Role(0.265, 0.016),
        "panel": Role(0.285, 0.022),
        "leaf": Role(0.62, 0.06),
        "neutral": Role(0.27, 0.008),  # hue 80
        "help": Role(0.855, 0.075),  # hue 45 or 262
        "help-wash": Role(0.27, 0.026),
        "flag": Role(0, 0),  # the seed itself if it is light; else the paper
        "paper": Role(0.205, 0.012),
    }
)
"""The roles on dark screens: lightness reversed, as little chroma, the same hues. The background
is not black, so that letters do not glare, and the paper is a role, too."""

_NEUTRAL_HUE, _RUST, _INK_BLUE = 80.0, 45.0, 262.0

SENTINELS: Mapping[str, str] = MappingProxyType(
    {role: f"#{0xB1:02x}{0xF0:02x}{0x51 + number:02x}" for number, role in enumerate(ROLES)}
)
"""The colour that represents each role on a plate: #b1f051, #b1f052, … in the order of ROLES."""


PAPER_SENTINEL = "#b1f050"
"""Represents the paper in flows: drawings are not white on dark screens."""


def derive(seed: str) -> dict[str, str]:
    """Return a hex colour for each role of ROLES, from a seed such as "#1d5a68".

    Raises ValueError if the seed is not a colour.
    """
    return _derive(seed, ROLES)


def derive_night(seed: str) -> dict[str, str]:
    """Return a hex colour for each role of NIGHT, the paper included, for dark screens."""
    return _derive(seed, NIGHT)


def derive_for_any_ground(seed: str) -> dict[str, str]:
    """Return a hex colour for each role of ROLES that also shows on black, for books, whose readers choose the ground.

    Three to one on black (WCAG 2.2, 1.4.11, and large text in 1.4.3) is still seven to one on white.
    """
    return {role: nearest_safe(colour, "#000000", 3.0) for role, colour in derive(seed).items()}


def _derive(seed: str, roles: Mapping[str, Role]) -> dict[str, str]:
    from coloraide import Color  # 0.3 s to import; a build whose palettes are cached does not need it

    lightness, chroma, hue = (float(v) for v in Color(seed).convert("oklch").coords(nans=False))
    if chroma < 0.003:  # a grey has no hue to speak of
        chroma = 0.0
    is_light = lightness > LIGHT_SEED
    drawn_hue = hue - 22 if is_light and 70 <= hue <= 120 else hue
    colours: dict[str, str] = {}
    for name, role in roles.items():
        level, cap = role.light_seed if is_light and role.light_seed else role[:2]
        if name == "flag":
            continue
        if name == "neutral":
            colours[name] = _in_gamut(Color, level, cap, _NEUTRAL_HUE)
        elif name.startswith("help"):
            colours[name] = _in_gamut(Color, level, cap, _help_hue((hue, drawn_hue), chroma))
        else:
            colours[name] = _in_gamut(Color, level, min(chroma, cap), drawn_hue if role.dark_hue else hue)
    flag = Color(seed).to_string(hex=True) if is_light else colours.get("paper", PAPER)
    return {name: colours.get(name, flag) for name in roles}


def _help_hue(hues: tuple[float, ...], chroma: float) -> float:
    """Return a hue for help that differs from the brand's own: rust, or ink blue for warm brands."""
    apart = min(abs((hue - _RUST + 180) % 360 - 180) for hue in hues)
    return _INK_BLUE if chroma > 0.02 and apart < 55 else _RUST


def _in_gamut(color: type, lightness: float, chroma: float, hue: float) -> str:
    low, high = 0.0, chroma
    if not color("oklch", [lightness, high, hue]).in_gamut("srgb"):
        for _ in range(12):  # to 1/4,000 of the chroma, finer than a step of 8-bit sRGB
            middle = (low + high) / 2
            inside = color("oklch", [lightness, middle, hue]).in_gamut("srgb")
            low, high = (middle, high) if inside else (low, middle)
        high = low
    return str(color("oklch", [lightness, high, hue]).convert("srgb").clip().to_string(hex=True))


_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_DECLARATION = re.compile(r"--([a-z0-9-]+):\s*([^;]+?)\s*;")
_VAR = re.compile(r"var\(--([a-z0-9-]+)\)")
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")


def tokens_of(stylesheet: str) -> dict[str, str]:
    """Return the tokens that the first rule of a stylesheet sets, as they are written.

    >>> tokens_of(":root { --ink: #111; --wash: var(--paper); }")
    {'ink': '#111', 'wash': 'var(--paper)'}
    >>> tokens_of("/* { --ink: #222; } */ :root { --ink: #111; }")
    {'ink': '#111'}
    """
    return dict(_DECLARATION.findall(_COMMENT.sub("", stylesheet).partition("}")[0]))


def colours(tokens: Mapping[str, str], brand: Mapping[str, str]) -> dict[str, str]:
    """Return the hex colour of each colour token; `brand` has the values of its --brand- tokens.

    >>> colours({"paper": "#fff", "wash": "var(--paper)", "ink": "var(--brand-ink)", "rule": "2mm"}, {"ink": "#101820"})
    {'paper': '#ffffff', 'wash': '#ffffff', 'ink': '#101820'}
    """

    def colour(value: str, seen: frozenset[str] = frozenset()) -> str | None:
        if _HEX.fullmatch(value):
            return value if len(value) == 7 else "#" + "".join(digit * 2 for digit in value[1:])
        name = _VAR.fullmatch(value)
        if not name or name[1] in seen:
            return None
        if name[1].startswith("brand-"):
            return brand.get(name[1].removeprefix("brand-"))
        return colour(tokens.get(name[1], ""), seen | {name[1]})

    return {name: found for name, value in tokens.items() if (found := colour(value))}


DEFAULT_SEED = "#3c5a80"
"""The seed of a brand without a colour: a quiet blue."""

_GROUNDS = ("paper", "wash", "panel", "neutral")
"""The backgrounds of text of any sort; a veil is only ever behind an icon."""

TEXT: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("ink", (*_GROUNDS, "help-wash"), 7.0),
    ("ink2", (*_GROUNDS, "help-wash"), 4.5),
    ("deep", _GROUNDS, 4.5),
    ("help", ("paper", "help-wash"), 4.5),
    ("now-ink", ("now-ground",), 4.5),
    ("cover-ink", ("cover-ground",), 4.5),
)
"""Colour tokens of text, those of its backgrounds, and the minimum contrast: WCAG 2.2, 1.4.6 and 1.4.3."""

DRAWN: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("deep", ("paper", "veil", "soft", "shade"), 3.0),  # outlines, icons, veins
    ("mid", _GROUNDS, 3.0),  # lines to write on, rules, folds, arrows
    ("line", ("paper",), 3.0),  # frames of cards and tables
    ("help", ("paper", "help-wash"), 3.0),
    ("now-ink", ("now-ground",), 3.0),
    ("cover-line", ("cover-ground", "cover-leaf"), 3.0),
    ("cover-vein", ("cover-soft",), 3.0),
)
"""The same for lines and signs that carry meaning: WCAG 2.2, 1.4.11."""

CONTRAST = TEXT + DRAWN


class Shade(NamedTuple):
    """What a brand's colour becomes in one use, and what it would be unchanged."""

    use: str
    """ink, small, deep, tint, panel, mid, line or help; each has a label in the locale."""
    ground: str
    before: str
    after: str
    contrast_before: float
    contrast_after: float
    least: float
    """The minimum contrast of the use: 7 for text, 3 for lines that carry meaning (WCAG 2.2, 1.4.6 and 1.4.11)."""

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


USES = (
    ("ink", "ink", "paper", 7.0),
    ("small", "ink2", "paper", 7.0),
    ("deep", "deep", "paper", 7.0),
    ("tint", "deep", "wash", 7.0),
    ("panel", "deep", "panel", 7.0),
    ("mid", "mid", "paper", 3.0),
    ("line", "line", "paper", 3.0),
    ("help", "help", "help-wash", 7.0),
)
"""What must be read or seen: its name, its role, the background, and the minimum contrast."""


def shades(seed: str) -> tuple[Shade, ...]:
    """Return what a brand's colour becomes in each use. Help has a colour that does not depend on the brand."""
    found = {"paper": PAPER, **derive(seed)}
    plain = "#" + "".join(f"{channel:02x}" for channel in rgb(seed))

    def shade(use: str, role: str, ground: str, least: float) -> Shade:
        before, after, below = (found[role] if role == "help" else plain), found[role], found[ground]
        return Shade(use, below, before, after, contrast(before, below), contrast(after, below), least)

    return tuple(shade(*use) for use in USES)


def nearest_safe(colour: str, ground: str = "#ffffff", least: float = 4.5) -> str:
    """Return the colour itself if it has enough contrast, else with the closest lightness that has.

    Hue stays the same, and chroma as far as sRGB allows. If no shade will do, black or white is the last resort.
    """
    if contrast(colour, ground) >= least:
        return colour
    from coloraide import Color

    lightness, chroma, hue = (float(v) for v in Color(colour).convert("oklch").coords(nans=False))
    end = 0.0 if contrast("#000000", ground) >= contrast("#ffffff", ground) else 1.0
    safe, unsafe, best = end, lightness, "#000000" if end == 0.0 else "#ffffff"
    for _ in range(12):  # finer than a step of 8-bit sRGB
        middle = (safe + unsafe) / 2
        shade = _in_gamut(Color, middle, chroma, hue)
        if contrast(shade, ground) >= least:
            safe, best = middle, shade
        else:
            unsafe = middle
    return best


def contrast(one: str, other: str) -> float:
    """Return the WCAG 2.2 contrast ratio of two hex colours, 1 to 21."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (channel / 255 for channel in rgb(colour))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def rgb(colour: str) -> tuple[int, int, int]:
    """Return the three channels of "#1d5a68" or "#fff", 0 to 255."""
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def operands(colour: str) -> bytes:
    """Return a hex colour as the operands of `rg`, formatted as WeasyPrint does.

    >>> operands("#ff8000")
    b'1 0.501961 0'
    """
    digits = colour.lstrip("#")
    channels = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return " ".join(f"{channel:.6f}".rstrip("0").rstrip(".") for channel in channels).encode()


@cache
def sentinel_pattern() -> re.Pattern[bytes]:
    """Return a pattern for the operands of any sentinel (group 1) and the operator after them (group 2)."""
    red_green = re.escape(operands(PAPER_SENTINEL).rpartition(b" ")[0]) + rb"\ "
    blues = b"|".join(re.escape(operands(colour).rpartition(b" ")[2]) for colour in SENTINELS.values())
    # A pattern that begins with literal characters is found ten times as fast, so the lookbehind for what must
    # not precede them comes after them.
    return re.compile(b"(" + red_green + rb"(?<![\d.]" + red_green + b")(?:" + blues + rb")) (\w+)")
