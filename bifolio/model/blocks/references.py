"""references: the sources of a handout."""

from typing import Literal

from bifolio.model.base import Label
from bifolio.model.blocks.base import BlockBase


class References(BlockBase):
    """The sources of what this handout states, compiled from its cites."""

    kind: Literal["references"]
    title: Label | None = None
    style: Literal["short", "list", "full"] = "short"
    """`short` names them in one paragraph, `list` puts each on a line with its address, `full` says all that is known."""
