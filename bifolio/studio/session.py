"""Session: what one worker process of the studio remembers of a project from one task to the next.

It reads the project again when a file of it has changed. Plain values in, plain values out.
"""

from __future__ import annotations

import datetime
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bifolio.app import Project
from bifolio.branding.logo import Logo, clean_logo
from bifolio.core.cache import Memory
from bifolio.core.diagnostics import Source, Span
from bifolio.core.versions import SupersededError, expect
from bifolio.editorial.approval import difference
from bifolio.model.edition import NOTE_SIDES
from bifolio.studio import brand_form, text_form
from bifolio.studio.draft import Draft, Fields
from bifolio.studio.errors import TaskError
from bifolio.studio.page_images import Picture, picture
from bifolio.studio.pages import approvals, clinic, handout, shelf, text
from bifolio.studio.project_view import SHEETS, ProjectView
from bifolio.studio.query import Query
from bifolio.studio.response_cache import picture_fingerprint, project_stamp


class Session:
    """One project, as one worker process sees it."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self._memory = Memory()
        """What all views of the project have read and made, by what it was made from."""
        self._view: ProjectView | None = None
        self._viewed_at = 0.0
        self._last_copy: tuple[tuple[str, Query, str], bytes] | None = None

    def view(self, *, max_age_s: float = 0.0) -> ProjectView:
        """Return the project as it stands now, or as it stood when it was last looked at, up to so long ago."""
        if self._view is not None and time.monotonic() - self._viewed_at < max_age_s:
            return self._view
        self._viewed_at = time.monotonic()
        stamp = project_stamp(self.project)
        if self._view is None or self._view.stamp != stamp:
            self._view = ProjectView(Project(self.project, memory=self._memory), stamp)
        return self._view

    def warm_up(self) -> None:
        """Load the layout engine, so that the first new page does not wait for it."""
        from bifolio.layout.pages import warm_up

        warm_up(self.view().repository.files.path("styles/fonts"))

    # -- handouts --------------------------------------------------------------------------------

    def shelf(self, brand: str | None) -> dict[str, Any]:
        """Return every handout and booklet with what a therapist chooses by."""
        view = self.view()
        return view.cached("shelf", (brand,), lambda: shelf.shelf(view, brand))

    def search_texts(self, brand: str | None) -> dict[str, Any]:
        """Return the texts of a clinic's shelf, and what a search takes for what."""
        view = self.view()
        return view.cached("search", (brand,), lambda: shelf.search_texts(view, brand))

    def handout(self, query: Query) -> dict[str, Any]:
        """Return one handout, and every form in which it can be had."""
        view = self.view()
        return view.cached("handout", query, lambda: handout.handout(view, query))

    def first_look(self, query: Query, page: int, width_px: int) -> bytes:
        """Return a page of a saved handout as PNG; cached from one start of the studio to the next."""
        view = self.view()
        mark, cache = picture_fingerprint(view.stamp, query, page, width_px), view.project.cache
        return cache.find(mark) or cache.keep(mark, self.picture(query, page, width_px, "png").body)

    def picture(
        self,
        query: Query,
        page: int,
        width_px: int,
        kind: str = "bmp",
        draft: Draft | None = None,
        copy: str | None = None,
        fields: Fields | None = None,
    ) -> Picture:
        """Return a page as it would be printed if what is not saved were: a clinic, a client's copy or a text.

        `copy` is a tailoring as JSON, and `fields` are those of a handout's text.
        """
        if copy is None:
            self._last_copy = None
        if fields is not None:
            pdf = text.live_page(self.view(), query, fields)
        elif copy is not None:
            pdf = self.tailored(query, copy)
        elif draft is not None:
            pdf = clinic.live_page(self.view(max_age_s=1.0), query, draft)
        else:
            pdf = self.view().pdf(query)
        image = picture(pdf, page, width_px, "png" if kind == "png" else "bmp")
        is_sheets = (
            query.arrangement == SHEETS
            and draft is None
            and fields is None
            and self.view().job(query).is_imposed
        )
        return replace(image, note_pages=NOTE_SIDES) if is_sheets else image

    def tailored(self, query: Query, copy: str) -> bytes:
        """Return one client's copy. The last one is held until something else is asked for, to turn its pages."""
        view = self.view()
        asked = view.stamp, query, copy
        if self._last_copy is None or self._last_copy[0] != asked:
            self._last_copy = asked, handout.tailored(view, query, copy)
        return self._last_copy[1]

    def file(self, query: Query, copy: str | None = None) -> tuple[str, bytes]:
        """Return the name of a finished, verified file, and the file; with `copy`, a tailoring as JSON, one client's copy.

        Without a file or an arrangement in the query it is what is printed: sheets, where the form has them.
        """
        view = self.view()
        if query.file is None and query.arrangement is None:
            query = replace(query, arrangement=SHEETS)
        if copy is None:
            return view.file(query)
        return view.title_of(view.job(query)), self.tailored(query, copy)

    # -- approvals -----------------------------------------------------------------------------------

    def approvals(self, brand: str | None) -> dict[str, Any]:
        """Return what every handout is to a clinic, and what has changed since it was approved."""
        view = self.view()
        brand = brand or view.first_brand() or ""
        return view.cached("approvals", brand, lambda: approvals.approvals(view, brand))

    def approve(
        self, item: str, brand: str, by: str, on: str, region: str | None, language: str | None, based_on: str
    ) -> None:
        """Record a clinician's approval of what a handout says, if that is still what the clinician was shown."""
        try:
            self.view().project.approve(item, brand, by, on, region, language, based_on)
        except SupersededError as error:
            now = approvals.current(self.view(), item, brand, region, language, based_on)
            raise _superseded(error, now) from error

    def evidence(self, query: Query, number: int) -> tuple[str, bytes]:
        """Return the name of an evidence sheet of a handout, counted from 1, and the sheet."""
        return approvals.evidence(self.view(), query, number)

    # -- texts -------------------------------------------------------------------------------------

    def own_copy(self, item: str, brand: str) -> str:
        """Make a clinic's own copy of a handout; return its name."""
        return text_form.own_copy(self.view().repository, item, brand)

    def text(self, item: str) -> dict[str, Any]:
        """Return the text of a handout as a form, and the version that it is made from."""
        version = text_form.version(self.view().repository, item)
        # Viewed again: a text that changes meanwhile makes the version too old, and never too new.
        return {**text.text(self.view(), item), "version": version}

    def check_text(self, item: str, fields: Fields, today: datetime.date | None) -> list[dict[str, Any]]:
        """Return what an editor would say of a handout with this text; each finding names its field."""
        return text.check(self.view(), item, fields, today)

    def save_text(self, item: str, fields: Fields, based_on: str) -> str:
        """Save a clinic's own handout, and return its new version; one that cannot be made is not saved."""
        view = self.view()
        repository = view.repository
        try:
            if repository.catalogue.owner(item) is not None:
                expect(based_on, text_form.version(repository, item))
            text.with_text(view, item, fields)
            return text_form.save(repository, item, fields, based_on)
        except SupersededError as error:
            version = text_form.version(repository, item)
            saved = text_form.fields_in(self.view().repository.handout_tree(item))  # viewed again, as above
            raise _superseded(error, _compared(version, saved, dict(fields))) from error

    # -- clinics -----------------------------------------------------------------------------------

    def clinic(self, brand: str | None) -> dict[str, Any]:
        """Return a clinic as its form shows it, and the version that the form is made from."""
        view = self.view()
        brand = brand or view.first_brand() or ""
        version = brand_form.version(brand_form.folder_of(view.repository, brand))
        return {**clinic.clinic(self.view(), brand), "version": version}  # viewed again, as with texts

    def colours(self, seed: str) -> dict[str, Any]:
        """Return what pages make of a colour."""
        return brand_form.colours(seed)

    def clean_logo(self, name: str, raw: bytes) -> Logo:
        """Return a logo, cleaned."""
        fonts = self.view().repository.editions.font_files
        return clean_logo(raw, name, Span(Source(name, ""), 1, 1), fonts=fonts)

    def save_clinic(self, brand: str, draft: Draft, based_on: str) -> dict[str, Any]:
        """Save a clinic, and return its new version with the findings that do not prevent printing.

        A page is made with it before, so that nothing is saved that cannot be printed.
        """
        view = self.view()
        try:
            expect(based_on, brand_form.version(brand_form.folder_of(view.repository, brand)))
            clinic.live_page(view, Query(view.sample(), brand), draft)
            version = brand_form.save(view.repository, brand, draft, based_on)
        except SupersededError as error:
            now, fields = self.clinic(brand), dict(draft.fields)
            saved = {name: value for name, value in now["fields"].items() if name in fields}
            raise _superseded(error, _compared(now["version"], saved, fields, logo=now["logo"])) from error
        return {"version": version, "findings": clinic.warnings(self.view(), brand)}

    def new_clinic(self, name: str) -> str:
        """Make a new clinic; return its id."""
        return brand_form.create(self.view().repository.root, name)

    def pack_clinic(self, brand: str) -> bytes:
        """Return a clinic as one file."""
        return brand_form.packed(brand_form.folder_of(self.view().repository, brand))

    def unpack_clinic(self, raw: bytes) -> str:
        """Make a clinic from such a file; return its id."""
        return brand_form.bring_in(self.view().repository.root, raw)

    def restore_clinic(self, brand: str, number: int, based_on: str) -> None:
        """Restore an earlier version of a clinic."""
        try:
            brand_form.restore(self.view().repository, brand, number, based_on)
        except SupersededError as error:
            cure = "reload this page to see what stands now, and go back then"
            raise _superseded(error, {}, cure) from error


def _superseded(error: SupersededError, now: dict[str, Any], cure: str = "") -> TaskError:
    """Return the answer to a save that someone else's preceded, with what is saved now."""
    finding = error.findings[0]
    return TaskError(finding.message, cure or finding.help or "", status=409, now=now)


def _compared(version: str, saved: dict[str, str], fields: dict[str, str], **more: Any) -> dict[str, Any]:
    """Return what is saved now, field by field, and where it differs from what was to be saved."""
    differences = {
        name: [asdict(change) for change in difference(saved[name], value) if change.words != "\n"]
        for name, value in fields.items()
        if name in saved and _lines(saved[name]) != _lines(value)
    }
    return {"version": version, "fields": saved, "differences": differences, **more}


def _lines(value: str) -> list[str]:
    return [line.strip() for line in value.strip().splitlines()]
