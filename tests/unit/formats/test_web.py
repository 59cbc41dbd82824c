"""render/web: the page asks for nothing, can be filled in, and keeps nothing."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from xml.etree.ElementTree import fromstring

import pikepdf
import pytest

from bifolio.branding.nearest_shade import contrast
from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from bifolio.core.cache import Cache
from bifolio.formats.flow import paint
from bifolio.formats.paint import Paint
from bifolio.model.flow import DARK_SCREEN
from bifolio.model.job import Job
from tests.conftest import KINDS
from tests.support.making import inputs_of
from tests.support.projects import BRAND, Scratch

FIELDS = ("input", "textarea")


@pytest.fixture(scope="module", params=KINDS)
def page(request, web_pages) -> str:
    return web_pages[request.param, "harbour"].read_text("utf-8")


def test_policy_forbids_every_request_and_script(page) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src &#39;none&#39;;")
    assert "script-src" not in policy[1]
    assert "form-action &#39;none&#39;" in policy[1]
    assert "<script" not in page


def test_worksheets_have_fields_and_say_that_nothing_is_kept(web_pages, repository) -> None:
    sentence = repository.locale("en").labels["kept_here"]
    seen = set()
    for (item, _), path in web_pages.items():
        text = path.read_text("utf-8")
        has_fields = any(f"<{tag}" in text for tag in FIELDS)
        assert (sentence in text) == has_fields, item
        assert ('<form class="fill" method="dialog" autocomplete="off">' in text) == has_fields, item
        seen.add(has_fields)
    assert seen == {True, False}


def test_every_field_has_a_name_and_groups_are_apart(web_pages) -> None:
    root = fromstring(web_pages["steady-now", "harbour"].read_text("utf-8"))
    groups: dict[str, int] = {}
    for field in root.iter("input"):
        if field.get("type") == "radio":
            groups[field.get("name", "")] = groups.get(field.get("name", ""), 0) + 1
    assert sorted(groups.values()) == [11, 11], "two scales from 0 to 10"
    assert {"before", "after"} == set(groups), "named as in the PDF"
    named = [field.get("aria-label") for field in root.iter("input") if field.get("type") == "text"]
    assert named[:3] == [
        *["5\N{NO-BREAK SPACE}things you can see"] * 2,
        "4\N{NO-BREAK SPACE}things you can touch",
    ]


@pytest.mark.layout
def test_a_field_is_the_same_in_a_web_page_and_in_a_pdf(web_pages, pipeline) -> None:
    """One macro makes both: the same names in the same order."""
    for item in ("steady-now", "our-agreement"):
        pdf = pipeline.make(Job(item, "screen", "calm", "us", "en", "harbour", "pdf")).body
        page = pipeline.make(Job(item, "screen", "calm", "us", "en", "harbour", "html")).body
        with pikepdf.open(io.BytesIO(pdf)) as document:
            in_pdf = [str(field.T) for field in document.Root.AcroForm.Fields]
        shown = [f.get("name") for f in fromstring(page.decode()).iter() if f.tag in FIELDS]
        assert len(in_pdf) > 15
        assert in_pdf == list(dict.fromkeys(shown))


def test_help_can_be_tapped(web_pages) -> None:
    us = web_pages["tears-and-closeness", "harbour"].read_text("utf-8")
    gb = web_pages["tears-and-closeness", "rowan"].read_text("utf-8")
    assert 'href="tel:988"' in us
    assert 'href="sms:88788">START to 88788</a>' in us
    assert 'href="tel:116123"' in gb
    assert 'href="tel:988"' not in gb


def test_dark_screens_have_their_own_colours(page) -> None:
    at = page.index("@media screen and (prefers-color-scheme: dark)")
    by_day = dict(re.findall(r"--brand-([a-z0-9-]+): (#[0-9a-f]{6})", page[:at]))
    by_night = dict(re.findall(r"--brand-([a-z0-9-]+): (#[0-9a-f]{6})", page[at:]))
    assert contrast(by_night["ink"], by_night["paper"]) > 7
    assert contrast(by_day["ink"], by_day["paper"]) > 7
    assert by_day["paper"] != by_night["paper"]
    assert "--paper: var(--brand-paper)" in page


def test_drawings_follow_the_screen_and_have_plain_colours_for_old_readers() -> None:
    paint = Paint({"deep": "#112233", "paper": "#ffffff"}, {"deep": "#ddeeff", "paper": "#101010"})
    drawn = paint.markup('<path fill="#b1f053" stroke="#b1f050" d="M0 0"/><p>#b1f053</p>')
    assert drawn == (
        '<path fill="#112233" stroke="#ffffff" d="M0 0" '
        'style="fill: var(--brand-deep); stroke: var(--brand-paper)"/><p>#b1f053</p>'
    )


def test_pictures_in_styles_come_by_day_and_by_night() -> None:
    paint = Paint({"deep": "#112233", "paper": "#ffffff"}, {"deep": "#ddeeff", "paper": "#101010"})
    styles = paint.styles("p { }", ['.icon-x { background-image: url("data:,%23b1f053") }'])
    day, _, night = styles.partition("@media screen and (prefers-color-scheme: dark)")
    assert "%23112233" in day
    assert "%23ddeeff" in night
    assert "b1f0" not in styles


LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4" fill="{}"><rect width="4" height="4"/></svg>'
)
BOTH = 'logo: {medium: {light: {path: day.svg, alt: "A ring"}, dark: night.svg}}\n'


@pytest.mark.layout
@pytest.mark.parametrize(
    ("said", "day", "by_night"),
    [
        (BOTH, "#111111", "#eeeeee"),
        ("logo: day.svg\n", "#111111", None),  # on a ground of paper
        ("logo: day.svg\n", "currentColor", "deep"),
    ],
)
def test_a_dark_screen_shows_the_logo_for_dark_grounds(said, day, by_night, scratch: Scratch) -> None:
    scratch.write("content/brands/default/_brand.yml", BRAND + said)
    for name, colour in (("day", day), ("night", "#eeeeee")):
        scratch.write(f"content/brands/default/{name}.svg", LOGO.format(colour))
    pipeline = Pipeline(Repository(scratch.root), Cache(scratch.root / ".bifolio"))
    page = pipeline.make(Job("small", "letter", "calm", "us", "en", "default", "html")).body.decode()
    (logo,) = [image for image in fromstring(page).iter("img") if "logo" in (image.get("class") or "")]
    assert logo.get("alt")
    night = next(fromstring(page).iter("source"), None)
    if by_night is None:
        assert night is None
        assert logo.get("class") == "logo"
        return
    assert night is not None
    assert night.get("media") == DARK_SCREEN
    _, _, body = (night.get("srcset") or "").partition("base64,")
    clinic = inputs_of(pipeline, "small", brand="default").clinic
    colours = paint(clinic, pipeline.stages)
    assert f'fill="{colours.night.get(by_night, by_night)}"' in base64.b64decode(body).decode()
    book = pipeline.make(Job("small", "letter", "calm", "us", "en", "default", "epub")).body
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        text = archive.read("EPUB/handout.xhtml").decode()
        (shown,) = re.findall(r'<img class="logo" src="([^"]+)" height="48"', text)
        assert "<picture" not in text, "a book's logo brings its own light ground"
        assert b'fill="' in archive.read(f"EPUB/{shown}")
        assert base64.b64decode(body) != archive.read(f"EPUB/{shown}")


@pytest.mark.layout
def test_paper_shows_the_logo_for_light_grounds(scratch: Scratch) -> None:
    bodies = []
    for said in (BOTH, BOTH.replace(", dark: night.svg", "")):
        scratch.write("content/brands/default/_brand.yml", BRAND + said)
        for name, colour in (("day", "#111111"), ("night", "#eeeeee")):
            scratch.write(f"content/brands/default/{name}.svg", LOGO.format(colour))
        pipeline = Pipeline(Repository(scratch.root), Cache(scratch.root / ".bifolio"))
        bodies.append(pipeline.make(Job("small", "letter", "calm", "us", "en", "default", "pdf")).body)
    assert bodies[0] == bodies[1]
