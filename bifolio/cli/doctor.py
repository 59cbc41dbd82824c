"""`doctor`: is everything that Bifolio needs, or can use, on this machine?"""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sqlite3
import sys
import warnings
from pathlib import Path
from typing import NamedTuple

from bifolio.cli.console import Console
from bifolio.cli.options import command
from bifolio.core.diagnostics import ToolError
from bifolio.editorial.search import SearchIndex
from bifolio.layout.weasyprint.loader import installed_version, load, version_warning


@command()
def doctor(console: Console, project: Path) -> None:
    """Check that everything needed is installed.

    Says how to install what is missing.
    """
    parts = examine(project)
    for part in parts:
        sign = "ok     " if part.present else "MISSING" if part.needed else "absent "
        console.say(f"{sign} {part.name}: {part.words}")
        if not part.present:
            console.say(f"        install: {part.install}")
    is_complete = all(part.present for part in parts if part.needed)
    console.say("Everything needed is here." if is_complete else "Something needed is missing.")
    console.result({"ok": is_complete, "parts": [part._asdict() for part in parts]})
    if not is_complete:
        sys.exit(ToolError.exit_code)


class Part(NamedTuple):
    """Something that Bifolio uses: whether it is here, whether it is needed, and how to install it."""

    name: str
    present: bool
    needed: bool
    words: str
    install: str


_PACKAGES = (
    ("pydantic", "checks content"),
    ("yaml", "reads content"),
    ("jinja2", "fills templates"),
    ("markdown_it", "sets text"),
    ("coloraide", "derives colours"),
    ("pikepdf", "inks PDFs"),
    ("pypdfium2", "verifies PDFs"),
    ("segno", "draws QR codes"),
    ("defusedxml", "cleans logos"),
    ("PIL", "reads pictures"),
    ("click", "is the command line"),
    ("rich", "shows progress on a terminal"),
)

_PROGRAMS = (
    ("qpdf", "checks the syntax of PDFs in the tests", "qpdf", "qpdf"),
    ("pdftotext", "reads text back in the tests", "poppler-utils", "poppler"),
    ("mutool", "shows EPUBs as MuPDF draws them in the tests", "mupdf-tools", "mupdf-tools"),
    ("java", "runs veraPDF and EPUBCheck in the tests", "openjdk-17-jdk-headless", "openjdk@17"),
    ("node", "runs Ace and axe in the tests", "nodejs npm", "node"),
    ("chromium", "shows pages to Ace and axe in the tests", "chromium", "chromium"),
)


def examine(project: Path) -> list[Part]:
    """Look for everything; what is needed comes first."""
    from bifolio.core.files import ProjectFiles

    fonts = ProjectFiles(project).path("styles/fonts")
    return [_python(), *_packages(), _engine(fonts), _fonts(fonts), _search(), *_programs()]


def _python() -> Part:
    there = sys.version_info >= (3, 11)
    return Part("Python", there, True, platform.python_version(), "Python 3.11 or newer")


def _packages() -> list[Part]:
    return [
        Part(
            name,
            importlib.util.find_spec(name) is not None,
            True,
            words,
            "make setup",
        )
        for name, words in _PACKAGES
    ]


def _engine(fonts: Path) -> Part:
    name = "WeasyPrint with Pango"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            load(fonts)
    except ToolError as error:
        return Part(name, False, True, error.findings[0].message, _pango())
    warning = version_warning()
    return Part(name, True, True, warning.message if warning else f"version {installed_version()}", _pango())


def _pango() -> str:
    if sys.platform == "darwin":
        return "brew install pango"
    return "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0, then make setup"


def _fonts(fonts: Path) -> Part:
    files = sorted(fonts.glob("*.ttf"))
    words = f"{len(files)} files in styles/fonts"
    return Part("Fonts", bool(files), True, words, "take styles/fonts/ from the project again")


def _search() -> Part:
    try:
        SearchIndex([])
    except sqlite3.Error as error:
        is_there, words = False, str(error)
    else:
        is_there, words = True, f"version {sqlite3.sqlite_version}"
    return Part(
        "SQLite with FTS5", is_there, True, words, "SQLite 3.34 or newer with FTS5, and a Python that uses it"
    )


def _programs() -> list[Part]:
    mac = sys.platform == "darwin"
    return [
        Part(
            name,
            shutil.which(name) is not None,
            False,
            words,
            f"brew install {brew}" if mac else f"apt-get install {apt}",
        )
        for name, words, apt, brew in _PROGRAMS
    ]
