"""Kept: what the studio answered before, found again without a worker while the files of the project are the same.

So the shelf of a therapist who opens the studio again waits for no layout engine. Nothing here reads what a file
says; names, times and sizes of all files make the stamp under which an answer is kept.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bifolio.core.cache import Store, fingerprint
from bifolio.core.fingerprints import ENGINE, STORE
from bifolio.studio.query import Order


class Kept:
    """The answers kept for one project."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.store = Store(project / STORE)
        self._stamp = ""

    def stamp(self, seen: str = "") -> str:
        """Give the stamp of the project now; or the last one given, where a page was `seen` with that."""
        if not seen or not self._stamp.startswith(seen):
            self._stamp = project_stamp(self.project)
        return self._stamp

    def answer(self, what: str, key: object) -> dict[str, Any] | None:
        """Give a kept answer to a question about the project as it is now."""
        body = self.store.find(answer_mark(self.stamp(), what, key))
        return None if body is None else dict(json.loads(body))

    def picture(self, seen: str, order: Order, page: int, width_px: int) -> bytes | None:
        """Give a kept picture for a page of the studio that was made when the project had a stamp."""
        return self.store.find(picture_mark(self.stamp(seen), order, page, width_px))


def answer_mark(stamp: str, what: str, key: object) -> str:
    """Name an answer in the store."""
    return fingerprint("studio", what, stamp, repr(key))


def picture_mark(stamp: str, order: Order, page: int, width_px: int) -> str:
    """Name the picture of a page in the store."""
    return fingerprint("picture", stamp, repr(order), f"{page} {width_px}")


def project_stamp(project: Path) -> str:
    """Give a stamp of all that pages are made from: names, times and sizes of files. Changes when they do."""
    digest = hashlib.sha256()
    for folder in (project / "content", project / "styles", project / "templates", ENGINE / "bifolio"):
        for line in _seen(folder):
            digest.update(line.encode("utf-8", "surrogateescape"))
    for engine in (ENGINE / "styles", ENGINE / "templates"):
        if engine.parent != project:
            for line in _seen(engine):
                digest.update(line.encode("utf-8", "surrogateescape"))
    try:
        plan_file = (project / "bifolio.yaml").stat()
        digest.update(f"{plan_file.st_mtime_ns} {plan_file.st_size}".encode())
    except OSError:
        pass
    return digest.hexdigest()


def _seen(folder: Path) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name == "__pycache__":
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _seen(Path(entry.path))
        else:
            stat = entry.stat(follow_symlinks=False)
            yield f"{entry.path} {stat.st_mtime_ns} {stat.st_size}\n"
