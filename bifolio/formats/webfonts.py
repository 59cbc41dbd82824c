"""Web fonts: the project's font files → faces for screens, whole, as their licence lets them be embedded.

An EPUB has the files as they are: its zip makes them small, and more reading systems know TrueType than WOFF. A web page
has them as WOFF in data addresses, the same font in a smaller wrapping, so nothing of it is changed and its name stays.
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
    """One face for screens."""

    family: str
    weight: str
    """As styles say it: "400", or "100 900" for all between."""
    woff: bytes
    sfnt: bytes
    """The file that it was made of, TrueType or OpenType with CFF outlines."""

    @property
    def _end(self) -> str:
        return "otf" if self.sfnt.startswith(b"OTTO") else "ttf"

    @property
    def file(self) -> str:
        """Return the name of its file in an EPUB."""
        return f"{self.family.lower().replace(' ', '-')}-{self.weight.replace(' ', '-')}.{self._end}"

    @property
    def address(self) -> str:
        """Return it as the data address of a WOFF."""
        return "data:font/woff;base64," + base64.b64encode(self.woff).decode()

    def rule(self, address: str) -> str:
        """Write the rule that brings it from an address."""
        form = "woff" if address.startswith("data:") else {"otf": "opentype", "ttf": "truetype"}[self._end]
        return (
            f'@font-face {{ font-family: "{self.family}"; font-weight: {self.weight}; font-style: normal; '
            f'font-display: swap; src: url("{address}") format("{form}"); }}'
        )

    def to_bytes(self) -> bytes:
        head = [self.family, self.weight, len(self.woff)]
        return json.dumps(head).encode() + b"\n" + self.woff + self.sfnt

    @classmethod
    def from_bytes(cls, stored: bytes) -> Face:
        head, _, body = stored.partition(b"\n")
        family, weight, length = json.loads(head)
        return cls(family, weight, body[:length], body[length:])


def wrap(sfnt: bytes) -> Face:
    """Return a font with its WOFF."""
    from fontTools.ttLib import TTFont

    font = TTFont(io.BytesIO(sfnt), recalcTimestamp=False)
    family = font["name"].getBestFamilyName() or ""
    weight = str(font["OS/2"].usWeightClass)
    font.flavor = "woff"
    out = io.BytesIO()
    font.save(out)
    return Face(family, weight, out.getvalue(), sfnt)


def named(faces: Iterable[Face], styles: str) -> tuple[Face, ...]:
    """Return the faces that flattened styles name."""
    return _in_order(face for face in faces if f'"{face.family}"' in styles)


def used(faces: Iterable[Face], styles: str) -> tuple[Face, ...]:
    """Return the faces that the styles set text in: those that a token of a face ends up naming."""
    families = set(dict(_FACE_TOKEN.findall(styles)).values())
    return _in_order(face for face in faces if face.family in families)


def _in_order(faces: Iterable[Face]) -> tuple[Face, ...]:
    return tuple(sorted(faces, key=lambda face: (face.family, face.weight)))
