"""Bind: do the handouts of a booklet keep their words, and what comes once come once?"""

from __future__ import annotations

from pathlib import Path

import pytest

from bifolio.build.pipeline import Pipeline
from bifolio.content.booklets import ONCE
from bifolio.content.repository import Repository
from bifolio.core.cache import Cache
from bifolio.core.diagnostics import ContentError
from bifolio.model.blocks import Block, Callout, HelpWhen, PrivacyNote, References, Resources, Section, walk
from bifolio.model.handout import Handout
from tests.support.making import html_of
from tests.support.projects import COMPLETE, HANDOUT, REGION, Scratch

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
    assert [block.kind for block in walk(booklet.body) if isinstance(block, ONCE)] == [
        "help_when",
        "resources",
    ]


# -- help and support lines --------------------------------------------------------------------------


def _with(body: str, head: str = "") -> str:
    return HANDOUT.replace("audience: [client]\n", f"audience: [client]\n{head}").replace(
        "  - text: One sentence.\n", f"  - text: One sentence.\n{body}"
    )


def _bound(scratch: Scratch, first: str, second: str, own: str = "  - text: The end.\n") -> Handout:
    """Bind two parts with these blocks of their own into a booklet with this body."""
    scratch.write("content/handouts/small.yaml", _with(first))
    scratch.write("content/handouts/other.yaml", _with(second))
    head, _, rest = BOOKLET.partition("body:\n")
    scratch.write(
        "content/booklets/both.yaml",
        f"{head}body:\n{own}{rest.partition('review:')[1]}{rest.partition('review:')[2]}",
    )
    return Repository(scratch.root).handout("both")


def _only(handout: Handout, kind: type[Block]) -> Block:
    (block,) = (block for block in walk(handout.body) if isinstance(block, kind))
    return block


def _rows(block: HelpWhen) -> list[list[str]]:
    return [[said.text for said in row] for row in (block.now, block.soon, block.when_you_can)]


HELP = "  - help_when: {now: [Call 911. Leave first.], soon: It hurts., when_you_can: You wonder.}\n"


def test_a_booklet_says_what_its_parts_say_of_help_each_sentence_once(shelf: Scratch) -> None:
    more = """\
  - help_when:
      now: [{text: Call 911. Your neck was squeezed., cites: [CRY-1]}]
      soon: it hurts
      when_you_can: [You wonder., You cannot sleep.]
"""
    own = "  - help_when: {now: You bleed., soon: It burns., when_you_can: You wonder.}\n"
    block = _only(_bound(shelf, HELP, more, own), HelpWhen)
    assert _rows(block) == [
        ["You bleed.", "Call 911. Leave first.", "Your neck was squeezed."],
        ["It burns.", "It hurts."],
        ["You wonder.", "You cannot sleep."],
    ]
    assert [said.cites for said in block.now] == [(), (), ("CRY-1",)]


def test_what_a_booklet_says_itself_stays_as_it_is(shelf: Scratch) -> None:
    own = (
        "  - section: {title: Help, blocks: [{help_when: {now: Call., soon: Call., when_you_can: Call.}}]}\n"
    )
    booklet = _bound(shelf, "", "", own)
    assert _rows(_only(booklet, HelpWhen)) == [["Call."], ["Call."], ["Call."]]


def test_a_booklet_without_help_of_its_own_gets_that_of_its_parts_at_its_end(shelf: Scratch) -> None:
    booklet = _bound(shelf, HELP + "  - resources\n  - references\n", HELP)
    assert [block.kind for block in booklet.body] == [
        "section",
        "section",
        "text",
        "help_when",
        "resources",
        "references",
    ]
    block = _only(booklet, HelpWhen)
    assert _rows(block) == [["Call 911. Leave first."], ["It hurts."], ["You wonder."]]


def test_no_row_of_a_help_block_is_ever_empty(shelf: Scratch) -> None:
    same = "  - help_when: {now: Call., soon: Call., when_you_can: Call.}\n"
    assert _rows(_only(_bound(shelf, same, same), HelpWhen)) == [["Call."], ["Call."], ["Call."]]


def test_what_one_part_calls_urgent_is_urgent_in_the_booklet(shelf: Scratch) -> None:
    late = "  - help_when: {now: You bleed., soon: [It hurts., It burns.], when_you_can: You wonder.}\n"
    early = "  - help_when: {now: It burns., soon: It itches., when_you_can: You wonder.}\n"
    rows = _rows(_only(_bound(shelf, late, early), HelpWhen))
    assert rows == [["You bleed.", "It burns."], ["It hurts.", "It itches."], ["You wonder."]]


def test_when_no_help_is_needed_is_said_once(shelf: Scratch) -> None:
    fine = HELP.replace("You wonder.}", "You wonder., fine: It is rare.}")
    block = _only(_bound(shelf, fine, fine.replace("rare.", "rare. You feel fine.")), HelpWhen)
    assert block.fine is not None
    assert block.fine.text == "It is rare. You feel fine."


def test_help_deep_in_a_section_is_found_and_its_links_too(shelf: Scratch) -> None:
    deep = """\
  - section: {id: why, title: Why, blocks: [{text: So.}, {section: {title: Help, blocks: [
      {help_when: {now: "See [why](#why).", soon: It hurts., when_you_can: You wonder.}}]}}]}
"""
    assert _rows(_only(_bound(shelf, deep, ""), HelpWhen))[0] == ["See [why](#small-why)."]


REGION_LINES = """\
  - {id: abuse, name: An abuse line, about: Abuse, topics: [abuse], phone: 555-0198, checked_on: 2026-11-22,
     page_date: undated, operator: "https://example.org", source: "https://example.org/line", status: read}
  - {id: night, name: A night line, about: Any crisis, topics: [crisis], phone: 555-0197, checked_on: 2026-11-22,
     page_date: undated, operator: "https://example.org", source: "https://example.org/line", status: read}
  - {id: grief, name: A grief line, about: Grief, topics: [grief], phone: 555-0196, checked_on: 2026-11-22,
     page_date: undated, operator: "https://example.org", source: "https://example.org/line", status: read}
"""


def _lines(repository: Repository, block: Resources) -> list[str]:
    chosen = repository.region("us").choose(block.lines, block.topics, block.limit, also=block.also)
    return [line.id for line in chosen]


def test_a_booklet_shows_each_line_that_a_part_shows_and_no_other(shelf: Scratch) -> None:
    shelf.write("content/regions/us.yaml", REGION + REGION_LINES)
    first = "  - resources: {topics: [crisis], limit: 1}\n"
    second = "  - resources: {topics: [crisis, grief, abuse], limit: 2, clinic: false}\n"
    block = _only(_bound(shelf, first, second), Resources)
    assert _lines(Repository(shelf.root), block) == ["crisis", "abuse"]
    assert block.clinic
    own = "  - resources: {lines: [grief], limit: 1, clinic: false}\n"
    block = _only(_bound(shelf, first, second + first, own), Resources)
    assert _lines(Repository(shelf.root), block) == ["crisis", "abuse", "grief"]
    assert not block.clinic
    assert len(block.also) == 2


def test_help_for_other_readers_is_not_carried(shelf: Scratch) -> None:
    for_partners = HELP.replace("You wonder.}", "You wonder., audience: [partner]}")
    booklet = _bound(shelf, for_partners, "")
    assert not [block for block in walk(booklet.body) if isinstance(block, HelpWhen)]


def test_help_is_for_all_readers_of_the_booklet(shelf: Scratch) -> None:
    own = (
        "  - help_when: {now: You bleed., soon: It burns., when_you_can: You wonder., audience: [partner]}\n"
    )
    booklet = _bound(shelf, HELP, "", own)
    assert [_rows(b)[0] for b in walk(booklet.body) if isinstance(b, HelpWhen)] == [
        ["You bleed."],
        ["Call 911. Leave first."],
    ]


def test_stop_panels_stay_in_their_part(shelf: Scratch) -> None:
    booklet = _bound(shelf, "  - callout: {tone: stop, text: Stop if it hurts.}\n", "")
    first = booklet.body[0]
    assert isinstance(first, Section)
    assert [block.kind for block in first.blocks] == ["text", "callout"]
    assert isinstance(first.blocks[1], Callout)


def test_a_part_keeps_its_privacy_note_where_the_booklet_has_none(shelf: Scratch) -> None:
    note = "  - privacy_note: Someone might see this.\n"
    assert [b.kind for b in walk(_bound(shelf, note, "").body) if isinstance(b, PrivacyNote)] == [
        "privacy_note"
    ]
    own = _bound(shelf, note, "", "  - privacy_note: Keep this safe.\n")
    assert [said.text for said in _only(own, PrivacyNote).text] == ["Keep this safe."]


def test_the_sources_stand_once(shelf: Scratch) -> None:
    booklet = _bound(shelf, "  - references\n", "  - references\n", "  - references: {style: list}\n")
    assert _only(booklet, References).style == "list"


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
    assert [finding.code for finding in raised.value.findings] == ["content.not-a-booklet"]


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
