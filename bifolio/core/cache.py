"""Finished work, under the fingerprint of all that it was made from: in this process, and from one run to the next.

Knows nothing of what it holds, and takes only the standard library: whoever finds something here need not load
what made it. As nothing is held under a name, nothing ever has to be cleared.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar, cast

from bifolio.core.diagnostics import Diagnostic, ToolError
from bifolio.core.files import ENGINE, PACKAGE, STORE

T = TypeVar("T")

MAX_BYTES = 400_000_000
"""How much stays on the disk."""

MAX_WEIGHT = 20_000
"""How much stays in this process; a model weighs 1, the pages of a handout a few hundred."""


class Memory:
    """Values in this process by what they were made from. Bounded: what was unused the longest goes first."""

    def __init__(self, max_weight: int = MAX_WEIGHT) -> None:
        self._max_weight = max_weight
        self._held: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()
        self._weight = 0

    def make(self, key: Hashable, make: Callable[[], T], weight: int = 1) -> T:
        """Return the value of this key, made by `make` where it is not held. `key` holds values and no names."""
        if (held := self._held.get(key)) is not None:
            self._held.move_to_end(key)
            return cast("T", held[0])
        value = make()
        self._held[key] = value, weight
        self._weight += weight
        while self._weight > self._max_weight and len(self._held) > 1:
            self._weight -= self._held.popitem(last=False)[1][1]
        return value


class Cache:
    """Finished work on the disk, with a memory in front. Bounded; the oldest work goes first."""

    def __init__(
        self,
        folder: Path,
        memory: Memory | None = None,
        *,
        since: int = 0,
        keeps: bool = True,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self.folder = folder
        self.memory = memory or Memory()
        self.since = since
        """Work kept before this moment, in nanoseconds of the disk's clock, is made again: see `now`."""
        self.keeps = keeps
        """Without it work is found and never kept: one person's copy leaves no trace."""
        self.max_bytes = max_bytes

    def find(self, fingerprint: str) -> bytes | None:
        """Return the work of this fingerprint; None where there is none, or where it is damaged."""
        path = self._path(fingerprint)
        try:
            if self.since and path.stat().st_mtime_ns < self.since:
                return None
            stored = path.read_bytes()
        except OSError:
            return None
        # The disk, or somebody, may have damaged it; the digest in front tells.
        digest, body = stored[:_DIGEST_BYTES], stored[_DIGEST_BYTES:]
        return body if hashlib.sha256(body).digest() == digest else None

    def keep(self, fingerprint: str, body: bytes) -> bytes:
        """Write work to disk, and return it."""
        if not self.keeps:
            return body
        path = self._path(fingerprint)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        with writing(self.folder):
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(hashlib.sha256(body).digest() + body)
            part.replace(path)
        return body

    def now(self) -> int:
        """Return this moment by the clock of the disk, which gives files their times."""
        mark = self.folder / f".{os.getpid()}.now"
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            mark.touch()
            moment = mark.stat().st_mtime_ns
            mark.unlink()
        return moment

    def _path(self, fingerprint: str) -> Path:
        return self.folder / fingerprint[:_FOLDER_LETTERS] / fingerprint[_FOLDER_LETTERS:]

    def clean(self) -> None:
        """Remove the oldest work until the rest is within bounds."""
        files = []
        for entry in self._entries():
            with suppress(OSError):  # another build may be cleaning, too
                stat = entry.stat()
                files.append((stat.st_mtime_ns, stat.st_size, entry.path))
        total = sum(size for _, size, _ in files)
        if total <= self.max_bytes:
            return
        for _, size, path in sorted(files):
            if total <= self.max_bytes:
                return
            with suppress(OSError):
                Path(path).unlink(missing_ok=True)
            total -= size

    def _entries(self) -> Iterator[os.DirEntry[str]]:
        """Yield all that is kept, in the fastest way for ten thousand files: each build asks."""
        for folder in os.scandir(self.folder) if self.folder.is_dir() else ():
            if len(folder.name) == _FOLDER_LETTERS:
                with suppress(OSError):
                    yield from os.scandir(folder)


_DIGEST_BYTES = 32  # of SHA-256
_FOLDER_LETTERS = 2


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Raise ToolError where the folder of the cache cannot be written."""
    try:
        yield
    except OSError as error:
        raise ToolError(
            Diagnostic(
                "cache.cannot-write",
                f'"{folder}" cannot be written: {(error.strerror or str(error)).lower()}',
                help="free the disk, or make the folder writable; it keeps finished work between builds",
            )
        ) from error


def engine_folder() -> Path:
    """Return where the engine keeps what serves all projects: in the checkout, or in the user's own cache folder."""
    if PACKAGE.parent == ENGINE:
        return ENGINE / STORE
    from platformdirs import user_cache_path  # late: only an installed engine asks

    return user_cache_path("bifolio", appauthor=False)


def open_folder(path: Path) -> Path | None:
    """Create a folder in which things may be kept; None where nobody may write, as beside an installed program."""
    with suppress(OSError):
        path.mkdir(parents=True, exist_ok=True)
    return path if path.is_dir() and os.access(path, os.W_OK) else None
