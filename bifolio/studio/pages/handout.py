"""One handout: its choices, and every form in which it can be had."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bifolio.editorial.tailoring import parts, read_tailoring
from bifolio.model.edition import NOTE_SIDES
from bifolio.studio import file_names
from bifolio.studio.pages import forms, shelf
from bifolio.studio.project_view import SHEETS, ProjectView
from bifolio.studio.query import Query


def handout(view: ProjectView, query: Query) -> dict[str, Any]:
    """Return a handout with what can be chosen for it, and what is chosen."""
    repository, plan = view.repository, view.repository.plan
    brand = query.brand or view.first_brand()
    shown = repository.handout(query.item)
    kind = shown.kind
    usual = view.default_edition(brand, kind)
    first = repository.edition(usual) if usual else None
    known = {name: repository.edition(name) for name in repository.catalogue.editions}
    clinic = repository.brand(brand).clinic if brand else None
    return {
        "item": shelf.entry(view, query.item, brand),
        "stamp": view.stamp,
        "note_sides": NOTE_SIDES,
        "parts": [asdict(part) for part in parts(shown)],
        "words": {name: list(offered) for name, offered in shown.words.items()},
        "editions": forms.editions({name: one for name, one in known.items() if one.suits(kind)}, first),
        "forms": forms.files(view.files(query), known, first),
        "file_title": file_names.file_title(shown.title, brand and repository.brand(brand).name),
        "brands": view.brands(),
        "themes": view.names("theme", theme_title),
        "regions": view.names("region", lambda name: repository.region(name).name),
        "languages": view.names("language", lambda name: repository.locale(name).name),
        "chosen": {
            "brand": brand,
            "edition": query.edition or usual,
            "theme": query.theme or (clinic and clinic.theme) or plan.theme,
            "region": query.region or (clinic and clinic.region) or plan.region,
            "language": query.language or plan.language,
        },
    }


def theme_title(name: str) -> str:
    """Return how a theme is called on the page."""
    return name.replace("-", " ").capitalize()


def tailored(view: ProjectView, query: Query, copy: str) -> bytes:
    """Return one client's copy as a PDF; `copy` is a tailoring as JSON."""
    tailoring, tree = read_tailoring(copy, "this copy")
    brand = query.brand or view.first_brand() or ""
    edition = query.edition or view.default_edition(brand, view.repository.handout(query.item).kind)
    if tailoring.edition is None and edition is not None:
        tailoring = tailoring.model_copy(update={"edition": edition})
    return view.project.tailored(
        query.item,
        brand,
        tailoring,
        query.region,
        query.language,
        query.theme,
        tree,
        is_imposed=query.arrangement == SHEETS,
    )[0]
