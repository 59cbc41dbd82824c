"""Review: what an editor would still change in the handouts of a project."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping

from bifolio.content.repository import Repository
from bifolio.core.diagnostics import Diagnostic
from bifolio.editorial.lint import lint, warn
from bifolio.editorial.lint.subject import Subject
from bifolio.model.handout import Handout
from bifolio.model.job import Job
from bifolio.model.region import Region


def read_through(
    repository: Repository, handouts: Mapping[str, Handout], regions: Iterable[Region], today: datetime.date
) -> Iterator[Diagnostic]:
    """Yield what an editor would still change, once for all regions."""
    for item, handout in handouts.items():
        subjects = (subject_of(repository, item, handout, region, today) for region in regions)
        found = (finding for subject in subjects for finding in lint(subject))
        yield from {(finding.span, finding.message): finding for finding in found}.values()


def subject_of(
    repository: Repository, item: str, handout: Handout, region: Region, today: datetime.date | None = None
) -> Subject:
    """Return a handout as the rules of lint look at it, with reviews and support lines as old as they are `today`.

    Without a day nothing is due.
    """
    tree = repository.handout_tree(item)
    parts = {name: repository.handout(name) for name in handout.handouts}
    day = today or handout.review.written
    words, safety = repository.words, repository.safety
    return Subject(handout, tree, region, repository.evidence, words, day, safety, parts)


def dangers(repository: Repository, jobs: Iterable[Job]) -> list[Diagnostic]:
    """Return what could leave a reader of these jobs without help, as warnings."""
    places = dict.fromkeys((job.item, job.region) for job in jobs)
    subjects = (
        subject_of(repository, item, repository.handout(item), repository.region(region))
        for item, region in places
    )
    found = (finding for subject in subjects for finding in warn(subject))
    return list({(finding.span, finding.message): finding for finding in found}.values())
