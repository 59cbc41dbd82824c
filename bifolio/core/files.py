"""The files of a project: one walk through its folders, one way to read them, and unsaved files laid over them.

A name is the path of a file from the project's folder, with forward slashes. `templates/` and `styles/` are the
engine's where the project has none. Takes only the standard library: a build with nothing to do imports no more.
"""

from __future__ import annotations

import hashlib
import os
import sys
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

STORE = ".bifolio"
"""The folder of a project in which finished work is kept."""

PACKAGE = Path(__file__).resolve().parents[1]
"""The folder of the package itself."""

ENGINE = _installed if (_installed := PACKAGE / "engine").is_dir() else PACKAGE.parent
"""The folder that holds templates/ and styles/ for projects that bring none of their own: a checkout, or what a
wheel carries of one.
"""

PROJECT_FILE = "bifolio.yaml"


def store_of(root: Path) -> Path:
    """Return the folder of a project's finished work: `.bifolio` in it, or one of its own below `BIFOLIO_CACHE`.

    So a project that nobody may write into can be built. The lock of its one writer lies there, too: all processes
    on one project have to be told of the same folder.
    """
    if not (folder := os.environ.get("BIFOLIO_CACHE")):
        return root / STORE
    return Path(folder).absolute() / hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]


Overlay = Mapping[str, bytes | None]
"""Unsaved files by name; None stands for a file that is to be deleted."""


class FileState(NamedTuple):
    """What tells one state of a file from another without reading it."""

    path: str
    size: int
    modified_ns: int
    changed_ns: int
    inode: int


class OutsideError(OSError):
    """A file is a link to a place outside the folder that it is read from."""


def walk(root: Path) -> dict[str, FileState]:
    """Return the state of each file that a build of the project at `root` may read, by its name."""
    found: dict[str, FileState] = {}
    for folder in ("content", "styles", "templates"):
        own = root / folder
        found.update(walk_folder(own if own.is_dir() or folder == "content" else ENGINE / folder, folder))
    if (plan := _state(str(root / PROJECT_FILE))) is not None:
        found[PROJECT_FILE] = plan
    return found


def walk_folder(folder: Path, name: str) -> Iterator[tuple[str, FileState]]:
    """Yield the files below a folder that is called `name`, in order; hidden ones are left out."""
    return _walk(str(folder), name, frozenset())


_UNREAD = frozenset({"content/schema"})
"""Folders that no build reads."""


def _walk(folder: str, name: str, above: frozenset[tuple[int, int]]) -> Iterator[tuple[str, FileState]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        inner = f"{name}/{entry.name}"
        if entry.name.startswith(".") or entry.name == "__pycache__" or inner in _UNREAD:
            continue
        try:
            if entry.is_file():
                stat = entry.stat()
                yield (
                    inner,
                    FileState(entry.path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino),
                )
            elif entry.is_dir():
                below = above
                if entry.is_symlink():  # one that leads back up would be walked for ever
                    stat = entry.stat()
                    below = above | {(stat.st_dev, stat.st_ino)}
                    target = os.path.realpath(entry.path)
                    if below == above or f"{os.path.realpath(folder)}/".startswith(f"{target}/"):
                        continue
                yield from _walk(entry.path, inner, below)
        except OSError:  # it went meanwhile
            continue


def _state(path: str) -> FileState | None:
    try:
        stat = os.stat(path)  # noqa: PTH116 - asked of hundreds of files, and pathlib takes ten times as long
    except OSError:
        return None
    return FileState(path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)


class ProjectFiles:
    """The files of a project as they were when each was first asked for, with an overlay of unsaved ones.

    What was read once stays what it was: after a file was saved, make another.
    """

    def __init__(
        self, root: Path, overlay: Overlay | None = None, *, known: Mapping[str, KnownDigest] | None = None
    ) -> None:
        """Take the files at `root`. `known` holds digests that need not be taken again where nothing changed."""
        self.root = root.resolve()
        self.overlay: Overlay = dict(overlay or {})
        self._disk = _Disk(self.root, known or {})

    def with_overlay(self, overlay: Overlay) -> ProjectFiles:
        """Return the same files with further unsaved ones over them."""
        other = ProjectFiles(self.root, {**self.overlay, **overlay})
        other._disk = self._disk
        return other

    # -- what there is ---------------------------------------------------------------------------

    @property
    def states(self) -> Mapping[str, FileState]:
        """The files on the disk, as they were when this was first asked."""
        return self._disk.states

    @cached_property
    def all_names(self) -> list[str]:
        """The names of all files, in order."""
        unsaved = {name for name, body in self.overlay.items() if body is not None}
        return sorted((self.states.keys() - self.overlay.keys()) | unsaved)

    def beginning(self, prefix: str) -> list[str]:
        """Return all names that begin so."""
        first = bisect_left(self.all_names, prefix)
        return self.all_names[first : bisect_left(self.all_names, prefix + chr(sys.maxunicode), first)]

    def names(self, folder: str, suffix: str = "") -> list[str]:
        """Return the names of the files that lie in a folder itself and end in `suffix`."""
        start = len(folder) + 1
        return [n for n in self.beginning(f"{folder}/") if n.endswith(suffix) and "/" not in n[start:]]

    def folders(self, folder: str) -> list[str]:
        """Return the names, from `folder`, of the folders in it that hold files."""
        start = len(folder) + 1
        inner = (name[start:].partition("/") for name in self.beginning(f"{folder}/"))
        return list(dict.fromkeys(first for first, slash, _ in inner if slash))

    def is_file(self, name: str) -> bool:
        """Return whether there is a file of this name."""
        return self.overlay[name] is not None if name in self.overlay else self._disk.is_file(name)

    def path(self, name: str) -> Path:
        """Return where a file lies, or would lie."""
        return self._disk.path(name)

    # -- what they say ---------------------------------------------------------------------------

    def read_bytes(self, name: str, within: str = "") -> bytes:
        """Return what a file says.

        Raises FileNotFoundError or another OSError, and OutsideError where the file is a link out of the folder
        `within` (of the project, where none is named).
        """
        if name not in self.overlay:
            return self._disk.read(name, within)
        if (body := self.overlay[name]) is None:
            raise FileNotFoundError(name)
        return body

    def digest(self, *names: str) -> str:
        """Return one digest of the named files; a name that ends in "/" or "." stands for all that begin so."""
        lines = []
        for name in sorted(set(names)):
            each = self.beginning(name) if name.endswith(("/", ".")) else [name]
            lines += [f"{one} {self.digest_of(one)}" for one in each]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def digest_of(self, name: str) -> str:
        """Return the SHA-256 of a file; "" where there is none, or where it cannot be read."""
        if name not in self.overlay:
            return self._disk.digest(name)
        body = self.overlay[name]
        return "" if body is None else hashlib.sha256(body).hexdigest()

    @cached_property
    def stamp(self) -> str:
        """What changes whenever a file does: from names, times and sizes, and from what is not saved."""
        lines = [f"{name} {state}" for name, state in sorted(self.states.items())]
        lines += [f"{name} {self.digest_of(name)}" for name in sorted(self.overlay)]
        return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()

    def known_digests(self) -> dict[str, KnownDigest]:
        """Return the digest of each file on the disk, with what tells whether it still holds."""
        return {name: self._disk.known_digest(name) for name in self.states}

    @property
    def is_consistent(self) -> bool:
        """Return whether every file that was read was still as it had been when the folders were walked."""
        return self._disk.is_consistent

    def is_unchanged(self) -> bool:
        """Return whether every file on the disk is still as it was."""
        return walk(self.root) == self.states


KnownDigest = tuple[int, int, str]
"""The size of a file, its time of change in nanoseconds, and the SHA-256 of what it held then."""


class _Disk:
    """Files as they lie on the disk; each is read once."""

    def __init__(self, root: Path, known: Mapping[str, KnownDigest]) -> None:
        self._root = root
        self._known = known
        self._read: dict[str, bytes] = {}
        self._digests: dict[str, str] = {}
        self.is_consistent = True

    @cached_property
    def states(self) -> dict[str, FileState]:
        return walk(self._root)

    @cached_property
    def _borrowed(self) -> tuple[str, ...]:
        return tuple(f"{name}/" for name in ("templates", "styles") if not (self._root / name).is_dir())

    def base(self, name: str) -> Path:
        return ENGINE if f"{name}/".startswith(self._borrowed) else self._root

    def path(self, name: str) -> Path:
        return self.base(name) / name

    def is_file(self, name: str) -> bool:
        return name in self.states or self.path(name).is_file()

    def read(self, name: str, within: str) -> bytes:
        if name not in self._read:
            state = self.states.get(name)  # as it was before it is read
            path = self.path(name)
            if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.base(name) / within)):
                raise OutsideError(name)
            with path.open("rb") as file:
                self._read[name] = file.read()
                stat = os.fstat(file.fileno())
            if state and (state.size, state.modified_ns) != (stat.st_size, stat.st_mtime_ns):
                self.is_consistent = False
        return self._read[name]

    def digest(self, name: str) -> str:
        if name not in self._digests:
            self._digests[name] = self._known_digest(name) or self._taken(name)
        return self._digests[name]

    def _known_digest(self, name: str) -> str | None:
        state, known = self.states.get(name), self._known.get(name)
        if state and known and (state.size, state.modified_ns) == tuple(known[:2]) and name not in self._read:
            return known[2]
        return None

    def _taken(self, name: str) -> str:
        state = self.states.get(name)
        try:
            body = self._read.get(name)
            if body is None:
                body = Path(state.path if state else self.path(name)).read_bytes()
        except OSError:  # whoever needs it will say so
            return ""
        return hashlib.sha256(body).hexdigest()

    def known_digest(self, name: str) -> KnownDigest:
        state = self.states[name]
        return state.size, state.modified_ns, self.digest(name)
