"""verify: every check has an example that makes it fail."""

from __future__ import annotations

import io
import re

import pikepdf
import pytest

from bifolio.formats.pdf import verify, verify_inked, verify_slots
from bifolio.model.job import Job
from tests.conftest import KINDS, ROOT
from tests.support.broken import PRESS_SPOILERS, SPOILERS, blank_page, spoil
from tests.support.making import inker_of

pytestmark = pytest.mark.layout

LETTER = (215.9, 279.4)
CASES = [(code, spoiler) for code, spoilers in SPOILERS.items() for spoiler in spoilers]


@pytest.fixture(scope="module")
def good(pdfs) -> bytes:
    return pdfs["tears-and-closeness", "harbour"].read_bytes()


def test_a_good_pdf_has_no_findings(good) -> None:
    assert verify(good, "good.pdf", LETTER) == []


def test_finished_pdfs_are_good(pdfs) -> None:
    """One of each frame of a page: whole, also where the pipeline knew its plate and its slots."""
    for item in KINDS:
        path = pdfs[item, "harbour"]
        assert verify(path.read_bytes(), path.name) == []


@pytest.mark.parametrize(("code", "spoiler"), CASES, ids=[s.__name__ for _, s in CASES])
def test_a_spoiled_pdf_is_found(code, spoiler, good) -> None:
    findings = verify(spoiler(good), "spoiled.pdf", LETTER)
    assert code in {finding.code for finding in findings}
    for finding in findings:
        assert finding.where == "spoiled.pdf"
        assert finding.is_error or finding.code == "verify.near-edge"


def test_every_code_has_a_spoiler() -> None:
    sources = [ROOT / "bifolio" / "formats" / f"{name}.py" for name in ("pdf", "pdf_pages", "pdf_structure")]
    codes = {code for path in sources for code in re.findall(r'"(verify\.[a-z-]+)"', path.read_text("utf-8"))}
    assert "verify.untagged" in codes
    assert codes == set(SPOILERS) | set(PRESS_SPOILERS)


def test_a_clinics_slots_are_good(pipeline, repository) -> None:
    for brand in repository.catalogue.brands:
        assert verify_slots(inker_of(pipeline, brand, "letter", "calm", "us", "en").clinic.sheet.pdf) == []


def _narrow(pdf: bytes) -> bytes:
    """Make each slot narrower than its words."""

    def change(document: pikepdf.Pdf) -> None:
        for page in document.pages:
            left, bottom, right, top = (float(v) for v in page.mediabox)
            page.mediabox = page.trimbox = [left, bottom, left + (right - left) / 8, top]

    return spoil(pdf, change)


@pytest.mark.parametrize(
    ("code", "spoiler"),
    [("verify.text-past-page", _narrow)]
    + [(code, spoiler) for code, spoiler in CASES if code in ("verify.missing-glyph", "verify.font")],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_spoiled_slots_are_found(code, spoiler, inker) -> None:
    assert code in {finding.code for finding in verify_slots(spoiler(inker.clinic.sheet.pdf))}


def test_a_cut_off_accent_is_found_and_its_words_are_named(inker) -> None:
    """Half a point of the top of a line, which is less than any letter."""
    import pypdfium2 as pdfium

    sheet = inker.clinic.sheet
    at = sheet.pages["line-1"]
    document = pdfium.PdfDocument(sheet.pdf)
    text = document[at].get_textpage()
    words = text.get_text_range()
    top = max(text.get_charbox(number)[3] for number in range(text.count_chars()))

    def lower(by: float) -> bytes:
        def change(document: pikepdf.Pdf) -> None:
            page = document.pages[at]
            left, bottom, right, _ = (float(v) for v in page.mediabox)
            page.mediabox = page.trimbox = [left, bottom, right, top - by]

        return spoil(sheet.pdf, change)

    assert verify_slots(lower(0)) == []
    (finding,) = verify_slots(lower(0.6))
    assert finding.code == "verify.text-past-page"
    assert f'"{words}" runs past the edge' in finding.message


def test_a_contact_line_that_calls_nobody_is_found(inker) -> None:
    """Of a plate that is known, only the clinic's own is looked at: its links, too."""
    sheet, links = inker.clinic.sheet.pdf, inker.clinic.links
    assert "tel:+12025550142" in links
    assert verify_slots(sheet, links) == []
    spoiled = ["tel:" if link == "tel:+12025550142" else link for link in links]
    (finding,) = verify_slots(sheet, spoiled)
    assert (finding.code, finding.message) == ("verify.phone-link", 'the link "tel:" calls no number')


def test_a_slot_may_hold_no_more_than_a_picture(inker) -> None:
    sheet = inker.clinic.sheet.pdf
    assert [finding.code for finding in verify(blank_page(sheet), "x") if "empty" in finding.code]
    assert verify_slots(blank_page(sheet)) == []


def test_a_file_put_together_wrongly_is_found(good) -> None:
    with pikepdf.open(io.BytesIO(good)) as document:
        pages = len(document.pages)
    assert verify_inked(good, "good.pdf", pages) == []
    for bad, code in ((good[:-900], "verify.unreadable"), (b"", "verify.unreadable")):
        assert [finding.code for finding in verify_inked(bad, "bad.pdf", pages)] == [code]
    assert [finding.code for finding in verify_inked(good, "bad.pdf", pages + 1)] == ["verify.no-pages"]


@pytest.fixture(scope="module")
def for_press(pipeline) -> bytes:
    job = Job("when-sex-hurts", "press-a5", "calm", "gb", "en", "rowan", "pdf")
    return pipeline.make(job).body


def test_a_file_for_the_press_has_bleed_and_fine_pictures(for_press) -> None:
    assert verify(for_press, "x.pdf", (148, 210), 3) == []


@pytest.mark.parametrize("code", PRESS_SPOILERS)
def test_a_file_that_is_not_fit_for_the_press_is_found(code, for_press) -> None:
    spoiled = PRESS_SPOILERS[code](for_press)
    assert code in {finding.code for finding in verify(spoiled, "x.pdf", (148, 210), 3)}
    assert code not in {finding.code for finding in verify(spoiled, "x.pdf", (148, 210))}


def test_nonsense_is_not_a_pdf() -> None:
    for nonsense in (b"", b"hello", b"%PDF-1.7\n%%EOF"):
        assert [f.code for f in verify(nonsense, "x.pdf")] == ["verify.unreadable"]


def test_words_in_the_bleed_are_lost(for_press) -> None:
    """They stand on the paper, and a press cuts them off."""

    def change(document: pikepdf.Pdf) -> None:
        stream = document.pages[0].Contents
        stream.write(b"1 0 0 1 -53 0 cm\n" + stream.read_bytes())

    found = [finding.code for finding in verify(spoil(for_press, change), "x.pdf", (148, 210), 3)]
    assert "verify.text-past-page" in found
