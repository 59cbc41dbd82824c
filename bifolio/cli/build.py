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
from bifolio.core.diagnostics import BifolioError, DesignError, Diagnostic

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
    help="Clinics of a table, too (.xlsx, .csv): one per row, a field per column.",
)
@click.option("--keep-going", is_flag=True, help="Publish the others when one has an error.")
@click.option("--force", is_flag=True, help="Make everything again, even what is up to date.")
def build(console: Console, project: Path, **options: Any) -> None:
    """Build handouts: all in bifolio.yaml, or those you name."""
    asked: BuildRecord | None = click.get_current_context().obj
    record = asked if asked and asked.root == project.resolve() else BuildRecord(project)
    wanted = BuildOptions(**options)
    with start_workers(project, wanted) as executor:
        opened, files, result, failure = make(console, project, wanted, executor, record)
        if failure:
            sys.exit(failure.exit_code)
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
) -> tuple[Project, Sequence[Path], dict[str, Any], BifolioError | None]:
    """Build what is wanted, and report it; return the files, the result as it was printed, and what is not made."""
    started = time.perf_counter()
    from bifolio.app import Project
    from bifolio.build.selection import together

    opened = Project(project, renew=wanted.force, executor=executor, record=record, memory=memory)
    jobs, failures, remarks = _plan(opened, wanted)
    odd = [*remarks, *opened.warnings(job.brand for job in jobs), *opened.dangers(jobs)]
    console.show([*(finding for failure in failures for finding in failure.findings), *odd])
    with console.progress() as on_batch:
        built = opened.build(jobs, wanted.output, on_batch, keep_going=wanted.keep_going)
    console.show(built.failure.findings if built.failure else ())
    failures += [built.failure] if built.failure else []
    failure = together(failures) if failures else None
    return opened, built.files, _report(console, built, failure, odd, time.perf_counter() - started), failure


def _plan(
    opened: Project, wanted: BuildOptions
) -> tuple[Sequence[Job], list[BifolioError], list[Diagnostic]]:
    """Return the jobs of a build, what is wrong with all that is left out, and what of a table is not read."""
    from bifolio.build.jobs import plan_project
    from bifolio.model.job import Request

    brands = wanted.brands or (opened.repository.catalogue.brands if wanted.all_brands else ())
    failures: list[BifolioError] = []
    remarks: list[Diagnostic] = []
    if wanted.table:
        received, findings = opened.add_table(wanted.table)
        faults = [finding for finding in findings if finding.is_error]
        remarks = [finding for finding in findings if not finding.is_error]
        if faults and not (wanted.keep_going and (received or brands)):
            raise DesignError(findings)
        failures += [DesignError(faults)] if faults else []
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
    if not wanted.keep_going:
        return opened.plan(request), failures, remarks
    planned = plan_project(opened.repository, request, keep_going=True)
    return planned.jobs, [*failures, *planned.failures], remarks


def _report(
    console: Console, built: Built, failure: BifolioError | None, odd: list[Diagnostic], seconds: float
) -> dict[str, Any]:
    console.show(built.warnings)
    for path in built.files:
        console.say_file(path)
    console.say(f"{counted(len(built.files), 'file')} in {seconds:.1f} s, {built.made} of them new.")
    faults = failure.findings if failure else ()
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
