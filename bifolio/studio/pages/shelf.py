"""The shelf: every handout of a clinic, with what a therapist chooses by."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bifolio.core.diagnostics import BifolioError
from bifolio.editorial.lint.passages import count_words, passages
from bifolio.editorial.lint.readability import reading
from bifolio.editorial.search_texts import documents
from bifolio.studio.project_view import ProjectView

WORDS_A_MINUTE = 180
"""How fast tired people read, with the pauses that such a text asks for."""


def shelf(view: ProjectView, brand: str | None) -> dict[str, Any]:
    """Return the shelf of a clinic; of the first one, where there is none of that name."""
    chosen = brand if brand in view.repository.catalogue.brands else view.first_brand()
    items = [entry(view, item, chosen) for item in view.items_of(chosen)]
    return {"brand": chosen, "brands": view.brands(), "items": items, "stamp": view.stamp}


def search_texts(view: ProjectView, brand: str | None) -> dict[str, Any]:
    """Return the texts of a clinic's shelf, in the words of its region, and the synonyms."""
    repository = view.repository
    chosen = brand if brand in repository.catalogue.brands else view.first_brand()
    region = repository.region(view.region_of(chosen) if chosen else repository.plan.region)
    return {
        "documents": [asdict(one) for one in documents(repository, view.items_of(chosen), region)],
        "synonyms": repository.synonyms.synonyms,
        "passing": repository.synonyms.passing,
    }


def entry(view: ProjectView, item: str, brand: str | None) -> dict[str, Any]:
    """Return what the shelf says of a handout; for a broken one, what is wrong with it."""
    repository = view.repository
    try:
        handout = repository.handout(item)
        edition = view.default_edition(brand, handout.kind)
    except BifolioError as error:
        return {"id": item, "title": item, "trouble": [finding.as_json() for finding in error.findings]}
    trees = map(repository.handout_tree, (item, *handout.handouts))
    texts = [passage for tree in trees for passage in passages(tree)]
    length = sum(count_words(passage.text) for passage in texts)
    measured = reading([passage.text for passage in texts if passage.role == "running"])
    return {
        "id": item,
        "title": handout.title,
        "summary": handout.summary,
        "kind": handout.kind,
        "audience": list(handout.audience),
        "topics": list(handout.topics),
        "language": handout.language,
        "version": handout.version,
        "minutes": max(1, round(length / WORDS_A_MINUTE)),
        "grade": max(1, round(measured.flesch_kincaid)),
        "state": view.approval_states(brand).get(item, "draft"),
        "edition": edition,
        "is_own": repository.catalogue.owner(item) is not None,
    }
