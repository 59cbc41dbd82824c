"""What stands on the pages of a PDF, as PDFium draws them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

from bifolio.core.diagnostics import Diagnostic, Severity, shorten

_POINTS_PER_MM = 72 / 25.4
_CUT_TOLERANCE = 1.2
"""Points that text may stand out of its clip or page at a side: hairline serifs and rounding, not a letter."""
_ACCENT_TOLERANCE = 0.4
"""The same at its top and foot, where a part of an accent or a tail would be missing."""


def count_pages(pdf: bytes) -> int | None:
    """Return the number of pages; None for what cannot be opened."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(pdf)
    except pdfium.PdfiumError:
        return None
    try:
        return len(document)
    finally:
        document.close()


def check_pages(
    pdf: bytes, where: str, *, is_sheet: bool = False, for_press: bool = False
) -> Iterator[Diagnostic]:
    """Find empty pages, and text that is cut off, past its page or too near to its edge.

    The last of two-sided sheets (`is_sheet`) may have a blank back; for a press, pictures must be fine enough.
    """
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
    reported: set[tuple[str, _Bounds]] = set()
    for text in _objects(raw, page):
        drawn += 1
        if text is None:
            continue
        texts += 1
        bounds, clip, item = text
        for frame, code, what in (
            (sheet, "verify.text-past-page", "runs past the edge of the page"),
            (clip, "verify.text-cut", "is cut off"),
        ):
            if frame is not None and (code, frame) not in reported and _stands_out(bounds, frame):
                reported.add((code, frame))  # one for each box
                words = _words(raw, page, item) or "text"
                at = f"{bounds[0] / _POINTS_PER_MM:.0f}, {bounds[1] / _POINTS_PER_MM:.0f} mm"
                yield _finding(
                    code,
                    f"page {number}: {words} {what} near {at}",
                    where,
                    "shorten the words, or set them in another font",
                )
        if (
            safe is not None
            and ("near-edge", safe) not in reported
            and _stands_out(bounds, safe, _CUT_TOLERANCE)
        ):
            reported.add(("near-edge", safe))
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


def _finding(code: str, message: str, where: str, cure: str | None = None) -> Diagnostic:
    return Diagnostic(code, message, where=where, help=cure)


_Bounds = tuple[float, float, float, float]
_Text = tuple[_Bounds, _Bounds | None, Any]
"""The bounds of a text and its clip, in page points, and the object of PDFium."""

_SAFE_MM = 10.0
_CARD_MM = 100.0
"""Pages with a side shorter than this are cards, cut from a larger sheet."""


def _safe_area(trim: _Bounds) -> _Bounds | None:
    """Return the part of a page that any printer reaches; none for cards."""
    inset = _SAFE_MM * _POINTS_PER_MM
    if min(trim[2] - trim[0], trim[3] - trim[1]) < _CARD_MM * _POINTS_PER_MM:
        return None
    return trim[0] + inset, trim[1] + inset, trim[2] - inset, trim[3] - inset


def _stands_out(bounds: _Bounds, frame: _Bounds, above: float = _ACCENT_TOLERANCE) -> bool:
    return (
        bounds[0] < frame[0] - _CUT_TOLERANCE
        or bounds[1] < frame[1] - above
        or bounds[2] > frame[2] + _CUT_TOLERANCE
        or bounds[3] > frame[3] + above
    )


def _words(raw: Any, page: Any, item: Any) -> str:
    """Return the words of a text in quotation marks; empty where the PDF does not say them."""
    texts = raw.FPDFText_LoadPage(page.raw)
    try:
        length = raw.FPDFTextObj_GetText(item, texts, None, 0)
        said = (ctypes.c_ushort * (length // 2 + 1))()
        raw.FPDFTextObj_GetText(item, texts, said, length)
    finally:
        raw.FPDFText_ClosePage(texts)
    words = bytes(said).decode("utf-16-le", "replace").strip("\0 ")
    return f'"{shorten(words)}"' if words else ""


def _objects(raw: Any, page: Any) -> Iterator[_Text | None]:
    """Return each object of a page, those inside forms too: none for what is not text."""
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
    yield _moved((left.value, bottom.value, right.value, top.value), outer), _clip(raw, item, outer), item


def _clip(raw: Any, item: Any, outer: _Matrix) -> _Bounds | None:
    """Return what the clip paths of an object leave visible, as one box; none without a clip."""
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
