"""Impose: pages in reading order → sheets as a printer takes them, to fold, staple or cut.

Knows nothing of content or style; it moves finished pages, each as a form XObject, and draws marks. What
comes out is for paper: tags and links stay with the reading PDF. Terms as in ISO 12637. A sheet lies with
its front up; its back is written as it is seen when the sheet is turned like the page of a book.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import pikepdf

from bifolio.core.diagnostics import Diagnostic
from bifolio.model.edition import Imposition

MM = 72 / 25.4
"""Points in a millimetre."""

Page = int | None
"""A page by its place in reading order, counted from 1; None is a blank."""

Face = tuple[Page, ...]
"""The pages on one side of a sheet: row by row from the top, in each row from the left."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its two sides, and how far its pages move towards the spine."""

    front: Face
    back: Face
    creep_pt: float = 0.0


# -- which page stands where ---------------------------------------------------------------------


def padded(pages: int, multiple: int, *, has_back: bool = True) -> tuple[Page, ...]:
    """Fill up with blanks to a multiple: before the back cover, or at the end where there is none.

    >>> padded(6, 4)
    (1, 2, 3, 4, 5, None, None, 6)
    """
    blanks: tuple[Page, ...] = (None,) * (-pages % multiple)
    numbers: tuple[Page, ...] = tuple(range(1, pages + 1))
    at = pages - 1 if has_back and pages > 1 else pages
    return numbers[:at] + blanks + numbers[at:]


def signatures(pages: Sequence[Page], most: int | None = None) -> list[tuple[Page, ...]]:
    """Split a multiple of four into signatures of `most` pages, the last one with what is left.

    Without `most` all is one signature, as saddle stitch wants it.
    """
    assert len(pages) % 4 == 0, "a folded sheet holds four pages"
    size = most or len(pages) or 4
    assert size % 4 == 0, "a folded sheet holds four pages"
    return [tuple(pages[at : at + size]) for at in range(0, len(pages), size)]


def saddle(signature: Sequence[Page], paper_pt: float = 0.0, most_creep_pt: float = 0.0) -> list[Sheet]:
    """Give the sheets of one signature, the outermost first: (n, 1) and (2, n - 1), and so on.

    >>> [(s.front, s.back) for s in saddle(range(1, 9))]
    [((8, 1), (2, 7)), ((6, 3), (4, 5))]
    """
    last = len(signature) - 1
    return [
        Sheet(
            front=(signature[last - at], signature[at]),
            back=(signature[at + 1], signature[last - at - 1]),
            creep_pt=creep_pt(at // 2, paper_pt, most_creep_pt),
        )
        for at in range(0, len(signature) // 2, 2)
    ]


def creep_pt(depth: int, paper_pt: float, most_pt: float) -> float:
    """Say how far the pages of a sheet move towards the spine; `depth` 0 is the outermost sheet.

    Folding pushes each inner sheet out by the thickness of the one around it. Never more than `most_pt`,
    so that no word comes near the fold.
    """
    return min(depth * paper_pt, most_pt)


def repeated(pages: int, cells: int) -> list[Sheet]:
    """Fill each sheet with copies of one leaf: page 1 on all of its front, page 2 behind it.

    >>> repeated(3, 2)
    [Sheet(front=(1, 1), back=(2, 2), creep_pt=0.0), Sheet(front=(3, 3), back=(None, None), creep_pt=0.0)]
    """
    leaves = padded(pages, 2, has_back=False)
    return [Sheet((leaves[at],) * cells, (leaves[at + 1],) * cells) for at in range(0, len(leaves), 2)]


def cut_and_stack(pages: int, cells: int, columns: int) -> list[Sheet]:
    """Deal leaves so that the cut piles, laid on each other from the first cell on, are in order.

    >>> [(s.front, s.back) for s in cut_and_stack(8, 2, 2)]
    [((1, 5), (6, 2)), ((3, 7), (8, 4))]
    """
    leaves = padded(pages, 2 * cells, has_back=False)
    height = len(leaves) // (2 * cells)  # sheets, and so leaves in a pile
    found = []
    for sheet in range(height):
        at = [2 * (cell * height + sheet) for cell in range(cells)]
        front = tuple(leaves[a] for a in at)
        back = _mirrored(tuple(leaves[a + 1] for a in at), columns)
        found.append(Sheet(front, back))
    return found


def letter_fold(pages: int) -> list[Sheet]:
    """Give the one sheet of a leaflet with six panels, folded in thirds; the flap folds in first.

    Page 1 is the front. Pages 2, 3, 4 are the inside from left to right, 5 is the flap, 6 the back. On
    opening, 2 and the flap are seen side by side.

    >>> letter_fold(6)
    [Sheet(front=(5, 6, 1), back=(2, 3, 4), creep_pt=0.0)]
    """
    panel = padded(pages, PANELS, has_back=pages == PANELS - 1)
    return [Sheet((panel[4], panel[5], panel[0]), (panel[1], panel[2], panel[3]))]


PANELS = 6


def _mirrored(face: Face, columns: int) -> Face:
    rows = [face[at : at + columns] for at in range(0, len(face), columns)]
    return tuple(chain.from_iterable(row[::-1] for row in rows))


def sheets(form: Imposition, pages: int, *, has_back: bool = True) -> list[Sheet]:
    """Give the sheets of a document of `pages` pages in the order in which they are printed."""
    cells = form.columns * form.rows
    if form.scheme == "saddle-stitch":
        whole = padded(pages, 4, has_back=has_back)
        creep = form.paper_mm * MM, form.most_creep_mm * MM
        return [sheet for part in signatures(whole, form.signature) for sheet in saddle(part, *creep)]
    if form.scheme == "trifold":
        return letter_fold(pages)
    if form.scheme == "cut-and-stack":
        return cut_and_stack(pages, cells, form.columns)
    return repeated(pages, cells)


def misfit(form: Imposition, pages: int, where: str) -> list[Diagnostic]:
    """Tell of pages that the sheet has no room for: a leaflet that is folded has six panels."""
    if form.scheme != "trifold" or pages <= PANELS:
        return []
    return [
        Diagnostic(
            "impose.too-many-pages",
            f"it fills {pages} panels, and the folded sheet has {PANELS}",
            where=where,
            help="shorten the handout, or choose an edition with more pages: a booklet",
        )
    ]


# -- where a page stands on its sheet ------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A place for a page: left, bottom, width and height in points from the lower left corner."""

    left: float
    bottom: float
    width: float
    height: float
    towards_spine: int = 0
    """Which way creep moves its page: 1 to the right, -1 to the left."""


def cells(form: Imposition, trim_pt: tuple[float, float]) -> tuple[Cell, ...]:
    """Give the places of the front, in the order of a face. The grid stands in the middle of the sheet."""
    width, height = trim_pt
    gap = form.gap_mm * MM
    widths = [width] * form.columns
    if form.scheme == "trifold":
        widths[0] -= form.flap_mm * MM
    left = (form.sheet_width_mm * MM - sum(widths) - gap * (form.columns - 1)) / 2
    top = (form.sheet_height_mm * MM + height * form.rows + gap * (form.rows - 1)) / 2
    found = []
    for row in range(form.rows):
        x = left
        for column, own in enumerate(widths):
            spine = (1, -1)[column % 2] if form.scheme == "saddle-stitch" else 0
            found.append(Cell(x, top - (row + 1) * height - row * gap, own, height, spine))
            x += own + gap
    return tuple(found)


def behind(front: Sequence[Cell], form: Imposition) -> tuple[Cell, ...]:
    """Give the places of the back: each lies behind one of the front, in the order of a face."""
    sheet = form.sheet_width_mm * MM
    mirrored = [Cell(sheet - c.left - c.width, c.bottom, c.width, c.height, -c.towards_spine) for c in front]
    return tuple(sorted(mirrored, key=lambda c: (-round(c.bottom, 3), c.left)))


def turns_backs(form: Imposition) -> bool:
    """Tell whether backs stand on their head: the sheet is turned over an edge at its top or foot."""
    is_wide = form.sheet_width_mm > form.sheet_height_mm
    return form.flip == ("long-edge" if is_wide else "short-edge")


# -- marks ---------------------------------------------------------------------------------------

_REACH = 4.5 * MM
"""How far in from the edge of a sheet most office printers begin to print."""

Line = tuple[float, float, float, float]


def fold_marks(form: Imposition) -> Iterator[Line]:
    """Give short lines on the fold at head and foot, and two where the staples go."""
    middle, height = form.sheet_width_mm * MM / 2, form.sheet_height_mm * MM
    for y in (_REACH, height - _REACH - 3 * MM):
        yield middle, y, middle, y + 3 * MM
    for y in (height / 4, height * 3 / 4):
        yield middle, y - 2 * MM, middle, y + 2 * MM


def panel_marks(form: Imposition, places: Sequence[Cell]) -> Iterator[Line]:
    """Give short lines at head and foot where panels fold."""
    height = form.sheet_height_mm * MM
    for cell in places[1:]:
        for y in (_REACH, height - _REACH - 2.5 * MM):
            yield cell.left, y, cell.left, y + 2.5 * MM


def crop_marks(form: Imposition, places: Sequence[Cell]) -> Iterator[Line]:
    """Give lines at every cut: outside the grid, or at the edge of the sheet where the grid fills it."""
    width, height = form.sheet_width_mm * MM, form.sheet_height_mm * MM
    start, end = _in_margin(min(cell.bottom for cell in places))
    for x in sorted({round(x, 3) for cell in places for x in (cell.left, cell.left + cell.width)}):
        if _REACH < x < width - _REACH:
            yield x, start, x, end
            yield x, height - end, x, height - start
    start, end = _in_margin(min(cell.left for cell in places))
    for y in sorted({round(y, 3) for cell in places for y in (cell.bottom, cell.bottom + cell.height)}):
        if _REACH < y < height - _REACH:
            yield start, y, end, y
            yield width - end, y, width - start, y


def _in_margin(margin: float) -> tuple[float, float]:
    """Give where a mark begins and ends in a margin of the sheet, from its edge."""
    if margin < _REACH + 4 * MM:  # no room outside the trim: a tick on the cut itself
        return _REACH, _REACH + 2.5 * MM
    return max(_REACH, margin - 8 * MM), margin - 2 * MM


def _marks(form: Imposition, places: Sequence[Cell], number: int, *, is_front: bool) -> list[Line]:
    if form.scheme == "trifold":  # on the inside
        return [] if is_front else list(panel_marks(form, places))
    if not is_front:
        return []
    if form.scheme != "saddle-stitch":
        return list(crop_marks(form, places))
    # on the outside of the outermost sheet, where the staples cover them
    outermost = number == 0 if form.signature is None else number % (form.signature // 4) == 0
    return list(fold_marks(form)) if outermost else []


# -- finished pages onto sheets ------------------------------------------------------------------


def impose(pdf: bytes, form: Imposition, note: bytes, *, has_back: bool = True) -> bytes:
    """Put the pages of a finished PDF onto sheets, after the pages of `note`.

    The note, a tagged PDF in the size of the sheet, tells the person at the printer what to choose; it fills
    whole sheets itself. What stands on the sheets is an artifact: the reading PDF is the one to be read
    out. The viewer is asked to print at full size and on both sides. The same input gives the same bytes.
    """
    with pikepdf.open(io.BytesIO(pdf)) as source, pikepdf.open(io.BytesIO(note)) as target:
        trim = [float(v) for v in source.pages[0].trimbox]
        places = cells(form, (trim[2] - trim[0], trim[3] - trim[1]))
        backs = behind(places, form)
        pages = [_as_form(target, page) for page in source.pages]
        for number, sheet in enumerate(sheets(form, len(pages), has_back=has_back)):
            for face, own, is_front in ((sheet.front, places, True), (sheet.back, backs, False)):
                drawn = b"".join(
                    _placed(cell, page, trim, sheet.creep_pt)
                    for cell, page in zip(own, face, strict=True)
                    if page is not None
                )
                drawn += _drawn(_marks(form, own, number, is_front=is_front))
                turned = not is_front and turns_backs(form)
                _append(target, form, drawn, {p: pages[p - 1] for p in face if p is not None}, turned)
        _sign(target, source, form)
        out = io.BytesIO()
        # object streams: fewer and larger writes, in a third of the time
        target.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()


def _as_form(target: pikepdf.Pdf, page: pikepdf.Page) -> pikepdf.Object:
    """Make a page a form XObject of its own content stream, which stays compressed as it is.

    The marks of its tags stay in it. No tree leads to them and the sheet draws it inside an artifact, so that
    they mean nothing (ISO 32000-1, 14.7.4.3: only a form with StructParents has content that is tagged).
    """
    page.contents_coalesce()  # several streams become one; one is left as it is
    form = page.obj.Contents
    form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    form.BBox = page.bleedbox  # not the trim box, which would cut the bleed off
    form.Resources = page.resources
    return target.copy_foreign(form)


def _placed(cell: Cell, page: int, trim: Sequence[float], creep: float) -> bytes:
    """Draw a page in its cell, moved by the creep, with nothing of it outside the cell.

    A flap is narrower than its page. It gives way at the fold, where there is no printer's margin.
    """
    spare = cell.width - (trim[2] - trim[0])
    x = cell.left + (spare if cell.left > MM else 0) - trim[0] + cell.towards_spine * creep
    y = cell.bottom - trim[1]
    frame = b"%.3f %.3f %.3f %.3f re W n" % (cell.left, cell.bottom, cell.width, cell.height)
    return b"q %b 1 0 0 1 %.3f %.3f cm /P%d Do Q\n" % (frame, x, y, page)


def _drawn(lines: Sequence[Line]) -> bytes:
    if not lines:
        return b""
    paths = b"".join(b"%.3f %.3f m %.3f %.3f l\n" % line for line in lines)
    return b"q 0.35 w 0.45 G\n%bS Q\n" % paths


def _append(
    target: pikepdf.Pdf, form: Imposition, drawn: bytes, pages: Mapping[int, pikepdf.Object], turned: bool
) -> None:
    width, height = form.sheet_width_mm * MM, form.sheet_height_mm * MM
    turn = b"-1 0 0 -1 %.3f %.3f cm\n" % (width, height) if turned else b""
    page = target.add_blank_page(page_size=(_exact(width), _exact(height)))
    page.obj.Resources = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary({f"/P{number}": page for number, page in sorted(pages.items())})
    )
    page.obj.Contents = target.make_stream(b"/Artifact BMC q\n" + turn + drawn + b"Q EMC" if drawn else b"")


def _sign(target: pikepdf.Pdf, source: pikepdf.Pdf, form: Imposition) -> None:
    """Say whose words these are, and how the sheets want to be printed (ISO 32000-1, 12.2)."""
    for key in ("/Author", "/Keywords"):
        if key in source.docinfo:
            target.docinfo[key] = str(source.docinfo[key])
    preferences = target.Root.get("/ViewerPreferences", pikepdf.Dictionary())
    preferences.PrintScaling = pikepdf.Name("/None")
    edge = "Short" if form.flip == "short-edge" else "Long"
    preferences.Duplex = pikepdf.Name(f"/DuplexFlip{edge}Edge")
    target.Root.ViewerPreferences = preferences


def _exact(number: float) -> float:
    return round(number, 3)
