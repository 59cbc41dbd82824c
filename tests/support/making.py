"""Parts of the pipeline, asked for by name: what tests compose, lay out and ink without a whole file."""

from __future__ import annotations

from typing import Any

from bifolio.build.pipeline import Pipeline
from bifolio.compose.clinic_panel import Arrangement, ClinicCopy
from bifolio.compose.composer import Composer
from bifolio.editorial.approvals import ProjectApprovals
from bifolio.formats.placing import placing
from bifolio.formats.slot_sheets import SlotSetting
from bifolio.layout.ink import Inker, SlotSheet
from bifolio.model.job import Job
from bifolio.model.plate import Plate
from bifolio.resolve import Inputs, PageSetup, clinic_inputs, page_setup, resolve


def job_of(
    pipeline: Pipeline,
    item: str,
    edition: str = "letter",
    theme: str = "calm",
    region: str = "us",
    language: str = "en",
    brand: str = "",
    **more: Any,
) -> Job:
    """Return a job for the first clinic, where none is named."""
    brand = brand or pipeline.repository.catalogue.brands[0]
    return Job(item, edition, theme, region, language, brand, **{"format": "pdf", **more})


def inputs_of(pipeline: Pipeline, item: str, *names: str, **more: Any) -> Inputs:
    """Return all that a job is made from."""
    return resolve(pipeline.repository, job_of(pipeline, item, *names, **more))


def html_of(pipeline: Pipeline, item: str, *names: str, **more: Any) -> str:
    """Return a handout composed for a plate."""
    return pipeline.stages.compose(inputs_of(pipeline, item, *names, **more).layout)


def setup_of(pipeline: Pipeline, *names: str, **more: Any) -> PageSetup:
    """Return what pages have in common; `names` are those of the edition, the theme, the region and the language."""
    job = job_of(pipeline, "", *names, **more)
    return page_setup(pipeline.repository, job, pipeline.repository.brand_files(job.brand))


def composer_of(pipeline: Pipeline, *names: str, **more: Any) -> Composer:
    """Return what composes pages; for the names see `setup_of`."""
    return pipeline.stages.composer(setup_of(pipeline, *names, **more))


def plate_of(pipeline: Pipeline, html: str, where: str = "plate") -> Plate:
    """Return HTML, laid out."""
    return pipeline.stages.layouts.plate(html, where).take()


def inker_of(pipeline: Pipeline, brand: str, *names: str) -> Inker:
    """Return what inks plates for a clinic; for the names see `setup_of`."""
    job = job_of(pipeline, "", *names, brand=brand)
    clinic = clinic_inputs(pipeline.repository, job, pipeline.repository.brand_files(brand))
    setup = setup_of(pipeline, *names, brand=brand)
    with placing(clinic.sources, setup.files):
        return pipeline.stages.inker(setup, clinic, None).take()[0]


def wording_of(pipeline: Pipeline, item: str, brand: str, region: str = "us", language: str = "en") -> str:
    """Return the exact text that an approval is bound to."""
    approvals = ProjectApprovals(pipeline.repository, pipeline.stages.wording)
    return approvals.wording(item, brand, region, language)


def copy_of(inputs: Inputs, composer: Composer) -> ClinicCopy:
    """Return what a clinic's slots say, its logo in the colours of the composer."""
    clinic = inputs.clinic
    logo = clinic.logo.address(composer.palette["deep"]) if clinic.logo else None
    return composer.clinic_copy(clinic.brand, logo, country=clinic.country)


def sheet_of(pipeline: Pipeline, composer: Composer, copy: ClinicCopy) -> tuple[SlotSheet, Arrangement]:
    """Return a clinic's slots, each as large as its words allow, and how they are arranged."""
    return SlotSetting(composer, copy, pipeline.stages.layouts, "brand", lambda _: None).fitted()
