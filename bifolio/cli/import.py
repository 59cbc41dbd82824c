"""`import`: a document that was written elsewhere becomes a handout."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from bifolio.cli.console import Console
from bifolio.cli.options import FILE, command
from bifolio.core.diagnostics import BifolioError, Diagnostic
from bifolio.model.handout import Kind

if TYPE_CHECKING:  # late: it loads what makes files
    from bifolio.app import Project

KINDS = [kind for kind in get_args(Kind) if kind != "booklet"]


@command("import")
@click.argument("document", type=FILE, metavar="FILE")
@click.option("--kind", type=click.Choice(KINDS), help="The kind of handout; judged by its blocks otherwise.")
@click.option("--name", help="The name of the handout; that of the file otherwise.")
@click.option(
    "--on",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    default=lambda: f"{datetime.date.today()}",  # noqa: DTZ011, TID251 - an import is no build; its day is here
    show_default="today",
    help="The day on which the text was written.",
)
def import_(
    console: Console,
    project: Path,
    document: Path,
    kind: str | None,
    name: str | None,
    day: datetime.datetime,
) -> None:
    """Make a handout of a document: .docx, .odt, .md, .html or .txt.

    The handout is a draft in content/handouts/. The report says what became what, what was left out, and what is for
    you to decide.
    """
    from bifolio.app import Project
    from bifolio.content.importers.imported_files import write_handout

    today = day.date()
    path, report = write_handout(Project(project).repository, document, name, kind, today)
    findings = _findings(Project(project), path, today)
    console.lines(report.lines())
    console.show(findings)
    console.say_file(path)
    found = [finding.as_json() for finding in findings]
    console.result({"ok": True, "file": str(path), "report": report.as_json(), "findings": found})


def _findings(opened: Project, path: Path, today: datetime.date) -> list[Diagnostic]:
    """Return what `check` finds in a handout, errors among it: the author has yet to mend them."""
    try:
        found = opened.check((path.stem,), (), today)
    except BifolioError as error:
        found = [*error.findings]
    return [finding for finding in found if finding.span and path.name in finding.span.source.name]
