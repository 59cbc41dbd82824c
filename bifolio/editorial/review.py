"""Review: what an editor would still change in the handouts of a project."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping

from bifolio.content.repository import Repository
from bifolio.core.diagnostics import Diagnostic
from bifolio.editorial.lint import Subject, lint
from bifolio.model.handout import Handout
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
    repository: Repository, item: str, handout: Handout, region: Region, today: datetime.date
) -> Subject:
    """Return a handout as the rules of lint look at it; reviews and support lines are as old as they are `today`."""
    tree = repository.handout_tree(item)
    return Subject(handout, tree, region, repository.evidence, repository.words, today)
