"""`list`: what there is in a project."""

from __future__ import annotations

from pathlib import Path

import click

from bifolio.cli.approve import approval_row
from bifolio.cli.console import Console
from bifolio.cli.options import command


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

    opened = Project(project)
    if approvals:
        standings = opened.approval_statuses()
        console.lines([str(standing) for standing in standings])
        console.result({"ok": True, "approvals": [approval_row(standing) for standing in standings]})
        return
    rows = opened.rows(what)
    width = max((len(name) for name, _ in rows), default=0)
    console.lines([f"{name:<{width}}  {about}".rstrip() for name, about in rows])
    console.result({"ok": True, what: [{"id": name, "about": about} for name, about in rows]})
