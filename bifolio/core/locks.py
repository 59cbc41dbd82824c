"""Locks between processes: a file that one process holds at a time, on every system.

The system gives a lock back when its holder ends, however that came about, so a lock that can be taken has no
living holder.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt
    import time

    def _lock(file: IO[bytes], *, wait: bool) -> None:
        while True:
            try:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            except OSError:
                if not wait:
                    raise
                time.sleep(0.05)
            else:
                return

else:
    import fcntl

    def _lock(file: IO[bytes], *, wait: bool) -> None:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a file, once no other thread or process holds it. Does not nest."""
    with path.open("ab") as file:
        _lock(file, wait=True)
        yield


def try_lock(path: Path) -> IO[bytes] | None:
    """Take the lock of a file, and return the file, which holds it until it is closed; None where it is held."""
    file = path.open("ab")
    try:
        _lock(file, wait=False)
    except OSError:
        file.close()
        return None
    return file
