"""The house rules of templates, and that each kind of block has all of its files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from bifolio.model.blocks import KINDS, Callout
from bifolio.model.blocks.two_column import Column
from tests.conftest import ROOT
from tests.support import samples

TEMPLATES = tuple(sorted((ROOT / "templates").rglob("*.j2")))
ICONS = frozenset(path.stem for path in (ROOT / "styles" / "icons").glob("*.svg"))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _stems(folder: str, suffix: str) -> list[str]:
    return sorted(path.name.removesuffix(suffix) for path in (ROOT / folder).glob(f"*{suffix}"))


def test_saw_known_files() -> None:
    assert ROOT / "templates" / "shell.html.j2" in TEMPLATES
    assert "callout-stop" in ICONS


def test_every_kind_of_block_has_its_four_files() -> None:
    assert "callout" in KINDS  # guards against looking in the wrong place
    kinds = sorted(KINDS)
    assert _stems("bifolio/model/blocks", ".py") == sorted([*kinds, "__init__", "base"])
    assert _stems("templates/blocks", ".html.j2") == kinds
    assert _stems("styles/components", ".css") == kinds
    assert _stems("tests/golden/blocks", ".yaml") == kinds
    assert _stems("tests/golden/blocks", ".html") == kinds


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_template_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith("{# "), "the first thing is a comment: what it is for, what a screen reader hears"
    assert len(text.splitlines()) <= 60


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_macro_says_what_is_heard(kind: str) -> None:
    text = (ROOT / "templates" / "blocks" / f"{kind}.html.j2").read_text("utf-8")
    assert re.search(r"\bHeard: ", text.partition("#}")[0])
    assert "{% macro render(block, level) %}" in text


# -- icons ---------------------------------------------------------------------------------------

_ICON_CALL = re.compile(r"(?:\bicon|icon_class|use_icon)\(\s*\"([a-z_-]+)\"(\s*~\s*[\w.]+)?")

_ENDS = {
    "callout-": get_args(Callout.model_fields["tone"].annotation),
    "sign-": tuple(s for s in get_args(Column.model_fields["sign"].annotation) if s != "none"),
    "help-": ("now", "soon", "when_you_can"),
}
"""What templates put after the first part of a name."""


def _named_in_templates() -> set[str]:
    found = set()
    for path in TEMPLATES:
        for name, more in _ICON_CALL.findall(path.read_text("utf-8")):
            found |= {name + end for end in _ENDS[name]} if more else {name}
    return found


def _named_in(value: Any) -> set[str]:
    """Return every value of a key `icon` in a tree of YAML values."""
    if isinstance(value, dict):
        own = {value["icon"]} if isinstance(value.get("icon"), str) else set()
        return own.union(*map(_named_in, value.values()))
    if isinstance(value, list):
        return set().union(*map(_named_in, value))
    return set()


def test_every_icon_that_is_named_exists() -> None:
    content = sorted((ROOT / "content").rglob("*.yaml")) + sorted(samples.FOLDER.glob("*.yaml"))
    named = set().union(*(_named_in(yaml.safe_load(path.read_text("utf-8"))) for path in content))
    assert {"window", "leaf-full"} <= named
    in_templates = _named_in_templates()
    assert {"speech", "callout-stop", "sign-helps", "help-when_you_can"} <= in_templates
    assert sorted((named | in_templates) - ICONS) == []


@pytest.mark.parametrize("name", sorted(ICONS))
def test_icon_takes_the_brand_colour(name: str) -> None:
    text = (ROOT / "styles" / "icons" / f"{name}.svg").read_text("utf-8")
    assert "currentColor" in text
    assert not re.search(r"#[0-9a-fA-F]{3,6}\b|<text|<image|href=", text)
