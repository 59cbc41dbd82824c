"""Publish: verified files → output/. The only writer of that folder.

All files are written before the first one is moved to its place. The manifest comes last and names what stands.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bifolio.core.atomic_writes import replace_all
from bifolio.model.artifact import Artifact

MANIFEST = "manifest.json"


def publish(
    artifacts: Iterable[Artifact],
    folder: Path,
    engine: Mapping[str, str],
    gone: Collection[str] = (),
    owner: str = "",
) -> list[Path]:
    """Write the artifacts and bring the manifest up to date; return the paths written.

    Files that an earlier build made and this one did not touch stay, and stay in the manifest. Those that are
    `gone`, by what the manifest calls them, are removed once all others stand. `owner` is as in `replace_all`.
    """
    finished = list(artifacts)
    entries = {
        artifact.path: {
            "sha256": hashlib.sha256(artifact.body).hexdigest(),
            "bytes": artifact.size,
            **artifact.metadata,
        }
        for artifact in finished
    }
    others = {name: entry for name, entry in standing(folder).items() if name not in gone}
    manifest = {"engine": dict(engine), "files": dict(sorted((others | entries).items()))}
    text = json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    bodies = {folder / artifact.path: artifact.content for artifact in finished}
    replace_all({**bodies, folder / MANIFEST: text.encode()}, owner)
    for name in {*gone} - {*entries}:
        with suppress(OSError):  # somebody has it open: it is nobody's any more, as the manifest says
            (folder / name).unlink()
    return list(bodies)


def standing(folder: Path) -> dict[str, Any]:
    """Return what the manifest says of the files of earlier builds that still stand."""
    files = read_manifest(folder).get("files")
    if not isinstance(files, dict):
        return {}
    return {name: entry for name, entry in files.items() if "\0" not in name and (folder / name).is_file()}


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of an output folder; empty when there is none that can be read."""
    try:
        value = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
