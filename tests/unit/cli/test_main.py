from __future__ import annotations

import gc
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from bifolio.build.build_record import BuildRecord
from bifolio.cli.console import MOST_SHOWN
from bifolio.cli.main import main, run
from bifolio.core.files import walk
from tests.conftest import ROOT
from tests.support.projects import BRAND, COMPLETE, HANDOUT, Scratch

COMMANDS = main.list_commands(click.Context(main))


def _run(scratch: Scratch, *arguments: str) -> Result:
    project = ["--project", str(scratch.root)]
    return CliRunner().invoke(main, [*arguments, *project], prog_name="build.py", catch_exceptions=False)


def _json(result: Result) -> dict[str, object]:
    value = json.loads(result.stdout)  # nothing else may stand on stdout
    assert isinstance(value, dict)
    return value


# -- help ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_the_common_options(command: str) -> None:
    assert {"build", "check", "verify", "list", "schema", "doctor"} <= set(COMMANDS)
    result = CliRunner().invoke(main, [command, "--help"], prog_name="build.py")
    assert result.exit_code == 0
    assert f"build.py {command}" in result.output
    for option in ("--project", "--json", "--quiet"):
        assert option in result.output
    declared = main.get_command(click.Context(main), command)
    assert declared is not None
    assert declared.help


def test_help_lists_every_command() -> None:
    result = CliRunner().invoke(main, ["--help"], prog_name="build.py")
    assert result.exit_code == 0
    assert all(f"  {command} " in result.output for command in COMMANDS)


@pytest.mark.processes
def test_the_entry_point_opens() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "build.py"), "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("bifolio, version ")


@pytest.mark.processes
def test_the_package_is_a_entry_point_too() -> None:
    command = [sys.executable, "-m", "bifolio", "biuld"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: python -m bifolio ")


@pytest.mark.processes
def test_only_the_module_of_the_command_is_imported() -> None:
    script = (
        "import sys; from bifolio.cli.main import main\n"
        "try: main(['verify', '--help'])\n"
        "except SystemExit: print(*sorted(name for name in sys.modules if name.startswith('bifolio.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    commands = {name for name in loaded if name.removeprefix("bifolio.cli.") in COMMANDS}
    assert commands == {"bifolio.cli.verify"}
    assert not {"bifolio.app", "bifolio.build.workers"} & loaded


@pytest.mark.layout
@pytest.mark.parametrize("is_its_own", [True, False])
def test_a_build_goes_by_what_the_entry_point_saw_of_its_project(
    scratch: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_its_own: bool
) -> None:
    asked = BuildRecord(scratch.root if is_its_own else tmp_path)
    asked.stands([])
    assert asked.files.states is not None, "the entry point has looked at all files"
    looked = []
    monkeypatch.setattr("bifolio.core.files.walk", lambda root: looked.append(root) or walk(root))
    command = ["build", "small", "--format", "html", "--project", str(scratch.root)]
    assert CliRunner().invoke(main, command, prog_name="build.py", obj=asked).exit_code == 0
    at_the_end = [scratch.root.resolve()]  # was anything written meanwhile?
    assert looked == (at_the_end if is_its_own else 2 * at_the_end)


def test_nothing_is_looked_through_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bifolio.cli.main.main", lambda **_: None)
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO()))
    monkeypatch.setattr("sys.stderr", io.TextIOWrapper(io.BytesIO()))
    gc.unfreeze()
    try:
        with pytest.raises(SystemExit):
            run("build.py")
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()


# -- each command, for people and for machines ---------------------------------------------------


@pytest.mark.layout
def test_build(scratch: Scratch) -> None:
    result = _run(scratch, "build", "small", "--brand", "default")
    assert result.exit_code == 0
    assert "small.letter.pdf" in result.stdout
    assert result.stderr == ""
    assert (scratch.root / "output/default/en/small.letter.pdf").is_file()

    again = _run(
        scratch, "--json", "-o", str(scratch.root / "out")
    )  # build is what is meant without a command
    assert again.exit_code == 0
    assert _json(again) == {
        "ok": True,
        "files": [str(scratch.root / "out/default/en/small.letter.pdf")],
        "warnings": [],
    }
    assert "[1/1] small · letter · default" in again.stderr

    silent = _run(scratch, "build", "--quiet", "--all-brands")
    assert (silent.exit_code, silent.stdout, silent.stderr) == (0, "", "")


@pytest.mark.layout
def test_build_shows_the_warnings_of_its_brands_and_goes_on(scratch: Scratch) -> None:
    scratch.write("content/brands/default/_brand.yml", f"extra: 1\n{BRAND}")
    result = _run(scratch, "build", "--json")
    assert result.exit_code == 0
    (warning,) = _json(result)["warnings"]  # type: ignore[misc]
    assert (warning["code"], warning["severity"], warning["line"]) == ("brand.unused-keys", "warning", 1)
    assert "warning[brand.unused-keys]" in _run(scratch, "build").stderr


def test_check(scratch: Scratch) -> None:
    scratch.write("content/handouts/small.yaml", COMPLETE)
    result = _run(scratch, "check")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "1 handout is fine.\n", "")
    assert not (scratch.root / "output").exists()
    assert _json(_run(scratch, "check", "small", "--brand", "default", "--json")) == {
        "ok": True,
        "warnings": [],
    }
    assert _run(scratch, "check", "-q").stdout == ""


def test_check_is_as_strict_as_asked(scratch: Scratch) -> None:
    long = " ".join(["and then we go"] * 6)
    scratch.write("content/handouts/small.yaml", COMPLETE.replace("One sentence", long.capitalize()))
    lenient, strict = _run(scratch, "check"), _run(scratch, "check", "--strict")
    assert (lenient.exit_code, strict.exit_code) == (0, 3)
    for result in (lenient, strict):
        assert "small.yaml:10:11: warning[lint.long-sentence]: a sentence of 24 words" in result.stderr
    found = _json(_run(scratch, "check", "--json"))
    assert [finding["code"] for finding in found["warnings"]] == ["lint.long-sentence"]


def test_check_looks_at_the_day_that_it_is_told(scratch: Scratch) -> None:
    scratch.write("content/handouts/small.yaml", COMPLETE)
    assert _run(scratch, "check", "--strict", "--on", "2027-11-22").exit_code == 0
    later = _run(scratch, "check", "--strict", "--on", "2027-11-23")
    assert later.exit_code == 3
    assert "[lint.review-overdue]" in later.stderr
    assert "[lint.stale-line]" in later.stderr


@pytest.mark.parametrize("command", ["build", "check", "list"])
def test_findings_for_people_and_for_machines(command: str, scratch: Scratch) -> None:
    scratch.write("content/handouts/small.yaml", HANDOUT.replace("summary", "sumary"))
    result = _run(scratch, command)
    assert result.exit_code == 3
    assert result.stdout == ""
    assert "content/handouts/small.yaml:3:1: error[content.unknown-key]" in result.stderr
    assert _run(scratch, command, "--quiet").stderr == result.stderr

    machine = _run(scratch, command, "--json")
    assert machine.exit_code == 3
    value = _json(machine)
    assert value["ok"] is False
    assert value["findings"] == [
        {
            "code": "content.unknown-key",
            "severity": "error",
            "message": '"sumary" is not a key here',
            "file": "content/handouts/small.yaml",
            "line": 3,
            "column": 1,
            "help": 'did you mean "summary"?',
        }
    ]


@pytest.mark.parametrize("what", ["handouts", "brands", "editions", "regions", "languages", "themes"])
def test_list(what: str, scratch: Scratch) -> None:
    result = _run(scratch, "list", what)
    assert result.exit_code == 0
    rows = _json(_run(scratch, "list", what, "--json"))[what]
    assert isinstance(rows, list)
    assert [line.split()[0] for line in result.stdout.splitlines()] == [row["id"] for row in rows]
    assert _run(scratch, "list", what, "--quiet").stdout == result.stdout  # rows are the result


def test_approve_and_list_approvals(scratch: Scratch) -> None:
    signed = ["--brand", "default", "--by", "Jo Example, doctor", "--on", "2026-11-23"]
    result = _run(scratch, "approve", "small", *signed)
    assert (result.exit_code, result.stderr) == (0, "")
    line = "small · default · us · en: approved, by Jo Example, doctor on 2026-11-23\n"
    assert result.stdout == line
    assert _run(scratch, "list", "--approvals").stdout == line
    machine = _json(_run(scratch, "list", "--approvals", "--json"))["approvals"]
    assert _json(_run(scratch, "approve", "small", *signed, "--json"))["approvals"] == machine
    assert _run(scratch, "approve", "small", *signed[:-1], "2099-12-01").exit_code == 2
    assert _run(scratch, "approve", "small", "--brand", "default").exit_code == 2  # who and when are given
    assert _run(scratch, "approve", "smal", *signed).exit_code == 2


@pytest.mark.layout
def test_new_brand_and_its_proof(scratch: Scratch) -> None:
    result = _run(scratch, "new", "brand", "lark", "--color", "#87ceeb", "--title", "Lark Practice")
    assert result.exit_code == 0
    assert "content/brands/lark/_brand.yml" in result.stdout
    assert "lark/en/proof.letter.pdf" in result.stdout
    assert "primary #87ceeb: 1.7 to 1 on white; for words on white use #" in result.stdout
    assert "deep: #87ceeb (1.7 to 1) is printed as #" in result.stdout
    assert (scratch.root / "output/lark/en/proof.letter.pdf").is_file()
    machine = _json(_run(scratch, "proof", "lark", "--json"))
    assert machine["ok"] is True
    assert machine["colours"][0]["name"] == "primary"  # type: ignore[index]
    again = _run(scratch, "new", "brand", "lark")
    assert again.exit_code == 2
    assert "error[new.there-already]" in again.stderr
    assert _run(scratch, "proof", "lrak").exit_code == 2


@pytest.mark.layout
def test_tailor_tells_what_a_copy_may_change(scratch: Scratch) -> None:
    result = _run(scratch, "tailor", "small")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "text"
    machine = _json(_run(scratch, "tailor", "small", "--json"))
    assert machine["parts"][0] == {"id": "text", "title": "", "kind": "text", "stays": "none"}
    both = _run(scratch, "tailor", "small", "--for", "-", "--note", "x", "--to", str(scratch.root / "x.pdf"))
    assert both.exit_code == 2
    assert _run(scratch, "tailor", "small", "--say", "partner", "--to", "x.pdf").exit_code == 2
    made = _run(scratch, "tailor", "small", "--note", "A word.", "--to", str(scratch.root / "x.pdf"))
    assert made.exit_code == 0
    assert (scratch.root / "x.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.layout
def test_verify(scratch: Scratch) -> None:
    assert _run(scratch, "build").exit_code == 0
    path = str(scratch.root / "output/default/en/small.letter.pdf")
    result = _run(scratch, "verify", path)
    assert (result.exit_code, result.stdout) == (0, f"{path}: nothing wrong found.\n")
    assert _json(_run(scratch, "verify", path, "--json")) == {"ok": True, "files": [path], "warnings": []}
    assert _run(scratch, "verify", path, "-q").stdout == ""
    scratch.write("broken.pdf", "x")
    broken = _run(scratch, "verify", str(scratch.root / "broken.pdf"), "--json")
    assert broken.exit_code == 5
    assert _json(broken)["ok"] is False
    assert _run(scratch, "verify").exit_code == 2


@pytest.mark.layout
def test_verify_follows_the_links_of_a_shelf(scratch: Scratch) -> None:
    assert _run(scratch, "build", "--format", "pdf,html").exit_code == 0
    shelf = scratch.root / "output/default/en/index.html"
    assert _run(scratch, "verify", str(shelf)).stdout == f"{shelf}: nothing wrong found.\n"
    (shelf.parent / "small.letter.pdf").unlink()
    broken = _run(scratch, "verify", str(shelf))
    assert broken.exit_code == 5
    assert '"small.letter.pdf" leads nowhere' in broken.output


def test_schema(scratch: Scratch) -> None:
    result = _run(scratch, "schema")
    assert result.exit_code == 0
    names = sorted(path.name for path in (scratch.root / "content/schema").iterdir())
    assert "handout.json" in names
    files = _json(_run(scratch, "schema", "--json"))["files"]
    assert isinstance(files, list)
    assert sorted(Path(file).name for file in files) == names
    assert _run(scratch, "schema", "-q").stdout == ""


def test_schema_needs_a_project_and_room(scratch: Scratch, tmp_path: Path) -> None:
    elsewhere = Scratch(tmp_path / "nowhere")
    assert _run(elsewhere, "schema").exit_code == 2
    assert not elsewhere.root.exists()
    scratch.write("content/schema", "a file stands here")
    result = _run(scratch, "schema")
    assert result.exit_code == 6
    assert "error[schema.cannot-write]" in result.stderr


@pytest.mark.layout
def test_doctor(scratch: Scratch) -> None:
    result = _run(scratch, "doctor")
    assert result.exit_code == 0
    assert "WeasyPrint with Pango" in result.stdout
    assert result.stdout.endswith("Everything needed is here.\n")
    value = _json(_run(scratch, "doctor", "--json"))
    assert value["ok"] is True
    assert _run(scratch, "doctor", "--quiet").stdout == ""


# -- what is typed wrong -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["biuld"], 'did you mean "build"?'),
        (["chekc"], 'did you mean "check"?'),
        (["small"], " build, "),
        (["console"], " build, "),
        (["__init__"], " build, "),
        (["os.path"], " build, "),
        (["build", "--brnad", "x"], "--brand"),
        (["build", "--format", "docx"], '"docx" cannot be made'),
        (["list", "brand"], "brands"),
        (["build", "smal"], 'did you mean "small"?'),
        (["build", "content/handouts/small.yaml"], 'did you mean "small"?'),
        (["build", "--edition", "Letter"], 'did you mean "letter"?'),
        (["check", "--brand", "defaults"], 'did you mean "default"?'),
        (["check", "smal"], 'did you mean "small"?'),
    ],
)
def test_near_misses(arguments: list[str], near: str, scratch: Scratch) -> None:
    result = _run(scratch, *arguments)
    assert result.exit_code == 2
    assert near in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("command", ["build", "check", "list", "schema"])
def test_folder_that_is_no_project(command: str, tmp_path: Path) -> None:
    result = _run(Scratch(tmp_path / "nowhere"), command)
    assert result.exit_code == 2
    assert "error[plan.no-project]" in result.stderr


def test_a_flood_of_findings_is_cut_for_people_only(scratch: Scratch) -> None:
    blocks = "".join(f"  - block{number}: x\n" for number in range(MOST_SHOWN + 50))
    scratch.write("content/handouts/small.yaml", HANDOUT.replace("  - text: One sentence.\n", blocks))
    result = _run(scratch, "check")
    assert result.stderr.count("error[") == MOST_SHOWN
    assert "… and 50 more; fix these first" in result.stderr
    assert result.stderr.endswith(f"{MOST_SHOWN + 50} findings\n")
    findings = _json(_run(scratch, "check", "--json"))["findings"]
    assert isinstance(findings, list)
    assert len(findings) == MOST_SHOWN + 50


def test_a_bug_shows_its_traceback(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("bifolio.app.Project.check", bug)
    with pytest.raises(KeyError):
        _run(scratch, "check")


@pytest.mark.processes
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_names_and_terminals_that_know_few_letters(encoding: str, scratch: Scratch) -> None:
    odd = Path(os.fsdecode(os.fsencode(scratch.root / "content" / "handouts") + b"/caf\xe9.yaml"))
    try:
        odd.write_text(HANDOUT, "utf-8")
    except OSError:
        pytest.skip("this file system takes no such names")
    done = subprocess.run(
        [sys.executable, ROOT / "build.py", "check", "--json", "--project", scratch.root],
        check=False,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr
    findings = json.loads(done.stdout)["findings"]
    (finding,) = (finding for finding in findings if finding["severity"] == "error")
    assert finding["code"] == "content.bad-name"
