"""`import`: from a document to a handout that can be checked and opened."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bifolio.cli.main import main
from bifolio.content.importers import imported_files
from bifolio.content.importers.importing import import_document
from bifolio.content.repository import Repository
from tests.support.projects import Scratch
from tests.unit.content.importers.test_words import NAMES, imported, read

DAY = "2026-11-30"


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    def here(raw: bytes, name: str, today: object, kind: str, language: str) -> object:
        return import_document(raw, name, today, kind=kind, language=language)  # type: ignore[arg-type]

    monkeypatch.setattr(imported_files, "_bounded", here)  # `test_hostile` has the process
    return Scratch.create(tmp_path / "project")


def run(scratch: Scratch, *words: str) -> Result:
    arguments = ["import", "--project", str(scratch.root), "--on", DAY, *words]
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def document(scratch: Scratch, name: str) -> Path:
    raw, file_name = read(name)
    return scratch.write(f"../{file_name}", raw).resolve()


def test_a_word_file_becomes_a_handout(scratch: Scratch) -> None:
    done = run(scratch, str(document(scratch, "leaflet")), "--kind", "guide")
    assert done.exit_code == 0
    assert "lists → bullets: 1" in done.stdout
    assert "For you to decide:" in done.stdout
    text = (scratch.root / "content/handouts/leaflet.yaml").read_text("utf-8")
    assert "kind: guide\ntitle: Sleeping after a hard day\n" in text
    assert "review: {written: 2026-11-30, due: 2027-11-28}" in text
    assert "lint.help-missing" in done.stderr


def test_for_a_machine(scratch: Scratch) -> None:
    done = run(scratch, str(document(scratch, "tracked")), "--json")
    told = json.loads(done.stdout)
    assert told["file"].endswith("content/handouts/tracked.yaml")
    assert "deleted words of tracked changes: seven / Phone the porter." in told["report"]["left_out"]
    assert {"lint.lines-missing"} <= {finding["code"] for finding in told["findings"]}


def test_no_file_is_written_over(scratch: Scratch) -> None:
    path = scratch.root / "content/handouts/small.yaml"
    before = path.read_bytes()
    source = document(scratch, "leaflet")
    done = run(scratch, str(source), "--name", "small")
    assert (done.exit_code, path.read_bytes()) == (2, before)
    assert "import.there-already" in done.stderr


def test_a_name_that_cannot_be_had(scratch: Scratch) -> None:
    done = run(scratch, str(document(scratch, "leaflet")), "--name", "../small")
    assert done.exit_code == 2
    assert "import.bad-name" in done.stderr


def test_a_file_that_is_not_there(scratch: Scratch) -> None:
    done = run(scratch, "nowhere.docx")
    assert done.exit_code == 2
    assert "import.missing-file" in done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_what_is_imported_is_a_valid_handout(scratch: Scratch, name: str) -> None:
    """Every document becomes a file without an error of YAML, of the model, or of references."""
    scratch.write("content/handouts/made.yaml", imported(name).text)
    repository = Repository(scratch.root)
    assert repository.handout("made").body
    assert repository.handouts.check_words("made", repository.region("us")) == []
