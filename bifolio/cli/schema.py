"""`schema`: what editors complete from."""

from __future__ import annotations

from pathlib import Path

from bifolio.cli.console import Console
from bifolio.cli.options import command


@command()
def schema(console: Console, project: Path) -> None:
    """Write JSON Schemas for text editors.

    With them an editor completes and checks content files.
    """
    from bifolio.app import Project
    from bifolio.content.schema import write_schemas

    files = write_schemas(Project(project).repository.root / "content" / "schema")
    for path in files:
        console.say_file(path)
    console.result({"ok": True, "files": [str(path) for path in files]})
