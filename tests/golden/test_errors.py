"""Does the author get this message? Each folder in errors/ is one fault and what the command line says of it.

`project/` lies over the scratch project of tests/support/projects.py; see `overlay` there for what its
file names mean. `command.txt` holds the arguments, `build` without it. `expected.txt` holds the exit code
and then, word for word, what stands on stderr.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from bifolio.cli.main import main
from bifolio.layout.pages import warm_up
from tests.conftest import ROOT as PROJECT
from tests.support.golden import ROOT, Golden
from tests.support.projects import Scratch, overlay

pytestmark = pytest.mark.layout

CASES = sorted(path.name for path in (ROOT / "errors").iterdir() if path.is_dir())

STOOD_BEFORE = {
    "output/manifest.json": '{"engine": {}, "files": {}}\n',
    "output/default/en/older.letter.pdf": "%PDF-1.7 of an earlier day\n",
}


@pytest.fixture(scope="module", autouse=True)
def _loaded_engine() -> None:
    """Load the layout engine here once, so that the worker of each command line need not."""
    warm_up(PROJECT / "styles" / "fonts")


@pytest.mark.parametrize("case", CASES)
def test_author_gets_this_message(
    case: str, scratch: Scratch, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "unknown-block" in CASES  # guards against looking in the wrong place
    folder = ROOT / "errors" / case
    for name, text in STOOD_BEFORE.items():
        scratch.write(name, text)
    overlay(folder / "project", scratch.root)
    command = folder / "command.txt"
    arguments = shlex.split(command.read_text("utf-8")) if command.exists() else ["build"]
    monkeypatch.chdir(scratch.root)

    result = CliRunner().invoke(main, arguments, prog_name="build.py", catch_exceptions=False)

    said = result.stderr.replace(f"{scratch.root}/", "")
    assert "Traceback" not in said
    golden.check(f"exit {result.exit_code}\n{said}", f"errors/{case}/expected.txt")
    if result.exit_code:
        stands = {
            path.relative_to(scratch.root).as_posix(): path.read_text("utf-8")
            for path in (scratch.root / "output").rglob("*")
            if path.is_file()
        }
        assert stands == STOOD_BEFORE, "a failed build touched output/"


def test_every_case_is_whole() -> None:
    """A folder without project/ or command.txt would test the scratch project as it is: no fault at all."""
    for case in CASES:
        files = {path.name for path in (ROOT / "errors" / case).iterdir()}
        assert files <= {"project", "command.txt", "expected.txt"}, case
        assert files & {"project", "command.txt"}, case
        assert Path(ROOT / "errors" / case / "expected.txt").exists(), case
