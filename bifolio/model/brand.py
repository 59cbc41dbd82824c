"""A brand: the clinic's identity, in the fields of the public brand.yml specification.

What the specification lacks (address, phone, region …) stands under `defaults: bifolio:`, the place
it gives to programs. See https://posit-dev.github.io/brand-yml/.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bifolio.model.base import Day, Label, Model, Name, Text, words_for
from bifolio.model.region import SupportLine

Family = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^<>{};\\]*$")]
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


def name_after(folder: str) -> str:
    """Give the name of a clinic that says none.

    >>> name_after("harbour-street")
    'Harbour Street'
    """
    return folder.replace("-", " ").title()


class _FromSpec(Model):
    """A part of brand.yml: keys for other programs are kept out of the way, not refused."""

    model_config = ConfigDict(extra="allow")

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, value: Any) -> Any:
        """Take a key with nothing after it as one that is not there: what it held may stand in comments."""
        return (
            {key: kept for key, kept in value.items() if kept is not None}
            if isinstance(value, dict)
            else value
        )


class NamePair(_FromSpec):
    """The clinic's names; plain words are the full one."""

    short: Label | None = None
    full: Label | None = None


class Links(_FromSpec):
    """Where a clinic is in the web; plain words are its home."""

    home: Url | None = None


class Meta(_FromSpec):
    name: Annotated[NamePair, BeforeValidator(words_for("full"), json_schema_input_type=str | NamePair)] = (
        NamePair()
    )
    link: Annotated[
        Links | None,
        BeforeValidator(words_for("home"), json_schema_input_type=str | Links | None),
        Field(
            validation_alias=AliasChoices("link", "links")
        ),  # the second in the specification's own outline
    ] = None


class LogoImage(_FromSpec):
    path: FileName
    alt: Label | None = None

    @property
    def is_online(self) -> bool:
        return bool(_ONLINE.match(self.path))


_ONLINE = re.compile(r"[a-z]+://", re.IGNORECASE)


def _as_light(value: Any) -> Any:
    """Let a file, or a file with its alternative text, stand for a pair of which it is the light one."""
    return (
        {"light": value} if isinstance(value, str) or (isinstance(value, dict) and "path" in value) else value
    )


def _as_medium(value: Any) -> Any:
    """Let a file, or a pair of them, stand for a logo of which it is the middle size."""
    is_one = isinstance(value, str) or (isinstance(value, dict) and value.keys() & {"path", "light", "dark"})
    return {"medium": value} if is_one else value


_Image = Annotated[LogoImage, BeforeValidator(words_for("path"), json_schema_input_type=str | LogoImage)]


class LightDark(_FromSpec):
    """Two forms of a logo: for light pages, as all of paper is, and for dark screens."""

    light: _Image | None = None
    dark: _Image | None = None


_Picture = Annotated[
    LightDark | None, BeforeValidator(_as_light, json_schema_input_type=str | LogoImage | LightDark | None)
]


class Logo(_FromSpec):
    """Files of the logo, in up to three sizes; each a path, or the key of one of `images`."""

    images: dict[str, _Image] = {}
    small: _Picture = None
    medium: _Picture = None
    large: _Picture = None

    @property
    def image(self) -> LogoImage | None:
        """Give the picture for a light page: the middle size first, as the masthead is small."""
        return self._found(self._size.light) if self._size else None

    @property
    def dark_image(self) -> LogoImage | None:
        """Give the picture for a dark screen that stands beside the one for a light page."""
        return self._found(self._size.dark) if self._size else None

    @property
    def _size(self) -> LightDark | None:
        return next((size for size in (self.medium, self.small, self.large) if size and size.light), None)

    def _found(self, named: LogoImage | None) -> LogoImage | None:
        return self.images.get(named.path, named) if named else None


def _checked_colour(value: Any) -> Any:
    if value is None:  # `primary: #1d5a68` without quotes is a key and a comment
        raise PydanticCustomError("color_none", "no colour")
    if isinstance(value, dict) and value.keys() & {
        "light",
        "dark",
    }:  # for light and for dark pages; these are light
        value = value.get("light")
        if value is None:
            return None
    if isinstance(value, str) and value.startswith("#") and not _HEX.fullmatch(value):
        raise PydanticCustomError("color_hex", "not a colour", {"colour": value})
    return value


_HEX = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")


def in_hex(colour: str) -> str | None:
    """Write a colour of CSS as #rrggbb, without its transparency; none when it is no colour."""
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
    if not found.alpha():  # `transparent` is no colour
        return None
    return str(found.convert("srgb").clip().to_string(hex=True, alpha=False))


_Colour = Annotated[str, BeforeValidator(_checked_colour)]
_Role = Annotated[str | None, BeforeValidator(_checked_colour, json_schema_input_type=str)]


class Color(_FromSpec):
    """A palette of names and the roles that point at them."""

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, value: Any) -> Any:
        """Take an empty palette for none; a colour after which nothing stands was taken for a comment by YAML."""
        if isinstance(value, dict) and "palette" in value and value["palette"] is None:
            return {key: kept for key, kept in value.items() if key != "palette"}
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
        """Follow palette names and roles to a colour as #rrggbb; none when they lead nowhere.

        As in the specification, names of the palette come before those of roles, and both before CSS's own.
        """
        if name is None or depth > 8:
            return None
        target = self.palette.get(name)
        if target is None and name in COLOR_ROLES:
            target = getattr(self, name)
        if target is None or target == name:
            return in_hex(name)
        return self.resolve(target, depth=depth + 1)

    @property
    def given(self) -> dict[str, str]:
        """Give every colour of the brand by name: its roles, then its palette."""
        roles = {role: getattr(self, role) for role in COLOR_ROLES}
        named = {**{role: name for role, name in roles.items() if name}, **self.palette}
        return {name: found for name in named if (found := self.resolve(name))}

    @property
    def seed(self) -> str | None:
        """Give the one colour that all roles of a page are made from: the first that is not grey."""
        first = [self.resolve(name) for name in (self.primary, self.link, self.secondary) if name]
        colours = [colour for colour in (*first, *map(self.resolve, self.palette)) if colour]
        if self.primary and colours:
            return colours[0]
        return next((colour for colour in colours if not _is_grey(colour)), next(iter(colours), None))


def _is_grey(colour: str) -> bool:
    channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return max(channels) - min(channels) < 24


_WEIGHTS = {
    "thin": 100,
    "extra-light": 200,
    "ultra-light": 200,
    "light": 300,
    "normal": 400,
    "regular": 400,
    "medium": 500,
    "semi-bold": 600,
    "demi-bold": 600,
    "bold": 700,
    "extra-bold": 800,
    "ultra-bold": 800,
    "black": 900,
}


def _checked_weight(value: Any) -> Any:
    if value is None:
        return None
    weight = _WEIGHTS.get(value) if isinstance(value, str) else value
    if isinstance(weight, bool) or not isinstance(weight, int) or not 1 <= weight <= 1000:
        raise PydanticCustomError("font_weight", "not a weight", {"weight": str(value)})
    return weight


_Weight = Annotated[int | None, BeforeValidator(_checked_weight, json_schema_input_type=int | str | None)]
_Style = Literal["normal", "italic", "oblique"]


def _one_weight(value: Any) -> Any:
    return (
        None
        if isinstance(value, list) or (isinstance(value, str) and (".." in value or value == "auto"))
        else value
    )


class FontFile(_FromSpec):
    """One file of a family. What a weight of `600..900` says, a file of several weights knows itself."""

    path: FileName
    weight: Annotated[
        _Weight,
        BeforeValidator(_one_weight, json_schema_input_type=int | str | list[int | str] | None),
    ] = None
    style: _Style | None = None

    @property
    def is_online(self) -> bool:
        return bool(_ONLINE.match(self.path))


class Font(_FromSpec):
    """A family that a brand names, and where it comes from. Only `file` brings anything with it."""

    family: Family
    source: Literal["file", "google", "bunny", "system"] | None = None
    files: tuple[
        Annotated[FontFile, BeforeValidator(words_for("path"), json_schema_input_type=str | FontFile)], ...
    ] = ()


class Face(_FromSpec):
    """How one sort of text is set; plain words are the family."""

    family: Family | None = None
    weight: _Weight = None

    @property
    def families(self) -> tuple[str, ...]:
        """Give the families in order of preference: "Arial, sans-serif" names two."""
        return tuple(part.strip(" \"'") for part in (self.family or "").split(",") if part.strip(" \"'"))


_Face = Annotated[Face | None, BeforeValidator(words_for("family"), json_schema_input_type=str | Face | None)]


class Typography(_FromSpec):
    """The families of running text and of headings. Sizes are this project's own: they keep a page legible."""

    fonts: tuple[Font, ...] = ()
    base: _Face = None
    headings: _Face = None


class OwnLine(Model):
    """A support line of the clinic itself, printed before those of the region."""

    name: Label
    about: Label
    phone: Label | None = None
    text: Label | None = None
    hours: Label | None = None
    free: bool | None = None
    checked_on: Day

    def as_line(self, number: int) -> SupportLine:
        """Give it as a region holds its lines."""
        return SupportLine(
            id=f"own-{number}",
            name=self.name,
            about=self.about,
            phone=self.phone,
            text=self.text,
            hours=self.hours,
            free=self.free,
            checked_on=self.checked_on,
            page_date="undated",
            status="common",
        )

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if not (self.phone or self.text):
            raise PydanticCustomError("line_reach", "no phone or text")
        return self


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
    lines: tuple[OwnLine, ...] = Field(default=(), max_length=2)
    """Support lines of the clinic's own, for every handout that has support lines."""
    masthead: Literal["logo and name", "logo", "name"] = "logo and name"
    intro: Text | None = None
    """A few words under the summary of each handout that has its title on the first page of text."""
    contact: Label | None = None
    """Words above the contact lines; the clinic's name when not given."""


class Defaults(_FromSpec):
    bifolio: Clinic = Clinic()


class Brand(_FromSpec):
    """One `_brand.yml`."""

    meta: Meta = Meta()
    logo: Annotated[
        Logo | None, BeforeValidator(_as_medium, json_schema_input_type=str | LogoImage | Logo | None)
    ] = None
    color: Color = Color()
    typography: Typography = Typography()
    defaults: Defaults = Defaults()

    @property
    def clinic(self) -> Clinic:
        return self.defaults.bifolio

    def called(self, name: str) -> Brand:
        """Give the brand under another name."""
        meta = self.meta.model_copy(update={"name": NamePair(full=name)})
        return self.model_copy(update={"meta": meta})

    @property
    def name(self) -> str:
        """The clinic's name as a masthead says it; empty where the file says none."""
        return self.meta.name.full or self.meta.name.short or ""

    @property
    def logo_path(self) -> str | None:
        """Give the file of the logo; none where there is none, or only one that would have to be fetched."""
        image = self.logo.image if self.logo else None
        return image.path if image and not image.is_online else None

    @property
    def dark_logo_path(self) -> str | None:
        """Give the file of the logo for dark screens; none where there is none, or where it would have to be fetched."""
        image = self.logo.dark_image if self.logo else None
        return image.path if image and not image.is_online else None

    @property
    def logo_alt(self) -> str:
        """Give what a screen reader says for the logo: its own words, or the clinic's name."""
        image = self.logo.image if self.logo else None
        return (image.alt if image else None) or self.name

    @property
    def contact(self) -> tuple[str, ...]:
        """Name the contact lines that a brand gives, the one that is needed most first."""
        clinic = self.clinic
        given = {
            "phone": clinic.phone,
            "out_of_hours": clinic.out_of_hours,
            "site": self.home and self.site,
            "email": clinic.email,
            "hours": clinic.hours if clinic.address else None,  # else they stand under the name
            "licence": clinic.licence,
        }
        return tuple(name for name, value in given.items() if value)

    @property
    def online_files(self) -> tuple[str, ...]:
        """Give the addresses of files that the brand would have fetched; nothing here is."""
        images = (self.logo.image, self.logo.dark_image) if self.logo else ()
        logos = (image.path for image in images if image and image.is_online)
        fonts = (file.path for font in self.typography.fonts for file in font.files if file.is_online)
        return (*dict.fromkeys(logos), *fonts)

    @property
    def home(self) -> str | None:
        return self.meta.link.home if self.meta.link else None

    @property
    def site(self) -> str | None:
        """The web address as people say it: without https:// and the last slash."""
        if self.clinic.site or not self.home:
            return self.clinic.site
        return self.home.split("://", 1)[1].removeprefix("www.").rstrip("/")
