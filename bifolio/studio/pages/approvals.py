"""Approvals: what each handout is to a clinic, and what has changed since it was approved."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bifolio.build.sheets import evidence_sheets
from bifolio.editorial.approval import ApprovalStatus, difference, version
from bifolio.editorial.evidence_sheet import how_many
from bifolio.model.job import Request
from bifolio.resolve import resolve
from bifolio.studio.errors import TaskError
from bifolio.studio.project_view import ProjectView, file_name
from bifolio.studio.query import Query
from bifolio.studio.response_cache import answer_fingerprint

_STATES = ("stale", "draft", "approved")
"""What there is to do comes first."""


def approvals(view: ProjectView, brand: str) -> dict[str, Any]:
    """Return the approvals of a clinic, and the names and roles of those who gave them."""
    rows = [_row(view, status) for status in view.project.approval_statuses(view.items_of(brand), (brand,))]
    rows.sort(key=lambda row: (_STATES.index(row["state"]), row["title"]))
    signed = [row["by"].partition(", ") for row in rows if row["by"]]
    return {
        "brand": brand,
        "brands": view.brands(),
        "rows": rows,
        "names": sorted({name for name, _, _ in signed}),
        "roles": sorted({role for _, _, role in signed}),
    }


def _row(view: ProjectView, status: ApprovalStatus) -> dict[str, Any]:
    repository, approval = view.repository, status.approval
    handout = repository.handout(status.item)
    labels = repository.locale(repository.plan.language).labels
    is_usual = status.region == view.region_of(status.brand)
    changes = view.project.changes(status) if status.state == "stale" else []
    return {
        "item": status.item,
        "id": status.item if is_usual else f"{status.item}-{status.region}",
        "title": handout.title,
        "region": status.region,
        "language": status.language,
        "version": _version(view, status),
        "state": status.state,
        "by": approval.by if approval else None,
        "on": str(approval.on) if approval else None,
        "written": str(handout.review.written),
        "sheets": how_many(handout, repository.evidence, labels),
        "changes": [asdict(change) for change in changes],
    }


def current(
    view: ProjectView, item: str, brand: str, region: str | None, language: str | None, shown: str
) -> dict[str, Any]:
    """Return what stands now, and how its wording differs from the version `shown` to someone who approved that."""
    place = region or view.region_of(brand), language or view.repository.plan.language
    status = view.project.approvals.status(item, brand, *place)
    text, approval = _wording(view, status), status.approval
    before = view.project.cache.find(answer_fingerprint("", "wording", shown))
    changes = difference(before.decode(), text) if before is not None and before.decode() != text else []
    return {
        "version": _version(view, status),
        "by": approval.by if approval else None,
        "on": str(approval.on) if approval else None,
        "state": status.state,
        "changes": [asdict(change) for change in changes],
    }


def _version(view: ProjectView, status: ApprovalStatus) -> str:
    """Return the version that an approval will be based on; its wording is cached, to be compared with later ones."""
    text = _wording(view, status)
    found = version(text, status.approval)
    mark = answer_fingerprint("", "wording", found)
    if view.project.cache.find(mark) is None:
        view.project.cache.keep(mark, text.encode())
    return found


def _wording(view: ProjectView, status: ApprovalStatus) -> str:
    return view.project.approvals.wording(status.item, status.brand, status.region, status.language)


def evidence(view: ProjectView, query: Query, number: int) -> tuple[str, bytes]:
    """Return the file name of an evidence sheet, counted from 1, and the sheet. Raises TaskError for none."""
    brand = query.brand or view.first_brand() or ""
    request = Request((query.item,), (brand,), query.region)
    sheets = list(evidence_sheets(view.repository, request).items())
    if not 1 <= number <= len(sheets):
        raise TaskError("there is no such evidence sheet", "go back to the approvals, and choose one there")
    job, sheet = sheets[number - 1]
    inputs = resolve(view.repository, job, sheet, "sheet")
    return file_name(job), view.project.pipeline.make_from(inputs).body
