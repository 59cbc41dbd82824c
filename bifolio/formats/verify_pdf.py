"""Verify: a finished PDF → findings. Nothing with a finding is published.

Works on any PDF, with no knowledge of how it was made: does it open, are its boxes sound, its fonts
embedded, is it tagged, titled and in a language, is no page empty, no text cut off or past its page, no
glyph missing, no placeholder left, and does each link that calls or texts name a number. What a conformance checker asks beyond that, veraPDF asks in the
tests (ISO 14289-1); here every file is looked at before it is published, in a few milliseconds: whole, or,
where its plate and a clinic's slots were looked at before, whether it is all there.
"""

from __future__ import annotations

import ctypes
import io
import re
import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import pikepdf

from bifolio.branding.palette import sentinel_pattern
from bifolio.core.diagnostics import Diagnostic, Severity
from bifolio.core.phone_numbers import calls_nobody
from bifolio.model.plate import SLOT_ALT, SLOT_LINK, slot_of

_POINTS_PER_MM = 72 / 25.4
_BOX_TOLERANCE = 0.5
_CUT_TOLERANCE = 1.2
"""Points that text may stand out of its clip or page: hairline serifs and rounding, not a letter."""

_MARK_LEFT = re.compile(f"^{SLOT_ALT}".encode())


def verify(
    pdf: bytes, where: str, trim_mm: tuple[float, float] | None = None, bleed_mm: float = 0
) -> list[Diagnostic]:
    """Look a finished PDF over. `trim_mm` is the page size it should have, width and height.

    With `bleed_mm` it is for a print shop: pages reach so far beyond their trim, and pictures are fine enough.
    """
    try:
        document = pikepdf.open(io.BytesIO(pdf))
    except pikepdf.PasswordError:
        return [_finding("verify.locked", "the PDF is locked with a password", where)]
    except (pikepdf.PdfError, ValueError):
        return [_finding("verify.unreadable", "this is not a PDF that can be opened", where)]
    with document:
        if not len(document.pages):
            return [_finding("verify.no-pages", "the PDF has no pages", where)]
        findings = [
            *_structure(document, where),
            *_boxes(document, where, trim_mm),
            *(_bleed(document, where, bleed_mm) if bleed_mm else ()),
            *_glyphs(document, where),
            *_fonts_and_placeholders(document, where),
            *_links(document, where),
        ]
        # Imposed sheets ask to be printed on both sides, and the last of them may have a blank back.
        is_sheet = "/Duplex" in _part(document.Root, "/ViewerPreferences")
    return findings + list(_pages(pdf, where, is_sheet=is_sheet, for_press=bleed_mm > 0))


def verify_slots(pdf: bytes, links: Iterable[str | None] = ()) -> list[Diagnostic]:
    """Look a clinic's slots over, a page each: no text is cut off, no glyph is missing, all fonts are embedded.

    `links` are where its contact lines lead, which a plate does not know.
    """
    where = "slots"
    with pikepdf.open(io.BytesIO(pdf)) as document:
        fonts = (_missing_font(item) for item in document.objects if isinstance(item, pikepdf.Dictionary))
        findings = [_no_font(name, where) for name in fonts if name]
        findings += _glyphs(document, where)
        findings += [_no_number(link, where) for link in links if link and calls_nobody(link)]
        drawn = _pages(pdf, where, is_sheet=False, for_press=False)
        return findings + [one for one in drawn if one.code != "verify.empty-page"]  # a logo is no text


def verify_inked(pdf: bytes, where: str, pages: int) -> list[Diagnostic]:
    """Look over a PDF of so many pages, whose plate stood in a file that `verify` found sound, and whose slots are.

    What is left to go wrong is how they were put together.
    """
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(pdf)
    except pdfium.PdfiumError:
        return [_finding("verify.unreadable", "this is not a PDF that can be opened", where)]
    try:
        if len(document) != pages:
            return [_finding("verify.no-pages", "the PDF has not all of its pages", where)]
    finally:
        document.close()
    return []


def _finding(code: str, message: str, where: str, cure: str | None = None) -> Diagnostic:
    return Diagnostic(code, message, where=where, help=cure)


def _part(whole: pikepdf.Object, key: str) -> pikepdf.Object:
    """Give a dictionary inside another; an empty one where there is none."""
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
    shown = _part(root, "/ViewerPreferences").get("/DisplayDocTitle", False)
    if not str(title).strip() or not shown:
        yield _finding("verify.no-title", "the PDF does not show a title", where)


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


def _glyphs(document: pikepdf.Pdf, where: str) -> Iterator[Diagnostic]:
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
    """Give how many glyphs an embedded TrueType font has that is used by glyph number; else none."""
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
                yield _no_number(address, where)


def _no_number(address: str, where: str) -> Diagnostic:
    return _finding("verify.phone-link", f'the link "{address}" calls no number', where)


def _missing_font(item: pikepdf.Dictionary) -> str | None:
    """Name a font that is not embedded; none for one that is, and for what is no font."""
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


# -- what stands on the pages --------------------------------------------------------------------


def _pages(pdf: bytes, where: str, *, is_sheet: bool, for_press: bool) -> Iterator[Diagnostic]:
    import pypdfium2 as pdfium
    from pypdfium2 import raw

    document = pdfium.PdfDocument(pdf)
    try:
        for number in range(len(document)):
            page = document[number]
            yield from _page(raw, page, number + 1, where, is_sheet=is_sheet)
            if for_press:
                yield from _coarse(raw, page, number + 1, where)
            page.close()
    finally:
        document.close()


def _page(raw: Any, page: Any, number: int, where: str, *, is_sheet: bool) -> Iterator[Diagnostic]:
    sheet = page.get_trimbox()  # words on what is cut off are lost
    safe = _safe_area(sheet)
    texts = drawn = 0
    reported = set()
    for text in _objects(raw, page):
        drawn += 1
        if text is None:
            continue
        texts += 1
        bounds, clip = text
        for frame, code, words in (
            (sheet, "verify.text-past-page", "text runs past the edge of the page"),
            (clip, "verify.text-cut", "text is cut off"),
        ):
            if frame is not None and code not in reported and _stands_out(bounds, frame):
                reported.add(code)
                at = f"{bounds[0] / _POINTS_PER_MM:.0f}, {bounds[1] / _POINTS_PER_MM:.0f} mm"
                yield _finding(code, f"page {number}: {words} near {at}", where)
        if safe is not None and "verify.near-edge" not in reported and _stands_out(bounds, safe):
            reported.add("verify.near-edge")
            yield Diagnostic(
                "verify.near-edge",
                f"page {number}: text stands closer than {_SAFE_MM:g} mm to the edge of the page",
                where=where,
                help="office printers leave a margin white; move the text inward",
                severity=Severity.WARNING,
            )
    if not texts and drawn < 2 and not (is_sheet and number % 2 == 0):
        yield _finding("verify.empty-page", f"page {number} is empty", where)


_PRESS_DPI = 300


def _coarse(raw: Any, page: Any, number: int, where: str) -> Iterator[Diagnostic]:
    """Find pictures with fewer dots to the inch than a press needs."""
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=8):
        data = raw.FPDF_IMAGEOBJ_METADATA()
        if not raw.FPDFImageObj_GetImageMetadata(item.raw, page.raw, data):
            continue
        dpi = min(data.horizontal_dpi, data.vertical_dpi)
        if 0 < dpi < _PRESS_DPI - 1:
            yield _finding(
                "verify.coarse-image",
                f"page {number}: a picture has {dpi:.0f} dots to the inch, not {_PRESS_DPI}",
                where,
                "give the logo as SVG, or with more pixels",
            )


_Bounds = tuple[float, float, float, float]
_Text = tuple[_Bounds, _Bounds | None]
"""The bounds of a text and its clip, in page points."""

_SAFE_MM = 10.0
_CARD_MM = 100.0
"""Pages with a side shorter than this are cards, cut from a larger sheet."""


def _safe_area(trim: _Bounds) -> _Bounds | None:
    """Give the part of a page that any printer reaches; none for cards."""
    inset = _SAFE_MM * _POINTS_PER_MM
    if min(trim[2] - trim[0], trim[3] - trim[1]) < _CARD_MM * _POINTS_PER_MM:
        return None
    return trim[0] + inset, trim[1] + inset, trim[2] - inset, trim[3] - inset


def _stands_out(bounds: _Bounds, frame: _Bounds) -> bool:
    return (
        bounds[0] < frame[0] - _CUT_TOLERANCE
        or bounds[1] < frame[1] - _CUT_TOLERANCE
        or bounds[2] > frame[2] + _CUT_TOLERANCE
        or bounds[3] > frame[3] + _CUT_TOLERANCE
    )


def _objects(raw: Any, page: Any) -> Iterator[_Text | None]:
    """Give each object of a page, those inside forms too: none for what is not text."""
    handle = page.raw
    for index in range(raw.FPDFPage_CountObjects(handle)):
        yield from _object(raw, raw.FPDFPage_GetObject(handle, index), _IDENTITY, 0)


_Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: _Matrix = (1, 0, 0, 1, 0, 0)


def _object(raw: Any, item: Any, outer: _Matrix, depth: int) -> Iterator[_Text | None]:
    kind = raw.FPDFPageObj_GetType(item)
    if kind == raw.FPDF_PAGEOBJ_FORM and depth < 8:
        matrix = raw.FS_MATRIX()
        raw.FPDFPageObj_GetMatrix(item, matrix)
        inner = _times((matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f), outer)
        for index in range(raw.FPDFFormObj_CountObjects(item)):
            yield from _object(raw, raw.FPDFFormObj_GetObject(item, index), inner, depth + 1)
        return
    if kind != raw.FPDF_PAGEOBJ_TEXT:
        yield None
        return
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    yield _moved((left.value, bottom.value, right.value, top.value), outer), _clip(raw, item, outer)


def _clip(raw: Any, item: Any, outer: _Matrix) -> _Bounds | None:
    """Give what the clip paths of an object leave visible, as one box; none without a clip."""
    path = raw.FPDFPageObj_GetClipPath(item)
    frame: _Bounds | None = None
    x, y = ctypes.c_float(), ctypes.c_float()
    for number in range(max(0, raw.FPDFClipPath_CountPaths(path))):
        points = []
        for at in range(max(0, raw.FPDFClipPath_CountPathSegments(path, number))):
            segment = raw.FPDFClipPath_GetPathSegment(path, number, at)
            if raw.FPDFPathSegment_GetPoint(segment, x, y):
                points.append((x.value, y.value))
        if not points:
            continue
        xs, ys = zip(*points, strict=True)
        box = _moved((min(xs), min(ys), max(xs), max(ys)), outer)
        frame = box if frame is None else _overlap(frame, box)
    return frame


def _overlap(one: _Bounds, other: _Bounds) -> _Bounds:
    return (
        max(one[0], other[0]),
        max(one[1], other[1]),
        min(one[2], other[2]),
        min(one[3], other[3]),
    )


def _times(one: _Matrix, other: _Matrix) -> _Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _moved(bounds: _Bounds, matrix: _Matrix) -> _Bounds:
    if matrix == _IDENTITY:
        return bounds
    a, b, c, d, e, f = matrix
    corners = [(bounds[0], bounds[1]), (bounds[2], bounds[3]), (bounds[0], bounds[3]), (bounds[2], bounds[1])]
    xs = [a * x + c * y + e for x, y in corners]
    ys = [b * x + d * y + f for x, y in corners]
    return min(xs), min(ys), max(xs), max(ys)
