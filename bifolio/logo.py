"""Logo: a file from a stranger → a picture that is safe to set, as a data address.

SVG is rebuilt from an allow-list: shapes, paint and text that draws itself; no script, no style sheet, no
link, no reference outside the file. PNG and JPEG are decoded, measured and written anew as PNG, so that
nothing but pixels goes on. Colours written as `currentColor` take the brand's own.
"""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from xml.etree import ElementTree

from bifolio.diagnostics import DesignError, Diagnostic, Span

MAX_BYTES = 2_000_000
MAX_PIXELS = 25_000_000
MIN_HEIGHT_PX = 136
"""11.5 mm at 300 dpi: the height of the logo in the masthead."""

_SVG = "{http://www.w3.org/2000/svg}"
_ELEMENTS = frozenset(
    [
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "title",
        "desc",
        "defs",
        "linearGradient",
        "radialGradient",
        "stop",
        "clipPath",
        "use",
        "symbol",
    ]
)
_ATTRIBUTES = frozenset(
    [
        "id",
        "viewBox",
        "width",
        "height",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "d",
        "points",
        "transform",
        "fill",
        "fill-rule",
        "fill-opacity",
        "stroke",
        "stroke-width",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-miterlimit",
        "stroke-dasharray",
        "stroke-dashoffset",
        "stroke-opacity",
        "opacity",
        "clip-path",
        "clip-rule",
        "offset",
        "stop-color",
        "stop-opacity",
        "gradientUnits",
        "gradientTransform",
        "spreadMethod",
        "fx",
        "fy",
        "preserveAspectRatio",
        "href",
        "version",
    ]
)
_OUTSIDE = re.compile(r"url\s*\(\s*['\"]?(?!#)|javascript:|data:|@import|expression", re.IGNORECASE)


def read_logo(path: Path, span: Span, colour: str) -> str:
    """Read and clean the logo at `path`; give it as a data address.

    `span` is where the brand file names it; `colour` is what `currentColor` becomes. Raises DesignError
    with one finding when the file is missing, cannot be read as a picture, or is too large or too small.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _refuse("missing-logo", f'the logo "{path.name}" is not there', span) from error
    if len(raw) > MAX_BYTES:
        raise _refuse(
            "logo-size",
            f"the logo has {len(raw):,} bytes; at most {MAX_BYTES:,} are read",
            span,
            "save it smaller",
        )
    if path.suffix.lower() == ".svg":
        return _data("image/svg+xml", _clean_svg(raw, span, colour))
    return _data("image/png", _redraw(raw, span))


def _clean_svg(raw: bytes, span: Span, colour: str) -> bytes:
    from defusedxml import ElementTree as Safe
    from defusedxml.common import DefusedXmlException

    try:
        root = Safe.fromstring(raw, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise _refuse(
            "unreadable-logo",
            "the logo is not an SVG picture that can be read",
            span,
            "export it anew as plain SVG, or use a PNG",
        ) from error
    if root.tag != f"{_SVG}svg" or not root.get("viewBox"):
        raise _refuse(
            "unreadable-logo",
            "the logo has no <svg> with a viewBox at its top",
            span,
            "export it anew as plain SVG with a viewBox",
        )
    ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
    clean = _cleaned(root, colour)
    return bytes(ElementTree.tostring(clean, encoding="utf-8"))


def _cleaned(element: ElementTree.Element, colour: str) -> ElementTree.Element:
    copy = ElementTree.Element(element.tag)
    for name, value in element.attrib.items():
        plain = name.rpartition("}")[2]
        if plain not in _ATTRIBUTES or _OUTSIDE.search(value):
            continue
        if plain == "href" and not value.startswith("#"):
            continue
        copy.set(plain, colour if value == "currentColor" else value)
    for child in element:
        if isinstance(child.tag, str) and child.tag.removeprefix(_SVG) in _ELEMENTS:
            copy.append(_cleaned(child, colour))
    if element.tag in (f"{_SVG}title", f"{_SVG}desc"):
        copy.text = element.text
    return copy


def _redraw(raw: bytes, span: Span) -> bytes:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(raw), formats=("PNG", "JPEG")) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise _refuse(
                    "logo-size",
                    f"the logo has {width} x {height} pixels; at most {MAX_PIXELS:,} are read",
                    span,
                    "save it smaller",
                )
            if height < MIN_HEIGHT_PX:
                raise _refuse(
                    "logo-too-small",
                    f"the logo is {height} pixels high; print needs {MIN_HEIGHT_PX} or more",
                    span,
                    "use a larger picture, or an SVG",
                )
            drawn = io.BytesIO()
            mode = "RGBA" if picture.mode in ("RGBA", "LA", "P") else "RGB"
            picture.convert(mode).save(drawn, "PNG")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise _refuse(
            "unreadable-logo",
            "the logo is not a PNG or JPEG picture that can be read",
            span,
            "open it in a picture program and save it anew as PNG, or use an SVG",
        ) from error
    return drawn.getvalue()


def _data(kind: str, body: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(body).decode()}"


def _refuse(code: str, message: str, span: Span, cure: str | None = None) -> DesignError:
    return DesignError(
        Diagnostic(
            f"brand.{code}",
            message,
            span,
            help=cure or "put the file beside _brand.yml, or mend the name",
        )
    )
