"""Draft: a clinic as its form says it, before it is saved."""

from __future__ import annotations

from dataclasses import dataclass

from bifolio.branding.logo import Logo


@dataclass(frozen=True)
class Draft:
    """The fields of the form, sorted by name, and a logo where a new one was given, cleaned."""

    fields: tuple[tuple[str, str], ...]
    logo: Logo | None = None
