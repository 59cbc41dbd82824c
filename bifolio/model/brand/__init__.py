"""A brand: the clinic's identity, in the fields of the public brand.yml specification.

What the specification lacks (address, phone, region …) is under `defaults: bifolio:`, the place
that it reserves for programs. See https://posit-dev.github.io/brand-yml/.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, Field

from bifolio.model.base import Label, words_for
from bifolio.model.brand.clinic import Clinic
from bifolio.model.brand.color import Color
from bifolio.model.brand.logo import Logo, LogoImage, as_medium
from bifolio.model.brand.spec import SpecModel, Url
from bifolio.model.brand.typography import Typography
from bifolio.model.plate import LINES


def name_after(folder: str) -> str:
    """Return the name of a clinic whose brand file has none.

    >>> name_after("harbour-street")
    'Harbour Street'
    """
    return folder.replace("-", " ").title()


class NamePair(SpecModel):
    """The clinic's names; a plain string is the full one."""

    short: Label | None = None
    full: Label | None = None


class Links(SpecModel):
    """The clinic's web addresses; a plain string is its home page."""

    home: Url | None = None


class Meta(SpecModel):
    name: Annotated[NamePair, BeforeValidator(words_for("full"), json_schema_input_type=str | NamePair)] = (
        NamePair()
    )
    link: Annotated[
        Links | None,
        BeforeValidator(words_for("home"), json_schema_input_type=str | Links | None),
        Field(validation_alias=AliasChoices("link", "links")),  # "links" in the specification's own outline
    ] = None


class Defaults(SpecModel):
    bifolio: Clinic = Clinic()


class Brand(SpecModel):
    """One `_brand.yml`."""

    meta: Meta = Meta()
    logo: Annotated[
        Logo | None, BeforeValidator(as_medium, json_schema_input_type=str | LogoImage | Logo | None)
    ] = None
    color: Annotated[Color, BeforeValidator(words_for("primary"), json_schema_input_type=str | Color)] = (
        Color()
    )
    typography: Annotated[
        Typography, BeforeValidator(words_for("base"), json_schema_input_type=str | Typography)
    ] = Typography()
    defaults: Defaults = Defaults()

    @property
    def clinic(self) -> Clinic:
        return self.defaults.bifolio

    def called(self, name: str) -> Brand:
        """Return the brand under another name."""
        meta = self.meta.model_copy(update={"name": NamePair(full=name)})
        return self.model_copy(update={"meta": meta})

    def in_region(self, region: str) -> Brand:
        """Return the brand in a region."""
        clinic = self.clinic.model_copy(update={"region": region})
        return self.model_copy(update={"defaults": self.defaults.model_copy(update={"bifolio": clinic})})

    @property
    def name(self) -> str:
        """The clinic's name as in a masthead; empty if the file has none."""
        return self.meta.name.full or self.meta.name.short or ""

    @property
    def logo_path(self) -> str | None:
        """The logo file; None if there is none, or if it would have to be fetched."""
        return _local(self.logo.image) if self.logo else None

    @property
    def dark_logo_path(self) -> str | None:
        """The logo file for dark screens; None if there is none, or if it would have to be fetched."""
        return _local(self.logo.dark_image) if self.logo else None

    @property
    def logo_alt(self) -> str:
        """The alternative text of the logo; the clinic's name if the file gives none."""
        image = self.logo.image if self.logo else None
        return (image.alt if image else None) or self.name

    @property
    def contact(self) -> tuple[str, ...]:
        """The names of the clinic's contact lines, the most needed one first."""
        clinic = self.clinic
        given = {
            "phone": clinic.phone,
            "out_of_hours": clinic.out_of_hours,
            "site": self.home and self.site,
            "email": clinic.email,
            "hours": clinic.hours if clinic.address else None,  # otherwise they are under the name
        }
        return tuple(name for name, value in given.items() if value)

    @property
    def is_brief(self) -> bool:
        """Whether what the clinic says very likely fits the usual room."""
        lines = len(self.contact) + max(len(self.clinic.phones) - 1, 0) + len(self.clinic.sites)
        return lines <= LINES and not self.clinic.small_print and not self.clinic.footer

    @property
    def online_files(self) -> tuple[str, ...]:
        """The addresses of files that would have to be fetched; none of them is."""
        images = (self.logo.image, self.logo.dark_image) if self.logo else ()
        logos = (image.path for image in images if image and image.is_online)
        fonts = (file.path for font in self.typography.fonts for file in font.files if file.is_online)
        return (*dict.fromkeys(logos), *fonts)

    @property
    def home(self) -> str | None:
        return self.meta.link.home if self.meta.link else None

    @property
    def site(self) -> str | None:
        """The web address as people say it: without https:// and the trailing slash."""
        if self.clinic.site or not self.home:
            return self.clinic.site
        return self.home.split("://", 1)[1].removeprefix("www.").rstrip("/")


def _local(image: LogoImage | None) -> str | None:
    return image.path if image and not image.is_online else None
