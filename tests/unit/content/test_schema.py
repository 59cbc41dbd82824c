from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bifolio.content.schema import schemas, write_schemas
from bifolio.core.files import ProjectFiles
from bifolio.core.yaml_loader import load, parse
from bifolio.model.blocks import KINDS
from tests.conftest import ROOT
from tests.support.projects import HANDOUT

SCHEMAS = schemas()
CONTENT = {
    "handout": [*ROOT.glob("content/handouts/*.yaml"), *ROOT.glob("content/booklets/*.yaml")],
    "brand": [*ROOT.glob("content/brands/*/_brand.yml")],
    "region": [*ROOT.glob("content/regions/*.yaml")],
    "locale": [*ROOT.glob("content/locales/*.yaml")],
    "figure": [*ROOT.glob("content/figures/*.yaml")],
    "facts": [ROOT / "content/facts.yaml"],
    "sources": [ROOT / "content/sources.yaml"],
    "edition": [*ROOT.glob("styles/editions/*.yaml")],
    "project": [ROOT / "bifolio.yaml"],
}


def _errors(name: str, value: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(SCHEMAS[name])
    return [
        f"{'/'.join(map(str, error.path))}: {error.message[:200]}" for error in validator.iter_errors(value)
    ]


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_schema_is_json_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["type"] == "object"


def test_every_sort_of_content_has_a_schema() -> None:
    assert set(CONTENT) <= set(SCHEMAS)
    assert ROOT / "content/handouts/steady-now.yaml" in CONTENT["handout"]  # guards against the wrong place


@pytest.mark.parametrize(
    ("name", "path"),
    [(name, path) for name, paths in CONTENT.items() for path in sorted(paths)],
    ids=lambda value: value.name if isinstance(value, Path) else value,
)
def test_schema_takes_the_projects_own_content(name: str, path: Path) -> None:
    assert _errors(name, load(ProjectFiles(ROOT), path.relative_to(ROOT).as_posix()).value) == []


def test_a_safety_sentence_stands_for_a_text_and_not_beside_one() -> None:
    assert _errors("handout", _handout({"callout": {"tone": "stop", "safety": "neck"}})) == []
    assert _errors("handout", _handout({"text": [{"safety": "neck"}]})) == []
    assert _errors("handout", _handout({"callout": {"safety": "neck", "text": "Otherwise."}}))
    assert _errors("handout", _handout({"callout": {"tone": "stop"}}))


def _handout(block: Any) -> dict[str, Any]:
    return {**parse(HANDOUT, "x").value, "body": [block]}


@pytest.mark.parametrize(
    "block",
    [
        {"calout": "Keep calm"},
        {"callout": {"tone": "loud", "text": "a"}},
        {"callout": {"txt": "a"}},
        {"callout": None},
        {"text": "a", "bullets": ["b"]},
        {"bullets": "a"},
        {"section": {"title": "A", "blocks": [{"calout": "a"}]}},
        {},
    ],
)
def test_schema_refuses_what_validation_refuses(block: Any) -> None:
    assert _errors("handout", _handout(block))


@pytest.mark.parametrize(
    "block",
    [
        {"text": "a"},
        {"text": ["a", {"text": "b", "cites": ["PCD-1"]}]},
        {"page_break": None},
        "page_break",
        "references",
        {"references": None},
        {"help_when": "default"},
        {"steps": ["a", {"title": "b"}]},
        {"section": {"title": "A", "blocks": [{"section": {"title": "B", "blocks": [{"text": "a"}]}}]}},
        {"log_table": {"columns": ["A", {"label": "B", "width": 2}], "rows": [["a", ""]]}},
    ],
)
def test_schema_takes_every_way_to_write_a_block(block: Any) -> None:
    assert _errors("handout", _handout(block)) == []


def test_schema_names_every_kind_of_block() -> None:
    choices = SCHEMAS["handout"]["$defs"]["Block"]["oneOf"]
    named = {key for choice in choices for key in choice.get("properties", ())}
    assert named == set(KINDS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("brand", {"meta": {"name": "A"}, "color": {"primary": None}}),
        ("brand", {"meta": {"name": ["A"]}}),
        ("edition", {"name": "A"}),
        ("project", {"brand": ["a"]}),
        ("handout", {}),
        ("handout", {**yaml.safe_load(HANDOUT), "version": 1.1}),
    ],
)
def test_schema_refuses(name: str, value: Any) -> None:
    assert _errors(name, value)


@pytest.mark.parametrize(
    "value",
    [
        {"meta": {"name": "A", "link": "https://a.org"}, "logo": "a.svg"},
        {
            "meta": {"name": {"short": "A"}},
            "logo": {"images": {"a": {"path": "a.svg"}}, "medium": {"light": "a"}},
        },
        {"meta": {"name": "A"}, "typography": {"base": "Inter"}},
    ],
)
def test_schema_takes_both_forms_of_a_brand(value: Any) -> None:
    assert _errors("brand", value) == []


def test_schemas_are_written_whole(tmp_path: Path) -> None:
    written = write_schemas(tmp_path / "schema")
    assert {path.stem for path in written} == set(SCHEMAS)
    assert json.loads((tmp_path / "schema/handout.json").read_text("utf-8")) == SCHEMAS["handout"]
