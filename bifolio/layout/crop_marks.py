"""Add crop marks to pages with bleed, which tell a print shop where to cut.

WeasyPrint 70 draws crop marks inside the bleed, where they stand in the picture, and a cut that is a little off
leaves them on the sheet. Here they stand outside the bleed, in the registration colour, which every printing
plate prints (ISO 12647-1). The page boxes are those of ISO 32000-1, 14.11.2.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import pikepdf
from pikepdf import Array, Dictionary, Name

MM = 72 / 25.4
"""Points in a millimetre."""

_OFFSET, _LENGTH, _MARGIN = 1 * MM, 5 * MM, 1 * MM
"""Distance from the bleed to a mark, its length, and distance from its end to the edge of the paper, in points."""

_REGISTRATION = "/RegistrationMarks"
"""Name of the colour space of the marks."""


def add_crop_marks(pdf: bytes) -> bytes:
    """Add marks around each page that has bleed, and enlarge its paper to hold them."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            _mark_page(document, page)
        document.save(out, deterministic_id=True)
    return out.getvalue()


def _mark_page(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
    trim, bleed = [float(v) for v in page.trimbox], [float(v) for v in page.bleedbox]
    if trim == bleed:
        return
    page.mediabox = Array([round(v, 3) for v in _grown(bleed, _OFFSET + _LENGTH + _MARGIN)])
    path = b"".join(b"%.3f %.3f m %.3f %.3f l\n" % line for line in _lines(trim, bleed))
    resources = page.resources  # shared by all pages
    if "/ColorSpace" not in resources:
        resources.ColorSpace = Dictionary()
    if _REGISTRATION not in resources.ColorSpace:
        resources.ColorSpace[_REGISTRATION] = _registration_colour(document)
    contents = page.obj.Contents
    marks = b"/Artifact BMC q %b CS 1 SCN 0.25 w\n%bS Q EMC\n" % (_REGISTRATION.encode(), path)
    contents.write(marks + contents.read_bytes())


def _lines(trim: Sequence[float], bleed: Sequence[float]) -> Iterator[tuple[float, float, float, float]]:
    """Yield two lines at each corner, in line with the trim and outside the bleed: x1, y1, x2, y2 in points."""
    near, far = _grown(bleed, _OFFSET), _grown(bleed, _OFFSET + _LENGTH)
    for x in (trim[0], trim[2]):
        yield x, near[1], x, far[1]
        yield x, near[3], x, far[3]
    for y in (trim[1], trim[3]):
        yield near[0], y, far[0], y
        yield near[2], y, far[2], y


def _grown(box: Sequence[float], by_pt: float) -> list[float]:
    return [box[0] - by_pt, box[1] - by_pt, box[2] + by_pt, box[3] + by_pt]


def _registration_colour(document: pikepdf.Pdf) -> pikepdf.Object:
    """Return the colour space whose colour every printing plate prints; screens show it as black."""
    to_grey = Dictionary(FunctionType=2, Domain=[0, 1], C0=[1], C1=[0], N=1)
    return Array([Name.Separation, Name.All, Name.DeviceGray, document.make_indirect(to_grey)])
