"""Phone links: what a clinic and a region write, through the whole program, and where their files then lead."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest

from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from bifolio.core.cache import Cache
from bifolio.core.diagnostics import Diagnostic
from bifolio.core.phone_numbers import dialled, numbers_in
from bifolio.model.job import Job
from bifolio.resolve import resolve
from tests.support.making import copy_of, inputs_of
from tests.support.projects import BRAND, COMPLETE, REGION, Scratch

CLINICS = Path(__file__).with_name("phone_clinics.csv")
LINKS = {
    "lark": ["tel:+442079460101"],
    "finch": ["tel:+12025550102;ext=12"],
    "wren": ["tel:+442079460101", "tel:+442079460102"],
    "robin": ["tel:+18005558327"],
    "owl": [],
    "jay": ["tel:+15550100199"],
}
GB = REGION.replace("id: us", "id: gb").replace("en-US", "en-GB").replace("555-0199", "020 7946 0199")


@dataclass(frozen=True)
class Files:
    """One handout for one clinic, in every form that has links."""

    pdf: bytes
    book: str
    page: str

    @property
    def in_pdf(self) -> list[str]:
        with pikepdf.open(io.BytesIO(self.pdf)) as document:
            links = [a for page in document.pages for a in page.obj.get("/Annots", ()) if "/A" in a]
            return [str(link.A.URI) for link in links if "/URI" in link.A]


def _calls(text: str) -> list[str]:
    return re.findall(r'href="((?:tel|sms):[^"]*)"', text)


def _clinics(scratch: Scratch) -> Repository:
    """Open a project of two countries with the clinics of the table beside the brands."""
    scratch.write("content/handouts/small.yaml", COMPLETE)
    scratch.write("content/regions/gb.yaml", GB)
    repository, wrong = Repository(scratch.root).with_table(CLINICS)
    assert (sorted(repository.guests), wrong) == (sorted(LINKS), [])
    return repository


def _made(repository: Repository, brand: str, region: str | None = None) -> Files:
    pipeline = Pipeline(repository, Cache(repository.root / ".bifolio"))
    region = region or repository.brand(brand).clinic.region or "us"
    made = {
        form: pipeline.make(Job("small", "a4", "calm", region, "en", brand, form)).body
        for form in ("pdf", "epub", "html")
    }
    with zipfile.ZipFile(io.BytesIO(made["epub"])) as book:
        text = book.read("EPUB/handout.xhtml").decode()
    return Files(made["pdf"], text, made["html"].decode())


def _told(repository: Repository, brand: str) -> list[Diagnostic]:
    return [
        f
        for f in repository.brand_files(brand).warnings(repository.plan.region)
        if f.code == "brand.phone-no-link"
    ]


@pytest.mark.layout
@pytest.mark.parametrize("brand", LINKS)
def test_a_clinics_link_dials_what_its_words_say(brand: str, scratch: Scratch) -> None:
    repository = _clinics(scratch)
    phone, region = repository.brand(brand).clinic.phone, repository.brand(brand).clinic.region
    files = _made(repository, brand)
    helpline = {"us": ["tel:5550199"], "gb": ["tel:+442079460199"]}[region or ""]
    assert _calls(files.page) == helpline + LINKS[brand]
    assert _calls(files.book) == helpline + LINKS[brand]
    assert list(dict.fromkeys(files.in_pdf)) == LINKS[brand], "two numbers take two lines of the panel"
    assert phone in re.sub("<[^>]*>", "", files.page), "the words are printed as they were written"
    assert ("Call " + (phone or "") in re.sub("<[^>]*>", "", files.page)) is (brand != "owl")


@pytest.mark.parametrize("brand", LINKS)
def test_a_phone_that_is_no_link_is_told_at_its_cell(brand: str, scratch: Scratch) -> None:
    repository = _clinics(scratch)
    told = _told(repository, brand)
    assert len(told) == (len(LINKS[brand]) != 1)
    for finding in told:
        row = next(row for row in CLINICS.read_text().splitlines() if row.startswith(brand)).replace(
            ",", "\t"
        )
        assert finding.span is not None
        assert finding.span.source.line(finding.span.line) == row, "cells stand apart, as in a spreadsheet"
        assert row[finding.span.column - 1 :].startswith(str(repository.brand(brand).clinic.phone))
        assert not finding.is_error


@pytest.mark.layout
def test_a_desk_has_no_number(scratch: Scratch) -> None:
    text = BRAND.replace("phone: 202-555-0100", 'phone: "Ask at the desk"')
    scratch.write("content/brands/default/_brand.yml", text)
    repository = _clinics(scratch)
    files = _made(repository, "default")
    assert files.in_pdf == ["https://clinic.example.org"]
    assert "Ask at the desk" in files.book
    (finding,) = _told(repository, "default")
    assert finding.message == '"Ask at the desk" is printed without a link: there is no number in it'
    column = text.splitlines()[2].index('"Ask') + 1
    assert str(finding.span) == f"content/brands/default/_brand.yml:3:{column}"


@pytest.mark.parametrize(
    ("phone", "message"),
    [
        ("020 7946 0101/2", '"020 7946 0101/2" is printed without a link: no number in it is certain'),
        (
            "020 7946 0101 or 020 7946 0102",
            '"020 7946 0101 or 020 7946 0102" has 2 numbers; where they stand on one line of a PDF, there is no link',
        ),
        ("020 7946 01O1", '"020 7946 01O1" is printed without a link: no number in it is certain'),
        ("020 7946 0101 fax", '"020 7946 0101 fax" is printed without a link: no number in it is certain'),
        ("020 7946 0101, fax 020 7946 0102", None),
        ("+44 (0)20 7946 0101", None),
    ],
)
def test_what_is_told_of_a_phone(phone: str, message: str | None, scratch: Scratch) -> None:
    text = BRAND.replace("region: us", "region: gb").replace("202-555-0100", f'"{phone}"')
    scratch.write("content/brands/default/_brand.yml", text)
    assert [finding.message for finding in _told(_clinics(scratch), "default")] == [message] * bool(message)


@pytest.mark.layout
def test_two_numbers_on_one_line_of_a_pdf_are_no_link(scratch: Scratch) -> None:
    """There is one link a line; nobody can tell which of the two it should dial."""
    text = BRAND.replace("region: us", "region: gb").replace("202-555-0100", "116 123 or 111")
    scratch.write("content/brands/default/_brand.yml", text)
    files = _made(_clinics(scratch), "default")
    assert files.in_pdf == ["https://clinic.example.org"]
    assert _calls(files.book)[-2:] == _calls(files.page)[-2:] == ["tel:116123", "tel:111"]
    assert (
        'Call <a class="tel" href="tel:116123">116 123</a> or <a class="tel" href="tel:111">111</a>'
        in files.page
    )


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("020 7946 0101 or 07700 900100", ["Call 020 7946 0101", "or 07700 900100"]),
        ("020 7946 0101, 07700 900100", ["Call 020 7946 0101,", "07700 900100"]),
        ("111/116 123", ["Call 111/", "116 123"]),
        (
            "111 or +44 (0)20 7946 0101 ext. 12 (24 hours)",
            ["Call 111", "or +44 (0)20 7946 0101 ext. 12 (24 hours)"],
        ),
    ],
)
def test_a_line_of_two_numbers_is_broken_between_them(words: str, parts: list[str], scratch: Scratch) -> None:
    text = BRAND.replace("region: us", "region: gb").replace("202-555-0100", f'"{words}"')
    scratch.write("content/brands/default/_brand.yml", text)
    repository = _clinics(scratch)
    pipeline = Pipeline(repository, Cache(repository.root / ".bifolio"))
    inputs = inputs_of(pipeline, "small", "a4", "calm", "gb", "en", brand="default")
    copy = copy_of(inputs, pipeline.stages.composer(inputs.layout.setup))
    broken = copy.lines[0].by_number()
    assert [line.text for line in broken] == parts
    numbers = [number.dialled for number in numbers_in(words, "GB")]
    assert [line.href for line in broken] == [f"tel:{number}" for number in numbers]


@pytest.mark.layout
def test_a_clinic_keeps_its_country_where_a_handout_is_made_for_another(scratch: Scratch) -> None:
    """Support lines are those of the region that was asked for; the clinic and its own lines are where they are."""
    own = "lines: [{name: Ours, about: Any worry, phone: 020 7946 0102, text: 07700 900100, checked_on: 2026-11-22}]"
    text = BRAND.replace("region: us", "region: gb").replace("202-555-0100", f"020 7946 0101, {own}")
    scratch.write("content/brands/default/_brand.yml", text)
    repository = _clinics(scratch)
    assert _told(repository, "default") == []
    calls = _calls(_made(repository, "default", "us").page)
    assert calls == ["tel:+442079460102", "sms:+447700900100", "tel:5550199", "tel:+442079460101"]
    job = Job("small", "a4", "calm", "us", "en", "default", "html")
    for region in ("us", "gb"):  # each may say another country
        name = f"content/regions/{region}.yaml"
        text = scratch.root.joinpath(name).read_text("utf-8")
        moved = text.replace(f"language: en-{region.upper()}", "language: en-IE")
        assert moved != text
        other = repository.with_overlay({name: moved.encode()})
        assert resolve(other, job).fingerprint != resolve(repository, job).fingerprint, name


def test_a_clinic_without_a_region_has_the_country_of_the_handout(scratch: Scratch) -> None:
    scratch.write(
        "content/brands/default/_brand.yml",
        BRAND.replace("region: us, ", "").replace("202-555-0100", "020 7946 0101"),
    )
    repository = _clinics(scratch)
    assert _calls(_made(repository, "default", "gb").page)[-1] == "tel:+442079460101"
    assert _calls(_made(repository, "default", "us").page) == ["tel:5550199"]
    assert len(_told(repository, "default")) == 1, "the project is in the United States"


@pytest.mark.layout
def test_own_lines_that_are_no_links_are_told(scratch: Scratch) -> None:
    own = (
        "lines: [{name: A, about: B, phone: 555-0101/2, text: ask us, checked_on: 2026-11-22}, "
        "{name: C, about: D, phone: 202-555-0103 or 202-555-0104, text: HOME to 741741, checked_on: 2026-11-22}]"
    )
    scratch.write("content/brands/default/_brand.yml", BRAND.replace("phone: 202-555-0100", own))
    repository = _clinics(scratch)
    assert [finding.message.split('"')[1] for finding in _told(repository, "default")] == [
        "555-0101/2",
        "ask us",
    ]
    assert _calls(_made(repository, "default").page) == [
        "tel:+12025550103",
        "tel:+12025550104",
        "sms:741741",
        "tel:5550199",
    ]


@pytest.mark.layout
@pytest.mark.parametrize(
    ("phone", "calls"),
    [
        ('"4321"', ["tel:4321"]),
        ("NHS 111", ["tel:111"]),
        ("111 or 0800 1111", ["tel:111", "tel:08001111"]),
        ("see our page", []),
    ],
)
def test_a_helplines_number_is_a_link(phone: str, calls: list[str], scratch: Scratch) -> None:
    """One that somebody looked up may be in no plan yet."""
    repository = _clinics(scratch)
    scratch.write("content/regions/gb.yaml", GB.replace("020 7946 0199", phone))
    assert _calls(_made(repository, "owl").page) == calls


def test_every_line_of_every_region_can_be_dialled(repository: Repository) -> None:
    seen = {}
    for name in repository.catalogue.regions:
        region = repository.region(name)
        for line in region.lines:
            for scheme, words in (("tel", line.phone), ("sms", line.text)):
                if words:
                    seen[name, line.id, scheme] = dialled(numbers_in(words, region.country, scheme))
    assert seen["gb", "samaritans", "tel"] == "116123"
    assert len(seen) > 40
    assert [place for place, number in seen.items() if number is None] == []
