"""The logo section of brand.yml."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from bifolio.model.base import Label, words_for
from bifolio.model.brand.spec import BrandFile, SpecModel


class LogoImage(BrandFile):
    """An image file and its alternative text."""

    alt: Label | None = None


def _as_light(value: Any) -> Any:
    """Take a file, with or without alternative text, as the light one of a pair."""
    is_file = isinstance(value, str) or (isinstance(value, dict) and "path" in value)
    return {"light": value} if is_file else value


def as_medium(value: Any) -> Any:
    """Take a file, or a pair of them, as the medium size of a logo."""
    is_one = isinstance(value, str) or (isinstance(value, dict) and value.keys() & {"path", "light", "dark"})
    return {"medium": value} if is_one else value


_Image = Annotated[LogoImage, BeforeValidator(words_for("path"), json_schema_input_type=str | LogoImage)]


class LightDark(SpecModel):
    """Two versions of a logo: for light pages, as all paper is, and for dark screens."""

    light: _Image | None = None
    dark: _Image | None = None


_Picture = Annotated[
    LightDark | None, BeforeValidator(_as_light, json_schema_input_type=str | LogoImage | LightDark | None)
]


class Logo(SpecModel):
    """Files of the logo in up to three sizes, each a path or the key of one of `images`."""

    images: dict[str, _Image] = {}
    small: _Picture = None
    medium: _Picture = None
    large: _Picture = None

    @property
    def image(self) -> LogoImage | None:
        """The image for light pages; the medium size is preferred, as the masthead is small."""
        return self._found(self._size.light) if self._size else None

    @property
    def dark_image(self) -> LogoImage | None:
        """The image for dark screens, of the same size as `image`."""
        return self._found(self._size.dark) if self._size else None

    @property
    def _size(self) -> LightDark | None:
        return next((size for size in (self.medium, self.small, self.large) if size and size.light), None)

    def _found(self, named: LogoImage | None) -> LogoImage | None:
        return self.images.get(named.path, named) if named else None
