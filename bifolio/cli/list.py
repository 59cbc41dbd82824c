"""`list`: what there is in a project."""

from __future__ import annotations

from pathlib import Path

import click

from bifolio.cli.approve import approval_row
from bifolio.cli.console import Console
from bifolio.cli.options import command
from bifolio.core.diagnostics import BifolioError


@command("list")
@click.argument(
    "what",
    type=click.Choice(["handouts", "brands", "editions", "regions", "languages", "themes"]),
    default="handouts",
)
@click.option("--approvals", is_flag=True, help="Which handouts each clinic has approved.")
def list_(console: Console, project: Path, what: str, approvals: bool) -> None:
    """List handouts, brands, editions, regions, languages or themes."""
    from bifolio.app import Project
    from bifolio.build.selection import together

    opened, failures = Project(project), list[BifolioError]()
    if approvals:
        standings = opened.approval_statuses(failures=failures)
        lines, found = [str(standing) for standing in standings], [approval_row(one) for one in standings]
    else:
        rows = opened.rows(what, failures)
        width = max((len(name) for name, _ in rows), default=0)
        lines = [f"{name:<{width}}  {about}".rstrip() for name, about in rows]
        found = [{"id": name, "about": about} for name, about in rows]
    console.lines(lines)
    console.finish({"approvals" if approvals else what: found}, together(failures) if failures else None)
