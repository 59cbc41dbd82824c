"""The reference in docs/: every module of the package in one line, and every finding with its cure.

Modules come from the first paragraphs of their docstrings, findings from docs/findings.yaml. `make reference` runs it.
"""

from __future__ import annotations

import ast
from itertools import groupby
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
GENERATED = "<!-- written by scripts/reference.py: run `make reference` -->"


def modules() -> str:
    """Return one line for each module, folder by folder, as Markdown."""
    package = ROOT / "bifolio"
    names = sorted(path.relative_to(package) for path in package.rglob("*.py"))
    lines = ["# Modules", "", GENERATED, ""]
    for folder, members in groupby(sorted(names, key=lambda name: name.parent), lambda name: name.parent):
        files = {name.name: _first_paragraph(package / name) for name in members}
        about = files.pop("__init__.py", "")
        lines += [f"## bifolio/{'' if folder == Path() else f'{folder.as_posix()}/'}", "", about, ""]
        lines += ["| Module | What it does |", "|---|---|"]
        lines += [f"| `{name}` | {_cell(text)} |" for name, text in files.items()] + [""]
    return "\n".join(lines)


def _first_paragraph(path: Path) -> str:
    """Return the first paragraph of a module's docstring as one line."""
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return " ".join(docstring.partition("\n\n")[0].split())


def findings() -> str:
    """Return the table of all findings as Markdown."""
    stages = yaml.safe_load((ROOT / "docs" / "findings.yaml").read_text("utf-8"))
    lines = ["# Findings", "", GENERATED, ""]
    lines += [
        "A finding has a code, `<stage>.<what>`, which is never renamed once released. Exit codes of the commands:"
    ]
    lines += ["2 what was asked for, 3 content, 4 design, 5 a finished file, 6 the machine.", ""]
    for stage, entry in stages.items():
        lines += [f"## {'Content of files' if stage == '*' else stage}", "", entry["about"], ""]
        lines += ["| Code | What it means | What to do |", "|---|---|---|"]
        for code, (meaning, cure) in entry["codes"].items():
            lines.append(f"| `{stage}.{code}` | {_cell(meaning)} | {_cell(cure)} |")
        lines.append("")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def documents() -> dict[str, str]:
    """Return the text of each generated file by its name in docs/."""
    return {"modules.md": modules(), "findings.md": findings()}


if __name__ == "__main__":
    for name, text in documents().items():
        (ROOT / "docs" / name).write_text(text, "utf-8")
