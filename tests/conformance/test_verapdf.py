"""Conformance: would a stranger's tool accept every PDF that we make?"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pikepdf
import pytest

from bifolio.compose.typography import plain
from bifolio.formats.pdf import verify
from bifolio.model.blocks import Resources, walk
from tests.conftest import missing_tool
from tests.support import verapdf


@pytest.fixture(scope="module")
def verdicts(pdfs, tmp_path_factory) -> dict[str, verapdf.Verdict]:
    """One run of veraPDF over all finished PDFs and over one that is spoiled on purpose."""
    if reason := verapdf.why_missing():
        missing_tool(reason)
    spoiled = tmp_path_factory.mktemp("spoiled") / "spoiled.pdf"
    with pikepdf.open(pdfs["tears-and-closeness", "harbour"]) as document:
        del document.Root.Lang
        document.save(spoiled)
    files = [*pdfs.values(), spoiled]
    return {verdict.file.name: verdict for verdict in verapdf.check(files)}


def test_every_pdf_is_pdf_ua_1(verdicts, pdfs) -> None:
    for path in pdfs.values():
        verdict = verdicts[path.name]
        assert verdict.assertions > 1000, path.name
        assert verdict.failures == (), path.name


def test_the_gate_can_fail(verdicts) -> None:
    assert any("7.2-" in failure for failure in verdicts["spoiled.pdf"].failures)


def test_a_whole_look_finds_nothing_that_a_short_one_let_pass(pdfs, jobs, repository) -> None:
    """A further clinic's file is only opened where its plate and its slots are known: see ARCHITECTURE.md."""
    for key, path in pdfs.items():
        edition = repository.edition(jobs[key].edition)
        assert verify(path.read_bytes(), path.name, (edition.trim_width_mm, edition.trim_height_mm)) == []


def test_qpdf_finds_no_fault(pdfs, tool) -> None:
    qpdf = tool("qpdf")
    for path in pdfs.values():
        done = subprocess.run([qpdf, "--check", path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "WARNING" not in done.stdout + done.stderr


def test_qpdf_can_fail(pdfs, tool, tmp_path: Path) -> None:
    torn = tmp_path / "torn.pdf"
    torn.write_bytes(pdfs["tears-and-closeness", "harbour"].read_bytes()[:-2000])
    done = subprocess.run([tool("qpdf"), "--check", torn], capture_output=True, check=False)
    assert done.returncode != 0


def test_text_is_in_reading_order_with_clinic_and_lines(pdfs, tool, repository) -> None:
    pdftotext = tool("pdftotext")
    numbers = {"us": "911", "gb": "999"}
    for (item, brand_id), path in pdfs.items():
        done = subprocess.run([pdftotext, path, "-"], capture_output=True, text=True, check=True)
        text = " ".join(done.stdout.split())
        brand, handout = repository.brand(brand_id), repository.handout(item)
        region = brand.clinic.region
        assert brand.name in text, path.name
        shown = [
            line
            for block in walk(handout.body)
            if isinstance(block, Resources)
            for line in repository.region(region).choose(
                block.lines, block.topics, block.limit, also=block.also
            )
        ]
        assert shown or handout.kind == "notes", path.name
        for line in shown:
            assert (line.short or line.name) in text, path.name
            assert any(way in text for way in (line.phone, line.text, line.chat, line.web) if way), line.id
        assert numbers[region] in text, path.name
        other = "gb" if region == "us" else "us"
        assert not re.search(rf"(?<![\w./-]){numbers[other]}(?![\w./-])", text), (
            path.name
        )  # a source's address may hold it
        opening = (plain(handout.title), plain(handout.summary))
        if handout.kind != "booklet":  # its clinic stands at the foot of the cover
            opening = (brand.name, *opening)
        at = [text.index(words) for words in opening]
        assert at == sorted(at), path.name
