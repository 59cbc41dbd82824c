from __future__ import annotations

from typing import Any

from bifolio.build.jobs import plan
from bifolio.content.catalogue import unknown
from bifolio.content.validation import validate
from bifolio.core.yaml_loader import parse
from bifolio.model.brand.clinic import Clinic
from bifolio.model.edition import Edition
from bifolio.model.handout import Handout
from bifolio.model.job import Job, Request
from bifolio.model.project import Plan
from tests.support.projects import HANDOUT


def _handout(kind: str) -> Handout:
    handout, _ = validate(Handout, parse(HANDOUT.replace("leaflet", kind, 1), "x"), "content")
    assert handout is not None
    return handout


LEAFLET, CARD = _handout("leaflet"), _handout("card")
_SIZE: dict[str, Any] = {"summary": "x", "trim_width_mm": 100, "trim_height_mm": 100}
EDITIONS = {
    "letter": Edition(name="Letter", **_SIZE),
    "a4": Edition(name="A4", **_SIZE),
    "wallet": Edition(name="Wallet", kinds=("card",), **_SIZE),
}


def _plan(request: Request, project: Plan, clinics: dict[str, Clinic] | None = None) -> list[Job]:
    handouts = {"one": LEAFLET, "two": CARD}
    return list(plan(request, project, handouts, clinics or {"b": Clinic()}, EDITIONS))


def test_project_decides_what_nobody_else_does() -> None:
    job, _ = _plan(Request(), Plan(region="gb", language="en", editions=("a4",), theme="calm"))
    assert (job.item, job.edition, job.region, job.language, job.brand) == ("one", "a4", "gb", "en", "b")


def test_clinic_comes_before_project_and_command_line_before_clinic() -> None:
    clinic = Clinic(region="gb", edition="a4", theme="warm")
    (job, _) = _plan(Request(), Plan(), {"b": clinic})
    assert (job.region, job.edition, job.theme) == ("gb", "a4", "warm")
    (job, _) = _plan(Request(region="us", editions=("letter",), theme="calm"), Plan(), {"b": clinic})
    assert (job.region, job.edition, job.theme) == ("us", "letter", "calm")


def test_edition_makes_only_the_kinds_it_suits() -> None:
    assert [job.item for job in _plan(Request(editions=("wallet",)), Plan())] == ["two"]


def test_brands_of_one_layout_stand_beside_each_other() -> None:
    clinics = {name: Clinic(region=region) for name, region in (("c", "us"), ("a", "gb"), ("b", "us"))}
    jobs = _plan(Request(editions=("a4",)), Plan(), clinics)
    assert [(job.item, job.region, job.brand) for job in jobs] == [
        ("one", "gb", "a"),
        ("one", "us", "b"),
        ("one", "us", "c"),
        ("two", "gb", "a"),
        ("two", "us", "b"),
        ("two", "us", "c"),
    ]


def test_what_is_named_twice_is_made_once() -> None:
    assert len(_plan(Request(editions=("a4", "a4")), Plan())) == 2


def test_path_says_what_a_file_is() -> None:
    job = Job(item="one", edition="a4", theme="calm", region="us", language="en", brand="b", format="pdf")
    assert job.path == "b/en/one.a4.pdf"
    assert "warm" in Job(**{**vars(job), "theme": "warm"}).path


def test_unknown_name_understands_the_path_of_a_file() -> None:
    finding = unknown("item", "content/handouts/one.yaml", ["one", "two"])
    assert finding.help == 'did you mean "one"?'
    assert unknown("item", "x" * 500, ["one"]).message == f'there is no item "{"x" * 59}…"'


_BOOKLET: dict[str, Any] = {
    "scheme": "saddle-stitch",
    "paper": "A4",
    "sheet_width_mm": 200,
    "sheet_height_mm": 100,
}
FORMS = {
    "a4": Edition(name="A4", instead={"booklet": "folded"}, **_SIZE),
    "folded": Edition(name="Folded", imposition=_BOOKLET, **_SIZE),
}


def _booklet(request: Request) -> list[tuple[str, bool]]:
    handouts = {"book": _handout("booklet"), "leaf": LEAFLET}
    jobs = plan(request, Plan(editions=("a4",)), handouts, {"b": Clinic()}, FORMS)
    return [(f"{job.item}.{job.edition}", job.is_imposed) for job in jobs]


def test_a_booklet_comes_as_one_with_its_sheets() -> None:
    assert _booklet(Request()) == [("book.folded", False), ("book.folded", True), ("leaf.a4", False)]


def test_who_asks_for_an_edition_by_name_gets_it() -> None:
    assert _booklet(Request(editions=("a4",))) == [("book.a4", False), ("leaf.a4", False)]


def test_sheets_have_a_name_of_their_own() -> None:
    job = Job("one", "folded", "calm", "us", "en", "b", "pdf", is_imposed=True)
    assert job.path == "b/en/one.folded.print.pdf"
    assert str(job) == "one · folded · b · print"
