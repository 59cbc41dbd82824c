"""Bind: do the handouts of a booklet keep their words, and what comes once come once?"""

from __future__ import annotations

from pathlib import Path

import pytest

from bifolio.build.pipeline import Pipeline
from bifolio.content.booklets import ONCE
from bifolio.content.repository import Repository
from bifolio.core.cache import Cache
from bifolio.core.diagnostics import ContentError
from bifolio.model.blocks import Section, walk
from tests.support.making import html_of
from tests.support.projects import COMPLETE, HANDOUT, Scratch

BOOKLET = """\
kind: booklet
title: A booklet
summary: It binds two.
audience: [client]
handouts: [small, other]
body:
  - section: {title: Help is there, blocks: [{help_when: {now: Call., soon: Call., when_you_can: Call.}}]}
review: {written: 2026-11-22, due: 2027-11-22}
"""
OTHER = HANDOUT.replace(
    "  - text: One sentence.",
    """\
  - section: {id: why, title: Why, blocks: [text: "See [why](#why) and [more](https://example.org/#why)."]}
  - text: {paragraphs: For clinicians., audience: [clinician]}
  - text: {paragraphs: A fact., cites: [CRY-1]}""",
)


@pytest.fixture
def shelf(scratch: Scratch) -> Scratch:
    scratch.write("content/handouts/small.yaml", COMPLETE)
    scratch.write("content/handouts/other.yaml", OTHER)
    scratch.write("content/booklets/both.yaml", BOOKLET)
    return scratch


def test_parts_stand_in_order_before_the_booklets_own_body(shelf: Scratch) -> None:
    booklet = Repository(shelf.root).handout("both")
    assert [(part.id, part.title) for part in booklet.body if isinstance(part, Section)] == [
        ("small", "A small leaflet"),
        ("other", "A small leaflet"),
        (None, "Help is there"),
    ]
    first = booklet.body[0]
    assert isinstance(first, Section)
    assert first.note is not None
    assert first.note.text == "It says one thing."
    assert first.lead is not None
    assert first.lead.text == "You can stop at any time. Keep this page."
    assert booklet.cites == ("CRY-1",)


def test_what_comes_once_comes_once(shelf: Scratch) -> None:
    booklet = Repository(shelf.root).handout("both")
    assert [block.kind for block in walk(booklet.body) if isinstance(block, ONCE)] == ["help_when"]


def test_ids_and_links_of_a_part_are_told_apart(shelf: Scratch) -> None:
    booklet = Repository(shelf.root).handout("both")
    inner = next(block for block in walk(booklet.body) if isinstance(block, Section) and block.title == "Why")
    assert inner.id == "other-why"
    assert "[why](#other-why) and [more](https://example.org/#why)" in repr(inner.blocks)


def test_blocks_for_other_readers_stay_out(shelf: Scratch) -> None:
    assert "For clinicians." not in repr(Repository(shelf.root).handout("both").body)
    assert "For clinicians." in repr(Repository(shelf.root).handout("other").body)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[small, othr]", 'content/booklets/both.yaml:5:19 there is no item "othr"'),
        ("[both]", 'content/booklets/both.yaml:5:12 there is no item "both"'),
    ],
)
def test_a_name_that_is_no_handout(shelf: Scratch, written: str, said: str) -> None:
    shelf.write("content/booklets/both.yaml", BOOKLET.replace("[small, other]", written))
    with pytest.raises(ContentError) as raised:
        Repository(shelf.root).handout("both")
    (finding,) = raised.value.findings
    assert finding.span is not None
    at = f"{finding.span.source.name}:{finding.span.line}:{finding.span.column}"
    assert f"{at} {finding.message}" == said


def test_reading_time_counts_the_parts(shelf: Scratch, tmp_path: Path) -> None:
    long = COMPLETE.replace("One sentence.", "One sentence of words. " * 150)
    shelf.write("content/handouts/other.yaml", long)
    pipeline = Pipeline(Repository(shelf.root), Cache(tmp_path / "store"))

    def minutes(item: str) -> int:
        return pipeline.stages.minutes(html_of(pipeline, item, "a5"))

    assert minutes("both") >= minutes("other") > minutes("small")


def test_only_a_booklet_binds(shelf: Scratch) -> None:
    shelf.write("content/handouts/small.yaml", COMPLETE.replace("body:", "handouts: [other]\nbody:"))
    with pytest.raises(ContentError) as raised:
        Repository(shelf.root).handout("small")
    assert [finding.code for finding in raised.value.findings] == ["content.binds"]


def test_what_is_wrong_with_a_part_is_told_at_its_place(shelf: Scratch) -> None:
    shelf.write(
        "content/handouts/other.yaml", OTHER.replace("CRY-1", "CRY-2").replace("title: Why", "titel: Why")
    )
    with pytest.raises(ContentError) as raised:
        Repository(shelf.root).handout("both")
    assert {finding.span.source.name for finding in raised.value.findings if finding.span} == {
        "content/handouts/other.yaml"
    }


def test_a_region_must_know_the_words_of_every_part(shelf: Scratch) -> None:
    shelf.write("content/handouts/other.yaml", OTHER.replace("A fact.", "'See your {vet}.'"))
    repository = Repository(shelf.root)
    assert [f.code for f in repository.handouts.check_words("both", repository.region("us"))] == [
        "content.unknown-word"
    ]
