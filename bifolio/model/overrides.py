"""What a clinic has of its own that changes the layout of its handouts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bifolio.branding.fonts import PLAIN, Typeface
from bifolio.core.diagnostics import Source
from bifolio.model.region import SupportLine


@dataclass(frozen=True)
class BrandOverrides:
    """Type, support lines, colours, parts and words of one clinic; most clinics have none of them."""

    lines: tuple[SupportLine, ...] = ()
    country: str | None = None
    """The country of the numbers in these lines, where it is not that of the region a handout is made for."""
    typeface: Typeface = PLAIN
    tokens: Mapping[str, str] = field(default_factory=dict)
    """What its theme file sets over the plain theme."""
    parts: Mapping[str, Source] = field(default_factory=dict)
    """Templates that stand in for those of the same name in `templates/`: "parts/hero.html.j2"."""
    intro: str | None = None
    """A few words under the summary of each handout."""


NOTHING = BrandOverrides()
