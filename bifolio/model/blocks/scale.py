"""scale: numbers from 0 to 10 to circle."""

from typing import Literal

from bifolio.model.base import Label
from bifolio.model.blocks.base import BlockBase


class Scale(BlockBase):
    """Numbers from 0 to 10 to circle with a pen."""

    kind: Literal["scale"]
    label: Label
    low: Label
    high: Label

    @property
    def is_short(self) -> bool:
        """Whether the words fit beside the numbers on a wide sheet."""
        # A letter of the label is as wide as one and a half of the words beside it: 32 such halves fit A4.
        return 3 * len(self.label) + 2 * len(self.low) <= 32 and len(self.high) <= 10
