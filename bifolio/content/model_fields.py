"""Which keys a place in a file may have: a model and the steps to the place → names of fields."""

from __future__ import annotations

import types
import typing
from typing import Any

from pydantic import BaseModel

from bifolio.core.source_tree import Steps
from bifolio.model.blocks import KINDS
from bifolio.model.blocks.base import BlockBase


def keys_at(cls: type[BaseModel], steps: Steps) -> set[str]:
    """Return the keys that are allowed where `steps` lead, following the types of the models."""
    found: list[Any] = [cls]
    for step in steps:
        following = [inner for kind in found for inner in _inside(kind, step)]
        if following:
            found = following
    models = [kind for kind in found if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return {
        name
        for kind in models
        for name in kind.model_fields
        if not (name == "kind" and issubclass(kind, BlockBase))
    }


def _inside(kind: Any, step: str | int) -> list[Any]:
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return []
    if step in KINDS and kind in (KINDS[str(step)], BlockBase):
        return [KINDS[str(step)]]
    field = kind.model_fields.get(str(step))
    return _models_in(field.annotation) if field else []


def _models_in(annotation: Any) -> list[Any]:
    origin = typing.get_origin(annotation)
    if origin is None:
        return [annotation] if isinstance(annotation, type) else []
    if origin in (typing.Union, types.UnionType, tuple, list, dict, typing.Annotated):
        return [m for arg in typing.get_args(annotation) for m in _models_in(arg)]
    return []
