"""render/epub: the book is whole, says how accessible it is, carries the pages of print, and is the same each time."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from xml.etree.ElementTree import fromstring

import pytest

from bifolio.branding.nearest_shade import contrast, rgb
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


def _text(files: dict[str, bytes]) -> bytes:
    """Return the text documents, one after another."""
    names = [name for name in files if re.search(r"/(?:handout|chapter-\d+|back)\.xhtml$", name)]
    number = {name: int((re.search(r"\d+", name) or ["0"])[0]) for name in names}
    order = sorted(names, key=lambda name: ("back" in name, number[name]))
    return b"\n".join(files[name] for name in order)


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
    assert not {"dcterms:conformsTo", "a11y:certifiedBy"} & said.keys(), "that takes a person's evaluation"
    assert "No person has evaluated this book" in said["schema:accessibilitySummary"][0]
    features = set(said["schema:accessibilityFeature"])
    assert {"alternativeText", "readingOrder", "structuralNavigation", "tableOfContents"} <= features
    assert ("pageBreakMarkers" in features) == (b"doc-pagebreak" in _text(files))
    assert ("pageNavigation" in features) == (b'epub:type="page-list"' in files["EPUB/nav.xhtml"])
    assert bool(said["pageBreakSource"][0])


def test_package_says_whose_it_is_and_in_which_language(files) -> None:
    package = fromstring(files["EPUB/package.opf"])
    assert package.findtext(f".//{_DC}publisher") == "Harbour Street Counseling"
    assert package.findtext(f".//{_DC}language") == "en-US"
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", package.findtext(f".//{_DC}identifier") or "")


def test_fonts_are_embedded_and_whole(files) -> None:
    """As TrueType, which more reading systems know than WOFF."""
    fonts = {files[name] for name in files if name.startswith("EPUB/fonts/")}
    assert {name for name in files if name.startswith("EPUB/fonts/")} >= {
        "EPUB/fonts/atkinson-hyperlegible-400.ttf"
    }
    assert fonts <= {path.read_bytes() for path in (ROOT / "styles" / "fonts").glob("*.ttf")}
    assert len(fonts) == 3


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
        handout = _text(_files(path.read_bytes())).decode()
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
    handout = _text(files).decode()
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


# -- looks -----------------------------------------------------------------------------------------


def test_styles_are_plain_and_every_drawing_has_a_size(files) -> None:
    css = files["EPUB/style.css"].decode()
    assert "write-line" in css
    for unknown in (
        r"var\(",
        r"calc\(",
        r"@media[^{]*width",
        r"\d(?:rem|mm|pt|vh|vw)\b",
        r"display: (?:flex|grid)",
    ):
        assert not re.search(unknown, css + _text(files).decode()), unknown
    tags = re.findall(r"<svg [^>]*>", _text(files).decode())
    assert all(re.search(r' width="\d+" height="\d+"', tag) for tag in tags)
    for tag in re.findall(r"<img [^>]*>", _text(files).decode()):
        assert re.search(r' height="\d+"', tag), tag
        assert re.search(r' alt="[^"]+"| alt="" role="presentation"', tag), tag
    assert b"<picture" not in _text(files)


def test_one_sheet_for_all_books_of_a_clinic(epubs) -> None:
    sheets = {_files(epubs[item, "harbour"].read_bytes())["EPUB/style.css"] for item in KINDS}
    assert len(sheets) == 1
    assert _files(epubs["tears-and-closeness", "rowan"].read_bytes())["EPUB/style.css"] not in sheets


def _rules(css: str) -> dict[str, dict[str, str]]:
    return {
        selector.strip(): dict(part.split(": ", 1) for part in body.strip().split("; ") if part)
        for selector, body in re.findall(r"^([^{}@]+)\{([^{}]*)\}$", css, re.MULTILINE)
    }


def test_words_leave_their_colour_to_the_reader_and_show_on_any_ground(files) -> None:
    """Nothing but heads is coloured, and no ground stands behind words, so whatever a reader chooses is legible."""
    day, _, night = files["EPUB/style.css"].decode().partition("@media ")
    rules = _rules(day)
    coloured = {selector: body["color"] for selector, body in rules.items() if "color" in body}
    assert coloured.pop("a") == "inherit"
    assert "h1, h2" in coloured
    for selector, colour in coloured.items():
        assert re.search(r"h1|-title|-name|help-word|-count", selector), selector
        assert contrast(colour, "#ffffff") >= 4.5, selector
        assert contrast(colour, "#000000") >= 3, selector
    grounds = {selector for selector, body in rules.items() if "background" in body}
    assert grounds == {".logo", ".qr", ".figure-drawing svg", ".figure-key-sign"}, "pictures alone"
    assert night.startswith("screen and (color) and (prefers-color-scheme: dark)"), "see DARK_READER"


def test_a_dark_reader_has_body_text_at_seven_to_one(files) -> None:
    _, _, night = files["EPUB/style.css"].decode().partition("(prefers-color-scheme: dark) {\n")
    rules = _rules(night.rstrip().removesuffix("}"))
    ground = rules["html"]["background"]
    assert contrast(rules["html"]["color"], ground) >= 7
    assert sum(rgb(ground)) < 150
    assert len(rules) > 10
    for selector, body in rules.items():
        for name, colour in body.items():
            if name == "color" and selector != "html":
                assert contrast(colour, ground) >= 4.5, selector
            elif name.endswith("-color"):
                assert contrast(colour, ground) >= 3, selector


# -- structure -------------------------------------------------------------------------------------


def test_a_booklet_has_a_document_for_each_chapter(epubs) -> None:
    files = _files(epubs["why-tears-come", "harbour"].read_bytes())
    package = fromstring(files["EPUB/package.opf"])
    items = {item.get("id"): item.get("href") or "" for item in package.iter(f"{_OPF}item")}
    spine = [items[ref.get("idref")] for ref in package.iter(f"{_OPF}itemref")]
    chapters = [name for name in spine if name.startswith("chapter-")]
    assert spine == ["cover.xhtml", "nav.xhtml", "handout.xhtml", *chapters, "back.xhtml"]
    assert len(chapters) == 15
    matter = [re.findall(rb'<body [^>]*epub:type="(\w+)"', files[f"EPUB/{name}"])[0] for name in spine[2:]]
    assert matter == [b"frontmatter", *[b"bodymatter"] * 15, b"backmatter"]
    for name in chapters:
        body = files[f"EPUB/{name}"]
        assert body.count(b'epub:type="chapter" role="doc-chapter"') + body.count(b'role="doc-chapter"') >= 1
        assert body.count(b"<h2") == 1
    contents = files["EPUB/handout.xhtml"].decode()
    linked = re.findall(r'class="contents-link" href="([^"#]+)#', contents)
    assert linked == chapters
    landmark = re.findall(rb'epub:type="bodymatter" href="([^"]+)"', files["EPUB/nav.xhtml"])
    assert landmark == [b"chapter-1.xhtml"]


def test_help_and_myths_are_marked_up_as_what_they_are(epubs) -> None:
    text = _text(_files(epubs["tears-and-closeness", "harbour"].read_bytes())).decode()
    assert re.findall(r'<section class="help-row" data-urgency="(\w+)">', text) == [
        "now",
        "soon",
        "when_you_can",
    ]
    assert len(re.findall(r'<h3 id="[^"]+" class="help-word">', text)) == 3
    for card in re.findall(r'<dl class="myth-card">(.*?)</dl>', text, re.DOTALL):
        assert re.findall(r"<dt[^>]*><strong>(\w+)", card) == ["Myth", "Fact"]
        assert card.count("<dd") == 2
    assert "<dl" in text


def test_notes_lead_to_their_sources_and_terms_are_a_glossary(pipeline, jobs) -> None:
    notes = _text(
        _files(pipeline.make(replace(jobs["clinician-notes", "harbour"], format="epub")).body)
    ).decode()
    marks = re.findall(r'epub:type="noteref">(\d+)</a>', notes)
    targets = re.findall(r'role="doc-noteref" href="#source-(\d+)"', notes)
    listed = re.findall(r'<li class="reference" id="source-(\d+)"', notes)
    assert len(marks) > 20
    assert marks == targets
    assert set(targets) <= set(listed)
    assert listed == [str(number) for number in range(1, len(listed) + 1)]
    assert 'role="doc-endnotes" epub:type="endnotes"' in notes


def test_a_wide_table_stands_as_a_list(pipeline, jobs) -> None:
    log = _text(_files(pipeline.make(replace(jobs["my-log", "harbour"], format="epub")).body)).decode()
    entries = re.findall(r'<li class="log-entry">(.*?)</li>', log, re.DOTALL)
    assert len(entries) == 10
    assert all(entry.count("<strong>") == 8 for entry in entries)
    assert "<thead" not in log


def test_the_package_says_what_a_shelf_sorts_by(pipeline, jobs) -> None:
    package = _files(pipeline.make(replace(jobs["my-log", "harbour"], format="epub")).body)[
        "EPUB/package.opf"
    ]
    root = fromstring(package)
    assert [subject.text for subject in root.iter(f"{_DC}subject")] == [
        "tears", "patterns", "hormones", "alcohol", "pain",
    ]  # fmt: skip
    said = _said(package)
    review = Repository(ROOT).handout("my-log").review
    assert said["dcterms:valid"] == [f"start={review.written}; end={review.due}"]


def test_heads_break_at_every_space_and_words_bound_in_text_stay_so(files) -> None:
    text = _text(files).decode()
    heads = re.findall(r"<h[1-6] .*?</h[1-6]>", text, re.DOTALL)
    assert len(heads) > 2
    assert not any("\u00a0" in head for head in heads)
    assert "call\u00a0911" in text
