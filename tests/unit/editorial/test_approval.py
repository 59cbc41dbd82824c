"""approval: a yes holds for exactly one text, and ends with the first word that changes."""

from __future__ import annotations

import datetime
import hashlib
import io

import pikepdf
import pypdfium2 as pdfium
import pytest

from bifolio.app import Project
from bifolio.core.diagnostics import BifolioError, DesignError, RequestError
from bifolio.editorial.approval import difference, wording
from bifolio.model.approval import digest_of_wording
from bifolio.model.evidence import Evidence
from bifolio.model.job import Request
from tests.support.making import html_of, wording_of
from tests.support.projects import BRAND, CITING, FACTS, HANDOUT, REGION, SOURCES, Scratch

TODAY = datetime.date(2026, 11, 23)
BY, ON = "Jo Example, clinical psychologist", "2026-11-23"


@pytest.fixture
def approved(scratch: Scratch) -> Scratch:
    scratch.write("content/handouts/small.yaml", CITING)
    Project(scratch.root).approve("small", "default", BY, ON)
    return scratch


def _state(scratch: Scratch) -> str:
    (standing,) = Project(scratch.root).approval_statuses(("small",), ("default",))
    return standing.state


def _edit(scratch: Scratch, name: str, text: str, old: str, new: str) -> None:
    assert text.count(old) == 1
    scratch.write(name, text.replace(old, new))


# -- what ends an approval, and what does not ----------------------------------------------------


def test_a_draft_becomes_approved(scratch: Scratch) -> None:
    assert _state(scratch) == "draft"
    standing = Project(scratch.root).approve("small", "default", BY, ON)
    assert str(standing) == f"small · default · us · en: approved, by {BY} on {ON}"
    assert _state(scratch) == "approved"


@pytest.mark.parametrize(
    ("name", "text", "old", "new"),
    [
        ("content/handouts/small.yaml", CITING, "One sentence.", "One sentense."),
        ("content/handouts/small.yaml", CITING, "A small leaflet", "A leaflet"),
        ("content/handouts/small.yaml", CITING, "due: 2027-11-22", "due: 2028-12-22"),
        ("content/handouts/small.yaml", CITING, "cites: [CRY-1]", "cites: []"),
        ("content/facts.yaml", FACTS, "A read fact.", "Another fact."),
        ("content/facts.yaml", FACTS, "text: A read fact.,", "text: A read fact., limits: A small study.,"),
        ("content/sources.yaml", SOURCES, "Smith 2020, J 1", "Smith 2021, J 1"),
        ("content/regions/us.yaml", REGION, "phone: 555-0199", "phone: 555-0198"),
        ("content/regions/us.yaml", REGION, "about: Any crisis", "about: A crisis"),
        ("content/regions/us.yaml", REGION, "checked_on: 2026-11-22", "checked_on: 2026-11-23"),
    ],
)
def test_a_change_of_the_words_ends_it(name: str, text: str, old: str, new: str, approved: Scratch) -> None:
    assert _state(approved) == "approved"
    _edit(approved, name, text, old, new)
    assert _state(approved) == "stale"
    (warning,) = Project(approved.root).check((), (), TODAY)
    assert (warning.code, warning.is_error) == ("approval.stale", False)
    assert str(warning.span) == "content/brands/default/approvals.yaml:3:11"


@pytest.mark.parametrize(
    ("name", "text", "old", "new"),
    [
        ("content/brands/default/_brand.yml", BRAND, "#1d5a68", "#7a2233"),
        ("content/brands/default/_brand.yml", BRAND, "202-555-0100", "202-555-0101"),
        ("content/brands/default/_brand.yml", BRAND, "Test Clinic", "Other Clinic"),
        ("content/facts.yaml", FACTS, "An unverified fact.", "A fact that nobody cites."),
        ("content/handouts/small.yaml", CITING, "kind: leaflet\n", "# A remark.\nkind: leaflet\n"),
    ],
)
def test_what_is_not_its_words_leaves_it(name: str, text: str, old: str, new: str, approved: Scratch) -> None:
    _edit(approved, name, text, old, new)
    assert _state(approved) == "approved"
    assert Project(approved.root).check((), (), TODAY) == []


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("One sentence.", "One\N{NO-BREAK SPACE}sentence.", "approved"),
        ("One sentence.", "One\nsentence.", "approved"),
        ("One sentence.", "One sen\N{SOFT HYPHEN}tence.", "approved"),
        ("One sentence.", "Our sentence.", "stale"),
        ("One sentence.", "One sentence", "stale"),
        ("555-0199", "555\N{NON-BREAKING HYPHEN}0199", "approved"),
        ("555-0199", "555-0189", "stale"),
        ("A read fact.", "A read fact", "stale"),
    ],
)
def test_another_setting_of_the_same_words_leaves_it(old, new, state, approved: Scratch) -> None:
    """An earlier version of the program kept the text as it set it then, and the yes is bound to that."""
    folder = "content/brands/default"
    kept = (approved.root / folder / "approved/small.us.en.txt").read_text("utf-8")
    record = (approved.root / folder / "approvals.yaml").read_text("utf-8")
    assert old in kept
    earlier = kept.replace(old, new)
    approved.write(f"{folder}/approved/small.us.en.txt", earlier)
    approved.write(
        f"{folder}/approvals.yaml", record.replace(digest_of_wording(kept), digest_of_wording(earlier))
    )
    assert _state(approved) == state
    (approved.root / folder / "approved/small.us.en.txt").unlink()
    assert _state(approved) == "stale"  # nobody can tell what was approved


def test_it_is_for_one_region_and_one_brand(approved: Scratch) -> None:
    approved.write("content/brands/other/_brand.yml", BRAND)
    approved.write("content/regions/gb.yaml", REGION.replace("id: us", "id: gb"))
    project = Project(approved.root)
    states = {(s.brand, s.region): s.state for s in project.approval_statuses()}
    assert states == {("default", "us"): "approved", ("other", "us"): "draft"}
    assert project.approve("small", "default", BY, ON, region="gb").region == "gb"
    assert [s.region for s in Project(approved.root).approval_statuses(brands=("default",))] == ["gb", "us"]


# -- what the page says --------------------------------------------------------------------------


def _said(scratch: Scratch, **request: str) -> tuple[str, list[str]]:
    project = Project(scratch.root)
    jobs = project.plan(Request(**request))
    (path,), warnings, *_ = project.build(jobs, None, lambda _job: None)
    document = pdfium.PdfDocument(path)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    return " ".join(text.split()), [warning.code for warning in warnings]


@pytest.mark.layout
def test_page_says_who_approved_it_and_no_longer_that_it_is_a_draft(approved: Scratch) -> None:
    text, warnings = _said(approved)
    assert f"Approved by {BY} on 23 November 2026." in text
    assert "Clinically approved" in text
    assert "Draft" not in text
    assert "approval.stale" not in warnings


@pytest.mark.layout
def test_page_says_draft_again_when_stale_and_the_build_says_why(approved: Scratch) -> None:
    _edit(approved, "content/handouts/small.yaml", CITING, "One sentence.", "Two sentences.")
    text, warnings = _said(approved)
    assert "Draft for clinical review. No clinician has approved this text yet." in text
    assert "pproved by" not in text
    assert "Clinically approved" not in text
    assert "approval.stale" in warnings


@pytest.mark.layout
def test_other_region_is_a_draft(approved: Scratch) -> None:
    approved.write("content/regions/gb.yaml", REGION.replace("id: us", "id: gb"))
    assert "Approved by" not in _said(approved, region="gb")[0]


@pytest.mark.layout
def test_screen_reader_hears_it(approved: Scratch) -> None:
    project = Project(approved.root)
    (path,), *_ = project.build(project.plan(Request()), None, lambda _job: None)
    with pikepdf.open(io.BytesIO(path.read_bytes())) as document:
        alts = {
            str(item.Alt)
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary) and "/Alt" in item
        }
    assert (
        "Approved by Jo Example, clinical psychologist on 23\N{NO-BREAK SPACE}November\N{NO-BREAK SPACE}2026."
        in alts
    )


# -- the record ----------------------------------------------------------------------------------


def test_hash_is_that_of_the_file_that_keeps_the_words(approved: Scratch) -> None:
    folder = approved.root / "content/brands/default"
    kept = (folder / "approved/small.us.en.txt").read_bytes()
    assert hashlib.sha256(kept).hexdigest() in (folder / "approvals.yaml").read_text("utf-8")
    text = kept.decode()
    assert "One sentence." in text
    assert "Any crisis" in text
    assert "[CRY-1, read] A read fact." in text
    assert "slot:" not in text


def test_a_second_yes_takes_the_place_of_the_first(approved: Scratch) -> None:
    other = Project(approved.root).approve("small", "default", "Sam Example, doctor", "2026-11-30")
    assert other.approval is not None
    (standing,) = Project(approved.root).approval_statuses()
    assert standing.approval == other.approval


def test_changes_are_told_word_by_word(approved: Scratch) -> None:
    _edit(approved, "content/handouts/small.yaml", CITING, "One sentence.", "One new sentence.")
    project = Project(approved.root)
    (standing,) = project.approval_statuses()
    told = [(change.kind, change.words) for change in project.changes(standing) if change.kind != "same"]
    assert told == [("new", "new")]
    approved.write("content/brands/default/approved/small.us.en.txt", "someone typed here")
    told = [change.kind for change in Project(approved.root).changes(standing)]
    assert told == ["new"]  # what was touched is not what was approved


@pytest.mark.parametrize(
    ("by", "on", "code"),
    [
        ("Jo Example", ON, "approval.not-signed"),
        ("Jo Example,", ON, "approval.not-signed"),
        ("", ON, "approval.not-signed"),
        ("Jo <b>Example</b>, doctor", ON, "approval.not-signed"),
        ("x, " + "y" * 90, ON, "approval.not-signed"),
        (BY, "yesterday", "approval.bad-day"),
        (BY, "2026-02-30", "approval.bad-day"),
        (BY, "2026-11-21", "approval.bad-day"),  # before the text was written
    ],
)
def test_nothing_is_guessed(by: str, on: str, code: str, scratch: Scratch) -> None:
    with pytest.raises(RequestError) as raised:
        Project(scratch.root).approve("small", "default", by, on)
    assert [finding.code for finding in raised.value.findings] == [code]
    assert not (scratch.root / "content/brands/default/approvals.yaml").exists()


def test_nothing_is_approved_on_a_day_to_come(scratch: Scratch) -> None:
    today = datetime.date.today()  # noqa: DTZ011, TID251 - an approval is given on a day
    for day in (today + datetime.timedelta(days=1), datetime.date(2099, 1, 1)):
        with pytest.raises(RequestError) as raised:
            Project(scratch.root).approve("small", "default", BY, f"{day}")
        (finding,) = raised.value.findings
        assert finding.code == "approval.bad-day"
        assert finding.message == f"{day} is in the future: today is {today}"
    assert not (scratch.root / "content/brands/default/approvals.yaml").exists()
    assert Project(scratch.root).approve("small", "default", BY, today).state == "approved"


def test_what_is_wrong_cannot_be_approved(scratch: Scratch) -> None:
    scratch.write("content/handouts/small.yaml", HANDOUT.replace("One sentence.", "One {nothing}."))
    with pytest.raises(BifolioError):
        Project(scratch.root).approve("small", "default", BY, ON)


def test_a_record_by_hand_must_be_whole(approved: Scratch) -> None:
    path = approved.root / "content/brands/default/approvals.yaml"
    approved.write("content/brands/default/approvals.yaml", path.read_text("utf-8").replace(f'"{BY}"', "Jo"))
    with pytest.raises(DesignError) as raised:
        Project(approved.root).check((), (), TODAY)
    assert [finding.code for finding in raised.value.findings] == ["brand.no-role"]


def test_an_approval_of_what_is_gone_is_told(approved: Scratch) -> None:
    (approved.root / "content/handouts/small.yaml").rename(approved.root / "content/handouts/other.yaml")
    (warning,) = Project(approved.root).check((), (), TODAY)
    assert (warning.code, warning.is_error) == ("plan.unknown-item", False)


# -- the wording ---------------------------------------------------------------------------------


def _words(body: str) -> list[str]:
    head = "<!DOCTYPE html><html><head><title>no</title><style>no { content: 'no' }</style></head><body>"
    return wording(f"{head}{body}</body></html>", (), Evidence()).splitlines()


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("<p>One <strong>two</strong>\n three.</p>", ["One two three."]),
        ("<p>One</p><p>two</p>", ["One", "two"]),
        ('<p><span class="t">Pause</span>You</p>', ["Pause", "You"]),
        ('<img alt="slot:masthead"/><img src="x" alt="A tree"/>', ["A tree"]),
        ("<svg><title>A tide</title><text>up</text></svg>", ["A tide", "up"]),
        ('<a href="https://example.org/x">there</a>', ["<https://example.org/x> there"]),
        ('<p><a href="#here">here</a></p><a href="https://slot.invalid/line-1">x</a>', ["here", "x"]),
        ("<p>a\N{NO-BREAK SPACE}b &amp; c</p>", ["a b & c"]),
    ],
)
def test_wording_is_what_stands_on_the_page(body: str, lines: list[str]) -> None:
    assert _words(body) == lines


def _wordings(item: str, repository, pipeline) -> set[str]:
    """Return what a handout says in each edition, and in each theme: the two have no say in each other."""
    looks = {
        *((edition, "calm") for edition in repository.catalogue.editions),
        *(("letter", theme) for theme in repository.catalogue.themes),
    }
    evidence, cites = repository.evidence, repository.handout(item).cites
    return {wording(html_of(pipeline, item, *look, "us", "en"), cites, evidence) for look in looks}


@pytest.mark.parametrize("item", ["tears-and-closeness", "steady-now", "why-tears-come"])
def test_looks_are_no_part_of_the_wording(item, repository, pipeline) -> None:
    """The same words in every edition and theme: an approval of one is an approval of all.

    Giant print makes lists of tables, in which the words stand in another order.
    """
    assert len({frozenset(said.split()) for said in _wordings(item, repository, pipeline)}) == 1


def test_a_form_of_a_card_says_nothing_that_was_not_approved(repository, pipeline) -> None:
    """A card comes twice on a sheet, or once, or as plain text: never with words of its own."""
    approved_words = wording_of(pipeline, "check-in-card", "harbour", "us", "en")
    for said in _wordings("check-in-card", repository, pipeline):
        assert set(said.splitlines()) <= set(approved_words.splitlines())


def test_difference_of_lines() -> None:
    told = difference("one\ntwo three\n", "one\ntwo four\n")
    assert [(change.kind, change.words) for change in told] == [
        ("same", "one\ntwo"),
        ("gone", "three"),
        ("new", "four"),
        ("same", "\n"),
    ]


def test_approvals_of_the_library_are_none(repository) -> None:
    """Nobody has approved anything here, and nothing may say otherwise."""
    assert "harbour" in repository.catalogue.brands
    assert not [
        path
        for brand in repository.catalogue.brands
        for path in repository.files.beginning(f"content/brands/{brand}/appro")
    ]
