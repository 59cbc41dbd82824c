"""The text of a handout: its form, and the handout as it would be if the form were saved."""

from __future__ import annotations

import datetime
from typing import Any

from bifolio.core.diagnostics import BifolioError
from bifolio.editorial.lint import lint
from bifolio.editorial.lint.subject import Subject
from bifolio.studio import text_form
from bifolio.studio.draft import Fields
from bifolio.studio.errors import TaskError
from bifolio.studio.pages import shelf
from bifolio.studio.project_view import ProjectView
from bifolio.studio.query import Query


def text(view: ProjectView, item: str) -> dict[str, Any]:
    """Return the text of a handout as a form."""
    owner = view.repository.catalogue.owner(item)
    return {
        "item": shelf.entry(view, item, owner),
        "brand": owner or view.first_brand(),
        "groups": text_form.form_of(view.repository.handout_tree(item)),
        "is_own": owner is not None,
        "stamp": view.stamp,
    }


def with_text(view: ProjectView, item: str, fields: Fields) -> ProjectView:
    """Return the project with this text in a handout, checked. Raises TaskError with the fields of the form."""
    tree = view.repository.handout_tree(item)
    unsaved = view.with_overlay({tree.source.name: text_form.text_with(tree, fields).encode()})
    try:
        tree = unsaved.repository.handout_tree(item)
        unsaved.repository.handout(item)
    except BifolioError as error:
        placed = tuple(text_form.placed(error.findings, tree))
        raise TaskError(error.findings[0].message, error.findings[0].help or "", placed) from error
    return unsaved


def live_page(view: ProjectView, query: Query, fields: Fields) -> bytes:
    """Return the PDF of a handout as it would be with this text; not verified, as nobody keeps it."""
    unsaved = with_text(view, query.item, fields)
    return unsaved.preview(unsaved.job(query))


def check(view: ProjectView, item: str, fields: Fields, today: datetime.date | None) -> list[dict[str, Any]]:
    """Return what an editor would say of a handout with this text; each finding names its field."""
    repository = with_text(view, item, fields).repository
    tree, handout = repository.handout_tree(item), repository.handout(item)
    region = repository.region(repository.plan.region)
    day = today or handout.review.written
    subject = Subject(handout, tree, region, repository.evidence, repository.words, day, repository.safety)
    return list(text_form.placed(lint(subject), tree))
