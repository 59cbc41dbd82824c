"""Console: the only place that prints. Sentences for people, one JSON value on stdout for machines."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

import click

from bifolio.core.diagnostics import BifolioError, Diagnostic, show

if TYPE_CHECKING:  # late: a command that builds nothing needs none of it
    from bifolio.build.scheduler import Batch

MOST_SHOWN = 100
"""Findings that a person sees at once; a machine gets all."""


class Console:
    """How one command speaks: to a person, or with `as_json` to a machine."""

    def __init__(self, *, as_json: bool, quiet: bool) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self.shown: list[Diagnostic] = []
        """The findings that were shown."""

    @contextmanager
    def exit_codes(self) -> Iterator[None]:
        """End the program with the exit code that an error of ours, or Ctrl-C, stands for."""
        try:
            yield
        except BifolioError as error:
            self.show_error(error)
            sys.exit(error.exit_code)
        except KeyboardInterrupt:
            self._stop()

    # -- what a command says ---------------------------------------------------------------------

    def say(self, text: str) -> None:
        """Show a person something that is not the result."""
        if not self.quiet:
            click.echo(text, err=self.as_json)

    def say_file(self, path: Path) -> None:
        """Show the name of a file that was written, relative to the current folder where that is shorter."""
        self.say(f"  {_from_here(path)}")

    def lines(self, lines: Sequence[str]) -> None:
        """Print the result for a person, who gets it even if quiet."""
        if not self.as_json:
            for line in lines:
                click.echo(line)

    def result(self, value: Mapping[str, Any]) -> None:
        """Print the result for a machine."""
        if self.as_json:
            click.echo(_json(value))

    def finish(self, value: Mapping[str, Any], failure: BifolioError | None) -> None:
        """Print a result for a machine, show what is wrong with the rest, and end the program with its exit code."""
        if failure is None:
            self.result({"ok": True, **value})
            return
        self.show(failure.findings)
        self.result({"ok": False, **value, "findings": [finding.as_json() for finding in failure.findings]})
        sys.exit(failure.exit_code)

    def address(self, url: str, *, opens_browser: bool) -> None:
        """Show where the studio can be opened, at once, and open it."""
        click.echo(f"The studio is open at {url}\nPress Ctrl-C to close it.", err=self.as_json)
        self.result({"ok": True, "url": url})
        self.flush()
        if opens_browser and not self.as_json:
            click.launch(url)

    def ask_password(self) -> str:
        """Ask for a password, twice, without showing it."""
        password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return password

    def flush(self) -> None:
        """Flush it, so that whoever reads it has it now."""
        if sys.stdout is not None:
            sys.stdout.flush()

    # -- findings --------------------------------------------------------------------------------

    def show(self, findings: Sequence[Diagnostic]) -> None:
        """Show findings to a person on stderr; a machine gets them with the result."""
        self.shown += findings
        if self.as_json:
            return
        for finding in findings[:MOST_SHOWN]:
            click.echo(show(finding), err=True)
        if len(findings) > MOST_SHOWN:
            click.echo(f"… and {len(findings) - MOST_SHOWN:,} more; fix these first", err=True)

    def show_error(self, error: BifolioError) -> None:
        """Show everything that is wrong; for a machine this is the result."""
        self.show(error.findings)
        if not self.as_json and len(error.findings) > 1:
            click.echo(f"{len(error.findings):,} findings", err=True)
        self.result({"ok": False, "findings": [finding.as_json() for finding in error.findings]})

    def replay(self, text: str, value: Mapping[str, Any]) -> dict[str, str]:
        """Return what to print (`out`, `err`) when the same is asked for again and there is nothing to do."""
        line = "" if self.quiet else f"{text}\n"
        if self.as_json:
            return {"out": f"{_json(value)}\n", "err": line}
        return {"out": line, "err": "".join(f"{show(finding)}\n" for finding in self.shown[:MOST_SHOWN])}

    def _stop(self) -> NoReturn:
        if not self.quiet:
            click.echo("Stopped. The files in the output folder are intact.", err=True)
        sys.exit(130)  # as a shell does for a program that Ctrl-C ended

    # -- progress --------------------------------------------------------------------------------

    @contextmanager
    def progress(self) -> Iterator[Callable[[Batch], None]]:
        """Show how far a build is and how long it may still take: a bar on a terminal, plain lines elsewhere."""
        pace = _Pace()
        if self.quiet or self.as_json or sys.stderr is None or not sys.stderr.isatty():
            counter = count(1)

            def say(batch: Batch) -> None:
                left = pace.left(batch.weight)
                for job in batch.jobs:
                    self.say(f"[{next(counter)}/{batch.of}] {job}{left}")

            yield say
            return
        from rich.console import Console as Terminal
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            BarColumn(),
            TextColumn("{task.description}"),
        )
        with Progress(*columns, console=Terminal(stderr=True), transient=True) as progress:
            task = progress.add_task("", total=None)

            def advance(batch: Batch) -> None:
                text = f"{batch.jobs[-1]}{pace.left(batch.weight)}"
                progress.update(task, description=text, advance=len(batch.jobs), total=batch.of)

            yield advance


class _Pace:
    """How long a build may still take, judging by what has been done so far."""

    def __init__(self) -> None:
        self.done = 0.0
        self.started = time.perf_counter()

    def left(self, share: float) -> str:
        """Count another share of the work as done; return what is left, once that is more than a guess."""
        self.done += share
        passed = time.perf_counter() - self.started
        if passed < 3 or self.done < 0.1:
            return ""
        seconds = passed * (1 - self.done) / self.done
        if seconds < 5:
            return ""
        about = f"{5 * round(seconds / 5)} s" if seconds < 90 else f"{round(seconds / 60)} min"
        return f", about {about} left"


def counted(number: int, noun: str) -> str:
    """Write a number with its noun.

    >>> counted(1, "file"), counted(12, "file")
    ('1 file', '12 files')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def escape_unknown_letters() -> None:
    """Let a terminal, or a file name, have letters that the encoding of the output does not know."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # there is none without a console, as with pythonw on Windows
            cast("io.TextIOWrapper", stream).reconfigure(errors="backslashreplace")


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def _from_here(path: Path) -> str:
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)
