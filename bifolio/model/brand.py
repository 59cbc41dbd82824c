"""A brand: the clinic's identity, in the fields of the public brand.yml specification.

What the specification lacks (address, phone, region …) stands under `defaults: bifolio:`, the place
it gives to programs. See https://posit-dev.github.io/brand-yml/.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bifolio.model.base import Label, Model, Name, words_for

FileName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=200)]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=120)]

COLOR_ROLES = (
    "foreground",
    "background",
    "primary",
    "secondary",
    "tertiary",
    "success",
    "info",
    "warning",
    "danger",
    "light",
    "dark",
    "link",
)


class _FromSpec(Model):
    """A part of brand.yml: keys for other programs are kept out of the way, not refused."""

    model_config = ConfigDict(extra="allow")


class NamePair(_FromSpec):
    """The clinic's names; plain words are the full one."""

    short: Label | None = None
    full: Label | None = None

    @model_validator(mode="after")
    def _says_a_name(self) -> Self:
        if not (self.full or self.short):
            raise PydanticCustomError("no_name", "neither short nor full")
        return self


class Links(_FromSpec):
    """Where a clinic is in the web; plain words are its home."""

    home: Url | None = None


class Meta(_FromSpec):
    name: Annotated[NamePair, BeforeValidator(words_for("full"), json_schema_input_type=str | NamePair)]
    link: Annotated[
        Links | None, BeforeValidator(words_for("home"), json_schema_input_type=str | Links | None)
    ] = None


class LightDark(_FromSpec):
    light: FileName
    dark: FileName | None = None


class LogoImage(_FromSpec):
    path: FileName
    alt: str | None = None


_Image = Annotated[LogoImage, BeforeValidator(words_for("path"), json_schema_input_type=str | LogoImage)]
_Picture = Annotated[
    LightDark | None, BeforeValidator(words_for("light"), json_schema_input_type=str | LightDark | None)
]


class Logo(_FromSpec):
    """Files of the logo, in up to three sizes; a path, or the key of one of `images`."""

    images: dict[str, _Image] = {}
    small: _Picture = None
    medium: _Picture = None
    large: _Picture = None

    @property
    def path(self) -> str | None:
        """Give the file for a light page: the middle size first, as the masthead is small."""
        size = self.medium or self.small or self.large
        if size is None:
            return None
        image = self.images.get(size.light)
        return image.path if image else size.light


def _checked_colour(value: Any) -> Any:
    if value is None:  # `primary: #1d5a68` without quotes is a key and a comment
        raise PydanticCustomError("color_none", "no colour")
    if isinstance(value, str) and value.startswith("#") and not _HEX.fullmatch(value):
        raise PydanticCustomError("color_hex", "not a colour", {"colour": value})
    return value


_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_Colour = Annotated[str, BeforeValidator(_checked_colour)]
_Role = Annotated[str | None, BeforeValidator(_checked_colour, json_schema_input_type=str)]


class Color(_FromSpec):
    """A palette of names and the roles that point at them."""

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
    def _leads_somewhere(self) -> Self:
        roles = {role: getattr(self, role) for role in COLOR_ROLES}
        lost: list[tuple[tuple[str, ...], str]] = [
            (("palette", key), name) for key, name in self.palette.items() if not self.resolve(name)
        ]
        lost += [
            ((role,), name) for role, name in roles.items() if name is not None and not self.resolve(name)
        ]
        if lost:
            raise PydanticCustomError("color_name", "leads nowhere", {"lost": lost})
        return self

    def resolve(self, name: str | None, *, depth: int = 0) -> str | None:
        """Follow palette names and roles to a hex colour; none when they lead nowhere."""
        if name is None or depth > 8 or name.startswith("#"):
            return name if depth <= 8 else None
        target = self.palette.get(name)
        if target is None and name in COLOR_ROLES:
            target = getattr(self, name)
        return self.resolve(target, depth=depth + 1) if target is not None else None

    @property
    def seed(self) -> str | None:
        """Give the one colour that all roles of a page are made from."""
        return self.resolve(self.primary or next(iter(self.palette), None))


class Clinic(Model):
    """What brand.yml has no place for; `defaults: bifolio:` of the file."""

    region: Name | None = None
    edition: Name | None = None
    theme: Name | None = None
    address: tuple[Label, ...] = Field(default=(), max_length=4)
    phone: Label | None = None
    email: Email | None = None
    site: Label | None = None
    """The address as printed; the link itself is meta.link."""
    shelf: Url | None = None
    """Where the clinic's own shelf of handouts stands on the web, for books to point to."""
    hours: Label | None = None
    out_of_hours: Label | None = None
    licence: Label | None = None
    masthead: Literal["logo and name", "logo", "name"] = "logo and name"
    contact: Label | None = None
    """Words above the contact lines; the clinic's name when not given."""


class Defaults(_FromSpec):
    bifolio: Clinic = Clinic()


class Brand(_FromSpec):
    """One `_brand.yml`."""

    meta: Meta
    logo: Annotated[Logo | None, BeforeValidator(words_for("medium"), json_schema_input_type=str | Logo)] = (
        None
    )
    color: Color = Color()
    defaults: Defaults = Defaults()

    @property
    def clinic(self) -> Clinic:
        return self.defaults.bifolio

    @property
    def name(self) -> str:
        """The clinic's name as a masthead says it."""
        return self.meta.name.full or self.meta.name.short or ""

    @property
    def logo_path(self) -> str | None:
        return self.logo.path if self.logo else None

    @property
    def home(self) -> str | None:
        return self.meta.link.home if self.meta.link else None

    @property
    def site(self) -> str | None:
        """The web address as people say it: without https:// and the last slash."""
        if self.clinic.site or not self.home:
            return self.clinic.site
        return self.home.split("://", 1)[1].removeprefix("www.").rstrip("/")
