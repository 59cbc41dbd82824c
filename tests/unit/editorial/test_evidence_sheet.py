"""Attest: does an evidence sheet hold each claim, its facts, how far they were followed, and its sources?"""

from __future__ import annotations

import math
import subprocess
from pathlib import Path

import pikepdf
import pytest

from bifolio.app import Project
from bifolio.content.repository import Repository
from bifolio.editorial.evidence_sheet import claims_of, how_many, sheets_of
from bifolio.model.blocks import LogTable
from bifolio.model.handout import Handout
from bifolio.model.reading import Reading
from bifolio.studio.errors import TaskError
from bifolio.studio.query import Query
from bifolio.studio.session import Session
from tests.conftest import THOROUGH
from tests.support.projects import CITING, COMPLETE, Scratch
from tests.unit.cli.test_main import _json, _run

NO_OPENING = dict.fromkeys(("main_message", "call_to_action", "content_note"))
READING = Reading(197, 29, 19, 2.0, 5.5)


def _table(sheet: Handout) -> LogTable:
    to_sign, table = sheet.body
    assert isinstance(to_sign, LogTable)
    assert (len(to_sign.columns), to_sign.blank) == (4, 2)
    assert isinstance(table, LogTable)
    return table


def _rows(*sheets: Handout) -> list[tuple[str, str, str]]:
    return [(row.cells[0], row.cells[1], row.cells[2]) for sheet in sheets for row in _table(sheet).rows]


def _fact(cell: str) -> str:
    """Return the id that the words of a fact begin with: "**PCD-9**, read. In surveys …"."""
    return cell.removeprefix("**").partition("**")[0]


def _sheets(item: str, repository: Repository) -> list[Handout]:
    return sheets_of(
        repository.handout(item), repository.evidence, READING, {}, repository.locale("en").labels
    )


@pytest.mark.parametrize(
    "item", ["tears-and-closeness", "steady-now", "clinician-notes", "tears-and-intimacy"]
)
def test_every_fact_that_is_cited_stands_in_the_sheets(item: str, repository: Repository) -> None:
    handout = repository.handout(item)
    said = claims_of(handout)
    assert said
    assert {fact for facts in said.values() for fact in facts} == set(handout.cites)
    assert all(words.strip() for words in said)
    rows = _rows(*_sheets(item, repository))
    assert {_fact(words) for _, words, _ in rows} == set(handout.cites)
    for _, words, _ in rows:
        fact = repository.evidence.facts[_fact(words)]
        assert fact.text in words
        assert not fact.limits or words.endswith(fact.limits)
    if handout.kind != "booklet":
        assert len(rows) == sum(map(len, {tuple(facts) for facts in said.values()}))


def test_a_booklet_has_a_sheet_for_each_run_of_its_parts(repository: Repository) -> None:
    """Each part stands whole on one sheet, which names it; only the first tells of the text as a whole."""
    handout, labels = repository.handout("tears-and-intimacy"), repository.locale("en").labels
    sheets = _sheets("tears-and-intimacy", repository)
    assert len(sheets) == how_many(handout, repository.evidence, labels) > 1
    assert [sheet.title for sheet in sheets] == [
        f"Evidence {number} of {len(sheets)}" for number in range(1, len(sheets) + 1)
    ]
    for part in handout.body:
        if of_part := claims_of(handout.model_copy(update={"body": (part,), **NO_OPENING})):
            (sheet,) = [sheet for sheet in sheets if part.title.rstrip("?") in sheet.summary]
            words = " ".join(claim for claim, *_ in _rows(sheet))
            assert all(" ".join(claim.replace("**", "").split()) in words for claim in of_part)
    notes = [_table(sheet).note for sheet in sheets]
    assert [labels["evidence_reading"] in note.text for note in notes if note] == [
        number == 0 for number in range(len(sheets))
    ]


def test_the_lists_for_what_patients_read_are_for_that_alone(repository: Repository) -> None:
    labels = repository.locale("en").labels
    for item, is_for_patients in (("tears-and-closeness", True), ("clinician-notes", False)):
        (sheet,) = _sheets(item, repository)
        note = _table(sheet).note
        assert note is not None
        assert labels["evidence_reading"] in note.text
        assert ("PEMAT" in note.text) is is_for_patients


def test_a_row_holds_claim_fact_status_and_source(repository: Repository) -> None:
    handout = repository.handout("tears-and-closeness")
    rows = _rows(*_sheets("tears-and-closeness", repository))
    labels = repository.locale("en").labels
    claim, words, sources = next(row for row in rows if _fact(row[1]) == "PCD-9")
    begun = claim.split(" / ")[0]
    assert any(said.startswith(begun) for said, cited in claims_of(handout).items() if "PCD-9" in cited)
    assert words.startswith(f"**PCD-9**, {labels['status_read']}. ")
    assert f"**{labels['evidence_limits']}** {repository.evidence.facts['PCD-9'].limits}" in words
    assert "Bird 2011" in sources
    _, advice, none = next(row for row in rows if _fact(row[1]) == "PART-11")
    assert advice.startswith(f"**PART-11**, {labels['status_guidance']}. ")
    assert none == labels["evidence_no_source"]
    claims = claims_of(handout)
    assert sum(row[0] == labels["evidence_also"] for row in rows) == sum(
        len(facts) - 1 for facts in {tuple(facts) for facts in claims.values()}
    )


def test_a_claim_stands_in_full_and_once(repository: Repository) -> None:
    """A row of a table states facts of its own; what states none belongs to the facts of the table."""
    rows = _rows(*_sheets("when-sex-hurts", repository))
    (causes,) = [(claim, facts) for claim, facts, _ in rows if "PAIN-7" in facts]
    assert causes[0].startswith("Penis or testicles. ")
    assert causes[0].endswith("a sore prostate.")
    assert causes[1].startswith("**PAIN-7**, second-hand. Causes in people with")
    assert sum("every sex and gender" in claim for claim, _, _ in rows) == 1  # the note cites for itself
    days = _rows(*_sheets("first-days-after", repository))
    assert any(claim.startswith("What can be done, and by when. Right away. Get") for claim, *_ in days)


def test_a_claim_does_not_link_to_places_that_its_sheet_lacks(scratch: Scratch) -> None:
    """A booklet may lead to its own chapters; its sheet has none of them."""
    citing = CITING.replace("One sentence.", '"See [Help](#help) today."')
    section = "body:\n  - section: {id: help, title: Help, blocks: [{text: Here.}]}\n"
    scratch.write("content/handouts/small.yaml", citing.replace("body:\n", section))
    claims = [claim for claim, *_ in _rows(*_sheets("small", Repository(scratch.root)))]
    assert "See Help today." in claims


def test_a_remark_moves_a_point_to_what_a_person_must_judge(repository: Repository) -> None:
    handout, labels = repository.handout("tears-and-closeness"), repository.locale("en").labels
    for remarks, is_seen in (({}, True), ({"lint.uncited-number": 1}, False)):
        (sheet,) = sheets_of(handout, repository.evidence, READING, remarks, labels)
        note = _table(sheet).note
        assert note is not None
        seen, _, judge = note.text.partition(labels["evidence_yours"])
        assert (labels["seen_numbers"] in seen) is is_seen
        assert (labels["seen_numbers"] in judge) is not is_seen
        assert "197 words in 29 sentences" in seen
        assert labels["yours_true"] in judge
        assert "no score" in judge


@pytest.mark.layout
def test_command_writes_the_sheet_and_names_it(scratch: Scratch, tool) -> None:
    pdftotext = tool("pdftotext")
    claim = "  - text: {paragraphs: Tears come., cites: [CRY-1]}\n  - resources"
    scratch.write("content/handouts/small.yaml", COMPLETE.replace("  - resources", claim))
    result = _run(scratch, "check", "small", "--evidence", "--json")
    (path,) = _json(result)["files"]
    assert Path(path).name == "small.evidence.letter.pdf"
    done = subprocess.run([pdftotext, "-layout", path, "-"], capture_output=True, text=True, check=True)
    words = " ".join(done.stdout.split())
    assert words.startswith("Evidence Version 1.0, November 2026.")
    assert "A small leaflet: what it claims" in words
    assert "Tears come. CRY-1, read. A read fact. Smith 2020" in words
    assert "Name Profession and role Date Signature" in words
    assert "1 of 1" in words
    assert "own use" in words, "what is no handout waits for no review"
    assert "Draft" not in words
    assert _run(scratch, "check", "--evidence").exit_code == 2


@pytest.mark.layout
def test_the_studio_gives_each_sheet(scratch: Scratch) -> None:
    room = Session(scratch.root)
    (row,) = room.approvals("default")["rows"]
    assert row["sheets"] == 1
    name, body = room.evidence(Query("small", brand="default"), 1)
    assert name == "small.evidence.letter.pdf"
    assert body.startswith(b"%PDF-")
    with pytest.raises(TaskError, match="no such evidence sheet"):
        room.evidence(Query("small", brand="default"), 2)


@pytest.mark.skipif(not THOROUGH, reason="the sheets of the whole library take half a minute: make thorough")
def test_every_sheet_of_the_library_fits_its_paper(repository: Repository, tmp_path: Path) -> None:
    """In the paper of each clinic, Letter or A4: a few pages, of which the first has the lines to sign on."""
    items = repository.catalogue.known("item")
    sheets = Project(repository.root).write_evidence_sheets(items, ["default", "rowan"], tmp_path)
    assert {path.name.rpartition(".evidence")[0] for path in sheets} == set(items)
    most = {item: _most_pages(repository.handout(item)) for item in items}
    assert sorted(set(most.values())) == [6, 11], "only the clinician's notes need more than six pages"
    for path in sheets:
        with pikepdf.open(path) as document:
            item = path.name.partition(".evidence")[0]
            assert 1 <= len(document.pages) <= most[item], path.name


def _most_pages(handout: Handout) -> int:
    """Return how many pages a sheet may have: six, or one for every six facts of an item that is not in parts."""
    facts = {fact for cited in claims_of(handout).values() for fact in cited}
    return 6 if handout.kind == "booklet" else max(6, math.ceil(len(facts) / 6))


@pytest.mark.layout
def test_a_sheet_of_a_part_that_is_no_more_goes(scratch, tmp_path, monkeypatch) -> None:
    """A booklet that has fewer parts has fewer sheets; what others made, or another clinic's, stays."""
    parts = 3
    monkeypatch.setattr(
        "bifolio.editorial.evidence_sheet.sheets_of", lambda *known: sheets_of(*known) * parts
    )
    scratch.write("content/handouts/small.yaml", COMPLETE)
    project = Project(scratch.root)
    project.write_evidence_sheets(["small"], ["default"], tmp_path)
    folder = tmp_path / "default" / "en"
    (folder / "small.evidence-9.letter.pdf").write_bytes(b"somebody's own")
    assert len(list(folder.glob("*.pdf"))) == 4
    parts = 2
    written = project.write_evidence_sheets(["small"], ["default"], tmp_path)
    assert [path.name for path in written] == ["small.evidence.letter.pdf", "small.evidence-2.letter.pdf"]
    assert {path.name for path in folder.glob("*.pdf")} == {
        "small.evidence.letter.pdf",
        "small.evidence-2.letter.pdf",
        "small.evidence-9.letter.pdf",
    }
