"""Publish: verified files → output/, each whole or not at all. The only writer of that folder.

A file is written beside its place and moved onto it, so a reader, or a build that is killed, sees the old
file or the new one and never half of one. The manifest is written last and names what stands.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bifolio.core.diagnostics import Diagnostic, ToolError

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Artefact:
    """One finished file: where it goes below the output folder, its bytes, what the manifest says."""

    path: str
    made: bytes | Path
    """The file itself, or where it stands until it is published."""
    told: Mapping[str, Any] | Path
    """The facts themselves, or the file that holds them: of ten thousand files they would fill the memory."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the manifest says of the file."""
        if not isinstance(self.told, Path):
            return self.told
        facts: dict[str, Any] = json.loads(self.told.read_text("utf-8"))
        return facts

    @property
    def body(self) -> bytes:
        return self.made.read_bytes() if isinstance(self.made, Path) else self.made

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.made.stat().st_size if isinstance(self.made, Path) else len(self.made)


def publish(
    artefacts: Iterable[Artefact], folder: Path, engine: Mapping[str, str], gone: Collection[str] = ()
) -> list[Path]:
    """Write the artefacts and bring the manifest up to date; give the paths written.

    Files that an earlier build made and this one did not touch stay, and stay in the manifest. Those that are
    `gone`, by what the manifest calls them, are taken away once all others stand.
    """
    finished = list(artefacts)
    facts = {
        artefact.path: {
            "sha256": hashlib.sha256(artefact.body).hexdigest(),
            "bytes": artefact.size,
            **artefact.facts,
        }
        for artefact in finished
    }
    kept = {name: entry for name, entry in standing(folder).items() if name not in gone}
    manifest = {"engine": dict(engine), "files": dict(sorted((kept | facts).items()))}
    text = json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    bodies = {folder / artefact.path: artefact.made for artefact in finished}
    replace_all({**bodies, folder / MANIFEST: text.encode()})
    for name in {*gone} - {*facts}:
        with suppress(OSError):  # somebody has it open: it is nobody's any more, as the manifest says
            (folder / name).unlink()
    return list(bodies)


def expect_room(folder: Path) -> None:
    """Raise ToolError where it is plain, before the work begins, that nothing can be written."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not there.is_dir():
        raise _cannot_write(there, "it is not a folder")
    effective = os.access in os.supports_effective_ids
    if not os.access(there, os.W_OK | os.X_OK, effective_ids=effective):
        raise _cannot_write(there, "permission denied")


def replace_all(bodies: Mapping[Path, bytes | Path]) -> None:
    """Write each file beside its place, then move all onto their places: a full disk changes nothing.

    What builds that were killed left in these folders goes.
    """
    for folder in {target.parent for target in bodies}:
        _sweep(folder)
    parts: dict[Path, Path] = {}
    target = Path()
    try:
        for target, made in bodies.items():
            body = made.read_bytes() if isinstance(made, Path) else made
            if _stands(target, body):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            parts[target] = target.with_name(f".{target.name}.{os.getpid()}.part")
            _write(made, body, parts[target])
        for target, part in parts.items():
            part.replace(target)
    except OSError as error:
        raise _cannot_write(target, (error.strerror or str(error)).lower()) from error
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def _write(made: bytes | Path, body: bytes, part: Path) -> None:
    if isinstance(made, Path):
        with suppress(OSError):  # another disk, or one that knows no links: then it is written once more
            os.link(made, part)
            return
    with part.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def _sweep(folder: Path) -> None:
    for part in folder.glob(".*.part"):
        process = part.name.split(".")[-2]
        if process.isdecimal() and not is_running(int(process)):
            part.unlink(missing_ok=True)


def is_running(process: int) -> bool:
    """Tell whether there is a process of this number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # it is somebody else's; or a number that no process has
        return True
    return True


def _stands(target: Path, body: bytes) -> bool:
    return target.is_file() and target.stat().st_size == len(body) and target.read_bytes() == body


def _cannot_write(path: Path, reason: str) -> ToolError:
    return ToolError(
        Diagnostic(
            "publish.cannot-write",
            f'"{path}" cannot be written: {reason}',
            help="free the disk, close the file in other programs, or choose another folder with -o",
        )
    )


def standing(folder: Path) -> dict[str, Any]:
    """Give what the manifest says of the files of earlier builds that still stand."""
    files = read_manifest(folder).get("files")
    if not isinstance(files, dict):
        return {}
    return {name: entry for name, entry in files.items() if "\0" not in name and (folder / name).is_file()}


def read_manifest(folder: Path) -> dict[str, Any]:
    """Give the manifest of an output folder; empty when there is none that can be read."""
    try:
        value = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
