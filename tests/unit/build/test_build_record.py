"""ledger: a build with nothing to do does nothing, and a change is never overlooked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bifolio.app import Office
from bifolio.build.jobs import Job, Request
from bifolio.content.repository import Library
from bifolio.core.fingerprints import ENGINE, Ledger, root_of
from tests.support.projects import BRAND, CITING, COMPLETE, FACTS, HANDOUT, Scratch

pytestmark = pytest.mark.processes

SAID = {"out": "1 file up to date.\n", "err": ""}


def _recorded(scratch: Scratch) -> Path:
    """Record a build that wrote one file; give it."""
    wrote = scratch.write("output/a.pdf", b"%PDF")
    ledger = Ledger(scratch.root)
    ledger.record(["build"], ledger.snapshot(), [wrote], SAID)
    return wrote


def _stands(scratch: Scratch) -> bool:
    return Ledger(scratch.root).stands(["build"]) is not None


def test_what_is_as_it_was_stands(scratch: Scratch) -> None:
    assert not _stands(scratch)
    _recorded(scratch)
    assert _stands(scratch)
    assert Ledger(scratch.root).stands(["build", "other"]) is None


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
    stat, at = path.stat(), (scratch.root / ".bifolio/ledger.json").stat().st_mtime_ns
    os.utime(path, ns=(at, at))
    ledger = Ledger(scratch.root)
    ledger.record(["build"], ledger.snapshot(), [scratch.root / "output/a.pdf"], SAID)
    kept = ledger._kept["at"]
    os.utime(path, ns=(kept, kept))
    Ledger(scratch.root).snapshot()
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


def test_a_torn_ledger_is_an_empty_one(scratch: Scratch) -> None:
    _recorded(scratch)
    for text in ("{", "[]", '{"form": 0}'):
        scratch.write(".bifolio/ledger.json", text)
        assert not _stands(scratch)


def test_project_named_on_the_command_line() -> None:
    assert root_of(["build", "--project", "x"]) == Path("x")
    assert root_of(["--project=y"]) == Path("y")
    assert root_of(["build", "a"]) == Path()


# -- what a file is made from --------------------------------------------------------------------


def _made(scratch: Scratch, of: int = 4) -> int:
    """Build all; give how many files `of` them were made and not found."""
    office = Office(scratch.root, ledger=Ledger(scratch.root))
    jobs = office.plan(Request(brands=office.library.brand_ids))
    assert len(jobs) == of
    return office.build(jobs, None, str).made


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
    late = Office(scratch.root, ledger=Ledger(scratch.root))
    path.write_text(COMPLETE.replace("You can stop", "You may stop"), "utf-8")
    (job,) = late.plan(Request())
    changed = late._workshop().produce(job)
    path.write_text(COMPLETE, "utf-8")
    assert _of(scratch, job) != changed.body
    path.write_text(COMPLETE.replace("You can stop", "You may stop"), "utf-8")
    assert _of(scratch, job) == changed.body


def _of(scratch: Scratch, job: Job) -> bytes:
    return Office(scratch.root, ledger=Ledger(scratch.root))._workshop().produce(job).body


def test_a_style_is_part_of_what_uses_its_block(library: Library) -> None:
    office = Office(library.root, ledger=Ledger(library.root))
    snapshot = office.snapshot
    assert snapshot is not None
    (job,) = office.plan(Request(items=("steady-now",), brands=("harbour",)))
    before = library.made_from(job, snapshot)
    changes = {
        "styles/components/grounding.css": True,
        "styles/components/decision_flow.css": False,
        "templates/blocks/decision_flow.html.j2": False,
        "templates/parts/hero.html.j2": True,
        "content/brands/rowan/_brand.yml": False,
        "content/brands/harbour/_brand.yml": True,
        "content/regions/gb.yaml": False,
        "engine/bifolio/layout/ink.py": True,
    }
    for name, matters in changes.items():
        other = type(snapshot)({**snapshot.digests, name: "changed"}, snapshot.stats)
        assert name in snapshot.digests
        assert (library.made_from(job, other) != before) is matters, name


def test_front_door_tells_that_nothing_is_to_do_without_heavy_imports(scratch: Scratch) -> None:
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
    ledger = Ledger(scratch.root)
    ledger.record(["build"], ledger.snapshot(), (), {})
    scratch.write("content/handouts/other.yaml", HANDOUT)
    again = Ledger(scratch.root)
    assert again.looked is None
    assert again.stands(["build"]) is None
    assert Office(scratch.root, ledger=again).snapshot is again.looked
    assert again.looked is not None
    assert again.looked.changed == {"content/handouts/other.yaml"}
