"""The room of a clinic: how many lines its panel has, how they are wrapped, and that nothing around them moves."""

from __future__ import annotations

import pypdfium2
import pytest

from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from bifolio.core.cache import Cache
from bifolio.core.diagnostics import DesignError
from bifolio.layout.ink import Ink
from bifolio.model.plate import LINES, MAX_LINES, PANELS, Room
from tests.conftest import ROOT
from tests.support.making import inker_of, inputs_of, job_of
from tests.support.projects import COMPLETE, Scratch

pytestmark = pytest.mark.layout

TWO_SITES = """\
meta: {name: Two Sites Counselling, link: "https://two.example.org"}
color: {primary: "#7c3aed"}
defaults:
  bifolio:
    region: gb
    address: ["North: 1 Row Lane, Leeds LS1 1AA · 020 7946 0101", "South: 22 Mill Street, York YO1 9AA · 020 7946 0202"]
    phone: ["020 7946 0101", "020 7946 0202"]
"""

EMAIL_27 = """\
meta: {name: Northside Counselling, link: "https://northside.example"}
defaults: {bifolio: {region: gb, phone: 020 7946 0321, email: reception@northsid.example, address: [1 Row Lane, London NW1 1AA], hours: "Mon–Fri 9–5"}}
"""

LONG_TRUST = """\
meta:
  name: The Northern Vale, Moor and Coast NHS Foundation Trust – Community Perinatal Mental Health Team
  link: https://www.northern-vale.example.org/services/
defaults:
  bifolio:
    region: gb
    address: ["Old Mill Hospital, Orchard Road, Westerby, Newham upon Vale NV3 3XT", "Also: Hope Park, Waterside Road, Easterby NV2 0NB"]
    phone: "020 7946 0800"
    email: referrals@northern-vale.example.org
    hours: "Mon–Thu 9–5, Fri 9–4:30"
    complaints: "Complaints: pals@northern-vale.example.org"
    footer: Registered office at Old Mill Hospital
"""


@pytest.fixture
def pipeline(scratch: Scratch) -> Pipeline:
    scratch.write("content/handouts/small.yaml", COMPLETE)
    scratch.write("content/regions/gb.yaml", (ROOT / "content" / "regions" / "gb.yaml").read_text("utf-8"))
    for name, text in {"two": TWO_SITES, "email": EMAIL_27, "long": LONG_TRUST}.items():
        scratch.write(f"content/brands/{name}/_brand.yml", text)
    return Pipeline(Repository(scratch.root), Cache(scratch.root / ".bifolio"))


def _ink(pipeline: Pipeline, brand: str, edition: str = "letter") -> Ink:
    return inker_of(pipeline, brand, edition, "calm", "gb", "en").clinic


def _lines(ink: Ink) -> list[str]:
    return [words for number in range(1, MAX_LINES + 1) if (words := ink.alts[f"line-{number}"])]


def test_an_email_address_of_27_letters_is_printed(pipeline: Pipeline) -> None:
    """Three more lines leave no room for a second one, so all four are set small."""
    ink = _ink(pipeline, "email")
    assert "reception@northsid.example" in _lines(ink)
    assert "mailto:reception@northsid.example" in ink.links
    assert len(_lines(ink)) == 4


def test_each_site_is_a_line_that_calls_it(pipeline: Pipeline) -> None:
    ink = _ink(pipeline, "two")
    assert ink.alts["clinic"] == "Two Sites Counselling"
    assert " ".join(_lines(ink)).startswith(
        "North: 1 Row Lane, Leeds LS1 1AA · 020 7946 0101 South: 22 Mill Street"
    )
    linked = dict.fromkeys(link for link in ink.links if link)
    assert list(linked) == ["tel:+442079460101", "tel:+442079460202", "https://two.example.org"]


@pytest.mark.parametrize(
    "edition", ["letter", "a5", "trifold-a4", "booklet-a4", "n-up-4-letter", "giant-print-a4"]
)
def test_all_that_a_long_trust_says_is_printed(edition: str, pipeline: Pipeline) -> None:
    ink = _ink(pipeline, "long", edition)
    said = " ".join(_lines(ink))
    for words in ("Old Mill Hospital, Orchard Road", "Also: Hope Park", "Call 020 7946 0800", "Fri 9–4:30"):
        assert words in said
    assert "referrals@northern-vale.example.org" in said.replace(" ", "")
    assert ink.alts["small-print"] == "Complaints: pals@northern-vale.example.org."
    assert ink.alts["footer"] == "Registered office at Old Mill Hospital"


def test_six_small_lines_move_nothing_around_the_panel(pipeline: Pipeline) -> None:
    layout = inputs_of(pipeline, "small", brand="two", region="gb").layout
    usual, six, more = (
        _letters(pipeline.stages.layouts.plate(pipeline.stages.compose(layout, room), "small").take().pdf)
        for room in (Room(), Room(6), Room(8))
    )
    assert usual == six
    assert usual != more, "the plate of a larger panel has less room for the rest"


def _letters(pdf: bytes) -> list[tuple[int, str, tuple[float, ...]]]:
    """Return each letter of a plate and its place. What the clinic says is none of them."""
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(pdf)):
        text = page.get_textpage()
        found += [
            (number, text.get_text_range(at, 1), tuple(round(edge, 1) for edge in text.get_charbox(at)))
            for at in range(text.count_chars())
        ]
    return found


def test_rooms_go_up_from_the_usual_one() -> None:
    assert PANELS[0] == LINES == Room().lines
    assert list(PANELS) == sorted(set(PANELS))
    assert PANELS[-1] == MAX_LINES


def test_screens_have_the_whole_address_and_may_wrap_it(pipeline: Pipeline) -> None:
    page = pipeline.make(job_of(pipeline, "small", brand="long", region="gb", format="html")).body.decode()
    assert 'href="mailto:referrals@northern-vale.example.org"' in page
    assert "referrals<wbr/>@northern<wbr/>-vale<wbr/>.example<wbr/>.org" in page
    assert "Registered office at Old Mill Hospital" in page
    assert "Complaints: pals" in page


def test_a_part_of_the_clinic_may_not_leave_the_small_print_out(pipeline: Pipeline, scratch: Scratch) -> None:
    part = (ROOT / "templates" / "parts" / "colophon.html.j2").read_text("utf-8")
    line = '{% if clinic.room.small_print %}{{ slots.slot("small-print") }}{% endif %}'
    assert line in part
    scratch.write("content/brands/long/templates/parts/colophon.html.j2", part.replace(line, ""))
    fresh = Pipeline(Repository(scratch.root), Cache(scratch.root / ".bifolio"))
    with pytest.raises(DesignError) as raised:
        fresh.make(job_of(fresh, "small", brand="long", region="gb"))
    assert "the small print of the clinic" in raised.value.findings[0].message
