"""`watch`: build whenever a file changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bifolio.build.build_record import BuildRecord
from bifolio.cli.build import BuildOptions, make, start_workers
from bifolio.cli.console import Console
from bifolio.cli.options import build_options, command
from bifolio.core.cache import Memory
from bifolio.core.diagnostics import BifolioError

MOST_NAMED = 5


@command()
@build_options
def watch(console: Console, project: Path, **options: Any) -> None:
    """Build, and build again after every change.

    It watches all files of the project until Ctrl-C.
    """
    from bifolio.build.watch import changes

    wanted, memory = BuildOptions(**options), Memory()
    with start_workers(project, wanted) as executor:
        for changed in changes(project.resolve()):
            if changed:
                more = " …" if len(changed) > MOST_NAMED else ""
                console.say(f"Changed: {', '.join(changed[:MOST_NAMED])}{more}")
            record = BuildRecord(project)
            try:
                make(console, project, wanted, executor, record, memory)
                record.write(record.files)
            except BifolioError as error:
                console.show_error(error)
            console.say("Watching for changes. Press Ctrl-C to stop.")
            console.flush()
