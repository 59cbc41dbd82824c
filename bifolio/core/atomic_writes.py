"""Write files whole or not at all.

A file is written beside its place and moved onto it, so a reader, or a program that is killed, sees the old file or
the new one and never half of one.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from bifolio.core.diagnostics import Diagnostic, ToolError


def replace_all(bodies: Mapping[Path, bytes | Path], owner: str = "") -> None:
    """Write each file beside its place, then move all onto their places: a full disk changes nothing.

    A body is what the file is to say, or the file that says it. `owner` names a writer of which there is one at a
    time, as who holds a lock is: what it left in these folders when it was killed is removed. Raises ToolError.
    """
    if owner:
        remove_leftovers({target.parent for target in bodies}, owner)
    parts: dict[Path, Path] = {}
    target = Path()
    try:
        for target, made in bodies.items():
            body = made.read_bytes() if isinstance(made, Path) else made
            if _stands(target, body):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            parts[target] = target.with_name(f".{target.name}.{owner}.{os.getpid()}.part")
            _write(made, body, parts[target])
        for target, part in parts.items():
            part.replace(target)
    except OSError as error:
        raise _cannot_write(target, (error.strerror or str(error)).lower()) from error
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def remove_leftovers(folders: Collection[Path], owner: str) -> None:
    """Remove what an owner left in folders when it was killed."""
    for folder in folders:
        for part in folder.glob(f".*.{owner}.*.part"):
            part.unlink(missing_ok=True)


def expect_writable(folder: Path) -> None:
    """Raise ToolError where it is plain, before the work begins, that nothing can be written."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not there.is_dir():
        raise _cannot_write(there, "it is not a folder")
    effective = os.access in os.supports_effective_ids
    if not os.access(there, os.W_OK | os.X_OK, effective_ids=effective):
        raise _cannot_write(there, "permission denied")


def _write(made: bytes | Path, body: bytes, part: Path) -> None:
    if isinstance(made, Path):
        with suppress(OSError):  # another disk, or one that knows no links: then it is written once more
            os.link(made, part)
            return
    with part.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


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
