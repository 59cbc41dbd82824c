"""Values of SVG attributes and CSS properties: numbers, lengths, colours, transforms, view boxes.

Every parser returns None for a value that a browser would ignore. A function that browsers know and this module
does not raises RefusedError, so that such a value is never mistaken for an invalid one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import tinycss2
from fontTools.misc.transform import Identity, Transform

from bifolio.branding.logo.refusal import unsupported

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_NUMBER = re.compile(NUMBER)
_LENGTH = re.compile(rf"({NUMBER})([a-zA-Z]+|%)?")
_SEPARATOR = re.compile(r"\s*,\s*|\s+")

FAR = 1e6
"""The largest coordinate, in pixels. Drawings are centimetres wide; far larger numbers only overflow."""

_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 96 / 72,
    "pc": 16.0,
    "mm": 96 / 25.4,
    "cm": 96 / 2.54,
    "in": 96.0,
    "q": 96 / 101.6,
}


@dataclass(frozen=True, slots=True)
class Viewport:
    """What percentages refer to, in user units."""

    width: float
    height: float

    @property
    def diagonal(self) -> float:
        """Return the normalised diagonal, the reference of lengths that are neither wide nor high (SVG 2, 8.9)."""
        return math.hypot(self.width, self.height) / math.sqrt(2)


@dataclass(frozen=True, slots=True)
class Length:
    """A number and its unit in small letters, empty where there is none."""

    value: float
    unit: str = ""

    def pixels(self, reference: float, font_size: float = 16.0) -> float:
        """Return user units; percentages are taken of `reference`."""
        if self.unit == "%":
            return self.value * reference / 100
        if self.unit in ("em", "ex", "ch"):
            return self.value * font_size * (1 if self.unit == "em" else 0.5)
        if self.unit == "rem":
            return self.value * 16
        return self.value * _PIXELS[self.unit]


def number(text: str) -> float | None:
    """Parse a bare number; None where it is none or overflows."""
    if not _NUMBER.fullmatch(text.strip()):
        return None
    value = float(text)
    return value if abs(value) < 1e30 else None


def length(text: str) -> Length | None:
    """Parse a number with an optional unit."""
    refuse_functions(text)
    match = _LENGTH.fullmatch(text.strip())
    if match is None:
        return None
    value, unit = float(match[1]), (match[2] or "").lower()
    if unit in ("vw", "vh", "vmin", "vmax"):
        raise unsupported(f'the logo measures in the size of a window ("{text.strip()}")')
    if unit not in _PIXELS and unit not in ("%", "em", "ex", "ch", "rem"):
        return None
    return Length(max(-1e30, min(1e30, value)), unit)


def lengths(text: str) -> list[Length] | None:
    """Parse lengths separated by commas or spaces, as of `stroke-dasharray`."""
    parts = [part for part in _SEPARATOR.split(text.strip()) if part]
    found = [length(part) for part in parts]
    return [one for one in found if one is not None] if all(found) else None


def numbers(text: str) -> list[float]:
    """Parse numbers as `points` and `viewBox` have them, up to the first thing that is none."""
    found, at = [], 0
    for match in _NUMBER.finditer(text):
        if text[at : match.start()].strip(" \t\r\n\f,"):
            break
        found.append(float(match[0]))
        at = match.end()
    return found


def alpha(text: str) -> float | None:
    """Parse a number or a percentage into a share between 0 and 1."""
    parsed = length(text)
    if parsed is None or parsed.unit not in ("", "%"):
        return None
    return min(1.0, max(0.0, parsed.pixels(1)))


# -- colours -------------------------------------------------------------------------------------

CURRENT = "currentColor"


@dataclass(frozen=True, slots=True)
class Colour:
    """An sRGB colour as #rrggbb, or `currentColor` that nothing in the drawing sets; with its alpha."""

    paint: str
    alpha: float = 1.0


BLACK = Colour("#000000")
_COLOUR_FUNCTIONS = frozenset(["rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "color"])
_SYSTEM = {"canvastext": "#000000", "canvas": "#ffffff", "windowtext": "#000000", "window": "#ffffff"}


@lru_cache(maxsize=4096)
def colour(text: str) -> Colour | None:
    """Parse a colour of CSS Color 4; `currentColor` stays by its name."""
    text = text.strip()
    if text.lower() == "currentcolor":
        return Colour(CURRENT)
    if text.lower() in _SYSTEM:
        return Colour(_SYSTEM[text.lower()])
    refuse_functions(text, known=_COLOUR_FUNCTIONS)
    from coloraide import Color

    legacy = re.fullmatch(r"(rgb|hsl)a?\((.*)\)", text, re.IGNORECASE | re.DOTALL)
    if legacy and "," in legacy[2]:  # commas, with or without an alpha, mean the same as spaces and a slash
        parts = [part.strip() for part in legacy[2].split(",")]
        slash = f" / {parts[3]}" if len(parts) == 4 else ""
        text = f"{legacy[1]}({' '.join(parts[:3])}{slash})"
    try:
        parsed = Color(text).convert("srgb").clip()
    except ValueError:
        return None
    red, green, blue = (0.0 if math.isnan(one) else one for one in parsed.coords())
    shade = "".join(f"{math.floor(one * 255 + 0.5):02x}" for one in (red, green, blue))
    return Colour(f"#{shade}", min(1.0, max(0.0, parsed.alpha())))


@dataclass(frozen=True, slots=True)
class Paint:
    """What a fill or stroke asks for: a paint server by its id, a colour, or both, the colour as the fallback."""

    server: str | None = None
    colour: Colour | None = None


NO_PAINT = Paint()


def paint(text: str) -> Paint | None:
    """Parse the value of `fill` or `stroke`."""
    text = text.strip()
    if text.lower() == "none":
        return NO_PAINT
    if text.lower() in ("context-fill", "context-stroke"):
        raise unsupported("the logo's arrowheads take their colour from their line", _EXPAND)
    pointer = url(text)
    if pointer is None:
        shade = colour(text)
        return Paint(None, shade) if shade else None
    server, rest = pointer
    if not server:
        raise unsupported("the logo takes a colour from another file", _EXPAND)
    if not rest or rest.lower() == "none":
        return Paint(server)
    shade = colour(rest)
    return Paint(server, shade) if shade else None


_EXPAND = 'expand or "flatten" its appearance in the drawing program, and export it anew'


def url(text: str) -> tuple[str, str] | None:
    """Parse `url(#id)`, quoted or not, and what follows it; the id is empty for an address outside of the file."""
    if not text.lstrip().lower().startswith("url("):
        return None
    first, *rest = tinycss2.parse_component_value_list(text.strip())
    if first.type == "url":
        address = first.value
    elif first.type == "function":
        strings = [token.value for token in first.arguments if token.type == "string"]
        address = strings[0] if strings else ""
    else:
        return None
    address = address.strip()
    return (address[1:] if address.startswith("#") else ""), tinycss2.serialize(rest).strip()


def refuse_functions(text: str, known: frozenset[str] = frozenset()) -> None:
    """Raise RefusedError if the value calls a function that is not among `known`."""
    *heads, _ = text.split("(")
    for head in heads:
        name = re.split(r"[^-\w]", head.rstrip())[-1]
        if name.lower() not in known:
            raise unsupported(f'the logo uses "{name}()", which cannot be worked out for print')


# -- transforms ----------------------------------------------------------------------------------

_CALL = re.compile(r"[\s,]*([a-zA-Z]+)\s*\(([^()]*)\)")
_PLAIN_ANGLES = {"": 1.0}
_ANGLES = {"": 1.0, "deg": 1.0, "grad": 0.9, "turn": 360.0, "rad": 180 / math.pi}


def transform(text: str, viewport: Viewport | None = None) -> Transform | None:
    """Parse a transform list into one matrix, for column vectors as in SVG: the first call is the outermost.

    With a viewport the list is CSS: lengths have units, and percentages refer to the viewport.
    """
    text = text.strip()
    if text.lower() == "none":
        return Identity
    matrix, at = Identity, 0
    while match := _CALL.match(text, at):
        step = _step(match[1], [part for part in _SEPARATOR.split(match[2].strip()) if part], viewport)
        if step is None:
            return None
        matrix, at = matrix.transform(step), match.end()
    if text[at:].strip() or max(map(abs, matrix)) > FAR * FAR:
        return None
    return matrix


def _step(name: str, parts: Sequence[str], viewport: Viewport | None) -> Transform | None:
    name = name.lower() if viewport else name
    if name in ("translate3d", "scale3d", "rotate3d", "matrix3d", "perspective", "rotatex", "rotatey"):
        raise unsupported(f'the logo is turned in space ("{name}")')
    if name.startswith("translate"):
        return _translation(name, parts, viewport)
    if name.startswith(("rotate", "skew")):
        return _turn(name, parts, _ANGLES if viewport else _PLAIN_ANGLES)
    found = [_factor(part) if viewport else number(part) for part in parts]
    plain = [value for value in found if value is not None]
    if len(plain) < len(found):
        return None
    makers: dict[tuple[str, int], Callable[..., Transform]] = {
        ("matrix", 6): Transform,
        ("scale", 1): Identity.scale,
        ("scale", 2): Identity.scale,
        ("scalex", 1): lambda factor: Identity.scale(factor, 1),
        ("scaley", 1): lambda factor: Identity.scale(1, factor),
    }
    make = makers.get((name, len(plain)))
    return make(*plain) if make else None


def _factor(text: str) -> float | None:
    """Parse a number or a percentage, unbounded."""
    parsed = length(text)
    return parsed.pixels(1) if parsed and parsed.unit in ("", "%") else None


def _translation(name: str, parts: Sequence[str], viewport: Viewport | None) -> Transform | None:
    moves = [length(part) for part in parts]
    if None in moves or len(moves) not in (1, 2):
        return None
    view = viewport or Viewport(0, 0)
    if viewport is None and any(move and move.unit for move in moves):
        return None
    if viewport is not None and any(move and not move.unit and move.value for move in moves):
        return None
    first = moves[0]
    assert first is not None
    if name == "translatey":
        return Identity.translate(0, first.pixels(view.height)) if len(moves) == 1 else None
    if name == "translatex" and len(moves) != 1:
        return None
    second = moves[1] if len(moves) == 2 else None
    return Identity.translate(first.pixels(view.width), second.pixels(view.height) if second else 0)


def _turn(name: str, parts: Sequence[str], units: Mapping[str, float]) -> Transform | None:
    angles = [_angle(part, units) for part in parts]
    if not angles or None in angles:
        return None
    values = [angle for angle in angles if angle is not None]
    first = math.radians(values[0])
    if name == "rotate" and len(values) == 1:
        return Identity.rotate(first)
    if name == "rotate" and len(values) == 3:
        return Identity.translate(*values[1:]).rotate(first).translate(-values[1], -values[2])
    if name in ("skewX", "skewx") and len(values) == 1:
        return Identity.skew(first, 0)
    if name in ("skewY", "skewy") and len(values) == 1:
        return Identity.skew(0, first)
    return None


def _angle(text: str, units: Mapping[str, float]) -> float | None:
    match = _LENGTH.fullmatch(text)
    unit = (match[2] or "").lower() if match else "?"
    return float(match[1]) * units[unit] if match and unit in units else None


# -- view boxes ----------------------------------------------------------------------------------

Box = tuple[float, float, float, float]
"""Left, top, width, height."""


def view_box(text: str | None) -> Box | None:
    """Parse a viewBox; None where it is missing or encloses nothing."""
    found = numbers(text or "")
    if len(found) != 4 or min(found[2:]) <= 0 or max(map(abs, found)) > FAR * 1000:
        return None
    return found[0], found[1], found[2], found[3]


def fit(box: Box, width: float, height: float, ratio: str | None) -> Transform:
    """Return the matrix that sets a view box into a viewport as `preserveAspectRatio` asks (SVG 2, 8.2)."""
    words = (ratio or "").split() or ["xMidYMid"]
    align = re.fullmatch(r"none|x(Min|Mid|Max)Y(Min|Mid|Max)", words[0])
    if align is None:
        words, align = ["xMidYMid"], re.fullmatch(r"x(Mid)Y(Mid)", "xMidYMid")
    assert align is not None
    left, top, inner_width, inner_height = box
    wide, high = width / inner_width, height / inner_height
    if align[0] == "none":
        return Identity.scale(wide, high).translate(-left, -top)
    scale = max(wide, high) if words[1:] == ["slice"] else min(wide, high)
    shares = {"Min": 0.0, "Mid": 0.5, "Max": 1.0}
    right = (width - inner_width * scale) * shares[align[1]]
    down = (height - inner_height * scale) * shares[align[2]]
    return Identity.translate(right, down).scale(scale).translate(-left, -top)
