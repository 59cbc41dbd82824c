"""Approvals of a project: what each handout is to each clinic, and a clinician's yes to what one says now."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from pydantic import ValidationError

from bifolio.content.catalogue import unknown
from bifolio.content.repository import Repository
from bifolio.core.atomic_writes import replace_all
from bifolio.core.diagnostics import BifolioError, Diagnostic, RequestError, Severity, shorten
from bifolio.core.versions import expect, only_writer
from bifolio.editorial.approval import (
    ApprovalStatus,
    Change,
    difference,
    state_of,
    version,
    written,
)
from bifolio.model.approval import APPROVALS, Approval, digest_of_wording, wording_file
from bifolio.resolve import ApprovedText, LayoutInputs, wording_layout

Wording = Callable[[LayoutInputs], str]
"""Composes pages and returns what they say: the exact text that an approval is bound to."""


def holds(approved: ApprovedText, wording: Wording) -> bool:
    """Return whether an approval is still one of what the handout says."""
    return state_of(approved.approval, wording(approved.layout), approved.wording) == "approved"


def stale_warning(approved: ApprovedText, brand: str) -> Diagnostic:
    """Return the warning that a text has changed since it was approved."""
    approval = approved.approval
    return Diagnostic(
        "approval.stale",
        f'"{approval.item}" has changed since {approval.by} approved it on {approval.on}; '
        "its pages say that it is a draft",
        approved.span,
        help=f"let a clinician read it again, then: python build.py approve {approval.item} --brand {brand}",
        severity=Severity.WARNING,
    )


class ProjectApprovals:
    """The approvals of all clinics of a project."""

    def __init__(self, repository: Repository, wording: Wording) -> None:
        self._repository = repository
        self._wording = wording

    def wording(self, item: str, brand: str, region: str, language: str) -> str:
        """Return the exact text that an approval of a handout is bound to; looks have no say in it."""
        return self._wording(wording_layout(self._repository, item, brand, region, language))

    def status(self, item: str, brand: str, region: str, language: str) -> ApprovalStatus:
        """Return whether a brand's clinician has approved what a handout says now."""
        files = self._repository.brand_files(brand)
        approval = files.approvals.get((item, region, language))
        if approval is None:
            return ApprovalStatus(item, brand, region, language, "draft")
        text = self.wording(item, brand, region, language)
        state = state_of(approval, text, files.approved_wording(approval))
        return ApprovalStatus(item, brand, region, language, state, approval)

    def statuses(
        self,
        items: Collection[str] = (),
        brands: Collection[str] = (),
        failures: list[BifolioError] | None = None,
    ) -> list[ApprovalStatus]:
        """Return what each handout is to each brand: draft, approved, or changed since.

        One for each handout in the brand's own region, and one for each other region that was approved. What is wrong
        with any of them is added to `failures`; without a list, it is raised.
        """
        found: list[ApprovalStatus] = []

        @contextmanager
        def going_on() -> Iterator[None]:
            try:
                yield
            except BifolioError as failure:
                if failures is None:
                    raise
                failures.append(failure)

        for brand in brands or self._repository.catalogue.brands:
            keys: set[tuple[str, str, str]] = set()
            with going_on():
                keys = self._keys(brand, items)
            for item, *place in sorted(keys):
                with going_on():
                    found.append(self.status(item, brand, *place))
        return found

    def _keys(self, brand: str, items: Collection[str]) -> set[tuple[str, str, str]]:
        wanted = items or self._repository.catalogue.handouts
        keys = {(item, *self.place(brand)) for item in wanted}
        return keys | {key for key in self._repository.brand_files(brand).approvals if key[0] in wanted}

    def place(self, brand: str, region: str | None = None, language: str | None = None) -> tuple[str, str]:
        """Return the region and the language in which a brand hands a text out."""
        plan = self._repository.plan
        own = self._repository.brand(brand).clinic.region
        return region or own or plan.region, language or plan.language

    def changes(self, status: ApprovalStatus) -> list[Change]:
        """Return word by word what changed since a text was approved; all is new where nothing was."""
        files = self._repository.brand_files(status.brand)
        old = files.approved_wording(status.approval) if status.approval else None
        now = self.wording(status.item, status.brand, status.region, status.language)
        return difference(old or "", now)

    def stale(self, items: Collection[str], brands: Collection[str]) -> Iterator[Diagnostic]:
        """Yield a warning for each approval that no longer holds."""
        known = self._repository.catalogue.handouts
        for brand in brands:
            files = self._repository.brand_files(brand)
            for (item, region, language), approval in files.approvals.items():
                span = files.approval_span(approval)
                if item not in known:
                    yield replace(unknown("item", item, known, span), severity=Severity.WARNING)
                elif item in items:
                    layout = wording_layout(self._repository, item, brand, region, language)
                    approved = ApprovedText(approval, files.approved_wording(approval), layout, span)
                    if not holds(approved, self._wording):
                        yield stale_warning(approved, brand)

    def approve(
        self,
        item: str,
        brand: str,
        by: str,
        on: str | datetime.date,
        place: tuple[str, str],
        based_on: str | None = None,
    ) -> None:
        """Record a clinician's yes to what a handout says now, in the brand's approvals.yaml.

        `by` is "name, role", `on` the day of the yes, today at the latest: they are given, never guessed. `place` is
        a region and a language. The wording that the yes is to is kept beside the record.

        `based_on` is the `approval.version` that stood when the clinician was shown the handout. Raises
        SupersededError where its words, or its approval, are not the same any more.
        """
        repository = self._repository
        text = self.wording(item, brand, *place)
        fields = {"item": item, "region": place[0], "language": place[1], "by": by, "on": on}
        try:
            approval = Approval.model_validate({**fields, "text": digest_of_wording(text)})
        except ValidationError as error:
            raise RequestError(_not_signed(str(by), str(on), error)) from error
        first = repository.handout(item).review.written
        if approval.on < first:
            raise RequestError(
                Diagnostic(
                    "approval.bad-day",
                    f'"{item}" was written on {first}, after {approval.on}',
                    help="give the day on which this very text was approved",
                )
            )
        today = datetime.date.today()  # noqa: DTZ011, TID251 - no build: whoever approves does so on a day
        if approval.on > today:
            raise RequestError(
                Diagnostic(
                    "approval.bad-day",
                    f"{approval.on} is in the future: today is {today}",
                    help="give the day on which this very text was approved",
                )
            )
        with only_writer(repository.root) as owner:
            # Read again: somebody else may have approved another handout.
            now = Repository(repository.root, memory=repository.memory).brand_files(brand)
            approvals = dict(now.approvals)
            if based_on is not None:
                expect(based_on, version(text, approvals.get(approval.key)))
            approvals[approval.key] = approval
            _record(repository, now.folder, approval, text, approvals, owner)


def _record(
    repository: Repository,
    folder: str,
    approval: Approval,
    text: str,
    approvals: Mapping[tuple[str, str, str], Approval],
    owner: str,
) -> None:
    bodies = {wording_file(approval.key): text, APPROVALS: written(approvals)}
    replace_all({repository.root / folder / name: body.encode() for name, body in bodies.items()}, owner)


def _not_signed(by: str, on: str, error: ValidationError) -> Diagnostic:
    """Return which of the two parts of a signature will not do."""
    if any(detail["loc"][:1] == ("on",) for detail in error.errors()):
        return Diagnostic("approval.bad-day", f'not a day: "{shorten(on)}"', help="write it as 2026-11-22")
    return Diagnostic(
        "approval.not-signed",
        f'"{shorten(by)}" does not say who approved it, and as what',
        help='give a name and a role, with a comma between: --by "Jo Example, clinical psychologist"',
    )
