"""The color section of brand.yml."""

from __future__ import annotations

import re
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, model_validator
from pydantic_core import PydanticCustomError

from bifolio.model.brand.spec import SpecModel

_HEX = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")


_BARE_HEX = re.compile(r"(?:0x|#)?([0-9a-fA-F]{6}|[0-9a-fA-F]{8})", re.IGNORECASE)
_CHANNELS = re.compile(r"(?:rgb)?[\s:(]*(\d{1,3})[\s,;/]+(\d{1,3})[\s,;/]+(\d{1,3})\)?", re.IGNORECASE)
_INK = re.compile(r"(?:pantone|pms|ral|hks|ncs|cmyk|toyo)\b.*|c\s*:?\s*\d+.*k\s*:?\s*\d+%?", re.IGNORECASE)


def _as_css(colour: str) -> str:
    """Return a colour as CSS has it, of the ways in which people copy one from their guidelines.

    >>> _as_css("1d5a68"), _as_css("0x1D5A68"), _as_css("RGB 29/90/104"), _as_css("teal")
    ('#1d5a68', '#1D5A68', 'rgb(29 90 104)', 'teal')
    """
    if bare := _BARE_HEX.fullmatch(colour):
        return f"#{bare[1]}"
    if channels := _CHANNELS.fullmatch(colour):
        return (
            f"rgb({' '.join(channels.groups())})" if all(int(c) < 256 for c in channels.groups()) else colour
        )
    return colour


def in_hex(colour: str) -> str | None:
    """Return a CSS colour as #rrggbb, without its transparency; None if it is not a colour."""
    colour = _as_css(colour)
    if _HEX.fullmatch(colour):
        digits = colour[1:] if len(colour) > 5 else "".join(digit * 2 for digit in colour[1:])
        return f"#{digits[:6].lower()}"
    if not re.fullmatch(r"[a-z]{3,30}|[a-z]{3,6}\([0-9.,%/ a-z-]{1,60}\)", colour, re.IGNORECASE):
        return None
    from coloraide import Color  # 0.3 s to import; most brands write #1d5a68

    try:
        found = Color(colour)
    except ValueError:
        return None
    if not found.alpha():  # `transparent` is not a colour
        return None
    return str(found.convert("srgb").clip().to_string(hex=True, alpha=False))


def _checked_colour(value: Any) -> Any:
    if value is None:  # `primary: #1d5a68` without quotes is a key and a comment
        raise PydanticCustomError("color_none", "no colour")
    if isinstance(value, dict) and value.keys() & {"light", "dark"}:  # our pages are light
        value = value.get("light")
        if value is None:
            return None
    if isinstance(value, int) and not isinstance(value, bool) and 100_000 <= value <= 999_999:
        return f"#{value}"  # without quotes, 123456 is a number to YAML
    if isinstance(value, list) and len(value) == 3 and all(type(channel) is int for channel in value):
        value = ", ".join(map(str, value))
    if isinstance(value, str) and value.startswith("#") and not _HEX.fullmatch(value):
        raise PydanticCustomError("color_hex", "not a colour", {"colour": value})
    if isinstance(value, str) and _INK.fullmatch(value.strip()):
        raise PydanticCustomError("color_ink", "an ink", {"colour": value})
    return value


_Colour = Annotated[str, BeforeValidator(_checked_colour)]
_Role = Annotated[str | None, BeforeValidator(_checked_colour, json_schema_input_type=str)]


class Color(SpecModel):
    """A palette of named colours, and the roles that refer to them."""

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, value: Any) -> Any:
        """Ignore an empty palette, but not a role without a value: YAML took its "#1d5a68" for a comment."""
        if isinstance(value, dict) and "palette" in value and value["palette"] is None:
            return {key: inner for key, inner in value.items() if key != "palette"}
        return value

    palette: dict[str, _Colour] = {}
    foreground: _Role = None
    background: _Role = None
    primary: _Role = None
    secondary: _Role = None
    tertiary: _Role = None
    success: _Role = None
    info: _Role = None
    warning: _Role = None
    danger: _Role = None
    light: _Role = None
    dark: _Role = None
    link: _Role = None

    @model_validator(mode="after")
    def _resolves(self) -> Self:
        names: list[tuple[tuple[str, ...], str]] = [
            *((("palette", key), name) for key, name in self.palette.items()),
            *(((role,), name) for role, name in self._roles.items()),
        ]
        if lost := [(steps, name) for steps, name in names if not self.resolve(name)]:
            raise PydanticCustomError(
                "color_name", "leads nowhere", {"lost": lost, "there": tuple(self.palette)}
            )
        return self

    @property
    def _roles(self) -> dict[str, str]:
        return {role: name for role in COLOR_ROLES if (name := getattr(self, role)) is not None}

    def resolve(self, name: str | None, *, depth: int = 0) -> str | None:
        """Follow palette names and roles to a colour as #rrggbb; None if they lead nowhere.

        As the specification has it, palette names take precedence over roles, and both over CSS names.
        """
        if name is None or depth > 8:
            return None
        target = self.palette.get(name)
        if target is None:  # "Deep Sea" for deep-sea
            target = next((self.palette[own] for own in self.palette if _folded(own) == _folded(name)), None)
        if target is None and name in COLOR_ROLES:
            target = getattr(self, name)
        if target is None or target == name:
            return in_hex(name)
        return self.resolve(target, depth=depth + 1)

    @property
    def given(self) -> dict[str, str]:
        """Every colour of the brand by name, roles first, then the palette."""
        names = {**self._roles, **self.palette}
        return {name: found for name in names if (found := self.resolve(name))}

    @property
    def seed(self) -> str | None:
        """The one colour from which all roles of a page are derived: the first that is not grey."""
        first = [self.resolve(name) for name in (self.primary, self.link, self.secondary) if name]
        colours = [colour for colour in (*first, *map(self.resolve, self.palette)) if colour]
        if self.primary and colours:
            return colours[0]
        return next((colour for colour in colours if not _is_grey(colour)), next(iter(colours), None))


COLOR_ROLES = tuple(name for name in Color.model_fields if name != "palette")


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", "-", name.casefold())


def _is_grey(colour: str) -> bool:
    channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return max(channels) - min(channels) < 24
