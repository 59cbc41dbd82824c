"""Tally: how much a drawing draws, and the refusal of too much."""

from __future__ import annotations

from collections.abc import Collection

from bifolio.branding.logo.refusal import too_large

MAX_SHAPES = 20_000
"""Shapes that are drawn, each counted as often as it is drawn."""
MAX_SEGMENTS = 400_000
"""Lines and curves of all that is drawn."""
MAX_LAYERS = 1_500
"""Clips, masks and groups that are drawn on a layer of their own."""
MAX_PICTURES = 40
"""Embedded pictures, each counted as often as it is drawn."""
MAX_OF_PIXELS = (3_000, 100)
"""Shapes and layers of a drawing that becomes pixels, which takes longer."""


class Tally:
    """What was drawn so far. Each method counts one more, and raises RefusedError for too many."""

    def __init__(self) -> None:
        self._shapes = self._segments = self._layers = self._pictures = 0

    def shape(self, segments: int) -> None:
        """Count a shape with its lines and curves."""
        self._shapes += 1
        self._segments += segments
        if self._shapes > MAX_SHAPES:
            raise too_large(f"the logo draws more than {MAX_SHAPES:,} shapes")
        if self._segments > MAX_SEGMENTS:
            raise too_large(f"the logo draws more than {MAX_SEGMENTS:,} lines and curves")

    def picture(self) -> None:
        """Count an embedded picture, which is a shape, too."""
        self.shape(4)
        self._pictures += 1
        if self._pictures > MAX_PICTURES:
            raise too_large(f"the logo shows more than {MAX_PICTURES} pictures")

    def layer(self) -> None:
        """Count a group that is drawn on a layer of its own."""
        self._layers += 1
        if self._layers > MAX_LAYERS:
            raise too_large(f"the logo has more than {MAX_LAYERS:,} clips, masks and transparent groups")

    def expect_few(self, reasons: Collection[str]) -> None:
        """Raise RefusedError if there is too much for a drawing that becomes pixels, for these reasons."""
        shapes, layers = MAX_OF_PIXELS
        if self._shapes > shapes or self._layers > layers:
            raise too_large(f"the logo has {' and '.join(sorted(reasons))}, and too many shapes for that")
