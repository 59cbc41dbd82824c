"""Crew: the studio's press processes. Each does one task at a time, within a time and a memory limit.

A task that takes too long, or dies, costs its process and nothing else: the next task gets a new one. Tasks
and their values are plain, so that they can cross to another process. What a task does stands in `tasks`.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import multiprocessing
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from bifolio.core.diagnostics import PressError

MEMORY_BYTES = 2_000_000_000
"""Address space of one press; a page takes a tenth of it."""

SECONDS = 180.0
"""How long one task may take. A booklet that binds twenty handouts, cold, takes half of it on a busy machine."""

_TASKS = "bifolio.studio.session"


class TaskError(Exception):
    """A task gave nothing. `findings` say why in the words of the press, where it was the press that refused.

    `status` is what HTTP calls this; `now` is what stands where something was to be saved, as JSON values.
    """

    def __init__(
        self,
        message: str,
        help: str,  # noqa: A002
        findings: tuple[dict[str, Any], ...] = (),
        status: int = 422,
        now: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.findings = findings
        self.status = status
        self.now = now


class Crew:
    """A few presses over one project. Short work goes before long work, and always finds one press."""

    def __init__(
        self, project: Path, size: int = 2, *, seconds: float = SECONDS, memory: int = MEMORY_BYTES
    ) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([_TASKS])
        self.seconds = seconds
        self._presses = [_Press(context, project, memory) for _ in range(size)]
        self._free = list(reversed(self._presses))
        self._queue: list[_Waiting] = []
        self._numbers = itertools.count()

    async def ask(
        self,
        task: str,
        /,
        *values: Any,
        seconds: float | None = None,
        background: bool = False,
        given_up: Callable[[], Awaitable[bool]] | None = None,
    ) -> Any:
        """Have a task done; give its result. Raises TaskError. Cancelling ends the process that works on it.

        `given_up` is asked when the turn has come: whoever waited may have gone.
        """
        press = await self._press(background=background)
        if given_up is not None and await given_up():
            self._release(press)
            raise TaskError("nobody waits for this any more", "")
        work = asyncio.ensure_future(asyncio.to_thread(press.do, task, values, seconds or self.seconds))
        try:
            result = await asyncio.shield(work)
        except asyncio.CancelledError:
            press.stop()
            with contextlib.suppress(TaskError):
                await work
            raise
        finally:
            self._release(press)
        return result

    async def _press(self, *, background: bool) -> _Press:
        turn = _Waiting(background, next(self._numbers), asyncio.get_running_loop().create_future())
        heapq.heappush(self._queue, turn)
        self._hand_out()
        try:
            return await turn.press
        except asyncio.CancelledError:
            if turn.press.done() and not turn.press.cancelled():
                self._release(turn.press.result())
            raise

    def _release(self, press: _Press) -> None:
        self._free.append(press)
        self._hand_out()

    def _hand_out(self) -> None:
        while self._queue and self._free:
            if self._queue[0].press.cancelled():
                heapq.heappop(self._queue)
            elif self._queue[0].background and len(self._free) < min(2, len(self._presses)):
                return  # the last press is kept for someone who looks at the screen
            else:
                heapq.heappop(self._queue).press.set_result(self._free.pop())

    async def close(self) -> None:
        """End all presses, whatever they do."""
        for press in self._presses:
            press.end()
        self._presses = []


@dataclass(order=True)
class _Waiting:
    background: bool
    number: int
    press: asyncio.Future[_Press] = field(compare=False)


class _Press:
    """One process, started when it is first needed and again after it was ended."""

    def __init__(self, context: BaseContext, project: Path, memory: int) -> None:
        self._context = context
        self._given = (project, memory)
        self._process: BaseProcess | None = None
        self._line: Connection | None = None

    def do(self, task: str, values: tuple[Any, ...], seconds: float) -> Any:
        """Have the process do one task; wait for it. Runs in a thread."""
        line = self._connect()
        try:
            line.send((task, values))
            if not line.poll(seconds):
                self.end()
                raise TaskError(
                    f"this took longer than {seconds:g} seconds, and was stopped",
                    "try again; if it stops again, take something out or make it shorter",
                )
            done, result = line.recv()
        except (EOFError, OSError) as error:
            self.end()
            raise TaskError(
                "the press stopped in the middle of this",
                "try again; if it stops again, the handout or the picture asks for too much memory",
            ) from error
        if not done:
            raise TaskError(*result)
        return result

    def _connect(self) -> Connection:
        if self._process is None or not self._process.is_alive() or self._line is None:
            self.end()
            here, there = self._context.Pipe()
            self._process = self._context.Process(target=_work, args=(there, *self._given), daemon=True)  # type: ignore[attr-defined]
            self._process.start()
            there.close()
            self._line = here
        return self._line

    def stop(self) -> None:
        """Kill the process in the middle of its task; `do`, which waits for it, then ends."""
        if self._process is not None:
            self._process.kill()

    def end(self) -> None:
        """Kill the process, and hang up."""
        process, line, self._process, self._line = self._process, self._line, None, None
        if process is not None:
            process.kill()
            process.join()
        if line is not None:
            with contextlib.suppress(OSError):
                line.close()


def _work(line: Connection, project: Path, memory: int) -> None:
    """Do tasks until the studio hangs up. Runs in the press process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the studio, which ends its presses
    _limit_memory(memory)
    from bifolio.studio.session import Room

    room = Room(project)
    while True:
        try:
            task, values = line.recv()
        except (EOFError, OSError):
            return
        try:
            answer = (True, getattr(room, task)(*values))
        except PressError as error:
            answer = (False, _refusal(error))
        except TaskError as error:
            answer = (False, (error.message, error.help, error.findings, error.status, error.now))
        except MemoryError:
            return
        except Exception:  # noqa: BLE001 - a bug costs one task; its traceback is for the terminal
            traceback.print_exc(file=sys.stderr)
            answer = (
                False,
                (
                    "something went wrong that should not have",
                    "what you did is not at fault; the window in which the studio was started says more",
                    (),
                ),
            )
        line.send(answer)


def _refusal(error: PressError) -> tuple[str, str, tuple[dict[str, Any], ...]]:
    findings = tuple(finding.as_json() for finding in error.findings)
    first = error.findings[0]
    return first.message, first.help or "", findings


def _limit_memory(most: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # macOS knows the limit and does not keep it
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most, most))
