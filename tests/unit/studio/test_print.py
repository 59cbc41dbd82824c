"""What Print sends: opened and measured, for each of the editions that a handout offers."""

from __future__ import annotations

import asyncio
import io
from math import ceil
from typing import Any
from urllib.parse import urlencode

import pikepdf
import pypdfium2 as pdfium
import pytest

from bifolio.content.repository import Repository
from bifolio.model.edition import NOTE_SIDES, Edition, Imposition
from tests.conftest import ROOT, THOROUGH
from tests.support.projects import HANDOUT, SAFE, Scratch
from tests.support.studio import Client, opened

pytestmark = [pytest.mark.processes, pytest.mark.layout]

CARD = (
    HANDOUT.replace("kind: leaflet", "kind: card")
    .replace("A small leaflet", "A small card")
    .replace(
        "  - text: One sentence.\n",
        "  - write_in: {label: Stop word, lines: 1}\n  - page_break\n  - resources: {limit: 1, clinic: false}\n",
    )
)
EDITIONS = Repository(ROOT).editions
ALWAYS = ("letter", "trifold-letter", "booklet-letter", "n-up-4-a4", "cut-and-stack-letter", "wallet-letter")
"""One of each scheme; `make thorough` opens all."""


def _offered(kind: str) -> dict[str, Edition]:
    known = Repository(ROOT).catalogue.editions
    there = {name: EDITIONS.edition(name) for name in known if THOROUGH or name in ALWAYS}
    return {name: edition for name, edition in there.items() if edition.suits(kind)}


def _sheets(form: Imposition, pages: int) -> int:
    """Return how many sheets so many pages take."""
    a_sheet = {"trifold": 6, "saddle-stitch": 4, "repeat": 2, "cut-and-stack": 2 * form.columns * form.rows}
    return ceil(pages / a_sheet[form.scheme])


async def _open(
    client: Client, item: str, **asked: Any
) -> tuple[list[tuple[float, float]], list[str], pikepdf.Pdf]:
    """Return the size of each page of a file in millimetres, its text, and the file."""
    answer = await client.ask("GET", f"/file/{item}?{urlencode(asked)}")
    assert answer.status == 200, answer.body
    document = pdfium.PdfDocument(answer.body)
    pages = [document[number] for number in range(len(document))]
    sizes = [tuple(round(side * 25.4 / 72, 1) for side in page.get_size()) for page in pages]
    texts = [" ".join(page.get_textpage().get_text_bounded().split()) for page in pages]
    document.close()
    return sizes, texts, pikepdf.open(io.BytesIO(answer.body))  # type: ignore[return-value]


async def _expect_the_right_print(client: Client, item: str, title: str, name: str, edition: Edition) -> None:
    read, texts, _ = await _open(client, item, edition=name, look=1, arrangement="reading")
    assert title in texts[0]
    sizes, words, pdf = await _open(client, item, edition=name, look=1)
    assert pdf.Root.ViewerPreferences.PrintScaling == "/None", name
    form = edition.imposition
    if form is None:
        assert sizes == read, name
        assert _are([_trim(page) for page in pdf.pages], edition), (
            name
        )  # for a print shop, inside of bleed and marks
        return
    assert _are(read, edition), name
    assert _are(sizes, form.sheet), name
    assert len(sizes) == NOTE_SIDES + 2 * _sheets(form, len(read)), name
    assert "For the person at the printer" in words[0], name
    assert title in words[0], name
    assert form.paper in words[0], name
    assert f"{NOTE_SIDES + 1} to {len(sizes)}" in words[0], name
    assert title in " ".join(words[NOTE_SIDES:]), name
    shown = await _shown(client, item, name, "sheets")
    assert (shown["bifolio-pages"], shown["bifolio-notes"]) == (str(len(sizes)), str(NOTE_SIDES)), name
    shown = await _shown(client, item, name, "reading")
    assert (shown["bifolio-pages"], shown["bifolio-notes"]) == (str(len(read)), "0"), name


def _trim(page: pikepdf.Page) -> tuple[float, float]:
    left, bottom, right, top = (float(side) * 25.4 / 72 for side in page.trimbox)
    return right - left, top - bottom


def _are(sizes: list[tuple[float, float]], edition: Edition) -> bool:
    """Tell whether pages have the trim of an edition, in millimetres."""
    trim = edition.trim_width_mm, edition.trim_height_mm
    return all(abs(side - wanted) < 0.2 for size in sizes for side, wanted in zip(size, trim, strict=True))


async def _shown(client: Client, item: str, edition: str, arrangement: str) -> dict[str, str]:
    asked = {"item": item, "edition": edition, "arrangement": arrangement, "width": 100}
    return (await client.ask("POST", "/api/picture", asked)).headers


@pytest.mark.parametrize(("item", "kind"), [("small", "leaflet"), ("card", "card")])
def test_print_sends_what_a_person_holds_in_the_end(scratch: Scratch, item: str, kind: str) -> None:
    scratch.write("content/handouts/card.yaml", CARD)
    offered = _offered(kind)
    assert "letter" in offered

    async def run() -> None:
        async with opened(scratch.root) as client:
            for name, edition in offered.items():
                await _expect_the_right_print(client, item, f"A small {kind}", name, edition)

    asyncio.run(run())


def test_files_have_names_that_people_know(scratch: Scratch) -> None:
    scratch.write("content/handouts/small.yaml", SAFE.replace("A small leaflet", '"Close: or “far”?"'))

    async def run() -> None:
        async with opened(scratch.root) as client:
            names = {
                asked: (await client.ask("GET", f"/file/small?{asked}")).headers["content-disposition"]
                for asked in (
                    "",
                    "look=1",
                    "edition=trifold-letter",
                    "edition=trifold-letter&arrangement=reading",
                )
            }
            assert names[""] == (
                'attachment; filename="Close - or far - Test Clinic.pdf"; '
                "filename*=UTF-8''Close%20-%20or%20%E2%80%9Cfar%E2%80%9D%20%E2%80%93%20Test%20Clinic.pdf"
            )
            assert names["look=1"].startswith("inline; ")
            assert 'Test Clinic - Folded leaflet, Letter.pdf"' in names["edition=trifold-letter"]
            assert (
                'Test Clinic - Folded leaflet, Letter - to read.pdf"'
                in names["edition=trifold-letter&arrangement=reading"]
            )

    asyncio.run(run())


def test_a_clients_copy_of_a_folded_form_is_sheets_too(scratch: Scratch) -> None:
    async def run() -> None:
        async with opened(scratch.root) as client:
            asked = {"item": "small", "edition": "trifold-letter", "copy": {"note": ["See you soon."]}}
            answer = await client.ask("POST", "/api/copy", asked)
            document = pdfium.PdfDocument(answer.body)
            words = [document[n].get_textpage().get_text_bounded() for n in range(len(document))]
            assert len(words) == NOTE_SIDES + 2
            assert "See you soon." in " ".join(" ".join(words).split())
            assert "Test Clinic" in answer.headers["content-disposition"]

    asyncio.run(run())
