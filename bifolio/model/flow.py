"""A flow: a composed handout that has no pages, for EPUB and the web, still in sentinel colours."""

from __future__ import annotations

from dataclasses import dataclass

DARK_SCREEN = "screen and (prefers-color-scheme: dark)"
"""The media query for dark colours. Paper is never dark."""


@dataclass(frozen=True)
class Heading:
    """One heading of a flow, as a link target."""

    level: int
    id: str
    words: str


@dataclass(frozen=True)
class Flow:
    """The body as well-formed XHTML, the styles it needs, and its metadata.

    Lengths are in rem, so that everything grows with the reader's own type size. Role colours are sentinels in the
    body, the styles and the pictures; `formats.paint` replaces them by a clinic's, light and dark.
    """

    title: str
    summary: str
    language: str
    kind: str
    body: str
    styles: str
    pictures: tuple[str, ...]
    """CSS rules for icons and art, one drawing each."""
    headings: tuple[Heading, ...]
    is_drawn: bool
    """Whether there are figures."""
    is_filled_in: bool
    """Whether there is room to write, or something to tick."""
