"""Models → JSON Schemas, with which editors complete and check content files.

A block is written as `{kind: fields}`, not as pydantic's `{kind: …, field: …}`, so the schemas of blocks
are restructured here. JSON Schema 2020-12.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bifolio.core.diagnostics import ToolError
from bifolio.model.blocks import KINDS
from bifolio.model.brand import Brand
from bifolio.model.edition import Edition
from bifolio.model.evidence import Facts, Sources
from bifolio.model.figure import FigureWords
from bifolio.model.handout import Handout
from bifolio.model.locale import Locale
from bifolio.model.project import Plan
from bifolio.model.region import Region
from bifolio.model.synonyms import Synonyms
from bifolio.model.tailoring import Tailoring

MODELS: dict[str, type[BaseModel]] = {
    "handout": Handout,
    "brand": Brand,
    "edition": Edition,
    "facts": Facts,
    "figure": FigureWords,
    "locale": Locale,
    "project": Plan,
    "region": Region,
    "sources": Sources,
    "synonyms": Synonyms,
    "tailoring": Tailoring,
}


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schema of each sort of file, by name."""
    made = {}
    for name, model in MODELS.items():
        schema = model.model_json_schema()
        if name == "handout":
            schema = _with_blocks_as_written(schema)
        made[name] = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return made


def write_schemas(folder: Path) -> list[Path]:
    """Write all schemas into a folder; return their paths. Raises ToolError."""
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, schema in schemas().items():
            path = folder / f"{name}.json"
            path.write_text(json.dumps(schema, indent=1, ensure_ascii=False) + "\n", "utf-8")
            written.append(path)
    except OSError as error:
        raise ToolError.of(
            "schema.cannot-write",
            f'"{folder}" cannot be written: {(error.strerror or str(error)).lower()}',
            help="free the disk, or make the folder writable",
        ) from error
    return written


def _with_blocks_as_written(schema: dict[str, Any]) -> dict[str, Any]:
    definitions: dict[str, Any] = schema["$defs"]
    names = {cls.__name__: (kind, cls) for kind, cls in KINDS.items()}
    choices: list[dict[str, Any]] = []
    bare = []
    for name, (kind, cls) in names.items():
        fields = definitions[name]
        fields["properties"].pop("kind", None)
        fields["required"] = [field for field in fields.get("required", ()) if field != "kind"]
        written: list[dict[str, Any]] = [{"$ref": f"#/$defs/{name}"}]
        if cls.shorthand:
            written.append(fields["properties"][cls.shorthand])
        if not fields["required"]:
            written.append({"type": "null"})
            bare.append(kind)  # `- page_break` will do
        written.append({"const": "default"})
        choices.append(
            {
                "type": "object",
                "description": fields.get("description", ""),
                "properties": {kind: {"anyOf": written}},
                "required": [kind],
                "additionalProperties": False,
            }
        )
    definitions["Block"] = {"oneOf": [*choices, {"enum": bare}]}
    for fields in definitions.values():
        if {"text", "cites"} <= fields.get("properties", {}).keys():
            _let_name_a_sentence(fields)
    return {key: _replace_unions(value) for key, value in schema.items()}


def _let_name_a_sentence(fields: dict[str, Any]) -> None:
    """Let `safety: name` stand for `text`."""
    fields["properties"]["safety"] = {
        "description": "A sentence of content/defaults.yaml, by its name; it stands for the text.",
        "type": "string",
    }
    if "text" in fields.get("required", ()):
        fields["required"] = [field for field in fields["required"] if field != "text"]
        fields["oneOf"] = [{"required": ["text"]}, {"required": ["safety"]}]


def _replace_unions(value: Any) -> Any:
    if isinstance(value, dict):
        if "discriminator" in value:
            return {"$ref": "#/$defs/Block"}
        return {key: _replace_unions(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replace_unions(inner) for inner in value]
    return value
