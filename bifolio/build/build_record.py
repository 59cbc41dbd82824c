"""The build record: what builds read and what they wrote, so that nothing is made twice.

A build that finds every file as it was ends here, before anything heavy is imported: this module takes only the
standard library, and little of it. A file is identified by its SHA-256; its size and its time of change only
save reading it again. `engine_stamp` identifies the engine in the same way.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bifolio.core.files import ProjectFiles, store_of
from bifolio.core.fingerprints import engine_stamp


class BuildRecord:
    """The record of one project: `.bifolio/build_record.json`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.path = store_of(self.root) / "build_record.json"
        self._record = self._read()
        self._before: dict[str, list[Any]] = self._record.get("files", {})
        self._files: ProjectFiles | None = None

    @property
    def files(self) -> ProjectFiles:
        """The project's files as they are when this is first asked."""
        if self._files is None:
            # A file that changed at the moment of the last look may have changed again since, unseen.
            at = self._record.get("at", 0)
            known = {name: tuple(entry) for name, entry in self._before.items() if entry[1] < at}
            self._files = ProjectFiles(self.root, known=known)
        return self._files

    @property
    def changed(self) -> frozenset[str]:
        """The files that say something else than when the last build looked at them, or are new."""
        before = {name: entry[2] for name, entry in self._before.items()}
        files = self.files
        return frozenset(name for name in files.states if before.get(name) != files.digest_of(name))

    # -- whole builds ----------------------------------------------------------------------------

    def stands(self, request: Sequence[str]) -> dict[str, str] | None:
        """Return what a build of this request printed, if all that it read and wrote is unchanged; else None."""
        answered = self._record.get("requests", {}).get(json.dumps(request))
        if not answered:
            return None
        if answered["engine"] != engine_stamp(answered["libraries"]) or answered["read"] != _digest(
            self.files
        ):
            return None
        said: dict[str, str] = answered["said"]
        return said if all(_is_as_written(path, stat) for path, stat in answered["wrote"].items()) else None

    def record(
        self, request: Sequence[str], files: ProjectFiles, wrote: Iterable[Path], said: Mapping[str, str]
    ) -> None:
        """Remember what a build read, what it wrote, and what it printed.

        Nothing is remembered where a file of the project was written meanwhile.
        """
        from bifolio.core.shared_libraries import library_files

        requests = self._record.setdefault("requests", {})
        requests.pop(json.dumps(request), None)
        if files.is_unchanged():
            libraries = library_files()
            requests[json.dumps(request)] = {
                "engine": engine_stamp(libraries),
                "libraries": libraries,
                "read": _digest(files),
                "wrote": {str(path.resolve()): _stat(path) for path in wrote},
                "said": dict(said),
            }
        for oldest in list(requests)[:-_MOST_REQUESTS]:
            del requests[oldest]
        self.write(files)

    def write(self, files: ProjectFiles) -> None:
        """Write to disk what is remembered, and what `files` held."""
        self._record["files"] = files.known_digests()
        made = self._record.get("made", {})
        for oldest in list(made)[:-_MOST_MADE]:
            del made[oldest]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
            part.touch()
            self._record["at"] = part.stat().st_mtime_ns  # the clock of the disk: that of its files
            part.write_text(json.dumps(self._record), "utf-8")
            part.replace(self.path)
        except OSError:  # the next build looks at everything again
            return

    # -- single files ----------------------------------------------------------------------------

    def remember(self, path: Path, fingerprint: str, warnings: Sequence[Any]) -> None:
        """Remember of what a file was made that was just written, and what was odd about it."""
        made = self._record.setdefault("made", {})
        made.pop(str(path), None)
        made[str(path)] = [fingerprint, _stat(path), warnings]

    def recall(self, path: Path, fingerprint: str) -> Sequence[Any] | None:
        """Return what was odd about a file if it still stands as it was written, made of the same; else None."""
        made = self._record.get("made", {}).get(str(path))
        is_same = made and made[0] == fingerprint and _is_as_written(str(path), made[1])
        return made[2] if is_same else None

    def _read(self) -> dict[str, Any]:
        try:
            stored = json.loads(self.path.read_bytes())
        except (OSError, ValueError):
            stored = None
        return stored if isinstance(stored, dict) and stored.get("form") == _FORM else {"form": _FORM}


_FORM = 2
_MOST_REQUESTS = 50
_MOST_MADE = 20_000


def _digest(files: ProjectFiles) -> str:
    return files.digest(*files.states)


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


def unchanged(arguments: Sequence[str], record: BuildRecord) -> dict[str, str] | None:
    """Return what to tell (`out`, `err`) if a command line asks for a build that has nothing to do."""
    asks_to_build = not arguments or arguments[0] == "build" or arguments[0].startswith("-")
    if not asks_to_build or _ASKS_OTHERWISE & set(arguments):
        return None
    return record.stands([os.getcwd(), *arguments])  # noqa: PTH109 - pathlib is slower


_ASKS_OTHERWISE = frozenset({"--force", "--help", "--version"})
