"""A table of clinics → a repository with those of its clinics that can be built, and what is wrong with the others."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from bifolio.build.selection import select
from bifolio.content.repository import Repository
from bifolio.core.diagnostics import BifolioError, Diagnostic
from bifolio.model.job import Request


def with_sound_rows(repository: Repository, table: Path) -> tuple[Repository, list[Diagnostic]]:
    """Return a repository with the clinics of a table whose rows are sound, and the findings about all rows.

    Every row is read and checked as a brand is, its logo too. Raises one error when the table itself cannot be read.
    """
    before = repository.guests
    read, findings = repository.with_table(table)
    sound = dict(before)
    for name, guest in read.guests.items():
        try:
            select(read, Request(), (), (name,))
        except BifolioError as failure:
            findings += failure.findings
            with suppress(BifolioError):  # of the looks of sound clinics a build tells
                findings += read.brand_files(name).left_out
        else:
            sound[name] = guest
    return read.with_guests(sound), list(dict.fromkeys(findings))
