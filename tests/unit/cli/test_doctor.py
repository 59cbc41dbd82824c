from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

from bifolio.cli import doctor
from bifolio.cli.doctor import Part, examine
from bifolio.layout.weasyprint import loader
from tests.conftest import ROOT


def _parts(project: Path = ROOT) -> dict[str, Part]:
    return {part.name: part for part in examine(project)}


@pytest.mark.layout
def test_everything_needed_is_here() -> None:
    parts = _parts()
    assert {"Python", "WeasyPrint with Pango", "Fonts", "SQLite with FTS5", "qpdf", "pydantic"} <= set(parts)
    assert all(part.present for part in parts.values() if part.needed)
    assert all(part.install and part.words for part in parts.values())


def test_every_package_of_the_project_is_looked_for() -> None:
    names = {"coloraide", "click", "defusedxml", "jinja2", "markdown_it", "pikepdf", "PIL", "pydantic"}
    names |= {"pypdfium2", "segno", "yaml", "rich"}
    assert names <= set(_parts())


def test_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_PACKAGES", (("no_such_package", "does nothing"),))
    part = _parts()["no_such_package"]
    assert (part.present, part.needed) == (False, True)
    assert part.install == "make setup"


def test_sqlite_without_full_text_search_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect

    def without_modules(*arguments: Any, **named: Any) -> sqlite3.Connection:
        store = connect(*arguments, **named)
        denied, modules = sqlite3.SQLITE_DENY, sqlite3.SQLITE_CREATE_VTABLE
        store.set_authorizer(lambda action, *_: denied if action == modules else sqlite3.SQLITE_OK)
        return store

    monkeypatch.setattr(sqlite3, "connect", without_modules)
    part = _parts()["SQLite with FTS5"]
    assert (part.present, part.needed) == (False, True)


def test_missing_program_is_no_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    part = _parts()["qpdf"]
    assert (part.present, part.needed) == (False, False)


@pytest.mark.parametrize(("system", "command"), [("darwin", "brew install"), ("linux", "apt-get install")])
def test_install_command_is_that_of_the_system(
    system: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert doctor._pango().startswith(command)
    assert all(part.install.startswith(command) for part in doctor._programs())


def test_layout_engine_that_does_not_load_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise OSError(f"cannot load library for {name}\nand more")

    monkeypatch.setattr(loader, "_load", loader._import)
    monkeypatch.setattr("importlib.import_module", broken)
    part = _parts()["WeasyPrint with Pango"]
    assert (part.present, part.needed) == (False, True)
    assert part.words == "the layout engine does not load: cannot load library for weasyprint"


@pytest.mark.layout
def test_layout_engine_of_another_version_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "installed_version", lambda: "71.2")
    part = _parts()["WeasyPrint with Pango"]
    assert part.present
    assert "71.2" in part.words
    assert loader.PROVEN_VERSION in part.words


def test_project_without_fonts_is_told(tmp_path: Path) -> None:
    (tmp_path / "styles").mkdir()
    assert _parts(tmp_path)["Fonts"].present is False
