"""The house rules of the project: what its documents say is so."""

from __future__ import annotations

import ast
import io
import re
import runpy
import shlex
import subprocess
import sys
import tokenize
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import click
import pytest

import bifolio
from bifolio.app import Project
from bifolio.cli.main import main
from bifolio.content.repository import Repository
from bifolio.content.schema import MODELS, write_schemas
from tests.conftest import ROOT, missing_tool

LIBRARY = Repository(ROOT)
README = ROOT / "README.md"


def _commands() -> list[list[str]]:
    """Return the commands of the README's code blocks, one list of words each."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def test_readme_shows_known_commands() -> None:
    assert ["make", "handouts"] in _commands()
    assert ["python", "build.py", "check", "--strict"] in _commands()


@pytest.mark.parametrize("words", _commands(), ids=" ".join)
def test_readme_command_exists(words: list[str]) -> None:
    if words[0] == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        assert set(words[1:]) <= set(targets)
        return
    assert words[:2] == ["python", "build.py"], "a command that no test knows"
    name, *arguments = words[2:] or ["build"]
    command = main.get_command(click.Context(main), name)
    assert command is not None
    context = click.Context(command)
    command.make_parser(context).parse_args(list(arguments))  # raises on an option that is not there


def test_a_mistyped_option_would_be_seen() -> None:
    command = main.get_command(click.Context(main), "build")
    assert command is not None
    with pytest.raises(click.NoSuchOption):
        command.make_parser(click.Context(command)).parse_args(["--brnad", "rowan"])


@pytest.mark.parametrize("path", sorted(ROOT.glob("*.md")), ids=lambda path: path.name)
def test_pictures_and_files_that_a_document_links_exist(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text("utf-8"))
    local = [target for target in targets if "://" not in target and not target.startswith("mailto:")]
    if path == README:
        assert "docs/handouts.png" in local
    missing = [target for target in local if not (path.parent / target).exists()]
    assert missing == []


_MAY_PRINT = {
    "bifolio/__main__.py",  # a build with nothing to do, before anything else is imported
    "bifolio/cli/console.py",
}


def test_only_the_console_prints() -> None:
    """Whatever else has something to say returns it."""
    printing = re.compile(
        r"\bprint\(|click\.(echo|secho|prompt|confirm|launch)|sys\.std(out|err)|print_exc\(|\brich\b"
    )
    modules = {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
        for path in sorted(ROOT.glob("bifolio/**/*.py"))
    }
    found = {name for name, text in modules.items() if printing.search(_code(text))}
    assert found == _MAY_PRINT


def _code(text: str) -> str:
    """Return a module without its strings and comments."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    left = (token.string for token in tokens if token.type not in (tokenize.STRING, tokenize.COMMENT))
    return " ".join(left).replace(" . ", ".").replace(" (", "(")


def test_pytest_walks_every_folder_with_tests(request: pytest.FixtureRequest) -> None:
    """By itself it walks past folders called `build`."""
    passed_over = request.config.getini("norecursedirs")
    folders = {
        folder for path in ROOT.glob("tests/**/test_*.py") for folder in path.relative_to(ROOT).parts[:-1]
    }
    folders -= {"tools"}  # what npm brings
    assert "build" in folders
    assert [name for name in sorted(folders) if any(fnmatch(name, shape) for shape in passed_over)] == []


def test_version_is_the_top_of_the_changelog() -> None:
    top = re.search(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert top is not None
    assert top[1] == bifolio.__version__


def test_reference_is_fresh() -> None:
    """`make reference` writes it: what each module does, and what each finding means."""
    documents = runpy.run_path(str(ROOT / "scripts" / "reference.py"))["documents"]()
    assert "| `pipeline.py` |" in documents["modules.md"]
    assert "| `load.tag` |" in documents["findings.md"]
    stale = [name for name, text in documents.items() if (ROOT / "docs" / name).read_text("utf-8") != text]
    assert stale == [], "run make reference"


def test_every_module_says_what_it_does() -> None:
    paths = sorted((ROOT / "bifolio").rglob("*.py"))
    assert ROOT / "bifolio" / "app.py" in paths
    assert [path for path in paths if not ast.get_docstring(ast.parse(path.read_text("utf-8")))] == []


def test_architecture_shows_the_tree() -> None:
    """Each folder and module at the top of the package, in the order of the import contract."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    assert text.index("```") < text.index("##"), "it opens with the tree"
    shown = re.findall(r"^  (\w+(?:/|\.py)) ", text.partition("```\n")[2].partition("\n```")[0], re.MULTILINE)
    package = ROOT / "bifolio"
    there = {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}
    there |= {path.name for path in package.glob("*.py")} - {"__init__.py", "__main__.py"}
    assert sorted(shown) == sorted(there)
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = [name for line in contracts[0]["layers"] for name in re.findall(r"\w+", line)]
    order = [name.removesuffix("/").removesuffix(".py") for name in shown]
    assert order == [name for name in layers if name in order]


def test_schemas_are_fresh(tmp_path: Path) -> None:
    """`python build.py schema` writes them; editors complete from them."""
    folder = ROOT / "content" / "schema"
    fresh = {path.name: path.read_text("utf-8") for path in write_schemas(tmp_path)}
    assert "handout.json" in fresh
    assert len(fresh) == len(MODELS)
    kept = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.json"))}
    assert sorted(kept) == sorted(fresh), "run python build.py schema"
    assert [name for name in kept if kept[name] != fresh[name]] == [], "run python build.py schema"


def test_modules_import_only_what_is_below_them() -> None:
    tool = Path(sys.executable).parent / "lint-imports"
    if not tool.exists():
        missing_tool("import-linter is not installed")
    done = subprocess.run([tool], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_library_is_clean_to_the_strict_eye() -> None:
    """On the day when its last words were written; later, reviews come due."""
    day = max(LIBRARY.handout(item).review.written for item in LIBRARY.catalogue.handouts)
    assert Project(ROOT).check((), (), day) == []
