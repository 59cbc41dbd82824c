"""What a logo may be at most, and how large it is printed."""

from __future__ import annotations

from enum import Enum

MAX_BYTES = 8_000_000
MAX_PIXELS = 25_000_000
BOX_MM = (46.0, 11.5)
"""The largest width and height of a logo in the masthead."""

WIDEST_PX = 2400
"""Pixels of the longer side that are kept: 1300 to the inch in the masthead."""

RASTER_PX = 1600
"""Pixels of the longer side of a drawing that is turned into pixels: 660 to the inch in the masthead."""


class LogoUse(Enum):
    """What a logo is for, and how many pixels to the inch it takes there."""

    PRINT = 300
    SCREEN = 192
