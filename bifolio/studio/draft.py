"""Draft: a clinic as its form says it, before it is saved."""

from __future__ import annotations

from dataclasses import dataclass

from bifolio.branding.logo import Logo

Fields = tuple[tuple[str, str], ...]
"""The fields of a form by name, sorted."""


@dataclass(frozen=True)
class Draft:
    """The fields of the form, and a logo where a new one was given, cleaned."""

    fields: Fields
    logo: Logo | None = None
