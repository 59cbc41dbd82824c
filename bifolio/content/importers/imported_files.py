"""A document on the disk → a handout in content/handouts/, never over one that is there."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from bifolio.content.handouts import bad_name
from bifolio.content.importers.importing import Imported, import_document, name_of
from bifolio.content.importers.limits import MAX_FILE_BYTES, refuse
from bifolio.content.importers.report import Report
from bifolio.content.repository import Repository
from bifolio.core.diagnostics import RequestError, ToolError
from bifolio.core.process_pool import ProcessPool
from bifolio.core.worker_process import TimeLimitError, WorkerLostError
from bifolio.model.base import id_fault

HANDOUTS = "content/handouts"
TIME_LIMIT_S = 60
MEMORY_LIMIT_BYTES = 2_000_000_000


def write_handout(
    repository: Repository, document: Path, name: str | None, kind: str | None, today: datetime.date
) -> tuple[Path, Report]:
    """Import a document and write the handout; return its file and the report.

    Raises RequestError for a document that cannot be imported, or a name that cannot be had.
    """
    item = name or name_of(document.name)
    if id_fault(item):
        raise RequestError(bad_name("import", "handout", item, document.name))
    if item in repository.catalogue.handouts:
        raise refuse(
            "there-already",
            f'there is already a handout "{item}"',
            f"choose another name with --name, or change {repository.catalogue.handouts[item]}",
        )
    made = _bounded(_read(document), document.name, today, kind, repository.plan.language)
    path = repository.root / HANDOUTS / f"{item}.yaml"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:  # never over another file, whoever made it meanwhile
            file.write(made.text.encode())
    except OSError as error:
        raise ToolError.of(
            "import.cannot-write",
            f'"{path}" cannot be written: {(error.strerror or str(error)).lower()}',
            help="free the disk, make the folder writable, or choose another name with --name",
        ) from error
    return path, made.report


def _bounded(raw: bytes, *about: Any) -> Imported:
    """Import in a process of its own, so that no file takes more time or memory than it may."""
    pool = ProcessPool(start_method="spawn", time_limit_s=TIME_LIMIT_S, memory_limit_bytes=MEMORY_LIMIT_BYTES)
    try:
        return pool.submit(_import, raw, *about).result()
    except WorkerLostError as error:
        cure = "split it into several documents, or copy its text into a new one"
        what = (
            f"{TIME_LIMIT_S} seconds" if isinstance(error, TimeLimitError) else "the memory that it may have"
        )
        raise refuse("takes-too-long", f"reading the file takes more than {what}", cure) from error
    finally:
        pool.stop()


def _import(raw: bytes, file_name: str, today: datetime.date, kind: str | None, language: str) -> Imported:
    return import_document(raw, file_name, today, kind=kind, language=language)


def _read(document: Path) -> bytes:
    try:
        with document.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        reason = "is not there" if isinstance(error, FileNotFoundError) else "cannot be read"
        cure = "check the name, and the folder"
        raise refuse("missing-file", f'the file "{document}" {reason}', cure) from error
