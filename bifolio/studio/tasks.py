"""The tasks of the studio: typed functions that run in worker processes, each with a session of the project.

The server imports this module and no more; what makes pages is imported in the workers. Arguments and results are
plain values, as both are pickled.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from bifolio.core.diagnostics import BifolioError
from bifolio.core.process_pool import ProcessPool
from bifolio.core.worker_process import TimeLimitError, UnwantedError, WorkerLostError, quickest_start_method
from bifolio.studio.errors import TaskError

if TYPE_CHECKING:  # late: the server starts without what makes pages
    import datetime

    from bifolio.branding.logo import Logo
    from bifolio.studio.draft import Draft, Fields
    from bifolio.studio.page_images import Picture
    from bifolio.studio.query import Query
    from bifolio.studio.session import Session

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

MEMORY_LIMIT_BYTES = 2_000_000_000
"""Address space of a worker; a page needs a tenth of it."""

TIME_LIMIT_S = 180.0
"""How long a task may take. A cold booklet of twenty handouts takes half of it on a busy machine."""


class TaskPool:
    """A few workers over one project. Foreground tasks go first and always find a worker."""

    def __init__(
        self,
        project: Path,
        size: int = 2,
        *,
        time_limit_s: float = TIME_LIMIT_S,
        memory_limit_bytes: int = MEMORY_LIMIT_BYTES,
    ) -> None:
        self.processes = ProcessPool(
            size,
            start_method=quickest_start_method(beside_threads=True),
            initializer=_open_session,
            initargs=(project,),
            preload=("bifolio.studio.session",),
            time_limit_s=time_limit_s,
            memory_limit_bytes=memory_limit_bytes,
        )

    async def run(
        self,
        task: Callable[[*Ts], T],
        /,
        *args: *Ts,
        background: bool = False,
        time_limit_s: float | None = None,
        is_abandoned: Callable[[], Coroutine[Any, Any, bool]] | None = None,
    ) -> T:
        """Run a task in a worker and return its result. Being cancelled ends the worker that is at work on it.

        `is_abandoned` is asked when the task would begin: whoever waited for it may have gone. Raises TaskError
        where there is no result, for whatever reason.
        """
        loop = asyncio.get_running_loop()

        def is_wanted() -> bool:  # asked in another thread
            assert is_abandoned is not None
            return not asyncio.run_coroutine_threadsafe(is_abandoned(), loop).result()

        try:
            return await self.processes.run(
                task,
                *args,
                background=background,
                time_limit_s=time_limit_s,
                is_wanted=is_wanted if is_abandoned else None,
            )
        except TaskError:
            raise
        except Exception as error:
            raise _task_error(error) from error

    async def stop(self) -> None:
        """End all workers, whatever they are doing."""
        await asyncio.to_thread(self.processes.stop)  # a worker may be asking the event loop whether to begin


def _task_error(error: Exception) -> TaskError:
    """Return what to tell a therapist of a task that failed."""
    match error:
        case BifolioError():
            return TaskError.from_error(error)
        case UnwantedError():
            return TaskError("nobody is waiting for this any more", "")
        case TimeLimitError():
            return TaskError(
                f"{error}, and was stopped",
                "try again; if it stops again, take something out or make it shorter",
            )
        case WorkerLostError():
            return TaskError(
                "the work on this stopped in the middle",
                "try again; if it stops again, the handout or the picture needs too much memory",
            )
        case _:
            logging.getLogger(__name__).error("A task of the studio failed:", exc_info=error)
            return TaskError(
                "something went wrong that should not have",
                "this is not your fault; the window in which the studio was started says more",
            )


# -- in a worker -----------------------------------------------------------------------------------

_session: Session


def _open_session(project: Path) -> None:
    """Open the session of this process: what it remembers from one task to the next."""
    from bifolio.studio.session import Session

    global _session  # noqa: PLW0603 - a process has one, and tasks bring only plain values
    _session = Session(project)


def warm_up() -> None:
    """Load the layout engine, so that the first new page does not wait for it."""
    _session.warm_up()


def shelf(brand: str | None) -> dict[str, Any]:
    """Return every handout with what a therapist chooses by."""
    return _session.shelf(brand)


def search_texts(brand: str | None) -> dict[str, Any]:
    """Return the texts of a clinic's shelf, and what a search takes for what."""
    return _session.search_texts(brand)


def handout(query: Query) -> dict[str, Any]:
    """Return a handout and every form in which it can be had."""
    return _session.handout(query)


def first_look(query: Query, page: int, width_px: int) -> bytes:
    """Return a page of a saved handout as PNG, kept from one start of the studio to the next."""
    return _session.first_look(query, page, width_px)


def picture(
    query: Query,
    page: int,
    width_px: int,
    kind: str,
    draft: Draft | None,
    copy: str | None,
    words: Fields | None,
) -> Picture:
    """Return a page as it would be printed with what is not saved: a clinic, a client's copy (JSON) or words."""
    return _session.picture(query, page, width_px, kind, draft, copy, words)


def file(query: Query) -> tuple[str, bytes]:
    """Return the name of a finished, verified file, and the file."""
    return _session.file(query)


def client_copy(query: Query, copy: str) -> tuple[str, bytes]:
    """Return the name of one client's copy, and the copy, a PDF."""
    return _session.file(query, copy)


def approvals(brand: str | None) -> dict[str, Any]:
    """Return the approvals of a clinic, and what has changed since each."""
    return _session.approvals(brand)


def approve(
    item: str, brand: str, by: str, on: str, region: str | None, language: str | None, based_on: str
) -> None:
    """Record a clinician's approval of the text that the clinician was shown."""
    _session.approve(item, brand, by, on, region, language, based_on)


def evidence(query: Query, number: int) -> tuple[str, bytes]:
    """Return the name of an evidence sheet, counted from 1, and the sheet."""
    return _session.evidence(query, number)


def own_copy(item: str, brand: str) -> str:
    """Make a clinic's own copy of a handout and return its name."""
    return _session.own_copy(item, brand)


def text(item: str) -> dict[str, Any]:
    """Return the text of a handout as a form, and its version."""
    return _session.text(item)


def check_text(item: str, fields: Fields, today: datetime.date | None) -> list[dict[str, Any]]:
    """Return what an editor would say of a handout with this text; each finding names its field."""
    return _session.check_text(item, fields, today)


def save_text(item: str, fields: Fields, based_on: str, today: datetime.date | None) -> dict[str, Any]:
    """Save the text of a clinic's own handout; return its new version, and what an editor would say of it."""
    version = _session.save_text(item, fields, based_on)
    return {"version": version, "findings": _session.check_text(item, fields, today)}


def clinic(brand: str | None) -> dict[str, Any]:
    """Return a clinic as a form, and its version."""
    return _session.clinic(brand)


def save_clinic(brand: str, draft: Draft, based_on: str) -> dict[str, Any]:
    """Save a clinic; return its new version, and findings that do not prevent printing."""
    return _session.save_clinic(brand, draft, based_on)


def restore_clinic(brand: str, number: int, based_on: str) -> None:
    """Restore an earlier version of a clinic."""
    _session.restore_clinic(brand, number, based_on)


def new_clinic(name: str) -> str:
    """Make a new clinic and return its id."""
    return _session.new_clinic(name)


def pack_clinic(brand: str) -> bytes:
    """Return a clinic as one file."""
    return _session.pack_clinic(brand)


def unpack_clinic(body: bytes) -> str:
    """Make a clinic from such a file and return its id."""
    return _session.unpack_clinic(body)


def clean_logo(name: str, body: bytes) -> Logo:
    """Return a logo, cleaned."""
    return _session.clean_logo(name, body)


def colours(seed: str) -> dict[str, Any]:
    """Return what pages make of a colour."""
    return _session.colours(seed)
