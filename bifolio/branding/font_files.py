"""A font file from a stranger → static faces that are safe to set.

TrueType, OpenType, WOFF and WOFF2 are rewritten table by table, so that only outlines, metrics and features of a
stranger's font reach the layout engine. A variable font becomes a static face for each use: PDF knows no other.
OpenType 1.9 (ISO/IEC 14496-22) for tables, axes and `fsType`; WOFF 2.0 for files from the web.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

MAX_BYTES = 4_000_000
"""The largest file that is read."""

_MAX_UNPACKED = 16_000_000
"""How large a WOFF or WOFF2 file may be when it is unpacked."""

_MAX_VARIATIONS = 2_000_000
"""The most bytes of variations that are worked out: some fifteen seconds, once for each weight."""

_RESTRICTED = 0x0002
"""`fsType`: the maker of the font does not allow embedding."""

_TABLES = frozenset(
    (
        *("cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "OS/2", "post", "CFF ", "kern"),
        *("GDEF", "GPOS", "GSUB", "vhea", "vmtx", "VORG"),
    )
)
"""The tables that a page needs; hinting, pictures and private tables are left out."""

_VARIATION_TABLES = frozenset(
    ("fvar", "gvar", "avar", "HVAR", "VVAR", "STAT", "MVAR", "CFF2", "BASE", "cvar", "cvt ")
)
"""Those that a static face is worked out from."""


class TooLargeError(ValueError):
    """A font that takes too long to work out."""


@dataclass(frozen=True)
class FontSource:
    """A font that was read, with the tables that a page needs."""

    body: bytes
    weights: tuple[int, int]
    """The lightest and the boldest weight, the same of a static font."""
    is_variable: bool
    is_italic: bool
    is_restricted: bool
    """Whether its maker allows it in no document."""
    letters: frozenset[int]
    """The code points that it has a shape for."""


@lru_cache(maxsize=16)
def read_font(raw: bytes) -> FontSource:
    """Read a font file.

    Raises TooLargeError, and whatever fontTools does where it cannot be read.
    """
    from fontTools.ttLib import TTFont

    _check_unpacked(raw)
    font = TTFont(io.BytesIO(raw), lazy=False, fontNumber=0, recalcTimestamp=False)  # same input, same bytes
    axes = {str(axis.axisTag): axis for axis in font["fvar"].axes} if "fvar" in font else {}
    weight = int(font["OS/2"].usWeightClass)
    weights = (weight, weight)
    if "wght" in axes:
        weights = max(1, int(axes["wght"].minValue)), min(1000, int(axes["wght"].maxValue))
    for tag in set(font.keys()) - _TABLES - (_VARIATION_TABLES if axes else set()) - {"GlyphOrder"}:
        del font[tag]
    letters = frozenset(font.getBestCmap() or ())
    if not letters or not {"glyf", "CFF ", "CFF2"} & set(font.keys()):
        raise ValueError("no letters")
    return FontSource(
        _saved(font),
        weights,
        is_variable=bool(axes),
        is_italic=bool(int(font["OS/2"].fsSelection) & 1),
        is_restricted=int(font["OS/2"].fsType) & 0x000F == _RESTRICTED,
        letters=letters,
    )


def static_face(source: FontSource, weight: int, size: float) -> bytes:
    """Return the face of a font that is nearest to a weight, drawn for a size in points where the font varies by it.

    All other axes stay where the maker of the font has them. Raises TooLargeError.
    """
    if not source.is_variable:
        return source.body
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = TTFont(io.BytesIO(source.body), recalcTimestamp=False)
    assert font.reader is not None
    reader = font.reader
    if sum(len(reader[tag]) for tag in ("gvar", "CFF2") if tag in reader) > _MAX_VARIATIONS:
        raise TooLargeError("variations")
    wanted = {"wght": float(weight), "opsz": size}
    place = {
        axis.axisTag: min(max(wanted.get(axis.axisTag, axis.defaultValue), axis.minValue), axis.maxValue)
        for axis in font["fvar"].axes
    }
    font = instantiateVariableFont(font, place, inplace=True, downgradeCFF2="CFF2" in font)
    for tag in set(font.keys()) - _TABLES - {"GlyphOrder"}:
        del font[tag]
    return _saved(font)


def merged(parts: Sequence[FontSource]) -> bytes:
    """Return one font of the parts that a website loads one after another; the first that has a letter gives it.

    Raises whatever fontTools does where they do not belong together.
    """
    from fontTools.merge import Merger
    from fontTools.ttLib import TTFont

    font = Merger().merge([io.BytesIO(part.body) for part in parts])
    first = TTFont(io.BytesIO(parts[0].body))["head"]  # the merger takes the time from the clock
    font["head"].created, font["head"].modified = first.created, first.modified
    font.recalcTimestamp = False
    return _saved(font)


def _saved(font: object) -> bytes:
    font.flavor = None  # type: ignore[attr-defined]
    out = io.BytesIO()
    font.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


# -- files from the web --------------------------------------------------------------------------


def _check_unpacked(raw: bytes) -> None:
    """Refuse a file that grows beyond all measure when it is unpacked, whatever it says of its size."""
    unpacked = {b"wOFF": _unpacked_woff, b"wOF2": _unpacked_woff2}.get(raw[:4])
    if unpacked and unpacked(raw) >= _MAX_UNPACKED:
        raise TooLargeError("unpacked")


def _unpacked_woff(raw: bytes) -> int:
    """Return how many bytes the tables have, or the limit where they have more (WOFF 1.0, 4 and 5)."""
    import zlib

    unpacked = 0
    for number in range(struct.unpack_from(">H", raw, 12)[0]):
        offset, length, full = struct.unpack_from(">III", raw, 44 + 20 * number + 4)
        room = _MAX_UNPACKED - unpacked
        if room <= 0:
            break
        table = raw[offset : offset + length]
        unpacked += length if length == full else len(zlib.decompressobj().decompress(table, room))
    return unpacked


def _unpacked_woff2(raw: bytes) -> int:
    """Return how many bytes the tables have, or the limit where they have more (WOFF 2.0, 4 and 5)."""
    import brotli
    from fontTools.ttLib.woff2 import WOFF2DirectoryEntry, woff2DirectorySize

    file = io.BytesIO(raw)
    file.seek(woff2DirectorySize)
    for _ in range(struct.unpack_from(">H", raw, 12)[0]):
        WOFF2DirectoryEntry().fromFile(file)
    packed = file.read(struct.unpack_from(">I", raw, 20)[0])
    return len(brotli.Decompressor().process(packed, output_buffer_limit=_MAX_UNPACKED))
