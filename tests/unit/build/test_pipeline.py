"""pipeline: a handout is laid out once, a clinic's slots are set once, and the rest is ink."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from pathlib import Path

import pytest

from bifolio.build.pipeline import Pipeline
from bifolio.build.workers import fonts_of, workers
from bifolio.compose.slots import FITS
from bifolio.content.repository import Repository
from bifolio.core.cache import Cache, open_folder
from bifolio.core.diagnostics import ContentError, DesignError, Diagnostic, ProofError, Severity
from bifolio.core.fingerprints import fingerprint
from bifolio.core.process_pool import InlineExecutor
from bifolio.model.job import Job
from bifolio.model.plate import MAX_LINES
from tests.conftest import ROOT
from tests.support.making import inker_of
from tests.support.projects import HANDOUT

pytestmark = pytest.mark.layout


class Counting(Executor):
    """Does the work here and counts it by name."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def submit(self, fn, /, *args, **kwargs) -> Future:
        self.done.append(fn.__name__)
        return InlineExecutor().submit(fn, *args, **kwargs)


def _job(brand: str, edition: str = "letter", region: str = "us") -> Job:
    return Job("check-in-card", edition, "calm", region, "en", brand, "pdf")


def test_a_further_brand_only_inks(tmp_path) -> None:
    executor = Counting()
    pipeline = Pipeline(Repository(ROOT), Cache(tmp_path), executor)
    one = pipeline.make(_job("harbour"))
    assert executor.done == ["lay_out_plate", "lay_out_slots"]
    two = pipeline.make(_job("default"))
    assert executor.done == ["lay_out_plate", "lay_out_slots", "lay_out_slots"]
    assert one.body != two.body


def test_nothing_is_laid_out_twice(tmp_path) -> None:
    first = Pipeline(Repository(ROOT), Cache(tmp_path)).make(_job("rowan", "a4", "gb"))
    executor = Counting()
    again = Pipeline(Repository(ROOT), Cache(tmp_path), executor).make(_job("rowan", "a4", "gb"))
    assert executor.done == []
    assert again == first


def test_a_worker_gives_the_same_bytes(tmp_path) -> None:
    here = Pipeline(Repository(ROOT), Cache(tmp_path / "here")).make(_job("harbour"))
    with workers(fonts_of(ROOT)) as executor:
        there = Pipeline(Repository(ROOT), Cache(tmp_path / "there"), executor).make(_job("harbour"))
    assert there.body == here.body


def _fits(scratch, name: str, **more: str) -> tuple[Pipeline, dict[str, int]]:
    brand = scratch.root / "content/brands/default/_brand.yml"
    text = brand.read_text().replace("Test Clinic", name)
    for key, value in more.items():
        text = text.replace("phone: 202-555-0100", f"phone: 202-555-0100, {key}: {value}")
    brand.write_text(text)
    pipeline = Pipeline(Repository(scratch.root), Cache(scratch.root / ".bifolio"))
    return pipeline, dict(inker_of(pipeline, "default").clinic.sheet.fits)


def test_a_name_of_ninety_letters_is_set_smaller(scratch) -> None:
    name = "The Long Established Counselling and Psychotherapy Practice of Upper and Lower Somewhere"
    assert 85 <= len(name) <= 95
    pipeline, fits = _fits(scratch, name)
    assert 0 < fits["masthead"] < FITS
    assert 0 < fits["clinic"] < FITS
    job = Job("small", "letter", "calm", "us", "en", "default", "pdf")
    assert pipeline.make(job).body.startswith(b"%PDF")


def test_an_address_that_finds_no_room_below_the_name_is_a_line_of_contact(scratch) -> None:
    name = "The Long Established Counselling and Psychotherapy Practice of Upper and Lower Somewhere"
    address = "1 Long Street in Upper Somewhere, Lower Somewhere"
    pipeline, _ = _fits(scratch, name, address=f"[{address}]")
    alts = inker_of(pipeline, "default").clinic.alts
    assert alts["clinic"] == name
    lines = [alts[f"line-{number}"] for number in range(1, MAX_LINES + 1)]
    assert " ".join(lines).startswith(address)
    made = pipeline.make(Job("small", "letter", "calm", "us", "en", "default", "pdf"))
    assert [warning.code for warning in made.warnings if warning.code.startswith("brand.")] == []


def test_a_name_in_a_script_without_a_font_is_one_finding(scratch) -> None:
    with pytest.raises(ContentError) as raised:
        _fits(scratch, "კლინიკა ბაღი")
    (finding,) = raised.value.findings
    assert finding.message == 'no font here has a shape for "კ" (U+10D9), nor for 6 more of this line'
    assert str(finding.span) == "content/brands/default/_brand.yml:1:14"


def test_a_short_name_is_set_at_full_size(scratch) -> None:
    assert _fits(scratch, "Clinic")[1] == {}


def test_a_long_address_goes_on_on_the_next_line(scratch) -> None:
    """Nobody can shorten where they have their mail; both lines lead there."""
    email = "enquiries@riverside-therapy.example"
    pipeline, _ = _fits(scratch, "Clinic", email=email)
    ink = inker_of(pipeline, "default", "letter", "calm", "us", "en").clinic
    own = [number for number, link in enumerate(ink.links) if link == f"mailto:{email}"]
    assert len(own) == 2
    assert "".join(ink.link_words[number] for number in own) == email
    assert ink.link_words[own[1]][0] in "@-.", "no hyphen seems to be added"
    assert "Call" in ink.link_words[0]


def test_an_email_address_of_any_length_is_printed(scratch) -> None:
    email = f"reception.of.the.very.long.clinic@{'a-very-long-name-indeed' * 3}.example.org"
    pipeline, _ = _fits(scratch, "Clinic", email=email)
    ink = inker_of(pipeline, "default").clinic
    own = [number for number in range(1, MAX_LINES + 1) if ink.links[number - 1] == f"mailto:{email}"]
    assert len(own) > 2
    assert "".join(ink.alts[f"line-{number}"] for number in own) == email, (
        "no hyphen is added, no letter lost"
    )


def test_contact_details_that_cannot_fit_are_a_finding(scratch) -> None:
    sites = ", ".join(f'"Site {number}: {"Long Lane, " * 9}Towe"' for number in range(8))
    with pytest.raises(DesignError) as raised:
        _fits(scratch, "Clinic", address=f"[{sites}]")
    (finding,) = raised.value.findings
    assert finding.code == "brand.too-long"
    assert str(finding.span).startswith("content/brands/default/_brand.yml:3:")
    assert "the panel holds 24" in finding.message


def test_what_verify_finds_stops_the_job(monkeypatch, tmp_path) -> None:
    from bifolio.formats import pdf as verify
    from tests.support.broken import untagged

    pipeline = Pipeline(Repository(ROOT), Cache(tmp_path))
    genuine = verify.verify
    monkeypatch.setattr(verify, "verify", lambda pdf, *rest: genuine(untagged(pdf), *rest))
    with pytest.raises(ProofError) as raised:
        pipeline.make(_job("harbour"))
    assert [f.code for f in raised.value.findings] == ["verify.untagged"]


@pytest.fixture
def looked_at(monkeypatch) -> list[tuple[str, str]]:
    """How each file was looked over, really, and by what name it goes."""
    import bifolio.formats.pdf

    seen: list[tuple[str, str]] = []

    def counted(name: str):
        look = getattr(bifolio.formats.pdf, name)

        def counting(pdf, where="slots", *more):
            seen.append((name, where))
            return look(pdf, where, *more)

        return counting

    for name in ("verify", "verify_inked", "verify_slots"):
        monkeypatch.setattr(f"bifolio.formats.pdf.{name}", counted(name))
    return seen


def test_a_plate_is_looked_over_whole_once_and_each_clinics_slots_are(scratch, looked_at) -> None:
    for brand, colour in (("one", "#1d5a68"), ("two", "#682d1d")):
        scratch.write(f"content/brands/{brand}/_brand.yml", _brand_of(brand, colour))
    scratch.write("content/handouts/other.yaml", HANDOUT.replace("One sentence.", "Another sentence."))
    pipeline = Pipeline(Repository(scratch.root), Cache(scratch.root / ".bifolio"))
    for brand in ("one", "two"):
        for item in ("small", "other"):
            pipeline.make(Job(item, "letter", "calm", "us", "en", brand, "pdf"))
    assert [name for name, _ in looked_at] == [
        "verify",
        "verify",
        "verify_slots",
        "verify_inked",
        "verify_inked",
    ]


def _brand_of(name: str, colour: str, more: str = "") -> str:
    return (
        f'meta: {{name: {name}}}\ncolor: {{primary: "{colour}"}}\n'
        f"defaults: {{bifolio: {{region: us, edition: letter, phone: 202-555-0100{more}}}}}\n"
    )


def test_a_clinic_with_other_things_has_its_file_looked_over_whole(scratch, looked_at) -> None:
    """Its tags are others: they were in no file that was looked over."""
    scratch.write("content/brands/one/_brand.yml", _brand_of("one", "#1d5a68"))
    more = ", email: a@clinic.example.org"
    scratch.write("content/brands/two/_brand.yml", _brand_of("two", "#1d5a68", more))
    pipeline = Pipeline(Repository(scratch.root), Cache(scratch.root / ".bifolio"))
    for brand in ("one", "two"):
        pipeline.make(Job("small", "letter", "calm", "us", "en", brand, "pdf"))
    assert [name for name, _ in looked_at] == ["verify", "verify"]


@pytest.mark.parametrize(("edition", "is_imposed"), [("press-a5", False), ("booklet-letter", True)])
def test_a_file_for_the_press_and_sheets_are_always_looked_over_whole(
    edition, is_imposed, scratch, looked_at
) -> None:
    """How fine a logo is, and where a page stands on its sheet, is known of the file alone."""
    for brand in ("one", "two"):
        scratch.write(f"content/brands/{brand}/_brand.yml", _brand_of(brand, "#1d5a68"))
    pipeline = Pipeline(Repository(scratch.root), Cache(scratch.root / ".bifolio"))
    for brand in ("one", "two"):
        pipeline.make(Job("small", edition, "calm", "us", "en", brand, "pdf", is_imposed=is_imposed))
    assert [name for name, _ in looked_at] == ["verify", "verify"]


@pytest.mark.parametrize("first", [True, False])
def test_sheets_say_nothing_of_the_file_to_read_nor_it_of_them(first, scratch, looked_at) -> None:
    pipeline = Pipeline(Repository(scratch.root), Cache(scratch.root / ".bifolio"))
    for is_imposed in (first, not first):
        pipeline.make(
            Job("small", "booklet-letter", "calm", "us", "en", "default", "pdf", is_imposed=is_imposed)
        )
    assert [name for name, _ in looked_at] == ["verify", "verify"]


@pytest.mark.parametrize(("odd_slots", "whole"), [(False, 3), (True, 4)])
def test_what_is_odd_is_told_of_each_clinics_file(odd_slots, whole, monkeypatch, scratch) -> None:
    """A plate in whose file something was found is not known to be sound, nor are such slots."""
    brands = ("one", "two", "three", "four")
    for brand in brands:
        scratch.write(f"content/brands/{brand}/_brand.yml", _brand_of(brand, "#1d5a68"))
    odd = Diagnostic("verify.near-edge", "odd", where="x", severity=Severity.WARNING)
    seen: list[str] = []

    def look(pdf, where, *more):
        seen.append(where)
        return [odd] if len(seen) < 3 else []

    monkeypatch.setattr("bifolio.formats.pdf.verify", look)
    monkeypatch.setattr("bifolio.formats.pdf.verify_slots", lambda *_: [odd] if odd_slots else [])
    pipeline = Pipeline(Repository(scratch.root), Cache(scratch.root / ".bifolio"))
    for brand in brands:
        pipeline.make(Job("small", "letter", "calm", "us", "en", brand, "pdf"))
    assert len(seen) == whole


def test_fingerprints_tell_parts_apart() -> None:
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
    assert fingerprint("a", b"b") == fingerprint(b"a", "b")


def test_a_folder_that_cannot_be_one_is_none(tmp_path: Path) -> None:
    assert open_folder(tmp_path / "new" / "one") == tmp_path / "new" / "one"
    (tmp_path / "file").write_text("in the way", "utf-8")
    assert open_folder(tmp_path / "file") is None
    assert open_folder(tmp_path / "file" / "below") is None
