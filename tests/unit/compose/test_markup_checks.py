"""markup_checks: a clinic's own part cannot contain anything unsafe or take help away, however it is written."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bifolio.branding.palette import PAPER_SENTINEL, SENTINELS
from bifolio.build.pipeline import Pipeline
from bifolio.compose.composer import Composer
from bifolio.compose.markup_checks import check_page
from bifolio.compose.page_reader import MalformedError, Required, read, without_spaces
from bifolio.content.repository import Repository
from bifolio.core.diagnostics import DesignError, Diagnostic, Source
from bifolio.model.figure import Drawing
from bifolio.model.handout import Handout
from tests.support.making import composer_of
from tests.support.samples import Sampler

pytestmark = pytest.mark.property

FOLDER = "content/brands/lark/templates"
SVG = 'xmlns="http://www.w3.org/2000/svg"'
PNG = "data:image/png;base64,iVBORw0KGgo="

HELP = {
    "help_when": {
        "title": "When to ask",
        "now": "You are in danger & alone.",
        "soon": ["It gets **worse**.", "You can't sleep."],
        "when_you_can": "You want to talk.",
        "fine": "A bad day alone is no reason to worry.",
    }
}
STOP = {"callout": {"tone": "stop", "title": "Do not go on", "text": "Not while it hurts."}}
NOTE = {"callout": {"tone": "note", "title": "A remark", "text": "It may be left out."}}


@pytest.fixture(scope="module")
def sampler(repository: Repository) -> Sampler:
    return Sampler(repository)


@pytest.fixture(scope="module")
def us(pipeline: Pipeline) -> Composer:
    plain = composer_of(pipeline, "letter", "calm", "us", "en")
    return Composer(replace(plain.design, compiled=None), plain.locale, plain.region)


@pytest.fixture(scope="module")
def handout(sampler: Sampler) -> Handout:
    section = {"section": {"title": "Later", "blocks": [HELP, {"text": "More words."}]}}
    return sampler.handout([{"text": "First words."}, STOP, NOTE, HELP, section, {"resources": {"limit": 2}}])


Compose = Callable[[Mapping[str, str]], list[str]]


@pytest.fixture(params=["print", "flow"])
def compose(
    request: pytest.FixtureRequest, us: Composer, repository: Repository, handout: Handout, pipeline: Pipeline
) -> Compose:
    """Compose the handout with parts of a clinic's own, as pages or as what flows."""
    brand = repository.brand("rowan")

    def composed(parts: Mapping[str, str]) -> list[str]:
        own = {f"parts/{name}": Source(f"{FOLDER}/parts/{name}", text) for name, text in parts.items()}
        composer = Composer(us.design, us.locale, us.region, own=replace(us.own, parts=own))
        if request.param == "print":
            return [composer.handout(handout, repository.evidence, {})]
        flowing = Composer(
            composer.design,
            composer.locale,
            composer.region,
            {**SENTINELS, "paper": PAPER_SENTINEL},
            composer.own,
        )
        copy = flowing.clinic_copy(brand, None)
        slots = flowing.slots(copy, {})
        made = [
            flowing.flow(handout, repository.evidence, {}, slots, copy, on_web=web) for web in (True, False)
        ]
        return [flow.body for flow in made]

    return composed


def _library(us: Composer, name: str, old: str = "", new: str = "") -> str:
    """Return a part of the library with one place of it changed, or the start of it."""
    text = (us.design.templates / "parts" / name).read_text("utf-8")
    assert old in text
    return text.replace(old, new, 1) if old else new + text


def _stopped(compose: Compose, parts: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    with pytest.raises(DesignError) as stopped:
        compose(parts)
    return stopped.value.findings


# -- what no part may hold -----------------------------------------------------------------------

UNSAFE = (
    ("<style>body { display: none }</style>", "<style>", 1),
    ("\n\n<p>Hello</p><style>@page { size: 1mm }</style>", "<style>", 3),
    ("{{ '<style>b{}</style>' | safe }}", "<style>", 1),
    ("{{ ('<sty' ~ 'le>' ~ 'b{}' ~ '</style>') | safe }}", "<style>", 0),
    ("{{ '<%s>b{}</%s>' | safe | format('style' | safe, 'style' | safe) }}", "<style>", 0),
    ("{% autoescape false %}{{ '<sty' }}{{ 'le>b{}</style>' }}{% endautoescape %}", "<style>", 0),
    ("{% set tag %}style{% endset %}<{{ tag }}>b{}</{{ tag }}>", "<style>", 0),
    ("<STYLE>b{}</STYLE>", "<STYLE>", 1),
    ('<h:style xmlns:h="http://www.w3.org/1999/xhtml">b{}</h:style>', "<h:style>", 1),
    ("<script>alert(1)</script>", "<script>", 1),
    ('<script src="https://example.org/a.js"></script>', "<script>", 1),
    ("<noscript><p>x</p></noscript>", "<noscript>", 1),
    ('<p onclick="alert(1)">x</p>', 'onclick="alert(1)"', 1),
    ('<p ONCLICK="alert(1)">x</p>', 'ONCLICK="alert(1)"', 1),
    (f'<img src="{PNG}" alt="x" onerror="alert(1)"/>', 'onerror="alert(1)"', 1),
    (f'<svg {SVG} onload="alert(1)"><title>x</title></svg>', 'onload="alert(1)"', 1),
    ('<form action="https://example.org"><p>x</p></form>', "<form>", 1),
    ('<input type="submit" name="x"/>', 'type="submit"', 1),
    ('<input type="image" name="x"/>', 'type="image"', 1),
    ("<button>x</button>", "<button>", 1),
    ('<iframe src="https://example.org"></iframe>', "<iframe>", 1),
    ('<object data="https://example.org/a.swf"></object>', "<object>", 1),
    ('<embed src="https://example.org/a.swf"/>', "<embed>", 1),
    ('<link rel="stylesheet" href="https://example.org/a.css"/>', "<link>", 1),
    ('<meta http-equiv="refresh" content="0;url=https://example.org"/>', "<meta>", 1),
    ('<base href="https://example.org/"/>', "<base>", 1),
    ("<video></video>", "<video>", 1),
    ('<a href="javascript:alert(1)">x</a>', 'href="javascript:alert(1)"', 1),
    ('<a href="JavaScript:alert(1)">x</a>', 'href="JavaScript:alert(1)"', 1),
    ('<a href=" javascript:alert(1)">x</a>', 'href=" javascript:alert(1)"', 1),
    ('<a href="java&#10;script:alert(1)">x</a>', 'href="java script:alert(1)"', 1),
    ('<a href="data:text/html,x">x</a>', 'href="data:text/html,x"', 1),
    ('<a href="file:///etc/hostname">x</a>', 'href="file:///etc/hostname"', 1),
    ('<a href="../../elsewhere.html">x</a>', 'href="../../elsewhere.html"', 1),
    ("{{ namespace(link='javascript:alert(1)', short='x') | citation('list') }}", 'href="javascript:', 0),
    ('<a href="tel:+15550142666">In danger: call 911</a>', 'tel:+15550142666 that says "In danger: call 911"', 1),
    ('<a href="tel:+15550142666">In danger: call <b>9</b>11</a>', 'that says "In danger: call 911"', 1),
    ('<a href="tel:+12025550100">Call us</a>', 'that says "Call us"', 1),
    ('<a href="tel:+12025550100"></a>', 'that says ""', 1),
    (f'<a href="tel:911"><img src="{PNG}" alt="911"/></a>', 'that says ""', 1),
    ('<a href="tel:988">988 or 911</a>', 'that says "988 or 911"', 1),
    ('<a href="tel:+12025550100" aria-label="Call 911">202-555-0100</a>', 'that says "202-555-0100"', 1),
    ('<a href="tel:+12025550100">202-555-OIOO</a>', 'that says "202-555-OIOO"', 1),
    ('<a href="sms:+15550142666?body=HOME">Text HOME to 741741</a>', 'that says "Text HOME to 741741"', 1),
    ("{% set n = '+15550142666' %}<a href='tel:{{ n }}'>Call 911</a>", 'that says "Call 911"', 0),
    ('<a href="https://slot.invalid/line-1">In danger: call 911</a>', 'that says "In danger: call 911"', 1),
    ('<img src="https://example.org/pixel.png" alt="x"/>', 'src="https://example.org/pixel.png"', 1),
    ('<img src="file:///etc/hostname" alt="x"/>', 'src="file:///etc/hostname"', 1),
    ('<p style="display: none">x</p>', 'style="display: none"', 1),
    ('<div style="color: #fff"><p>x</p></div>', 'style="color: #fff"', 1),
    ('<div style="left: 0%; top: 0"><p>x</p></div>', 'style="left: 0%; top: 0"', 1),
    ('<span style="background: #fff; position: fixed">x</span>', 'style="background: #fff; position: fixed"', 1),
    ('<div hidden="hidden"><p>x</p></div>', 'hidden="hidden"', 1),
    ('<div aria-hidden="true"><p>x</p></div>', 'aria-hidden="true"', 1),
    ('<div inert="inert"><p>x</p></div>', 'inert="inert"', 1),
    ("<template><p>x</p></template>", "<template>", 1),
    ("<details><p>x</p></details>", "<details>", 1),
    ("<dialog><p>x</p></dialog>", "<dialog>", 1),
    ('<font size="1">x</font>', "<font>", 1),
    ("<del>x</del>", "<del>", 1),
    ('<div class="slot"/>', "<div/>", 1),
    ("<!--><script>alert(1)</script>-->", "<!--", 1),
    ("<![CDATA[<p>x</p>]]>", "<![CDATA[", 1),
    ("<?php > <script>alert(1)</script> ?>", "<?php", 1),
    (f"<svg {SVG}><title>x</title><foreignObject><p>x</p></foreignObject></svg>", "<foreignObject>", 1),
    (f"<svg {SVG}><title>x</title><style>p {{}}</style></svg>", "<style>", 1),
    (f"<svg {SVG}><title>x</title><animate/></svg>", "<animate>", 1),
    (f"<svg {SVG}><title><p>x</p></title></svg>", "<p>", 1),
    (f'<svg {SVG}><title>x</title><use href="https://example.org/a.svg#a"/></svg>', 'href="https:', 1),
    (f'<svg {SVG}><title>x</title><path d="M0 0" fill="url(https://example.org/a)"/></svg>', 'fill="url(', 1),
    ('<textarea name="x" rows="1"><p>x</p></textarea>', "<p>", 1),
    ("<p>{{ '\\u202e' }}x</p>", "changes the direction of text", 0),
    ("<p>&#x202e;x</p>", "changes the direction of text", 0),
)  # fmt: skip
"""What stands in a part, what the finding quotes, and in which line it finds it; 0 where it cannot be found."""


@pytest.mark.parametrize(("text", "quoted", "line"), UNSAFE)
def test_a_part_holds_nothing_unsafe(
    text: str, quoted: str, line: int, compose: Compose, us: Composer
) -> None:
    parts = {
        "colophon.html.j2": _library(us, "colophon.html.j2", new=text),
        "hero.html.j2": _library(us, "hero.html.j2"),
    }
    findings = _stopped(compose, parts)
    assert [finding.code for finding in findings] == ["brand.part-unsafe"]
    (finding,) = findings
    assert quoted in finding.message
    assert finding.help
    place = f"{FOLDER}/parts/colophon.html.j2"
    if line:
        assert finding.span is not None
        assert (finding.span.source.name, finding.span.line) == (place, line)
    else:
        assert (finding.span, finding.where) == (None, place)


@pytest.mark.parametrize("text", ["<div>", "</div>", "<p>&nbsp;</p>", "<br>", "<p title=x>x</p>", "a < b", "\\x00{{ '\\x00' }}", "{{ '\\ud800' }}"])  # fmt: skip
def test_a_part_closes_what_it_opens(text: str, compose: Compose, us: Composer) -> None:
    (finding,) = _stopped(compose, {"colophon.html.j2": _library(us, "colophon.html.j2", new=text)})
    assert finding.code == "brand.part-unsafe"
    assert "not well-formed" in finding.message
    assert finding.where == f"{FOLDER}/parts/colophon.html.j2"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("</main></body><style>b{}</style><body><main>", "<style>"),
        ("</main></body><body><main>", "<body>"),
        ("</main><main><p>x</p></main></body><head></head><body><main>", "<head>"),
        ("</main></body></html><html><body><main>", "not well-formed"),
    ],
)
def test_a_part_does_not_leave_the_body_of_the_page(
    text: str, quoted: str, compose: Compose, us: Composer
) -> None:
    (finding,) = _stopped(compose, {"colophon.html.j2": _library(us, "colophon.html.j2", new=text)})
    assert finding.code == "brand.part-unsafe"
    assert quoted in finding.message or "not well-formed" in finding.message


SAFE = (
    "<p>Hello <strong>you</strong>,<br/>here &amp; now.</p>",
    '<p class="section-note" lang="de" id="ours" title="x">Gr&#252;ezi</p>',
    "<!-- a remark --><table><tr><th scope='row'>Mo</th><td colspan='2'>9 to 5</td></tr></table>",
    '<p><a href="https://example.org/a?b=1">x</a> <a href="#ours">x</a></p>',
    '<p><a href="tel:+12025550100">(202) 555-0100</a> or <a href="tel:+44-20-7946-0101">020 7946 0101</a></p>',
    '<p><a class="tel" href="tel:988">Call <strong>988</strong>, then press 1</a></p>',
    '<p><a href="sms:741741?body=HOME">Text 741741</a> <a href="tel:+12025550100;ext=12">202-555-0100 ext. 12</a></p>',
    f'<p><img src="{PNG}" alt="Our house" width="90" height="40"/></p>',
    f'<svg {SVG} viewBox="0 0 9 9" role="img"><title>x</title><rect width="9" height="9" fill="url(#a)"/></svg>',
    "{% for day in ('Mo', 'Tu') %}<p>{{ loop.index }}. {{ day | upper }}</p>{% endfor %}",
    "{{ '<script>' }} is text, and so is {{ 'style=' }}",
)


@pytest.mark.parametrize("text", SAFE)
def test_a_part_may_hold_what_reads_and_shows(text: str, compose: Compose, us: Composer) -> None:
    for page in compose({"colophon.html.j2": _library(us, "colophon.html.j2", new=text)}):
        assert "colophon" in page


# -- drawings ------------------------------------------------------------------------------------


def _draw(markup: str, composer: Composer, repository: Repository, sampler: Sampler) -> str:
    handout = sampler.handout([{"text": "Words."}, {"figure": "wave"}])
    drawing = Drawing(markup, repository.drawing("wave").words)
    return composer.handout(handout, repository.evidence, {"wave": drawing})


@pytest.mark.parametrize(
    ("inside", "quoted"),
    [
        ("<script>alert(1)</script>", "contain <script>"),
        ("{{ ('<scr' ~ 'ipt>alert(1)</script>') | safe }}", "contain <script>"),
        ("<style>p { display: none }</style>", "contain <style>"),
        ('<g onclick="alert(1)"/>', 'contain onclick="alert(1)"'),
        ('<g style="position: fixed"/>', 'contain style="position: fixed"'),
        ('<a href="javascript:alert(1)"><text>x</text></a>', "contain <a>"),
        ('<image href="https://example.org/a.png"/>', "contain <image>"),
        ("<foreignObject><p>x</p></foreignObject>", "contain <foreignObject>"),
        ("<animateTransform/>", "contain <animateTransform>"),
        ('<use href="https://example.org/a.svg#a"/>', 'contain href="https://example.org/a.svg#a"'),
        ('<path d="M0 0" fill="url(https://example.org/a)"/>', 'contain fill="url(https://example.org/a)"'),
        ("<p>x</p>", "contain <p>"),
        ("<!--><script>alert(1)</script>-->", "contain <!--"),
        ("<?x > <script>alert(1)</script> ?>", "contain <?x"),
        ("<g>", "not well-formed SVG"),
        ("</svg><svg>", "not well-formed SVG"),
    ],
)
def test_a_drawing_holds_nothing_unsafe(
    inside: str, quoted: str, us: Composer, repository: Repository, sampler: Sampler
) -> None:
    markup = f'<svg {SVG} viewBox="0 0 9 9"><title>{{{{ alt }}}}</title>{inside}</svg>'
    with pytest.raises(DesignError) as stopped:
        _draw(markup, us, repository, sampler)
    (finding,) = stopped.value.findings
    assert (finding.code, finding.where) == ("compose.drawing", "content/figures/wave.svg.j2")
    assert quoted in finding.message


@pytest.mark.parametrize(
    ("markup", "quoted"),
    [
        (f"<svg {SVG}><g/></svg>", "has no <title>"),
        ("<svg><title>x</title></svg>", "is not an <svg> with its xmlns"),
        ("<p>x</p>", "is not an <svg> with its xmlns"),
        (f'<!DOCTYPE svg [<!ENTITY a "b">]><svg {SVG}><title>&a;</title></svg>', "declares an entity"),
    ],
)
def test_a_drawing_is_one(
    markup: str, quoted: str, us: Composer, repository: Repository, sampler: Sampler
) -> None:
    with pytest.raises(DesignError) as stopped:
        _draw(markup, us, repository, sampler)
    assert quoted in str(stopped.value)


def test_a_drawing_may_begin_as_a_file_of_its_own(
    us: Composer, repository: Repository, sampler: Sampler
) -> None:
    """As programs that draw write it; on a page nothing of that is left."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">\n'
    drawn = f'<!-- Drawn by hand --><svg {SVG} viewBox="0 0 9 9"><title>{{{{ alt }}}}</title><path d="M0 0h9"/></svg>'
    page = _draw(head + drawn, us, repository, sampler)
    assert "<?xml" not in page
    assert page.count("<!DOCTYPE") == 1
    assert "M0 0h9" in page


# -- what must be said ---------------------------------------------------------------------------

SHOWN = "{{ macro.render(block, level) }}"
LEFT_OUT = 'the help block "When to ask"'

BLOCKS: tuple[tuple[str, str], ...] = (
    # The library's dispatch of blocks, with this in the place of SHOWN.
    ("{% if block.kind != 'help_when' %}{{ macro.render(block, level) }}{% endif %}", LEFT_OUT),
    ("{% if block.kind != 'callout' %}{{ macro.render(block, level) }}{% endif %}", 'the callout "Do not go on"'),
    ("{% if block.kind != 'resources' %}{{ macro.render(block, level) }}{% endif %}", "the support line "),
    ("<!-- {{ macro.render(block, level) | striptags }} -->", 'the callout "Do not go on"'),
    ("{{ '<!-- ' | safe }}{{ macro.render(block, level) | striptags }}{{ ' -->' | safe }}", 'the callout "Do not go on"'),
    ('<p title="{{ macro.render(block, level) | striptags }}"></p>', 'the callout "Do not go on"'),
    (f"<svg {SVG}><title>{{{{ macro.render(block, level) | striptags }}}}</title></svg>", 'the callout "Do'),
    (f"<svg {SVG}><text>{{{{ macro.render(block, level) | striptags }}}}</text></svg>", 'the callout "Do'),
    ('<textarea name="x">{{ macro.render(block, level) | striptags }}</textarea>', 'the callout "Do not go on"'),
    ('<div class="slot slot-foot">{{ macro.render(block, level) }}</div>', 'the callout "Do not go on"'),
    ('<div class="foot-slot">{{ macro.render(block, level) }}</div>', 'the callout "Do not go on"'),
    ('<div class="grounding-ripples">{{ macro.render(block, level) }}</div>', 'the callout "Do not go on"'),
    ('<div class="cover-plate">{{ macro.render(block, level) }}</div>', 'the callout "Do not go on"'),
    ('<p class="cover-deck">{{ macro.render(block, level) | striptags }}</p>', 'the callout "Do not go on"'),
    ('<div role="img" aria-label="A picture">{{ macro.render(block, level) }}</div>', 'the callout "Do not go'),
    ("<small><small>{{ macro.render(block, level) | striptags }}</small></small>", 'the callout "Do not go on"'),
    ('<div style="height: calc(1 * var(--write-gap))">{{ macro.render(block, level) }}</div>', 'the callout "Do'),
    ('<table class="log-table"><thead><tr><th>{{ macro.render(block, level) }}</th></tr></thead></table>', "the c"),
    ("<p>{{ macro.render(block, level) | striptags | upper }}</p>", 'the callout "Do not go on"'),
    ("{{ macro.render(block, level) | replace('danger', 'doubt') }}", LEFT_OUT),
    ("{{ macro.render(block, level) | replace('Now', 'Later') }}", LEFT_OUT),
    ("{{ macro.render(block, level) | string | truncate(300, true, '') | striptags }}", LEFT_OUT),
    ("{% if loop.index < 4 or block.kind != 'help_when' %}{{ macro.render(block, level) }}{% endif %}", LEFT_OUT),
    ("{% if level == 2 or block.kind != 'help_when' %}{{ macro.render(block, level) }}{% endif %}", LEFT_OUT),
    ("{{ macro.render(block, level) | replace('988', '900') }}", 'the support line "'),
)  # fmt: skip


@pytest.mark.parametrize(("instead", "lost"), BLOCKS)
def test_a_part_takes_no_help_away(instead: str, lost: str, compose: Compose, us: Composer) -> None:
    """Left out, said otherwise, or put where nobody sees it, one of two times or each time."""
    parts = {
        "blocks.html.j2": _library(us, "blocks.html.j2", SHOWN, instead),
        "hero.html.j2": _library(us, "hero.html.j2"),
    }
    findings = _stopped(compose, parts)
    assert {finding.code for finding in findings} <= {"compose.help-missing", "brand.part-unsafe"}
    (finding,) = (finding for finding in findings if finding.code == "compose.help-missing")
    assert lost in finding.message
    assert finding.where == f"{FOLDER}/parts/blocks.html.j2"
    assert finding.help


SIGNED = '{{ slots.slot("approval") }}'
FIRST = "{% macro blocks"

OTHERS: tuple[tuple[str, str, str, str], ...] = (
    # A part, a place in it, what stands there instead, and what is lost by it.
    ("colophon.html.j2", SIGNED, "", "who approved the text"),
    ("colophon.html.j2", SIGNED, "<p>slot:approval</p>", "who approved the text"),
    ("colophon.html.j2", SIGNED, f'<div class="slot">{SIGNED}</div>', "who approved the text"),
    ("colophon.html.j2", SIGNED, '{{ slots.slot("approval") | replace("slot-approval", "slot-qr") }}', "who approved the text"),
    ("slot.html.j2", "{% if ", '{% if name == "approval" %}{% elif ', "who approved the text"),
    ("blocks.html.j2", "{{ passage.text | t_end }}", "", 'the callout "Do not go on" and the help block "When to ask"'),
    ("blocks.html.j2", "<p{% if class %}", '<p class="evidence-version"{% if class and false %}', "the callout"),
    ("blocks.html.j2", "{{ text | t_end }}", "{{ text | t_end | replace('When', 'Why') }}", LEFT_OUT),
    ("blocks.html.j2", FIRST, "{% macro label(key) %}Later{% endmacro %}" + FIRST, LEFT_OUT),
    ("blocks.html.j2", FIRST, "{% macro reach_of(line) %}900{% endmacro %}" + FIRST, "the support line"),
    ("blocks.html.j2", FIRST, "{% macro support_lines(b) %}{% endmacro %}" + FIRST, "the support line"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "lost"), OTHERS)
def test_no_part_takes_away_what_it_has_a_hand_in(
    name: str, old: str, new: str, lost: str, compose: Compose, us: Composer
) -> None:
    (finding,) = _stopped(compose, {name: _library(us, name, old, new)})
    assert finding.code == "compose.help-missing"
    assert lost in finding.message
    assert finding.where == f"{FOLDER}/parts/{name}"


def test_on_paper_the_foot_of_each_page_stays(us: Composer, repository: Repository, handout: Handout) -> None:
    text = _library(us, "slot.html.j2", "{% if ", '{% if name == "foot" %}{% elif ')
    own = {"parts/slot.html.j2": Source(f"{FOLDER}/parts/slot.html.j2", text)}
    composer = Composer(us.design, us.locale, us.region, own=replace(us.own, parts=own))
    with pytest.raises(DesignError, match="the foot of each page"):
        composer.handout(handout, repository.evidence, {})


def test_a_link_that_dials_another_number_is_no_support_line(us: Composer, compose: Compose) -> None:
    """What flows links its numbers; the words alone would be the same."""
    wrong = "{{ macro.render(block, level) | replace('tel:' | safe, 'tel:900' | safe) }}"
    parts = {"blocks.html.j2": _library(us, "blocks.html.j2", SHOWN, wrong)}
    if 'href="tel:' not in compose({})[0]:
        assert compose(parts) == compose({})
        return
    findings = _stopped(compose, parts)
    assert {finding.code for finding in findings} == {"brand.part-unsafe"}
    assert all("a link to tel:900" in finding.message for finding in findings)


def test_a_part_may_put_help_in_plain_boxes_and_words_of_its_own_between(
    compose: Compose, us: Composer
) -> None:
    around = "<div><section><p>Read this.</p>{{ macro.render(block, level) }}</section></div>"
    for page in compose({"blocks.html.j2": _library(us, "blocks.html.j2", SHOWN, around)}):
        assert page.count("Read this.") == 8
    louder = _library(us, "blocks.html.j2", "{{ text | t_end }}", "<em>{{ text | t_end }}!</em>")
    assert all("ask!</em>" in page for page in compose({"blocks.html.j2": louder}))


def test_each_copy_of_a_card_says_it(repository: Repository, sampler: Sampler, us: Composer) -> None:
    card = sampler.handout([STOP, "page_break", {"resources": {"limit": 1}}], kind="card")
    text = _library(us, "card.html.j2", "{{ parts.blocks(faces[1], 4) }}", "{{ parts.blocks(faces[1], 4) if use == 'card_first' }}")  # fmt: skip
    own = {"parts/card.html.j2": Source(f"{FOLDER}/parts/card.html.j2", text)}
    composer = Composer(us.design, us.locale, us.region, own=replace(us.own, parts=own))
    with pytest.raises(DesignError, match="the support line"):
        composer.handout(card, repository.evidence, {})


def test_parts_that_are_only_wrong_together_are_found(us: Composer, compose: Compose) -> None:
    parts = {
        "slot.html.j2": _library(us, "slot.html.j2") + "{% macro ours() %}<style>b{}</style>{% endmacro %}",
        "colophon.html.j2": _library(us, "colophon.html.j2") + "{{ slots.ours() }}",
    }
    (finding,) = _stopped(compose, parts)
    assert (finding.code, finding.where) == ("brand.part-unsafe", f"{FOLDER}/parts")


def test_the_library_itself_is_held_to_it(
    us: Composer, repository: Repository, handout: Handout, tmp_path: Path
) -> None:
    """A template of a project that leaves help out is refused, too."""
    folder = tmp_path / "templates"
    shutil.copytree(us.design.templates, folder)
    block = folder / "blocks/help_when.html.j2"
    plain = block.read_text("utf-8")
    for lost in ("{{ parts.paragraphs(passages) }}", '{{ label("help_" ~ urgency) }}'):
        assert lost in plain
        block.write_text(plain.replace(lost, ""), "utf-8")
        composer = Composer(replace(us.design, templates=folder), us.locale, us.region)
        with pytest.raises(DesignError) as stopped:
            composer.handout(handout, repository.evidence, {})
        (finding,) = stopped.value.findings
        assert (finding.code, finding.where) == ("compose.help-missing", "templates/leaflet.html.j2")


def test_every_form_of_every_handout_says_what_it_must(repository: Repository, pipeline: Pipeline) -> None:
    """Held by composing each in two editions; a page that is not refused says all of it."""
    for edition, item in itertools.product(("letter", "wallet-a4"), repository.catalogue.known("item")):
        handout = repository.handout(item)
        if repository.edition(edition).suits(handout.kind):
            drawings = {name: repository.drawing(name) for name in handout.figures}
            assert composer_of(pipeline, edition, "calm", "us", "en").handout(
                handout, repository.evidence, drawings
            )


# -- reading -------------------------------------------------------------------------------------


def _required(*words: str) -> Required:
    return Required("it", tuple(map(without_spaces, words)))


def test_words_are_found_however_they_are_set_and_in_their_order() -> None:
    page = (
        "<body><p>Call <b>9</b>11\N{NO-BREAK SPACE}now.</p><p>Or &amp; walk.</p><p>Call 911 now.</p></body>"
    )
    sheet = read(page)
    assert sheet.count(_required("Call 911", "now.")) == 2
    assert sheet.count(_required("Or & walk.", "Call")) == 1
    assert sheet.count(_required("Or & walk.", "Or")) == 0
    assert not check_page(page, [_required("Call 911 now.")] * 2)
    assert check_page(page, [_required("Call 911 now.")] * 3).missing == (_required("Call 911 now."),)


@pytest.mark.parametrize("strictly", [False, True])
def test_words_that_no_page_shows_are_not_found(*, strictly: bool) -> None:
    head = "<head><title>Call.</title><style>Call.</style></head>"
    drawn = f"<svg {SVG}><title>Call.</title><text>Call.</text></svg><textarea>Call.</textarea>"
    page = (
        f'<html>{head}<body class="Call."><!-- Call. --><img alt="Call." src="Call."/>{drawn}</body></html>'
    )
    assert read(page, strictly=strictly).count(_required("Call.")) == 0
    assert read(page.replace("<svg", "<p>Call.</p><svg"), strictly=strictly).count(_required("Call.")) == 1


def test_what_is_read_strictly_may_stand_in_no_other_boxes() -> None:
    usual = read('<body><div class="help"><p>Call.</p></div></body>', strictly=True)
    for page, is_there in (
        ('<body><div class="help"><p>Call.</p></div></body>', True),
        ('<body><div id="x" class="help"><section><p>Call.</p></section></div></body>', True),
        ('<body><div class="slot"><p>Call.</p></div><div class="help"><p>Call.</p></div></body>', True),
        ('<body><div class="slot"><div class="help"><p>Call.</p></div></div></body>', False),
        ('<body><div class="help" data-fit="2"><p>Call.</p></div></body>', False),
        ('<body><div class="help"><p>Ca</p><p class="slot">ll.</p></div></body>', False),
    ):
        assert bool(check_page(page, [_required("Call.")], usual).missing) is not is_there, page


@pytest.mark.parametrize(
    "page", ["<p>", "<p>&nbsp;</p>", "x", "", '<!DOCTYPE p [<!ENTITY a "b">]><p>&a;</p>']
)
def test_what_is_not_well_formed_is_not_read(page: str) -> None:
    with pytest.raises(MalformedError):
        read(page)
