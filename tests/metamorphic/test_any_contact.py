"""What a clinic says of itself is printed, whole, in every form: a dozen of 300 clinics, or as many as are asked for.

`BIFOLIO_CLINICS=300` tries them all, which takes a quarter of an hour.

Letters are looked at where they stand: on the sheet of a clinic's slots no glyph may leave its slot, and in a finished
PDF every line is found again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pypdfium2
import pytest
import yaml

from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from bifolio.core.cache import Cache
from bifolio.core.diagnostics import BifolioError
from bifolio.model.job import Job
from bifolio.model.plate import MAX_LINES, SLOTS
from tests.conftest import ROOT, THOROUGH
from tests.support import clinics
from tests.support.making import inker_of
from tests.support.projects import COMPLETE, Scratch

ASKED_FOR = int(os.environ.get("BIFOLIO_CLINICS", "30" if THOROUGH else "12"))
NUMBERS = range(0, clinics.COUNT, max(1, clinics.COUNT // ASKED_FOR))
EDITIONS = ("letter", "a5", "trifold-a4", "large-print-a4", "booklet-a4", "n-up-4-letter")
MOST_REFUSED = 3
"""Of 300 clinics. Each is listed with its reason."""


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    scratch = Scratch.create(tmp_path_factory.mktemp("clinics"))
    scratch.write("content/handouts/small.yaml", COMPLETE)
    region = ROOT / "content" / "regions" / "gb.yaml"
    scratch.write("content/regions/gb.yaml", region.read_text("utf-8"))
    for number in NUMBERS:
        folder = f"content/brands/clinic-{number}"
        scratch.write(f"{folder}/_brand.yml", yaml.safe_dump(clinics.clinic(number), allow_unicode=True))
        scratch.write(f"{folder}/logo.svg", clinics.logo(number))
    run = tmp_path_factory.getbasetemp()
    return Pipeline(Repository(scratch.root), Cache(run / "store-of-any-contact"))


def _editions(number: int) -> tuple[str, ...]:
    """Return the form of a clinic's number, and the one in which most is printed."""
    return tuple(
        dict.fromkeys(
            ("letter", EDITIONS[number // 25 % len(EDITIONS) if not THOROUGH else number % len(EDITIONS)])
        )
    )


def _glyphs(page: pypdfium2.PdfPage) -> Iterator[tuple[str, float, float, float, float]]:
    """Yield each visible character of a page with the tight box of its glyph: left, bottom, right, top."""
    text = page.get_textpage()
    for at in range(text.count_chars()):
        letter = text.get_text_range(at, 1).replace(
            "\ufffe", "-"
        )  # so PDFium has a hyphen at the end of a line
        if letter.strip():
            yield letter, *text.get_charbox(at)


def _unspaced(words: str) -> str:
    return re.sub(r"\s+", "", words)


def _said(clinic: dict[str, object]) -> list[str]:
    """Return all that a clinic's file says to readers, a piece each."""
    own = dict(clinic["defaults"]["bifolio"])  # type: ignore[index]
    phones = own["phone"] if isinstance(own["phone"], list) else [own["phone"]]
    told = [own.get(key) for key in ("email", "hours", "out_of_hours")]
    small = [own.get(key) for key in ("licence", "registration", "complaints", "disclaimer", "footer")]
    return [*phones, *own.get("address", []), *(words for words in (*told, *small) if words)]


def test_every_line_is_printed_and_no_glyph_is_clipped(pipeline: Pipeline) -> None:
    refused: dict[str, str] = {}
    for number in NUMBERS:
        for edition in _editions(number):
            try:
                _check(pipeline, number, edition)
            except BifolioError as error:
                refused[f"clinic {number}, {edition}"] = "; ".join(
                    finding.message for finding in error.findings
                )
    assert len({who.split(",")[0] for who in refused}) <= (MOST_REFUSED if THOROUGH else 0), refused


def _check(pipeline: Pipeline, number: int, edition: str) -> None:
    clinic, brand = clinics.clinic(number), f"clinic-{number}"
    inker = inker_of(pipeline, brand, edition, "calm", "gb", "en")
    ink, where = inker.clinic, f"clinic {number}, {edition}"
    sheet = pypdfium2.PdfDocument(ink.sheet.pdf)
    shown = ""
    for slot, at in ink.sheet.pages.items():
        page = sheet[at]
        width, height = page.get_size()
        glyphs = list(_glyphs(page))
        for letter, left, bottom, right, top in glyphs:
            inside = left > -0.3 and bottom > -0.3 and right < width + 0.3 and top < height + 0.3
            assert inside, (
                f"{where}: {letter!r} of {slot} is clipped: {left:.1f} {bottom:.1f} {right:.1f} {top:.1f} in {width:.0f} x {height:.0f}"
            )
        words = "".join(letter for letter, *_ in glyphs)
        shown += words
        if slot.startswith("line-") or slot in ("small-print", "footer"):
            assert words == _unspaced(ink.alts[slot]), f"{where}: {slot}"
    for words in _said(clinic):
        plain = _unspaced(_typeset(words))
        lines = "".join(_unspaced(ink.alts[slot]) for slot in ("clinic", *_lines(), "small-print", "footer"))
        assert plain.rstrip(".") in lines, f"{where}: {words!r} is not printed"
    full = _unspaced(clinic["meta"]["name"]["full"])
    assert full in _unspaced(ink.alts["clinic"]), where


def _lines() -> list[str]:
    return [f"line-{number}" for number in range(1, MAX_LINES + 1)]


def _typeset(words: str) -> str:
    return words.replace("'", "’")


@pytest.mark.layout
@pytest.mark.parametrize("number", list(NUMBERS)[:: 4 if not THOROUGH else 10])
def test_every_slot_stands_in_the_finished_file(number: int, pipeline: Pipeline) -> None:
    brand = f"clinic-{number}"
    made = pipeline.make(Job("small", "letter", "calm", "gb", "en", brand, "pdf"))
    ink = inker_of(pipeline, brand, "letter", "calm", "gb", "en").clinic
    document = pypdfium2.PdfDocument(made.body)
    words = _unspaced("".join(letter for page in document for letter, *_ in _glyphs(page)))
    for slot in SLOTS:
        if ink.alts[slot] and slot not in ("masthead", "mark", "foot", "qr", "clinic"):
            assert _unspaced(ink.alts[slot]) in words, f"{slot} is not in the file"
