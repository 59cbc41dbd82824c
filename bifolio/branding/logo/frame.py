"""How large a drawing is by itself, and where its units lie in the plane of the logo."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from fontTools.misc.transform import Identity, Transform

from bifolio.branding.logo import values
from bifolio.branding.logo.css import Style
from bifolio.branding.logo.refusal import unreadable
from bifolio.branding.logo.values import Box
from bifolio.branding.logo.writing import SPAN

_NATURAL = (300.0, 150.0)
"""What a browser gives a drawing that says nothing of its size (CSS 2, 10.3.2)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The edges of a drawing."""

    box: Box
    """Its viewBox, or what stands in for one that is missing."""
    size: tuple[float, float]
    """Width and height in the plane of the logo, the longer of which is `SPAN`."""
    matrix: Transform
    """From the units of the drawing to the plane."""


def frame(root: Element, style: Style) -> Frame:
    """Return the edges of a drawing, as a browser finds them. Raises RefusedError where it has no extent."""
    box = values.view_box(root.get("viewBox"))
    width, height = (_absolute(style.get(name) or root.get(name), style) for name in ("width", "height"))
    ratio = box[2] / box[3] if box else None
    if width is None and height is None:
        width, height = box[2:] if box else _NATURAL
    elif width is None:
        assert height is not None
        width = height * ratio if ratio else _NATURAL[0]
    elif height is None:
        height = width / ratio if ratio else _NATURAL[1]
    if width <= 0 or height <= 0 or not 1e-3 < width / height < 1e3:
        raise unreadable(f"the logo is {width:g} wide and {height:g} high")
    scale = SPAN / max(width, height)
    fitted = values.fit(box, width, height, root.get("preserveAspectRatio")) if box else Identity
    return Frame(
        box or (0.0, 0.0, width, height),
        (width * scale, height * scale),
        Identity.scale(scale).transform(fitted),
    )


def _absolute(text: str | None, style: Style) -> float | None:
    found = values.length(text) if text and text != "auto" else None
    return None if found is None or found.unit == "%" else found.pixels(0, style.font_size)
