from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from bifolio.content.error_texts import DESCRIBERS, PHRASES
from bifolio.content.validation import (
    cited_facts,
    named_pictures,
    region_words,
    safety_sentences,
    sections,
    shared_blocks,
    unused_keys,
    validate,
    with_sentences,
)
from bifolio.core.diagnostics import Diagnostic, Severity
from bifolio.core.source_tree import SourceTree
from bifolio.core.yaml_loader import parse
from bifolio.model.brand import Brand
from bifolio.model.edition import Edition
from bifolio.model.evidence import Evidence, Facts, Sources
from bifolio.model.figure import FigureWords
from bifolio.model.handout import Handout
from bifolio.model.house_words import HouseWords
from bifolio.model.locale import Locale
from bifolio.model.project import Plan
from bifolio.model.region import Region
from tests.conftest import ROOT
from tests.support.projects import BRAND, FACTS, HANDOUT, REGION, SOURCES

MODELS = sorted((ROOT / "bifolio" / "model").rglob("*.py"))


def _handout(body: str) -> SourceTree:
    head, _, tail = HANDOUT.partition("  - text: One sentence.\n")
    lines = "".join(f"  {line}\n" for line in body.splitlines())
    return parse(f"{head}{lines}{tail}", "x.yaml")


def _faults(tree: SourceTree, cls: type[BaseModel] = Handout, subject: str = "content") -> list[Diagnostic]:
    model, findings = validate(cls, tree, subject)
    assert (model is None) == bool(findings)
    return findings


def _codes(findings: Any) -> list[str]:
    return [finding.code for finding in findings]


SHARED = parse(
    """\
safety:
  neck: {text: Get checked today., cites: [KINK-15], find: neck}
  fear: {text: You are afraid., when: soon}
help_when: {now: {safety: neck}, soon: {safety: fear}, when_you_can: You wonder.}
""",
    "defaults.yaml",
)


def test_a_sentence_stands_where_its_name_stood() -> None:
    sentences, findings = safety_sentences(SHARED)
    assert not findings
    written = _handout(
        """\
- help_when: {now: [{safety: neck}, Call.], soon: {safety: fear}, when_you_can: You wonder.}
- callout: {tone: stop, safety: neck, cites: [HELP-2]}
- decision_flow: {alt: A, questions: [{ask: B?, exits: [{answer: "No.", safety: fear}], onward: C}], end: D}"""
    )
    tree, lost = with_sentences(written, sentences)
    assert not lost
    handout, findings = validate(Handout, tree, "content")
    assert handout is not None, findings
    panel, callout, flow = handout.body
    assert [(said.text, said.cites) for said in panel.now] == [
        ("Get checked today.", ("KINK-15",)),
        ("Call.", ()),
    ]
    assert [said.text for said in panel.soon] == ["You are afraid."]
    assert ([said.text for said in callout.text], callout.cites) == (
        ["Get checked today."],
        ("KINK-15", "HELP-2"),
    )
    assert flow.questions[0].exits[0].text == "You are afraid."
    where = tree.span(("body", 0, "help_when", "now", 0, "text"))
    assert written.source.line(where.line)[where.column - 1 :].startswith("{safety: neck}")


def test_shared_blocks_may_name_sentences() -> None:
    sentences, _ = safety_sentences(SHARED)
    tree, lost = with_sentences(SHARED, sentences)
    assert not lost
    assert shared_blocks(tree) == []
    assert tree.value["help_when"]["now"]["text"] == "Get checked today."


def test_a_sentence_that_is_not_there_is_told_once() -> None:
    sentences, _ = safety_sentences(SHARED)
    tree, (finding,) = with_sentences(_handout("- text: [{safety: nekc}]"), sentences)
    assert (finding.code, finding.help) == ("content.unknown-sentence", 'did you mean "neck"?')
    assert _faults(tree) == []


def test_a_text_beside_a_sentence_is_refused() -> None:
    sentences, _ = safety_sentences(SHARED)
    tree, (finding,) = with_sentences(_handout("- callout: {safety: neck, text: Otherwise.}"), sentences)
    assert finding.code == "content.two-texts"
    assert _faults(tree) == []


def test_sound_handout_has_no_findings() -> None:
    handout, findings = validate(Handout, parse(HANDOUT, "x.yaml"), "content")
    assert not findings
    assert handout is not None
    assert handout.title == "A small leaflet"


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "words\n", "12\n"])
def test_file_that_holds_no_keys(text: str) -> None:
    (finding,) = _faults(parse(text, "x.yaml"))
    assert finding.code == "content.empty-file"


def test_all_faults_come_at_once() -> None:
    text = "kind: leaflat\ntitle: 5\naudience: [clients, partner]\nbody:\n  - calout: x\n  - bullets: []\n"
    assert _codes(_faults(parse(text, "x.yaml"))) == [
        "content.bad-value",
        "content.wrong-type",
        "content.missing-key",
        "content.bad-value",
        "content.unknown-block",
        "content.empty",
        "content.missing-key",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "- bullets: [{text: 5}]",  # the list is too short, too, as its only item is faulty
        "- section: {titel: A, blocks: [text: a]}",  # the title is missing, too
        "- log_table: {columns: [A, 5], rows: [[a, b]]}",
        "- log_table: {columns: [A, B], rows: [[a, 5]]}",
        "- help_when: {now: a, soon: [5], when_you_can: c}",
        "- callout: {tone: loud, text: a}",
        "- two_column: {left: {title: A, items: [a]}, rigth: {title: B, items: [b]}}",
        "- steps: [{title: a, text: b, cites: CRY-1}]",
        "- glossary: [{term: a, meaning: b, cites: [cry-1]}]",
    ],
)
def test_one_fault_is_told_once(body: str) -> None:
    assert len(_faults(_handout(body))) == 1


def test_messages_name_no_python() -> None:
    body = "- bullets: [true]\n- log_table: {columns: [1, [2]], rows: [[{a: b}, 3]]}\n- text: {paragraphs: {a: b}}"
    for finding in _faults(_handout(body)):
        said = f"{finding.message} {finding.help or ''}"
        for word in ("constrained", "function", "Passage", "literal", "None", "tuple", "dict", "str"):
            assert word not in said


def test_long_values_are_cut() -> None:
    finding = _faults(_handout(f"- {'x' * 900}: a"))[0]
    assert len(finding.message) < 120


def test_every_type_of_error_that_models_can_give_has_words() -> None:
    """Ask pydantic itself for the errors of its schema's types, and ours for the ones we raise."""
    raised: set[str] = set()
    wrong: tuple[Any, ...] = (
        None,
        True,
        5,
        5.5,
        "x",
        "",
        "x" * 5000,
        [],
        [None],
        {},
        {"x": None},
        [[]],
        "5.5",
        -1,
        9e9,
    )
    models = (Handout, Brand, Region, Edition, Facts, Sources, FigureWords, Locale, Plan, HouseWords)
    sound = {
        Handout: HANDOUT,
        Brand: BRAND,
        Region: REGION,
        Facts: FACTS,
        Sources: SOURCES,
    }
    for model in models:
        value = yaml.safe_load(sound[model]) if model in sound else {}
        for key in {*model.model_fields, "unknown"}:
            for bad in wrong:
                try:
                    TypeAdapter(model).validate_python({**value, key: bad})
                except ValidationError as error:
                    raised |= {detail["type"] for detail in error.errors()}
    ours = set(re.findall(r'PydanticCustomError\(\s*"(\w+)"', "".join(map(Path.read_text, MODELS))))
    raised |= ours - {"fact_source"}  # raised by a model that no file is read into
    assert {"missing", "extra_forbidden", "literal_error", "block_shape", "bad_pattern"} <= raised
    assert not raised - {*DESCRIBERS, *PHRASES}


def test_error_without_words_is_shown_raw() -> None:
    class Odd(BaseModel):
        field: complex

    (finding,) = _faults(parse("field: x", "x.yaml"), Odd, "odd")
    assert finding.code == "odd.invalid"


# -- references ----------------------------------------------------------------------------------


def _evidence() -> Evidence:
    facts, _ = validate(Facts, parse(FACTS, "f"), "evidence")
    sources, _ = validate(Sources, parse(SOURCES, "s"), "evidence")
    assert facts is not None
    assert sources is not None
    return Evidence(facts=facts.facts, sources=sources.sources)


def test_cites_name_facts_that_may_be_printed() -> None:
    tree = parse(
        "a: {cites: [CRY-1, CRY-2, CRY-9]}\nb: {cites: [x, 5, [CRY-1], {CRY-1: x}]}\nc: {cites: CRY-9}", "x"
    )
    found = list(cited_facts(tree, _evidence()))
    assert _codes(found) == ["evidence.unverified", "evidence.unknown-fact"]
    assert [str(finding.span) for finding in found] == ["x:1:20", "x:1:27"]


def test_figures_and_icons_are_there() -> None:
    text = "- figure: wheel\n- figure: {name: whel}\n- figure: default\n- figure: ../x\n- {icon: cup}\n- {icon: cups}"
    found = list(named_pictures(parse(text, "x"), ("wheel",), ("cup",)))
    assert _codes(found) == ["content.missing-figure", "content.missing-icon"]
    assert [finding.help for finding in found] == ['did you mean "wheel"?', 'did you mean "cup"?']


def test_words_of_the_region_are_there() -> None:
    text = "a: Call {emergency}, {docter} or {docter}\nb: ['{x}', '{X}', '{ x }', '{}', '{x.y}']\n"
    found = list(region_words(parse(text, "x"), ("emergency", "doctor"), "us"))
    assert [str(finding.span) for finding in found] == ["x:1:22", "x:2:6", "x:2:13"]
    assert found[0].help == 'did you mean "doctor"?'
    assert not list(region_words(parse("a: '{Doctor} or {doctor}'\n", "x"), ("doctor",), "us"))
    shouted = region_words(parse("a: '{DOCTOR} {Docter}'\n", "x"), ("doctor",), "us")
    assert [finding.help for finding in shouted] == ['did you mean "doctor"?'] * 2


def test_sections_have_ids_and_depth() -> None:
    body = "- section: {title: A, id: a, blocks: [{section: {title: B, id: a, blocks: [text: '[x](#a) [y](#b)']}}]}"
    found = list(sections(_handout(body)))
    assert _codes(found) == ["content.same-id", "content.unknown-anchor"]
    deep = "text: x"
    for number in range(6):
        deep = f"section: {{title: S{number}, blocks: [{deep}]}}"
    assert _codes(sections(_handout(f"- {deep}"))) == ["content.too-deep"]  # once, and not for each level


def test_shared_blocks_are_checked_where_they_stand() -> None:
    text = "help_wen: {now: a}\nprivacy_note: {txt: a}\ncallout: default\nsection: {title: A, blocks: [section: default]}\n"
    found = shared_blocks(parse(text, "content/defaults.yaml"))
    assert _codes(found) == [
        "content.unknown-block",
        "content.unknown-key",
        "content.no-default",
        "content.no-default",
    ]
    assert [finding.span.line for finding in found if finding.span] == [1, 2, 3, 4]
    assert shared_blocks(parse("", "x")) == []
    assert _codes(shared_blocks(parse("- a", "x"))) == ["content.empty-file"]


def test_unused_keys_of_a_brand_are_one_warning() -> None:
    tree = parse(BRAND + "typography: {a: b}\nextra: 1\n", "_brand.yml")
    brand, _ = validate(Brand, tree, "brand")
    assert brand is not None
    (finding,) = unused_keys(brand, tree)
    assert finding.severity is Severity.WARNING
    assert "extra, typography" in finding.message
    plain, _ = validate(Brand, parse(BRAND, "_brand.yml"), "brand")
    assert plain is not None
    assert not list(unused_keys(plain, tree))


# -- brands --------------------------------------------------------------------------------------


def _brand(text: str) -> Brand:
    brand, findings = validate(Brand, parse(text, "_brand.yml"), "brand")
    assert brand is not None, findings
    return brand


def test_short_and_long_forms_say_the_same() -> None:
    short = _brand("meta: {name: A, link: https://a.org}\nlogo: a.svg\n")
    long = _brand("meta: {name: {full: A}, link: {home: https://a.org}}\nlogo: {medium: {light: a.svg}}\n")
    assert short == long
    assert (short.name, short.home, short.site, short.logo_path) == ("A", "https://a.org", "a.org", "a.svg")


def test_logo_by_the_key_of_an_image() -> None:
    brand = _brand(
        "meta: {name: A}\nlogo: {images: {mark: {path: m.svg}, b: b.png}, small: b, medium: mark}\n"
    )
    assert brand.logo_path == "m.svg"
    assert _brand("meta: {name: A}\nlogo: {images: {b: b.png}, small: b}\n").logo_path == "b.png"
    assert _brand("meta: {name: A}\nlogo: {images: {b: b.png}}\n").logo_path is None


@pytest.mark.parametrize(
    ("colour", "code"),
    [
        ("{primary: rde}", "brand.unknown-color"),
        ("{primary: primary}", "brand.unknown-color"),
        ("{palette: {a: b, b: a}, primary: '#000'}", "brand.unknown-color"),
        ("{primary: '#1d5a6'}", "brand.bad-color"),
        ("{primary: '#12345g'}", "brand.bad-color"),
        ("{palette: {a: '#'}}", "brand.bad-color"),
        ("{primary: }", "brand.bad-color"),
        ("{palette: {a: }}", "brand.bad-color"),
        ("{primary: 1234567}", "brand.wrong-type"),
        ("{primary: Pantone 321 C}", "brand.bad-color"),
    ],
)
def test_colours(colour: str, code: str) -> None:
    findings = _faults(parse(f"meta: {{name: A}}\ncolor: {colour}\n", "x"), Brand, "brand")
    assert set(_codes(findings)) == {code}
    assert all(finding.span and finding.span.line == 2 for finding in findings)


def test_colours_lead_to_a_seed() -> None:
    assert (
        _brand("meta: {name: A}\ncolor: {palette: {a: b, b: '#123'}, primary: a}\n").color.seed == "#112233"
    )
    assert _brand("meta: {name: A}\ncolor: {palette: {a: '#456'}}\n").color.seed == "#445566"
    assert _brand("meta: {name: A}\n").color.seed is None


# -- text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("![a](b.png)", "content.image-in-text"),
        ("a <b>b</b>", "content.html-in-text"),
        ("a </style>", "content.html-in-text"),
        ("<img src=x onerror=y>", "content.html-in-text"),
        ("[a](javascript:b)", "content.unsafe-link"),
        ("[a]( javascript:b)", "content.unsafe-link"),
        ("[a](JavaScript:b)", "content.unsafe-link"),
        ("[a](data:text/html,b)", "content.unsafe-link"),
        ("[a](file:///etc/passwd)", "content.unsafe-link"),
        ("[a](//b.org)", "content.unsafe-link"),
        ("[a](<javascript:b>)", "content.html-in-text"),
        ("[a](< javascript:b)", "content.unsafe-link"),
        ("[a](java&#115;cript:b)", "content.unsafe-link"),
        ("[a]()", "content.unsafe-link"),
        ("[](https://a.org)", "content.broken-link"),
        ("[ ](https://a.org)", "content.broken-link"),
        ("[a](tel:+1 555)", "content.broken-link"),
        ("[a](tel:)", "content.broken-link"),
        ("[a](tel:ask)", "content.broken-link"),
        ("[a](https://a.org b)", "content.broken-link"),
        ("slot:masthead", "content.reserved-word"),
        ("https://slot.invalid/line-1", "content.reserved-word"),
        ("\u200b\u00ad", "content.empty"),
        ("   ", "content.empty"),
        ("x" * 4001, "content.too-long"),
    ],
)
def test_text_that_is_refused(text: str, code: str) -> None:
    tree = parse(yaml.safe_dump({**yaml.safe_load(HANDOUT), "summary": text, "review": _REVIEW}), "x")
    assert _codes(_faults(tree)) == [code]


_REVIEW = {"written": "2026-11-22", "due": "2027-11-22"}


@pytest.mark.parametrize(
    "text",
    [
        "a < b and 3 <5, I <3 you",
        "[a](https://a.org) [b](http://b.org 'title') [c](mailto:a@b.org) [d](tel:988) [e](#f)",
        "{{ 7*7 }} {% include 'x' %} {# y #}",
        "The time slot: morning. A slot: 9 am",
        "100% \\ $1 %s",
        "zero\u200bwidth\u200djoiner",
        "x" * 4000,
    ],
)
def test_text_that_is_taken(text: str) -> None:
    tree = parse(yaml.safe_dump({**yaml.safe_load(HANDOUT), "summary": text, "review": _REVIEW}), "x")
    assert _faults(tree) == []


@pytest.mark.parametrize(
    "day", ["1700000000", "2026-11-22T00:00", "2026-1-2", "22.11.2026", "0000-00-00", "２０２６-11-22"]
)
def test_days_are_written_in_one_way(day: str) -> None:
    text = HANDOUT.replace("written: 2026-11-22", f'written: "{day}"')
    assert _codes(_faults(parse(text, "x"))) == ["content.bad-value"]


def test_audience_named_twice_counts_once() -> None:
    handout, _ = validate(Handout, parse(HANDOUT.replace("[client]", "[client, client]"), "x"), "content")
    assert handout is not None
    assert handout.audience == ("client",)
