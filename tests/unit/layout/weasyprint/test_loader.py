"""layout.weasyprint.loader: the proven version is patched, another one is told of, none at all ends in a sentence."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from bifolio.core.diagnostics import Severity, ToolError
from bifolio.layout.pages import lay_out_plate, read_styles, warm_up
from bifolio.layout.weasyprint import loader
from bifolio.layout.weasyprint.loader import (
    PROVEN_VERSION,
    load,
    uses_speedups,
    version_warning,
    wanted_patches,
)
from bifolio.layout.weasyprint.speedups import SPEEDUPS
from tests.conftest import ROOT
from tests.support.engine import FONTS, page

pytestmark = pytest.mark.layout

WORDS = page("<p>Words.</p>")


def test_installed_version_is_the_proven_one() -> None:
    assert load(FONTS).__version__ == PROVEN_VERSION
    assert version_warning() is None


def test_only_the_minor_version_that_is_proven_is_installed() -> None:
    """A new one is compared first: see `PROVEN_VERSION`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (pin,) = (one for one in project["dependencies"] if one.startswith("weasyprint"))
    major, minor = map(int, PROVEN_VERSION.split(".")[:2])
    assert pin == f"weasyprint>={major},<{major}.{minor + 1}"
    assert f"weasyprint=={PROVEN_VERSION}" in (ROOT / "requirements.lock").read_text("utf-8")


def test_plain_engine_has_no_speedups(monkeypatch: pytest.MonkeyPatch) -> None:
    assert uses_speedups()
    assert set(SPEEDUPS) < set(wanted_patches())
    monkeypatch.setenv("BIFOLIO_PLAIN_ENGINE", "1")
    assert not uses_speedups()
    assert set(SPEEDUPS).isdisjoint(wanted_patches())


# -- another version -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PYTHONPATH with the installed WeasyPrint as another version."""
    folder = tmp_path_factory.mktemp("another")
    spec = find_spec("weasyprint")
    assert spec is not None
    assert spec.origin is not None
    shutil.copytree(
        Path(spec.origin).parent, folder / "weasyprint", ignore=shutil.ignore_patterns("__pycache__")
    )
    init = folder / "weasyprint" / "__init__.py"
    init.write_text(init.read_text("utf-8").replace(f"'{PROVEN_VERSION}'", "'71.2'"), "utf-8")
    info = folder / "weasyprint-71.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: weasyprint\nVersion: 71.2\n", "utf-8")
    return folder


def _run(arguments: list[str], path: Path) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": f"{path}{os.pathsep}{ROOT}"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, env=env
    )


BUILD = ["build.py", "build", "check-in-card", "--brand", "harbour", "--force", "--json", "--output"]


def test_build_with_another_version_says_so_once(another: Path, tmp_path: Path) -> None:
    done = _run([*BUILD, str(tmp_path)], another)
    told = json.loads(done.stdout)
    assert told["ok"]
    found = [warning for warning in told["warnings"] if warning["code"] == "render.engine-version"]
    assert [warning["message"] for warning in found] == [
        f"WeasyPrint 71.2 is installed; Bifolio is tested with {PROVEN_VERSION}, so pages may look different"
    ]
    assert found[0]["severity"] == "warning"
    assert found[0]["help"]
    assert done.returncode == 0, done.stderr


def test_another_version_has_fixes_and_no_speedups(another: Path) -> None:
    code = (
        "import pathlib, sys; from bifolio.layout.weasyprint import loader, fixes, speedups;"
        "loader.load(pathlib.Path(sys.argv[1])); patches = set(loader.wanted_patches());"
        "print(patches >= set(fixes.FIXES), patches & set(speedups.SPEEDUPS), 'fontTools.subset' in sys.modules)"
    )
    done = _run(["-c", code, str(FONTS)], another)
    assert done.stdout == "True set() True\n", done.stderr


def test_version_that_cannot_be_patched_ends_in_one_sentence(another: Path, tmp_path: Path) -> None:
    """One that has moved what is patched; a single handout is laid out by a worker that was warmed up."""
    broken = tmp_path / "broken"
    shutil.copytree(another, broken)
    tags = broken / "weasyprint" / "pdf" / "tags.py"
    tags.write_text(tags.read_text("utf-8").replace("_build_box_tree", "_build_tag_tree"), "utf-8")
    done = _run([*BUILD[:-2], "--quiet", "--output", str(tmp_path / "out")], broken)
    assert done.returncode == 6
    errors = [line for line in done.stderr.splitlines() if "error[" in line]
    assert errors == [
        f"error[render.engine-failed]: WeasyPrint 71.2 fails at this; Bifolio needs WeasyPrint {PROVEN_VERSION}"
    ]
    assert "Traceback" not in done.stderr


def test_version_that_fails_while_it_lays_out_ends_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    load(FONTS)

    def fail(*_: object, **__: object) -> None:
        raise TypeError("unexpected keyword argument")

    monkeypatch.setattr("weasyprint.HTML.render", fail)
    with pytest.raises(TypeError):
        lay_out_plate(WORDS, FONTS, "test")
    monkeypatch.setattr(loader, "installed_version", lambda: "71.2")
    with pytest.raises(ToolError) as caught:
        lay_out_plate(WORDS, FONTS, "test")
    (finding,) = caught.value.findings
    assert (finding.code, finding.severity) == ("render.engine-failed", Severity.ERROR)


# -- none at all ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        "ImportError('No module named weasyprint')",
        "OSError('cannot load library x: it is not there\\nand more')",
    ],
)
def test_engine_that_does_not_load_ends_in_one_sentence(error: str, tmp_path: Path) -> None:
    """And what WeasyPrint prints of it does not stand in the output of --json."""
    (tmp_path / "weasyprint").mkdir()
    (tmp_path / "weasyprint" / "__init__.py").write_text(
        f"print('follow the steps')\nraise {error}\n", "utf-8"
    )
    done = _run([*BUILD, str(tmp_path / "out")], tmp_path)
    told = json.loads(done.stdout)
    (finding,) = told["findings"]
    assert finding["code"] == "render.engine-missing"
    assert finding["message"].startswith("the layout engine does not load: ")
    assert "and more" not in finding["message"]
    assert done.returncode == 6
    assert "Traceback" not in done.stderr


def test_warming_up_leaves_it_to_the_first_page_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that raised while it starts would be taken for one that died."""
    monkeypatch.setattr(loader, "_load", loader._import)
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    warm_up(FONTS)
    read_styles("p { color: red }", FONTS)
    with pytest.raises(ToolError):
        lay_out_plate(WORDS, FONTS, "test")
