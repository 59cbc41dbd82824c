"""Web fonts: the project's font files → web fonts (WOFF), whole, as their licence lets them be embedded.

WOFF is the same font in a smaller wrapping, so nothing of it is changed and its name stays. Files go into an
EPUB as they are and into a web page as data addresses.
"""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

_FACE_TOKEN = re.compile(r'--([a-z]+-face): "([^"]+)"')


@dataclass(frozen=True)
class Face:
    """One face as a web font."""

    family: str
    weight: str
    """As styles say it: "400", or "100 900" for all between."""
    woff: bytes

    @property
    def file(self) -> str:
        """Return the name of its file in an EPUB."""
        return f"{self.family.lower().replace(' ', '-')}-{self.weight.replace(' ', '-')}.woff"

    @property
    def address(self) -> str:
        """Return it as a data address."""
        return "data:font/woff;base64," + base64.b64encode(self.woff).decode()

    def rule(self, address: str) -> str:
        """Write the rule that brings it from an address."""
        return (
            f'@font-face {{ font-family: "{self.family}"; font-weight: {self.weight}; font-style: normal; '
            f'font-display: swap; src: url("{address}") format("woff"); }}'
        )

    def to_bytes(self) -> bytes:
        return json.dumps([self.family, self.weight]).encode() + b"\n" + self.woff

    @classmethod
    def from_bytes(cls, stored: bytes) -> Face:
        head, _, woff = stored.partition(b"\n")
        family, weight = json.loads(head)
        return cls(family, weight, woff)


def wrap(ttf: bytes) -> Face:
    """Wrap a TrueType font as WOFF."""
    from fontTools.ttLib import TTFont

    font = TTFont(io.BytesIO(ttf), recalcTimestamp=False)
    family = font["name"].getBestFamilyName() or ""
    weight = str(font["OS/2"].usWeightClass)
    font.flavor = "woff"
    out = io.BytesIO()
    font.save(out)
    return Face(family, weight, out.getvalue())


def named(faces: Iterable[Face], styles: str) -> tuple[Face, ...]:
    """Return the faces that flattened styles name."""
    return _in_order(face for face in faces if f'"{face.family}"' in styles)


def used(faces: Iterable[Face], styles: str) -> tuple[Face, ...]:
    """Return the faces that the styles set text in: those that a token of a face ends up naming."""
    families = set(dict(_FACE_TOKEN.findall(styles)).values())
    return _in_order(face for face in faces if face.family in families)


def _in_order(faces: Iterable[Face]) -> tuple[Face, ...]:
    return tuple(sorted(faces, key=lambda face: (face.family, face.weight)))
