"""compose: words of a stranger stay words, and what is missing stops the build."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment

from bifolio.branding.palette import SENTINELS
from bifolio.build.pipeline import Pipeline
from bifolio.compose.composer import Composer
from bifolio.compose.design import Design
from bifolio.compose.environment import CompiledTemplates
from bifolio.compose.slots import slot_url
from bifolio.compose.typography import plain
from bifolio.content.repository import Repository
from bifolio.core.diagnostics import DesignError
from bifolio.model.plate import CLINIC_NAME, LINES, SLOTS
from tests.support import markup, samples
from tests.support.making import composer_of
from tests.support.samples import Sampler

KINDS_OF_HANDOUT = ("leaflet", "worksheet", "guide", "notes", "booklet", "card")


@pytest.fixture(scope="module")
def sampler(repository: Repository) -> Sampler:
    return Sampler(repository)


@pytest.fixture(scope="module")
def us(pipeline: Pipeline) -> Composer:
    return composer_of(pipeline, "letter", "calm", "us", "en")


@pytest.fixture(scope="module")
def gb(pipeline: Pipeline) -> Composer:
    return composer_of(pipeline, "letter", "calm", "gb", "en")


@pytest.fixture
def own_templates(us: Composer, tmp_path: Path) -> Callable[[str, str], Composer]:
    """A composer with one template of its own in the place of the project's."""
    folder = tmp_path / "templates"
    shutil.copytree(us.design.templates, folder)

    def composer(name: str, text: str) -> Composer:
        (folder / name).write_text(text, "utf-8")
        return Composer(replace(us.design, templates=folder), us.locale, us.region)

    return composer


def _text(html: str) -> str:
    body = markup.parse(html).find("body")
    assert body is not None
    return " ".join("".join(body.itertext()).replace("\N{NO-BREAK SPACE}", " ").split())


def _codes(stopped: pytest.ExceptionInfo[DesignError]) -> set[str]:
    return {finding.code for finding in stopped.value.findings}


# -- strangers -----------------------------------------------------------------------------------

TRICKS = (
    "{{ 7 * 7 }}",
    "{% for x in (1, 2) %}x{% endfor %}",
    "{# gone #}",
    "{{ ''.__class__.__mro__ }}",
    "Tom & Jerry < 3 > 2",
    "]]> --> &amp;",
)


@pytest.mark.parametrize("trick", TRICKS)
def test_content_stays_text(trick: str, sampler: Sampler, us: Composer) -> None:
    body: list[Any] = [
        {"text": {"title": trick, "paragraphs": trick}},
        {"scale": dict.fromkeys(("label", "low", "high"), trick)},
    ]
    text = _text(sampler.compose(sampler.handout(body, title=trick, summary=trick), us))
    assert (
        text.count(plain(trick).replace("\N{NO-BREAK SPACE}", " ")) == 7
    )  # title, summary, head, paragraph, label, low, high


# -- what is missing -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        "{{ block.no_such_field }}",
        "{{ nobody }}",
        "{{ label('no_such_label') }}",
        "{{ block.lines / 0 }}",
        "{% if %}",
    ],
)
def test_a_wrong_template_is_a_finding_with_its_place(
    wrong: str, own_templates: Callable[[str, str], Composer], sampler: Sampler
) -> None:
    composer = own_templates(
        "blocks/write_in.html.j2",
        f"{{# Wrong. #}}\n{{% macro render(block, level) %}}\n{wrong}\n{{% endmacro %}}",
    )
    with pytest.raises(DesignError) as stopped:
        sampler.compose(sampler.handout(["write_in"]), composer)
    (finding,) = stopped.value.findings
    assert finding.code == "compose.template"
    assert re.fullmatch(r"templates/(blocks/)?write_in\.html\.j2:3", finding.where or "")


def test_a_missing_icon_is_a_finding(sampler: Sampler, us: Composer) -> None:
    sense = {"count": 1, "label": "thing", "icon": "no-such-icon"}
    with pytest.raises(DesignError) as stopped:
        sampler.compose(sampler.handout([{"grounding": {"senses": [sense, sense]}}]), us)
    assert _codes(stopped) == {"compose.missing-icon"}


def test_a_missing_stylesheet_is_a_finding(us: Composer, sampler: Sampler, tmp_path: Path) -> None:
    shutil.copytree(us.design.styles, tmp_path / "styles")
    (tmp_path / "styles" / "components" / "text.css").unlink()
    composer = Composer(replace(us.design, styles=tmp_path / "styles"), us.locale, us.region)
    with pytest.raises(DesignError) as stopped:
        sampler.compose(sampler.handout([{"text": "Words."}]), composer)
    assert _codes(stopped) == {"compose.missing-style"}


# -- what is compiled ----------------------------------------------------------------------------


def test_a_template_is_compiled_once_for_all_composers(
    us: Composer,
    own_templates: Callable[[str, str], Composer],
    sampler: Sampler,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those of figures too; a changed one is another, few are kept, and a folder keeps them for other processes."""
    compiled: list[str] = []
    plain = Environment.compile

    def compile_(environment: Environment, source: str, name: str, *more: Any) -> Any:
        compiled.append(name)
        return plain(environment, source, name, *more)

    monkeypatch.setattr(Environment, "compile", compile_)
    monkeypatch.setattr(CompiledTemplates, "_codes", {})
    handout = sampler.handout([{"figure": "reasons"}, {"text": "Words."}])
    name = "blocks/text.html.j2"

    def wanted(composer: Composer, compiled_at: Path | None = None) -> set[str]:
        compiled.clear()
        design = replace(composer.design, compiled=compiled_at)
        sampler.compose(handout, Composer(design, composer.locale, composer.region))
        assert len(compiled) == len(set(compiled))
        return set(compiled)

    kept_at = tmp_path / "kept"
    assert wanted(us, kept_at) >= {name, "content/figures/reasons.svg.j2"}
    assert wanted(us) == wanted(Composer(us.design, us.locale, us.region)) == set()
    text = (us.design.templates / name).read_text("utf-8")
    assert name in wanted(own_templates(name, f"{text}\n"))
    assert wanted(own_templates(name, f"{text}\n\n")) == {name}
    CompiledTemplates._codes.clear()
    assert wanted(us, kept_at) == set()
    assert CompiledTemplates._codes, "what was found in the folder is known from then on"
    monkeypatch.setattr("bifolio.compose.environment.MAX_COMPILED", 3)
    CompiledTemplates._codes.clear()
    assert wanted(us)
    assert len(CompiledTemplates._codes) <= 3


# -- words ---------------------------------------------------------------------------------------


def test_words_of_the_region_are_filled_in(sampler: Sampler, us: Composer, gb: Composer) -> None:
    handout = sampler.handout(
        [
            {"text": "Call {emergency} in the {region}, or ask a {doctor}."},
            {"callout": {"title": "A {doctor}", "text": "Not a {nobody}."}},
            {"help_when": "default"},
            "resources",
        ],
        title="When to call {emergency}",
    )
    american, british = _text(sampler.compose(handout, us)), _text(sampler.compose(handout, gb))
    assert "Call 911 in the United States, or ask a doctor." in american
    assert "Call 999 in the United Kingdom, or ask a GP." in british
    assert ("When to call 911" in american, "When to call 999" in british) == (True, True)
    assert ("A doctor Not a {nobody}." in american, "A GP Not a {nobody}." in british) == (True, True)
    assert ("988" in american, "116 123" in american) == (True, False)
    assert ("988" in british, "116 123" in british) == (False, True)


def test_a_list_of_services_is_reached_by_its_address(sampler: Sampler, pipeline: Pipeline) -> None:
    handout = sampler.handout([{"text": "Words."}, {"resources": {"lines": ["find-a-helpline"]}}])
    said = _text(sampler.compose(handout, composer_of(pipeline, "letter", "calm", "ca", "en")))
    assert "Find a Helpline A list of helplines findahelpline.com" in said


def test_the_page_says_its_language_title_and_summary(sampler: Sampler, us: Composer, gb: Composer) -> None:
    handout = sampler.handout([{"text": "Words."}], title='**A** "title"', summary="One sentence.")
    for composer, language in ((us, "en-US"), (gb, "en-GB")):
        page = markup.parse(sampler.compose(handout, composer))
        assert page.get("lang") == language
        assert page.findtext("head/title") == "A “title”"
        assert page.find("head/meta[@name='description']").attrib["content"] == "One sentence."


def test_only_notes_show_the_numbers_of_sources(sampler: Sampler, us: Composer) -> None:
    body: list[Any] = [
        {"text": {"paragraphs": "A fact.", "cites": ["CRY-5"]}},
        {"key_points": [{"text": "Two.", "cites": ["CRY-3", "CRY-5"]}]},
        {"log_table": {"columns": ["A", "B"], "blank": 1, "cites": ["CRY-3"]}},
        "references",
    ]
    for kind in ("leaflet", "notes"):
        html = sampler.compose(sampler.handout(body, kind=kind), us)
        marks = [mark.text for mark in markup.parse(html).findall(".//span[@class='cite']")]
        assert marks == ([" [2]", " [1, 2]", " [1]"] if kind == "notes" else [])


# -- structure -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS_OF_HANDOUT)
def test_every_kind_of_handout_holds_every_block(kind: str, sampler: Sampler, us: Composer) -> None:
    """As well-formed XML, with one h1 and no level of heading left out on the way down."""
    inner = [
        b for name in samples.kinds() if name not in ("section", "page_break") for b in samples.read(name)
    ]
    body = [*inner, {"section": {"title": "Inside", "blocks": inner}}]
    if kind != "card":  # it shows every block twice, and nothing links into it
        body += samples.read("section")
    page = markup.parse(sampler.compose(sampler.handout(body, kind=kind), us))
    levels = [int(element.tag[1]) for element in page.iter() if re.fullmatch("h[1-6]", element.tag)]
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    targets = {a.attrib["href"][1:] for a in page.iter("a") if a.attrib["href"].startswith("#")}
    assert targets <= set(ids)


def test_styles_are_those_of_the_blocks_in_use(sampler: Sampler, us: Composer) -> None:
    html = sampler.compose(sampler.handout([{"callout": "Words."}]), us)
    assert ".callout-sign" in html
    assert ".myth-card" not in html
    assert "/*" not in html.partition("<style>")[2].partition("</style>")[0]


def test_same_handout_same_galley(sampler: Sampler, us: Composer) -> None:
    handout = sampler.handout([block for name in samples.kinds() for block in samples.read(name)])
    assert sampler.compose(handout, us) == sampler.compose(handout, us)


# -- slots and colours ---------------------------------------------------------------------------


def test_placeholders_are_each_their_own() -> None:
    assert len({slot_url(slot) for slot in SLOTS}) == len(SLOTS)
    assert all(slot_url(slot).startswith("data:image/png;base64,") for slot in SLOTS)


def test_a_plate_knows_no_clinic(sampler: Sampler, us: Composer) -> None:
    html = sampler.compose(sampler.handout(samples.read("resources")), us)
    page = markup.parse(html)
    pictures = {image.attrib["alt"] for image in page.iter("img")}
    lines = {f"slot:line-{number}" for number in range(1, LINES + 1)}
    assert {"slot:masthead", "slot:foot", "slot:clinic", "slot:qr", "slot:approval"} | lines == pictures
    assert page.find("head/meta[@name='author']").attrib["content"] == CLINIC_NAME


def test_a_plate_is_painted_in_sentinels_and_a_page_in_the_palette(sampler: Sampler, us: Composer) -> None:
    handout = sampler.handout([*samples.read("figure"), *samples.read("callout"), *samples.read("scale")])
    plate = sampler.compose(handout, us)
    palette = {role: f"#{number:06x}" for number, role in enumerate(SENTINELS, 0x123400)}
    page = sampler.compose(handout, Composer(us.design, us.locale, us.region, palette))
    for role in ("deep", "help", "mid", "soft", "shade"):  # as tokens, and in drawings and icons
        assert SENTINELS[role] in plate.casefold()
        assert palette[role] in page
        assert SENTINELS[role] not in page.casefold()


def test_a_theme_reaches_drawings(sampler: Sampler, us: Composer, tmp_path: Path) -> None:
    shutil.copytree(us.design.styles, tmp_path / "styles")
    (tmp_path / "styles" / "themes" / "plain.css").write_text(
        "/* Plain. */\n:root { --soft: #fff; --shade: var(--brand-wash); }\n", "utf-8"
    )
    design = replace(us.design, styles=tmp_path / "styles", theme="plain")
    assert isinstance(design, Design)
    figure = sampler.compose(sampler.handout([{"figure": "reasons"}]), Composer(design, us.locale, us.region))
    svg = figure.partition("<figure")[2]
    assert SENTINELS["soft"] not in svg
    assert SENTINELS["shade"] not in svg
    assert SENTINELS["wash"] in svg
