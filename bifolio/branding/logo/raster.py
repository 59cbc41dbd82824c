"""SVG → pixels, by resvg: no fonts but those that are given, no files, no clock; the same pixels everywhere."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import resvg_py
from PIL import Image

from bifolio.branding.logo.refusal import unreadable


def rendered(svg: str, width: int, height: int, fonts: Sequence[Path] = ()) -> Image.Image:
    """Return an SVG drawn on transparent ground. Raises RefusedError where it cannot be drawn."""
    try:
        png = resvg_py.svg_to_bytes(
            svg_string=svg,
            width=width,
            height=height,
            dpi=96,
            languages=["en"],
            skip_system_fonts=True,
            font_files=[str(font) for font in fonts] or None,
        )
    except BaseException as error:
        if isinstance(error, ValueError) or type(error).__name__ == "PanicException":  # of Rust, no Exception
            raise unreadable("the logo cannot be drawn") from error
        raise
    with Image.open(io.BytesIO(png)) as picture:
        return picture.convert("RGBA")
