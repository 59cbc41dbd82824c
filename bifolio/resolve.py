"""Resolve: a job → its inputs. The last module that knows a name; all others work with values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from bifolio.branding.logo import Logo
from bifolio.branding.palette import Seeds, seeds_of
from bifolio.branding.proof_sheet import Proof
from bifolio.content.brands import BrandFiles
from bifolio.content.catalogue import BRANDS
from bifolio.content.handouts import DEFAULTS, FACTS, SOURCES
from bifolio.content.repository import Repository
from bifolio.core.diagnostics import ContentError, Span
from bifolio.core.files import ProjectFiles
from bifolio.core.fingerprints import fingerprint, fingerprint_of
from bifolio.core.source_tree import SourceTree
from bifolio.model.approval import Approval
from bifolio.model.brand import Brand
from bifolio.model.edition import Edition
from bifolio.model.evidence import Evidence
from bifolio.model.figure import Drawing
from bifolio.model.handout import Handout
from bifolio.model.job import Job
from bifolio.model.locale import Locale
from bifolio.model.overrides import BrandOverrides
from bifolio.model.region import Region


@dataclass(frozen=True, eq=False)
class PageSetup:
    """What pages have in common whatever they say: a form and a look, a region and a language."""

    edition: Edition
    theme: str
    region: Region
    locale: Locale
    overrides: BrandOverrides
    files: ProjectFiles = field(repr=False)
    """Where templates and styles are read."""
    fingerprint: str
    """Of all of it, every template and style among it."""


@dataclass(frozen=True, eq=False)
class LayoutInputs:
    """What decides a plate."""

    setup: PageSetup
    handout: Handout
    evidence: Evidence
    """The facts that the handout cites, and their sources."""
    drawings: Mapping[str, Drawing]
    proof: Proof | None
    """What a proof sheet shows beside its blocks."""
    fingerprint: str
    """Of all of it, with the templates and styles that these blocks use."""


@dataclass(frozen=True, eq=False)
class ClinicInputs:
    """What decides a clinic's colours and slots."""

    id: str
    """Names the clinic in findings."""
    brand: Brand
    logo: Logo | None
    dark_logo: Logo | None
    country: str | None
    """The country of its telephone numbers."""
    sources: tuple[SourceTree, ...] = field(repr=False)
    """The files that its words come from, for findings to point at."""

    @property
    def seeds(self) -> Seeds:
        """The colours that all its colours come from."""
        return seeds_of(self.brand.color)

    @cached_property
    def fingerprint(self) -> str:
        """Of all of it."""
        logos = [(logo.kind, logo.body) if logo else None for logo in (self.logo, self.dark_logo)]
        values = self.id, self.brand, *logos, self.country
        return fingerprint(*map(fingerprint_of, values))


@dataclass(frozen=True, eq=False)
class ApprovedText:
    """An approval, and what decides whether it still holds."""

    approval: Approval
    wording: str | None
    """The approved text; None where it is not kept, or was changed."""
    layout: LayoutInputs
    """The pages whose words are compared, always in the same form, as the form does not change the words."""
    span: Span

    @property
    def fingerprint(self) -> str:
        """Of all of it but its place in a file."""
        return fingerprint(fingerprint_of(self.approval), self.wording or "", self.layout.fingerprint)


Purpose = Literal["handout", "tailored copy", "sheet"]
"""A handout as every reader gets it, one person's copy, or a sheet for the clinic itself, as a proof is."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """All that one file is made from."""

    job: Job
    layout: LayoutInputs
    clinic: ClinicInputs
    approved: ApprovedText | None
    purpose: Purpose
    sources: tuple[SourceTree, ...] = field(repr=False)
    """The files that its words come from, in the order in which findings look for theirs."""

    @cached_property
    def fingerprint(self) -> str:
        """Of all of it."""
        approved = self.approved.fingerprint if self.approved else ""
        return fingerprint(
            repr(self.job), self.purpose, self.layout.fingerprint, self.clinic.fingerprint, approved
        )


def resolve(
    repository: Repository,
    job: Job,
    handout: Handout | None = None,
    purpose: Purpose = "handout",
    proof: Proof | None = None,
) -> Inputs:
    """Return everything that a job is made from; `handout` replaces the project's own of this name.

    Raises BifolioError with what is wrong with any of it.
    """
    brand = repository.brand_files(job.brand)
    if job.item in repository.catalogue.handouts and (
        unknown := repository.handouts.check_words(job.item, repository.region(job.region))
    ):
        raise ContentError(unknown)
    setup = page_setup(repository, job, brand)
    if handout is None:
        said = _with_licence(repository, job.item, repository.handout(job.item), brand)
        layout = layout_inputs(repository, said, setup)
    else:  # nothing of one person's copy stays in the memory
        said = _with_licence(repository, job.item, handout, brand)
        layout = _layout_inputs(repository, said, setup, proof)
    return Inputs(
        job=job,
        layout=layout,
        clinic=clinic_inputs(repository, job, brand),
        approved=_approved(repository, job, brand) if purpose != "sheet" else None,
        purpose=purpose,
        sources=_sources(repository, job, layout, brand),
    )


def _with_licence(repository: Repository, item: str, handout: Handout, brand: BrandFiles) -> Handout:
    """Return a handout with what it says of the use of its words: nothing, where a clinic's own says nothing.

    A handout of the library is under the licence of the library, and so is a booklet that binds some.
    """
    is_own = repository.catalogue.handouts.get(item, "").startswith(f"{BRANDS}/")
    if not is_own or handout.handouts or handout.text_licence is not None:
        return handout
    return handout.model_copy(update={"text_licence": brand.brand.clinic.text_licence or ""})


def page_setup(repository: Repository, job: Job, brand: BrandFiles) -> PageSetup:
    """Return what the pages of a job have in common with those of other handouts."""
    key = job.edition, job.theme, job.region, job.language, fingerprint_of(brand.overrides)

    def make() -> PageSetup:
        repository.catalogue.expect("theme", job.theme)
        edition, region = repository.edition(job.edition), repository.region(job.region)
        locale, files = repository.locale(job.language), repository.files
        values = (edition, job.theme, region, locale, brand.overrides)
        made_from = fingerprint(*map(fingerprint_of, values), files.digest("templates/", "styles/"))
        return PageSetup(edition, job.theme, region, locale, brand.overrides, files, made_from)

    return repository.reader.once("page setup", key, make)


def layout_inputs(repository: Repository, handout: Handout, setup: PageSetup) -> LayoutInputs:
    """Return what decides the plate of a handout."""
    values = (handout, repository.evidence, *map(repository.drawing, handout.figures))
    key = "layout", setup.fingerprint, *map(fingerprint_of, values)
    return repository.memory.make(key, lambda: _layout_inputs(repository, handout, setup, None))


def _layout_inputs(
    repository: Repository, handout: Handout, setup: PageSetup, proof: Proof | None
) -> LayoutInputs:
    evidence = _cited(repository, handout)
    drawings = {name: repository.drawing(name) for name in handout.figures}
    common = (setup.edition, setup.theme, setup.region, setup.locale, setup.overrides)
    own = (handout, evidence, drawings, proof, _design(repository, handout, setup))
    made_from = fingerprint(*map(fingerprint_of, (*common, *own)))
    return LayoutInputs(setup, handout, evidence, drawings, proof, made_from)


def clinic_inputs(repository: Repository, job: Job, brand: BrandFiles) -> ClinicInputs:
    """Return what decides a clinic's colours and slots."""

    def make() -> ClinicInputs:
        country, sources = brand.country(job.region), (brand.tree, *_shared_sources(repository, job))
        return ClinicInputs(brand.id, brand.brand, brand.logo, brand.dark_logo, country, sources)

    return repository.reader.once("clinic", (job.brand, job.region, job.language), make)


def _cited(repository: Repository, handout: Handout) -> Evidence:
    """Return the facts that a handout cites, and their sources."""
    evidence, cites = repository.evidence, handout.cites

    def make() -> Evidence:
        facts = {fact: evidence.facts[fact] for fact in cites}
        sources = {key: evidence.sources[key] for fact in facts.values() for key in fact.sources}
        return Evidence(facts=facts, sources=sources)

    return repository.memory.make(("cited", fingerprint_of(evidence), cites), make)


_SHARED_STYLES = tuple(f"styles/{n}" for n in ("tokens.css", "base.css", "page.css", "sheet.css")) + tuple(
    f"styles/{n}/" for n in ("parts", "flow", "fonts", "icons")
)


def _design(repository: Repository, handout: Handout, setup: PageSetup) -> str:
    """Return one digest of the templates and styles that a handout's blocks use."""
    kinds, files = handout.block_kinds, repository.files

    def make() -> str:
        shared = (name for name in files.beginning("templates/") if "/blocks/" not in name)
        blocks = (f"templates/blocks/{kind}.html.j2" for kind in kinds)
        styles = (f"styles/components/{kind}.css" for kind in kinds)
        theme = f"styles/themes/{setup.theme}.css"
        return files.digest(*shared, *blocks, *_SHARED_STYLES, *styles, theme)

    return repository.reader.once("design", (kinds, setup.theme), make)


def _approved(repository: Repository, job: Job, brand: BrandFiles) -> ApprovedText | None:
    approval = brand.approvals.get((job.item, job.region, job.language))
    if approval is None:
        return None
    layout = wording_layout(repository, job.item, job.brand, job.region, job.language)
    return ApprovedText(approval, brand.approved_wording(approval), layout, brand.approval_span(approval))


def wording_layout(repository: Repository, item: str, brand: str, region: str, language: str) -> LayoutInputs:
    """Return the pages whose words a clinician approves."""
    catalogue = repository.catalogue
    job = Job(item, catalogue.editions[0], catalogue.themes[0], region, language, brand, "pdf")
    files = repository.brand_files(brand)
    setup = page_setup(repository, job, files)
    return layout_inputs(repository, _with_licence(repository, item, repository.handout(item), files), setup)


def _sources(
    repository: Repository, job: Job, layout: LayoutInputs, brand: BrandFiles
) -> tuple[SourceTree, ...]:
    own = repository.handouts.trees(job.item) if job.item in repository.catalogue.handouts else ()
    figures = (f"content/figures/{name}.yaml" for name in layout.drawings)
    evidence = (FACTS, SOURCES) if layout.evidence.facts else ()
    further = map(repository.reader.tree, (*figures, *evidence))
    return (*own, brand.tree, *_shared_sources(repository, job), *further)


def _shared_sources(repository: Repository, job: Job) -> list[SourceTree]:
    names = DEFAULTS, f"content/regions/{job.region}.yaml", f"content/locales/{job.language}.yaml"
    return [repository.reader.tree(name) for name in names if repository.files.is_file(name)]
