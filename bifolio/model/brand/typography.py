"""The typography section of brand.yml."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from bifolio.model.base import words_for
from bifolio.model.brand.spec import BrandFile, SpecModel

Family = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^<>{};\\]*$")]

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
    weight = value
    if isinstance(value, str):
        named = value.strip().lower().replace(" ", "-")
        weight = int(named) if named.isdecimal() and named.isascii() else _WEIGHTS.get(named)
    if isinstance(weight, bool) or not isinstance(weight, int) or not 1 <= weight <= 1000:
        raise PydanticCustomError("font_weight", "not a weight", {"weight": str(value)})
    return weight


_Weight = Annotated[int | None, BeforeValidator(_checked_weight, json_schema_input_type=int | str | None)]


def _single_weight(value: Any) -> Any:
    is_range = isinstance(value, list) or (isinstance(value, str) and (".." in value or value == "auto"))
    return None if is_range else value


class FontFile(BrandFile):
    """One file of a family. A range of weights such as `600..900` is not read: the file itself states it."""

    weight: Annotated[
        _Weight,
        BeforeValidator(_single_weight, json_schema_input_type=int | str | list[int | str] | None),
    ] = None
    style: Literal["normal", "italic", "oblique"] | None = None


class Font(SpecModel):
    """A family that the brand uses, and where it comes from. Only `file` is ever read."""

    family: Family
    source: Annotated[
        Literal["file", "google", "bunny", "system"] | None,
        BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value),
    ] = None
    files: tuple[
        Annotated[FontFile, BeforeValidator(words_for("path"), json_schema_input_type=str | FontFile)], ...
    ] = ()


class Face(SpecModel):
    """How one sort of text is set; a plain string is the family."""

    family: Family | None = None
    weight: _Weight = None

    @property
    def families(self) -> tuple[str, ...]:
        """The families in order of preference: "Arial, sans-serif" names two."""
        return tuple(part.strip(" \"'") for part in (self.family or "").split(",") if part.strip(" \"'"))


def _as_face(value: Any) -> Any:
    """Take a family, or a list of them in order of preference, as a face."""
    if isinstance(value, list) and value and all(isinstance(family, str) for family in value):
        value = ", ".join(value)
    return {"family": value} if isinstance(value, str) else value


def _as_fonts(value: Any) -> Any:
    """Take one font, or the name of one, as a list; and names in a list as fonts."""
    fonts = [value] if isinstance(value, (str, dict)) else value
    return (
        [{"family": font} if isinstance(font, str) else font for font in fonts]
        if isinstance(fonts, list)
        else fonts
    )


_Face = Annotated[
    Face | None, BeforeValidator(_as_face, json_schema_input_type=str | list[str] | Face | None)
]


class Typography(SpecModel):
    """The families of running text and of headings. Sizes are the project's own: they keep pages legible."""

    fonts: Annotated[
        tuple[Font, ...], BeforeValidator(_as_fonts, json_schema_input_type=str | Font | list[str | Font])
    ] = ()
    base: _Face = None
    headings: _Face = None
