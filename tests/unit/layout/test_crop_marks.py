"""render.marks: paper round a page with bleed, and marks on it that no picture touches."""

from __future__ import annotations

import io
import re

import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import ImageChops

from bifolio.layout.crop_marks import add_crop_marks
from bifolio.model.job import Job

MM = 72 / 25.4
TRIM, BLEED_MM = (148.0, 210.0), 3


def bleeding(bleed_mm: float = BLEED_MM) -> pikepdf.Pdf:
    """Make a page as WeasyPrint leaves it, grey up to the end of its bleed."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(100, 100))
    width, height = TRIM[0] * MM, TRIM[1] * MM
    out = bleed_mm * MM
    page.mediabox = page.bleedbox = [-out, -out, width + out, height + out]
    page.trimbox = [0, 0, width, height]
    page.Resources = pikepdf.Dictionary()
    grey = b"0.6 g %.3f %.3f %.3f %.3f re f" % (-out, -out, width + 2 * out, height + 2 * out)
    page.Contents = document.make_stream(grey)
    return document


def boxes(page: pikepdf.Page) -> dict[str, list[float]]:
    named = {"media": page.mediabox, "bleed": page.bleedbox, "trim": page.trimbox}
    return {name: [round(float(v) / MM, 2) for v in box] for name, box in named.items()}


def _with_marks(document: pikepdf.Pdf) -> pikepdf.Pdf:
    plain = io.BytesIO()
    document.save(plain)
    return pikepdf.open(io.BytesIO(add_crop_marks(plain.getvalue())))


@pytest.fixture(scope="module")
def marked() -> pikepdf.Pdf:
    return _with_marks(bleeding())


def test_each_box_lies_in_the_next(marked) -> None:
    assert boxes(marked.pages[0]) == {
        "media": [-10, -10, 158, 220],
        "bleed": [-3, -3, 151, 213],
        "trim": [0, 0, 148, 210],
    }


def test_marks_are_on_the_trim_and_outside_of_the_bleed(marked) -> None:
    drawn = re.findall(rb"(\S+) (\S+) m (\S+) (\S+) l", marked.pages[0].Contents.read_bytes())
    lines = [[float(v) / MM for v in line] for line in drawn]
    assert len(lines) == 8
    for x1, y1, x2, y2 in lines:
        is_upright = x1 == pytest.approx(x2)
        assert min(abs((x1 if is_upright else y1) - at) for at in (0, TRIM[not is_upright])) < 0.01
        ends, most = ((y1, y2), 210) if is_upright else ((x1, x2), 148)
        assert max(ends) <= -BLEED_MM - 1 + 0.01 or min(ends) >= most + BLEED_MM + 1 - 0.01


def test_the_picture_up_to_the_bleed_is_what_it_was(marked) -> None:
    """And a mark is seen on the paper round it."""
    plain, other = io.BytesIO(), io.BytesIO()
    before = bleeding()
    before.pages[0].mediabox = [float(v) for v in marked.pages[0].mediabox]
    before.save(plain)
    marked.save(other)
    one, two = (pdfium.PdfDocument(body)[0].render(scale=2).to_pil() for body in (plain, other))
    assert one.size == two.size
    inner = tuple(round(v * MM * 2) for v in (7, 7, 161, 223))
    assert ImageChops.difference(one.crop(inner), two.crop(inner)).getbbox() is None
    assert ImageChops.difference(one, two).getbbox() is not None


def test_every_plate_prints_the_marks(marked) -> None:
    kind, name, *_ = marked.pages[0].Resources.ColorSpace["/RegistrationMarks"]
    assert (kind, name) == ("/Separation", "/All")


def test_a_page_without_bleed_stays_as_it_is() -> None:
    before, after = bleeding(0), _with_marks(bleeding(0))
    assert after.pages[0].Contents.read_bytes() == before.pages[0].Contents.read_bytes()
    assert boxes(after.pages[0])["media"] == [0, 0, 148, 210]


@pytest.mark.layout
def test_a_leaflet_for_a_print_shop(pipeline) -> None:
    job = Job("when-sex-hurts", "press-a5", "calm", "gb", "en", "rowan", "pdf")
    with pikepdf.open(io.BytesIO(pipeline.make(job).body)) as document:
        for page in document.pages:
            assert boxes(page) == {
                "media": [-10, -10, 158, 220],
                "bleed": [-3, -3, 151, 213],
                "trim": [0, 0, 148, 210],
            }
            contents = pikepdf.parse_content_stream(page)
            assert str(contents[0].operator) == "BMC", "the marks are an artifact"
