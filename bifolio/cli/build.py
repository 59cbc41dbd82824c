"""`build`: handouts as PDF, EPUB, web pages and pictures."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bifolio.build.build_record import BuildRecord
from bifolio.build.workers import cores, fonts_of, workers
from bifolio.cli.console import Console, counted
from bifolio.cli.options import build_options, command
from bifolio.core.diagnostics import DesignError, Diagnostic

if TYPE_CHECKING:  # late: half a second to load, in which the first worker starts already
    from bifolio.app import Project
    from bifolio.build.pipeline import Built
    from bifolio.core.cache import Memory
    from bifolio.model.job import Job


@dataclass(frozen=True)
class BuildOptions:
    """What was typed after `build` or `watch`."""

    items: tuple[str, ...]
    brands: tuple[str, ...]
    all_brands: bool
    region: str | None
    language: str | None
    editions: tuple[str, ...]
    theme: str | None
    formats: str | None
    output: Path | None
    workers: int | None
    scheduler: str | None
    table: Path | None = None
    keep_going: bool = False
    force: bool = False

    @property
    def is_for_one_handout(self) -> bool:
        one_of_each = len(self.items) == 1 and len(self.brands) < 2 and len(self.editions) < 2
        return one_of_each and not self.all_brands and not self.table


@command()
@build_options
@click.option(
    "--brands-from",
    "table",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Clinics from a CSV table, too: one per row, a field per column.",
)
@click.option("--keep-going", is_flag=True, help="Publish the others when one has an error.")
@click.option("--force", is_flag=True, help="Make everything again, even what is up to date.")
def build(console: Console, project: Path, **options: Any) -> None:
    """Build handouts: all in bifolio.yaml, or those you name."""
    asked: BuildRecord | None = click.get_current_context().obj
    record = asked if asked and asked.root == project.resolve() else BuildRecord(project)
    wanted = BuildOptions(**options)
    with start_workers(project, wanted) as executor:
        opened, files, result = make(console, project, wanted, executor, record)
        if not result["ok"]:
            sys.exit(DesignError.exit_code)
        if not wanted.table:  # a table and its logos are not among the files of a project
            again = console.replay(f"{counted(len(files), 'file')} up to date.", result)
            record.record([os.getcwd(), *sys.argv[1:]], opened.repository.files, files, again)  # noqa: PTH109


def start_workers(project: Path, wanted: BuildOptions) -> AbstractContextManager[Executor]:
    """Start as many workers as a build may need, or connect to those of a cluster."""
    if wanted.scheduler:
        from bifolio.contrib.dask import cluster

        return cluster(wanted.scheduler)
    return workers(fonts_of(project), 1 if wanted.is_for_one_handout else wanted.workers or cores())


def make(
    console: Console,
    project: Path,
    wanted: BuildOptions,
    executor: Executor,
    record: BuildRecord,
    memory: Memory | None = None,
) -> tuple[Project, Sequence[Path], dict[str, Any]]:
    """Build what is wanted, and report it; return the files, and the result as it was printed."""
    started = time.perf_counter()
    from bifolio.app import Project

    opened = Project(project, renew=wanted.force, executor=executor, record=record, memory=memory)
    jobs, faults = _plan(opened, wanted)
    odd = [*opened.warnings(job.brand for job in jobs), *opened.dangers(jobs)]
    console.show([*faults, *odd])
    with console.progress() as on_batch:
        built = opened.build(jobs, wanted.output, on_batch, keep_going=wanted.keep_going)
    return opened, built.files, _report(console, built, faults, odd, time.perf_counter() - started)


def _plan(opened: Project, wanted: BuildOptions) -> tuple[Sequence[Job], list[Diagnostic]]:
    """Return the jobs of a build, and what is wrong with clinics of a table that are left out."""
    from bifolio.model.job import Request

    brands = wanted.brands or (opened.repository.catalogue.brands if wanted.all_brands else ())
    faults: list[Diagnostic] = []
    if wanted.table:
        received, faults = opened.add_table(wanted.table)
        if faults and not (wanted.keep_going and received):
            raise DesignError(faults)
        brands = (*brands, *received)
    request = Request(
        items=wanted.items,
        brands=brands,
        region=wanted.region,
        language=wanted.language,
        editions=wanted.editions,
        theme=wanted.theme,
        formats=_formats(wanted.formats),
    )
    opened.prefetch(request)
    return opened.plan(request), faults


def _report(
    console: Console, built: Built, faults: list[Diagnostic], odd: list[Diagnostic], seconds: float
) -> dict[str, Any]:
    failed = built.failure.findings if built.failure else ()
    console.show([*failed, *built.warnings])
    for path in built.files:
        console.say_file(path)
    console.say(f"{counted(len(built.files), 'file')} in {seconds:.1f} s, {built.made} of them new.")
    faults = [*faults, *failed]
    result = {
        "ok": not faults,
        "files": [str(path) for path in built.files],
        "warnings": [warning.as_json() for warning in (*odd, *built.warnings)],
        **({"findings": [fault.as_json() for fault in faults]} if faults else {}),
    }
    console.result(result)
    return result


def _formats(text: str | None) -> tuple[Any, ...]:
    if not text:
        return ()
    from bifolio.model.project import FORMATS

    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in FORMATS:
            known = ", ".join(FORMATS)
            raise click.BadParameter(f'"{name}" cannot be made; formats: {known}', param_hint="--format")
    return names
