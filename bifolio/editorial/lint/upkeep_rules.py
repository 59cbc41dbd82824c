"""Rules of upkeep: reviews that are due, and support lines that were read too long ago or in the wrong place."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from urllib.parse import urlsplit

from bifolio.core.diagnostics import Diagnostic, Severity, shorten
from bifolio.core.phone_numbers import Scheme, numbers_in
from bifolio.editorial.lint.subject import Subject, finding
from bifolio.model.blocks import Resources, walk
from bifolio.model.region import SupportLine

MAX_AGE = datetime.timedelta(days=365)


def review_overdue(subject: Subject) -> Iterator[Diagnostic]:
    if subject.handout.review.due < subject.today:
        yield finding(
            "review-overdue",
            f"the review was due on {subject.handout.review.due}",
            subject.at(("review", "due")),
            "read the text again, mend it, and set new dates",
        )


def support_lines(subject: Subject) -> Iterator[Diagnostic]:
    region = subject.region
    shown = {
        line.id: line
        for block in walk(subject.handout.body)
        if isinstance(block, Resources)
        for line in subject.lines_of(block)
    }
    for line in shown.values():
        ways: tuple[tuple[str | None, Scheme], ...] = ((line.phone, "tel"), (line.text, "sms"))
        for words, scheme in ways:
            if words and not numbers_in(words, region.country, scheme, listed=True):
                yield Diagnostic(
                    "lint.line-no-link",
                    f'nobody can tell what to dial for the support line "{line.name}": "{shorten(words)}"',
                    where=f"content/regions/{region.id}.yaml",
                    help='write the number as it is dialled there, and when it is open under "hours"',
                    severity=Severity.WARNING,
                )
        if line.status == "read" and line in region.lines:
            yield from _not_its_operator(subject, line)
        if subject.today - line.checked_on > MAX_AGE:
            yield Diagnostic(
                "lint.stale-line",
                f'the support line "{line.name}" was last checked on {line.checked_on}',
                where=f"content/regions/{region.id}.yaml",
                help="open the service's own page, mend the row, and set checked_on",
                severity=Severity.WARNING,
            )


def _not_its_operator(subject: Subject, line: SupportLine) -> Iterator[Diagnostic]:
    """Find a support line that has no page of who answers it, or was read on the page of somebody else."""
    host, its_own = _host(line.source), _host(line.operator)
    if not its_own:
        what, cure = "has no address of who answers it", "set operator to the address of its own site"
    elif not (host == its_own or host.endswith(f".{its_own}") or subject.words.is_public.search(host)):
        what = f"was read at {host}, which is neither {its_own} nor a government"
        cure = "read it on its operator's own page, and set source and checked_on; else leave the line out"
    else:
        return
    yield Diagnostic(
        "lint.line-operator",
        f'the support line "{line.name}" {what}',
        where=f"content/regions/{subject.region.id}.yaml",
        help=cure,
        severity=Severity.WARNING,
    )


def _host(address: str | None) -> str:
    return (urlsplit(address or "").hostname or "").removeprefix("www.")
