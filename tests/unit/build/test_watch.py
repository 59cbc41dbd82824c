"""watch: every change is seen once, however it was saved, and what it touches is built."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest

from bifolio.build import watch
from bifolio.core.files import ENGINE
from tests.support.projects import BRAND, COMPLETE, HANDOUT, Scratch

pytestmark = pytest.mark.processes


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "SECONDS", 0.001)
    monkeypatch.setattr(watch, "SETTLED", 0.001)


def _atomically(path: Path, text: str) -> None:
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(text, "utf-8")
    beside.replace(path)


def _same_size_and_time(path: Path) -> None:
    """Save as a tool does that sets the time back."""
    stat, text = path.stat(), path.read_text("utf-8")
    path.write_text(text.replace("One", "Two"), "utf-8")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


SMALL = "content/handouts/small.yaml"
CHANGES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "saved": (SMALL, lambda path: path.write_text(COMPLETE, "utf-8")),
    "put in the place of another": (SMALL, lambda path: _atomically(path, COMPLETE)),
    "saved with its old time": (SMALL, _same_size_and_time),
    "deleted": (SMALL, lambda path: path.unlink()),
    "new": ("content/handouts/new.yaml", lambda path: path.write_text(HANDOUT, "utf-8")),
    "a new brand": ("content/brands/new/_brand.yml", lambda path: path.write_text(BRAND, "utf-8")),
    "a style": ("styles/tokens.css", lambda path: path.write_text("", "utf-8")),
    "a template": ("templates/blocks/text.html.j2", lambda path: path.write_text("", "utf-8")),
    "the plan": ("bifolio.yaml", lambda path: path.write_text("{}", "utf-8")),
}


@pytest.mark.parametrize("how", CHANGES)
def test_a_change_is_seen_once(how: str, scratch: Scratch) -> None:
    for folder in ("styles", "templates/blocks"):
        (scratch.root / folder).mkdir(parents=True)
        shutil.copy(ENGINE / "bifolio.yaml", scratch.root / folder / "other")
    name, change = CHANGES[how]
    path = scratch.root / name
    path.parent.mkdir(exist_ok=True)
    seen = watch.changes(scratch.root)
    assert next(seen) == ()
    change(path)
    assert next(seen) == (name,)
    scratch.write("content/facts.yaml", "facts: {}\n")
    assert next(seen) == ("content/facts.yaml",)


def test_what_changes_while_somebody_builds_is_given_next(scratch: Scratch) -> None:
    seen = watch.changes(scratch.root)
    assert next(seen) == ()
    for number in (1, 2):
        scratch.write(SMALL, HANDOUT.replace("One", f"Number {number}"))
        scratch.write(f"content/handouts/new-{number}.yaml", HANDOUT)
        assert next(seen) == (f"content/handouts/new-{number}.yaml", SMALL)


def test_watch_builds_what_a_change_touches(scratch: Scratch) -> None:
    scratch.write("content/handouts/other.yaml", COMPLETE)
    command = [sys.executable, str(ENGINE / "build.py"), "watch", "--jobs", "1"]
    process = subprocess.Popen(
        command, cwd=scratch.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None

    def said() -> str:
        assert process.stdout is not None
        lines = list(iter(process.stdout.readline, "Watching for changes. Press Ctrl-C to stop.\n"))
        return "".join(lines)

    try:
        assert "2 of them new" in said()
        _atomically(scratch.root / SMALL, HANDOUT.replace("One sentence", "Rewritten"))
        told = said()
        assert told.startswith(f"Changed: {SMALL}\n")
        assert "1 of them new" in told
        document = pypdfium2.PdfDocument(scratch.root / "output/default/en/small.letter.pdf")
        assert "Rewritten" in document[0].get_textpage().get_text_bounded()
        document.close()
        scratch.write(SMALL, HANDOUT.replace("text:", "txet:"))
        assert "of them new" not in said()
        scratch.write(SMALL, HANDOUT.replace("One sentence", "Rewritten"))
        assert "2 files in" in (told := said())
        assert " 0 of them new" in told
    finally:
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=20)
    assert process.returncode == 130
    assert complaints.count("error[") == 1
    assert "content.unknown-block" in complaints
