"""Changes to what stands in a project, by one writer at a time.

A version is a digest of what a thing says. Whoever shows a thing to be changed gives its version along, and
whoever saves brings that version back. If somebody else has saved in between, nothing is written. The check and
the write happen under one lock, which holds for all processes on the project: those of a studio, of a second
studio, and of the command line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bifolio.core.cache import writing
from bifolio.core.diagnostics import Diagnostic, RequestError
from bifolio.core.files import store_of
from bifolio.core.fingerprints import fingerprint
from bifolio.core.locks import locked

LOCK = "writer.lock"
"""The file in the project's store that the one writer holds."""


class SupersededError(RequestError):
    """A change is based on a version that no longer stands."""


@contextmanager
def only_writer(root: Path) -> Iterator[str]:
    """Hold the lock of the project at `root`, once no other thread or process holds it. Does not nest.

    Yields the name by which `atomic_writes.replace_all` knows the holder.
    """
    folder = store_of(root)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / LOCK).touch()
    with locked(folder / LOCK):
        yield fingerprint(str(root.resolve()))[:12]


@contextmanager
def revising(root: Path, based_on: str, version: Callable[[], str]) -> Iterator[str]:
    """Be the only writer of a thing that still stands in the version that the change is based on.

    `version` returns the version that stands now. Raises SupersededError for another one. Yields as `only_writer`.
    """
    with only_writer(root) as owner:
        expect(based_on, version())
        yield owner


def expect(based_on: str, version: str) -> None:
    """Raise SupersededError unless a change is based on the version that stands now."""
    if based_on != version:
        raise SupersededError(
            Diagnostic(
                "save.superseded",
                "somebody else has saved this since it was opened",
                help="compare both versions, choose, and save again",
            )
        )


def version_of(paths: Iterable[Path]) -> str:
    """Return the digest of what files say now, by their names; a file that is not there says nothing."""
    return fingerprint(*(part for path in paths if path.is_file() for part in (path.name, path.read_bytes())))
