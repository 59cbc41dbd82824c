"""What a clinic brings of its own that changes the layout of its handouts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bifolio.core.diagnostics import Source
from bifolio.model.region import SupportLine
from bifolio.model.typeface import PLAIN, Typeface


@dataclass(frozen=True)
class BrandOverrides:
    """A clinic's own support lines, type, theme, templates and introduction; most clinics have none."""

    lines: tuple[SupportLine, ...] = ()
    country: str | None = None
    """The country of the phone numbers in `lines`; None for that of the handout's region."""
    typeface: Typeface = PLAIN
    tokens: Mapping[str, str] = field(default_factory=dict)
    """The tokens that its theme file sets on top of the plain theme."""
    parts: Mapping[str, Source] = field(default_factory=dict)
    """Templates used in place of those of the same name in `templates/`: "parts/hero.html.j2"."""
    intro: str | None = None
    """A few words printed under the summary of each handout."""


NOTHING = BrandOverrides()
