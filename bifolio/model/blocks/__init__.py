"""Blocks: what a handout consists of, one module and one class a kind.

In a file a block is a mapping with one key, its kind. A class with a `shorthand` may be written
without its field names (`- text: Just the words`). Each kind has four files of the same name: its class
here, a macro in templates/blocks/, a stylesheet in styles/components/, a golden file in tests/golden/blocks/.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from bifolio.model.base import Model
from bifolio.model.blocks.agreement import Agreement
from bifolio.model.blocks.base import BlockBase
from bifolio.model.blocks.bullets import Bullets
from bifolio.model.blocks.callout import Callout
from bifolio.model.blocks.checklist import Checklist
from bifolio.model.blocks.choice_row import ChoiceRow
from bifolio.model.blocks.content_note import ContentNote
from bifolio.model.blocks.decision_flow import DecisionFlow
from bifolio.model.blocks.figure import Figure
from bifolio.model.blocks.glossary import Glossary
from bifolio.model.blocks.grounding import Grounding
from bifolio.model.blocks.help_when import HelpWhen
from bifolio.model.blocks.key_points import KeyPoints
from bifolio.model.blocks.log_table import LogTable
from bifolio.model.blocks.myth_fact import MythFact
from bifolio.model.blocks.page_break import PageBreak
from bifolio.model.blocks.privacy_note import PrivacyNote
from bifolio.model.blocks.references import References
from bifolio.model.blocks.resources import Resources
from bifolio.model.blocks.sample_words import SampleWords
from bifolio.model.blocks.scale import Scale
from bifolio.model.blocks.section import Section
from bifolio.model.blocks.steps import Steps
from bifolio.model.blocks.text import TextBlock
from bifolio.model.blocks.two_column import TwoColumn
from bifolio.model.blocks.write_in import WriteIn

AnyBlock = (
    Section
    | TextBlock
    | Bullets
    | Steps
    | Checklist
    | KeyPoints
    | Callout
    | MythFact
    | TwoColumn
    | SampleWords
    | Scale
    | ChoiceRow
    | WriteIn
    | LogTable
    | Agreement
    | DecisionFlow
    | Figure
    | Grounding
    | Glossary
    | HelpWhen
    | Resources
    | References
    | ContentNote
    | PrivacyNote
    | PageBreak
)

KINDS: dict[str, type[BlockBase]] = {
    get_args(cls.model_fields["kind"].annotation)[0]: cls for cls in get_args(AnyBlock)
}
"""The class of each kind."""


def _unwrap(value: Any, info: ValidationInfo) -> Any:
    """Turn `{callout: {tone: calm, …}}` into `{kind: callout, tone: calm, …}`."""
    if isinstance(value, BlockBase):
        return value
    if isinstance(value, str) and value in KINDS:
        value = {value: None}  # `- page_break` without its colon
    if not isinstance(value, dict) or len(value) != 1:
        raise PydanticCustomError("block_shape", "a block is one key, its kind")
    (kind, body), *_ = value.items()
    cls = KINDS.get(kind)
    if cls is None:
        raise PydanticCustomError("unknown_block", "not a kind of block", {"kind": str(kind)})
    defaults = (info.context or {}).get("defaults", {})
    if body == "default":
        if kind not in defaults:
            raise PydanticCustomError("no_default", "no default for this kind", {"kind": kind})
        body = defaults[kind]
    if body is None:
        body = {}
    elif not isinstance(body, dict):
        if cls.shorthand is None:
            raise PydanticCustomError("block_fields", "needs its fields by name", {"kind": kind})
        body = {cls.shorthand: body}
    return {**body, "kind": kind}


Block = Annotated[AnyBlock, Field(discriminator="kind"), BeforeValidator(_unwrap)]

Section.model_rebuild(force=False)


def walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Yield every block in reading order, including those inside sections."""
    for block in blocks:
        yield block
        if isinstance(block, Section):
            yield from walk(block.blocks)


def cites_of(value: Any) -> Iterator[str]:
    """Yield the ids of all facts that a block, a passage or a tuple of them cites, in order."""
    if isinstance(value, tuple):
        for item in value:
            yield from cites_of(item)
    elif isinstance(value, Model):
        for name in type(value).model_fields:
            inner = getattr(value, name)
            if name == "cites":
                yield from inner
            else:
                yield from cites_of(inner)
