"""The oracle of inking: a handout laid out whole, with the clinic in place, is the same page.

The whole layout never meets `ink`: the clinic's colours stand in its styles and the clinic's words and logo
in its flow. Pictures, text and tags of the two must agree for every handout and brand.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from tests.conftest import KINDS, ROOT, THOROUGH
from tests.support import oracle, tags

ITEMS = tuple(Repository(ROOT).catalogue.handouts)
BRANDS = ("default", "harbour", "rowan")
CASES = [
    (item, brand)
    for item in ITEMS
    for brand in BRANDS
    if (item in KINDS and item != "why-tears-come") or (brand == "harbour" and (item in KINDS or THOROUGH))
]
"""One of each frame of a page is held in every brand, its booklet in one; every other item in one when thorough."""


def test_cases_cover_the_library(repository: Repository) -> None:
    assert set(KINDS) <= {item for item, _ in CASES}
    assert set(BRANDS) <= set(repository.catalogue.brands)


@pytest.fixture(scope="module")
def templates(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return oracle.marked_templates(repository, tmp_path_factory.mktemp("oracle"))


@pytest.mark.parametrize(("item", "brand"), CASES)
def test_inked_and_laid_out_whole_are_the_same_pages(
    item, brand, jobs, pdfs, pipeline: Pipeline, templates: Path, tool, tmp_path: Path
) -> None:
    inked = pdfs[item, brand].read_bytes()
    laid_out = oracle.whole(pipeline, templates, jobs[item, brand])
    oracle.same_pictures(inked, laid_out, edges=item not in oracle.MANY_HEADS)
    oracle.same_texts(inked, laid_out, tool("pdftotext"), tmp_path)
    oracle.same_tags(inked, laid_out)


@pytest.mark.parametrize(("item", "brand"), CASES)
def test_slots_are_spoken(item, brand, pdfs, repository: Repository) -> None:
    alts = [tag.alt for tag in _all(tags.read(pdfs[item, brand].read_bytes())) if tag.kind == "Figure"]
    assert repository.brand(brand).name in alts
    assert not any(alt is None or alt.startswith("slot:") for alt in alts)


def _all(tag: tags.Tag):
    yield tag
    for kid in tag.kids:
        yield from _all(kid)
