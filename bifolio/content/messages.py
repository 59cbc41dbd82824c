"""Messages: pydantic's errors → findings in the author's words, at the author's line.

One fault gives one finding, though pydantic may report it several times.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bifolio.content.error_texts import describe
from bifolio.content.model_error import ModelError
from bifolio.content.model_fields import keys_at
from bifolio.core.diagnostics import Diagnostic, Span, did_you_mean
from bifolio.core.source_tree import SourceTree, Steps


def findings(
    details: list[ErrorDetails], cls: type[BaseModel], tree: SourceTree, subject: str
) -> list[Diagnostic]:
    """Return what pydantic found wrong with a file; `cls` is the model of the file.

    `subject` is the first half of the finding codes: content, brand, region, edition, evidence.
    """
    found = []
    for detail in _without_echoes(details, cls):
        for error in _errors(detail, cls, tree):
            code, message, cure = describe(error)
            found.append(Diagnostic(f"{subject}.{code}", message, _span(error, tree), help=cure))
    return found


def _without_echoes(details: list[ErrorDetails], cls: type[BaseModel]) -> list[ErrorDetails]:
    """Drop errors that only repeat another.

    A list whose only item is faulty also counts as too short; a mistyped key is also a missing one.
    """
    above = {detail["loc"][:length] for detail in details for length in range(len(detail["loc"]))}
    mistyped = {
        (*detail["loc"][:-1], did_you_mean(str(detail["loc"][-1]), known))
        for detail in details
        if detail["type"] == "extra_forbidden" and (known := keys_at(cls, tuple(detail["loc"][:-1])))
    }
    return [
        detail
        for detail in details
        if not (detail["type"] == "too_short" and detail["loc"] in above)
        and not (detail["type"] == "missing" and detail["loc"] in mistyped)
    ]


def faulty_steps(detail: ErrorDetails) -> list[Steps]:
    """Return the places that an error is about."""
    return [steps for steps, _ in _places(detail["type"], tuple(detail["loc"]), detail.get("ctx", {}))]


def _errors(detail: ErrorDetails, cls: type[BaseModel], tree: SourceTree) -> Iterator[ModelError]:
    kind, context = detail["type"], detail.get("ctx", {})
    for steps, more in _places(kind, tuple(detail["loc"]), context):
        yield ModelError(
            steps, tree.there(steps), kind, detail["input"], {**context, **more}, cls, tree.written(steps)
        )


def _places(kind: str, steps: Steps, context: Mapping[str, Any]) -> Iterator[tuple[Steps, dict[str, Any]]]:
    """Yield each place that an error is about. A palette reports all its lost names at once."""
    if kind == "color_name":
        for at, name in context["lost"]:
            yield (*steps, *at), {"colour": name, "there": context["there"]}
    elif kind == "table_cells":
        yield (*steps, "rows", context["row"]), {}
    elif kind == "unknown_block":
        yield (*steps, context["kind"]), {}
    elif kind == "review_order":
        yield (*steps, "due"), {}
    elif kind == "binds":
        yield (*steps, "handouts"), {"is_key": True}
    elif steps[-1:] == ("[key]",):
        yield steps[:-1], {"is_key": True}
    else:
        yield steps, {}


_AT_KEY = frozenset(
    ["extra_forbidden", "block_shape", "block_fields", "no_default", "unknown_block", "line_reach"]
)
_INSIDE = {
    "text_html": "tag",
    "text_link": "target",
    "text_link_space": "target",
    "text_bare_link": "target",
    "text_kept": "word",
}
"""Errors about a part of a text, and the key of that part in their context."""


def _span(error: ModelError, tree: SourceTree) -> Span:
    if error.kind == "missing":
        return tree.span(error.steps[:-1], key=True)
    if error.kind == "text_image":
        return tree.inside(error.steps, "![")
    if error.kind in _INSIDE:
        return tree.inside(error.steps, error.context[_INSIDE[error.kind]])
    return tree.span(error.steps, key=error.kind in _AT_KEY or "is_key" in error.context)
