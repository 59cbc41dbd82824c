"""Cleaned logos, kept between builds: cleaning one takes longer than printing it for a further clinic."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bifolio.branding.logo.limits import LogoUse
from bifolio.core.cache import Cache
from bifolio.core.diagnostics import ToolError
from bifolio.core.fingerprints import engine_fingerprint, fingerprint

Cleaned = tuple[str, bytes, list[tuple[str, str, str]]]
"""Media type, picture, and remarks: code, message and cure."""


def mark(raw: bytes, name: str, use: LogoUse, fonts: Sequence[Path]) -> str:
    """Return the fingerprint of all that a cleaned logo is made from."""
    set_in = [font.read_bytes() for font in fonts] if b"text" in raw else []
    return fingerprint("logo", engine_fingerprint(), raw, Path(name).suffix.lower(), use.name, *set_in)


def find(store: Cache, key: str) -> Cleaned | None:
    """Return a cleaned logo that is kept; None where it is not."""
    kept = store.find(key)
    if kept is None:
        return None
    head, _, body = kept.partition(b"\n")
    kind, remarks = json.loads(head)
    return kind, body, [(code, message, cure) for code, message, cure in remarks]


def keep(store: Cache, key: str, cleaned: Cleaned) -> None:
    """Keep a cleaned logo, where the project's folder can be written."""
    kind, body, remarks = cleaned
    with suppress(ToolError):
        store.keep(key, json.dumps([kind, remarks]).encode() + b"\n" + body)
