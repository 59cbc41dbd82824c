"""Tasks: what a press process of the studio does. Plain values in, plain values out.

A `Session` is one process's view of the project. It reads the project anew when a file of it changed, and keeps
the last few PDFs, so that turning a page draws and does not lay out.
"""

from __future__ import annotations

import datetime
import json
import time
from collections import OrderedDict
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

from bifolio.app import Project
from bifolio.branding.logo import Logo, clean_logo
from bifolio.branding.palette import DEFAULT_SEED
from bifolio.core.cache import Memory
from bifolio.core.diagnostics import BifolioError, Diagnostic, RequestError, Source, Span, shorten
from bifolio.core.files import Overlay
from bifolio.core.versions import SupersededError, expect
from bifolio.editorial import lint
from bifolio.editorial.approval import ApprovalStatus, difference
from bifolio.editorial.approval import version as approval_version
from bifolio.editorial.evidence_sheet import how_many
from bifolio.editorial.tailoring import read_tailoring
from bifolio.formats import pdf
from bifolio.model.edition import Edition, Kind
from bifolio.model.job import Job, Request
from bifolio.model.project import Format
from bifolio.resolve import resolve
from bifolio.studio import brand_form as brands
from bifolio.studio import text_form as words
from bifolio.studio.draft import Draft
from bifolio.studio.errors import TaskError
from bifolio.studio.page_images import Picture, picture
from bifolio.studio.query import Query
from bifolio.studio.response_cache import answer_mark, picture_mark, project_stamp

WORDS_A_MINUTE = 180
"""How fast tired people read, with the pauses that such a text asks for."""

_KEPT_BYTES = 48_000_000


class Session:
    """One project, as one press process sees it."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self._memory = Memory()
        """What all views of the project have read and made, by what it was made from."""
        self._desk: ProjectView | None = None
        self._looked = 0.0
        self._copy: tuple[tuple[str, Query, str], bytes] | None = None

    def desk(self, *, old_enough_s: float = 0.0) -> ProjectView:
        """Give the project as it stands now; or as it stood a moment ago, for one look."""
        if self._desk is not None and time.monotonic() - self._looked < old_enough_s:
            return self._desk
        self._looked = time.monotonic()
        stamp = project_stamp(self.project)
        if self._desk is None or self._desk.stamp != stamp:
            self._desk = ProjectView(Project(self.project, memory=self._memory), stamp)
        return self._desk

    # -- the shelf -------------------------------------------------------------------------------

    def shelf(self, brand: str | None) -> dict[str, Any]:
        """Give every handout and booklet with what a therapist chooses by."""
        desk = self.desk()
        return desk.kept("shelf", (brand,), lambda: desk.shelf(brand))

    def handout(self, order: Query) -> dict[str, Any]:
        """Give one handout, and every form in which it can be had."""
        desk = self.desk()
        return desk.kept("handout", order, lambda: desk.handout(order))

    # -- pages and files -------------------------------------------------------------------------

    def first_look(self, order: Query, page: int, width_px: int) -> bytes:
        """Give a page as PNG; kept from one start of the studio to the next."""
        desk = self.desk()
        mark = picture_mark(desk.stamp, order, page, width_px)
        cache = desk.project.cache
        return cache.find(mark) or cache.keep(mark, self.picture(order, page, width_px, "png").body)

    def picture(
        self,
        order: Query,
        page: int,
        width_px: int,
        kind: str = "bmp",
        draft: Draft | None = None,
        copy: str | None = None,
        said: tuple[tuple[str, str], ...] | None = None,
    ) -> Picture:
        """Give a page as it will be printed; with a draft, as it would be if that were saved.

        `copy` is what one client's copy says otherwise, a tailoring as JSON; `said` are words not saved yet.
        """
        if said is not None:
            return picture(
                self.desk().rewritten(order, said), page, width_px, "png" if kind == "png" else "bmp"
            )
        if copy is not None:
            pdf = self.tailored(order, copy)
        else:
            self._copy = None
            desk = self.desk(old_enough_s=0.0 if draft is None else 1.0)
            pdf = desk.pdf(order) if draft is None else desk.drafted(order, draft)
        return picture(pdf, page, width_px, "png" if kind == "png" else "bmp")

    def tailored(self, order: Query, copy: str) -> bytes:
        """Give one client's copy. The last one is held until something else is asked for, to turn its pages."""
        desk = self.desk()
        if self._copy is None or self._copy[0] != (desk.stamp, order, copy):
            self._copy = ((desk.stamp, order, copy), desk.tailored(order, copy))
        return self._copy[1]

    # -- approvals -----------------------------------------------------------------------------------

    def approvals(self, brand: str | None) -> dict[str, Any]:
        """Give what every handout is to a clinic, and what changed since somebody said yes."""
        desk = self.desk()
        brand = brand or desk.first_brand() or ""
        return desk.kept("approvals", brand, lambda: desk.approvals(brand))

    def approve(
        self, item: str, brand: str, by: str, on: str, region: str | None, language: str | None, based_on: str
    ) -> None:
        """Record a clinician's yes to what a handout says now, if that is what the clinician was shown."""
        try:
            self.desk().project.approve(item, brand, by, on, region, language, based_on)
        except SupersededError as error:
            raise _overtaken(error, self.desk().approval(item, brand, region, language, based_on)) from error

    def evidence(self, order: Query, number: int) -> tuple[str, bytes]:
        """Give an evidence sheet of a handout, counted from 1, and the name under which to save it."""
        return self.desk().evidence(order, number)

    def file(self, order: Query) -> tuple[str, bytes]:
        """Give a finished, verified file and the name under which to save it."""
        desk = self.desk()
        job = desk.job(order)
        return job.path.rpartition("/")[2], desk.project.pipeline.make(job).body

    # -- words -------------------------------------------------------------------------------------

    def own_copy(self, item: str, brand: str) -> str:
        """Make a clinic's own copy of a handout; give its name."""
        return words.own_copy(self.desk().repository, item, brand)

    def words(self, item: str) -> dict[str, Any]:
        """Give the words of a handout as a form, and the version that it is made from."""
        version = words.version(self.desk().repository, item)
        # Looked at again: words that change meanwhile make the version too old, and never too new.
        return {**self.desk().words(item), "version": version}

    def read_words(
        self, item: str, said: tuple[tuple[str, str], ...], today: datetime.date | None
    ) -> list[dict[str, Any]]:
        """Tell what an editor would say of a handout with these words; each finding names its field."""
        return self.desk().read_words(item, said, today)

    def save_words(self, item: str, said: tuple[tuple[str, str], ...], based_on: str) -> str:
        """Save a clinic's own handout, and return its new version; one that cannot be made is not saved."""
        repository = self.desk().repository
        try:
            if repository.catalogue.owner(item) is not None:
                expect(based_on, words.version(repository, item))
            self.desk().reworded(item, said)
            return words.save(repository, item, said, based_on)
        except SupersededError as error:
            version = words.version(repository, item)
            stands = words.said_in(
                self.desk().repository.handout_tree(item)
            )  # looked at again, as for the form
            raise _overtaken(error, _compared(version, stands, dict(said))) from error

    # -- clinics -----------------------------------------------------------------------------------

    def brand(self, brand: str | None) -> dict[str, Any]:
        """Give a clinic as its form shows it, and the version that the form is made from."""
        desk = self.desk()
        brand = brand or desk.first_brand() or ""
        version = brands.version(brands.folder_of(desk.repository, brand))
        return {**self.desk().brand(brand), "version": version}  # looked at again, as with words

    def colours(self, seed: str) -> dict[str, Any]:
        """Tell what pages make of a colour."""
        return brands.colours(seed)

    def logo(self, name: str, raw: bytes) -> Logo:
        """Return a logo, cleaned."""
        return clean_logo(
            raw, name, Span(Source(name, ""), 1, 1), fonts=self.desk().repository.editions.font_files
        )

    def save_brand(self, brand: str, draft: Draft, based_on: str) -> dict[str, Any]:
        """Save a clinic, and return its new version with the findings that do not prevent printing.

        A page is made with it before, so that nothing is saved that cannot be printed.
        """
        desk = self.desk()
        try:
            expect(based_on, brands.version(brands.folder_of(desk.repository, brand)))
            desk.drafted(Query(desk.sample(), brand), draft)
            version = brands.save(desk.repository, brand, draft, based_on)
        except SupersededError as error:
            now, said = self.brand(brand), dict(draft.fields)
            stands = {name: words for name, words in now["fields"].items() if name in said}
            raise _overtaken(error, _compared(now["version"], stands, said, logo=now["logo"])) from error
        return {"version": version, "findings": self.desk().oddities(brand)}

    def new_brand(self, name: str) -> str:
        """Make a new clinic; give its id."""
        return brands.create(self.desk().repository.root, name)

    def pack_brand(self, brand: str) -> bytes:
        """Give a clinic as one file."""
        return brands.packed(brands.folder_of(self.desk().repository, brand))

    def bring_brand(self, raw: bytes) -> str:
        """Make a clinic from such a file; give its id."""
        return brands.bring_in(self.desk().repository.root, raw)

    def restore_brand(self, brand: str, number: int, based_on: str) -> None:
        """Bring an earlier version of a clinic back."""
        try:
            brands.restore(self.desk().repository, brand, number, based_on)
        except SupersededError as error:
            raise _overtaken(
                error, {}, "load this page anew to see what stands now, and go back then"
            ) from error

    def warm_up(self) -> None:
        """Load the layout engine, so that the first new page does not wait for it."""
        from bifolio.layout.pages import warm_up

        warm_up(self.desk().repository.files.path("styles/fonts"))


def _overtaken(error: SupersededError, now: dict[str, Any], cure: str = "") -> TaskError:
    """Return the answer to a save that somebody else's came before: what stands now goes with it."""
    finding = error.findings[0]
    return TaskError(finding.message, cure or finding.help or "", status=409, now=now)


def _compared(version: str, stands: dict[str, str], said: dict[str, str], **more: Any) -> dict[str, Any]:
    """Return what stands now, field by field, and where that differs from what was to be saved."""
    differences = {
        name: [asdict(change) for change in difference(stands[name], words) if change.words != "\n"]
        for name, words in said.items()
        if name in stands and _lines(stands[name]) != _lines(words)
    }
    return {"version": version, "fields": stands, "differences": differences, **more}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


class ProjectView:
    """The project as it was when its files had this stamp, and perhaps with unsaved files over it."""

    def __init__(self, project: Project, stamp: str) -> None:
        self.stamp = stamp
        self.project = project
        self.repository = project.repository
        self.pdfs: OrderedDict[Job, bytes] = OrderedDict()
        self._jobs: dict[Query, Job] = {}
        self._known_states: dict[str, dict[str, str]] = {}

    def with_overlay(self, overlay: Overlay) -> ProjectView:
        """Return the same project with unsaved files over it."""
        return ProjectView(self.project.with_overlay(overlay), self.stamp)

    def kept(self, what: str, key: object, make: Any) -> dict[str, Any]:
        """Give an answer kept in the store for this very state of the project, or make it."""
        mark = answer_mark(self.stamp, what, key)
        if body := self.project.cache.find(mark):
            return dict(json.loads(body))
        made: dict[str, Any] = make()
        self.project.cache.keep(mark, json.dumps(made).encode())
        return made

    # -- what there is ---------------------------------------------------------------------------

    def shelf(self, brand: str | None) -> dict[str, Any]:
        brands = self._named("brand", lambda name: self.repository.brand(name).name)
        chosen = brand if brand in self.repository.catalogue.brands else self.first_brand()
        items = [self.entry(item, chosen) for item in self._shown(chosen)]
        return {"brand": chosen, "brands": brands, "items": items, "stamp": self.stamp}

    def _shown(self, brand: str | None) -> list[str]:
        """Name the handouts that a clinic sees: the library's and its own."""
        return [
            item
            for item in self.repository.catalogue.known("item")
            if self.repository.catalogue.owner(item) in (None, brand)
        ]

    def first_brand(self) -> str | None:
        planned = [name for name in self.repository.plan.brands if name in self.repository.catalogue.brands]
        return next(iter((*planned, *self.repository.catalogue.brands)), None)

    def entry(self, item: str, brand: str | None) -> dict[str, Any]:
        """Give what the shelf says of a handout; a broken one says what is wrong with it."""
        try:
            handout = self.repository.handout(item)
            edition = self._default_edition(brand, handout.kind)
        except BifolioError as error:
            return {"id": item, "title": item, "trouble": [f.as_json() for f in error.findings]}
        bound = (self.repository.handout_tree(name) for name in handout.handouts)
        trees = (self.repository.handout_tree(item), *bound)
        passages = [passage for tree in trees for passage in lint.passages(tree)]
        length = sum(lint.count_words(passage.text) for passage in passages)
        read = lint.reading([passage.text for passage in passages if passage.role == "running"])
        return {
            "id": item,
            "title": handout.title,
            "summary": handout.summary,
            "kind": handout.kind,
            "audience": list(handout.audience),
            "topics": list(handout.topics),
            "language": handout.language,
            "version": handout.version,
            "minutes": max(1, round(length / WORDS_A_MINUTE)),
            "grade": max(1, round(read.flesch_kincaid)),
            "state": self._states(brand).get(item, "draft"),
            "edition": edition,
            "is_own": self.repository.catalogue.owner(item) is not None,
        }

    def _states(self, brand: str | None) -> dict[str, str]:
        """Give the state of approval of each handout, in the region of the clinic."""
        if brand is not None and brand not in self._known_states:
            region = self._region(brand)
            self._known_states[brand] = {
                standing.item: standing.state
                for standing in self.project.approval_statuses(self._shown(brand), (brand,))
                if standing.region == region
            }
        return self._known_states.get(brand or "", {})

    def approvals(self, brand: str) -> dict[str, Any]:
        rows = []
        labels = self.repository.locale(self.repository.plan.language).labels
        for standing in self.project.approval_statuses(self._shown(brand), (brand,)):
            approval, handout = standing.approval, self.repository.handout(standing.item)
            stale = standing.state == "stale"
            is_usual = standing.region == self._region(brand)
            rows.append(
                {
                    "item": standing.item,
                    "id": standing.item if is_usual else f"{standing.item}-{standing.region}",
                    "title": handout.title,
                    "region": standing.region,
                    "language": standing.language,
                    "version": self._shown_for_approval(standing),
                    "state": standing.state,
                    "by": approval.by if approval else None,
                    "on": str(approval.on) if approval else None,
                    "written": str(handout.review.written),
                    "sheets": how_many(handout, self.repository.evidence, labels),
                    "changes": [asdict(change) for change in self.project.changes(standing)] if stale else [],
                }
            )
        signed = [str(row["by"]).partition(", ") for row in rows if row["by"]]
        order = ("stale", "draft", "approved")
        rows.sort(key=lambda row: (order.index(str(row["state"])), str(row["title"])))
        return {
            "brand": brand,
            "brands": self._named("brand", lambda name: self.repository.brand(name).name),
            "rows": rows,
            "names": sorted({name for name, _, _ in signed}),
            "roles": sorted({role for _, _, role in signed}),
        }

    def _region(self, brand: str) -> str:
        return self.repository.brand(brand).clinic.region or self.repository.plan.region

    def _shown_for_approval(self, standing: ApprovalStatus) -> str:
        """Return the version that a yes will be based on; the words in it are kept, to be compared with later ones."""
        text = self._wording(standing)
        found = approval_version(text, standing.approval)
        mark = answer_mark("", "wording", found)
        if self.project.cache.find(mark) is None:
            self.project.cache.keep(mark, text.encode())
        return found

    def _wording(self, standing: ApprovalStatus) -> str:
        place = standing.region, standing.language
        return self.project.approvals.wording(standing.item, standing.brand, *place)

    def approval(
        self, item: str, brand: str, region: str | None, language: str | None, shown: str
    ) -> dict[str, Any]:
        """Return what stands now where somebody was about to approve what was `shown`, and how its words changed."""
        place = region or self._region(brand), language or self.repository.plan.language
        standing = self.project.approvals.status(item, brand, *place)
        text, approval = self._wording(standing), standing.approval
        before = self.project.cache.find(answer_mark("", "wording", shown))
        changes = difference(before.decode(), text) if before is not None and before.decode() != text else []
        return {
            "version": self._shown_for_approval(standing),
            "by": approval.by if approval else None,
            "on": str(approval.on) if approval else None,
            "state": standing.state,
            "changes": [asdict(change) for change in changes],
        }

    def evidence(self, order: Query, number: int) -> tuple[str, bytes]:
        brand = order.brand or self.first_brand() or ""
        sheets = list(self.project.evidence_sheets(Request((order.item,), (brand,), order.region)).items())
        if not 1 <= number <= len(sheets):
            raise TaskError(
                "there is no such evidence sheet", "go back to the approvals, and choose one there"
            )
        job, sheet = sheets[number - 1]
        inputs = resolve(self.repository, job, sheet, "sheet")
        return job.path.rpartition("/")[2], self.project.pipeline.make_from(inputs).body

    def tailored(self, order: Query, copy: str) -> bytes:
        tailoring, tree = read_tailoring(copy, "this copy")
        brand = order.brand or self.first_brand() or ""
        edition = order.edition or self._default_edition(brand, self.repository.handout(order.item).kind)
        if tailoring.edition is None and edition is not None:
            tailoring = tailoring.model_copy(update={"edition": edition})
        return self.project.tailored(
            order.item, brand, tailoring, order.region, order.language, order.theme, tree
        )[0]

    def _default_edition(self, brand: str | None, kind: Kind) -> str | None:
        """Give the edition in which a handout is first shown: the clinic's, the project's, or one that suits."""
        own = self.repository.brand(brand).clinic.edition if brand else None
        wished = (own, *self.repository.plan.editions, *self.repository.catalogue.editions)
        there = [
            self.repository.edition(name) for name in wished if name in self.repository.catalogue.editions
        ]
        asked = [name for name in wished if name in self.repository.catalogue.editions]
        better = [edition.instead.get(kind, name) for name, edition in zip(asked, there, strict=True)]
        return next((name for name in better if self.repository.edition(name).suits(kind)), None)

    def handout(self, order: Query) -> dict[str, Any]:
        library = self.repository
        brand = order.brand or self.first_brand()
        handout = library.handout(order.item)
        usual = order.edition or self._default_edition(brand, handout.kind)
        first = library.edition(usual) if usual and library.catalogue.has("edition", usual) else None
        editions = [
            {"id": name, "name": edition.name, "on": _paper(edition)}
            for name in library.catalogue.editions
            if (edition := library.edition(name)).suits(handout.kind)
        ]
        clinic = library.brand(brand).clinic if brand else None
        return {
            "item": self.entry(order.item, brand),
            "stamp": self.stamp,
            "parts": [asdict(part) for part in self.project.parts(order.item)],
            "words": {name: list(offered) for name, offered in self.project.words(order.item).items()},
            "editions": _by_paper(editions, first),
            "forms": _by_paper([self._form(name, job) for name, job in self.files(order).items()], first),
            "brands": self._named("brand", lambda name: library.brand(name).name),
            "themes": self._named("theme", lambda name: name.replace("-", " ").capitalize()),
            "regions": self._named("region", lambda name: library.region(name).name),
            "languages": self._named("language", lambda name: library.locale(name).name),
            "chosen": {
                "brand": brand,
                "edition": usual,
                "theme": order.theme or (clinic and clinic.theme) or library.plan.theme,
                "region": order.region or (clinic and clinic.region) or library.plan.region,
                "language": order.language or library.plan.language,
            },
        }

    def _named(self, what: str, say: Any) -> list[dict[str, str]]:
        """Give all there is of one sort; what is broken is named and says nothing of itself."""
        found = []
        for name in self.repository.catalogue.known(what):
            try:
                found.append({"id": name, "name": say(name)})
            except BifolioError:
                found.append({"id": name, "name": name})
        return found

    def sample(self) -> str:
        """Name the handout on which a clinic is shown: a leaflet, as it has most of the clinic's places."""
        kinds = {
            item: self.repository.handout_tree(item).value.get("kind")
            for item in self.repository.catalogue.known("item")
        }
        return min(kinds, key=lambda item: (kinds[item] != "leaflet", item != "tears-and-closeness", item))

    def brand(self, brand: str) -> dict[str, Any]:
        library = self.repository
        found, files = library.brand(brand), library.brand_files(brand)
        logo = None
        try:
            logo = files.logo.address("currentColor") if files.logo else None
        except BifolioError as error:
            trouble = [finding.as_json() for finding in error.findings]
        else:
            trouble = self.oddities(brand)
        fields = brands.form_of(found)
        return {
            "brand": brand,
            "brands": self._named("brand", lambda name: library.brand(name).name),
            "fields": fields,
            "logo": logo,
            "trouble": trouble,
            "versions": brands.versions(brands.folder_of(library, brand)),
            "colours": brands.colours(fields["colour"] or DEFAULT_SEED),
            "regions": self._named("region", lambda name: library.region(name).name),
            "editions": self._named("edition", lambda name: library.edition(name).name),
            "themes": self._named("theme", lambda name: name.replace("-", " ").capitalize()),
            "titles": brands.titles(fields["titles"]),
            "items": self._named("item", lambda name: library.handout(name).title),
            "sample": self.sample(),
            "stamp": self.stamp,
        }

    def oddities(self, brand: str) -> list[dict[str, Any]]:
        """Return what is odd about a clinic and stops nothing, each with the field of its form that it is about."""
        files = self.repository.brand_files(brand)
        found = [finding.as_json() for finding in files.warnings(self.repository.plan.region)]
        source = files.tree.source
        return [{**one, "field": brands.field_of(one, source.text, source.name)} for one in found]

    # -- making ----------------------------------------------------------------------------------

    def job(self, order: Query) -> Job:
        if order not in self._jobs:
            self._jobs[order] = self._job(order)
        return self._jobs[order]

    def _job(self, order: Query) -> Job:
        """Give the job of an order; everything that it names is read and checked first."""
        if order.file is None:
            edition = order.edition
            if edition is None and order.item in self.repository.catalogue.handouts:
                edition = self._default_edition(
                    order.brand or self.first_brand(), self.repository.handout(order.item).kind
                )
            return self._plan(order, (edition,) if edition else (), ("pdf",))[0]
        files = self.files(order)
        if order.file not in files:
            raise RequestError(
                Diagnostic(
                    "studio.no-file",
                    f'there is no file "{shorten(order.file)}"',
                    help="load the page anew, and choose again",
                )
            )
        return files[order.file]

    def _plan(self, order: Query, editions: tuple[str, ...], formats: tuple[Any, ...]) -> tuple[Job, ...]:
        request = Request(
            items=(order.item,),
            brands=(order.brand,) if order.brand else (),
            region=order.region,
            language=order.language,
            editions=editions,
            theme=order.theme,
            formats=formats,
        )
        return self.project.plan(request)

    def files(self, order: Query) -> dict[str, Job]:
        """Give every file that can be had of a handout: all editions as PDF, and each other format once."""
        handout = self.repository.handout(order.item)
        suiting = tuple(
            e for e in self.repository.catalogue.editions if self.repository.edition(e).suits(handout.kind)
        )
        jobs = list(self._plan(order, suiting, ("pdf",)))
        if others := tuple(made for made in get_args(Format) if made != "pdf"):
            usual = self._default_edition(order.brand or self.first_brand(), handout.kind)
            jobs += self._plan(order, (usual,) if usual else (), others)
        return {job.path.rpartition("/")[2]: job for job in jobs}

    def _form(self, name: str, job: Job) -> dict[str, Any]:
        """Say in words what a file is."""
        edition = self.repository.edition(job.edition)
        words, summary, on = edition.name, edition.summary, _paper(edition)
        if job.format != "pdf":
            words, summary = _FORMATS.get(job.format, (job.format.upper(), ""))
            on = _SCREENS
        elif getattr(job, "is_imposed", False):
            words, summary = f"{words}, for the printer", "Sheets to print on both sides; a note says how."
        return {"file": name, "name": words, "summary": summary, "on": on}

    def drafted(self, order: Query, draft: Draft) -> bytes:
        """Give the PDF of an order as it would be with the draft; not verified, as nobody keeps it."""
        brand = order.brand or self.first_brand() or ""
        files = self.repository.brand_files(brand)
        name = f"{files.folder}/{brands.FILE}"
        text = brands.text_with(files.tree, draft)
        overlay: dict[str, bytes | None] = {name: text.encode()}
        if draft.logo is not None:
            overlay[f"{files.folder}/{draft.logo.file_name}"] = draft.logo.body
        sketch = self.with_overlay(overlay)
        try:
            clinic = sketch.repository.brand(brand).clinic
            wish = Query(
                order.item,
                brand,
                order.edition or self._suits(clinic.edition, order.item),
                order.theme or clinic.theme,
                order.region or clinic.region,
                order.language,
            )
            return sketch.preview(sketch.job(wish))
        except BifolioError as error:
            findings = [finding.as_json() for finding in error.findings]
            told = tuple({**one, "field": brands.field_of(one, text, name)} for one in findings)
            raise TaskError(error.findings[0].message, error.findings[0].help or "", told) from error

    # -- words -------------------------------------------------------------------------------------

    def words(self, item: str) -> dict[str, Any]:
        tree = self.repository.handout_tree(item)
        owner = self.repository.catalogue.owner(item)
        return {
            "item": self.entry(item, owner),
            "brand": owner or self.first_brand(),
            "groups": words.form_of(tree),
            "is_own": owner is not None,
            "stamp": self.stamp,
        }

    def reworded(self, item: str, said: tuple[tuple[str, str], ...]) -> ProjectView:
        """Return the project with these words in a handout, checked; raises TaskError with fields."""
        tree = self.repository.handout_tree(item)
        text = words.text_with(tree, said)
        view = self.with_overlay({tree.source.name: text.encode()})
        try:
            tree = view.repository.handout_tree(item)
            view.repository.handout(item)
        except BifolioError as error:
            told = tuple(words.placed(error.findings, tree))
            raise TaskError(error.findings[0].message, error.findings[0].help or "", told) from error
        return view

    def rewritten(self, order: Query, said: tuple[tuple[str, str], ...]) -> bytes:
        """Give the PDF of a handout as it would be with these words; not verified, as nobody keeps it."""
        view = self.reworded(order.item, said)
        return view.preview(view.job(order))

    def read_words(
        self, item: str, said: tuple[tuple[str, str], ...], today: datetime.date | None
    ) -> list[dict[str, Any]]:
        library = self.reworded(item, said).repository
        tree, handout = library.handout_tree(item), library.handout(item)
        region = library.region(library.plan.region)
        day = today or handout.review.written
        subject = lint.Subject(handout, tree, region, library.evidence, library.words, day, library.safety)
        return list(words.placed(lint.lint(subject), tree))

    def preview(self, job: Job) -> bytes:
        """Return the PDF of a job for one look on a screen, not verified."""
        return pdf.preview(resolve(self.repository, job), self.project.pipeline.stages)

    def _suits(self, edition: str | None, item: str) -> str | None:
        if edition not in self.repository.catalogue.editions:
            return edition  # an unknown one is told of
        return edition if self.repository.edition(edition).suits(self.repository.handout(item).kind) else None

    def pdf(self, order: Query) -> bytes:
        """Give the PDF of an order, to be looked at and not verified; the last few are kept."""
        job = self.job(order)
        body = self.pdfs.pop(job, None) or self.preview(job)
        self.pdfs[job] = body
        while len(self.pdfs) > 1 and sum(map(len, self.pdfs.values())) > _KEPT_BYTES:
            self.pdfs.popitem(last=False)
        return body


_SCREENS, _OTHER = "For screens and web sites", "Other sizes"
_PAPERS = {(210.0, 297.0): "On A4 paper", (215.9, 279.4): "On Letter paper"}


def _paper(edition: Edition) -> str:
    """Say on what a form comes out: what a therapist has in the printer, or has not."""
    if edition.fillable:
        return _SCREENS
    sheet = edition.imposition.sheet if edition.imposition else edition
    sides = sorted((sheet.trim_width_mm, sheet.trim_height_mm))
    return _PAPERS.get((sides[0], sides[1]), _OTHER)


def _by_paper(forms: list[dict[str, Any]], first: Edition | None) -> list[dict[str, Any]]:
    """Put the form that is shown first before the others on its paper, and those on another paper last."""
    order = (_paper(first) if first else "", _SCREENS, _OTHER)

    def place(form: dict[str, Any]) -> tuple[int, bool]:
        rank = order.index(form["on"]) if form["on"] in order else len(order)
        return rank, first is None or form["name"] != first.name

    return sorted(forms, key=place)


_FORMATS = {
    "epub": ("EPUB", "For phones, tablets and readers of electronic books."),
    "html": ("Web page", "One file for a web site or an email; opens in any browser."),
    "png": ("Picture of the first page", "For a web site."),
    "cover": ("Picture of the cover", "For a web site."),
}
