"""Flows: composed markup → anchors for its headings, and whether there is something to fill in."""

from __future__ import annotations

import re

from markupsafe import Markup

from bifolio.model.blocks import Block, LogTable
from bifolio.model.flow import Heading

_HEADING = re.compile(r"<h([1-6])([^>]*)>(.*?)</h\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def with_anchors(body: str) -> tuple[str, tuple[Heading, ...]]:
    """Return the body with an id on each heading, for a table of contents to link to, and the headings."""
    headings: list[Heading] = []

    def anchored(found: re.Match[str]) -> str:
        words = " ".join(Markup(_TAG.sub("", found[3])).unescape().split())  # noqa: S704 - to read it only
        heading = Heading(int(found[1]), f"heading.{len(headings) + 1}", words)
        headings.append(heading)
        return f'<h{found[1]} id="{heading.id}"{found[2]}>{found[3]}</h{found[1]}>'

    return _HEADING.sub(anchored, body), tuple(headings)


_FILLED_IN = frozenset(["agreement", "checklist", "choice_row", "grounding", "scale", "write_in"])


def is_filled_in(block: Block) -> bool:
    """Return whether a block has room to write, or boxes to tick; a table may only be there to be read."""
    if isinstance(block, LogTable):
        return block.blank > 0 or not all(cell for row in block.rows for cell in row.cells)
    return block.kind in _FILLED_IN
