"""The CSS properties that say how an SVG is drawn: whether children inherit them, their initial and valid values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bifolio.branding.logo import values


@dataclass(frozen=True, slots=True)
class Property:
    initial: str
    is_inherited: bool
    is_valid: Callable[[str], Any]


def _one_of(*words: str) -> Callable[[str], bool]:
    return lambda value: value in words


def _any(value: str) -> bool:
    return bool(value)


def _dashes(value: str) -> bool:
    if value == "none":
        return True
    found = values.lengths(value)
    return found is not None and all(one.value >= 0 for one in found)


def _size(value: str) -> bool:
    found = values.length(value)
    return found is not None and found.value >= 0


def _measure(value: str) -> bool:
    found = values.length(value)
    return value == "auto" or (found is not None and (bool(found.unit) or not found.value))


def _at_least_one(value: str) -> bool:
    return (values.number(value) or 0) >= 1


def _pointer(value: str) -> bool:
    return value == "none" or values.url(value) is not None or "(" in value


_RULE = _one_of("nonzero", "evenodd")
_OWN: dict[str, tuple[str, Callable[[str], Any]]] = {
    "opacity": ("1", lambda value: values.alpha(value) is not None),
    "display": ("inline", _any),
    "overflow": ("", _any),
    "transform": ("none", lambda value: values.transform(value, values.Viewport(1, 1)) is not None),
    "transform-origin": ("0 0", _any),
    "transform-box": ("view-box", _any),
    "clip-path": ("none", _pointer),
    "mask": ("none", _pointer),
    "filter": ("none", _pointer),
    "mix-blend-mode": ("normal", _any),
    "isolation": ("auto", _any),
    "mask-type": ("luminance", _one_of("luminance", "alpha")),
    "vector-effect": ("none", _any),
    "stop-color": ("#000000", values.colour),
    "stop-opacity": ("1", lambda value: values.alpha(value) is not None),
    "flood-color": ("#000000", values.colour),
    "flood-opacity": ("1", lambda value: values.alpha(value) is not None),
    "lighting-color": ("#ffffff", values.colour),
    "background": ("none", _any),
    "background-color": ("none", _any),
    "text-decoration": ("none", _any),
    "dominant-baseline": ("auto", _any),
    "alignment-baseline": ("auto", _any),
    "baseline-shift": ("baseline", _any),
    "animation": ("none", _any),
    "animation-name": ("none", _any),
    **dict.fromkeys(
        ("rotate", "scale", "translate", "offset-path", "mask-image", "mask-border"), ("none", _any)
    ),
    **dict.fromkeys(("x", "y", "width", "height", "cx", "cy", "r", "rx", "ry"), ("", _measure)),
    "d": ("", lambda value: value.startswith("path(") or value == "none"),
}
_INHERITED: dict[str, tuple[str, Callable[[str], Any]]] = {
    "color": (values.CURRENT, values.colour),
    "fill": ("#000000", values.paint),
    "fill-opacity": ("1", lambda value: values.alpha(value) is not None),
    "fill-rule": ("nonzero", _RULE),
    "clip-rule": ("nonzero", _RULE),
    "stroke": ("none", values.paint),
    "stroke-opacity": ("1", lambda value: values.alpha(value) is not None),
    "stroke-width": ("1", _size),
    "stroke-linecap": ("butt", _one_of("butt", "round", "square")),
    "stroke-linejoin": ("miter", _one_of("miter", "round", "bevel")),
    "stroke-miterlimit": ("4", _at_least_one),
    "stroke-dasharray": ("none", _dashes),
    "stroke-dashoffset": ("0", values.length),
    "visibility": ("visible", _one_of("visible", "hidden", "collapse")),
    "paint-order": ("normal", _any),
    "marker-start": ("none", _pointer),
    "marker-mid": ("none", _pointer),
    "marker-end": ("none", _pointer),
    "color-interpolation-filters": ("linearRGB", _any),
    "image-rendering": ("auto", _any),
    "shape-rendering": ("auto", _any),
    "font-family": ("", _any),
    "font-size": ("16px", _any),
    "font-weight": ("400", _any),
    "font-style": ("normal", _any),
    "font-variant": ("normal", _any),
    "font-stretch": ("normal", _any),
    "font-feature-settings": ("normal", _any),
    "font-kerning": ("auto", _any),
    "font-variant-ligatures": ("normal", _any),
    "letter-spacing": ("normal", _any),
    "word-spacing": ("normal", _any),
    "text-anchor": ("start", _one_of("start", "middle", "end")),
    "text-transform": ("none", _any),
    "text-rendering": ("auto", _any),
    "writing-mode": ("horizontal-tb", _any),
    "direction": ("ltr", _any),
    "white-space": ("normal", _any),
}
PROPERTIES: Mapping[str, Property] = {
    **{name: Property(initial, False, check) for name, (initial, check) in _OWN.items()},
    **{name: Property(initial, True, check) for name, (initial, check) in _INHERITED.items()},
}

GEOMETRY = frozenset(["x", "y", "width", "height", "cx", "cy", "r", "rx", "ry", "d"])
"""Properties that are attributes too, and not of every element: only CSS sets them here."""
