"""Press: runs a plan. Keeps finished work for the next build, tells how far it is, publishes at the end.

All jobs are made and verified before the first file is published: a fault anywhere leaves `output/` as it
was. Findings of all jobs are reported together.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bifolio.diagnostics import (
    ContentError,
    DesignError,
    Diagnostic,
    PressError,
    ProofError,
    RequestError,
    ToolError,
)
from bifolio.plan import Job
from bifolio.publish import Artefact

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
        with self._writing():
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(hashlib.sha256(body).digest() + body)
            part.replace(path)
        return body

    def now(self) -> int:
        """Tell the moment by the clock of the disk, which gives files their times."""
        mark = self.folder / f".{os.getpid()}.now"
        with self._writing():
            self.folder.mkdir(parents=True, exist_ok=True)
            mark.touch()
            moment = mark.stat().st_mtime_ns
            mark.unlink()
        return moment

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ToolError(
                Diagnostic(
                    "press.cannot-keep",
                    f'"{self.folder}" cannot be written: {(error.strerror or str(error)).lower()}',
                    help="free the disk, or make the folder writable; it keeps finished work between builds",
                )
            ) from error

    def _path(self, fingerprint: str) -> Path:
        return self.folder / fingerprint[:2] / fingerprint[2:]

    def clean(self) -> None:
        """Take the oldest work out, until the rest is within bounds."""
        files = []
        for path in self.folder.glob("??/*"):
            with suppress(OSError):  # another build may be cleaning, too
                stat = path.stat()
                files.append((stat.st_mtime_ns, stat.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self.most:
                return
            with suppress(OSError):
                path.unlink(missing_ok=True)
            total -= size


_DIGEST_BYTES = 32  # of SHA-256


def run(
    jobs: Iterable[Job],
    produce: Callable[[Job], Artefact],
    started: Callable[[Job], None],
) -> Iterator[Artefact]:
    """Make each job. Gives all artefacts, or raises one error with the findings of all jobs."""
    made: list[Artefact] = []
    failures: list[PressError] = []
    for job in jobs:
        started(job)
        try:
            made.append(produce(job))
        except PressError as failure:
            failures.append(failure)
    if failures:
        raise together(failures)
    return iter(made)


_GRAVEST_FIRST = (ToolError, RequestError, ContentError, DesignError, ProofError)


def together(failures: list[PressError]) -> PressError:
    """Join several errors into one: each finding once, of the gravest kind among them."""
    findings: dict[tuple[object, ...], Diagnostic] = {}
    for failure in failures:
        for finding in failure.findings:
            findings.setdefault((finding.sort_key, finding.message), finding)
    kind = next(kind for kind in _GRAVEST_FIRST if any(isinstance(f, kind) for f in failures))
    return kind(findings.values())
