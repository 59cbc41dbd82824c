"""The oracle of inking: a handout laid out whole, with the clinic in place, is the same page.

The whole layout never meets `ink`: the clinic's colours stand in its styles and the clinic's words and logo
in its flow. Pictures, text and tags of the two must agree for every handout and brand.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bifolio.library import Library
from bifolio.pipeline import Workshop
from bifolio.plan import Job
from tests.conftest import KINDS, ROOT
from tests.support import oracle, tags

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
    """Lay a handout out whole, once for each item and brand."""
    templates = oracle.marked_templates(library, tmp_path_factory.mktemp("oracle"))
    kept: dict[tuple[str, str], bytes] = {}

    def lay_out(job: Job) -> bytes:
        if (job.item, job.brand) not in kept:
            kept[job.item, job.brand] = oracle.whole(workshop, templates, job)
        return kept[job.item, job.brand]

    return lay_out


@pytest.mark.parametrize(("item", "brand"), CASES)
def test_same_pictures(item, brand, jobs, pdfs, whole) -> None:
    oracle.same_pictures(pdfs[item, brand].read_bytes(), whole(jobs[item, brand]))


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
    oracle.same_tags(pdfs[item, brand].read_bytes(), whole(jobs[item, brand]))


@pytest.mark.parametrize(("item", "brand"), CASES)
def test_slots_are_spoken(item, brand, pdfs, library: Library) -> None:
    alts = [tag.alt for tag in _all(tags.read(pdfs[item, brand].read_bytes())) if tag.kind == "Figure"]
    assert library.brand(brand).name in alts
    assert not any(alt is None or alt.startswith("slot:") for alt in alts)


def _all(tag: tags.Tag):
    yield tag
    for kid in tag.kids:
        yield from _all(kid)
