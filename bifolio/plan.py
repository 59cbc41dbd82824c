"""Plan: what was asked for → jobs, one for each file to make. Reads nothing and makes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bifolio.diagnostics import Diagnostic, Span, shorten, suggest
from bifolio.model.brand import Clinic
from bifolio.model.edition import Edition
from bifolio.model.handout import Handout
from bifolio.model.project import Plan

Format = Literal["pdf"]


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
    format: Format
    is_imposed: bool = False
    """The sheets for the printer, made of the pages that the reader's file has."""

    @property
    def path(self) -> str:
        """Where the file goes below the output folder."""
        theme = "" if self.theme == "calm" else f".{self.theme}"
        sheets = ".print" if self.is_imposed else ""
        return f"{self.brand}/{self.language}/{self.item}.{self.edition}{theme}{sheets}.{self.format}"

    def __str__(self) -> str:
        return f"{self.item} · {self.edition} · {self.brand}" + (" · print" if self.is_imposed else "")


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
            for named in _editions(request, project, clinic):
                # who asks for A4 by name gets A4; else a booklet comes as one
                edition = named if request.editions else editions[named].instead.get(handout.kind, named)
                if not editions[edition].suits(handout.kind):
                    continue
                for made in request.formats or project.formats:
                    job = Job(
                        item=item,
                        edition=edition,
                        theme=request.theme or clinic.theme or project.theme,
                        region=request.region or clinic.region or project.region,
                        language=request.language or project.language,
                        brand=brand,
                        format=made,
                    )
                    jobs.add(job)
                    if editions[edition].imposition and made == "pdf":
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
