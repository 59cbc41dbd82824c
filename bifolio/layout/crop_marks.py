"""Trim marks: a page with bleed → the same page in a margin of paper that says where a press cuts it.

WeasyPrint 70 draws crop marks inside the bleed, where they stand in the picture and a cut a little off leaves
them on the sheet. Here they stand outside of it, in the colour of all plates (ISO 12647-1, registration; the
boxes are those of ISO 32000-1, 14.11.2).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import pikepdf
from pikepdf import Array, Dictionary, Name

MM = 72 / 25.4

_AWAY, _LENGTH, _EDGE = 1 * MM, 5 * MM, 1 * MM
"""From the bleed to a mark, its length, and from there to the edge of the paper."""

_ALL = "/RegistrationMarks"


def mark_trims(pdf: bytes) -> bytes:
    """Put marks round each page of a PDF that has bleed, and make its paper large enough for them."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            _mark_trim(document, page)
        document.save(out, deterministic_id=True)
    return out.getvalue()


def _mark_trim(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
    trim, bleed = [float(v) for v in page.trimbox], [float(v) for v in page.bleedbox]
    if trim == bleed:
        return
    page.mediabox = Array([round(v, 3) for v in _grown(bleed, _AWAY + _LENGTH + _EDGE)])
    drawn = b"".join(b"%.3f %.3f m %.3f %.3f l\n" % line for line in _lines(trim, bleed))
    resources = page.resources  # one for all pages
    if "/ColorSpace" not in resources:
        resources.ColorSpace = Dictionary()
    if _ALL not in resources.ColorSpace:
        resources.ColorSpace[_ALL] = _all_plates(document)
    contents = page.obj.Contents
    marks = b"/Artifact BMC q %b CS 1 SCN 0.25 w\n%bS Q EMC\n" % (_ALL.encode(), drawn)
    contents.write(marks + contents.read_bytes())


def _lines(trim: Sequence[float], bleed: Sequence[float]) -> Iterator[tuple[float, float, float, float]]:
    """Give two lines at each corner, on the lines of the trim and outside of the bleed."""
    near, far = _grown(bleed, _AWAY), _grown(bleed, _AWAY + _LENGTH)
    for x in (trim[0], trim[2]):
        yield x, near[1], x, far[1]
        yield x, near[3], x, far[3]
    for y in (trim[1], trim[3]):
        yield near[0], y, far[0], y
        yield near[2], y, far[2], y


def _grown(box: Sequence[float], by: float) -> list[float]:
    return [box[0] - by, box[1] - by, box[2] + by, box[3] + by]


def _all_plates(document: pikepdf.Pdf) -> pikepdf.Object:
    """Give the colour that every plate prints; a screen shows it as black."""
    to_grey = Dictionary(FunctionType=2, Domain=[0, 1], C0=[1], C1=[0], N=1)
    return Array([Name.Separation, Name.All, Name.DeviceGray, document.make_indirect(to_grey)])
