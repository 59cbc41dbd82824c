"""A brand: the clinic's identity, in the fields of the public brand.yml specification.

What the specification lacks (address, phone, region …) stands under `defaults: bifolio:`, the place
it gives to programs. See https://posit-dev.github.io/brand-yml/.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bifolio.model.base import Label, Model, Name

Hex = Annotated[str, StringConstraints(pattern=r"^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$")]
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
    short: Label | None = None
    full: Label | None = None


class Links(_FromSpec):
    home: Url | None = None


class Meta(_FromSpec):
    name: Label | NamePair
    link: Url | Links | None = None


class LightDark(_FromSpec):
    light: str
    dark: str | None = None


class LogoImage(_FromSpec):
    path: str
    alt: str | None = None


class Logo(_FromSpec):
    """Files of the logo, in up to three sizes; a path, or the key of one of `images`."""

    images: dict[str, str | LogoImage] = {}
    small: str | LightDark | None = None
    medium: str | LightDark | None = None
    large: str | LightDark | None = None

    @property
    def path(self) -> str | None:
        """Give the file for a light page: the middle size first, as the masthead is small."""
        for size in (self.medium, self.small, self.large):
            if size is None:
                continue
            name = size.light if isinstance(size, LightDark) else size
            image = self.images.get(name, name)
            return image.path if isinstance(image, LogoImage) else image
        return None


class Color(_FromSpec):
    """A palette of names and the roles that point at them."""

    palette: dict[str, str] = {}
    foreground: str | None = None
    background: str | None = None
    primary: str | None = None
    secondary: str | None = None
    tertiary: str | None = None
    success: str | None = None
    info: str | None = None
    warning: str | None = None
    danger: str | None = None
    light: str | None = None
    dark: str | None = None
    link: str | None = None

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
    logo: str | Logo | None = None
    color: Color = Color()
    defaults: Defaults = Defaults()

    @model_validator(mode="after")
    def _seed_is_a_colour(self) -> Self:
        names = {n: getattr(self.color, n) for n in COLOR_ROLES} | dict(self.color.palette)
        for role, name in names.items():
            if name is None:
                continue
            found = self.color.resolve(name)
            if found is None:
                raise PydanticCustomError("color_name", "leads nowhere", {"name": name, "at": role})
            if not _is_hex(found):
                raise PydanticCustomError("color_hex", "not a colour", {"name": found, "at": role})
        return self

    @property
    def clinic(self) -> Clinic:
        return self.defaults.bifolio

    @property
    def name(self) -> str:
        """The clinic's name as a masthead says it."""
        name = self.meta.name
        if isinstance(name, NamePair):
            return name.full or name.short or ""
        return name

    @property
    def logo_path(self) -> str | None:
        return self.logo.path if isinstance(self.logo, Logo) else self.logo

    @property
    def home(self) -> str | None:
        link = self.meta.link
        return link.home if isinstance(link, Links) else link

    @property
    def site(self) -> str | None:
        """The web address as people say it: without https:// and the last slash."""
        if self.clinic.site or not self.home:
            return self.clinic.site
        return self.home.split("://", 1)[1].removeprefix("www.").rstrip("/")


def _is_hex(text: str) -> bool:
    digits = text[1:]
    return len(digits) in (3, 6) and all(c in "0123456789abcdefABCDEF" for c in digits)
