"""Imposition: whatever the number of pages and the signature, folding or cutting gives the reading order.

All cases of the trade are tried, not some: 1 to 200 pages, signatures of 4 to 32.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from bifolio.layout.impose import (
    PANELS,
    Page,
    Sheet,
    creep_pt,
    cut_and_stack,
    letter_fold,
    padded,
    repeated,
    saddle_stitch,
    signatures,
)

COUNTS = range(1, 201)
SIGNATURES = (*range(4, 33, 4), None)


def folded(sheets: Sequence[Sheet]) -> Iterator[Page]:
    """Fold nested sheets in the middle and leaf through them: what a hand would find.

    Half a sheet is a leaf. The right half of a front is a recto, and behind it is the left half of the back.
    """
    for sheet in sheets:  # the first halves, from the cover inwards
        yield sheet.front[1]
        yield sheet.back[0]
    for sheet in reversed(sheets):  # the second halves, outwards again
        yield sheet.back[1]
        yield sheet.front[0]


@pytest.mark.parametrize("most", SIGNATURES, ids=str)
def test_folding_gives_the_reading_order(most: int | None) -> None:
    for pages in COUNTS:
        whole = padded(pages, 4)
        read: list[Page] = []
        for part in signatures(whole, most):
            assert 4 <= len(part) <= (most or 200)
            read += folded(saddle_stitch(part))
        assert tuple(read) == whole
        assert sorted(page for page in read if page) == list(range(1, pages + 1)), "each page once"


@pytest.mark.parametrize("most", SIGNATURES, ids=str)
def test_printer_spreads_add_up(most: int | None) -> None:
    for pages in COUNTS:
        for part in signatures(range(1, pages * 4 + 1), most):
            whole = part[0] + part[-1]
            for sheet in saddle_stitch(part):
                for left, right in (sheet.front, sheet.back):
                    assert left is not None
                    assert right is not None
                    assert left + right == whole
                assert sheet.front[1] % 2 == 1, "a recto has an odd folio"  # type: ignore[operator]
                assert sheet.back[0] == sheet.front[1] + 1, "a leaf carries two following folios"  # type: ignore[operator]


def test_a_booklet_of_one_signature_adds_up_to_one_more_than_its_pages() -> None:
    for sheets in range(1, 51):
        assert {sum(face) for s in saddle_stitch(range(1, 4 * sheets + 1)) for face in (s.front, s.back)} == {
            4 * sheets + 1
        }


@pytest.mark.parametrize("multiple", [2, 4, 6, 8, 16])
@pytest.mark.parametrize("has_back", [True, False])
def test_padding_adds_little_and_stands_before_the_back(multiple: int, has_back: bool) -> None:
    for pages in COUNTS:
        whole = padded(pages, multiple, has_back=has_back)
        assert len(whole) % multiple == 0
        assert 0 <= len(whole) - pages < multiple
        assert [page for page in whole if page] == list(range(1, pages + 1))
        if has_back and pages > 1:
            assert whole[-1] == pages, "the back cover stays outside"
        blank = [at for at, page in enumerate(whole) if page is None]
        assert blank == list(range(blank[0], blank[0] + len(blank))) if blank else True, (
            "blanks stand together"
        )


def test_creep_grows_inward_and_is_bounded() -> None:
    for most in (0.0, 2.0, 10.0):
        moved = [creep_pt(depth, 0.28, most) for depth in range(60)]
        assert moved[0] == 0
        assert moved == sorted(moved)
        assert max(moved) <= most
    assert creep_pt(4, 0.28, 10) == pytest.approx(1.12)
    assert [s.creep_pt for s in saddle_stitch(range(1, 13), 0.25, 9)] == [0, 0.25, 0.5]


@pytest.mark.parametrize(("columns", "rows"), [(2, 1), (1, 2), (2, 2), (3, 3)])
def test_cut_piles_are_in_order(columns: int, rows: int) -> None:
    cells = columns * rows
    for pages in COUNTS:
        sheets = cut_and_stack(pages, cells, columns)
        read: list[Page] = []
        for cell in range(cells):
            row, column = divmod(cell, columns)
            behind = row * columns + (columns - 1 - column)  # where the same paper is on the back
            for sheet in sheets:
                read += [sheet.front[cell], sheet.back[behind]]
        assert [page for page in read if page] == list(range(1, pages + 1))
        assert len(read) - pages < 2 * cells
        assert None not in read[:pages], "blanks come last"


def test_copies_have_their_back_behind_them() -> None:
    for pages in COUNTS:
        sheets = repeated(pages, 4)
        assert [s.front for s in sheets] == [(page,) * 4 for page in range(1, pages + 1, 2)]
        for sheet in sheets:
            assert set(sheet.back) in ({sheet.front[0] + 1}, {None})  # type: ignore[operator]


def test_panels_of_a_folded_leaflet() -> None:
    """Fold a paper: the front's right panel is the cover; its left panel folds in and lies on the inside."""
    for pages in range(1, PANELS + 1):
        (sheet,) = letter_fold(pages)
        flap, back, cover = sheet.front
        closed = [cover, *sheet.back, flap, back]
        shown = [page for page in closed if page]
        assert shown == list(range(1, pages + 1))
        assert cover == 1
    (full,) = letter_fold(6)
    assert full.back == (2, 3, 4)
    assert letter_fold(5)[0].front == (None, 5, 1), "the last page is the back"
