"""The staging area: where finished files wait until all of a build are verified. A folder for each build."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from bifolio.core.cache import writing
from bifolio.core.locks import locked, try_lock
from bifolio.model.artifact import Artifact


class StagingArea:
    """The folder of one build."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, artifact: Artifact) -> Artifact:
        """Write one finished file and its metadata, whole on the disk; return it as it lies there."""
        place = self.folder / hashlib.sha256(artifact.path.encode()).hexdigest()
        metadata = place.with_suffix(".json")
        with writing(self.folder), place.open("wb") as file:
            file.write(artifact.body)
            file.flush()
            os.fsync(file.fileno())
            metadata.write_text(json.dumps(dict(artifact.metadata)), "utf-8")
        return replace(artifact, content=place, facts=metadata)


@contextmanager
def staging_area(store: Path) -> Iterator[StagingArea]:
    """Create a staging area in the folder of a cache; remove it at the end, and those of builds that were killed.

    Each has a lock beside it that its build holds, so that whatever lock can be taken is a dead build's.
    """
    areas, gate = store / "staging", store / "staging.lock"
    with writing(store):
        areas.mkdir(parents=True, exist_ok=True)
        area = StagingArea(areas / str(os.getpid()))
        with locked(gate):
            _remove_dead(areas)
            area.folder.mkdir()
            alive = try_lock(area.folder.with_suffix(".lock"))
    try:
        yield area
    finally:
        # After Ctrl-C a worker may still be about to write something there, and a folder in use cannot be removed;
        # one that goes by another name is found by nobody.
        gone = area.folder.with_suffix(".gone")
        with suppress(OSError):
            area.folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
        with locked(gate):
            if alive:
                alive.close()
            area.folder.with_suffix(".lock").unlink(missing_ok=True)


def _remove_dead(areas: Path) -> None:
    for lock in areas.glob("*.lock"):
        if free := try_lock(lock):
            free.close()
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)
    held = {lock.stem for lock in areas.glob("*.lock")}
    for left in areas.iterdir():  # of a build that was killed before it had a lock, or while it cleared up
        if left.stem not in held:
            shutil.rmtree(left, ignore_errors=True)
