"""build_record: a build with nothing to do does nothing, and a change is never overlooked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bifolio.app import Project
from bifolio.build.build_record import BuildRecord, root_of
from bifolio.content.repository import Repository
from bifolio.core.files import ENGINE
from bifolio.model.job import Job, Request
from bifolio.resolve import resolve
from tests.support.projects import BRAND, CITING, COMPLETE, FACTS, HANDOUT, Scratch

pytestmark = pytest.mark.processes

SAID = {"out": "1 file up to date.\n", "err": ""}


def _recorded(scratch: Scratch) -> Path:
    """Record a build that wrote one file; give it."""
    wrote = scratch.write("output/a.pdf", b"%PDF")
    record = BuildRecord(scratch.root)
    record.record(["build"], record.files, [wrote], SAID)
    return wrote


def _stands(scratch: Scratch) -> bool:
    return BuildRecord(scratch.root).stands(["build"]) is not None


def test_what_is_as_it_was_stands(scratch: Scratch) -> None:
    assert not _stands(scratch)
    _recorded(scratch)
    assert _stands(scratch)
    assert BuildRecord(scratch.root).stands(["build", "other"]) is None


@pytest.mark.parametrize(
    "name",
    [
        "content/handouts/small.yaml",
        "content/brands/default/_brand.yml",
        "content/brands/new/_brand.yml",
        "bifolio.yaml",
    ],
)
def test_a_file_that_changed_or_came_is_seen(name: str, scratch: Scratch) -> None:
    _recorded(scratch)
    path = scratch.root / name
    before = path.read_text("utf-8") if path.exists() else ""
    scratch.write(name, f"{before}# more\n")
    assert not _stands(scratch)
    if before:
        scratch.write(name, before)  # another time, the same words
        assert _stands(scratch)


def test_a_change_within_the_same_moment_and_size_is_seen(scratch: Scratch) -> None:
    _recorded(scratch)
    path = scratch.root / "content/handouts/small.yaml"
    stat, at = path.stat(), (scratch.root / ".bifolio/build_record.json").stat().st_mtime_ns
    os.utime(path, ns=(at, at))
    record = BuildRecord(scratch.root)
    record.record(["build"], record.files, [scratch.root / "output/a.pdf"], SAID)
    kept = record._record["at"]
    os.utime(path, ns=(kept, kept))
    assert BuildRecord(scratch.root).changed == frozenset()
    path.write_bytes(path.read_bytes().replace(b"One", b"Two"))
    os.utime(path, ns=(kept, kept))
    assert path.stat().st_size == stat.st_size
    assert not _stands(scratch)


def test_what_went_is_seen(scratch: Scratch) -> None:
    _recorded(scratch)
    (scratch.root / "content/facts.yaml").unlink()
    assert not _stands(scratch)


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"%PDX-")])
def test_a_finished_file_that_is_gone_or_changed_is_made_again(spoil, scratch: Scratch) -> None:
    spoil(_recorded(scratch))
    assert not _stands(scratch)


def test_a_torn_record_is_an_empty_one(scratch: Scratch) -> None:
    _recorded(scratch)
    for text in ("{", "[]", '{"form": 0}'):
        scratch.write(".bifolio/build_record.json", text)
        assert not _stands(scratch)


def test_project_named_on_the_command_line() -> None:
    assert root_of(["build", "--project", "x"]) == Path("x")
    assert root_of(["--project=y"]) == Path("y")
    assert root_of(["build", "a"]) == Path()


# -- what a file is made from --------------------------------------------------------------------


def _made(scratch: Scratch, of: int = 4) -> int:
    """Build all; give how many files `of` them were made and not found."""
    project = Project(scratch.root, record=BuildRecord(scratch.root))
    jobs = project.plan(Request(brands=project.repository.catalogue.brands))
    assert len(jobs) == of
    return project.build(jobs, None, str).made


def test_only_what_a_change_touches_is_made(scratch: Scratch) -> None:
    scratch.write("content/handouts/other.yaml", COMPLETE)
    scratch.write("content/brands/second/_brand.yml", BRAND.replace("Test Clinic", "Second"))
    assert _made(scratch) == 4
    assert _made(scratch) == 0
    scratch.write("content/handouts/other.yaml", COMPLETE.replace("One sentence", "Two sentences"))
    assert _made(scratch) == 2
    scratch.write("content/brands/second/_brand.yml", BRAND.replace("Test Clinic", "Third"))
    assert _made(scratch) == 2
    scratch.write("content/facts.yaml", "facts: {}\n")  # nobody here cites one
    assert _made(scratch) == 0
    scratch.write("content/handouts/other.yaml", COMPLETE)  # back: found, not made
    scratch.write("content/brands/second/_brand.yml", BRAND.replace("Test Clinic", "Second"))
    assert _made(scratch) == 0


def test_a_fact_is_part_of_what_cites_it(scratch: Scratch) -> None:
    scratch.write("content/handouts/other.yaml", CITING)
    assert _made(scratch, 2) == 2
    scratch.write("content/facts.yaml", FACTS.replace("An unverified fact.", "Nobody cites it."))
    assert _made(scratch, 2) == 0
    scratch.write("content/facts.yaml", FACTS.replace("A read fact.", "Another fact."))
    assert _made(scratch, 2) == 1


def test_what_was_written_while_a_build_ran_is_not_taken_for_what_stood_before(scratch: Scratch) -> None:
    path = scratch.write("content/handouts/small.yaml", COMPLETE)
    late = Project(scratch.root, record=BuildRecord(scratch.root))
    path.write_text(COMPLETE.replace("You can stop", "You may stop"), "utf-8")
    (job,) = late.plan(Request())
    changed = late.pipeline.make(job)
    path.write_text(COMPLETE, "utf-8")
    assert _of(scratch, job) != changed.body
    path.write_text(COMPLETE.replace("You can stop", "You may stop"), "utf-8")
    assert _of(scratch, job) == changed.body


def _of(scratch: Scratch, job: Job) -> bytes:
    return Project(scratch.root, record=BuildRecord(scratch.root)).pipeline.make(job).body


def test_a_style_is_part_of_what_uses_its_block(repository: Repository) -> None:
    (job,) = Project(repository.root).plan(Request(items=("steady-now",), brands=("harbour",)))
    before = resolve(repository, job)
    comment = {".css": b"\n/* more */\n", ".j2": b"{# more #}\n"}
    changes = {
        "styles/components/grounding.css": True,
        "styles/components/decision_flow.css": False,
        "templates/blocks/decision_flow.html.j2": False,
        "templates/parts/hero.html.j2": True,
    }
    for name, matters in changes.items():
        body = repository.files.read_bytes(name) + comment[Path(name).suffix]
        after = resolve(repository.with_overlay({name: body}), job)
        assert (after.fingerprint != before.fingerprint) is matters, name
        assert (after.layout.fingerprint != before.layout.fingerprint) is matters, name


def test_a_clinic_and_a_region_are_part_of_their_own_files(repository: Repository) -> None:
    (job,) = Project(repository.root).plan(Request(items=("steady-now",), brands=("harbour",)))
    before = resolve(repository, job)
    changes = {
        ("content/brands/rowan/_brand.yml", "phone: "): False,
        ("content/brands/harbour/_brand.yml", "phone: "): True,
        ("content/regions/gb.yaml", "name: "): False,
        ("content/regions/us.yaml", "name: "): True,
    }
    for (name, words), matters in changes.items():
        text = repository.files.read_bytes(name).decode("utf-8")
        assert words in text
        overlay = {name: text.replace(words, f"{words}New ", 1).encode()}
        after = resolve(repository.with_overlay(overlay), job)
        assert (after.fingerprint != before.fingerprint) is matters, name


def test_entry_point_tells_that_nothing_is_to_do_without_heavy_imports(scratch: Scratch) -> None:
    def build() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-X", "importtime", str(ENGINE / "build.py")]
        return subprocess.run(command, cwd=scratch.root, capture_output=True, text=True, check=True)

    first, second = build(), build()
    assert "1 file in" in first.stdout
    assert second.stdout == "1 file up to date.\n"
    for name in ("click", "pydantic", "jinja2", "weasyprint", "yaml", "phonenumbers"):
        assert f" {name}\n" not in second.stderr
    assert " bifolio.core.fingerprints\n" in second.stderr


def test_what_was_seen_when_nobody_knew_is_what_the_build_goes_by(scratch: Scratch) -> None:
    """Files are looked at once for a command, and not again when it builds."""
    record = BuildRecord(scratch.root)
    record.record(["build"], record.files, (), {})
    scratch.write("content/handouts/other.yaml", HANDOUT)
    again = BuildRecord(scratch.root)
    assert again.stands(["build"]) is None
    assert Project(scratch.root, record=again).repository.files is again.files
    assert again.changed == {"content/handouts/other.yaml"}
