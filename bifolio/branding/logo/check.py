"""Two pictures of one logo → whether they look the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

TOLERANCE = 24
"""How far a channel of 0 to 255 may lie from the channels around it."""

MOST = 0.01
"""The largest share of the inked pixels that may differ."""


def differing(one: Image, other: Image) -> tuple[float, int]:
    """Compare two pictures of one size, on white and on black; an edge may lie a pixel off.

    Returns the share of inked pixels that differ, and how many lie in the midst of others that do: where a whole
    part is missing there are such, along edges there are none.
    """
    from PIL import Image, ImageChops

    seen = ImageChops.lighter(one.getchannel("A"), other.getchannel("A"))
    apart = Image.new("L", one.size)
    for ground in ("white", "black"):
        first, second = (_on(picture, ground) for picture in (one, other))
        edges = _strong(ImageChops.difference(first, second)).getbbox()
        if edges is None:
            continue
        around = (
            edges[0] - 2,
            edges[1] - 2,
            edges[2] + 2,
            edges[3] + 2,
        )  # what lies outside is black in both
        first, second = first.crop(around), second.crop(around)
        beyond = ImageChops.lighter(_beyond(first, second), _beyond(second, first))
        part = Image.new("L", one.size)
        part.paste(beyond, around[:2])
        apart = ImageChops.lighter(apart, part)
    inked = seen.width * seen.height - seen.histogram()[0]
    return apart.histogram()[255] / max(inked, 1), _spread(apart, ImageChops.darker).histogram()[255]


def _on(picture: Image, ground: str) -> Image:
    from PIL import Image

    shown = Image.new("RGBA", picture.size, ground)
    shown.alpha_composite(picture)
    return shown.convert("RGB")


def _beyond(near: Image, far: Image) -> Image:
    """Return where a pixel of one picture is darker or lighter than all nine around its place in the other."""
    from PIL import ImageChops

    low, high = _spread(near, ImageChops.darker), _spread(near, ImageChops.lighter)
    return ImageChops.lighter(_strong(ImageChops.subtract(low, far)), _strong(ImageChops.subtract(far, high)))


def _strong(steps: Image) -> Image:
    """Return where a channel differs by more than the tolerance."""
    from PIL import ImageChops

    red, green, blue = steps.split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point([255 if step > TOLERANCE else 0 for step in range(256)])


def _spread(picture: Image, choose: Callable[[Image, Image], Image]) -> Image:
    """Return of each pixel and its eight neighbours the darkest, or the lightest."""
    wide, high = picture.size
    for across, down in ((1, 0), (0, 1)):
        before = picture.crop((-across, -down, wide - across, high - down))
        after = picture.crop((across, down, wide + across, high + down))
        picture = choose(choose(picture, before), after)
    return picture


def looks_alike(one: Image, other: Image) -> bool:
    """Tell whether two pictures of one size show the same logo."""
    share, midst = differing(one, other)
    return share <= MOST and not midst
