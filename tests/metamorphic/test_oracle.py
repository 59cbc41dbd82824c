"""The oracle of inking: a handout laid out whole, with the clinic in place, is the same page.

The whole layout never meets `ink`: the clinic's colours stand in its styles and the clinic's words and logo
in its flow. Pictures, text and tags of the two must agree for every handout and brand.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bifolio.compose import Composer, Design
from bifolio.library import Library
from bifolio.pipeline import Workshop
from bifolio.plan import Job
from bifolio.render.pdf import render
from tests.conftest import KINDS, ROOT
from tests.support import pictures, tags

ITEMS = tuple(Library(ROOT).handout_paths)
BRANDS = ("default", "harbour", "rowan")
# one of each frame of a page is held in every brand, all others in one
CASES = [(item, brand) for item in ITEMS for brand in BRANDS if item in KINDS or brand == "harbour"]


def test_cases_cover_the_library(library: Library) -> None:
    assert "tears-and-closeness" in ITEMS
    assert set(KINDS) <= {item for item, _ in CASES}
    assert set(BRANDS) <= set(library.brand_ids)


@pytest.fixture(scope="module")
def whole(
    workshop: Workshop, library: Library, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Job], bytes]:
    """Lay a handout out whole. Slots stand in block quotes, which nothing else uses, to be told apart."""
    templates = tmp_path_factory.mktemp("oracle") / "templates"
    shutil.copytree(library.templates, templates)
    slot = templates / "slots" / "slot.html.j2"
    slot.write_text(slot.read_text("utf-8").replace('<div class="slot ', '<blockquote class="slot ', 1)
                    .rstrip().removesuffix("</div>") + "</blockquote>", "utf-8")  # fmt: skip
    kept: dict[tuple[str, str], bytes] = {}

    def lay_out(job: Job) -> bytes:
        if (job.item, job.brand) in kept:
            return kept[job.item, job.brand]
        brand = library.brand(job.brand)
        palette = workshop.palette(brand)
        plain = workshop.composer(job.edition, job.theme, job.region, job.language)
        design: Design = replace(plain.design, templates=templates)
        composer = Composer(design, plain.locale, plain.region, palette)
        copy = workshop.clinic_copy(job.brand, brand, composer)
        sentinel_copy = workshop.clinic_copy(job.brand, brand, plain)
        fits = workshop.slot_sheet(plain, sentinel_copy, job.brand).take().fits
        handout = library.handout(job.item)
        drawings = {name: library.drawing(name) for name in handout.figures}
        html = composer.handout(handout, library.evidence, drawings, composer.slots(copy, fits), copy)
        rendered = render(html, library.styles / "fonts", "whole")
        assert not any(finding.is_error for finding in rendered.findings)
        kept[job.item, job.brand] = rendered.pdf
        return rendered.pdf

    return lay_out


@pytest.mark.parametrize(("item", "brand"), CASES)
def test_same_pictures(item, brand, jobs, pdfs, whole) -> None:
    inked = pictures.pages(pdfs[item, brand].read_bytes(), dpi=100)
    laid_out = pictures.pages(whole(jobs[item, brand]), dpi=100)
    assert len(inked) == len(laid_out)
    for number, (one, other) in enumerate(zip(inked, laid_out, strict=True), 1):
        # Slots are drawn through one more matrix, so the edges of letters may round otherwise.
        share = pictures.share_that_differs(one, other, tolerance=24)
        assert share < 0.001, f"page {number}: {share:.3%} of the pixels differ"
        beyond = max(pictures.share_beyond_rounding(*pair) for pair in ((one, other), (other, one)))
        assert beyond < 0.00001, f"page {number}: {beyond:.4%} of the pixels show something else"


@pytest.mark.parametrize(("item", "brand"), CASES)
def test_same_text(item, brand, jobs, pdfs, whole, tool, tmp_path: Path) -> None:
    pdftotext = tool("pdftotext")
    other = tmp_path / "whole.pdf"
    other.write_bytes(whole(jobs[item, brand]))

    def text(path: Path) -> list[str]:
        said = subprocess.run([pdftotext, "-layout", path, "-"], capture_output=True, text=True, check=True)
        return [" ".join(line.split()) for line in said.stdout.splitlines() if line.strip()]

    assert text(pdfs[item, brand]) == text(other)


@pytest.mark.parametrize(("item", "brand"), CASES)
def test_same_tags(item, brand, jobs, pdfs, whole) -> None:
    inked = tags.read(pdfs[item, brand].read_bytes())
    laid_out = tags.read(whole(jobs[item, brand]))
    assert list(_shape(inked).lines()) == list(_folded(_shape(laid_out)).lines())


def _shape(tag: tags.Tag) -> tags.Tag:
    """Leave the alternative texts of slots aside: a whole layout has words in their place."""
    return replace(tag, alt=None, kids=tuple(_shape(kid) for kid in tag.kids))


def _folded(tag: tags.Tag) -> tags.Tag:
    """Fold each slot of a whole layout into the figure that it is on a plate; empty ones fall away."""
    kids = []
    for kid in tag.kids:
        if kid.kind == "BlockQuote":
            if any(line.strip() for line in kid.lines()):
                kids.append(tags.Tag("Figure", None, "", ()))
        else:
            kids.append(_folded(kid))
    return replace(tag, kids=tuple(kids))


@pytest.mark.parametrize(("item", "brand"), CASES)
def test_slots_are_spoken(item, brand, pdfs, library: Library) -> None:
    alts = [tag.alt for tag in _all(tags.read(pdfs[item, brand].read_bytes())) if tag.kind == "Figure"]
    assert library.brand(brand).name in alts
    assert not any(alt is None or alt.startswith("slot:") for alt in alts)


def _all(tag: tags.Tag):
    yield tag
    for kid in tag.kids:
        yield from _all(kid)
