"""Bundle: every form of one handout in one zip file, made in the background."""

from __future__ import annotations

import asyncio
import io
import zipfile
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

from bifolio.studio import tasks
from bifolio.studio.errors import TaskError
from bifolio.studio.query import Query
from bifolio.studio.tasks import TaskPool


@dataclass
class Bundle:
    """The files of one handout: those that are made, those that could not be, and the queries for all of them."""

    title: str
    """What the zip file is called, and the folder in it."""
    workers: TaskPool
    queries: list[Query]
    files: dict[str, bytes] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    """A sentence for each file that could not be made."""
    work: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start to make the files, one after the other."""
        self.work = asyncio.ensure_future(self._make())

    async def _make(self) -> None:
        for query in self.queries:
            try:
                name, body = await self.workers.run(tasks.file, query, background=True)
            except TaskError as error:
                self.missing.append(f"{query.file}: {error.message}")
            else:
                self.files[self._free(name)] = body

    def _free(self, name: str) -> str:
        """Return a name that no file has: two forms may be called the same."""
        stem, _, suffix = name.rpartition(".")
        others = (f"{stem} ({number}).{suffix}" for number in count(2))
        return next(free for free in chain([name], others) if free not in self.files)

    def cancel(self) -> None:
        """Stop; what is made is lost."""
        if self.work is not None:
            self.work.cancel()

    @property
    def is_done(self) -> bool:
        """Whether there is a zip file to download."""
        return self.work is not None and self.work.done() and not self.work.cancelled() and bool(self.files)

    @property
    def state(self) -> dict[str, Any]:
        """How far the work is, for the page that shows it."""
        made = len(self.files) + len(self.missing)
        return {
            "made": made,
            "total": len(self.queries),
            "ready": self.is_done,
            "missing": self.missing,
            "next": self.queries[made].file if made < len(self.queries) else None,
        }

    def zipped(self) -> bytes:
        """Return the files as a zip; the same files give the same bytes."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, body in sorted(self.files.items()):
                entry = zipfile.ZipInfo(f"{self.title}/{name}", (1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, body)
        return out.getvalue()
