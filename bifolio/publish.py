"""Publish: verified files → output/, each whole or not at all. The only writer of that folder.

A file is written beside its place and moved onto it, so a reader, or a build that is killed, sees the old
file or the new one and never half of one. The manifest is written last and names what stands.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bifolio.diagnostics import Diagnostic, ToolError

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Artefact:
    """One finished file: where it goes below the output folder, its bytes, what the manifest says."""

    path: str
    body: bytes
    facts: Mapping[str, Any]


def publish(artefacts: Iterable[Artefact], folder: Path, engine: Mapping[str, str]) -> list[Path]:
    """Write the artefacts and bring the manifest up to date; give the paths written.

    Files that an earlier build made and this one did not touch stay, and stay in the manifest.
    """
    written = []
    entries = {
        name: entry
        for name, entry in read_manifest(folder).get("files", {}).items()
        if (folder / name).is_file()
    }
    try:
        for artefact in artefacts:
            target = folder / artefact.path
            _write_whole(target, artefact.body)
            entries[artefact.path] = {
                "sha256": hashlib.sha256(artefact.body).hexdigest(),
                "bytes": len(artefact.body),
                **artefact.facts,
            }
            written.append(target)
        manifest = {"engine": dict(engine), "files": dict(sorted(entries.items()))}
        text = json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        _write_whole(folder / MANIFEST, text.encode())
    except OSError as error:
        raise ToolError(
            Diagnostic(
                "publish.cannot-write",
                f"{error.strerror}: {error.filename}",
                help="free the disk, close the file in other programs, or choose another folder with -o",
            )
        ) from error
    return written


def read_manifest(folder: Path) -> dict[str, Any]:
    """Give the manifest of an output folder; empty when there is none that can be read."""
    try:
        value = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _write_whole(target: Path, body: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_file() and target.stat().st_size == len(body) and target.read_bytes() == body:
        return
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
