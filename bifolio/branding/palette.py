"""A brand's colours → the role colours of a page.

Where a brand's own colour has the contrast that a role needs, the role has exactly that colour; elsewhere the nearest
shade that has it. So are titles, words and rules. All other roles are tints: they have the hue of the colour that they
come from and a fixed lightness in OKLCH (CSS Color 4), so that text stays legible on them whatever colour a clinic has.

On a plate each role is a sentinel: a colour that represents the role and that nothing else uses.
Inking replaces sentinels by the role colours of a brand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from bifolio.branding.nearest_shade import contrast, has_contrast, nearest_safe
from bifolio.model.brand.color import Color as BrandColor


class Role(NamedTuple):
    """The lightness and the maximum chroma of a role: for dark seeds, and for light ones."""

    lightness: float
    chroma: float
    light_seed: tuple[float, float] | None = None
    is_ornament: bool = False
    """Whether it comes from the second colour of a brand, where there is one."""


class Seeds(NamedTuple):
    """The colours that a brand gives; those that it does not give come from the first."""

    primary: str
    secondary: str | None = None
    foreground: str | None = None
    background: str | None = None


LIGHT_SEED = 0.72
"""A seed lighter than this is a background, and a line or a letter only in a darker shade."""

VIVID = 0.1
"""Tints of a colour with more chroma in OKLCH than this have more chroma, too, up to MOST_VIVID times."""

MOST_VIVID = 1.6

PAPER = "#ffffff"
"""The colour of paper, and of pages on light screens."""

ROLES: Mapping[str, Role] = MappingProxyType(
    {
        "ink": Role(0.25, 0.022),  # reading text
        "ink2": Role(0.40, 0.028),  # deck, captions, small print
        "deep": Role(0, 0),  # titles, icons, cover background: the seed, or its nearest shade
        "mid": Role(0, 0),  # panel rule, write-in lines, curves: the second colour, or its nearest shade
        "line": Role(0.62, 0.055),  # borders of cards
        "hair": Role(0.80, 0.025),  # hairlines, never needed for meaning
        "shade": Role(0.80, 0.034, (0.83, 0.035), is_ornament=True),  # the veined leaves
        "soft": Role(0.86, 0.045, (0.90, 0.13), is_ornament=True),  # filled leaves
        "veil": Role(0.915, 0.026, (0.935, 0.10), is_ornament=True),  # second ripple
        "wash": Role(0.960, 0.0135, (0.972, 0.045)),  # halves of cards, backgrounds of text
        "panel": Role(0.960, 0.0135, (0.935, 0.10)),  # the main message
        "leaf": Role(0.50, 0.06),  # veined leaves on the cover: set off from its ground
        "neutral": Role(0.968, 0.008),  # the clinic's panel; hue 80
        "help": Role(0.43, 0.105),  # get help, and nothing else; hue 45 or 262
        "help-wash": Role(0.962, 0.018),
        "flag": Role(0, 0),  # the seed itself if it is light; else white
        "title": Role(0, 0),  # large titles and numerals: the seed, or its nearest shade
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
        "title": Role(0, 0),  # the seed, or its nearest shade
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


def derive(seeds: Seeds | str) -> dict[str, str]:
    """Return a hex colour for each role of ROLES, from the colours of a brand, or from one such as "#1d5a68".

    Raises ValueError if the seed is not a colour.
    """
    seeds = _read(seeds)
    colours = _tints(seeds, ROLES)
    if seeds.background:
        colours |= _grounds(seeds.background)
    grounds = tuple(colours.get(name, PAPER) for name in _GROUNDS)
    accent = seeds.secondary or seeds.primary
    if seeds.foreground:
        around = (*grounds, colours["veil"], colours["help-wash"])
        colours["ink"] = nearest_safe(seeds.foreground, around, 7.0)
    colours["title"] = nearest_safe(seeds.primary, PAPER, 3.0)
    colours["mid"] = nearest_safe(accent, grounds, 3.0)
    colours["deep"] = deep = nearest_safe(seeds.primary, grounds, 4.5)
    for name in ("shade", "soft", "veil"):  # ornaments with lines in the deep colour
        colours[name] = nearest_safe(colours[name], deep, 3.0)
    colours["leaf"] = _set_off(deep, colours["soft"])
    return {name: colours[name] for name in ROLES}


def derive_night(seeds: Seeds | str) -> dict[str, str]:
    """Return a hex colour for each role of NIGHT, the paper included, for dark screens."""
    seeds = _read(seeds)
    colours = _tints(seeds, NIGHT)
    colours["title"] = nearest_safe(seeds.primary, (colours["paper"], colours["panel"]), 4.5)
    return {name: colours[name] for name in NIGHT}


def derive_for_any_ground(seeds: Seeds | str) -> dict[str, str]:
    """Return a hex colour for each role of ROLES that also shows on black, for books, whose readers choose the ground.

    Three to one on black (WCAG 2.2, 1.4.11, and large text in 1.4.3) is still seven to one on white.
    """
    return {role: nearest_safe(colour, "#000000", 3.0) for role, colour in derive(seeds).items()}


def _read(seeds: Seeds | str) -> Seeds:
    """Return the colours of a brand as #rrggbb; a second colour that is nearly white or grey says nothing."""
    from coloraide import Color  # 0.3 s to import; a build whose palettes are cached does not need it

    given = Seeds(seeds) if isinstance(seeds, str) else seeds

    def hex_of(colour: str | None) -> str | None:
        return str(Color(colour).to_string(hex=True)) if colour else None

    read = Seeds(hex_of(given.primary) or "", *map(hex_of, given[1:]))
    if read.secondary and float(Color(read.secondary).convert("oklch")["chroma"]) < 0.03:
        read = read._replace(secondary=None)
    return read


def _tints(seeds: Seeds, roles: Mapping[str, Role]) -> dict[str, str]:
    """Return the roles that have a fixed lightness."""
    from coloraide import Color

    def parts(colour: str) -> tuple[float, float, float]:
        lightness, chroma, hue = (float(v) for v in Color(colour).convert("oklch").coords(nans=False))
        return lightness, chroma if chroma >= 0.003 else 0.0, hue  # a grey has no hue to speak of

    own, accent = parts(seeds.primary), parts(seeds.secondary or seeds.primary)
    words = parts(seeds.foreground) if seeds.foreground else own
    hues = tuple(hue for _, chroma, hue in (own, accent) if chroma > 0.02)
    colours: dict[str, str] = {}
    for name, role in roles.items():
        lightness, chroma, hue = accent if role.is_ornament else words if name in ("ink", "ink2") else own
        level, cap = role.light_seed if lightness > LIGHT_SEED and role.light_seed else role[:2]
        if not level:
            continue
        if name == "neutral":
            colours[name] = _in_gamut(Color, level, cap, _NEUTRAL_HUE)
        elif name.startswith("help"):
            colours[name] = _in_gamut(Color, level, cap, _help_hue(hues))
        else:
            vivid = min(max(chroma / VIVID, 1.0), MOST_VIVID) if level > 0.7 else 1.0
            colours[name] = _in_gamut(Color, level, min(chroma, cap * vivid), hue)
    colours["flag"] = seeds.primary if own[0] > LIGHT_SEED else colours.get("paper", PAPER)
    return colours


def _grounds(background: str) -> dict[str, str]:
    """Return the grounds of text in a brand's own background, if it is a tint of paper."""
    from coloraide import Color

    lightness, chroma, hue = (float(v) for v in Color(background).convert("oklch").coords(nans=False))
    if not 0.8 <= lightness < 0.99:
        return {}  # that of a dark page, or no other than paper
    tint = background if lightness >= _LIGHT_GROUND else _in_gamut(Color, _LIGHT_GROUND, chroma, hue)
    return dict.fromkeys(("wash", "panel", "neutral"), tint)


_LIGHT_GROUND = 0.93
"""The lightness of the darkest ground on which all text is legible."""


def _set_off(ground: str, lines: str) -> str:
    """Return the colour of leaves on a ground: lighter, or darker where their lines could not be seen else."""
    from coloraide import Color

    lightness, chroma, hue = (float(v) for v in Color(ground).convert("oklch").coords(nans=False))
    chroma = chroma if chroma >= 0.003 else 0.0
    lighter = _in_gamut(Color, lightness + 0.13, min(chroma, 0.06), hue)
    return (
        lighter if has_contrast(lines, (lighter,), 3.0) else _in_gamut(Color, lightness - 0.09, chroma, hue)
    )


def _help_hue(hues: tuple[float, ...]) -> float:
    """Return a hue for help that differs from the brand's own: rust, or ink blue for warm brands."""
    apart = min((abs((hue - _RUST + 180) % 360 - 180) for hue in hues), default=180.0)
    return _INK_BLUE if apart < 55 else _RUST


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


def seeds_of(color: BrandColor) -> Seeds:
    """Return the colours from which all of a brand's pages are coloured."""
    named = (color.secondary, color.foreground, color.background)
    return Seeds(color.seed or DEFAULT_SEED, *map(color.resolve, named))


_GROUNDS = ("paper", "wash", "panel", "neutral")
"""The backgrounds of text of any sort; a veil is only ever behind an icon."""

TEXT: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("ink", (*_GROUNDS, "help-wash"), 7.0),
    ("ink2", (*_GROUNDS, "help-wash"), 4.5),
    ("title", ("paper",), 3.0),  # large, as WCAG has it
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
    """ink, small, title, deep, tint, panel, mid, line or help; each has a label in the locale."""
    ground: str
    before: str
    after: str
    contrast_before: float
    contrast_after: float
    least: float
    """The minimum contrast of the use: 7 or 4.5 for text, 3 for large titles and lines (WCAG 2.2, 1.4.3, 1.4.6, 1.4.11)."""

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


USES = (
    ("ink", "ink", "paper", 7.0),
    ("small", "ink2", "paper", 7.0),
    ("title", "title", "paper", 3.0),
    ("deep", "deep", "paper", 4.5),
    ("tint", "deep", "wash", 4.5),
    ("panel", "deep", "panel", 4.5),
    ("mid", "mid", "paper", 3.0),
    ("line", "line", "paper", 3.0),
    ("help", "help", "help-wash", 7.0),
)
"""What must be read or seen: its name, its role, the background, and the minimum contrast."""


def shades(seeds: Seeds | str) -> tuple[Shade, ...]:
    """Return what a brand's colours become in each use. Help has a colour that does not depend on the brand."""
    found = {"paper": PAPER, **derive(seeds)}
    given = _read(seeds)
    own = {"ink": given.foreground, "mid": given.secondary}

    def shade(use: str, role: str, ground: str, least: float) -> Shade:
        after, below = found[role], found[ground]
        before = after if role == "help" else own.get(role) or given.primary
        return Shade(use, below, before, after, contrast(before, below), contrast(after, below), least)

    return tuple(shade(*use) for use in USES)


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
