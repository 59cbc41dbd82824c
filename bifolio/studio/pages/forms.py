"""Forms: the files that can be had of a handout → how a page shows them, in the order in which they are of use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bifolio.model.edition import Edition
from bifolio.model.job import Job

SCREENS, OTHER = "For screens and web sites", "Other sizes"
_PAPERS = {(210.0, 297.0): "On A4 paper", (215.9, 279.4): "On Letter paper"}
"""What each sheet is called; its sides in mm, the shorter one first."""

_FORMATS = {
    "epub": ("EPUB", "For phones, tablets and readers of electronic books.", "book"),
    "html": ("Web page", "One file for a web site or an email; opens in any browser.", "web"),
    "png": ("Picture of the first page", "For a web site.", "picture"),
    "cover": ("Picture of the cover", "For a web site.", "picture"),
}

_NOTHING_MORE: dict[str, Any] = {"edition": None, "size": "", "reading": None}

_DRAWINGS = (
    "page",
    "large",
    "folded",
    "booklet",
    "two",
    "four",
    "stack",
    "cards",
    "press",
    "screen",
    "book",
    "web",
    "picture",
)
"""What a form looks like when it is finished, in the order in which forms are offered. Drawn in static/forms.svg."""


def editions(offered: Mapping[str, Edition], first: Edition | None) -> list[dict[str, Any]]:
    """Return the editions of a handout, the one that is shown first at the top."""
    shown = [
        {
            "id": name,
            "name": edition.name,
            "edition": edition.name,
            "on": paper(edition),
            "drawing": drawing(edition),
            "size": edition.tokens.get("body-size", ""),
            "has_sheets": edition.imposition is not None,
        }
        for name, edition in offered.items()
    ]
    return _in_order(shown, first)


def files(
    jobs: Mapping[str, Job], known: Mapping[str, Edition], first: Edition | None
) -> list[dict[str, Any]]:
    """Return the files of a handout, what is printed by the paper that it takes. Sheets come with the pages to read."""
    reading = {job.edition: name for name, job in jobs.items() if job.format == "pdf" and not job.is_imposed}
    forms = [
        _file(name, job, known[job.edition], reading[job.edition])
        for name, job in jobs.items()
        if job.format != "pdf" or job.is_imposed == (known[job.edition].imposition is not None)
    ]
    return _in_order(forms, first)


def _file(name: str, job: Job, edition: Edition, reading: str) -> dict[str, Any]:
    if job.format != "pdf":
        title, summary, drawn = _FORMATS.get(job.format, (job.format.upper(), "", "page"))
        return {
            **_NOTHING_MORE,
            "file": name,
            "name": title,
            "summary": summary,
            "on": SCREENS,
            "drawing": drawn,
        }
    drawn, on = drawing(edition), paper(edition)
    return {
        **_NOTHING_MORE,
        "file": name,
        "name": f"This handout on {edition.name}" if drawn == "page" and on != OTHER else edition.name,
        "edition": edition.name,
        "summary": edition.summary,
        "on": on,
        "drawing": drawn,
        "size": edition.tokens.get("body-size", ""),
        "reading": reading if job.is_imposed else None,
    }


def paper(edition: Edition) -> str:
    """Return what a form is printed on, which a therapist's printer may have or not; a heading of the page."""
    if edition.fillable:
        return SCREENS
    sheet = edition.imposition.sheet if edition.imposition else edition
    sides = sorted((sheet.trim_width_mm, sheet.trim_height_mm))
    return _PAPERS.get((sides[0], sides[1]), OTHER)


def drawing(edition: Edition) -> str:
    """Return the name of the drawing of what a person holds in the end."""
    form = edition.imposition
    if form is None:
        if edition.fillable:
            return "screen"
        return "press" if edition.bleed_mm else "large" if "body-size" in edition.tokens else "page"
    folded = {"trifold": "folded", "saddle-stitch": "booklet", "cut-and-stack": "stack"}
    copies = form.columns * form.rows
    return folded.get(form.scheme, "two" if copies <= 2 else "four" if copies <= 4 else "cards")


def _in_order(forms: Iterable[dict[str, Any]], first: Edition | None) -> list[dict[str, Any]]:
    """Return the form that is shown first before the others on its paper, and those on another paper last."""
    papers = (paper(first) if first else "", SCREENS, OTHER)

    def rank(form: dict[str, Any]) -> tuple[Any, ...]:
        place = papers.index(form["on"]) if form["on"] in papers else len(papers)
        is_other = first is None or form["edition"] != first.name
        return place, is_other, _DRAWINGS.index(form["drawing"]), form["size"], form["name"]

    return sorted(forms, key=rank)
