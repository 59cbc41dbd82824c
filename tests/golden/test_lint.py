"""Lint: each rule has a handout that breaks it, and the golden text of what the editor says."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bifolio.content.validation import safety_sentences, validate, with_sentences
from bifolio.core.diagnostics import show
from bifolio.core.files import ProjectFiles
from bifolio.core.yaml_loader import load
from bifolio.editorial.lint import RULES, VOICE, lint
from bifolio.editorial.lint.passages import sentences, statements
from bifolio.editorial.lint.readability import manner, reading
from bifolio.editorial.lint.subject import Subject
from bifolio.model.blocks import Resources
from bifolio.model.handout import Handout
from tests.conftest import ROOT
from tests.support.golden import ROOT as GOLDEN

TODAY = datetime.date(2026, 11, 22)
SAFETY, _ = safety_sentences(load(ProjectFiles(GOLDEN), "lint_safety.yaml"))
CASES = tuple(sorted(path.stem for path in (GOLDEN / "lint").glob("*.yaml")))


def _subject(repository, path: Path, today: datetime.date = TODAY) -> Subject:
    tree, lost = with_sentences(load(ProjectFiles(path.parent), path.name), SAFETY)
    assert not lost
    handout, findings = validate(Handout, tree, "content", {"defaults": repository.defaults})
    assert handout is not None, findings
    region = repository.region("us")
    return Subject(handout, tree, region, repository.evidence, repository.words, today, SAFETY)


def test_saw_the_cases() -> None:
    assert "long-sentence" in CASES
    assert SAFETY["neck"].when == "now"


@pytest.mark.parametrize("case", CASES)
def test_what_the_editor_says(case, repository, golden) -> None:
    findings = lint(_subject(repository, GOLDEN / "lint" / f"{case}.yaml"), dict.fromkeys((*RULES, *VOICE)))
    golden.check("\n".join(map(show, findings)) or "nothing", f"lint/{case}.txt")


def test_every_code_has_a_case(golden) -> None:
    rules = sorted((ROOT / "bifolio" / "editorial" / "lint").glob("*_rules.py"))
    source = "".join(path.read_text("utf-8") for path in rules)
    codes = set(re.findall(r'finding\(\s*"([a-z-]+)"|"lint\.([a-z-]+)"', source))
    named = {one or other for one, other in codes} | {"main-message", "call-to-action"}
    told = "".join(path.read_text("utf-8") for path in (GOLDEN / "lint").glob("*.txt"))
    shown = set(re.findall(r"\[lint\.([a-z-]+)\]", told)) | {
        "stale-line",
        "line-no-link",
        "line-operator",
        "source-address",
        "weak-source",
        "not-carried",
    }
    assert "long-sentence" in named
    assert named == shown
    assert len({*RULES, *VOICE}) == 20


def test_what_is_said_without_a_cite_is_what_somebody_agreed_to(repository, golden) -> None:
    """All that clients and partners read and no fact stands behind: orders, offers, comfort, and no claim."""
    told = []
    for item in sorted(repository.catalogue.handouts):
        subject = Subject(
            repository.handout(item),
            repository.handout_tree(item),
            repository.region("us"),
            repository.evidence,
            repository.words,
            TODAY,
        )
        if not subject.for_clinicians:
            bare = [sentence for passage, sentence in statements(subject.passages) if not passage.cites]
            told += [f"{item}:", *(f"  {sentence}" for sentence in bare)]
    assert "tears-and-closeness:" in told
    golden.check("\n".join(told), "lint/without-a-cite.txt")


def test_a_line_checked_long_ago_is_stale(repository) -> None:
    later = TODAY + datetime.timedelta(days=400)
    subject = _subject(repository, GOLDEN / "lint" / "good.yaml", later)
    found = [finding for finding in lint(subject) if finding.code == "lint.stale-line"]
    assert found
    assert "988" in found[0].message


def test_a_line_that_nobody_can_dial_is_found(repository) -> None:
    subject = _subject(repository, GOLDEN / "lint" / "good.yaml")
    assert not [finding for finding in lint(subject) if finding.code == "lint.line-no-link"]
    first, *others = subject.region.lines
    vague = first.model_copy(update={"phone": "988 or 555-0100/2", "text": "see the web"})
    region = subject.region.model_copy(update={"lines": (vague, *others)})
    found = lint(Subject(subject.handout, subject.tree, region, subject.evidence, subject.words, TODAY))
    told = [finding.message for finding in found if finding.code == "lint.line-no-link"]
    assert [message.rpartition(": ")[2] for message in told] == ['"988 or 555-0100/2"', '"see the web"']


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"operator": None}, "has no address of who answers it"),
        ({"source": "https://www.linelists.example/988"}, "was read at linelists.example, which is neither"),
        ({"source": "https://988lifeline.org.example/help"}, "was read at 988lifeline.org.example"),
        ({"source": "https://988lifeline.org/help"}, None),
        ({"source": "https://chat.988lifeline.org"}, None),
        ({"source": "https://health.example.gov/988"}, None),
        ({"source": "https://www.health.govt.nz/988"}, None),
        ({"source": "https://notgov.example"}, "was read at notgov.example"),
    ],
)
def test_a_line_is_read_at_its_operator_or_a_government(change, told, repository) -> None:
    subject = _subject(repository, GOLDEN / "lint" / "good.yaml")
    first, *others = subject.region.lines
    line = first.model_copy(update={"operator": "https://988lifeline.org", **change})
    region = subject.region.model_copy(update={"lines": (line, *others)})
    found = lint(replace(subject, region=region))
    messages = [finding.message for finding in found if finding.code == "lint.line-operator"]
    assert [f'"{first.name}" {told}' in message for message in messages] == ([True] if told else [])


@pytest.mark.parametrize(
    ("address", "say"),
    [
        ("https://docslib.org/doc/599068", "copies of documents"),
        ("https://www.researchgate.net/publication/1", "cite the DOI"),
        ("https://web.archive.org/web/2020/https://example.org", "a mirror"),
        ("https://zana.com/a/depression.1470", "the text of others"),
        ("https://en.wikipedia.org/wiki/Crying", "an encyclopedia"),
        ("https://medical-dictionary.thefreedictionary.com/PLISSIT", "a dictionary"),
        ("https://penmai.com/thread-103664", "a thread"),
        ("https://shop.example/blogs/blog/dryness", "a seller"),
        ("https://clinic.example/tag/penile-duplex", "changes with every post"),
        ("https://lgbtfoundationarchive.uk/get-support", None),
        ("https://www.nhs.uk/conditions/vaginismus/", None),
    ],
)
def test_a_weak_source_is_refused(address, say, repository) -> None:
    subject = _subject(repository, GOLDEN / "lint" / "certainty.yaml")
    assert not [finding for finding in lint(subject) if finding.code == "lint.weak-source"]
    sources = {
        key: source.model_copy(update={"address": address})
        for key, source in subject.evidence.sources.items()
    }
    found = lint(replace(subject, evidence=subject.evidence.model_copy(update={"sources": sources})))
    cures = {finding.help for finding in found if finding.code == "lint.weak-source"}
    assert (len(cures) == 1 and say in cures.pop()) if say else not cures


def test_a_source_marked_weak_is_refused(repository) -> None:
    subject = _subject(repository, GOLDEN / "lint" / "certainty.yaml")
    sources = {
        key: source.model_copy(update={"weak": True}) for key, source in subject.evidence.sources.items()
    }
    found = lint(replace(subject, evidence=subject.evidence.model_copy(update={"sources": sources})))
    assert "lint.weak-source" in {finding.code for finding in found}


def test_no_source_of_the_library_is_weak_and_each_has_an_address(repository) -> None:
    weak = repository.words.weak_sources
    assert len(weak) == 8
    for key, source in repository.evidence.sources.items():
        assert source.link, key
        assert not source.weak, key
        assert not [kind.say for kind in weak if kind.pattern.search(source.address or "")], key


def test_each_line_of_the_library_is_read_at_its_operator_or_a_government(repository) -> None:
    subject = _subject(repository, GOLDEN / "lint" / "good.yaml")
    for region in map(repository.region, repository.catalogue.regions):
        everything = tuple(block for block in subject.handout.body if not isinstance(block, Resources))
        shown = Resources.model_validate({"kind": "resources", "limit": 20})
        handout = subject.handout.model_copy(update={"body": (*everything, shown)})
        found = lint(replace(subject, region=region, handout=handout))
        assert [finding.message for finding in found if finding.code == "lint.line-operator"] == []
        assert all(line.operator for line in region.lines), region.id


def test_how_a_text_speaks() -> None:
    said = manner(["You don't have to hide it. I'm here, and we’re in no hurry.", "a blanket", "It is late."])
    assert (said.sentences, said.mean, said.short, said.contractions) == (3, 5.3, 0.333, 187.5)
    assert manner([]).mean == 0.0
    assert manner(["The partner's step and Sam’s plan are theirs."]).contractions == 0.0


def test_a_source_without_an_address_is_found(repository) -> None:
    subject = _subject(repository, GOLDEN / "lint" / "uncited-number.yaml")
    sources = {
        key: source.model_copy(update={"doi": None, "address": None, "where": None})
        for key, source in subject.evidence.sources.items()
    }
    evidence = subject.evidence.model_copy(update={"sources": sources})
    bare = Subject(subject.handout, subject.tree, subject.region, evidence, subject.words, TODAY)
    assert "lint.source-address" in {finding.code for finding in lint(bare)}


def test_a_word_of_the_region_may_begin_a_sentence() -> None:
    said = "Tell someone. {Doctor} or {counselor}? You choose."
    assert sentences(said) == ["Tell someone.", "{Doctor} or {counselor}?", "You choose."]
    assert sentences("Ask early, e.g. {doctor} or friend.") == ["Ask early, e.g. {doctor} or friend."]


def test_reading_grades_agree_with_published_figures() -> None:
    """The Gettysburg Address: published Flesch-Kincaid figures lie near 11, SMOG near 12."""
    address = (
        "Four score and seven years ago our fathers brought forth on this continent, a new nation, conceived "
        "in Liberty, and dedicated to the proposition that all men are created equal. Now we are engaged in a "
        "great civil war, testing whether that nation, or any nation so conceived and so dedicated, can long "
        "endure. We are met on a great battle-field of that war. We have come to dedicate a portion of that "
        "field, as a final resting place for those who here gave their lives that that nation might live. It "
        "is altogether fitting and proper that we should do this."
    )
    found = reading([address])
    assert found.sentences == 5
    assert 9 <= found.flesch_kincaid <= 12
    assert 9 <= found.smog <= 13
    assert reading(["The cat sat on the mat. The dog ran off."]).flesch_kincaid < 1
