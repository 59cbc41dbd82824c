"""The round trip: EPUB, web page and PDF of an item say the same words, in the same order."""

from __future__ import annotations

import pytest

from bifolio.compose.typography import plain
from bifolio.model.plate import SLOTS
from tests.conftest import KINDS, THOROUGH
from tests.metamorphic.test_oracle import ITEMS
from tests.support import flows
from tests.support.making import inker_of

CASES = [*((item, "harbour") for item in (ITEMS if THOROUGH else KINDS)), ("tears-and-closeness", "rowan")]


@pytest.fixture(scope="module")
def of_pdf(pipeline, repository, jobs, pdfs):
    labels = repository.locale("en").labels
    copies = plain(labels["card_second"]), plain(labels["card_ruler"])
    kept: dict[tuple[str, str], str] = {}

    def letters(item: str, brand: str) -> str:
        if (item, brand) not in kept:
            job = jobs[item, brand]
            inker = inker_of(pipeline, brand, job.edition, job.theme, job.region, job.language)
            clinic = {inker.clinic.alts[slot] for slot in SLOTS} | {*inker.clinic.link_words}
            kept[item, brand] = flows.of_pdf(pdfs[item, brand].read_bytes(), clinic, copies)
        return kept[item, brand]

    return letters


def test_the_texts_are_whole(of_pdf, epubs, repository) -> None:
    assert set(KINDS) <= {item for item, _ in epubs}
    assert not THOROUGH or {item for item, _ in epubs} == set(repository.catalogue.handouts)
    told = of_pdf("tears-and-closeness", "harbour")
    assert told.startswith("Leaflet")
    assert "Tearsandcloseness" in told
    assert "TextCCBY4.0." in told
    assert len(told) > 1500


@pytest.mark.parametrize(("item", "brand"), CASES)
def test_epub_says_what_the_pdf_says(item, brand, epubs, of_pdf) -> None:
    assert flows.of_book(epubs[item, brand].read_bytes()) == of_pdf(item, brand)


@pytest.mark.parametrize(("item", "brand"), CASES)
def test_web_page_says_what_the_pdf_says(item, brand, web_pages, of_pdf, repository) -> None:
    """What a blank is called stands on a page beside its field, where a screen reader finds it: no text."""
    blank = repository.locale("en").labels["own_words"].replace(" ", "")
    told = flows.of_page(web_pages[item, brand].read_bytes())
    assert told.replace(blank, "") == of_pdf(item, brand).replace(blank, "")


def test_the_comparison_can_fail(epubs, of_pdf) -> None:
    book = flows.of_book(epubs["tears-and-closeness", "harbour"].read_bytes())
    assert book != of_pdf("tears-and-closeness", "rowan"), "the United Kingdom has other lines"
