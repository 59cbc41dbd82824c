"""`verify`: is a finished file sound?"""

from __future__ import annotations

from pathlib import Path

import click

from bifolio.cli.console import Console
from bifolio.cli.options import command
from bifolio.core.diagnostics import Diagnostic


@command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
def verify(console: Console, project: Path, files: tuple[Path, ...]) -> None:
    """Verify finished files: PDFs, EPUBs and web pages."""
    del project
    from bifolio.formats.makers import verify_file

    found: list[Diagnostic] = []
    for path in files:
        warnings = verify_file(path)
        console.show(warnings)
        found += warnings
        if not warnings:
            console.say(f"{path}: nothing wrong found.")
    warned = [warning.as_json() for warning in found]
    console.result({"ok": True, "files": [str(path) for path in files], "warnings": warned})
