"""Pictures made of pixels: PNG, JPEG, WebP and GIF from strangers → PNG that holds nothing but pixels, in sRGB."""

from __future__ import annotations

import base64
import binascii
import io
import math
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from bifolio.branding.logo.limits import MAX_BYTES, MAX_PIXELS, WIDEST_PX, LogoUse
from bifolio.branding.logo.refusal import RefusedError, too_large, unreadable, unsupported

if TYPE_CHECKING:
    from PIL.Image import Image

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_SMALLER = "open it in a picture program and save it smaller, or use an SVG"


def decoded(raw: bytes) -> Image:
    """Return a picture as RGB or RGBA in sRGB, upright; of a moving one the first frame. Raises RefusedError."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with _strict_pillow(), Image.open(io.BytesIO(raw), formats=_FORMATS) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise too_large(
                    f"the logo has {width} x {height} pixels; at most {MAX_PIXELS:,} in all are read",
                    _SMALLER,
                )
            upright = _in_srgb(ImageOps.exif_transpose(picture))
            if upright.mode.startswith("I"):  # Pillow would make white of all 16-bit shades above 255
                upright = upright.point(lambda shade: shade / 256).convert("L")
            flat = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
            flat.info.clear()
    except Image.DecompressionBombError as error:
        raise too_large("the logo has far too many pixels", _SMALLER) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise unreadable(
            "the logo is not a PNG, JPEG, WebP or GIF picture that can be read",
            "open it in a picture program and save it anew as PNG, or use an SVG",
        ) from error
    return flat


def as_png(picture: Image) -> bytes:
    """Return a picture as a PNG."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def shrunk(picture: Image) -> Image:
    """Return a picture with no more pixels than any print of it needs."""
    from PIL import Image

    if max(picture.size) <= WIDEST_PX:
        return picture
    share = WIDEST_PX / max(picture.size)
    size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
    if picture.mode == "RGBA":  # the colour of what is transparent must not come through
        return picture.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")
    return picture.resize(size, Image.Resampling.LANCZOS)


# -- pictures in drawings ------------------------------------------------------------------------


def embedded_picture(address: str) -> Image:
    """Return the picture of a data address. Raises RefusedError."""
    head, _, data = address.partition(",")
    if "svg" in head.lower():
        raise unsupported("the logo has another SVG embedded in it")
    try:
        raw = base64.b64decode("".join(data.split())) if ";base64" in head.lower() else unquote_to_bytes(data)
    except (binascii.Error, ValueError) as error:
        raise unreadable("a picture that is embedded in the logo cannot be read") from error
    return shrunk(decoded(raw))


def address_of(picture: Image) -> str:
    """Return a picture as a data address."""
    return f"data:image/png;base64,{base64.b64encode(as_png(picture)).decode()}"


@lru_cache(maxsize=8)
def embedded(address: str) -> Image:
    """Return the picture of an address that `address_of` wrote."""
    return decoded(base64.b64decode(address.partition(",")[2]))


def enlarged(picture: Image, share: float) -> Image:
    """Return a picture with more pixels, mixed from those that it has, as browsers do.

    Some viewers and printers show few pixels as squares.
    """
    from PIL import Image

    size = (
        min(WIDEST_PX, math.ceil(picture.width * share)),
        min(WIDEST_PX, math.ceil(picture.height * share)),
    )
    return picture.resize(size, Image.Resampling.BILINEAR)


# -- margins -------------------------------------------------------------------------------------

Edges = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""

_WHITE = 250
"""The least of red, green and blue of a margin that paper shows as white."""


def ink(picture: Image, use: LogoUse) -> Edges | None:
    """Return what is left of a picture without its margins; None where nothing is.

    Transparent margins go, and for print white ones. A picture that is white all over keeps its extent.
    """
    from PIL import ImageChops

    seen = (
        picture.getchannel("A").point(lambda alpha: 255 if alpha > 2 else 0)
        if picture.mode == "RGBA"
        else None
    )
    edges = seen.getbbox() if seen else (0, 0, *picture.size)
    if edges is None:
        return None
    if use is LogoUse.SCREEN:
        return edges
    cut = picture.crop(edges)
    darkest = ImageChops.darker(ImageChops.darker(*cut.split()[:2]), cut.split()[2])
    inked = darkest.point(lambda shade: 0 if shade >= _WHITE else 255)
    if cut.mode == "RGBA":  # a corner that is seen through is no white margin
        inked = ImageChops.lighter(inked, cut.getchannel("A").point(lambda alpha: 0 if alpha > 250 else 255))
    inner = inked.getbbox()
    if inner is None:
        return edges
    return edges[0] + inner[0], edges[1] + inner[1], edges[0] + inner[2], edges[1] + inner[3]


def trimmed(picture: Image, use: LogoUse) -> Image:
    """Return a picture without its margins. Raises RefusedError where nothing is left."""
    edges = ink(picture, use)
    if edges is None:
        raise RefusedError("logo-empty", "the logo shows nothing", "choose another file")
    return picture.crop(edges)


def shades(picture: Image) -> tuple[str, ...]:
    """Return the colours of what is not transparent, each of a hundredth of it or more, as #rrggbb."""
    small = picture.convert("RGBA")
    small.thumbnail((96, 96))
    found: Counter[tuple[int, ...]] = Counter()
    for count, pixel in small.getcolors(96 * 96) or ():
        if isinstance(pixel, tuple) and pixel[3] > 128:
            found[tuple(channel // 16 * 17 for channel in pixel[:3])] += count
    return tuple(
        "#{:02x}{:02x}{:02x}".format(*shade)
        for shade, count in sorted(found.items())
        if count * 100 > found.total()
    )


# -- Pillow --------------------------------------------------------------------------------------


def _in_srgb(picture: Image) -> Image:
    """Return the colours that the picture's own profile means; one without, or with a broken one, is sRGB."""
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
