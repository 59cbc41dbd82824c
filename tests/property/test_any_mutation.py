"""Does validation hold for any handout? Whatever somebody changes gives a handout or findings, nothing else."""

from __future__ import annotations

import copy
import datetime
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bifolio.content.repository import Repository
from bifolio.content.validation import (
    cited_facts,
    named_pictures,
    region_words,
    sections,
    shared_blocks,
    validate,
)
from bifolio.core.diagnostics import ContentError, Diagnostic, show
from bifolio.core.source_tree import SourceTree
from bifolio.core.yaml_loader import parse
from bifolio.model.blocks import KINDS
from bifolio.model.brand import Brand
from bifolio.model.evidence import Evidence
from bifolio.model.handout import Handout
from bifolio.model.region import Region
from tests.conftest import ROOT
from tests.support.projects import BRAND, REGION

SEEDS = {
    item: Repository(ROOT).handout_tree(item).value
    for item in ("tears-and-closeness", "steady-now", "check-in-card")
}

_TRICKY = (
    *(
        "",
        " ",
        "default",
        "2026-11-22",
        "1700000000",
        "{word}",
        "[a](#b)",
        "[a](javascript:b)",
        "<b>",
        "![a](b)",
    ),
    *("slot:clinic", "#1d5a68", "#12", "0x10", "1e400", ".nan", "../..", "a" * 5000),
    *KINDS,
)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(_TRICKY)
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates(min_value=datetime.date(1000, 1, 1))
    | _TEXTS
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=6,
)


def _mutate(data: st.DataObject, tree: Any) -> None:
    """Drop, replace or insert one value somewhere in a tree, in place."""
    places = [(holder, key) for holder in _holders(tree) for key in _keys_of(holder)]
    if not places:
        return
    holder, key = data.draw(st.sampled_from(places), label="place")
    change = data.draw(st.sampled_from(["drop", "replace", "insert", "rename"]), label="change")
    if change == "drop":
        del holder[key]
    elif change == "replace":
        holder[key] = data.draw(_VALUES)
    elif isinstance(holder, list):
        holder.insert(key, data.draw(_VALUES))
    elif change == "insert":
        holder[data.draw(_TEXTS)] = data.draw(_VALUES)
    else:
        holder[data.draw(_TEXTS)] = holder.pop(key)


def _holders(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value, *(h for inner in value.values() for h in _holders(inner))]
    if isinstance(value, list):
        return [value, *(h for inner in value for h in _holders(inner))]
    return []


def _keys_of(holder: Any) -> list[Any]:
    return list(holder) if isinstance(holder, dict) else list(range(len(holder)))


def _read(value: Any) -> SourceTree | None:
    """Write a value as YAML and load it; none when loading refuses it with findings."""
    try:
        return parse(yaml.safe_dump(value, allow_unicode=True), "any.yaml")
    except ContentError as refused:
        _are_sound(refused.findings)
        return None


def _are_sound(findings: Any) -> None:
    assert findings
    for finding in findings:
        _is_sound(finding)


def _is_sound(finding: Diagnostic) -> None:
    span = finding.span
    assert span is not None, finding
    assert 1 <= span.line <= max(1, span.source.line_count), finding
    assert 1 <= span.column <= len(span.source.line(span.line)) + 1, finding
    assert not finding.code.endswith(".invalid"), f"pydantic's error has no words of ours: {finding}"
    assert len(finding.message) < 500
    assert "\n" not in finding.message
    assert show(finding)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(data=st.data(), seed=st.sampled_from(sorted(SEEDS)), changes=st.integers(1, 3))
def test_any_change_to_a_handout(data: st.DataObject, seed: str, changes: int) -> None:
    value = copy.deepcopy(SEEDS[seed])
    for _ in range(changes):
        _mutate(data, value)
    if (tree := _read(value)) is None:
        return
    handout, findings = validate(Handout, tree, "content", {"defaults": {"help_when": {}}})
    assert (handout is None) == bool(findings)
    references = [
        *cited_facts(tree, Evidence()),
        *named_pictures(tree, (), ()),
        *region_words(tree, ("emergency",), "us"),
        *sections(tree),
    ]
    for finding in (*findings, *references):
        _is_sound(finding)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_change_to_a_brand(data: st.DataObject) -> None:
    value = parse(BRAND, "brand").value
    value["logo"] = {"images": {"mark": {"path": "logo.svg"}}, "medium": "mark", "small": {"light": "mark"}}
    value["color"]["palette"] = {"tide": "#1d5a68", "sea": "tide"}
    _mutate(data, value)
    if (tree := _read(value)) is None:
        return
    brand, findings = validate(Brand, tree, "brand")
    assert (brand is None) == bool(findings)
    for finding in findings:
        _is_sound(finding)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_change_to_a_region(data: st.DataObject) -> None:
    value = parse(REGION, "region").value
    _mutate(data, value)
    if (tree := _read(value)) is None:
        return
    region, findings = validate(Region, tree, "region")
    assert (region is None) == bool(findings)
    for finding in findings:
        _is_sound(finding)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(value=st.dictionaries(_TEXTS, _VALUES, max_size=3))
def test_any_shared_blocks(value: dict[str, Any]) -> None:
    if (tree := _read(value)) is not None:
        for finding in shared_blocks(tree):
            _is_sound(finding)
