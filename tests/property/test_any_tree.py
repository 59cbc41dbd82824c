"""Does loading hold for any tree of plain values that YAML can write?"""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bifolio.core.source_tree import Steps
from bifolio.core.yaml_loader import parse

# What our loader reads otherwise than YAML 1.1 does, on purpose, is kept out: dates, exponents, integers of
# 19 digits and more. Control characters are refused, and have their own tests.
_LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cf", "Co", "Cn"])
_WORDS = st.text(_LETTERS, max_size=40)
_KEYS = st.text(_LETTERS, min_size=1, max_size=20)
_FLOATS = st.decimals(-1_000_000, 1_000_000, places=3, allow_nan=False).map(float)
_LEAVES = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | _FLOATS | _WORDS
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=25,
)


def _keys(value: Any, above: Steps = ()) -> list[Steps]:
    if isinstance(value, dict):
        own = [(*above, key) for key in value]
        return own + [steps for key, inner in value.items() for steps in _keys(inner, (*above, key))]
    if isinstance(value, list):
        return [steps for at, inner in enumerate(value) for steps in _keys(inner, (*above, at))]
    return []


@settings(max_examples=300, deadline=None, derandomize=True)
@given(tree=_TREES, flow=st.booleans(), width=st.sampled_from([20, 80, 10_000]))
def test_what_yaml_writes_is_read_back(tree: Any, flow: bool, width: int) -> None:
    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=True, sort_keys=False, width=width)
    assert parse(text, "any.yaml").value == tree


@settings(max_examples=300, deadline=None, derandomize=True)
@given(tree=st.dictionaries(_KEYS, _TREES, min_size=1, max_size=4), flow=st.booleans())
def test_every_key_is_pointed_at(tree: dict[str, Any], flow: bool) -> None:
    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=True, sort_keys=False, width=10_000)
    loaded = parse(text, "any.yaml")
    for steps in _keys(tree):
        span = loaded.span(steps, key=True)
        line = loaded.source.line(span.line)
        shown = line[span.column - 1 : span.column - 1 + span.length]
        assert shown == steps[-1] or yaml.load(shown, yaml.BaseLoader) == steps[-1]  # in quotes
