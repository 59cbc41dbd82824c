"""What effects and paints ask of the drawing that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from xml.etree.ElementTree import Element

from bifolio.branding.logo.css import Cascade, Style
from bifolio.branding.logo.items import Item
from bifolio.branding.logo.paths import Path
from bifolio.branding.logo.place import Place


class Document(Protocol):
    """An SVG document in which elements point to one another, so that drawing one may draw others."""

    cascade: Cascade
    pixels: set[str]
    """What in it cannot be drawn as vectors."""

    @property
    def named(self) -> Mapping[str, Element]:
        """The elements by their id."""

    def style_in_tree(self, element: Element) -> Style:
        """Return the style of an element where it stands in the document."""

    def path(self, element: Element, style: Style, place: Place) -> Path:
        """Return the outline of a shape, in its own coordinates."""

    def outlines(self, element: Element, style: Style, place: Place) -> list[tuple[Path, Style]]:
        """Return the outlines of a text."""

    def shifted(self, element: Element, style: Style, place: Place) -> Place:
        """Return where a `use` puts what it points at."""

    def contents(self, element: Element, place: Place) -> list[Item]:
        """Draw the children of an element."""

    def layer(self) -> None:
        """Count a layer; refuse too many."""
