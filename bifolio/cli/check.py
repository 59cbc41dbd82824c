"""`check`: what is wrong with content and brands, and evidence sheets."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from bifolio.cli.console import Console
from bifolio.cli.options import command, output_option
from bifolio.core.diagnostics import ContentError


@command()
@click.argument("items", nargs=-1, metavar="[ITEM]…")
@click.option("--brand", "-b", "brands", multiple=True, help="Check only this clinic; repeatable.")
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option(
    "--on",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    default=lambda: f"{datetime.date.today()}",  # noqa: DTZ011, TID251 - a check is no build; its day is here
    show_default="today",
    help="The day on which reviews and support lines may be due.",
)
@click.option("--evidence", is_flag=True, help="Write the evidence sheet of each ITEM.")
@output_option
def check(
    console: Console,
    project: Path,
    items: tuple[str, ...],
    brands: tuple[str, ...],
    strict: bool,
    day: datetime.datetime,
    evidence: bool,
    output: Path | None,
) -> None:
    """Check content and brands, and suggest what to edit."""
    if evidence and not items:
        raise click.UsageError("--evidence needs the name of a handout")
    from bifolio.app import Project

    opened = Project(project)
    warnings = opened.check(items, brands, day.date())
    if strict and warnings:
        raise ContentError(warnings)
    console.show(warnings)
    sheets = opened.write_evidence_sheets(items, brands, output) if evidence else []
    for path in sheets:
        console.say_file(path)
    count = len(set(items) or opened.repository.catalogue.handouts)
    console.say(f"{count} {'handout is' if count == 1 else 'handouts are'} fine.")
    files = {"files": list(map(str, sheets))} if evidence else {}
    console.result({"ok": True, "warnings": [warning.as_json() for warning in warnings], **files})
