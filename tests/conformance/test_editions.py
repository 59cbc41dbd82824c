"""Every edition: would veraPDF take the file to read, and is large print large?"""

from __future__ import annotations

import ctypes
import math
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from pypdfium2 import raw

from bifolio.build.jobs import plan
from bifolio.model.artifact import Artifact
from bifolio.model.job import Request
from tests.conftest import KINDS, ROOT, THOROUGH, missing_tool
from tests.support import verapdf

EDITIONS = sorted(path.stem for path in (ROOT / "styles" / "editions").glob("*.yaml"))
EVERY = os.environ.get("BIFOLIO_EVERY_EDITION") == "1"
"""Every item in every edition that suits it, which takes half an hour."""

ITEMS = (
    (*KINDS, "tears-and-intimacy") if THOROUGH else ("tears-and-closeness", "check-in-card", "why-tears-come")
)
"""One of each frame of a page, and the booklet whose every part takes out lead for itself."""

LONG = "why-tears-come"
LONG_IN = ("booklet-a4", "press-a5", *(("booklet-letter", "large-print-a4") if THOROUGH else ()))
"""The booklet takes seconds to lay out: it is made where a cover and many pages say something new."""

CARD_IN = ("a4", "large-print-a4", "giant-print-a4", "wallet-a4")
"""Forms in which the card is made beside the leaflet, where not all is."""

LETTER = ("letter", "n-up-4-letter")
"""Forms on Letter that are made where not all is: the others differ from those on A4 in figures alone."""

FAMILIES = (("rowan", "gb", False), ("harbour", "us", True))
"""Brand and region that print on A4, and on Letter."""

LEAST_PT = {"large-print": 16, "giant-print": 18, "trifold": 10, "n-up": 10, "wallet": 10}


@pytest.fixture(scope="module")
def artifacts(pipeline, repository) -> dict[str, Artifact]:
    """All files of the chosen items in every edition that suits them, by the name of the file."""
    handouts = {
        item: repository.handout(item) for item in (repository.catalogue.handouts if EVERY else ITEMS)
    }
    editions = {name: repository.edition(name) for name in EDITIONS}
    found = {}
    for brand, region, is_letter in FAMILIES:
        names = tuple(name for name in EDITIONS if ("letter" in name) == is_letter)
        request = Request(region=region, language="en", editions=names, theme="calm", formats=("pdf",))
        clinics = {brand: repository.brand(brand).clinic}
        for job in plan(request, repository.plan, handouts, clinics, editions):
            if not EVERY and not _is_due(job.item, job.edition):
                continue
            found[job.path.rpartition("/")[2]] = pipeline.make(job)
    return found


@pytest.fixture(scope="module")
def made(artifacts, tmp_path_factory) -> dict[str, Path]:
    """These files on the disk."""
    folder = tmp_path_factory.mktemp("editions")
    for name, artifact in artifacts.items():
        (folder / name).write_bytes(artifact.body)
    return {name: folder / name for name in artifacts}


def _is_due(item: str, edition: str) -> bool:
    if item == LONG:
        return edition in LONG_IN
    if THOROUGH:
        return True
    if "letter" in edition:
        return item == "tears-and-closeness" and edition in LETTER
    return edition in CARD_IN if item == "check-in-card" else edition not in LONG_IN


def test_all_forms_are_made(made) -> None:
    every = {name for name in EDITIONS if THOROUGH or EVERY or "letter" not in name or name in LETTER}
    assert {name.split(".")[1] for name in made} == every
    assert "why-tears-come.booklet-a4.print.pdf" in made


def test_a_compositor_would_let_every_page_pass(artifacts) -> None:
    """What runs out of its box or over other words is an error, and would not have been made at all."""
    warnings = [warning for artifact in artifacts.values() for warning in artifact.warnings]
    assert [f"{w.where}: {w.message}" for w in warnings if w.code.startswith("page.")] == []


def test_a_cover_for_a_print_shop_runs_out_to_the_end_of_its_bleed(made) -> None:
    page = pdfium.PdfDocument(made["why-tears-come.press-a5.pdf"])[0]
    scale = 4
    picture = page.render(scale=scale).to_pil().convert("L")
    left, bottom, right, top = page.get_bleedbox()
    _, media_bottom, _, media_top = page.get_mediabox()
    media_left = page.get_mediabox()[0]

    def grey(x: float, y: float) -> int:
        return picture.getpixel((round((x - media_left) * scale), round((media_top - y) * scale)))

    assert media_bottom < bottom
    middle_x, middle_y = (left + right) / 2, (bottom + top) / 2
    inside, outside = 0.5, -0.5  # points
    for x, y, dx, dy in ((left, middle_y, 1, 0), (right, middle_y, -1, 0), (middle_x, top, 0, -1)):
        assert grey(x + inside * dx, y + inside * dy) < 240, "the plate of the cover, or a leaf on it"
        assert grey(x + outside * dx, y + outside * dy) > 250, "paper"


def test_every_file_is_pdf_ua_1_and_files_to_keep_are_pdf_a_3a(made) -> None:
    if reason := verapdf.why_missing():
        missing_tool(reason)
    for verdict in verapdf.check(list(made.values())):
        assert verdict.failures == (), verdict.file.name
    kept = [path for name, path in made.items() if ".print." not in name and ".screen." not in name]
    assert len(kept) > (20 if THOROUGH else 12)
    for verdict in verapdf.check(kept, "PDFA-3A"):
        assert verdict.failures == (), verdict.file.name


def test_printers_order_of_a_booklet(made, tool) -> None:
    """The cover and the back share the first sheet; each further side holds pages that add up to n + 1."""
    name = "why-tears-come.booklet-a4"
    pages = len(pdfium.PdfDocument(made[f"{name}.pdf"]))
    whole = -(-pages // 4) * 4
    done = subprocess.run(
        [tool("pdftotext"), "-layout", made[f"{name}.print.pdf"], "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    sides = done.stdout.split("\f")[2:-1]
    assert len(sides) == whole // 2
    for number, side in enumerate(sides, 1):
        folios = [int(part.split()[0]) for part in side.split("page ")[1:] if part[:1].isdigit()]
        expected = {number, whole + 1 - number} - {1, pages, *range(pages, whole + 1)}
        assert set(folios) == expected, number


def _sizes(item: object, scale: float) -> Iterator[float]:
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, matrix)
    scale *= math.hypot(matrix.c, matrix.d)
    kind = raw.FPDFPageObj_GetType(item)
    if kind == raw.FPDF_PAGEOBJ_FORM:
        for index in range(raw.FPDFFormObj_CountObjects(item)):
            yield from _sizes(raw.FPDFFormObj_GetObject(item, index), scale)
    elif kind == raw.FPDF_PAGEOBJ_TEXT:
        size = ctypes.c_float()
        raw.FPDFTextObj_GetFontSize(item, size)
        yield size.value * scale


def _smallest(path: Path) -> float:
    return min(
        size
        for page in pdfium.PdfDocument(path)
        for index in range(raw.FPDFPage_CountObjects(page.raw))
        for size in _sizes(raw.FPDFPage_GetObject(page.raw, index), 1)
    )


def test_no_word_is_smaller_than_its_form_allows(made) -> None:
    for form, least in LEAST_PT.items():
        files = [path for name, path in made.items() if f".{form}-" in name and ".print." not in name]
        assert len(files) >= (2 if THOROUGH else 1), form
        for path in files:
            assert _smallest(path) >= least - 0.02, path.name
    assert _smallest(made["tears-and-closeness.a4.pdf"]) < 16, "and the measure can tell"
