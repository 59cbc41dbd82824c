"""proof: the sheet shows a brand's own colours, what is printed in their place, every block, and all of it in grey."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from bifolio.app import Project
from bifolio.branding.nearest_shade import contrast
from bifolio.branding.proof_sheet import measured, sample
from bifolio.content.repository import Repository
from bifolio.formats.makers import verify_file
from bifolio.model.blocks import KINDS
from tests.conftest import ROOT
from tests.support import pictures, tags
from tests.support.projects import COMPLETE, Scratch

pytestmark = pytest.mark.layout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    scratch = Scratch.create(tmp_path_factory.mktemp("proof") / "project")
    scratch.write("content/handouts/small.yaml", COMPLETE)
    return scratch


@pytest.fixture(scope="module")
def sheet(project: Scratch) -> Path:
    (path,) = Project(project.root).proof("default")
    return path


def _text(path: Path) -> str:
    document = pdfium.PdfDocument(path)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def test_the_sheet_says_what_was_changed(sheet: Path, project: Scratch) -> None:
    said = _text(sheet)
    proof = Project(project.root).colours("default")
    assert proof.shades
    for shade in proof.shades:
        assert f"{shade.after} {shade.contrast_after:.1f} : 1" in said
    assert "primary #1d5a68" in said
    assert sheet.name == "proof.letter.pdf"
    assert verify_file(sheet) == []


def test_the_sheet_ends_with_its_own_pages_in_grey(sheet: Path) -> None:
    assert "Draft" not in _text(sheet), "what is no handout waits for no review"
    alts = [line for line in tags.read(sheet.read_bytes()).lines() if "of this sheet in grey" in line]
    assert alts
    grey = pictures.pages(sheet.read_bytes(), dpi=40)[-1].crop((20, 40, 300, 300))
    assert grey.getcolors(100_000), "nothing there"
    assert all(max(colour) - min(colour) < 24 for _, colour in grey.getcolors(100_000) or ())


def test_grey_pages_stand_two_in_a_row(sheet: Path) -> None:
    """The sheet of this project has two pages before those: one row."""
    with pdfium.PdfDocument(sheet) as document:
        last = document[len(document) - 1]
        images = last.get_objects([pdfium.raw.FPDF_PAGEOBJ_IMAGE], max_depth=1)
        one, two = (image.get_bounds() for image in images if image.get_px_size()[1] > 300)
    assert one[1::2] == pytest.approx(two[1::2], abs=0.1), "as high"
    assert 10 < two[0] - one[2] < 30, "beside each other, with a gutter"


def test_the_sheet_shows_the_brands_colour_and_the_printed_ones(sheet: Path, project: Scratch) -> None:
    found = {colour for _, colour in pictures.pages(sheet.read_bytes(), dpi=60)[0].getcolors(1_000_000) or ()}
    for colour in ("#1d5a68", *(shade.after for shade in Project(project.root).colours("default").shades)):
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        near = min(abs(r - red) + abs(g - green) + abs(b - blue) for r, g, b in found)
        assert near < 12, colour


def test_the_sheet_is_the_same_each_time(project: Scratch, sheet: Path) -> None:
    first = sheet.read_bytes()
    (again,) = Project(project.root, renew=True).proof("default")
    assert again.read_bytes() == first


def test_the_librarys_sheet_has_every_kind_of_block() -> None:
    repository = Repository(ROOT)
    handout = sample(
        (repository.handout(item) for item in repository.catalogue.known("item")), "A title", "A summary."
    )
    unshown = {"section", "page_break", "references", "content_note"}
    assert set(handout.block_kinds) == set(KINDS) - unshown


def test_colours_are_measured_and_a_safe_one_is_offered() -> None:
    proof = measured({"primary": "#87ceeb", "dark": "#123456"}, "#87ceeb")
    pale, dark = proof.swatches
    assert pale.contrast == pytest.approx(1.7, abs=0.1)
    assert contrast(pale.safe, "#ffffff") >= 4.5
    assert dark.safe == dark.colour
    assert all(shade.contrast_after >= shade.least for shade in proof.shades)
    assert re.fullmatch(r"#[0-9a-f]{6}", pale.safe)
