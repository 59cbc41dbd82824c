"""Is every code of a finding in docs/findings.yaml, and every code there in the program?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from bifolio.content.error_texts import PHRASES
from bifolio.layout.page_checks import _CURES as CRAFT
from tests.conftest import ROOT

# Functions that put the first half before a code, by file: what they are called and what they put.
PUT_BEFORE = {
    ("__init__.py", "RefusedError"): "brand.",
    ("pixels.py", "RefusedError"): "brand.",
    ("refusal.py", "RefusedError"): "brand.",
    ("text.py", "RefusedError"): "brand.",
    ("vector.py", "RefusedError"): "brand.",
    ("fonts.py", "_refuse"): "brand.",
    ("evidence_rules.py", "finding"): "lint.",
    ("safety_rules.py", "finding"): "lint.",
    ("text_rules.py", "finding"): "lint.",
    ("upkeep_rules.py", "finding"): "lint.",
    **{
        (name, "refuse"): "import."
        for name in ("limits.py", "docx.py", "odt.py", "html.py", "importing.py", "imported_files.py")
    },
    ("brand_warnings.py", "_warning"): "",
    ("table.py", "_warning"): "",
    ("pdf_structure.py", "_finding"): "",
    ("pdf_pages.py", "_finding"): "",
    ("epub.py", "finding"): "",
    ("web.py", "finding"): "",
    ("document_checks.py", "finding"): "",
    ("yaml_loader.py", "self._report"): "",
}
# Codes whose first half is the sort of the file: `*` in the table.
SUBJECT = "{subject}."
# Codes that are put together, by file and expression, and what comes of them.
PUT_TOGETHER = {
    ("catalogue.py", "plan.unknown-{what}"): [
        f"plan.unknown-{what}" for what in ("item", "brand", "edition", "region", "language", "theme")
    ],
    ("page_checks.py", "page.{code}"): [f"page.{code}" for code in CRAFT],
    ("text_rules.py", "key.replace('_', '-')"): ["lint.main-message", "lint.call-to-action"],
    # These join a code that is found where it was made.
    ("limits.py", "import.{what}"): [],
    ("messages.py", "{subject}.{code}"): [],
    ("brand_warnings.py", "code"): [],
    ("table.py", "code"): [],
    ("__init__.py", "brand.{code}"): [],
    ("__init__.py", "brand.{refused.code}"): [],
    ("fonts.py", "brand.{code}"): [],
    ("subject.py", "lint.{code}"): [],
    ("pdf_structure.py", "code"): [],
    ("pdf_pages.py", "code"): [],
    ("document_checks.py", "code"): [],
    ("pipeline.py", "finding.code"): [],
    ("pipeline.py", "code"): [],
    ("plate.py", "code"): [],
    ("diagnostics.py", "code"): [],
    ("yaml_loader.py", "code"): [],
}


def _codes() -> set[str]:
    found: set[str] = set()
    for path in sorted((ROOT / "bifolio").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                found |= set(_of_call(path, node))
        if path.name == "error_texts.py":
            found |= set(_of_descriptions(tree, "*")) | {f"*.{code}" for code, _, _ in PHRASES.values()}
        if path.parent.name == "logo":
            found |= set(_of_descriptions(tree, "brand"))
        if path.name in ("pdf_structure.py", "pdf_pages.py"):
            found |= set(_said_in_passing(tree, "verify"))
    return found


def _of_call(path: Path, call: ast.Call) -> Iterator[str]:
    name = ast.unparse(call.func)
    before = "" if name == "Diagnostic" or name.endswith("Error.of") else PUT_BEFORE.get((path.name, name))
    if before is None or not call.args:
        return
    first = call.args[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        yield f"{before}{first.value}"
    else:
        yield from _of_pattern(
            path, _pattern(first) if isinstance(first, ast.JoinedStr) else ast.unparse(first)
        )


def _pattern(text: ast.JoinedStr) -> str:
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "{" + ast.unparse(part.value) + "}"  # type: ignore[attr-defined]
        for part in text.values
    )


def _of_pattern(path: Path, pattern: str) -> Iterator[str]:
    if pattern.startswith(SUBJECT) and "{" not in pattern.removeprefix(SUBJECT):
        yield f"*.{pattern.removeprefix(SUBJECT)}"
    else:
        assert (path.name, pattern) in PUT_TOGETHER, f"{path.name}: a code that cannot be read: {pattern}"
        yield from PUT_TOGETHER[path.name, pattern]


def _said_in_passing(tree: ast.Module, stage: str) -> Iterator[str]:
    """Return codes that stand in a table of their own before they are used."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and re.fullmatch(rf"{stage}\.[a-z-]+", str(node.value)):
            yield str(node.value)


def _of_descriptions(tree: ast.Module, subject: str) -> Iterator[str]:
    """Yield the codes of a module that describes what is wrong: the first of the three parts of a description."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Return | ast.Yield) and isinstance(node.value, ast.Tuple):
            first, *others = node.value.elts
            if len(others) == 2 and isinstance(first, ast.Constant) and "/" not in str(first.value):
                yield f"{subject}.{first.value}"


def _documented() -> set[str]:
    stages = yaml.safe_load((ROOT / "docs" / "findings.yaml").read_text("utf-8"))
    return {f"{stage}.{code}" for stage, entry in stages.items() for code in entry["codes"]}


def test_documents_and_program_know_the_same_codes() -> None:
    documented, codes = _documented(), _codes()
    assert {"load.tag", "*.unknown-block", "brand.logo-size", "verify.font", "plan.unknown-item"} <= codes
    assert sorted(codes - documented) == [], "codes that docs/findings.yaml lacks"
    assert sorted(documented - codes) == [], "codes that only docs/findings.yaml has"


def test_golden_errors_show_documented_codes() -> None:
    """What authors see is documented under that very name, or under `*` for the sort of the file."""
    documented = _documented()
    files = sorted(ROOT.glob("tests/golden/errors/*/expected.txt"))
    assert len(files) > 100
    shown = {
        code
        for file in files
        for code in re.findall(r"(?:error|warning)\[([a-z.-]+)\]", file.read_text("utf-8"))
    }
    assert not {code for code in shown if not {code, "*." + code.partition(".")[2]} & documented}


def test_codes_are_named_after_no_old_part_of_the_program() -> None:
    """They say what stage reports something, or what it is about."""
    assert not {code for code in _documented() if code.startswith(("press.", "craft.", "revise."))}
