"""layout.fast_writer: a plate is opened once for clinics that have the same, and what is written is a whole PDF."""

from __future__ import annotations

import gc
import io
import subprocess
import weakref
from dataclasses import replace

import pikepdf
import pytest

from bifolio.branding.palette import SENTINELS, operands
from bifolio.layout.ink import Ink, Inker
from bifolio.model.plate import Plate

pytestmark = pytest.mark.layout


@pytest.fixture(scope="module")
def clinic(inker) -> Ink:
    return inker.clinic


def _bare(clinic: Ink) -> Ink:
    """A clinic of which nothing is known but its name."""
    sheet = replace(clinic.sheet, pages={"foot": clinic.sheet.pages["foot"]})
    return replace(clinic, sheet=sheet, alts={}, links=(None,) * 4, link_words=("",) * 4)


def _cases(clinic: Ink) -> dict[str, Ink]:
    one_line = (clinic.links[0], None, None, None)
    return {
        "all": clinic,
        "nothing": _bare(clinic),
        "one line": replace(clinic, links=one_line),
        "no code": replace(clinic, alts={slot: alt for slot, alt in clinic.alts.items() if slot != "qr"}),
    }


CASES = ("all", "nothing", "one line", "no code")


def test_a_plate_is_prepared_once_for_clinics_that_have_the_same(plate, clinic) -> None:
    other = replace(clinic, name="Another", palette={**clinic.palette, "deep": "#123456"})
    one = Inker(clinic).prepare(plate)
    assert Inker(other).prepare(plate) is one
    assert Inker(_bare(clinic)).prepare(plate) is not one


def test_a_prepared_plate_lives_no_longer_than_its_plate(plate, clinic) -> None:
    """Of one person's copy nothing is kept, and the prepared plate holds its words."""
    copy = Plate.from_bytes(plate.to_bytes() + b"\n% another")
    prepared = weakref.ref(Inker(clinic).prepare(copy))
    assert prepared() is not None
    del copy
    gc.collect()
    assert prepared() is None


def test_few_shapes_of_a_plate_are_kept(plate, clinic) -> None:
    copy = Plate.from_bytes(plate.to_bytes() + b"\n% a third")
    known = []
    for number in range(20):
        alts = {f"slot-{number}": "A slot", **clinic.alts}
        known.append(weakref.ref(Inker(replace(clinic, alts=alts)).prepare(copy)))
    gc.collect()
    assert 1 <= sum(prepared() is not None for prepared in known) <= 8


@pytest.mark.parametrize("case", CASES)
def test_the_file_is_sound(case, plate, clinic, tool, tmp_path) -> None:
    path = tmp_path / "inked.pdf"
    path.write_bytes(Inker(_cases(clinic)[case]).ink(plate))
    checked = subprocess.run([tool("qpdf"), "--check", path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("case", CASES)
def test_nothing_stands_in_it_that_nobody_needs(case, plate, clinic) -> None:
    """No placeholder, no tag of what the clinic lacks, nothing of how the plate was written."""
    with pikepdf.open(io.BytesIO(Inker(_cases(clinic)[case]).ink(plate))) as document:
        reached: set[int] = set()
        waiting = [document.trailer]
        while waiting:
            item = waiting.pop()
            number = item.objgen[0]
            if number and number in reached:
                continue
            reached.add(number)
            if isinstance(item, pikepdf.Array):
                waiting += [kid for kid in item if isinstance(kid, pikepdf.Object)]
            elif isinstance(item, (pikepdf.Dictionary, pikepdf.Stream)):
                waiting += [kid for _, kid in item.items() if isinstance(kid, pikepdf.Object)]
        for item in document.objects:
            is_how_it_is_written = isinstance(item, pikepdf.Stream) and item.get("/Type") in (
                "/ObjStm",
                "/XRef",
            )
            assert item.objgen[0] in reached or is_how_it_is_written, item
            if isinstance(item, pikepdf.Stream):
                is_plain = item.get("/Type") == "/Metadata" or not item.read_bytes()
                assert is_plain or "/Filter" in item, "all else is packed"


def test_it_is_as_small_as_another_program_writes_it(plate, clinic) -> None:
    pdf, out = Inker(clinic).ink(plate), io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert len(pdf) < 1.03 * len(out.getvalue())


@pytest.mark.parametrize(
    "words",
    ["(a) \\ 7 0 R", "Zoë Łęcka “therapy”", "((", "a\nb\r\nc", "endstream\nendobj", "blank:name", "心"],
)
def test_any_words_come_out_as_they_went_in(words, plate, clinic) -> None:
    said = replace(
        clinic,
        name=words,
        alts=dict.fromkeys(clinic.alts, words),
        links=(f"https://x.example.org/{words}",) * 4,
        link_words=(words,) * 4,
    )
    with pikepdf.open(io.BytesIO(Inker(said).ink(plate))) as document:
        assert str(document.trailer.Info.Author) == words
        links = [link for page in document.pages for link in page.obj.get("/Annots", ())]
        assert links
        assert {str(link.Contents) for link in links} == {words}
        assert {bytes(link.A.URI) for link in links} == {
            bytes(pikepdf.String(f"https://x.example.org/{words}"))
        }
        elements = [item for item in document.objects if isinstance(item, pikepdf.Dictionary)]
        alts = [str(item.Alt) for item in elements if item.get("/S") == "/Figure" and "/Alt" in item]
        assert alts.count(words) == len(plate.index.figures)


def _with(clinic: Ink, key: str, value) -> Ink:
    """A clinic whose slots have something more among their resources."""
    with pikepdf.open(io.BytesIO(clinic.sheet.pdf)) as sheet:
        for page in sheet.pages:
            page.Resources[key] = value(sheet)
        out = io.BytesIO()
        sheet.save(out, compress_streams=False)
    return replace(clinic, sheet=replace(clinic.sheet, pdf=out.getvalue()))


def _resources(pdf: pikepdf.Pdf) -> list[pikepdf.Object]:
    forms = [item for item in pdf.objects if isinstance(item, pikepdf.Stream) and "/Matrix" in item]
    return [form.Resources for form in forms if "/Resources" in form]


def test_words_that_look_like_a_reference_stay_words(plate, clinic) -> None:
    odd = "Level (2) 3 0 R \\"
    marked = _with(clinic, "/Remark", lambda _: pikepdf.String(odd))
    with pikepdf.open(io.BytesIO(Inker(marked).ink(plate))) as document:
        assert odd in {str(resources.get("/Remark")) for resources in _resources(document)}


def test_a_drawing_inside_a_slot_is_coloured_and_packed(plate, clinic) -> None:
    content = operands(SENTINELS["deep"]) + b" rg 0 0 9 9 re f" + 999 * b" "

    def drawing(sheet: pikepdf.Pdf) -> pikepdf.Object:
        return sheet.make_indirect(
            pikepdf.Stream(sheet, content, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form)
        )

    with pikepdf.open(io.BytesIO(Inker(_with(clinic, "/Drawing", drawing)).ink(plate))) as document:
        drawn = [each.Drawing for each in _resources(document) if "/Drawing" in each]
        assert drawn
        for form in drawn:
            assert operands(clinic.palette["deep"]) + b" rg" in form.read_bytes()
            assert len(form.read_raw_bytes()) < len(content) / 2
