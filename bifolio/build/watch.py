"""Watch: the files of a project → each change of them, once it has settled. Makes nothing.

It walks through all folders about twice a second, as a build does: that sees a file that an editor put in the place
of another, one that came, one that went, and works on every disk and on shared folders.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from bifolio.core.files import FileState, walk

SECONDS = 0.4
"""Between two looks."""

SETTLED = 0.1
"""How long nothing may change before a change counts: editors write in several steps."""


def changes(root: Path) -> Iterator[tuple[str, ...]]:
    """Yield the names of the files that changed, came or went since the last time; at first none.

    Whoever takes them may take long: what changes meanwhile is given next.
    """
    seen = walk(root)
    yield ()
    while True:
        time.sleep(SECONDS)
        now = walk(root)
        if now == seen:
            continue
        while (later := _a_little_later(root)) != now:
            now = later
        before, seen = seen, now
        if changed := tuple(
            sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
        ):
            yield changed


def _a_little_later(root: Path) -> dict[str, FileState]:
    time.sleep(SETTLED)
    return walk(root)
