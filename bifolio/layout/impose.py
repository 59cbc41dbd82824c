"""Impose pages in reading order onto sheets, to be printed and then folded, stapled or cut.

This knows nothing of content or style; it places finished pages, each as a form XObject, and draws marks. The
result is for paper: tags and links stay with the reading PDF. Terms are those of ISO 12637. A sheet lies with its
front up; its back is described as it is seen when the sheet is turned like the page of a book.
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
"""The number of a page in reading order, counted from 1; None is a blank page."""

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
    """Return the page numbers, filled up to a multiple with blanks: before the back cover, or at the end without one.

    >>> padded(6, 4)
    (1, 2, 3, 4, 5, None, None, 6)
    """
    blanks: tuple[Page, ...] = (None,) * (-pages % multiple)
    numbers: tuple[Page, ...] = tuple(range(1, pages + 1))
    at = pages - 1 if has_back and pages > 1 else pages
    return numbers[:at] + blanks + numbers[at:]


def signatures(pages: Sequence[Page], length: int | None = None) -> list[tuple[Page, ...]]:
    """Split pages, a multiple of four, into signatures of `length` pages; the last one has the rest.

    Without `length` there is one signature, as for saddle stitching.
    """
    assert len(pages) % 4 == 0, "a folded sheet holds four pages"
    size = length or len(pages) or 4
    assert size % 4 == 0, "a folded sheet holds four pages"
    return [tuple(pages[at : at + size]) for at in range(0, len(pages), size)]


def saddle_stitch(signature: Sequence[Page], paper_pt: float = 0.0, max_creep_pt: float = 0.0) -> list[Sheet]:
    """Return the sheets of one signature, the outermost first: (n, 1) and (2, n - 1), and so on.

    >>> [(s.front, s.back) for s in saddle_stitch(range(1, 9))]
    [((8, 1), (2, 7)), ((6, 3), (4, 5))]
    """
    last = len(signature) - 1
    return [
        Sheet(
            front=(signature[last - at], signature[at]),
            back=(signature[at + 1], signature[last - at - 1]),
            creep_pt=creep_pt(at // 2, paper_pt, max_creep_pt),
        )
        for at in range(0, len(signature) // 2, 2)
    ]


def creep_pt(depth: int, paper_pt: float, max_pt: float) -> float:
    """Return how far the pages of a sheet move towards the spine; `depth` 0 is the outermost sheet.

    Folding pushes each inner sheet out by the thickness of the one around it. At most `max_pt`, so that no word comes
    near the fold.
    """
    return min(depth * paper_pt, max_pt)


def repeated(pages: int, cells: int) -> list[Sheet]:
    """Return sheets that are filled with copies of one leaf each: page 1 on the front, page 2 behind it.

    >>> repeated(3, 2)
    [Sheet(front=(1, 1), back=(2, 2), creep_pt=0.0), Sheet(front=(3, 3), back=(None, None), creep_pt=0.0)]
    """
    leaves = padded(pages, 2, has_back=False)
    return [Sheet((leaves[at],) * cells, (leaves[at + 1],) * cells) for at in range(0, len(leaves), 2)]


def cut_and_stack(pages: int, cells: int, columns: int) -> list[Sheet]:
    """Return sheets whose piles, once cut and laid on each other from the first cell on, are in order.

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
    """Return the one sheet of a leaflet with six panels, folded in thirds; the flap is folded in first.

    Page 1 is the front, pages 2, 3 and 4 are the inside from left to right, 5 is the flap, 6 the back. Page 2 and the
    flap are seen side by side when the leaflet is opened.

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
    """Return the sheets of a document of `pages` pages, in the order in which they are printed."""
    cells = form.columns * form.rows
    if form.scheme == "saddle-stitch":
        all_pages = padded(pages, 4, has_back=has_back)
        creep = form.paper_mm * MM, form.most_creep_mm * MM
        return [
            sheet for part in signatures(all_pages, form.signature) for sheet in saddle_stitch(part, *creep)
        ]
    if form.scheme == "trifold":
        return letter_fold(pages)
    if form.scheme == "cut-and-stack":
        return cut_and_stack(pages, cells, form.columns)
    return repeated(pages, cells)


def misfit(form: Imposition, pages: int, where: str) -> list[Diagnostic]:
    """Return a finding if the sheet has too few places: a folded leaflet has six panels."""
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
    """A place for a page on a sheet, in points from the lower left corner."""

    left: float
    bottom: float
    width: float
    height: float
    towards_spine: int = 0
    """The direction in which creep moves the page: 1 to the right, -1 to the left, 0 not at all."""


def cells(form: Imposition, trim_pt: tuple[float, float]) -> tuple[Cell, ...]:
    """Return the places on the front in the order of a face, as a grid in the middle of the sheet."""
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
    """Return the places on the back in the order of a face; each lies behind one on the front."""
    sheet = form.sheet_width_mm * MM
    mirrored = [Cell(sheet - c.left - c.width, c.bottom, c.width, c.height, -c.towards_spine) for c in front]
    return tuple(sorted(mirrored, key=lambda c: (-round(c.bottom, 3), c.left)))


def turns_backs(form: Imposition) -> bool:
    """Return whether backs are printed upside down, as the sheet is turned over its top or bottom edge."""
    is_wide = form.sheet_width_mm > form.sheet_height_mm
    return form.flip == ("long-edge" if is_wide else "short-edge")


# -- marks ---------------------------------------------------------------------------------------

_UNPRINTABLE = 4.5 * MM
"""The margin in which most office printers cannot print, in points."""

Line = tuple[float, float, float, float]
"""x1, y1, x2, y2 in points."""


def fold_marks(form: Imposition) -> Iterator[Line]:
    """Yield short lines on the fold at head and foot, and two where the staples go."""
    middle, height = form.sheet_width_mm * MM / 2, form.sheet_height_mm * MM
    for y in (_UNPRINTABLE, height - _UNPRINTABLE - 3 * MM):
        yield middle, y, middle, y + 3 * MM
    for y in (height / 4, height * 3 / 4):
        yield middle, y - 2 * MM, middle, y + 2 * MM


def panel_marks(form: Imposition, places: Sequence[Cell]) -> Iterator[Line]:
    """Yield short lines at head and foot where panels are folded."""
    height = form.sheet_height_mm * MM
    for cell in places[1:]:
        for y in (_UNPRINTABLE, height - _UNPRINTABLE - 2.5 * MM):
            yield cell.left, y, cell.left, y + 2.5 * MM


def crop_marks(form: Imposition, places: Sequence[Cell]) -> Iterator[Line]:
    """Yield lines at every cut: outside the grid, or at the edge of the sheet if the grid fills it."""
    width, height = form.sheet_width_mm * MM, form.sheet_height_mm * MM
    start, end = _in_margin(min(cell.bottom for cell in places))
    for x in sorted({round(x, 3) for cell in places for x in (cell.left, cell.left + cell.width)}):
        if _UNPRINTABLE < x < width - _UNPRINTABLE:
            yield x, start, x, end
            yield x, height - end, x, height - start
    start, end = _in_margin(min(cell.left for cell in places))
    for y in sorted({round(y, 3) for cell in places for y in (cell.bottom, cell.bottom + cell.height)}):
        if _UNPRINTABLE < y < height - _UNPRINTABLE:
            yield start, y, end, y
            yield width - end, y, width - start, y


def _in_margin(margin: float) -> tuple[float, float]:
    """Return where a mark begins and ends in a margin of the sheet, measured from its edge."""
    if margin < _UNPRINTABLE + 4 * MM:  # no room outside the trim: a tick on the cut itself
        return _UNPRINTABLE, _UNPRINTABLE + 2.5 * MM
    return max(_UNPRINTABLE, margin - 8 * MM), margin - 2 * MM


def _marks(form: Imposition, places: Sequence[Cell], number: int, *, is_front: bool) -> list[Line]:
    """Return the marks on one side of sheet `number`, counted from 0."""
    if form.scheme == "trifold":  # on the inside
        return [] if is_front else list(panel_marks(form, places))
    if not is_front:
        return []
    if form.scheme != "saddle-stitch":
        return list(crop_marks(form, places))
    # On the outside of the outermost sheet, where the staples cover them.
    outermost = number == 0 if form.signature is None else number % (form.signature // 4) == 0
    return list(fold_marks(form)) if outermost else []


# -- finished pages onto sheets ------------------------------------------------------------------


def impose(pdf: bytes, form: Imposition, note: bytes, *, has_back: bool = True) -> bytes:
    """Return a PDF with the pages of a finished PDF on sheets, after the pages of `note`.

    The note, a tagged PDF in the size of the sheet, tells the person at the printer what to choose; it fills
    whole sheets itself. The sheets hold only artifacts: the reading PDF is the one for screen readers. The viewer
    is asked to print at full size and on both sides. The same input gives the same bytes.
    """
    with pikepdf.open(io.BytesIO(pdf)) as source, pikepdf.open(io.BytesIO(note)) as target:
        trim = [float(v) for v in source.pages[0].trimbox]
        places = cells(form, (trim[2] - trim[0], trim[3] - trim[1]))
        backs = behind(places, form)
        pages = [_as_form(target, page) for page in source.pages]
        for number, sheet in enumerate(sheets(form, len(pages), has_back=has_back)):
            for face, own, is_front in ((sheet.front, places, True), (sheet.back, backs, False)):
                content = b"".join(
                    _page_content(cell, page, trim, sheet.creep_pt)
                    for cell, page in zip(own, face, strict=True)
                    if page is not None
                )
                content += _path(_marks(form, own, number, is_front=is_front))
                turned = not is_front and turns_backs(form)
                used = {page: pages[page - 1] for page in face if page is not None}
                _append_side(target, form, content, used, is_turned=turned)
        _copy_metadata(target, source)
        _set_print_preferences(target, form)
        out = io.BytesIO()
        # With object streams, writing takes a third of the time.
        target.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()


def _as_form(target: pikepdf.Pdf, page: pikepdf.Page) -> pikepdf.Object:
    """Return a page as a form XObject, with its content stream compressed as it is.

    Its marked-content operators stay in it. They mean nothing, as no structure tree leads to them and the sheet draws
    the form inside an artifact (ISO 32000-1, 14.7.4.3: only a form with StructParents has tagged content).
    """
    page.contents_coalesce()  # joins several streams, and leaves one as it is
    form = page.obj.Contents
    form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    form.BBox = page.bleedbox  # the trim box would cut the bleed off
    form.Resources = page.resources
    return target.copy_foreign(form)


def _page_content(cell: Cell, page: int, trim: Sequence[float], creep: float) -> bytes:
    """Return the operators that draw a page in its cell, moved by the creep and clipped to the cell.

    A flap is narrower than its page, and cuts off the side at the fold, where there is no printer's margin.
    """
    spare = cell.width - (trim[2] - trim[0])
    x = cell.left + (spare if cell.left > MM else 0) - trim[0] + cell.towards_spine * creep
    y = cell.bottom - trim[1]
    frame = b"%.3f %.3f %.3f %.3f re W n" % (cell.left, cell.bottom, cell.width, cell.height)
    return b"q %b 1 0 0 1 %.3f %.3f cm /P%d Do Q\n" % (frame, x, y, page)


def _path(lines: Sequence[Line]) -> bytes:
    if not lines:
        return b""
    path = b"".join(b"%.3f %.3f m %.3f %.3f l\n" % line for line in lines)
    return b"q 0.35 w 0.45 G\n%bS Q\n" % path


def _append_side(
    target: pikepdf.Pdf,
    form: Imposition,
    content: bytes,
    pages: Mapping[int, pikepdf.Object],
    *,
    is_turned: bool,
) -> None:
    """Append one side of a sheet; `pages` are the forms that its content draws, by page number."""
    width, height = form.sheet_width_mm * MM, form.sheet_height_mm * MM
    turn = b"-1 0 0 -1 %.3f %.3f cm\n" % (width, height) if is_turned else b""
    side = target.add_blank_page(page_size=(round(width, 3), round(height, 3)))
    side.obj.Resources = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary({f"/P{number}": page for number, page in sorted(pages.items())})
    )
    artifact = b"/Artifact BMC q\n" + turn + content + b"Q EMC" if content else b""
    side.obj.Contents = target.make_stream(artifact)


def _copy_metadata(target: pikepdf.Pdf, source: pikepdf.Pdf) -> None:
    for key in ("/Author", "/Keywords"):
        if key in source.docinfo:
            target.docinfo[key] = str(source.docinfo[key])


def _set_print_preferences(target: pikepdf.Pdf, form: Imposition) -> None:
    """Ask the viewer to print at full size and on both sides (ISO 32000-1, 12.2)."""
    preferences = target.Root.get("/ViewerPreferences", pikepdf.Dictionary())
    preferences.PrintScaling = pikepdf.Name("/None")
    edge = "Short" if form.flip == "short-edge" else "Long"
    preferences.Duplex = pikepdf.Name(f"/DuplexFlip{edge}Edge")
    target.Root.ViewerPreferences = preferences
