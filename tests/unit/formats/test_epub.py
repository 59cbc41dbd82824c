"""render/epub: the book is whole, says how accessible it is, carries the pages of print, and is the same each time."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from xml.etree.ElementTree import fromstring

import pytest

from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from bifolio.core.cache import Cache
from bifolio.formats.epub_book import _tree, with_page_marks
from bifolio.model.flow import Heading
from tests.conftest import KINDS, ROOT

pytestmark = pytest.mark.layout

_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"


def _files(book: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


@pytest.fixture(scope="module", params=KINDS)
def files(request, epubs) -> dict[str, bytes]:
    return _files(epubs[request.param, "harbour"].read_bytes())


def _said(package: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for meta in fromstring(package).iter(f"{_OPF}meta"):
        found.setdefault(meta.get("property", ""), []).append((meta.text or "").strip())
    return found


def test_accessibility_metadata_is_whole_and_true(files) -> None:
    """EPUBCheck passes a book without it, so it is held here: EPUB Accessibility 1.1, sections 2.2 and 4."""
    said = _said(files["EPUB/package.opf"])
    assert set(said["schema:accessMode"]) == {"textual", "visual"}
    assert said["schema:accessModeSufficient"] == ["textual"]
    assert said["schema:accessibilityHazard"] == ["none"]
    assert len(said["schema:accessibilitySummary"][0].split()) > 10
    assert said["dcterms:conformsTo"] == ["EPUB Accessibility 1.1 - WCAG 2.2 Level AA"]
    assert said["a11y:certifiedBy"][0]
    features = set(said["schema:accessibilityFeature"])
    assert {"alternativeText", "readingOrder", "structuralNavigation", "tableOfContents"} <= features
    assert ("pageBreakMarkers" in features) == (b"doc-pagebreak" in files["EPUB/handout.xhtml"])
    assert ("pageNavigation" in features) == (b'epub:type="page-list"' in files["EPUB/nav.xhtml"])
    assert bool(said["pageBreakSource"][0])


def test_package_says_whose_it_is_and_in_which_language(files) -> None:
    package = fromstring(files["EPUB/package.opf"])
    assert package.findtext(f".//{_DC}publisher") == "Harbour Street Counseling"
    assert package.findtext(f".//{_DC}language") == "en-US"
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", package.findtext(f".//{_DC}identifier") or "")


def test_fonts_are_embedded_and_whole(files) -> None:
    fonts = [name for name in files if name.endswith(".woff")]
    assert "EPUB/fonts/atkinson-hyperlegible-400.woff" in fonts
    assert all(files[name].startswith(b"wOFF") for name in fonts)


def test_zip_begins_with_its_type_and_hangs_on_no_clock(epubs) -> None:
    with zipfile.ZipFile(epubs["steady-now", "harbour"]) as archive:
        entries = archive.infolist()
    assert entries[0].filename == "mimetype"
    assert entries[0].compress_type == zipfile.ZIP_STORED
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    names = [entry.filename for entry in entries[2:]]
    assert names == sorted(names)


def test_same_input_same_bytes(jobs, epubs, tmp_path) -> None:
    job = replace(jobs["steady-now", "harbour"], format="epub")
    again = Pipeline(Repository(ROOT), Cache(tmp_path)).make(job).body
    assert again == epubs["steady-now", "harbour"].read_bytes()


def test_every_page_of_print_has_its_mark(pipeline, jobs, epubs, pdfs) -> None:
    import pikepdf

    for (item, brand), path in epubs.items():
        handout = _files(path.read_bytes())["EPUB/handout.xhtml"].decode()
        marks = [int(n) for n in re.findall(r'role="doc-pagebreak" aria-label="(\d+)"', handout)]
        with pikepdf.open(pdfs[item, brand]) as document:
            assert marks == list(range(1, len(document.pages) + 1)), item


def test_marks_stand_before_the_words_that_open_a_page() -> None:
    body = "<main><h1>One two</h1><p>three <b>four</b> &amp; five</p><p>six</p></main>"
    marked, pages = with_page_marks(body, ["One two", "four & five", "six"])
    assert [page.folio for page in pages] == [1, 2, 3]
    assert re.search(r'<b><span id="page\.2"[^>]*></span>four', marked)
    assert re.search(r'<p><span id="page\.3"[^>]*></span>six', marked)
    assert re.sub(r"<span[^>]*></span>", "", marked) == body


def test_a_page_that_opens_with_a_drawing_has_no_mark_of_its_own() -> None:
    _, pages = with_page_marks("<p>One</p><p>two</p>", ["One", "", "nowhere", "two"])
    assert [page.folio for page in pages] == [1, 4]


def test_contents_hang_as_headings_do() -> None:
    levels = (1, 2, 3, 3, 2, 4)
    (top,) = _tree([Heading(level, f"h{n}", str(n)) for n, level in enumerate(levels)])
    assert [entry.words for entry in top.below] == ["1", "4"]
    assert [entry.words for entry in top.below[0].below] == ["2", "3"]
    assert top.below[1].below == [], "the fourth level is too deep for a list of contents"


def test_a_worksheet_tells_where_it_can_be_filled_in(files) -> None:
    handout = files["EPUB/handout.xhtml"].decode()
    is_filled_in = "write-line" in handout or "checklist-item" in handout or "scale-number" in handout
    assert ("To fill this in on a screen" in handout) == is_filled_in
    assert "<input" not in handout
    assert "<textarea" not in handout


def test_the_shelf_of_a_clinic_is_linked_and_can_be_scanned(scratch) -> None:
    brand = scratch.root / "content/brands/default/_brand.yml"
    brand.write_text(
        brand.read_text().replace(
            "phone: 202-555-0100", "phone: 202-555-0100, shelf: https://clinic.example.org/h/"
        )
    )
    small = scratch.root / "content/handouts/small.yaml"
    small.write_text(
        small.read_text().replace("- text: One sentence.", "- write_in: {label: Mine, lines: 2}")
    )
    pipeline = Pipeline(Repository(scratch.root), Cache(scratch.root / ".bifolio"))
    from bifolio.model.job import Job

    book = _files(pipeline.make(Job("small", "letter", "calm", "us", "en", "default", "epub")).body)
    handout = book["EPUB/handout.xhtml"].decode()
    assert 'href="https://clinic.example.org/h/index.html#small"' in handout
    assert any(name.endswith(".svg") and b"<svg" in body for name, body in book.items())
