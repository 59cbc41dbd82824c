"""Where an element stands while a drawing is walked."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from fontTools.misc.transform import Transform

from bifolio.branding.logo.refusal import unreadable
from bifolio.branding.logo.values import Viewport

MAX_DEPTH = 60
"""How deep groups and references may stand in each other."""


@dataclass(frozen=True, slots=True)
class Place:
    """The viewport of an element, and the matrix that takes its units to the plane of the logo."""

    viewport: Viewport
    matrix: Transform
    above: tuple[int, ...] = ()
    """The elements around it, by `id()`."""

    def within(self, element: Element, matrix: Transform) -> Place:
        """Return the place inside an element. Raises RefusedError where it stands in itself, or too deep."""
        if id(element) in self.above:
            raise unreadable("the drawing of the logo stands in itself")
        if len(self.above) >= MAX_DEPTH:
            raise unreadable(f"the groups of the logo stand more than {MAX_DEPTH} deep in each other")
        return Place(self.viewport, self.matrix.transform(matrix), (*self.above, id(element)))
