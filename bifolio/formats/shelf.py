"""Shelf: what stands in a clinic's folder → what its shelf shows, item by item.

Knows files by what the manifest says of them; makes no page and writes nothing.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Facts = Mapping[str, Any]
"""What the manifest says of one file."""

_KINDS = ("booklet", "leaflet", "worksheet", "card", "guide", "notes")
_FORMS = ("html", "pdf", "epub")
"""Read here, print, take along: what a visitor asks for first comes first."""


@dataclass(frozen=True)
class File:
    """One file of an item, by its name beside the shelf."""

    name: str
    form: str
    edition: str
    is_for_printer: bool
    bytes: int

    @property
    def size(self) -> str:
        """Return how large it is, as people say it: "120 kB", "1.4 MB"."""
        kilobytes = max(1, round(self.bytes / 1000))
        return f"{kilobytes} kB" if kilobytes < 1000 else f"{kilobytes / 1000:.1f} MB"


@dataclass(frozen=True)
class Item:
    """One handout or booklet on a shelf."""

    id: str
    title: str
    summary: str
    kind: str
    audience: tuple[str, ...]
    audience_line: str
    minutes: int
    files: tuple[File, ...]

    @property
    def first_pdf(self) -> str | None:
        """Return the file whose first page is the item's picture."""
        return next((f.name for f in self.files if f.form == "pdf" and not f.is_for_printer), None)

    @property
    def web_page(self) -> str | None:
        return next((f.name for f in self.files if f.form == "html"), None)


def places(files: Mapping[str, Facts]) -> Iterable[str]:
    """Return the folders, below the output folder, that have a web page: each has a shelf."""
    return sorted({posixpath.dirname(path) for path, facts in files.items() if facts.get("format") == "html"})


def items(files: Mapping[str, Facts], place: str, edition_name: Callable[[str], str]) -> tuple[Item, ...]:
    """Return what stands in one folder: for clients first, booklets first, then by title."""
    found: dict[str, dict[str, Facts]] = {}
    for path, facts in files.items():
        is_shown = facts.get("format") in _FORMS and "title" in facts
        if posixpath.dirname(path) == place and is_shown:
            found.setdefault(str(facts["item"]), {})[posixpath.basename(path)] = facts
    made = [_item(own, beside, edition_name) for own, beside in found.items()]
    return tuple(sorted(made, key=lambda item: (_KINDS.index(item.kind), item.title)))


def _item(own: str, beside: Mapping[str, Facts], edition_name: Callable[[str], str]) -> Item:
    files = [
        File(
            name=name,
            form=str(facts["format"]),
            edition=edition_name(str(facts["edition"])),
            is_for_printer=".print." in name,
            bytes=int(facts["bytes"]),
        )
        for name, facts in beside.items()
    ]
    files.sort(key=lambda file: (_FORMS.index(file.form), file.is_for_printer, file.name))
    metadata = beside[files[0].name]
    return Item(
        id=own,
        title=str(metadata["title"]),
        summary=str(metadata["summary"]),
        kind=str(metadata["kind"]),
        audience=tuple(metadata["audience"]),
        audience_line=str(metadata["audience_line"]),
        minutes=int(metadata["minutes"]),
        files=tuple(files),
    )


def groups(stock: Iterable[Item]) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    """Group items by their readers: clients, partners, clinicians; each once."""
    found: dict[str, list[Item]] = {"client": [], "partner": [], "clinician": []}
    for item in stock:
        found[next(reader for reader in found if reader in item.audience)].append(item)
    return tuple((reader, tuple(group)) for reader, group in found.items() if group)
