"""A clinic: its form, and the page beside the form as it would be if the form were saved."""

from __future__ import annotations

from typing import Any

from bifolio.branding.palette import DEFAULT_SEED
from bifolio.core.diagnostics import BifolioError
from bifolio.studio import brand_form
from bifolio.studio.draft import Draft
from bifolio.studio.errors import TaskError
from bifolio.studio.pages.handout import theme_title
from bifolio.studio.project_view import ProjectView
from bifolio.studio.query import Query


def clinic(view: ProjectView, brand: str) -> dict[str, Any]:
    """Return a clinic as its form shows it."""
    repository = view.repository
    files = repository.brand_files(brand)
    fields = brand_form.form_of(files.brand)
    logo = None
    try:
        logo = files.logo.address("currentColor") if files.logo else None
    except BifolioError as error:
        trouble = [finding.as_json() for finding in error.findings]
    else:
        trouble = warnings(view, brand)
    return {
        "brand": brand,
        "brands": view.brands(),
        "fields": fields,
        "logo": logo,
        "trouble": trouble,
        "versions": brand_form.versions(brand_form.folder_of(repository, brand)),
        "colours": brand_form.colours(fields["colour"] or DEFAULT_SEED),
        "regions": view.names("region", lambda name: repository.region(name).name),
        "editions": view.names("edition", lambda name: repository.edition(name).name),
        "themes": view.names("theme", theme_title),
        "titles": brand_form.titles(fields["titles"]),
        "items": view.names("item", lambda name: repository.handout(name).title),
        "sample": view.sample(),
        "stamp": view.stamp,
    }


def warnings(view: ProjectView, brand: str) -> list[dict[str, Any]]:
    """Return the warnings about a clinic, each with the field of its form that it is about."""
    files = view.repository.brand_files(brand)
    source = files.tree.source
    found = (finding.as_json() for finding in files.warnings(view.repository.plan.region))
    return [{**one, "field": brand_form.field_of(one, source.text, source.name)} for one in found]


def live_page(view: ProjectView, query: Query, draft: Draft) -> bytes:
    """Return the PDF of a query as it would be with the draft; not verified, as nobody keeps it.

    Raises TaskError with the fields of the form.
    """
    brand = query.brand or view.first_brand() or ""
    files = view.repository.brand_files(brand)
    name = f"{files.folder}/{brand_form.FILE}"
    text = brand_form.text_with(files.tree, draft)
    overlay: dict[str, bytes | None] = {name: text.encode()}
    if draft.logo is not None:
        overlay[f"{files.folder}/{draft.logo.file_name}"] = draft.logo.body
    unsaved = view.with_overlay(overlay)
    try:
        return unsaved.preview(unsaved.job(_with_choices(unsaved, query, brand)))
    except BifolioError as error:
        findings = (finding.as_json() for finding in error.findings)
        placed = tuple({**one, "field": brand_form.field_of(one, text, name)} for one in findings)
        raise TaskError(error.findings[0].message, error.findings[0].help or "", placed) from error


def _with_choices(view: ProjectView, query: Query, brand: str) -> Query:
    """Return a query with the clinic's own choices where it makes none; an edition only if it suits."""
    clinic = view.repository.brand(brand).clinic
    edition = clinic.edition
    if edition in view.repository.catalogue.editions:  # else the job reports it
        kind = view.repository.handout(query.item).kind
        edition = edition if view.repository.edition(edition).suits(kind) else None
    return Query(
        query.item,
        brand,
        query.edition or edition,
        query.theme or clinic.theme,
        query.region or clinic.region,
        query.language,
    )
