"""A typeface: the fonts and families that a brand puts in place of the project's own."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from bifolio.core.diagnostics import Diagnostic


@dataclass(frozen=True)
class FontFace:
    """One font file, as it is embedded in HTML."""

    family: str
    weight: str
    style: str
    body: bytes

    @property
    def css(self) -> str:
        address = f"data:font/ttf;base64,{base64.b64encode(self.body).decode()}"
        return (
            f'@font-face {{ font-family: "{self.family}"; font-weight: {self.weight}; '
            f'font-style: {self.style}; src: url("{address}") }}'
        )


@dataclass(frozen=True)
class Typeface:
    """What a brand changes: style tokens that name families, and font files of its own."""

    tokens: Mapping[str, str]
    faces: tuple[FontFace, ...] = ()
    remarks: tuple[Diagnostic, ...] = ()
    """Warnings about families that could not be used as the brand asks."""


PLAIN = Typeface({})
"""Nothing changed: the project's own fonts."""
