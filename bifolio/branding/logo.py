"""Logo: a file from a stranger → a picture that is safe to set, as a data address.

SVG is rebuilt from an allow-list: shapes and paint; no script, no style sheet, no reference outside the file,
and no value that is not plainly a number, a colour or a path. PNG and JPEG are decoded, measured and written
anew as PNG, so that nothing but pixels goes on. Colours written as `currentColor` take the brand's own.
"""

from __future__ import annotations

import base64
import io
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from bifolio.core.diagnostics import DesignError, Diagnostic, Span

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BYTES = 2_000_000
MAX_PIXELS = 25_000_000
BOX_MM = (46.0, 11.5)
"""The largest width and height of a logo in the masthead."""


class LogoUse(Enum):
    """What a logo is for, and how many pixels to the inch it takes there."""

    PRINT = 300
    SCREEN = 192


MAX_DEPTH = 50
MAX_SHAPES = 20_000
"""Shapes that an SVG draws, each `use` counted with all that it repeats."""


@dataclass(frozen=True)
class Logo:
    """A picture that is safe to set. `left_out` names elements that drew something and were taken out."""

    kind: str
    body: bytes
    left_out: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Tell whether it is drawn in `currentColor` alone, and so may stand on any ground."""
        root, *_ = re.findall(rb"<svg[^>]*>", self.body) or [b""]
        paints = set(re.findall(rb' (?:fill|stroke|stop-color)="([^"]*)"', self.body))
        return b" fill=" in root and b"currentColor" in paints and paints <= {b"none", b"currentColor"}

    @property
    def paints(self) -> tuple[str, ...]:
        """Give the colours that it is drawn in, as #rrggbb; none where it takes the brand's, or they are not known."""
        return _paints_of_pixels(self.body) if self.kind == "image/png" else _paints_of_shapes(self.body)

    @property
    def file_name(self) -> str:
        """Name the file that it is kept as."""
        return "logo.svg" if self.kind == "image/svg+xml" else "logo.png"

    def address(self, colour: str) -> str:
        """Give the picture as a data address, with `colour` for `currentColor`."""
        body = self.body.replace(b'"currentColor"', f'"{colour}"'.encode())
        return f"data:{self.kind};base64,{base64.b64encode(body).decode()}"


def read_logo(path: Path, span: Span, use: LogoUse = LogoUse.PRINT) -> Logo:
    """Read and clean the logo at `path`; `span` is where the brand file names it.

    Raises DesignError with one finding when the file is missing, cannot be read as a picture, or is too large
    or too small.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise missing_logo(path.name, span) from error
    return clean_logo(raw, path.name, span, use)


def missing_logo(name: str, span: Span) -> DesignError:
    """Return the error for a logo that is not there."""
    return _refuse("missing-logo", f'the logo "{name.rpartition("/")[2]}" is not there', span)


def clean_logo(raw: bytes, name: str, span: Span, use: LogoUse = LogoUse.PRINT) -> Logo:
    """Clean the bytes of a picture; its name says whether it is an SVG. Raises as `read_logo` does."""
    if len(raw) > MAX_BYTES:
        raise _refuse(
            "logo-size",
            f"the logo has {len(raw):,} bytes; at most {MAX_BYTES:,} are read",
            span,
            "save it smaller",
        )
    if name.lower().endswith(".svg"):
        return _clean_svg(raw, span)
    return Logo("image/png", _redraw(raw, span, use))


# -- SVG -----------------------------------------------------------------------------------------

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
_SILENT = frozenset(
    ["script", "metadata", "animate", "animateMotion", "animateTransform", "set", "view", "cursor"]
)
"""Elements that draw nothing: nobody misses them."""

# No pattern below can match one text in two ways, so none takes longer than the text is long.
_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,2})?"
_LENGTH = re.compile(rf"{_NUMBER}(?:px|pt|pc|mm|cm|in|em|%)?")
_NUMBERS = re.compile(r"[-+0-9.eE,%\s]*|none")
_PATH = re.compile(r"[\sMmZzLlHhVvCcSsQqTtAa0-9eE+.,-]*")
_TRANSFORM = re.compile(r"(?:(?:matrix|translate|scale|rotate|skewX|skewY)\s*\([-+0-9.eE,\s]+\)[\s,]*)+")
_PAINT = re.compile(r"#[0-9a-fA-F]{3,8}|[a-zA-Z]+|(?:rgb|hsl)a?\([0-9.,%\s/-]+\)|url\(#[\w.-]+\)")
_WORD = re.compile(r"[\w.-]+")
_WORDS = re.compile(r"[\w .-]+")
_HREF = re.compile(r"#[\w.-]+")
_POINTER = re.compile(r"url\(#([\w.-]+)\)")

_ATTRIBUTES: dict[str, re.Pattern[str]] = {
    **dict.fromkeys(
        [
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
            "fx",
            "fy",
            "offset",
        ],
        _LENGTH,
    ),
    **dict.fromkeys(["stroke-width", "stroke-miterlimit", "stroke-dashoffset"], _LENGTH),
    **dict.fromkeys(["opacity", "fill-opacity", "stroke-opacity", "stop-opacity"], _LENGTH),
    **dict.fromkeys(["viewBox", "points", "stroke-dasharray"], _NUMBERS),
    **dict.fromkeys(["fill", "stroke", "stop-color", "clip-path"], _PAINT),
    **dict.fromkeys(["transform", "gradientTransform"], _TRANSFORM),
    **dict.fromkeys(
        ["id", "fill-rule", "clip-rule", "stroke-linecap", "stroke-linejoin", "gradientUnits"], _WORD
    ),
    **dict.fromkeys(["clipPathUnits", "display", "visibility"], _WORD),
    "preserveAspectRatio": _WORDS,
    "d": _PATH,
    "href": _HREF,
}
"""What each attribute may look like. `spreadMethod` is not among them: WeasyPrint 70 draws a gradient that
repeats a million times a million times."""

_FAR = 1e6
"""No logo is drawn a kilometre wide; arcs of 1e308 overflow."""


def _clean_svg(raw: bytes, span: Span) -> Logo:
    from defusedxml import ElementTree as Safe
    from defusedxml.common import DefusedXmlException

    try:
        root = Safe.fromstring(raw)  # no entities; the bare DOCTYPE of many drawing programs does no harm
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise _refuse(
            "unreadable-logo",
            "the logo is not an SVG picture that can be read",
            span,
            "export it anew as plain SVG, or use a PNG",
        ) from error
    if root.tag != f"{_SVG}svg" or not _is_view_box(root.get("viewBox", "")):
        raise _refuse(
            "unreadable-logo",
            "the logo has no <svg> with a viewBox at its top",
            span,
            "export it anew as plain SVG with a viewBox",
        )
    left_out: set[str] = set()
    try:
        clean = _cleaned(root, left_out, 0)
        shapes = _Count(clean).of(clean, ())
    except _EndlessError as error:
        raise _refuse("unreadable-logo", str(error), span, "export it anew as plain SVG") from error
    if shapes > MAX_SHAPES:
        raise _refuse(
            "logo-size",
            f"the logo draws more than {MAX_SHAPES:,} shapes",
            span,
            "save it simpler, or as PNG",
        )
    for name in ("width", "height"):  # the place says how large; what is drawn says in which shape
        clean.attrib.pop(name, None)
    ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
    body = bytes(ElementTree.tostring(clean, encoding="utf-8"))
    return Logo("image/svg+xml", body, tuple(sorted(left_out)))


class _EndlessError(Exception):
    """A drawing that stands in itself, or too deep to be drawn."""


def _cleaned(element: ElementTree.Element, left_out: set[str], depth: int) -> ElementTree.Element:
    if depth > MAX_DEPTH:
        raise _EndlessError(f"the logo's groups stand more than {MAX_DEPTH} deep in each other")
    copy = ElementTree.Element(element.tag)
    for name, value in (*_plain_attributes(element), *_style_attributes(element)):
        copy.set(name, "currentColor" if value.lower() == "currentcolor" else value)
    for child in element:
        name = child.tag.removeprefix(_SVG) if isinstance(child.tag, str) else ""
        if name in _ELEMENTS:
            copy.append(_cleaned(child, left_out, depth + 1))
        elif name and "}" not in name and name not in _SILENT:
            left_out.add(name)
    if element.tag in (f"{_SVG}title", f"{_SVG}desc"):
        copy.text = element.text
    return copy


def _plain_attributes(element: ElementTree.Element) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        plain = name.rpartition("}")[2]
        if _is_safe(plain, value):
            yield plain, value.strip()


def _style_attributes(element: ElementTree.Element) -> Iterator[tuple[str, str]]:
    """Give what a style attribute declares as attributes; drawing programs write colours there."""
    for declaration in element.get("style", "").split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip(), value.strip()
        if name not in ("d", "href", "id") and _is_safe(name, value):
            yield name, value


def _is_safe(name: str, value: str) -> bool:
    pattern = _ATTRIBUTES.get(name)
    if pattern is None or not pattern.fullmatch(value.strip()):
        return False
    if name == "viewBox":
        return _is_view_box(value)
    if name == "gradientTransform":  # one that flattens all to nothing cannot be turned round
        return not re.search(r"scale\s*\(\s*[-+]?[0.]+\s*[,)]|,\s*[-+]?[0.]+\s*\)|matrix", value)
    if pattern in (_PAINT, _WORD, _WORDS, _HREF):
        return True
    return all(abs(float(number)) <= _FAR for number in re.findall(_NUMBER, value))


def _is_view_box(value: str) -> bool:
    parts = re.split(r"[\s,]+", value.strip())
    if len(parts) != 4 or not all(re.fullmatch(_NUMBER, part) for part in parts):
        return False
    left, top, width, height = map(float, parts)
    return min(width, height) > 0 and max(map(abs, (left, top, width, height))) <= _FAR


class _Count:
    """Counts the shapes that are drawn; what `use`, a clip or a paint points at counts each time."""

    def __init__(self, root: ElementTree.Element) -> None:
        self.named = {element.get("id"): element for element in root.iter() if element.get("id")}
        self.known: dict[int, int] = {}

    def of(self, element: ElementTree.Element, above: tuple[int, ...]) -> int:
        own = id(element)
        if own in above:
            raise _EndlessError("the logo's drawing stands in itself")
        if len(above) > 4 * MAX_DEPTH:
            raise _EndlessError("the logo's drawing points from one part to the next without end")
        if own not in self.known:
            inside = [*element, *self._pointed(element)]
            drawn = 1 + sum(self.of(part, (*above, own)) for part in inside)
            self.known[own] = min(drawn, MAX_SHAPES + 1)
        return self.known[own]

    def _pointed(self, element: ElementTree.Element) -> Iterator[ElementTree.Element]:
        for name, value in element.attrib.items():
            pointer = _POINTER.fullmatch(value)
            target = value[1:] if name == "href" else pointer[1] if pointer else None
            if target is not None and target in self.named:
                yield self.named[target]


_SHAPES = frozenset(["path", "rect", "circle", "ellipse", "line", "polyline", "polygon"])


def _paints_of_shapes(svg: bytes) -> tuple[str, ...]:
    from bifolio.model.brand.color import in_hex  # late: the studio cleans logos and loads no models

    found: set[str] = set()

    def look(element: ElementTree.Element, fill: str, stroke: str) -> None:
        fill, stroke = element.get("fill", fill), element.get("stroke", stroke)
        if element.tag.removeprefix(_SVG) in _SHAPES:
            found.update({fill, stroke} - {"none"})
        for child in element:
            look(child, fill, stroke)

    look(ElementTree.fromstring(svg), "#000000", "none")
    if "currentColor" in found:
        return ()
    colours = [in_hex(paint) for paint in sorted(found)]
    return tuple(colour for colour in colours if colour) if all(colours) else ()


# -- pixels --------------------------------------------------------------------------------------


def _redraw(raw: bytes, span: Span, use: LogoUse) -> bytes:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with _strict_pillow(), Image.open(io.BytesIO(raw), formats=("PNG", "JPEG")) as picture:
            _refuse_size(*picture.size, span, use)
            upright = _in_srgb(ImageOps.exif_transpose(picture))
            if upright.mode.startswith("I"):  # Pillow would make white of all 16-bit shades above 255
                upright = upright.point(lambda shade: shade / 256).convert("L")
            flat = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
            flat.info.clear()
            drawn = io.BytesIO()
            flat.save(drawn, "PNG")
    except Image.DecompressionBombError as error:
        raise _refuse("logo-size", "the logo has far too many pixels", span, "save it smaller") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise _refuse(
            "unreadable-logo",
            "the logo is not a PNG or JPEG picture that can be read",
            span,
            "open it in a picture program and save it anew as PNG, or use an SVG",
        ) from error
    return drawn.getvalue()


def _in_srgb(picture: Image) -> Image:
    """Give the colours that the picture's own profile means; one without, or with a broken one, is sRGB."""
    from PIL import ImageCms

    profile = picture.info.get("icc_profile")
    if not profile or len(profile) > MAX_BYTES or picture.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return picture
    alpha = picture.convert("RGBA").getchannel("A") if picture.has_transparency_data else None
    try:
        own, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        opaque = picture.convert("RGB") if picture.mode == "RGBA" else picture
        turned = ImageCms.profileToProfile(opaque, own, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):  # a profile of another sort of picture, or of none
        return picture
    assert turned is not None, "not in place"
    if alpha is not None:
        turned.putalpha(alpha)
    return turned


def _paints_of_pixels(png: bytes) -> tuple[str, ...]:
    """Give the colours of what is not transparent, those of a hundredth of it or more."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        picture.thumbnail((96, 96))
        small = picture.convert("RGBA")
    shades: Counter[tuple[int, ...]] = Counter()
    for count, pixel in small.getcolors(96 * 96) or ():
        if isinstance(pixel, tuple) and pixel[3] > 128:
            shades[tuple(channel // 16 * 17 for channel in pixel[:3])] += count
    return tuple(
        "#{:02x}{:02x}{:02x}".format(*shade)
        for shade, count in sorted(shades.items())
        if count * 100 > shades.total()
    )


@contextmanager
def _strict_pillow() -> Iterator[None]:
    """Let Pillow refuse what is cut off, and keep it from warning of sizes, which we refuse ourselves."""
    from PIL import Image, ImageFile

    lenient = ImageFile.LOAD_TRUNCATED_IMAGES  # WeasyPrint sets it for the whole process
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient


def _refuse_size(width: int, height: int, span: Span, use: LogoUse) -> None:
    if width * height > MAX_PIXELS:
        raise _refuse(
            "logo-size",
            f"the logo has {width} x {height} pixels; at most {MAX_PIXELS:,} are read",
            span,
            "save it smaller",
        )
    width_mm, height_mm = BOX_MM
    shown_mm = min(width_mm, height_mm * width / height) if height else 0.0
    needed = -(-shown_mm * use.value // 25.4)  # rounded up
    if width < needed or not needed:
        high = -(-needed * height // max(width, 1))
        raise _refuse(
            "logo-too-small",
            f"the logo has {width} x {height} pixels; {_NEEDY[use]} {needed:.0f} x {high:.0f}, or more",
            span,
            "use a larger picture, or an SVG",
        )


_NEEDY = {LogoUse.PRINT: "print needs", LogoUse.SCREEN: "screens need"}


def _refuse(code: str, message: str, span: Span, cure: str | None = None) -> DesignError:
    return DesignError(
        Diagnostic(
            f"brand.{code}",
            message,
            span,
            help=cure or "put the file beside _brand.yml, or mend the name",
        )
    )
