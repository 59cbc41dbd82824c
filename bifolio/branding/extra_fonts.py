"""Families that brand files often name from Google Fonts, in a wheel of their own: `make fonts` builds and installs it.

The wheel carries the files of Fontsource as they are, in parts for Latin letters, more Latin letters and Vietnamese.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "bifolio_fonts"

FAMILIES: Mapping[str, str] = {
    "Lato": "lato",
    "Lora": "lora",
    "Merriweather": "merriweather",
    "Montserrat": "montserrat",
    "Nunito": "nunito",
    "Open Sans": "open-sans",
    "Playfair Display": "playfair-display",
    "Poppins": "poppins",
    "Raleway": "raleway",
    "Roboto": "roboto",
    "Source Sans 3": "source-sans-3",
    "Work Sans": "work-sans",
}
"""The families by the names that brands give them, each with that of its folder in the wheel."""

WEIGHTS = (400, 700)
PARTS = ("latin", "latin-ext", "vietnamese")


def known(family: str) -> str | None:
    """Return the name of a family as it is listed here; None where it is not."""
    return next((name for name in FAMILIES if name.casefold() == family.casefold()), None)


def files_of(family: str) -> list[tuple[int, Path]]:
    """Return the files of a family, each with its weight; nothing where the wheel is not installed."""
    name, package = known(family), find_spec(PACKAGE)
    if not name or package is None or not package.submodule_search_locations:
        return []
    folder = Path(next(iter(package.submodule_search_locations))) / FAMILIES[name]
    paths = [
        (weight, folder / file_name(FAMILIES[name], part, weight)) for weight in WEIGHTS for part in PARTS
    ]
    return [(weight, path) for weight, path in paths if path.is_file()]


def file_name(folder: str, part: str, weight: int) -> str:
    """Return the name of a file as Fontsource has it."""
    return f"{folder}-{part}-{weight}-normal.woff2"
