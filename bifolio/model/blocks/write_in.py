"""write_in: lines to write on."""

from typing import Literal

from pydantic import Field

from bifolio.model.base import Label, PassageField
from bifolio.model.blocks.base import BlockBase


class WriteIn(BlockBase):
    """Lines to write on, 9 mm apart."""

    kind: Literal["write_in"]
    label: Label | None = None
    note: PassageField | None = None
    lines: int = Field(default=3, ge=1, le=30)
