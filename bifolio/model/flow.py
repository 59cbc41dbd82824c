"""A flow: a composed handout that has no pages, for EPUB and the web, still in sentinel colours."""

from __future__ import annotations

from dataclasses import dataclass

DARK_SCREEN = "screen and (prefers-color-scheme: dark)"
"""When colours are those of the night. Paper never is dark."""


@dataclass(frozen=True)
class Heading:
    """One heading of a flow: where a reader can go."""

    level: int
    id: str
    words: str


@dataclass(frozen=True)
class Flow:
    """The body as well-formed XHTML, the styles it needs, and what is said about it elsewhere.

    Its lengths are rem, so that everything grows with the reader's own size of type. Colours of roles are
    sentinels, in the body, the styles and the pictures; painting puts a clinic's in, by day and by night.
    """

    title: str
    summary: str
    language: str
    kind: str
    body: str
    styles: str
    pictures: tuple[str, ...]
    """Rules that bring icons and art, a drawing each."""
    headings: tuple[Heading, ...]
    is_drawn: bool
    """Whether figures say something beside the words."""
    is_filled_in: bool
    """Whether there is room for the reader's own words."""
