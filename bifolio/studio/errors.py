"""What the studio tells a browser when a task has no result."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bifolio.core.diagnostics import BifolioError, Diagnostic, shorten


class TaskError(Exception):
    """A task that has no result: what is wrong, and what to do about it.

    `findings` say more, as JSON values. `status` is the HTTP status of the answer. `now` is what is saved at
    present, where something could not be saved over it.
    """

    def __init__(
        self,
        message: str,
        help: str,  # noqa: A002
        findings: tuple[dict[str, Any], ...] = (),
        status: int = 422,
        now: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message, help, findings, status, now)  # all of them, so that it can be pickled
        self.message = message
        self.help = help
        self.findings = findings
        self.status = status
        self.now = now

    def __str__(self) -> str:
        return self.message

    @classmethod
    def from_error(cls, error: BifolioError) -> TaskError:
        """Return what to tell of an error in the project."""
        first = error.findings[0]
        return cls(first.message, first.help or "", tuple(finding.as_json() for finding in error.findings))

    @classmethod
    def in_fields(cls, findings: Iterable[tuple[str, Diagnostic]]) -> TaskError:
        """Return what to tell of fields of a form, given by name."""
        named = list(findings)
        first = named[0][1]
        return cls(
            first.message, first.help or "", tuple({**one.as_json(), "field": name} for name, one in named)
        )


def refuse_unknown_fields(names: Iterable[str]) -> None:
    """Raise TaskError if there are any of these fields, which a form does not have: what they say would be lost."""
    cure = "copy your words, reload the page, and write them into a field that is there"
    if unknown := list(names):
        raise TaskError.in_fields(
            (name, Diagnostic("studio.unknown-field", f'there is no field "{shorten(name)}"', help=cure))
            for name in unknown
        )
