"""Plan: what was asked for → jobs, one for each file to make. Reads nothing and makes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bifolio.core.diagnostics import Diagnostic, Span, shorten, suggest
from bifolio.model.brand.clinic import Clinic
from bifolio.model.edition import Edition
from bifolio.model.handout import Handout
from bifolio.model.project import PLAIN_THEME, Format, Plan

Form = Format | Literal["cover"]
"""What one job makes. Pictures are two: the first page, and a cover."""

_FORMS: Mapping[Format, tuple[Form, ...]] = {
    "pdf": ("pdf",),
    "epub": ("epub",),
    "html": ("html",),
    "png": ("png", "cover"),
}


@dataclass(frozen=True)
class Request:
    """What the command line asks for; what is not given comes from the brand, then the project."""

    items: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    region: str | None = None
    language: str | None = None
    editions: tuple[str, ...] = ()
    theme: str | None = None
    formats: tuple[Format, ...] = ()


@dataclass(frozen=True, order=True)
class Job:
    """One file to make."""

    item: str
    edition: str
    theme: str
    region: str
    language: str
    brand: str
    format: Form
    is_imposed: bool = False
    """The sheets for the printer, made of the pages that the reader's file has."""

    @property
    def path(self) -> str:
        """Where the file goes below the output folder. What has no pages is of no edition."""
        theme = "" if self.theme == PLAIN_THEME else f".{self.theme}"
        edition = f".{self.edition}" if self.format == "pdf" else ""
        sheets = ".print" if self.is_imposed else ""
        end = "cover.png" if self.format == "cover" else self.format
        return f"{self.brand}/{self.language}/{self.item}{edition}{theme}{sheets}.{end}"

    def __str__(self) -> str:
        form = self.edition if self.format == "pdf" else self.format
        return f"{self.item} · {form} · {self.brand}" + (" · print" if self.is_imposed else "")


def plan(
    request: Request,
    project: Plan,
    handouts: Mapping[str, Handout],
    clinics: Mapping[str, Clinic],
    editions: Mapping[str, Edition],
) -> tuple[Job, ...]:
    """Give the jobs in the order in which they are made: all brands of one layout beside each other.

    `handouts`, `clinics` and `editions` hold the models of everything that the request may name.
    """
    jobs = set()
    for brand, clinic in clinics.items():
        for item, handout in handouts.items():
            # Who asks for A4 by name gets A4; else a booklet comes as one.
            named = [
                name if request.editions else editions[name].instead.get(handout.kind, name)
                for name in _editions(request, project, clinic)
            ]
            suiting = [name for name in named if editions[name].suits(handout.kind)]
            for form in (form for made in request.formats or project.formats for form in _FORMS[made]):
                # What has no pages goes with the first edition: it names its pages, or shows the first.
                for edition in suiting if form == "pdf" else suiting[:1]:
                    job = Job(
                        item=item,
                        edition=edition,
                        theme=request.theme or clinic.theme or project.theme,
                        region=request.region or clinic.region or project.region,
                        language=request.language or project.language,
                        brand=brand,
                        format=form,
                    )
                    jobs.add(job)
                    if editions[edition].imposition and form == "pdf":
                        jobs.add(replace(job, is_imposed=True))
    return tuple(sorted(jobs))


def _editions(request: Request, project: Plan, clinic: Clinic) -> tuple[str, ...]:
    if request.editions:
        return request.editions
    return (clinic.edition,) if clinic.edition else project.editions


def unknown(what: str, name: str, there: Iterable[str], span: Span | None = None) -> Diagnostic:
    """Tell that a name is not there, and which one may be meant; a path to its file is understood."""
    stem = name.rpartition("/")[2].removesuffix(".yaml")
    return Diagnostic(
        f"plan.unknown-{what}",
        f'there is no {what} "{shorten(name)}"',
        span,
        help=suggest(stem, there, f"{what}s"),
    )
