"""What a PDF holds: is it tagged, titled and in a language, are its boxes sound and its fonts embedded, is no glyph
missing and no placeholder left, and does each link that calls or texts name a number?
"""

from __future__ import annotations

import re
import struct
from collections import Counter, defaultdict
from collections.abc import Iterator

import pikepdf

from bifolio.branding.palette import sentinel_pattern
from bifolio.core.diagnostics import Diagnostic
from bifolio.core.phone_numbers import calls_nobody
from bifolio.model.plate import SLOT_ALT, SLOT_LINK, slot_of

_POINTS_PER_MM = 72 / 25.4
_BOX_TOLERANCE = 0.5
_MARK_LEFT = re.compile(f"^{SLOT_ALT}".encode())


def check_structure(
    document: pikepdf.Pdf, where: str, trim_mm: tuple[float, float] | None, bleed_mm: float
) -> Iterator[Diagnostic]:
    """Find what is wrong with a PDF but for what stands on its pages; for the arguments see `pdf.verify`."""
    yield from _structure(document, where)
    yield from _boxes(document, where, trim_mm)
    if bleed_mm:
        yield from _bleed(document, where, bleed_mm)
    yield from check_glyphs(document, where)
    yield from _fonts_and_placeholders(document, where)
    yield from _links(document, where)


def check_fonts(document: pikepdf.Pdf, where: str) -> Iterator[Diagnostic]:
    """Find the fonts that are not embedded."""
    for item in document.objects:
        if isinstance(item, pikepdf.Dictionary) and (name := _missing_font(item)):
            yield _no_font(name, where)


def has_two_sided_sheets(document: pikepdf.Pdf) -> bool:
    """Return whether these are sheets to print on both sides, not pages to read: the last of them may have a blank back."""
    return "/Duplex" in _part(document.Root, "/ViewerPreferences")


def no_number(address: str, where: str) -> Diagnostic:
    """Return the finding that a link calls no number."""
    return _finding("verify.phone-link", f'the link "{address}" calls no number', where)


def _finding(code: str, message: str, where: str, cure: str | None = None) -> Diagnostic:
    return Diagnostic(code, message, where=where, help=cure)


def _part(whole: pikepdf.Object, key: str) -> pikepdf.Object:
    """Return a dictionary inside another; an empty one where there is none."""
    part = whole.get(key)
    return part if isinstance(part, pikepdf.Dictionary) else pikepdf.Dictionary()


def _structure(document: pikepdf.Pdf, where: str) -> Iterator[Diagnostic]:
    root = document.Root
    marked = bool(_part(root, "/MarkInfo").get("/Marked", False))
    tree = root.get("/StructTreeRoot")
    if not marked or tree is None or "/K" not in tree:
        yield _finding("verify.untagged", "the PDF has no tags: a screen reader cannot follow it", where)
    if not str(root.get("/Lang", "")).strip():
        yield _finding("verify.no-language", "the PDF does not say its language", where)
    title = _part(document.trailer, "/Info").get("/Title", "")
    preferences = _part(root, "/ViewerPreferences")
    if not str(title).strip() or not preferences.get("/DisplayDocTitle", False):
        yield _finding("verify.no-title", "the PDF does not show a title", where)
    if preferences.get("/PrintScaling") != "/None":
        yield _finding("verify.scaled", "the PDF does not ask to be printed at full size", where)


def _boxes(document: pikepdf.Pdf, where: str, trim_mm: tuple[float, float] | None) -> Iterator[Diagnostic]:
    for number, page in enumerate(document.pages, 1):
        media = [float(v) for v in page.mediabox]
        trim = [float(v) for v in page.trimbox]
        outside = (
            trim[0] < media[0] - _BOX_TOLERANCE
            or trim[1] < media[1] - _BOX_TOLERANCE
            or trim[2] > media[2] + _BOX_TOLERANCE
            or trim[3] > media[3] + _BOX_TOLERANCE
        )
        if outside or trim[2] <= trim[0] or trim[3] <= trim[1]:
            yield _finding("verify.page-box", f"page {number}: the trim lies outside the sheet", where)
            continue
        if trim_mm is not None:
            size = (trim[2] - trim[0]) / _POINTS_PER_MM, (trim[3] - trim[1]) / _POINTS_PER_MM
            if any(abs(a - b) > 0.2 for a, b in zip(size, trim_mm, strict=True)):
                yield _finding(
                    "verify.page-size",
                    f"page {number} is {size[0]:.1f} x {size[1]:.1f} mm, "
                    f"not {trim_mm[0]:g} x {trim_mm[1]:g} mm",
                    where,
                )


def _bleed(document: pikepdf.Pdf, where: str, bleed_mm: float) -> Iterator[Diagnostic]:
    for number, page in enumerate(document.pages, 1):
        trim, bleed = [float(v) for v in page.trimbox], [float(v) for v in page.bleedbox]
        sides = (trim[0] - bleed[0], trim[1] - bleed[1], bleed[2] - trim[2], bleed[3] - trim[3])
        least = min(sides) / _POINTS_PER_MM
        if least < bleed_mm - 0.05:
            yield _finding(
                "verify.bleed",
                f"page {number}: {max(least, 0):.1f} mm of bleed, not {bleed_mm:g} mm",
                where,
                "a print shop cuts through the bleed; set it in the edition",
            )


# -- glyphs -------------------------------------------------------------------------------------


_SET_FONT = re.compile(rb"/(\S+)\s+[\d.]+\s+Tf")
_SHOWN = re.compile(rb"<([0-9A-Fa-f\s]+)>(?=[^>])")


def check_glyphs(document: pikepdf.Pdf, where: str) -> Iterator[Diagnostic]:
    """Find glyphs that a font lacks: number 0, or a number past the end of the embedded font."""
    sizes: dict[int, int | None] = {}
    for number, page in enumerate(document.pages, 1):
        fonts = _part(_part(page.obj, "/Resources"), "/Font")
        limits = {name.lstrip("/"): _glyph_count(font, sizes) for name, font in fonts.items()}
        _, *parts = _SET_FONT.split(_page_content(page))
        shown: defaultdict[bytes, Counter[bytes]] = defaultdict(Counter)
        for font, content in zip(parts[::2], parts[1::2], strict=True):
            shown[font].update(_SHOWN.findall(content))
        missing = 0
        for font, strings in shown.items():
            limit = limits.get(font.decode("latin-1"))
            if limit is not None:
                missing += sum(times * _past(string, limit) for string, times in strings.items())
        if missing:
            yield _finding(
                "verify.missing-glyph",
                f"page {number}: {missing} letters have no shape in their font",
                where,
                "use other letters, or a font that has them",
            )


def _past(shown: bytes, limit: int) -> int:
    """Count the codes of a string, two bytes each, that stand for no glyph."""
    digits = b"".join(shown.split()).decode()
    whole = len(digits) // 4
    codes = struct.unpack(f">{whole}H", bytes.fromhex(digits[: 4 * whole]))
    if codes and min(codes) > 0 and max(codes) < limit:  # nearly all are
        return 0
    return sum(code == 0 or code >= limit for code in codes)


def _page_content(page: pikepdf.Page) -> bytes:
    contents = page.obj.get("/Contents")
    if contents is None:
        return b""
    streams = contents if isinstance(contents, pikepdf.Array) else [contents]
    return b"\n".join(stream.read_bytes() for stream in streams)


def _glyph_count(font: pikepdf.Object, sizes: dict[int, int | None]) -> int | None:
    """Return how many glyphs an embedded TrueType font has that is used by glyph number; else none."""
    if font.get("/Subtype") != "/Type0" or font.get("/Encoding") != "/Identity-H":
        return None
    descriptor = _part(font.DescendantFonts[0], "/FontDescriptor")
    file = descriptor.get("/FontFile2")
    if file is None:
        return None
    key = file.objgen[0]
    if key not in sizes:
        sizes[key] = _maxp(file.read_bytes())
    return sizes[key]


def _maxp(data: bytes) -> int | None:
    # OpenType: the table directory starts at 12, 16 bytes an entry; maxp holds the count at 4.
    if len(data) < 12:
        return None
    (count,) = struct.unpack_from(">H", data, 4)
    for at in range(12, 12 + 16 * count, 16):
        if data[at : at + 4] == b"maxp":
            (offset,) = struct.unpack_from(">I", data, at + 8)
            return int(struct.unpack_from(">H", data, offset + 4)[0])
    return None


# -- fonts, and what is left of a plate ----------------------------------------------------------


def _fonts_and_placeholders(document: pikepdf.Pdf, where: str) -> Iterator[Diagnostic]:
    """Find fonts that are not embedded, and what inking should have replaced: words, pictures and colours."""
    left = set()
    for item in document.objects:
        if isinstance(item, pikepdf.Stream):
            left |= {*_left_in_stream(item)}
        elif isinstance(item, pikepdf.Dictionary):
            if name := _missing_font(item):
                yield _no_font(name, where)
            left |= {*_left_in_words(item)}
    for what in sorted(left):
        yield _finding("verify.placeholder", f"{what} is left from the plate", where)


def _no_font(name: str, where: str) -> Diagnostic:
    return _finding("verify.font", f'the font "{name}" is not embedded', where)


def _links(document: pikepdf.Pdf, where: str) -> Iterator[Diagnostic]:
    """Find links that inking should have led somewhere, and those that call or text and name no number."""
    for page in document.pages:
        annotations = page.obj.get("/Annots")
        for annotation in annotations if isinstance(annotations, pikepdf.Array) else ():
            if not isinstance(annotation, pikepdf.Dictionary):
                continue
            address = str(_part(annotation, "/A").get("/URI", ""))
            if address.startswith(SLOT_LINK):
                yield _finding("verify.placeholder", f'"{address}" is left from the plate', where)
            if calls_nobody(address):
                yield no_number(address, where)


def _missing_font(item: pikepdf.Dictionary) -> str | None:
    """Return the name of a font that is not embedded; None for one that is, and for what is no font."""
    # To get a key that an object lacks takes ten times as long as to ask whether it is there.
    if "/Type" not in item or item.Type != "/Font" or item.get("/Subtype") in ("/Type0", "/Type3"):
        return None
    descriptor = _part(item, "/FontDescriptor")
    if any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
        return None
    return str(item.get("/BaseFont", "?")).lstrip("/")


def _left_in_stream(item: pikepdf.Stream) -> Iterator[str]:
    if "/Subtype" in item and item.Subtype == "/Image":
        small = (int(item.get("/Width", 0)), int(item.get("/Height", 0))) == (2, 1)
        if small and slot_of(item.read_bytes()):
            yield "the picture of a slot"
        return
    is_metadata = "/Type" in item and item.Type == "/Metadata"
    is_font = "/Length1" in item
    if not is_metadata and not is_font and sentinel_pattern().search(item.read_bytes()):
        yield "the colour of a role"


def _left_in_words(item: pikepdf.Dictionary) -> Iterator[str]:
    for key in ("/Alt", "/Author"):
        if key in item and isinstance(item[key], pikepdf.String) and _MARK_LEFT.search(bytes(item[key])):
            yield f'"{item[key]}"'
