"""decision_flow: questions that lead to what to do."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import FactId, Label, Model, PassageField, Text
from bifolio.model.blocks.base import BlockBase


class FlowExit(Model):
    """An answer that leaves the flow, and what it leads to."""

    answer: Label
    text: Text
    tone: Literal["calm", "help"] = "calm"
    cites: tuple[FactId, ...] = ()


class FlowQuestion(Model):
    """A question; `onward` is the answer that leads to the next one."""

    ask: Text
    exits: tuple[FlowExit, ...] = Field(min_length=1, max_length=2)
    onward: Label


class DecisionFlow(BlockBase):
    """Questions from top to bottom, each with its exits at the side."""

    kind: Literal["decision_flow"]
    title: Label | None = None
    alt: Text
    """The flow in words, for a reader who does not see the drawing."""
    questions: tuple[FlowQuestion, ...] = Field(min_length=1, max_length=5)
    end: PassageField
