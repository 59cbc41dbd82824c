"""Fields of the screen edition: named, titled, in reading order; and what is filled in is printed."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf.form import CheckboxField, DefaultAppearanceStreamGenerator, Form, RadioButtonGroup, TextField
from PIL import Image

from bifolio.build.pipeline import Pipeline
from bifolio.compose.composer import Composer
from bifolio.model.job import Job
from tests.support.making import composer_of, html_of

pytestmark = pytest.mark.layout

DPI = 72


def made(pipeline: Pipeline, item: str) -> bytes:
    return pipeline.make(Job(item, "screen", "calm", "gb", "en", "rowan", "pdf")).body


WORKSHEETS = ("close-or-far", "my-log", "our-agreement", "steady-now", "visit-planner", "whose-voice")


@pytest.fixture(scope="module")
def forms(pipeline: Pipeline) -> dict[str, bytes]:
    """Every worksheet as a form to fill in, by its name."""
    assert {i for i in pipeline.repository.catalogue.handouts if is_worksheet(pipeline, i)} == set(WORKSHEETS)
    return {item: made(pipeline, item) for item in WORKSHEETS}


def is_worksheet(pipeline: Pipeline, item: str) -> bool:
    return pipeline.repository.handout(item).kind == "worksheet"


@pytest.fixture(scope="module")
def form(forms: dict[str, bytes]) -> bytes:
    return forms["steady-now"]


@pytest.fixture(scope="module")
def filled(forms: dict[str, bytes]) -> dict[str, bytes]:
    return {item: fill(body) for item, body in forms.items()}


def fill(form: bytes) -> bytes:
    """Fill everything in, save, reopen and save again."""
    with pikepdf.open(io.BytesIO(form)) as document:
        for _, field in Form(document, DefaultAppearanceStreamGenerator).items():  # noqa: PERF102 - no dict
            if isinstance(field, TextField):
                field.value = "A blue cup, café"
            elif isinstance(field, CheckboxField):
                field.checked = True
            elif isinstance(field, RadioButtonGroup):
                field.options[min(7, len(field.options) - 1)].select()
        first = io.BytesIO()
        document.save(first)
    with pikepdf.open(first) as document:
        again = io.BytesIO()
        document.save(again)
    return again.getvalue()


def _widgets(pdf: bytes) -> Iterator[tuple[int, pikepdf.Object]]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for number, page in enumerate(document.pages):
            for annotation in page.obj.get("/Annots", ()):
                if annotation.get("/Subtype") == "/Widget":
                    yield number, annotation


def test_kinds_of_fields(form: bytes) -> None:
    with pikepdf.open(io.BytesIO(form)) as document:
        fields = dict(Form(document).items())
    assert isinstance(fields["before"], RadioButtonGroup)
    assert len(fields["before"].options) == 11
    assert isinstance(fields["i-feel-my-feet-on-the-floor"], CheckboxField)
    assert isinstance(fields["one-small-next-step"], TextField)
    assert not fields["one-small-next-step"].is_multiline
    assert not fields["5-things-you-can-see"].is_multiline


def test_several_lines_to_write_on_are_one_field(forms) -> None:
    with pikepdf.open(io.BytesIO(forms["visit-planner"])) as document:
        fields = dict(Form(document).items())
    assert fields["what-i-want-to-ask"].is_multiline


def test_every_field_has_a_title_and_a_name_of_its_own(form: bytes) -> None:
    with pikepdf.open(io.BytesIO(form)) as document:
        names = [str(field.T) for field in document.Root.AcroForm.Fields]
        titles = [str(field.TU) for field in document.Root.AcroForm.Fields]
    assert len(names) > 15
    assert len(set(names)) == len(names)
    assert all(titles)
    assert "After" in titles
    assert {str(widget.TU) for _, widget in _widgets(form) if "/Parent" in widget} >= {
        "Before: 0",
        "After: 10",
    }


@pytest.mark.parametrize("item", WORKSHEETS)
def test_tab_goes_down_the_page(forms, item: str) -> None:
    form = forms[item]
    with pikepdf.open(io.BytesIO(form)) as document:
        pages = [page.obj for page in document.pages if "/Annots" in page.obj]
        assert all(page.Tabs == "/S" for page in pages), "in the order of the tags"
    places = [(number, _middle(widget)) for number, widget in _widgets(form)]
    assert len(places) > 10
    for (page, (x, y)), (next_page, (next_x, next_y)) in pairwise(places):
        is_below = next_y < y - LINE
        is_beside = abs(next_y - y) <= LINE and next_x > x
        assert next_page > page or (next_page == page and (is_below or is_beside)), (page, y)


LINE = 9.0
"""How far the middles of two fields of one row lie apart at most, in points."""


def _middle(widget: pikepdf.Object) -> tuple[float, float]:
    left, bottom, right, top = (float(v) for v in widget.Rect)
    return (left + right) / 2, (bottom + top) / 2


@pytest.mark.parametrize("item", WORKSHEETS)
def test_fields_are_read_in_the_order_of_the_tab(forms, item: str) -> None:
    """The tags, in which /Tabs /S goes, hold the fields in the order of the page's annotations."""
    with pikepdf.open(io.BytesIO(forms[item])) as document:
        tagged = list(_annotations_of(document.Root.StructTreeRoot.K))
        placed = [
            w.objgen for p in document.pages for w in p.obj.get("/Annots", ()) if w.Subtype == "/Widget"
        ]
    assert [own for own in tagged if own in placed] == placed


def _annotations_of(node: pikepdf.Object) -> Iterator[tuple[int, int]]:
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from _annotations_of(kid)
    elif isinstance(node, pikepdf.Dictionary):
        if node.get("/Type") == "/OBJR":
            yield node.Obj.objgen
        elif "/K" in node:
            yield from _annotations_of(node.K)


def test_what_is_typed_has_a_font_that_is_embedded(form: bytes) -> None:
    with pikepdf.open(io.BytesIO(form)) as document:
        font = document.Root.AcroForm.DR.Font.Text
        assert font.Encoding == "/WinAnsiEncoding"
        assert len(font.Widths) == font.LastChar - font.FirstChar + 1
        assert len(font.FontDescriptor.FontFile2.read_bytes()) > 40_000
        assert "/NeedAppearances" not in document.Root.AcroForm


def _pdfium(pdf: bytes) -> list[Image.Image]:
    document = pdfium.PdfDocument(pdf)
    document.init_forms()
    return [page.render(scale=DPI / 72).to_pil().convert("L") for page in document]


def _poppler(pdf: bytes, tool, folder: Path) -> list[Image.Image]:
    (folder / "a.pdf").write_bytes(pdf)
    subprocess.run([tool("pdftoppm"), "-r", str(DPI), "-png", folder / "a.pdf", folder / "page"], check=True)
    return [Image.open(path).convert("L") for path in sorted(folder.glob("page*.png"))]


def _dark(picture: Image.Image, widget: pikepdf.Object) -> int:
    """Count dark pixels in the place of a field."""
    left, bottom, right, top = (float(v) for v in widget.Rect)
    box = (int(left), int(picture.height - top), round(right), round(picture.height - bottom))
    return sum(picture.crop(box).histogram()[:128])


@pytest.mark.parametrize("item", WORKSHEETS)
@pytest.mark.parametrize("reader", ["pdfium", "poppler"])
def test_what_is_filled_in_is_on_the_page(forms, filled, item, reader, tool, tmp_path: Path) -> None:
    pictures = []
    for number, pdf in enumerate((forms[item], filled[item])):
        folder = tmp_path / str(number)
        folder.mkdir()
        pictures.append(_pdfium(pdf) if reader == "pdfium" else _poppler(pdf, tool, folder))
    seen = 0
    for page, widget in _widgets(filled[item]):
        before, after = (_dark(each[page], widget) for each in pictures)
        if "/Parent" in widget and str(widget.AS) == "/Off":
            assert after == before, widget.TU
        else:
            assert after > before + 4, widget.TU
            seen += 1
    assert seen == len(pikepdf.open(io.BytesIO(forms[item])).Root.AcroForm.Fields)


def test_values_are_kept(filled) -> None:
    with pikepdf.open(io.BytesIO(filled["steady-now"])) as document:
        fields = dict(Form(document).items())
        assert fields["5-things-you-can-see"].value == "A blue cup, café"
        assert str(document.Root.AcroForm.Fields[0].V) == "/7"


def test_the_printed_worksheet_has_lines_and_no_fields(pipeline: Pipeline) -> None:
    job = Job("steady-now", "a4", "calm", "gb", "en", "rowan", "pdf")
    assert list(_widgets(pipeline.make(job).body)) == []
    html = html_of(pipeline, "steady-now", "a4", "calm", "gb", "en")
    assert "<input" not in html
    assert "<textarea" not in html
    for line in ("write-line", "grounding-line", "checklist-blank"):
        assert f'class="{line}"' in html


def test_a_table_without_room_has_fields_too(pipeline: Pipeline, repository) -> None:
    """A clinic's own edition for people who read large print on a screen."""
    plain = composer_of(pipeline, "large-print-a4", "calm", "gb", "en")
    edition = plain.design.edition.model_copy(update={"fillable": True})
    composer = Composer(replace(plain.design, edition=edition), plain.locale, plain.region)
    html = composer.handout(repository.handout("my-log"), repository.evidence, {})
    rows = re.findall(r'class="log-cell log-cell-blank">.*?name="([^"]+)"', html)
    assert rows[:2] == ["date-1", "alone-or-with-1"]
    assert len(rows) % 8 == 0


def test_tables_choices_and_agreements_are_fields_too(forms) -> None:
    with pikepdf.open(io.BytesIO(forms["visit-planner"])) as document:
        assert any(isinstance(field, RadioButtonGroup) for _, field in Form(document).items())
    with pikepdf.open(io.BytesIO(forms["our-agreement"])) as document:
        titles = {str(field.TU) for field in document.Root.AcroForm.Fields}
    assert "Date" in titles
    assert any("Initials 1" in title for title in titles)
    assert "In our own words 1" in titles


def test_same_bytes(pipeline: Pipeline, form: bytes) -> None:
    assert made(pipeline, "steady-now") == form
