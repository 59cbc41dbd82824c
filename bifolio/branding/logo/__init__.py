"""Logos: a file from a stranger → a picture that is safe to set, and looks as it does in a browser.

SVG is drawn anew as paths, gradients and pixels; PNG, JPEG, WebP and GIF are decoded and written anew as PNG, and so
is the first page of a PDF. A logo that cannot be printed as a browser shows it is refused with a cure: there is no
third outcome. Colours written as `currentColor` take the brand's own. Nothing is run, fetched or read besides the
file.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bifolio.branding.logo import cache
from bifolio.branding.logo.limits import BOX_MM, MAX_BYTES, RASTER_PX, LogoUse
from bifolio.branding.logo.refusal import RefusedError, too_large, unreadable
from bifolio.core.diagnostics import DesignError, Diagnostic, Severity, Span

if TYPE_CHECKING:
    from PIL.Image import Image

    from bifolio.branding.logo.cache import Cleaned
    from bifolio.core.cache import Cache

__all__ = ["MAX_BYTES", "Logo", "LogoUse", "clean_logo", "missing_logo", "read_logo"]


@dataclass(frozen=True)
class Logo:
    """A picture that is safe to set. `remarks` are warnings: what is printed, but could be better."""

    kind: str
    body: bytes
    remarks: tuple[Diagnostic, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Tell whether it is drawn in `currentColor` alone, and so may stand on any ground."""
        return self._is_svg and self._painted == {"currentColor"}

    @property
    def paints(self) -> tuple[str, ...]:
        """Return the colours that it is drawn in, as #rrggbb; none where it takes the brand's, or they are not known."""
        if not self._is_svg:
            from bifolio.branding.logo.pixels import decoded, shades

            return shades(decoded(self.body))
        painted = self._painted
        return () if "currentColor" in painted or b"<image" in self.body else tuple(sorted(painted))

    @property
    def _is_svg(self) -> bool:
        return self.kind == "image/svg+xml"

    @property
    def _painted(self) -> set[str]:
        found = re.findall(rb' (?:fill|stroke|stop-color)="(#\w+|currentColor)"', self.body)
        return {paint.decode() for paint in found}

    @property
    def file_name(self) -> str:
        """Return the name of the file that it is kept as."""
        return "logo.svg" if self._is_svg else "logo.png"

    def address(self, colour: str) -> str:
        """Return the picture as a data address, with `colour` for `currentColor`."""
        body = self.body.replace(b'"currentColor"', f'"{colour}"'.encode()) if self._is_svg else self.body
        return f"data:{self.kind};base64,{base64.b64encode(body).decode()}"


def read_logo(
    path: Path,
    span: Span,
    use: LogoUse = LogoUse.PRINT,
    fonts: Sequence[Path] = (),
    store: Cache | None = None,
) -> Logo:
    """Read and clean the logo at `path`; `span` is where the brand file names it.

    `fonts` are what text in it may be set in; in a `store` it is kept. Raises DesignError with one finding where the
    file is missing, cannot be read, is too large, or cannot be printed as a browser shows it.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise missing_logo(path.name, span) from error
    return clean_logo(raw, path.name, span, use, fonts, store)


def missing_logo(name: str, span: Span) -> DesignError:
    """Return the error for a logo that is not there."""
    message = f'the logo "{name.rpartition("/")[2]}" is not there'
    cure = "put the file beside _brand.yml, or correct the name"
    return _refusal(RefusedError("missing-logo", message, cure), span)


def clean_logo(
    raw: bytes,
    name: str,
    span: Span,
    use: LogoUse = LogoUse.PRINT,
    fonts: Sequence[Path] = (),
    store: Cache | None = None,
) -> Logo:
    """Clean the bytes of a picture of any kind that is read. Raises as `read_logo` does."""
    key = cache.mark(raw, name, use, fonts) if store else ""
    cleaned = cache.find(store, key) if store else None
    if cleaned is None:
        try:
            cleaned = _cleaned(raw, name, use, fonts)
        except RefusedError as refused:
            raise _refusal(refused, span) from refused
        if store:
            cache.keep(store, key, cleaned)
    kind, body, remarks = cleaned
    return Logo(
        kind,
        body,
        tuple(
            Diagnostic(f"brand.{code}", message, span, help=cure, severity=Severity.WARNING)
            for code, message, cure in remarks
        ),
    )


def _cleaned(raw: bytes, name: str, use: LogoUse, fonts: Sequence[Path]) -> Cleaned:
    if len(raw) > MAX_BYTES:
        raise too_large(f"the logo has {len(raw):,} bytes; at most {MAX_BYTES:,} are read")
    kind = _kind(raw, name)
    if kind == "svg":
        from bifolio.branding.logo.vector import clean

        body, reasons = clean(raw, use, fonts)
        if not reasons:
            return "image/svg+xml", body, []
        cure = "for sharp edges at any size, expand or flatten its appearance in the drawing program"
        return "image/png", body, [_as_pixels(f"has {' and '.join(reasons)}", cure)]
    from bifolio.branding.logo import pixels

    if kind == "pdf":
        page = pixels.trimmed(_page(raw, use), use)
        return (
            "image/png",
            pixels.as_png(page),
            [_as_pixels("is a PDF", "for sharp edges at any size, export it as SVG")],
        )
    picture = pixels.trimmed(pixels.decoded(raw), use)
    return "image/png", pixels.as_png(pixels.shrunk(picture)), list(_small(*picture.size, use))


def _page(raw: bytes, use: LogoUse) -> Image:
    """Return the first page of a PDF, so large that what is on it has enough pixels."""
    from bifolio.branding.logo import pixels
    from bifolio.branding.logo.pdf import first_page

    page = first_page(raw, RASTER_PX)
    inked = pixels.ink(page, use)
    if inked is None:
        return page
    share = max(inked[2] - inked[0], inked[3] - inked[1]) / max(page.size)
    return page if share > 0.8 else first_page(raw, round(RASTER_PX / share))


def _as_pixels(what: str, cure: str) -> tuple[str, str, str]:
    dpi = round(RASTER_PX / BOX_MM[0] * 25.4, -1)
    return "logo-pixels", f"the logo {what}, so it is printed as pixels, {dpi:.0f} to the inch", cure


def _small(width: int, height: int, use: LogoUse) -> Iterator[tuple[str, str, str]]:
    """Warn of a picture that has too few pixels for its place, and so is printed smaller."""
    full = min(BOX_MM[0], BOX_MM[1] * width / height)
    wide = math.ceil(full / 25.4 * use.value)
    if width < wide:
        is_print = use is LogoUse.PRINT
        how = f"is printed {width / use.value * 25.4:.0f} mm wide" if is_print else "looks coarse on screens"
        yield (
            "logo-small",
            f"the logo has {width} x {height} pixels, so it {how}",
            f"use a picture of {wide} x {math.ceil(wide * height / width)} pixels or more, or an SVG",
        )


def _kind(raw: bytes, name: str) -> str:
    """Tell what a file is by how it begins; its name may be wrong."""
    start = raw[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"\x89PNG", b"\xff\xd8", b"RIFF", b"GIF8")):
        return "pixels"
    if b"%PDF-" in raw[:1024]:
        return "pdf"
    if start.startswith((b"%!PS", b"\xc5\xd0\xd3\xc6")):
        raise unreadable("the logo is an EPS file", "export it as SVG or PDF from the drawing program")
    is_text = start.startswith((b"<", b"\x1f\x8b", b"\xff\xfe<", b"\xfe\xff\0<"))
    return "svg" if is_text or name.lower().endswith((".svg", ".svgz")) else "pixels"


def _refusal(refused: RefusedError, span: Span) -> DesignError:
    return DesignError(Diagnostic(f"brand.{refused.code}", refused.message, span, help=refused.cure))
