"""Attest: does an evidence sheet hold each claim, its facts, how far they were followed, and its sources?"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bifolio.attest import attest, claims_of
from bifolio.library import Library
from bifolio.model.blocks import LogTable
from bifolio.model.handout import Handout
from bifolio.model.reading import Reading
from tests.support.projects import COMPLETE, Scratch
from tests.unit.test_cli import _json, _run

READING = Reading(197, 29, 19, 2.0, 5.5)


def _table(sheet: Handout) -> LogTable:
    (table,) = sheet.body
    assert isinstance(table, LogTable)
    return table


def _rows(sheet: Handout) -> list[tuple[str, str, str]]:
    return [(row.cells[0], row.cells[1], row.cells[2]) for row in _table(sheet).rows]


@pytest.mark.parametrize(
    "item", ["tears-and-closeness", "steady-now", "clinician-notes", "tears-and-intimacy"]
)
def test_every_fact_that_is_cited_stands_in_the_sheet(item: str, library: Library) -> None:
    handout = library.handout(item)
    sheet = attest(handout, library.evidence, READING, {}, library.locale("en").labels)
    said = claims_of(handout)
    assert said
    assert {fact for facts in said.values() for fact in facts} == set(handout.cites)
    assert all(words.strip() for words in said)
    assert len(_table(sheet).rows) == len({tuple(facts) for facts in said.values()})


def test_a_row_holds_claim_fact_status_and_source(library: Library) -> None:
    handout = library.handout("tears-and-closeness")
    sheet = attest(handout, library.evidence, READING, {}, library.locale("en").labels)
    rows = _rows(sheet)
    claim, facts, sources = next(row for row in rows if "PCD-9" in row[1])
    begun = claim.split(" / ")[0]
    assert any(words.startswith(begun) for words, cited in claims_of(handout).items() if "PCD-9" in cited)
    assert "PCD-9" in facts.split(", ")  # no mark: read at its source
    assert "Bird 2011" in sources
    assert "PART-11\u00a0a" in {fact for _, facts, _ in rows for fact in facts.split(", ")}
    assert "PCD-20\u00a0r" in {fact for _, facts, _ in rows for fact in facts.split(", ")}


def test_a_claim_stands_in_full_and_once(library: Library) -> None:
    """A row of a table states facts of its own; what states none belongs to the facts of the table."""
    handout = library.handout("when-sex-hurts")
    rows = _rows(attest(handout, library.evidence, READING, {}, library.locale("en").labels))
    (causes,) = [(claim, facts) for claim, facts, _ in rows if "PAIN-7" in facts]
    assert causes[0].startswith("Penis or testicles. ")
    assert causes[0].endswith("a sore prostate.")
    assert causes[1] == "PAIN-7\u00a0r"
    assert sum("1 to 2 in 10" in claim for claim, _, _ in rows) == 1  # the note cites for itself
    play = library.handout("strong-play-safe-landing")
    safe = _rows(attest(play, library.evidence, READING, {}, library.locale("en").labels))
    assert any(claim.startswith("Three words that anyone can say. Green. I am fine.") for claim, *_ in safe)


def test_a_remark_moves_a_point_to_what_a_person_must_judge(library: Library) -> None:
    handout, labels = library.handout("tears-and-closeness"), library.locale("en").labels
    for remarks, is_seen in (({}, True), ({"lint.uncited-number": 1}, False)):
        note = _table(attest(handout, library.evidence, READING, remarks, labels)).note
        assert note is not None
        seen, _, judge = note.text.partition(labels["evidence_yours"])
        assert (labels["seen_numbers"] in seen) is is_seen
        assert (labels["seen_numbers"] in judge) is not is_seen
        assert "197 words in 29 sentences" in seen
        assert labels["yours_true"] in judge
        assert "no score" in judge


def test_command_writes_the_sheet_and_names_it(scratch: Scratch, tool) -> None:
    pdftotext = tool("pdftotext")
    claim = "  - text: {paragraphs: Tears come., cites: [CRY-1]}\n  - resources"
    scratch.write("content/handouts/small.yaml", COMPLETE.replace("  - resources", claim))
    result = _run(scratch, "check", "small", "--evidence", "--json")
    (path,) = _json(result)["files"]
    assert Path(path).name == "small.evidence.letter.pdf"
    done = subprocess.run([pdftotext, "-layout", path, "-"], capture_output=True, text=True, check=True)
    words = " ".join(done.stdout.split())
    assert "Evidence A small leaflet: what it claims" in words
    assert "Tears come. CRY-1 Smith 2020" in words
    assert "1 of 1" in words
    assert _run(scratch, "check", "--evidence").exit_code == 2
