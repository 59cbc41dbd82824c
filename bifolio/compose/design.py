"""A design: which templates and styles make a handout, in which edition and theme."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bifolio.model.edition import Edition
from bifolio.model.plate import USUAL, Room


@dataclass(frozen=True)
class Design:
    """Folders of templates and styles, with an edition, the name of a theme and the clinic's room on pages."""

    templates: Path
    styles: Path
    edition: Edition
    theme: str
    compiled: Path | None = None
    """The folder in which compiled templates are cached; None for no such folder."""
    room: Room = USUAL
