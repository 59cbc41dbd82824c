"""The families that a brand names → fonts that are here, or the finding that they are not.

A family comes from files beside `_brand.yml`, or is one that the project ships; nothing is fetched, whatever the
brand says is its source. A file is rewritten table by table, so that only outlines, metrics and features of a
stranger's font reach the layout engine. Fonts are embedded in the HTML as data addresses: they change the layout,
and so are part of the plate's key. OpenType 1.9 (ISO/IEC 14496-22) for tables and `fsType`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from bifolio.core.diagnostics import DesignError, Diagnostic, Severity, Span
from bifolio.core.files import OutsideError
from bifolio.model.brand.typography import FontFile, Typography
from bifolio.model.typeface import FontFace, Typeface

MAX_BYTES = 4_000_000

TEXT, HEAD = "Brand Text", "Brand Head"
"""The names of a brand's own families in HTML, so that they are never taken for another family."""

TOKENS = {HEAD: ("title-face", "head-face", "lead-face"), TEXT: ("text-face", "lead-face")}
"""The style tokens that each of them sets; if a brand names both, the deck is set like the running text. The large
numerals fit the grid of a page, and stay the project's own."""

_RESTRICTED = 0x0002
"""`fsType`: the maker of the font does not allow embedding."""

_BOLD = 600
"""From this weight on, a face is used where the styles ask for bold (CSS Fonts 4, 5.2)."""

_TABLES = frozenset(
    (
        *("cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "OS/2", "post", "CFF ", "kern"),
        *("GDEF", "GPOS", "GSUB", "vhea", "vmtx", "VORG", "fvar", "gvar", "avar", "HVAR", "STAT", "MVAR"),
    )
)
"""The tables that a page needs; hinting, pictures and private tables are left out."""


Families = Mapping[str, frozenset[int]]
"""Families of fonts, each with its weights."""


def choose(typography: Typography, read: Callable[[str], bytes], shipped: Families, span: Span) -> Typeface:
    """Find the faces for running text and for headings.

    `read` returns a file of the brand's folder, `shipped` are the project's own families, `span` is where the brand
    speaks of type. A family that is not here leaves the project's own in its place, with a remark. Raises
    DesignError when a file that the brand brings cannot be used.
    """
    tokens: dict[str, str] = {}
    faces: list[FontFace] = []
    remarks: list[Diagnostic] = []
    for own, role in ((HEAD, typography.headings), (TEXT, typography.base)):
        if role is None or not role.families:
            continue
        files = _files_of(typography, role.families)
        if files:
            brought = [_face(own, file, read, span) for file in files]
            faces += brought if own == TEXT else [_nearest(brought, role.weight or 400)]
            if own == TEXT and not any(float(face.weight.split()[-1]) >= _BOLD for face in brought):
                remarks.append(_no_bold(role.families[0], span))
            tokens |= dict.fromkeys(TOKENS[own], f'"{own}"')
        elif family := next((f for f in role.families if _is_whole(f, shipped)), None):
            tokens |= dict.fromkeys(TOKENS[own], f'"{family}"')
        elif not any(_is_cut(family, shipped) for family in role.families):
            remarks.append(_not_here(role.families[0], shipped, span))
    return Typeface(tokens, tuple(faces), tuple(remarks))


def _no_bold(family: str, span: Span) -> Diagnostic:
    return Diagnostic(
        "brand.no-bold",
        f'the font "{family}" has no bold here, so bold words and small headings look like all others',
        span.narrowed_to(family) or span,
        help="put the file of its bold weight beside the other, and name both in files",
        severity=Severity.WARNING,
    )


def _files_of(typography: Typography, families: tuple[str, ...]) -> tuple[FontFile, ...]:
    for family in families:
        named = (font for font in typography.fonts if font.family.casefold() == family.casefold())
        if files := tuple(file for font in named for file in font.files if not file.is_online):
            return files
    return ()


def _nearest(faces: list[FontFace], weight: int) -> FontFace:
    """Return the upright face whose weight is closest, as the one for all headings."""
    upright = [face for face in faces if face.style == "normal"] or faces
    best = min(upright, key=lambda face: abs(_middle(face.weight) - weight))
    return FontFace(best.family, "400", "normal", best.body)


def _middle(weight: str) -> float:
    numbers = [float(part) for part in weight.split()]
    return sum(numbers) / len(numbers)


# -- what the project ships ----------------------------------------------------------------------


def families(files: Iterable[Path]) -> Families:
    """Return the families that font files hold."""
    from fontTools.ttLib import TTFont

    found: dict[str, set[int]] = {}
    for path in files:
        with TTFont(path, lazy=True) as font:
            found.setdefault(str(font["name"].getDebugName(1)), set()).add(int(font["OS/2"].usWeightClass))
    return {family: frozenset(weights) for family, weights in found.items()}


def _is_whole(family: str, shipped: Families) -> bool:
    """Tell whether a shipped family has a bold, without which running text cannot be set."""
    return len(shipped.get(family, ())) > 1


def _is_cut(family: str, shipped: Families) -> bool:
    """Tell whether a family is shipped as cuts for the sizes of a page, which are in use already."""
    return any(name.startswith(f"{family} ") for name in shipped)


def _not_here(family: str, shipped: Families, span: Span) -> Diagnostic:
    whole = [name for name in shipped if _is_whole(name, shipped)]
    return Diagnostic(
        "brand.font-not-here",
        f'the font "{family}" is not here, and nothing is fetched; the handouts keep their own',
        span.narrowed_to(family) or span,
        help=f"name one that is here ({', '.join(whole)}), or put its files beside _brand.yml with source: file",
        severity=Severity.WARNING,
    )


# -- a brand's own files -------------------------------------------------------------------------


def _face(family: str, file: FontFile, read: Callable[[str], bytes], span: Span) -> FontFace:
    place = span.narrowed_to(file.path) or span
    try:
        raw = read(file.path)
    except OutsideError as error:
        raise _refuse("font-outside", f'the font "{file.path}" lies outside the clinic\'s own folder', place,
                      "copy the file beside _brand.yml and name it here") from error  # fmt: skip
    except OSError as error:
        raise _refuse("missing-font", f'the font "{file.path}" is not there', place,
                      "put the file beside _brand.yml, or mend the name") from error  # fmt: skip
    if len(raw) > MAX_BYTES:
        raise _refuse("font-size", f"the font has {len(raw):,} bytes; at most {MAX_BYTES:,} are read", place,
                      "save it with fewer letters")  # fmt: skip
    try:
        sound = _sound(raw)
    except Exception as error:  # fontTools raises all sorts of errors for broken fonts
        raise _refuse("unreadable-font", f'the font "{file.path}" cannot be read', place,
                      "use a TTF, OTF or WOFF file as the foundry gave it") from error  # fmt: skip
    if sound.is_restricted:
        raise _refuse("font-licence", f'the maker of "{file.path}" does not allow it in documents', place,
                      "ask the foundry for a licence and a file that may be embedded, or use another font")  # fmt: skip
    weight = str(file.weight) if file.weight else sound.weight
    return FontFace(family, weight, file.style or sound.style, sound.body)


class _Sound(NamedTuple):
    body: bytes
    weight: str
    """A weight, or the first and last of a range: "400", "100 900"."""
    style: str
    is_restricted: bool


@lru_cache(maxsize=16)
def _sound(raw: bytes) -> _Sound:
    """Rewrite a font with the tables that a page needs. Raises whatever fontTools does if it cannot be read."""
    from fontTools.ttLib import TTFont

    font = TTFont(io.BytesIO(raw), lazy=False, fontNumber=0)
    restricted = int(font["OS/2"].fsType) & 0x000F == _RESTRICTED
    style = "italic" if int(font["OS/2"].fsSelection) & 1 else "normal"
    weight = str(int(font["OS/2"].usWeightClass))
    for axis in font["fvar"].axes if "fvar" in font else ():
        if axis.axisTag == "wght":
            weight = f"{max(1, int(axis.minValue))} {min(1000, int(axis.maxValue))}"
    for tag in set(font.keys()) - _TABLES - {"GlyphOrder"}:
        del font[tag]
    if not font.getBestCmap() or not {"glyf", "CFF "} & set(font.keys()):
        raise ValueError("no letters")
    font.flavor = None
    font.recalcTimestamp = False  # same input, same bytes
    out = io.BytesIO()
    font.save(out)
    return _Sound(out.getvalue(), weight, style, restricted)


def _refuse(code: str, message: str, span: Span, cure: str) -> DesignError:
    return DesignError.of(f"brand.{code}", message, span, help=cure)
