"""An artifact: one finished file, what the manifest says of it, and what was odd about it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bifolio.core.diagnostics import Diagnostic


@dataclass(frozen=True)
class Artifact:
    """One finished file: where it goes below the output folder, its bytes, what the manifest says."""

    path: str
    content: bytes | Path
    """The file itself, or where it stands until it is published."""
    facts: Mapping[str, Any] | Path
    """The metadata itself, or the file that holds it: of ten thousand files it would fill the memory."""
    warnings: tuple[Diagnostic, ...] = ()
    fingerprint: str = ""
    """Of all that it was made from."""

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What the manifest says of the file."""
        if not isinstance(self.facts, Path):
            return self.facts
        read: dict[str, Any] = json.loads(self.facts.read_text("utf-8"))
        return read

    @property
    def body(self) -> bytes:
        """The file's bytes."""
        return self.content.read_bytes() if isinstance(self.content, Path) else self.content

    @property
    def size(self) -> int:
        """The number of its bytes."""
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)

    @property
    def rows(self) -> Sequence[Sequence[str | None]] | None:
        """The warnings as plain values; None where one points into a file, whose lines may move."""
        return None if any(w.span for w in self.warnings) else [w.as_row() for w in self.warnings]

    def to_bytes(self) -> bytes:
        """Pack the file with its metadata and what was odd about it."""
        return json.dumps([self.metadata, self.rows]).encode() + b"\n" + self.body

    @classmethod
    def from_bytes(cls, path: str, fingerprint: str, stored: bytes) -> Artifact:
        """Unpack what `to_bytes` packed."""
        head, _, body = stored.partition(b"\n")
        metadata, rows = json.loads(head)
        return cls(path, body, metadata, tuple(map(Diagnostic.of_row, rows)), fingerprint)
