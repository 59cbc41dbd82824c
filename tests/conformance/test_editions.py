"""Every edition: would veraPDF take the file to read, and is large print large?"""

from __future__ import annotations

import ctypes
import math
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from pypdfium2 import raw

from bifolio.plan import Request, plan
from tests.conftest import ROOT, missing_tool
from tests.support import verapdf

EDITIONS = sorted(path.stem for path in (ROOT / "styles" / "editions").glob("*.yaml"))
ITEMS = ("tears-and-closeness", "steady-now", "check-in-card", "why-tears-come")
"""One of each frame of a page, with a figure, fields, a card and a cover among them."""

LEAST_PT = {"large-print": 16, "giant-print": 18}


@pytest.fixture(scope="module")
def made(workshop, library, tmp_path_factory) -> dict[str, Path]:
    """All files of the chosen items in every edition that suits them, by the name of the file."""
    folder = tmp_path_factory.mktemp("editions")
    handouts = {item: library.handout(item) for item in ITEMS}
    editions = {name: library.edition(name) for name in EDITIONS}
    request = Request(region="gb", language="en", editions=tuple(EDITIONS), theme="calm", formats=("pdf",))
    clinics = {"rowan": library.brand("rowan").clinic}
    files = {}
    for job in plan(request, library.plan, handouts, clinics, editions):
        path = folder / job.path.rpartition("/")[2]
        path.write_bytes(workshop.produce(job).body)
        files[path.name] = path
    return files


def test_all_forms_are_made(made) -> None:
    assert {name.split(".")[1] for name in made} == set(EDITIONS)
    assert "why-tears-come.booklet-a4.print.pdf" in made


def test_every_file_is_pdf_ua_1_and_files_to_keep_are_pdf_a_3a(made) -> None:
    if reason := verapdf.why_missing():
        missing_tool(reason)
    for verdict in verapdf.check(list(made.values())):
        assert verdict.failures == (), verdict.file.name
    kept = [path for name, path in made.items() if ".print." not in name and ".screen." not in name]
    assert len(kept) > 20
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


def test_large_print_is_large(made) -> None:
    for form, least in LEAST_PT.items():
        files = [path for name, path in made.items() if f".{form}-" in name]
        assert len(files) == 2 * len(ITEMS)
        for path in files:
            assert _smallest(path) >= least - 0.01, path.name
    assert _smallest(made["steady-now.a4.pdf"]) < 16, "and the measure can tell"
