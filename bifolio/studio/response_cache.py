"""Responses: what the studio answered before, found again without a worker while the project and the engine are the same.

So the shelf of a therapist who opens the studio again waits for no layout engine. Nothing here reads a file: names,
times and sizes of all files and the version of the engine make the stamp under which an answer is cached.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bifolio.core.cache import Cache
from bifolio.core.files import ProjectFiles, store_of
from bifolio.core.fingerprints import engine_fingerprint, fingerprint
from bifolio.studio.query import Query


class ResponseCache:
    """The cached answers of one project."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.store = Cache(store_of(project))
        self._stamp = ""

    def stamp(self, seen: str = "") -> str:
        """Return the current stamp of the project, or the last one, if that is the stamp a page was `seen` with."""
        if not seen or not self._stamp.startswith(seen):
            self._stamp = project_stamp(self.project)
        return self._stamp

    def answer(self, what: str, key: object) -> dict[str, Any] | None:
        """Return a cached answer about the project as it is now."""
        body = self.store.find(answer_fingerprint(self.stamp(), what, key))
        return None if body is None else dict(json.loads(body))

    def picture(self, seen: str, query: Query, page: int, width_px: int) -> bytes | None:
        """Return a cached picture for a page of the studio that was made when the project had a stamp."""
        return self.store.find(picture_fingerprint(self.stamp(seen), query, page, width_px))


def answer_fingerprint(stamp: str, what: str, key: object) -> str:
    """Return the fingerprint of an answer in the cache."""
    return fingerprint("studio", what, stamp, repr(key))


def picture_fingerprint(stamp: str, query: Query, page: int, width_px: int) -> str:
    """Return the fingerprint of the picture of a page in the cache."""
    return fingerprint("picture", stamp, repr(query), f"{page} {width_px}")


def project_stamp(project: Path) -> str:
    """Return what changes whenever a file of the project does, or the engine that makes pages of it."""
    return fingerprint(ProjectFiles(project).stamp, engine_fingerprint())
