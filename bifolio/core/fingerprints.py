"""Ledger: what builds read and what they wrote, so that nothing is made twice.

A build that finds every file as it was ends here, before anything heavy is imported: this module takes only
the standard library, and little of it. What a file says is told by its SHA-256; its size and its time of
change only save reading it again.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import sysconfig
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

STORE = ".bifolio"
"""The folder of a project in which finished work is kept."""

ENGINE = Path(__file__).resolve().parents[2]
"""The folder that holds templates/ and styles/ for projects that bring none of their own."""

_READ = ("content", "styles", "templates")
_UNREAD = frozenset({"__pycache__", "schema", "studio"})


class Snapshot:
    """The files that a build may read, each with the digest of what it said at one moment.

    Names are relative to the project; those of the program begin with `engine/`.
    """

    def __init__(
        self,
        digests: Mapping[str, str],
        stats: Mapping[str, tuple[str, list[int]]],
        changed: Collection[str] = (),
    ) -> None:
        self.digests = dict(sorted(digests.items()))
        self.changed = frozenset(changed)
        """The files that say something else than when the last build looked at them, or are new."""
        self._names = list(self.digests)
        self._together: dict[str, str] = {}
        self.stats = dict(stats)
        """Where each file stands, its size and its time of change."""

    def of(self, names: Iterable[str]) -> str:
        """Give one digest of the named files; a name that ends with / or . stands for all that begin so."""
        return _joined(f"{name} {self._said(name)}" for name in sorted(set(names)))

    def _said(self, name: str) -> str:
        if not name.endswith(_BEGINNING):
            return self.digests.get(name, "")
        if name not in self._together:
            self._together[name] = _joined(f"{each} {self.digests[each]}" for each in self.under(name))
        return self._together[name]

    def holds(self, names: Iterable[str]) -> bool:
        """Tell whether the named files are still as they were; names as in `of`."""
        return all(_is_as_written(*self.stats[name]) for name in self._begun(names) if name in self.stats)

    def under(self, beginning: str) -> list[str]:
        """Give all names that begin so."""
        first = bisect_left(self._names, beginning)
        return self._names[first : bisect_left(self._names, beginning + chr(sys.maxunicode), first)]

    def _begun(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            if name.endswith(_BEGINNING):
                yield from self.under(name)
            elif name in self.digests:
                yield name


_BEGINNING = ("/", ".")


def _joined(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class Ledger:
    """The ledger of one project: `.bifolio/ledger.json`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.path = self.root / STORE / "ledger.json"
        self._kept = self._read()
        self._seen: dict[str, list[Any]] = self._kept.get("files", {})
        self.looked: Snapshot | None = None
        """What was seen when somebody asked whether anything is to do."""

    def snapshot(self) -> Snapshot:
        """Look at all files that a build may read, and remember what they say."""
        known: dict[str, list[Any]] = self._kept.get("files", {})
        before = {name: entry[2] for name, entry in self._seen.items()}
        at = self._kept.get("at", 0)
        found: dict[str, list[Any]] = {}
        stats = {}
        for name, path, stat in self._files():
            seen = known.get(name)
            # A file that changed at the moment of the last look may have changed again since, unseen.
            if seen and seen[:2] == [stat.st_size, stat.st_mtime_ns] and stat.st_mtime_ns < at:
                found[name] = seen
            else:
                found[name] = [stat.st_size, stat.st_mtime_ns, _digest(path)]
            stats[name] = (str(path), found[name][:2])
        self._kept["files"] = found
        digests = {name: entry[2] for name, entry in found.items()}
        changed = [name for name, digest in digests.items() if before.get(name) != digest]
        return Snapshot(digests | {"engine": engine_mark()}, stats, changed)

    def program(self) -> str:
        """Give one digest of the program, wherever it is installed."""
        files = _walk(ENGINE / "bifolio", "engine/bifolio")
        return hashlib.sha256("".join(f"{n} {_digest(path)}\n" for n, path, _ in files).encode()).hexdigest()

    def look(self) -> dict[str, tuple[int, ...]]:
        """Tell all files apart from what they may be later, without reading them."""
        return {
            name: (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
            for name, _, stat in self._files()
        }

    def stands(self, request: Sequence[str]) -> dict[str, Any] | None:
        """Give what a build of this request told, if all that it read and wrote is as it was; else nothing."""
        told = self._kept.get("requests", {}).get(json.dumps(request))
        if not told:
            return None
        self.looked = self.snapshot()
        if self.looked.of(("engine", *self._kept["files"])) != told["read"]:
            return None
        return told if all(_is_as_written(path, stat) for path, stat in told["wrote"].items()) else None

    def record(
        self, request: Sequence[str], read: Snapshot, wrote: Iterable[Path], said: Mapping[str, str]
    ) -> None:
        """Remember what a build read, what it wrote, and what it told whoever asked."""
        requests = self._kept.setdefault("requests", {})
        requests.pop(json.dumps(request), None)
        requests[json.dumps(request)] = {
            "read": read.of(read.digests),
            "wrote": {str(path.resolve()): _stat(path) for path in wrote},
            "said": dict(said),
        }
        for oldest in list(requests)[:-_MOST_REQUESTS]:
            del requests[oldest]
        self.write()

    def write(self) -> None:
        """Put on the disk what is remembered."""
        made = self._kept.get("made", {})
        for oldest in list(made)[:-_MOST_MADE]:
            del made[oldest]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
            part.touch()
            self._kept["at"] = part.stat().st_mtime_ns  # the clock of the disk: that of its files
            part.write_text(json.dumps(self._kept), "utf-8")
            part.replace(self.path)
        except OSError:  # the next build looks at everything again
            return

    def remember(self, path: Path, mark: str, said: Sequence[Any]) -> None:
        """Remember of what a file was made that was just written, and what was said of it."""
        made = self._kept.setdefault("made", {})
        made.pop(str(path), None)
        made[str(path)] = [mark, _stat(path), said]

    def recall(self, path: Path, mark: str) -> Sequence[Any] | None:
        """Give what was said of a file if it still stands as it was written, made of the same; else nothing."""
        made = self._kept.get("made", {}).get(str(path))
        return made[2] if made and made[0] == mark and _is_as_written(str(path), made[1]) else None

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self.path.read_bytes())
        except (OSError, ValueError):
            kept = None
        return kept if isinstance(kept, dict) and kept.get("form") == _FORM else {"form": _FORM}

    def _files(self) -> Iterator[tuple[str, Path, os.stat_result]]:
        for folder in _READ:
            own = self.root / folder
            yield from _walk(own if own.is_dir() or folder == "content" else ENGINE / folder, folder)
        yield from _walk(ENGINE / "bifolio", "engine/bifolio")
        plan = self.root / "bifolio.yaml"
        if plan.is_file():
            yield "bifolio.yaml", plan, plan.stat()


_FORM = 1
_MOST_REQUESTS = 50
_MOST_MADE = 20_000


def engine_mark() -> str:
    """Name the interpreter and the installed libraries: installing one changes the folder they are in."""
    libraries = Path(sysconfig.get_path("purelib"))
    return f"{sys.version} {libraries} {libraries.stat().st_mtime_ns}"


def _walk(folder: Path, name: str) -> Iterator[tuple[str, Path, os.stat_result]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        inner = f"{name}/{entry.name}"
        if entry.name.startswith(".") or entry.name in _UNREAD:
            continue
        if entry.is_dir():
            yield from _walk(Path(entry.path), inner)
        elif entry.is_file():
            yield inner, Path(entry.path), entry.stat()


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:  # whoever needs it will say so
        return "unreadable"


def _stat(path: str | Path) -> list[int]:
    stat = os.stat(path)  # noqa: PTH116 - asked of each file for each job, and pathlib takes ten times as long
    return [stat.st_size, stat.st_mtime_ns]


def _is_as_written(path: str, written: list[int]) -> bool:
    try:
        return _stat(path) == written
    except OSError:
        return False


def root_of(arguments: Sequence[str]) -> Path:
    """Find the project that a command line names; the current folder when it names none."""
    for position, argument in enumerate(arguments):
        if argument == "--project" and position + 1 < len(arguments):
            return Path(arguments[position + 1])
        if argument.startswith("--project="):
            return Path(argument.partition("=")[2])
    return Path()


def unchanged(arguments: Sequence[str], ledger: Ledger) -> dict[str, str] | None:
    """Give what to tell (`out`, `err`) if a command line asks for a build that has nothing to do."""
    asks_to_build = not arguments or arguments[0] == "build" or arguments[0].startswith("-")
    if not asks_to_build or {"--force", "--help", "--version"} & set(arguments):
        return None
    told = ledger.stands([os.getcwd(), *arguments])  # noqa: PTH109 - pathlib is slower
    return told["said"] if told else None
