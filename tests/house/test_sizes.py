"""No class, file or folder of the package grows past what a reader can hold in mind."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "bifolio"
FILES = tuple(sorted(PACKAGE.rglob("*.py")))

MAX_FILE_LINES = 400
MAX_CLASS_LINES = 250
MAX_METHODS = 25
MAX_TOP_MODULES = 8


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def _classes(path: Path) -> Mapping[str, tuple[int, int]]:
    """Return the lines and the number of methods of each class in a file."""
    found = {}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef):
            methods = sum(isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)) for inner in node.body)
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            found[f"{_name(path)}:{node.name}"] = (lines, methods)
    return found


def test_saw_known_files() -> None:
    assert PACKAGE / "compose" / "composer.py" in FILES
    assert "compose/composer.py:Composer" in _classes(PACKAGE / "compose" / "composer.py")


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_file_is_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MAX_FILE_LINES


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_classes_are_small(path: Path) -> None:
    for name, (lines, methods) in _classes(path).items():
        assert lines <= MAX_CLASS_LINES, name
        assert methods <= MAX_METHODS, name


def test_few_modules_lie_at_the_top() -> None:
    top = [path.name for path in PACKAGE.glob("*.py")]
    assert "app.py" in top
    assert len(top) <= MAX_TOP_MODULES
