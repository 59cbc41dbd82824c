"""One handout: its choices, and every form in which it can be had."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bifolio.editorial.tailoring import parts, read_tailoring
from bifolio.model.edition import Edition
from bifolio.model.job import Job
from bifolio.studio.pages import shelf
from bifolio.studio.project_view import ProjectView
from bifolio.studio.query import Query

_SCREENS, _OTHER = "For screens and web sites", "Other sizes"
_PAPERS = {(210.0, 297.0): "On A4 paper", (215.9, 279.4): "On Letter paper"}
"""What each sheet is called; its sides in mm, the shorter one first."""

_FORMATS = {
    "epub": ("EPUB", "For phones, tablets and readers of electronic books."),
    "html": ("Web page", "One file for a web site or an email; opens in any browser."),
    "png": ("Picture of the first page", "For a web site."),
    "cover": ("Picture of the cover", "For a web site."),
}


def handout(view: ProjectView, query: Query) -> dict[str, Any]:
    """Return a handout with what can be chosen for it, and what is chosen."""
    repository, plan = view.repository, view.repository.plan
    brand = query.brand or view.first_brand()
    shown = repository.handout(query.item)
    kind = shown.kind
    usual = query.edition or view.default_edition(brand, kind)
    first = repository.edition(usual) if usual and repository.catalogue.has("edition", usual) else None
    editions = [
        {"id": name, "name": edition.name, "on": _paper(edition)}
        for name in repository.catalogue.editions
        if (edition := repository.edition(name)).suits(kind)
    ]
    clinic = repository.brand(brand).clinic if brand else None
    return {
        "item": shelf.entry(view, query.item, brand),
        "stamp": view.stamp,
        "parts": [asdict(part) for part in parts(shown)],
        "words": {name: list(offered) for name, offered in shown.words.items()},
        "editions": _by_paper(editions, first),
        "forms": _by_paper([_form(view, name, job) for name, job in view.files(query).items()], first),
        "brands": view.brands(),
        "themes": view.names("theme", theme_title),
        "regions": view.names("region", lambda name: repository.region(name).name),
        "languages": view.names("language", lambda name: repository.locale(name).name),
        "chosen": {
            "brand": brand,
            "edition": usual,
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
        query.item, brand, tailoring, query.region, query.language, query.theme, tree
    )[0]


def _form(view: ProjectView, name: str, job: Job) -> dict[str, Any]:
    """Return what a file is, in words."""
    edition = view.repository.edition(job.edition)
    title, summary, on = edition.name, edition.summary, _paper(edition)
    if job.format != "pdf":
        title, summary = _FORMATS.get(job.format, (job.format.upper(), ""))
        on = _SCREENS
    elif job.is_imposed:
        title, summary = f"{title}, for the printer", "Sheets to print on both sides; a note says how."
    return {"file": name, "name": title, "summary": summary, "on": on}


def _paper(edition: Edition) -> str:
    """Return what a form is printed on, which a therapist's printer may have or not; a heading of the page."""
    if edition.fillable:
        return _SCREENS
    sheet = edition.imposition.sheet if edition.imposition else edition
    sides = sorted((sheet.trim_width_mm, sheet.trim_height_mm))
    return _PAPERS.get((sides[0], sides[1]), _OTHER)


def _by_paper(forms: list[dict[str, Any]], first: Edition | None) -> list[dict[str, Any]]:
    """Return the form that is shown first before the others on its paper, and those on another paper last."""
    papers = (_paper(first) if first else "", _SCREENS, _OTHER)

    def rank(form: dict[str, Any]) -> tuple[int, bool]:
        paper = papers.index(form["on"]) if form["on"] in papers else len(papers)
        return paper, first is None or form["name"] != first.name

    return sorted(forms, key=rank)
