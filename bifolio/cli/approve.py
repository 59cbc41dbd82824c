"""`approve`: a clinician's yes to a text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bifolio.cli.console import Console
from bifolio.cli.options import command

if TYPE_CHECKING:
    from bifolio.editorial.approval import ApprovalStatus


@command()
@click.argument("item", metavar="ITEM")
@click.option("--brand", "-b", required=True, help="The clinic whose clinician approves.")
@click.option("--by", required=True, help='Who approves it: "name, role".')
@click.option("--on", required=True, help="The day of the approval: 2026-11-22.")
@click.option("--region", help="With whose support lines; the clinic's own by default.")
@click.option("--lang", "language", help="In which language.")
def approve(
    console: Console,
    project: Path,
    item: str,
    brand: str,
    by: str,
    on: str,
    region: str | None,
    language: str | None,
) -> None:
    """Record a clinician's approval of a handout.

    The approval is for exactly this text: any change of its words ends it.
    """
    from bifolio.app import Project

    approved = Project(project).approve(item, brand, by, on, region, language)
    console.say(str(approved))
    console.result({"ok": True, "approvals": [approval_row(approved)]})


def approval_row(standing: ApprovalStatus) -> dict[str, str | None]:
    """Return an approval as JSON values."""
    approval = standing.approval
    return {
        "item": standing.item,
        "brand": standing.brand,
        "region": standing.region,
        "language": standing.language,
        "state": standing.state,
        "by": approval.by if approval else None,
        "on": str(approval.on) if approval else None,
    }
