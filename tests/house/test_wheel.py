"""The wheel: installed into an empty environment, in an empty folder, without a network, it makes what a checkout makes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = [pytest.mark.layout, pytest.mark.processes]

HANDOUT = "steady-now"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: setuptools leaves its folder `build` beside what it builds."""
    source = tmp_path_factory.mktemp("source")
    for name in ("bifolio", "content", "styles", "templates"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT"):
        shutil.copy(ROOT / name, source)
    made = source / "wheel"
    _run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "-q",
            "--no-deps",
            "--no-index",
            "--no-build-isolation",
            "-w",
            made,
            ".",
        ],
        source,
    )
    (path,) = made.iterdir()
    return path


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command `bifolio` of an environment that has only the wheel, and the locked dependencies beside it."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, symlinks=True)
    packages = next(place.glob("lib/python*/site-packages"))
    python = place / "bin" / "python"
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    _run([python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel], place)
    return place / "bin" / "bifolio"


def _run(words: list[object], folder: Path) -> str:
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(word) for word in words], cwd=folder, env=own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_wheel_carries_what_a_checkout_has(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in ("styles", "templates", "content/locales"):
        files = [
            path for path in (ROOT / folder).rglob("*") if path.is_file() and not path.name.startswith(".")
        ]
        wanted = {f"bifolio/engine/{path.relative_to(ROOT).as_posix()}" for path in files}
        assert wanted
        assert wanted <= names, sorted(wanted - names)
    code = {path.relative_to(ROOT).as_posix() for path in (ROOT / "bifolio").rglob("*.py")}
    assert code <= names, sorted(code - names)
    assert not {name for name in names if name.split("/")[0] in {"tests", "templates", "styles", "content"}}


def test_an_installed_bifolio_makes_the_same_bytes(command: Path, tmp_path: Path) -> None:
    project = tmp_path / "clinic"
    shutil.copytree(ROOT / "content", project / "content", ignore=shutil.ignore_patterns("schema"))
    words = ["build", HANDOUT, "--brand", "harbour", "--format", "pdf,epub,html"]
    _run([command, *words], project)
    _run(
        [sys.executable, ROOT / "build.py", *words, "--project", ROOT, "--output", tmp_path / "checkout"],
        ROOT,
    )
    made = {path.name: path.read_bytes() for path in (project / "output" / "harbour").rglob(f"{HANDOUT}*")}
    assert {Path(name).suffix for name in made} == {".pdf", ".epub", ".html"}
    for path in (tmp_path / "checkout" / "harbour").rglob(f"{HANDOUT}*"):
        assert made[path.name] == path.read_bytes(), path.name

    packages = next(command.parent.parent.glob("lib/python*/site-packages"))
    assert not list((packages / "bifolio").rglob(".bifolio")), "what it keeps lies in the user's cache folder"
