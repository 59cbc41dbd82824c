"""pipeline: a handout is laid out once, a clinic's slots are set once, and the rest is ink."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from pathlib import Path

import pytest

from bifolio.compose import FITS
from bifolio.diagnostics import ContentError, DesignError, ProofError
from bifolio.library import Library
from bifolio.pipeline import Workshop
from bifolio.plan import Job
from bifolio.store import Store, fingerprint, open_folder
from bifolio.worker import SameProcess, fonts_of, workers
from tests.conftest import ROOT


class Counting(Executor):
    """Does the work here and counts it by name."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def submit(self, fn, /, *args, **kwargs) -> Future:
        self.done.append(fn.__name__)
        return SameProcess().submit(fn, *args, **kwargs)


def _job(brand: str, edition: str = "letter", region: str = "us") -> Job:
    return Job("check-in-card", edition, "calm", region, "en", brand, "pdf")


def test_a_further_brand_only_inks(tmp_path) -> None:
    executor = Counting()
    shop = Workshop(Library(ROOT), Store(tmp_path), executor)
    one = shop.produce(_job("harbour"))
    assert executor.done == ["lay_out_plate", "lay_out_slots"]
    two = shop.produce(_job("default"))
    assert executor.done == ["lay_out_plate", "lay_out_slots", "lay_out_slots"]
    assert one.body != two.body


def test_nothing_is_laid_out_twice(tmp_path) -> None:
    first = Workshop(Library(ROOT), Store(tmp_path)).produce(_job("rowan", "a4", "gb"))
    executor = Counting()
    again = Workshop(Library(ROOT), Store(tmp_path), executor).produce(_job("rowan", "a4", "gb"))
    assert executor.done == []
    assert again == first


def test_a_worker_gives_the_same_bytes(tmp_path) -> None:
    here = Workshop(Library(ROOT), Store(tmp_path / "here")).produce(_job("harbour"))
    with workers(fonts_of(ROOT)) as executor:
        there = Workshop(Library(ROOT), Store(tmp_path / "there"), executor).produce(_job("harbour"))
    assert there.body == here.body


def _fits(scratch, name: str, **more: str) -> tuple[Workshop, dict[str, int]]:
    brand = scratch.root / "content/brands/default/_brand.yml"
    text = brand.read_text().replace("Test Clinic", name)
    for key, value in more.items():
        text = text.replace("phone: 555-0100", f"phone: 555-0100, {key}: {value}")
    brand.write_text(text)
    shop = Workshop(Library(scratch.root), Store(scratch.root / ".bifolio"))
    composer = shop.composer("letter", "calm", "us", "en")
    copy = shop.clinic_copy("default", shop.library.brand("default"), composer)
    return shop, dict(shop.slot_sheet(composer, copy, "brand").take().fits)


def test_a_name_of_ninety_letters_is_set_smaller(scratch) -> None:
    name = "The Long Established Counselling and Psychotherapy Practice of Upper and Lower Somewhere"
    assert 85 <= len(name) <= 95
    shop, fits = _fits(scratch, name)
    assert 0 < fits["masthead"] < FITS
    assert 0 < fits["clinic"] < FITS
    job = Job("small", "letter", "calm", "us", "en", "default", "pdf")
    assert shop.produce(job).body.startswith(b"%PDF")


def test_an_address_that_finds_no_room_is_told(scratch) -> None:
    name = "The Long Established Counselling and Psychotherapy Practice of Upper and Lower Somewhere"
    shop, fits = _fits(scratch, name, address="[1 Long Street in Upper Somewhere, Lower Somewhere]")
    assert fits["clinic"] == FITS - 1
    shop.produce(Job("small", "letter", "calm", "us", "en", "default", "pdf"))
    (remark,) = [remark for remark in shop.remarks.values() if remark.code == "brand.no-room"]
    assert "1 Long Street" in remark.message


def test_a_name_in_a_script_without_a_font_is_one_finding(scratch) -> None:
    with pytest.raises(ContentError) as raised:
        _fits(scratch, "מרפאת רימון")
    (finding,) = raised.value.findings
    assert finding.message == 'no font here has a shape for "מ" (U+05DE), nor for 7 more of this line'
    assert str(finding.span) == "content/brands/default/_brand.yml:1:14"


def test_a_short_name_is_set_at_full_size(scratch) -> None:
    assert _fits(scratch, "Clinic")[1] == {}


def test_a_long_address_goes_on_on_the_next_line(scratch) -> None:
    """Nobody can shorten where they have their mail; both lines lead there."""
    email = "enquiries@riverside-therapy.example"
    shop, _ = _fits(scratch, "Clinic", email=email)
    ink = shop.inker("default", "letter", "calm", "us", "en").take().clinic
    at = ink.link_words.index("enquiries")
    assert ink.link_words[at + 1] == "@riverside-therapy.example"
    assert ink.links[at : at + 2] == (f"mailto:{email}",) * 2
    assert "Call" in ink.link_words[0]


def test_a_long_address_without_room_for_a_second_line_is_a_finding(scratch) -> None:
    email = "enquiries@riverside-therapy.example"
    others = {"out_of_hours": "Call 555-0101", "licence": "Licensed in Ohio"}
    with pytest.raises(DesignError) as raised:
        _fits(scratch, "Clinic", email=email, **others)
    (finding,) = raised.value.findings
    assert finding.code == "brand.too-long"
    assert str(finding.span).startswith("content/brands/default/_brand.yml:3:")
    assert "take out another line" in (finding.help or "")


def test_a_line_that_cannot_fit_is_a_finding(scratch) -> None:
    email = f"reception.of.the.very.long.clinic@{'a-very-long-name-indeed' * 3}.example.org"
    with pytest.raises(DesignError) as raised:
        _fits(scratch, "Clinic", email=email)
    assert [f.code for f in raised.value.findings] == ["brand.too-long"]
    assert email[:40] in raised.value.findings[0].message


def test_what_verify_finds_stops_the_job(monkeypatch, tmp_path) -> None:
    from bifolio import verify
    from tests.support.broken import untagged

    shop = Workshop(Library(ROOT), Store(tmp_path))
    genuine = verify.verify
    monkeypatch.setattr(verify, "verify", lambda pdf, *rest: genuine(untagged(pdf), *rest))
    with pytest.raises(ProofError) as raised:
        shop.produce(_job("harbour"))
    assert [f.code for f in raised.value.findings] == ["verify.untagged"]


def test_fingerprints_tell_parts_apart() -> None:
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
    assert fingerprint("a", b"b") == fingerprint(b"a", "b")


def test_a_folder_that_cannot_be_one_is_none(tmp_path: Path) -> None:
    assert open_folder(tmp_path / "new" / "one") == tmp_path / "new" / "one"
    (tmp_path / "file").write_text("in the way", "utf-8")
    assert open_folder(tmp_path / "file") is None
    assert open_folder(tmp_path / "file" / "below") is None
