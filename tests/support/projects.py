"""Scratch projects: a whole small project in a temporary folder, for tests that spoil something."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from bifolio.core.files import ENGINE

HANDOUT = """\
kind: leaflet
title: A small leaflet
summary: It says one thing.
audience: [client]
body:
  - text: One sentence.
review: {written: 2026-11-22, due: 2027-11-22}
"""

SAFE = HANDOUT.replace(
    "  - text: One sentence.\n",
    """\
  - text: One sentence.
  - help_when: {now: You are in danger., soon: You are afraid., when_you_can: You want to talk.}
  - resources: {limit: 1, clinic: false}
""",
)
"""A handout of which a build has nothing to tell."""

COMPLETE = HANDOUT.replace(
    "body:\n",
    """\
main_message: You can stop at any time.
call_to_action: Keep this page.
body:
  - help_when: {now: You are in danger., soon: You feel pressed., when_you_can: You want to talk.}
  - resources: {limit: 1}
""",
)
"""A handout in which an editor finds nothing to change."""

BRAND = """\
meta: {name: Test Clinic, link: https://clinic.example.org}
color: {primary: "#1d5a68"}
defaults: {bifolio: {region: us, edition: letter, phone: 202-555-0100}}
"""

REGION = """\
id: us
name: United States
language: en-US
sheet: letter
emergency: {number: "911", say: call 911}
words: {doctor: doctor}
lines:
  - id: crisis
    name: A crisis line
    about: Any crisis
    topics: [crisis]
    phone: 555-0199
    hours: day and night
    checked_on: 2026-11-22
    page_date: undated
    operator: https://example.org
    source: https://example.org/line
    status: read
"""

CITING = COMPLETE.replace(
    "  - text: One sentence.\n", "  - text: {paragraphs: One sentence., cites: [CRY-1]}\n"
)

FACTS = """\
facts:
  CRY-1: {text: A read fact., status: read, sources: [SMITH20]}
  CRY-2: {text: An unverified fact., status: unverified, sources: []}
"""

SOURCES = """\
sources:
  SMITH20:
    authors: [Smith A]
    year: 2020
    title: A study
    where: A journal 1
    short: Smith 2020, J 1
    doi: 10.1000/1
"""

PROJECT_LOCALE = Path(__file__).parent.parent.parent / "content" / "locales" / "en.yaml"


@dataclass(frozen=True)
class Scratch:
    """A project folder; templates and styles are the engine's own."""

    root: Path

    @classmethod
    def create(cls, root: Path) -> Scratch:
        scratch = cls(root)
        scratch.write("content/handouts/small.yaml", SAFE)
        scratch.write("content/brands/default/_brand.yml", BRAND)
        scratch.write("content/regions/us.yaml", REGION)
        scratch.write("content/facts.yaml", FACTS)
        scratch.write("content/sources.yaml", SOURCES)
        scratch.write("content/locales/en.yaml", PROJECT_LOCALE.read_text("utf-8"))
        return scratch

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file of the project; give its path."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text, "utf-8")
        return path


def overlay(files: Path, root: Path) -> None:
    """Lay the files of one error case over a project.

    `X.remove` takes X away. `X.repeat` holds a number and a text: X is the text so many times. `X.edit` holds
    two texts with `=>` on a line between them: the first in X becomes the second. A folder `templates` or
    `styles` makes the project bring its own: the engine's, with these files over them.
    """
    for folder in ("templates", "styles"):
        if (files / folder).is_dir():
            shutil.copytree(ENGINE / folder, root / folder)
    for path in sorted(path for path in files.rglob("*") if path.is_file()):
        target = root / path.relative_to(files)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".remove":
            _remove(target.with_suffix(""))
        elif path.suffix == ".edit":
            _edit(target.with_suffix(""), *path.read_text("utf-8").split("\n=>\n"))
        elif path.suffix == ".repeat":
            count, _, text = path.read_text("utf-8").partition("\n")
            target.with_suffix("").write_text(text * int(count), "utf-8")
        else:
            target.write_bytes(path.read_bytes())


def _edit(target: Path, old: str, new: str) -> None:
    text = target.read_text("utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {target.name}"
    target.write_text(text.replace(old, new.rstrip("\n")), "utf-8")


def _remove(target: Path) -> None:
    assert target.exists(), f"{target} is not there to be removed"
    if target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink()
