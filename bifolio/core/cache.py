"""Store: finished work, kept from one run to the next under the fingerprint of all that it was made from.

Knows nothing of what it keeps, and takes only the standard library: who finds something here need not load what
made it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bifolio.core.diagnostics import Diagnostic, ToolError

STORE_BYTES = 400_000_000


class Store:
    """Finished work by the fingerprint of all that it was made from. Bounded; the oldest goes first."""

    def __init__(self, folder: Path, most: int = STORE_BYTES, *, since: int = 0, keeps: bool = True) -> None:
        self.folder = folder
        self.most = most
        self.since = since
        """Work kept before this moment, in nanoseconds of the disk's clock, is made anew: see `now`."""
        self.keeps = keeps
        """Without it work is found and never kept: one person's copy leaves no trace."""

    def find(self, fingerprint: str) -> bytes | None:
        """Give the work of this fingerprint, if it is kept and whole."""
        path = self._path(fingerprint)
        try:
            if self.since and path.stat().st_mtime_ns < self.since:
                return None
            kept = path.read_bytes()
        except OSError:
            return None
        # The disk, or a hand, may have spoilt it; the digest in front tells.
        digest, body = kept[:_DIGEST_BYTES], kept[_DIGEST_BYTES:]
        return body if hashlib.sha256(body).digest() == digest else None

    def keep(self, fingerprint: str, body: bytes) -> bytes:
        """Put work into the store; gives it back."""
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
        """Tell the moment by the clock of the disk, which gives files their times."""
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
        """Take the oldest work out, until the rest is within bounds."""
        files = []
        for entry in self._entries():
            with suppress(OSError):  # another build may be cleaning, too
                stat = entry.stat()
                files.append((stat.st_mtime_ns, stat.st_size, entry.path))
        total = sum(size for _, size, _ in files)
        if total <= self.most:
            return
        for _, size, path in sorted(files):
            if total <= self.most:
                return
            with suppress(OSError):
                Path(path).unlink(missing_ok=True)
            total -= size

    def _entries(self) -> Iterator[os.DirEntry[str]]:
        """Give all that is kept, by the way in which ten thousand files are seen soonest: each build asks."""
        for folder in os.scandir(self.folder) if self.folder.is_dir() else ():
            if len(folder.name) == _FOLDER_LETTERS:
                with suppress(OSError):
                    yield from os.scandir(folder)


_DIGEST_BYTES = 32  # of SHA-256
_FOLDER_LETTERS = 2


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Raise ToolError where the folder of the store cannot be written."""
    try:
        yield
    except OSError as error:
        raise ToolError(
            Diagnostic(
                "press.cannot-keep",
                f'"{folder}" cannot be written: {(error.strerror or str(error)).lower()}',
                help="free the disk, or make the folder writable; it keeps finished work between builds",
            )
        ) from error


def fingerprint(*parts: str | bytes) -> str:
    """Give the SHA-256 of the parts, each set off from the next by its length."""
    digest = hashlib.sha256()
    for part in parts:
        body = part.encode() if isinstance(part, str) else part
        digest.update(str(len(body)).encode() + b":" + body)
    return digest.hexdigest()


def open_folder(path: Path) -> Path | None:
    """Make a folder in which things may be kept; give none where nobody may write, as beside an installed program."""
    with suppress(OSError):
        path.mkdir(parents=True, exist_ok=True)
    return path if path.is_dir() and os.access(path, os.W_OK) else None
