"""Fields of the screen edition: named, titled, in reading order; and what is filled in is printed."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf.form import CheckboxField, DefaultAppearanceStreamGenerator, Form, RadioButtonGroup, TextField
from PIL import Image

from bifolio.pipeline import Workshop
from bifolio.plan import Job

DPI = 72


def made(workshop: Workshop, item: str) -> bytes:
    return workshop.produce(Job(item, "screen", "calm", "gb", "en", "rowan", "pdf")).body


@pytest.fixture(scope="module")
def form(workshop: Workshop) -> bytes:
    return made(workshop, "steady-now")


@pytest.fixture(scope="module")
def filled(form: bytes) -> bytes:
    """Fill everything in, save, reopen and save again."""
    with pikepdf.open(io.BytesIO(form)) as document:
        for _, field in Form(document, DefaultAppearanceStreamGenerator).items():  # noqa: PERF102 - no dict
            if isinstance(field, TextField):
                field.value = "A blue cup, café"
            elif isinstance(field, CheckboxField):
                field.checked = True
            elif isinstance(field, RadioButtonGroup):
                field.options[7].select()
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
    assert isinstance(fields["feet-flat-on-the-floor"], CheckboxField)
    assert isinstance(fields["one-small-next-step"], TextField)
    assert not fields["one-small-next-step"].is_multiline
    assert not fields["5-things-you-can-see"].is_multiline


def test_several_lines_to_write_on_are_one_field(workshop: Workshop) -> None:
    with pikepdf.open(io.BytesIO(made(workshop, "visit-planner"))) as document:
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


def test_tab_goes_down_the_page(form: bytes) -> None:
    with pikepdf.open(io.BytesIO(form)) as document:
        pages = [page.obj for page in document.pages if "/Annots" in page.obj]
        assert all(page.Tabs == "/S" for page in pages), "in the order of the tags"
    places = [(number, -float(widget.Rect[3])) for number, widget in _widgets(form)]
    rows = [(number, round(top / 6)) for number, top in places]
    assert rows == sorted(rows)


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


@pytest.mark.parametrize("reader", ["pdfium", "poppler"])
def test_what_is_filled_in_is_on_the_page(form, filled, reader, tool, tmp_path: Path) -> None:
    pictures = []
    for number, pdf in enumerate((form, filled)):
        folder = tmp_path / str(number)
        folder.mkdir()
        pictures.append(_pdfium(pdf) if reader == "pdfium" else _poppler(pdf, tool, folder))
    seen = 0
    for page, widget in _widgets(filled):
        before, after = (_dark(each[page], widget) for each in pictures)
        if "/Parent" in widget and str(widget.AS) == "/Off":
            assert after == before, widget.TU
        else:
            assert after > before + 4, widget.TU
            seen += 1
    assert seen == len(pikepdf.open(io.BytesIO(form)).Root.AcroForm.Fields)


def test_values_are_kept(filled: bytes) -> None:
    with pikepdf.open(io.BytesIO(filled)) as document:
        fields = dict(Form(document).items())
        assert fields["5-things-you-can-see"].value == "A blue cup, café"
        assert str(document.Root.AcroForm.Fields[0].V) == "/7"


def test_the_printed_worksheet_has_lines_and_no_fields(workshop: Workshop) -> None:
    pdf = workshop.produce(Job("steady-now", "a4", "calm", "gb", "en", "rowan", "pdf")).body
    assert list(_widgets(pdf)) == []


def test_tables_choices_and_agreements_are_fields_too(workshop: Workshop) -> None:
    with pikepdf.open(io.BytesIO(made(workshop, "our-agreement"))) as document:
        fields = dict(Form(document).items())
        titles = {str(field.TU) for field in document.Root.AcroForm.Fields}
    assert any(isinstance(field, RadioButtonGroup) for field in fields.values())
    assert "Date" in titles
    assert any("Initials 1" in title for title in titles)
    assert "In our own words 1" in titles


def test_same_bytes(workshop: Workshop, form: bytes) -> None:
    assert made(workshop, "steady-now") == form
