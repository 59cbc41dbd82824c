"""Which elements, attributes and values a page may contain where a clinic's own part is used.

The lists allow what templates need of the HTML Living Standard and SVG 2; everything else is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

StartTag = tuple[str, ...]
"""The element's name, then the names and values of its attributes in turn, without the id."""


def _named(*names: str) -> frozenset[str]:
    return frozenset(" ".join(names).split())


VOID = _named("br hr img input source")
"""HTML elements that have no content and no end tag."""

_ANY = _named("aria-describedby aria-label aria-labelledby class id lang role title")

ELEMENTS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        _named(
            "abbr address article aside b blockquote br caption cite dd dl dt em figcaption figure footer",
            "h1 h2 h3 h4 h5 h6 header hr i label li main nav ol p picture q section small strong sub sup",
            "table tbody tfoot thead time tr ul",
        ),
        frozenset(),
    ),
    "a": _named("href"),
    "div": _named("style"),
    "img": _named("alt height src width"),
    "input": _named("name type value"),
    "source": _named("media srcset type"),
    "span": _named("style"),
    "td": _named("colspan rowspan"),
    "textarea": _named("name rows"),
    "th": _named("colspan rowspan scope style"),
}
"""The HTML elements allowed, each with the attributes it may have besides `_ANY` and `data-`."""

_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,].*", re.DOTALL)
_NUMBER = re.compile(r"\d{1,4}")
_VALUES: Mapping[str, re.Pattern[str]] = {
    "colspan": _NUMBER,
    "height": _NUMBER,
    "href": re.compile(r"#.*|(?:https?|mailto|sms|tel):.*", re.DOTALL),
    "rows": _NUMBER,
    "rowspan": _NUMBER,
    "src": _PICTURE,
    "srcset": _PICTURE,
    "style": re.compile(  # what the templates of blocks and of the proof sheet compute
        r"background: #[0-9a-fA-F]{3,6}|width: [\d.]+%|height: calc\([1-9]\d* \* var\(--write-gap\)\)"
        r"|left: [\d.]+%; top: calc\(\d+ \* var\(--sense\) \+ \d+ \* var\(--write-gap\) - var\(--write-line\)\)"
    ),
    "type": re.compile(r"checkbox|radio|text|image/[a-z+]+"),
    "width": _NUMBER,
}

SVG = "http://www.w3.org/2000/svg"
SVG_ELEMENTS = _named(
    "circle clipPath defs desc ellipse g line linearGradient marker mask path pattern polygon polyline",
    "radialGradient rect stop svg symbol text textPath title tspan use",
)
_SVG_ATTRIBUTES = _ANY | _named(
    "alignment-baseline baseline-shift clip-path clip-rule clipPathUnits color cx cy d dominant-baseline dx dy fill",
    "fill-opacity fill-rule font-family font-size font-style font-weight fr fx fy gradientTransform gradientUnits",
    "height href lengthAdjust letter-spacing marker-end marker-mid marker-start markerHeight markerUnits markerWidth",
    "mask maskContentUnits maskUnits offset opacity orient paint-order pathLength patternContentUnits",
    "patternTransform patternUnits points preserveAspectRatio r refX refY rotate rx ry shape-rendering spreadMethod",
    "startOffset stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin",
    "stroke-miterlimit stroke-opacity stroke-width text-anchor text-decoration text-rendering textLength transform",
    "vector-effect version viewBox width word-spacing x x1 x2 xlink:href xml:space xmlns xmlns:xlink y y1 y2",
)
_SVG_VALUES: Mapping[str, re.Pattern[str]] = {
    "href": re.compile(r"#.*", re.DOTALL),
    "xlink:href": re.compile(r"#.*", re.DOTALL),
    "xmlns": re.compile(re.escape(SVG)),
}
_ELSEWHERE = re.compile(r"url\((?!\s*['\"]?#)", re.IGNORECASE)

TEXT_DIRECTION = re.compile("[\x80-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Characters that change the direction of text, and control characters."""

_PLAIN = _named("article b div em i li main ol p section span strong ul")


def is_plain(tag: StartTag) -> bool:
    """Return whether an element leaves the words in it as they are."""
    return tag[0] in _PLAIN and len(tag) == 1


def is_allowed(name: str, above: Sequence[str]) -> bool:
    """Return whether an element is allowed inside the elements `above`, outermost first."""
    if above and above[-1] in {"title", "desc", "textarea"}:  # HTML parses their content differently
        return False
    return name in SVG_ELEMENTS if "svg" in (*above, name) else name in ELEMENTS


def is_allowed_attribute(element: str, attribute: str, value: str, *, in_drawing: bool) -> bool:
    """Return whether an allowed element may have an attribute with this value."""
    if in_drawing:
        pattern = _SVG_VALUES.get(attribute)
        is_known = attribute in _SVG_ATTRIBUTES and not _ELSEWHERE.search(value)
    else:
        pattern = _VALUES.get(attribute)
        is_known = attribute in _ANY or attribute in ELEMENTS[element] or attribute.startswith("data-")
    return is_known and (pattern is None or pattern.fullmatch(value) is not None)
