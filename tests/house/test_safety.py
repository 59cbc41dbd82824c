"""The same danger has the same words on every page, in time, and with the number beside them."""

from __future__ import annotations

import pytest

from bifolio.content.repository import Repository
from bifolio.editorial.lint import SAFETY
from bifolio.editorial.lint.passages import sentences
from bifolio.editorial.lint.subject import Subject
from bifolio.model.blocks import Callout, HelpWhen, walk
from bifolio.model.handout import Handout
from tests.conftest import ROOT

NECK = frozenset(
    [
        "clinician-notes",
        "first-days-after",
        "our-agreement",
        "strong-play-safe-landing",
        "tears-and-intimacy",
        "visit-planner",
        "when-sex-hurts",
        "when-the-past-shows-up",
        "when-your-partner-cries",
        "why-tears-come",
    ]
)
"""Where the neck belongs: pain, wanted intensity, the past, a partner, the clinician, and what binds them."""

ASSAULT = frozenset(
    [
        "close-or-far",
        "drink-and-the-day-after",
        "first-days-after",
        "my-log",
        "strong-play-safe-landing",
        "tears-and-intimacy",
        "when-the-past-shows-up",
        "when-your-partner-cries",
        "whose-voice",
        "why-tears-come",
    ]
)


def _urgent(handout: Handout) -> set[str]:
    """Return what a handout says must be done now: in its help panel, and in its "stop" and "take care" panels."""
    said: set[str] = set()
    for block in walk(handout.body):
        if isinstance(block, HelpWhen):
            said |= {passage.text for passage in block.now}
        elif isinstance(block, Callout):
            said |= {passage.text for passage in block.text}
    return said


def _saying(repository: Repository, name: str) -> set[str]:
    text = repository.safety[name].text
    return {item for item in repository.catalogue.handouts if text in _urgent(repository.handout(item))}


def test_what_to_do_about_the_neck_stands_where_it_belongs_and_nowhere_else(repository: Repository) -> None:
    assert _saying(repository, "neck") == NECK


def test_what_to_do_after_an_assault_stands_under_now(repository: Repository) -> None:
    assert repository.safety["assault"].when == "now"
    assert _saying(repository, "assault") >= ASSAULT


def test_recent_assault_comes_with_its_reason_and_without_the_police(repository: Repository) -> None:
    said = repository.safety["assault"]
    for words in ("today", "within 3 days", "within 5", "evidence", "don't have to go to the police"):
        assert words in said.text
    assert {"HELP-3", "HELP-13", "HELP-14", "HELP-15"} <= set(said.cites)


def test_someone_who_will_not_wake_is_for_now(repository: Repository) -> None:
    said = repository.safety["passed-out"]
    for words in ("passes out", "won't wake", "breathes slowly", "{emergency}", "on their side", "stay"):
        assert words in said.text
    assert said.when == "now"
    assert said.cites == ("ALC-12",)
    assert _saying(repository, "passed-out") >= {"drink-and-the-day-after", "why-tears-come"}


def test_confusion_after_a_birth_is_for_today(repository: Repository) -> None:
    said = repository.safety["after-birth"]
    for words in ("confused", "sees or hears", "today"):
        assert words in said.text
    assert said.when == "now"
    assert said.pattern is not None
    assert said.pattern.search("You lose touch with what’s real.")
    assert _saying(repository, "after-birth") >= {"hormones-and-feelings", "why-tears-come"}


def test_lost_time_is_never_soon(repository: Repository) -> None:
    """It can mean a drugged assault, so it stands beside what to do today and in no later row."""
    pattern = repository.safety["assault"].pattern
    assert pattern is not None
    assert pattern.search("Sudden fear, numbness or lost time.")
    assert pattern.search("You lose time.")
    late = [one.text for one in repository.safety.values() if one.when != "now"]
    assert late
    assert [text for text in late if pattern.search(text)] == []
    assert "can't recall" in repository.safety["assault"].text


@pytest.mark.parametrize(
    "words",
    ["even once", "no mark", "checked today at an {emergency_room}", "hours or days later", "confusion"],
)
def test_the_neck_comes_with_what_follows(words: str, repository: Repository) -> None:
    assert words in repository.safety["neck"].text


@pytest.mark.parametrize(
    ("said", "is_about_the_neck"),
    [
        ("No pressure on the neck", True),
        ("Light pressure to your neck", True),
        ("They put hands around my neck", True),
        ("Pressing on somebody's neck", True),
        ("My neck was held", True),
        ("Someone grabbed me by the neck", True),
        ("I was choked", True),
        ("This page speaks of harm to the neck", True),
        ("All hands stay off the neck", False),
        ("Let your neck and shoulders rest", False),
        ("You feel pressured. Rub your neck slowly", False),
    ],
)
def test_the_neck_is_known_by_many_words(said: str, is_about_the_neck: bool, repository: Repository) -> None:
    pattern = repository.safety["neck"].pattern
    assert pattern is not None
    assert bool(pattern.search(said)) is is_about_the_neck


def test_the_crisis_number_stands_beside_the_words_on_self_harm(repository: Repository) -> None:
    said = repository.safety["self-harm"]
    assert said.pattern is not None
    assert all("{crisis}" in one for one in sentences(said.text) if said.pattern.search(one))
    assert _saying(repository, "self-harm") >= {"steady-now", "whose-voice", "my-log", "why-tears-come"}


def test_lint_finds_no_danger_in_the_library(repository: Repository) -> None:
    for item in repository.catalogue.handouts:
        handout = repository.handout(item)
        parts = {name: repository.handout(name) for name in handout.handouts}
        for region in map(repository.region, repository.catalogue.regions):
            day, evidence, words = handout.review.written, repository.evidence, repository.words
            tree = repository.handout_tree(item)
            subject = Subject(handout, tree, region, evidence, words, day, repository.safety, parts)
            assert [str(found) for rule in SAFETY for found in rule(subject)] == [], item


def test_no_file_writes_a_safety_sentence_out(repository: Repository) -> None:
    """One text, in content/defaults.yaml: handouts name it."""
    files = sorted((ROOT / "content").glob("*/*.yaml"))
    assert ROOT / "content/handouts/steady-now.yaml" in files
    texts = {path.name: " ".join(path.read_text("utf-8").split()) for path in files}
    for name, said in repository.safety.items():
        assert [file for file, text in texts.items() if said.text in text] == [], name


def test_every_safety_sentence_is_used(repository: Repository) -> None:
    trees = [repository.handout_tree(item) for item in repository.catalogue.handouts]
    text = "".join(tree.source.text for tree in trees) + (ROOT / "content/defaults.yaml").read_text("utf-8")
    assert [name for name in repository.safety if f"{{safety: {name}}}" not in text] == []
