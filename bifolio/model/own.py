"""What a clinic has of its own that has a say in the layout of its handouts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bifolio.model.region import SupportLine
from bifolio.typeface import PLAIN, Typeface


@dataclass(frozen=True)
class Own:
    """Type, support lines, colours, parts and words of one clinic; most clinics have none of them."""

    lines: tuple[SupportLine, ...] = ()
    typeface: Typeface = PLAIN
    tokens: Mapping[str, str] = field(default_factory=dict)
    """What its theme file sets over the plain theme."""
    templates: Path | None = None
    """A folder with parts of its own, as `templates/` has them."""
    intro: str | None = None
    """A few words under the summary of each handout."""


NOTHING = Own()
