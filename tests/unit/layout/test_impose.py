from __future__ import annotations

import ctypes
import io
from collections.abc import Iterator

import pikepdf
import pypdfium2 as pdfium
import pytest
from pypdfium2 import raw

from bifolio.formats.pdf import verify
from bifolio.layout.impose import (
    MM,
    behind,
    cells,
    crop_marks,
    fold_marks,
    impose,
    misfit,
    panel_marks,
    sheets,
    turns_backs,
)
from bifolio.model.edition import Edition, Imposition
from tests.conftest import ROOT

A5 = (148.5, 210.0)


def form(scheme: str = "saddle-stitch", **values: object) -> Imposition:
    size = {"paper": "A4", "sheet_width_mm": 297, "sheet_height_mm": 210}
    return Imposition.model_validate({"scheme": scheme, **size, **values})


def points(size_mm: tuple[float, float]) -> tuple[float, float]:
    return size_mm[0] * MM, size_mm[1] * MM


def numbered(count: int, size_mm: tuple[float, float] = A5, at_mm: tuple[float, float] = (30, 20)) -> bytes:
    """Make pages with a square whose grey is the page's number, off the middle so that turns show."""
    document = pikepdf.new()
    for number in range(1, count + 1):
        page = document.add_blank_page(page_size=points(size_mm))
        x, y = at_mm[0] * MM, at_mm[1] * MM
        page.Contents = document.make_stream(
            b"%.3f g %.3f %.3f %.3f %.3f re f" % (number / 255, x, y, MM, MM)
        )
    out = io.BytesIO()
    document.save(out, deterministic_id=True)
    return out.getvalue()


@pytest.fixture(scope="module")
def note() -> bytes:
    return numbered(2, (297, 210))


Seen = dict[int, tuple[float, float]]


def seen(pdf: bytes) -> Iterator[Seen]:
    """Return page by page the middle of each square in mm, by its number."""
    document = pdfium.PdfDocument(pdf)
    for page in document:
        found: Seen = {}
        for index in range(raw.FPDFPage_CountObjects(page.raw)):
            item = raw.FPDFPage_GetObject(page.raw, index)
            if raw.FPDFPageObj_GetType(item) != raw.FPDF_PAGEOBJ_FORM:
                continue
            inner = raw.FPDFFormObj_GetObject(item, 0)
            channels = [ctypes.c_uint() for _ in "rgba"]
            raw.FPDFPageObj_GetFillColor(inner, *channels)
            left, bottom, right, top = (ctypes.c_float() for _ in range(4))
            raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
            middle = (left.value + right.value) / 2 / MM, (bottom.value + top.value) / 2 / MM
            found[channels[0].value] = middle
        yield found


def test_pages_stand_in_printers_order(note: bytes) -> None:
    found = list(seen(impose(numbered(8), form(), note)))
    assert [set(side) for side in found[2:]] == [{8, 1}, {2, 7}, {6, 3}, {4, 5}]
    assert found[2][8][0] < 148.5 < found[2][1][0], "the front cover is at the right"


def test_backs_lie_behind_their_fronts(note: bytes) -> None:
    """In register: the spine of a page and of the one behind it are equally far from the fold."""
    for flip in ("short-edge", "long-edge"):
        sides = list(seen(impose(numbered(22, at_mm=(73.75, 104.5)), form(flip=flip, paper_mm=0.2), note)))[
            2:
        ]
        for front, back in zip(sides[::2], sides[1::2], strict=True):
            for page, (x, y) in front.items():
                other = page + 1 if page % 2 else page - 1
                if other not in back:
                    continue
                behind_x, behind_y = back[other]
                across = 297 - x if flip == "short-edge" else x
                down = y if flip == "short-edge" else 210 - y
                assert behind_x == pytest.approx(across, abs=0.05), (flip, page)
                assert behind_y == pytest.approx(down, abs=0.05), (flip, page)


def test_long_edge_turns_the_backs(note: bytes) -> None:
    upright = list(seen(impose(numbered(4), form(), note)))
    turned = list(seen(impose(numbered(4), form(flip="long-edge"), note)))
    assert turned[2] == upright[2]
    for page, (x, y) in upright[3].items():
        assert turned[3][page] == pytest.approx((297 - x, 210 - y), abs=0.01)


def test_which_edge_turns_backs() -> None:
    tall = {"sheet_width_mm": 210, "sheet_height_mm": 297}
    assert not turns_backs(form(flip="short-edge"))
    assert turns_backs(form(flip="long-edge"))
    assert turns_backs(form(**tall, flip="short-edge"))
    assert not turns_backs(form(**tall, flip="long-edge"))


def test_creep_moves_inner_pages_to_the_spine(note: bytes) -> None:
    pages = numbered(16)
    flat = list(seen(impose(pages, form(paper_mm=0), note)))
    thick = list(seen(impose(pages, form(paper_mm=0.5, most_creep_mm=1.2), note)))
    for number, expected in ((2, 0), (4, 0.5), (6, 1.0), (8, 1.2)):
        for page, (x, _) in flat[number].items():
            toward = expected if x < 148.5 else -expected
            assert thick[number][page][0] - x == pytest.approx(toward, abs=0.01), page


def test_two_hundred_pages_stay_what_they_were(note: bytes) -> None:
    found = [
        page for side in list(seen(impose(numbered(200), form(signature=16), note)))[2:] for page in side
    ]
    assert sorted(found) == list(range(1, 201))


def test_same_bytes(note: bytes) -> None:
    pages = numbered(9)
    assert impose(pages, form(), note) == impose(pages, form(), note)


def test_printer_is_asked_for_full_size_and_both_sides(note: bytes) -> None:
    for flip, asked in (("short-edge", "/DuplexFlipShortEdge"), ("long-edge", "/DuplexFlipLongEdge")):
        with pikepdf.open(io.BytesIO(impose(numbered(4), form(flip=flip), note))) as document:
            preferences = document.Root.ViewerPreferences
            assert preferences.PrintScaling == "/None"
            assert preferences.Duplex == asked
            assert {tuple(round(float(v)) for v in page.mediabox) for page in document.pages} == {
                (0, 0, 842, 595)
            }


def test_nothing_of_a_page_leaves_its_cell(note: bytes) -> None:
    """What stands across the fold would lie on the neighbour."""
    pdf = impose(numbered(4, at_mm=(148, 50)), form(), note)
    bitmap = pdfium.PdfDocument(pdf)[2].render(scale=4)
    picture = bitmap.to_pil().convert("L")
    # page 4 stands left: its square begins 0.5 mm before the fold and is cut there
    row = [picture.getpixel((round(x * MM * 4), round((210 - 50.5) * MM * 4))) for x in (148.2, 148.8)]
    assert row[0] < 128 < row[1]


def test_grid_stands_in_the_middle() -> None:
    wallet = form("repeat", sheet_width_mm=210, sheet_height_mm=297, columns=2, rows=5)
    places = cells(wallet, points((85.6, 54)))
    assert len(places) == 10
    assert places[0].left / MM == pytest.approx((210 - 171.2) / 2)
    assert (places[0].bottom + places[0].height) / MM == pytest.approx((297 + 270) / 2)
    assert places[0].bottom > places[2].bottom, "rows from the top"
    for front, back in zip(places, behind(places, wallet), strict=True):
        assert back.bottom == pytest.approx(front.bottom)


def test_flap_is_narrower_and_lies_behind_itself() -> None:
    fold = form("trifold", columns=3)
    width = (297 + 2) / 3
    places = cells(fold, points((width, 210)))
    assert [round(cell.width / MM, 3) for cell in places] == [97.667, 99.667, 99.667]
    assert places[0].left == pytest.approx(0, abs=1e-6)
    inside = behind(places, fold)
    assert [round(cell.width / MM, 3) for cell in inside] == [99.667, 99.667, 97.667]
    assert inside[2].left + inside[2].width == pytest.approx(297 * MM)


def test_marks_stand_outside_the_trim() -> None:
    wallet = form("repeat", sheet_width_mm=210, sheet_height_mm=297, columns=2, rows=5)
    places = cells(wallet, points((85.6, 54)))
    lines = list(crop_marks(wallet, places))
    assert len(lines) == 2 * (3 + 6)
    left, right = 19.4 * MM, (210 - 19.4) * MM
    low, high = 13.5 * MM, (297 - 13.5) * MM
    for x1, y1, x2, y2 in lines:
        inside_across = max(x1, x2) > left + 0.01 and min(x1, x2) < right - 0.01
        inside_down = max(y1, y2) > low + 0.01 and min(y1, y2) < high - 0.01
        assert not (inside_across and inside_down)


def test_folds_are_marked_on_the_fold() -> None:
    assert {round(x / MM, 3) for x, *_ in fold_marks(form())} == {148.5}
    fold = form("trifold", columns=3)
    places = behind(cells(fold, points((299 / 3, 210))), fold)
    assert {round(x / MM, 2) for x, *_ in panel_marks(fold, places)} == {99.67, 199.33}


def test_a_leaflet_of_seven_panels_is_refused() -> None:
    fold = form("trifold", columns=3)
    assert misfit(fold, 6, "x") == []
    (finding,) = misfit(fold, 7, "x")
    assert finding.code == "impose.too-many-pages"
    assert misfit(form(), 700, "x") == []


def test_blanks_stand_at_the_end_without_a_back_cover() -> None:
    assert sheets(form(), 5, has_back=True)[0].front == (5, 1)
    assert sheets(form(), 5, has_back=False)[0].front == (None, 1)


def _editions() -> list[str]:
    return sorted(path.stem for path in (ROOT / "styles" / "editions").glob("*.yaml"))


@pytest.mark.parametrize("name", _editions())
def test_pages_of_an_edition_fit_its_sheet(repository, name: str) -> None:
    edition: Edition = repository.edition(name)
    if edition.imposition is None:
        return
    places = cells(edition.imposition, points((edition.trim_width_mm, edition.trim_height_mm)))
    sheet = points((edition.imposition.sheet_width_mm, edition.imposition.sheet_height_mm))
    for cell in places:
        assert cell.left >= -0.01
        assert cell.bottom >= -0.01
        assert cell.left + cell.width <= sheet[0] + 0.01
        assert cell.bottom + cell.height <= sheet[1] + 0.01
    if edition.imposition.scheme == "saddle-stitch":
        gutter = float(edition.tokens["gutter"].removesuffix("mm"))
        assert edition.imposition.most_creep_mm < gutter / 2, "creep leaves most of the gutter"


def test_there_are_booklets() -> None:
    assert {"booklet-a4", "booklet-letter"} <= set(_editions())


def test_a_blank_back_of_a_sheet_is_no_fault(note: bytes) -> None:
    pdf = impose(numbered(1), form("repeat"), note)
    found = [f.message for f in verify(pdf, "x") if f.code == "verify.empty-page"]
    assert found == ["page 1 is empty"], "the note of this test is one square, and page 4 a blank back"


def test_pages_stay_compressed_as_they_are(note: bytes) -> None:
    """Nothing of a page is written anew; one whose content is in pieces is joined first."""
    source = pikepdf.open(io.BytesIO(numbered(8)))
    last = source.pages[7]
    last.Contents = pikepdf.Array([last.Contents, source.make_stream(b"% and more")])
    body = io.BytesIO()
    source.save(body)
    with pikepdf.open(body) as pages, pikepdf.open(io.BytesIO(impose(body.getvalue(), form(), note))) as made:
        forms = [x for x in made.objects if isinstance(x, pikepdf.Stream) and x.get("/Subtype") == "/Form"]
        own = {page.Contents.read_raw_bytes() for page in list(pages.pages)[:7]}
        assert len(own) == 7
        assert own <= {bytes(x.read_raw_bytes()) for x in forms}
        assert sum(b"% and more" in x.read_bytes() for x in forms) == 1
    assert 8 in next(side for side in list(seen(impose(body.getvalue(), form(), note)))[2:] if 1 in side)
