"""Office: a project as the command line and the studio see it. Plans, checks and builds; prints nothing.

Brings the library, the pipeline and the press together behind a few questions.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pydantic import ValidationError

from bifolio.branding.logo import read_logo
from bifolio.branding.palette import DEFAULT_SEED
from bifolio.branding.proof_sheet import NAME as PROOF
from bifolio.branding.proof_sheet import Proof, measured, sample
from bifolio.build.jobs import Job, Request, plan, unknown
from bifolio.build.publish import expect_room, replace_all
from bifolio.build.scheduler import Batch, Delivery, Rack, Site, batches, racked, run, together
from bifolio.build.workers import Crew, Processes, SameProcess, get_ready
from bifolio.content.repository import Library
from bifolio.content.scaffold import FILE, brand_text, establish, refuse_name
from bifolio.content.validation import validate
from bifolio.core.cache import Store, writing
from bifolio.core.diagnostics import (
    ContentError,
    DesignError,
    Diagnostic,
    PressError,
    ProofError,
    RequestError,
    Severity,
    Source,
    Span,
    shorten,
)
from bifolio.core.fingerprints import STORE, Ledger
from bifolio.core.source_tree import Tree
from bifolio.core.versions import expect, only_writer
from bifolio.core.yaml_loader import parse
from bifolio.editorial.approval import (
    APPROVALS,
    Change,
    Standing,
    difference,
    digest,
    kept_at,
    version,
    written,
)
from bifolio.editorial.tailoring import Part, parts, refused
from bifolio.model.approval import Approval
from bifolio.model.brand import Brand, name_after
from bifolio.model.brand.clinic import Clinic
from bifolio.model.edition import Edition
from bifolio.model.handout import Handout
from bifolio.model.region import Region
from bifolio.model.tailoring import Tailoring

if TYPE_CHECKING:  # late: they load the layout engine's libraries, and the word counter
    from bifolio.build.pipeline import Workshop
    from bifolio.editorial.lint import Subject

T = TypeVar("T")


class Office:
    """One project folder, open for business."""

    def __init__(
        self,
        root: Path,
        *,
        renew: bool = False,
        executor: Executor | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        """Open a project. With a `ledger` one build is made of the files as they are now: see `Workshop`."""
        if not (root / "content").is_dir():
            raise RequestError(
                Diagnostic(
                    "plan.no-project",
                    f'there is no content/ in "{root}"',
                    help="go to the project's folder, or name it with --project",
                )
            )
        self.ledger = ledger
        # Taken before the first file is read.
        self.snapshot = (ledger.looked or ledger.snapshot()) if ledger else None
        self.library = Library(root)
        self.store = Store(self.library.root / STORE)
        if renew:
            self.store = Store(self.store.folder, since=self.store.now())
        self.executor = executor
        self._begun: Workshop | None = None
        """Where the next build was begun already."""

    def plan(self, request: Request, *, begins: bool = True) -> tuple[Job, ...]:
        """Give the jobs of a request; everything that it names is read and checked first.

        With `begins` what `build` will want first is being laid out meanwhile.
        """
        project = self.library.plan
        items = request.items or project.items or self.library.known("item")
        if not items:
            raise RequestError(
                Diagnostic(
                    "plan.no-handouts",
                    "there are no handouts in content/handouts",
                    help="put a file there that ends in .yaml; content/schema/ says what it may hold",
                )
            )
        desk = self._desk(request, items, request.brands or project.brands, begins=begins)
        jobs = plan(request, project, desk.handouts, desk.clinics, desk.editions)
        jobs = tuple(job for job in jobs if self.library.owner(job.item) in (None, job.brand))
        if not jobs:
            raise RequestError(
                Diagnostic(
                    "plan.nothing",
                    "nothing to make: no edition asked for suits these handouts",
                    help="see python build.py list editions",
                )
            )
        return jobs

    def warnings(self, brands: Iterable[str]) -> list[Diagnostic]:
        """Return what is odd about the layout engine and about brands, and stops nothing."""
        from bifolio.layout.weasyprint.loader import version_warning

        engine = version_warning()
        return [
            *([engine] if engine else []),
            *(finding for brand in dict.fromkeys(brands) for finding in self.library.brand_warnings(brand)),
        ]

    def dangers(self, jobs: Iterable[Job]) -> list[Diagnostic]:
        """Return what could leave a reader of these jobs without help, as warnings."""
        from bifolio.editorial.lint import warn

        library = self.library
        found = (
            finding
            for item, region in dict.fromkeys((job.item, job.region) for job in jobs)
            for finding in warn(self._subject(library.handout(item), item, library.region(region)))
        )
        return list({(finding.span, finding.message): finding for finding in found}.values())

    def build(
        self,
        jobs: Sequence[Job],
        folder: Path | None,
        told: Callable[[Batch], None],
        *,
        keep_going: bool = False,
    ) -> Built:
        """Make the jobs and publish them. `told` is called with each batch that is done.

        Nothing is published when one of them has a fault; with `keep_going`, whatever has none.
        """
        from bifolio.build.pipeline import engine
        from bifolio.build.publish import publish, standing

        target = (folder or self.library.root / "output").resolve()
        expect_room(target)
        shop, self._begun = self._begun or self._workshop(), None
        stood = standing(target)
        marks = {job.path: shop.mark(job) for job in jobs}
        as_made = self._as_made(marks, target) if not self.store.since else {}
        as_made = {path: said for path, said in as_made.items() if path in stood}
        to_make = [job for job in jobs if job.path not in as_made]
        waiting = batches(to_make, shop.place, self.library.letters)
        with racked(self.store) as rack:
            if len(waiting) > 1 and isinstance(self.executor, Crew) and self.executor.hands > 1:
                delivered = self._shared_out(waiting, self.executor, rack, told)
            else:
                here = SameProcess()
                delivered = run(waiting, lambda batch: here.submit(shop.deliver, batch.jobs, rack), 1, told)
            failures = [failure for delivery in delivered for failure in delivery.failures]
            if failures and not (keep_going and any(delivery.artefacts for delivery in delivered)):
                raise together(failures)
            artefacts = [artefact for delivery in delivered for artefact in delivery.artefacts]
            shelves = shop.shelves(artefacts, stood, target, marks)
            publish([*artefacts, *shelves], target, engine())
        self.store.clean()
        self._remember(delivered, marks, target)
        said = [Diagnostic.of_row(row) for rows in as_made.values() for row in rows]
        remarks = {(remark.where, remark.message): remark for remark in said}
        remarks |= dict(item for one in delivered for item in one.remarks.items()) | shop.remarks
        written = dict.fromkeys((*as_made, *(artefact.path for artefact in artefacts)))
        files = [target / path for path in (*written, *(shelf.path for shelf in shelves))]
        faults = together(failures) if failures else None
        return Built(files, list(remarks.values()), sum(delivery.made for delivery in delivered), faults)

    def _as_made(self, marks: Mapping[str, str | None], target: Path) -> dict[str, Sequence[Any]]:
        """Give the files that stand as an earlier build made them of the same, with what it said of each."""
        ledger = self.ledger
        found = {path: ledger.recall(target / path, mark) for path, mark in marks.items() if ledger and mark}
        return {path: said for path, said in found.items() if said is not None}

    def _remember(self, delivered: Iterable[Delivery], marks: Mapping[str, str | None], target: Path) -> None:
        """Have the ledger remember what was made, unless somebody wrote into the project meanwhile."""
        if self.ledger is None or self.snapshot is None or not self.snapshot.holds(self.snapshot.digests):
            return
        for delivery in delivered:
            for path, said in delivery.said.items():
                if (mark := marks[path]) and said is not None:
                    self.ledger.remember(target / path, mark, said)

    def _shared_out(
        self, waiting: Sequence[Batch], crew: Crew, rack: Rack, told: Callable[[Batch], None]
    ) -> list[Delivery]:
        """Have batches made by a crew, in workshops that know the project as it was when this office opened."""
        place, root = rack.folder / f"site-{next(_sites)}.json", self.library.root
        with writing(self.store.folder):
            site = Site(
                place, root, self.store.folder, self.store.since, self.snapshot, self.library.table
            ).write()
        return run(
            waiting,
            lambda batch: crew.make(site, batch),
            crew.hands,
            told,
            lambda done, batch: crew.take(done, batch, site),
            crew.lost,
            ready=1,
        )

    def check(self, items: Sequence[str], brands: Sequence[str], today: datetime.date) -> list[Diagnostic]:
        """Validate and lint handouts and brands, in every region that a brand uses; give the warnings.

        Reviews and support lines are as old as they are on `today`. Raises one error with all findings
        when there is an error among them.
        """
        named = Request(items=tuple(items), brands=tuple(brands))
        desk = self._desk(named, items or self.library.known("item"), brands or self.library.known("brand"))
        found = [
            *self.warnings(desk.clinics),
            *self._stale(desk.handouts, desk.clinics),
            *self._read_through(desk, today),
        ]
        if any(finding.is_error for finding in found):
            raise ContentError(found)
        return found

    def _read_through(self, desk: _Desk, today: datetime.date) -> Iterator[Diagnostic]:
        """Give what an editor would still change, once for all regions."""
        from bifolio.editorial.lint import lint

        for item in desk.handouts:
            found = (
                finding
                for region in desk.regions.values()
                for finding in lint(self._subject(desk.handouts[item], item, region, today))
            )
            yield from {(finding.span, finding.message): finding for finding in found}.values()

    def _subject(
        self, handout: Handout, item: str, region: Region, today: datetime.date | None = None
    ) -> Subject:
        """Return what lint looks at; without a day nothing is due."""
        from bifolio.editorial.lint import Subject

        library = self.library
        tree = library.handout_tree(item)
        parts = {name: library.handout(name) for name in handout.handouts}
        day = today or handout.review.written
        return Subject(handout, tree, region, library.evidence, library.words, day, library.safety, parts)

    def attest(self, items: Sequence[str], brands: Sequence[str], folder: Path | None) -> list[Path]:
        """Write the evidence sheets of each handout through the same press; give the paths of the files."""
        from bifolio.build.pipeline import engine
        from bifolio.build.publish import publish, standing

        sheets = self.evidence(Request(items=tuple(items), brands=tuple(brands)))
        target = folder or self.library.root / "output"
        expect_room(target)
        workshop = self._workshop()
        made = [workshop.produce(job, sheet) for job, sheet in sheets.items()]
        had = {
            path.relative_to(target).as_posix()
            for job in sheets
            for path in (target / job.path).parent.glob(
                f"{job.item}-[0-9]*{Path(job.path).name.removeprefix(job.item)}"
            )
        }
        # Of parts that a booklet has no more: what stands here, is of earlier builds and is not made again.
        return publish(made, target, engine(), had & {*standing(target)})

    def evidence(self, request: Request) -> dict[Job, Handout]:
        """Give the evidence sheets of the handouts of a request in order, each with the job that makes it.

        The day has no say in them: what is due is told by `check`.
        """
        from bifolio.editorial.evidence_sheet import attest
        from bifolio.editorial.lint import lint

        project = self.library.plan
        desk = self._desk(request, request.items, request.brands or project.brands)
        labels = self.library.locale(project.language).labels
        region = next(iter(desk.regions.values()))
        sheets: dict[str, Handout] = {}
        for item, handout in desk.handouts.items():
            subject = self._subject(handout, item, region)
            remarks = Counter(finding.code for finding in lint(subject))
            made = attest(handout, self.library.evidence, subject.reading, remarks, labels)
            names = [f"{item}.evidence", *(f"{item}.evidence-{number}" for number in range(2, len(made) + 1))]
            sheets |= dict(zip(names, made, strict=True))
        order = list(sheets)
        jobs = plan(replace(request, formats=("pdf",)), project, sheets, desk.clinics, desk.editions)
        return {
            job: sheets[job.item] for job in sorted(jobs, key=lambda job: (job.brand, order.index(job.item)))
        }

    # -- approval --------------------------------------------------------------------------------

    def approve(
        self,
        item: str,
        brand: str,
        by: str,
        on: str | datetime.date,
        region: str | None = None,
        language: str | None = None,
        based_on: str | None = None,
    ) -> Standing:
        """Record a clinician's yes to what a handout says now, in the brand's approvals.yaml.

        `by` is "name, role", `on` the day of the yes, today at the latest: they are given, never guessed. The region
        is the brand's own where none is named. The wording that the yes is to is kept beside the record.

        `based_on` is the `approval.version` that stood when the clinician was shown the handout. Raises
        SupersededError where its words, or its approval, are not the same any more.
        """
        workshop = self._workshop()
        region, language = self._spoken(brand, region, language)
        self._desk(
            Request(items=(item,), brands=(brand,), region=region, language=language), (item,), (brand,)
        )
        text = workshop.wording(item, brand, region, language)
        fields = {"item": item, "region": region, "language": language, "by": by, "on": on}
        try:
            approval = Approval.model_validate({**fields, "text": digest(text)})
        except ValidationError as error:
            raise RequestError(_not_signed(str(by), str(on), error)) from error
        first = self.library.handout(item).review.written
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
        folder = self.library.brand_folder(brand)
        with only_writer(self.library.root):
            self.library.forget(folder / APPROVALS)  # somebody else may have approved another handout
            approvals = self.library.approvals(brand)
            if based_on is not None:
                expect(based_on, version(text, approvals.get(approval.key)))
            approvals |= {approval.key: approval}
            replace_all(
                {
                    folder / kept_at(approval.key): text.encode(),
                    folder / APPROVALS: written(approvals).encode(),
                }
            )
        self.library.forget(folder / APPROVALS)
        return workshop.standing(item, brand, region, language)

    def standings(self, items: Sequence[str] = (), brands: Sequence[str] = ()) -> list[Standing]:
        """Tell what each handout is to each brand: draft, approved, or changed since.

        One for each handout in the brand's own region, and one for each other region that was approved.
        """
        workshop = self._workshop()
        found = []
        for brand in brands or self.library.brand_ids:
            wanted = items or self.library.known("item")
            keys = {(item, *self._spoken(brand, None, None)) for item in wanted}
            keys |= {key for key in self.library.approvals(brand) if key[0] in wanted}
            found += [workshop.standing(item, brand, *spoken) for item, *spoken in sorted(keys)]
        return found

    def changes(self, standing: Standing) -> list[Change]:
        """Tell word by word what changed since a text was approved; all is new where nothing was."""
        old = self.library.approved_wording(standing.brand, standing.approval) if standing.approval else None
        now = (standing.item, standing.brand, standing.region, standing.language)
        return difference(old or "", self._workshop().wording(*now))

    def _stale(self, items: Iterable[str], brands: Iterable[str]) -> Iterator[Diagnostic]:
        """Give a warning for each approval that no longer holds."""
        approved = {brand: self.library.approvals(brand) for brand in brands}
        if not any(approved.values()):
            return
        workshop = self._workshop()
        known = self.library.known("item")
        for brand, approvals in approved.items():
            for (item, region, language), approval in approvals.items():
                if item not in known:
                    span = self.library.approval_span(brand, approval)
                    yield replace(unknown("item", item, known, span), severity=Severity.WARNING)
                elif item in items and workshop.standing(item, brand, region, language).state == "stale":
                    yield workshop.stale(brand, approval)

    # -- brands ----------------------------------------------------------------------------------

    def receive(self, table: Path) -> tuple[tuple[str, ...], list[Diagnostic]]:
        """Read a table of clinics; give the names of those that can be built, and what is wrong with the others.

        Every row is read and checked as a brand is, its logo too. Raises one error when the table itself cannot
        be read.
        """
        names, findings = self.library.receive(table)
        sound = []
        for name in names:
            try:
                self._desk(Request(), (), (name,))
            except PressError as failure:
                findings += failure.findings
                self.library.dismiss(name)
            else:
                sound.append(name)
        return tuple(sound), list(dict.fromkeys(findings))

    def new_brand(
        self,
        brand_id: str,
        name: str | None = None,
        colour: str | None = None,
        logo: Path | None = None,
        link: str | None = None,
        **own: Any,
    ) -> list[Diagnostic]:
        """Make a brand: `content/brands/<brand_id>/` with its file and its cleaned logo, never over one that is there.

        `own` holds fields of `defaults: bifolio:`: phone, email, address, region, edition … Gives the warnings.
        """
        brands = self.library.content / "brands"
        refuse_name(brands, brand_id)
        bodies, logo_file, remarks = {}, None, list[Diagnostic]()
        if logo is not None:
            span = Span(Source(logo.name, logo.name), 1, 1, len(logo.name))
            cleaned = read_logo(logo, span, fonts=self.library.font_files)
            remarks += cleaned.remarks
            logo_file = cleaned.file_name
            bodies[logo_file] = cleaned.body
        title = name or name_after(brand_id)
        text = brand_text(title, colour, logo_file, link, own)
        brand, findings = validate(Brand, parse(text, f"new {FILE}"), "brand")
        if brand is None:
            raise DesignError(findings)
        establish(brands, brand_id, {FILE: text.encode(), **bodies})
        self.library = Library(self.library.root)
        return [*remarks, *self.warnings((brand_id,))]

    def colours(self, brand: str) -> Proof:
        """Measure a brand's colours: their contrast as they are, and what is printed in their place."""
        color = self.library.brand(brand).color
        return measured(color.given, color.seed or DEFAULT_SEED)

    def proof(self, brand: str, edition: str | None = None, folder: Path | None = None) -> list[Path]:
        """Make the proof sheet of a brand and publish it beside its handouts; give its path."""
        from bifolio.build.pipeline import engine
        from bifolio.build.publish import publish

        library = self.library
        asked = Request(brands=(brand,), editions=(edition,) if edition else (), formats=("pdf",))
        desk = self._desk(asked, (), (brand,))
        labels = library.locale(library.plan.language).labels
        samples = (library.handout(item) for item in library.known("item"))
        sheet = sample(samples, labels["proof_title"], labels["proof_summary"])
        job = plan(asked, library.plan, {PROOF: sheet}, desk.clinics, desk.editions)[0]
        target = folder or self.library.root / "output"
        expect_room(target)
        return publish([self._workshop().proof_sheet(job, sheet)], target, engine())

    # -- one person's copy -----------------------------------------------------------------------

    def parts(self, item: str) -> tuple[Part, ...]:
        """Name the pieces of a handout that one person's copy may do without."""
        return parts(self.library.handout(item))

    def words(self, item: str) -> dict[str, tuple[str, ...]]:
        """Give the words of a handout that one person's copy may say otherwise, the usual one first."""
        return dict(self.library.handout(item).words)

    def tailored(
        self,
        item: str,
        brand: str,
        tailoring: Tailoring,
        region: str | None = None,
        language: str | None = None,
        theme: str | None = None,
        tree: Tree | None = None,
    ) -> tuple[bytes, list[Diagnostic]]:
        """Make one person's copy as a PDF; give it with the warnings. Nothing of it is kept anywhere.

        `tree` is the file that the tailoring stands in, for findings to point at.
        """
        from bifolio.build.pipeline import Workshop

        editions = (tailoring.edition,) if tailoring.edition else ()
        request = Request((item,), (brand,), region, language, editions, theme, ("pdf",))
        job = self.plan(request, begins=False)[0]
        if findings := list(refused(self.library.open_handout(item), tailoring, tree)):
            raise RequestError(findings)
        workshop = Workshop(self.library, Store(self.store.folder, keeps=False), self.executor)
        pdf = workshop.tailored(job, tailoring)
        # How pages break is an author's care: whoever makes one copy cannot mend it.
        return pdf, [f for f in workshop.remarks.values() if not f.code.startswith("craft.")]

    def hand_over(self, body: bytes, path: Path) -> None:
        """Write one person's copy to where the therapist says, whole or not at all.

        The folders that this program itself keeps, shows or shares are refused.
        """
        place = path.resolve()
        for name in ("content", "output", STORE):
            if place.is_relative_to(self.library.root / name):
                raise RequestError(
                    Diagnostic(
                        "tailor.shared-folder",
                        f'"{name}" is kept and shared: one person\'s copy does not belong there',
                        help="name a place of your own: --to ~/Desktop/copy.pdf",
                    )
                )
        expect_room(place.parent)
        replace_all({place: body})

    def _spoken(self, brand: str, region: str | None, language: str | None) -> tuple[str, str]:
        """Give the region and the language in which a brand hands a text out."""
        own = self.library.brand(brand).clinic.region
        return region or own or self.library.plan.region, language or self.library.plan.language

    def _workshop(self) -> Workshop:
        from bifolio.build.pipeline import Workshop

        return Workshop(self.library, self.store, self.executor, self.snapshot)

    # -- reading ---------------------------------------------------------------------------------

    def _desk(
        self, request: Request, items: Sequence[str], brands: Sequence[str], *, begins: bool = False
    ) -> _Desk:
        """Read all that a request will use; raise one error with all that is wrong with any of it."""
        library = self.library
        failures: list[PressError] = []
        _refuse(RequestError, self._unknown(_asked(request)), failures)
        _refuse(DesignError, self._unknown(self._written()), failures)
        clinics = self._gather("brand", brands, lambda brand: library.brand(brand).clinic, failures)
        _read(clinics, lambda brand: library.logo(brand, library.brand(brand), "#000000"), failures)
        _read(clinics, library.typeface, failures)
        _read(clinics, library.own_theme, failures)
        _read(clinics, library.own_parts, failures)
        choices = list(self._choices(request, clinics))
        _refuse(DesignError, self._unknown(choices), failures)

        def chosen(what: str) -> list[str]:
            return [choice.name for choice in choices if choice.what == what]

        editions = self._gather("edition", chosen("edition"), library.edition, failures)
        others = [other for edition in editions.values() for other in edition.instead.values()]
        editions |= self._gather("edition", others, library.edition, failures)
        regions = self._gather("region", chosen("region"), library.region, failures)
        self._gather("language", chosen("language"), library.locale, failures)
        if begins and not failures:
            places = [set(chosen(what)) for what in ("edition", "theme", "region", "language")]
            self._begin(request, items, clinics, editions, places)
        handouts = self._gather("item", items, library.handout, failures)
        figures = {name for handout in handouts.values() for name in handout.figures}
        _read(sorted(figures), library.drawing, failures)
        words = [
            f for region in regions.values() for item in handouts for f in library.check_words(item, region)
        ]
        _refuse(ContentError, words, failures)
        if failures:
            raise together(failures)
        return _Desk(handouts, clinics, editions, regions)

    def _begin(
        self,
        request: Request,
        items: Sequence[str],
        clinics: Mapping[str, Clinic],
        editions: Mapping[str, Edition],
        places: Iterable[Collection[str]],
    ) -> None:
        """Have the one handout laid out that was asked for, or changed, while all else is still being read.

        What is wrong with it, or cannot be told yet, is told by who reads it in full.
        """
        changed = self.snapshot.changed if self.snapshot else frozenset()
        due = [item for item in items if len(items) == 1 or f"content/handouts/{item}.yaml" in changed]
        project = self.library.plan
        is_due = len(due) == len(clinics) == 1 and "pdf" in (request.formats or project.formats)
        if not isinstance(self.executor, Processes):
            return
        if not is_due:
            if self.executor.hands > 1:
                self.executor.submit(get_ready)
            return
        with suppress(PressError):
            shop = self._begun = self._workshop()
            if all(len(names) == 1 for names in places):  # of a page of any words; a booklet has others
                place = [name for (name,) in places]
                if len(items) == 1:  # else they were set with other handouts
                    shop.begin_slots(*due, *clinics, *place)
                shop.begin_styles(*clinics, *place)
            handouts = {item: self.library.handout(item) for item in due}
            for job in plan(request, project, handouts, clinics, editions):
                if job.format == "pdf":
                    shop.begin_pages(job)
                    return

    def _written(self) -> Iterator[_Choice]:
        """Give the names that bifolio.yaml itself writes down."""
        project = self.library.plan
        choices = (
            *self._planned("item", project.items),
            *self._planned("brand", project.brands),
            *self._planned("edition", project.editions),
            *self._planned("region", project.region),
            *self._planned("theme", project.theme),
            *self._planned("language", project.language),
        )
        yield from (choice for choice in choices if choice.span)

    def _planned(self, what: str, names: str | Sequence[str]) -> Iterator[_Choice]:
        """Give names of the plan, each at its place in bifolio.yaml where that says it."""
        if isinstance(names, str):
            yield _Choice(what, names, self.library.plan_span(what))
        else:
            for position, name in enumerate(names):
                yield _Choice(what, name, self.library.plan_span(f"{what}s", position))

    def _choices(self, request: Request, clinics: Mapping[str, Clinic]) -> Iterator[_Choice]:
        """Give what the jobs will be made with: as asked, else as the clinic has it, else as planned."""
        project = self.library.plan
        if request.language:
            yield from _named("language", request.language)
        else:
            yield from self._planned("language", project.language)
        for brand, clinic in clinics.items():
            for what, asked, own, planned in (
                ("edition", request.editions, clinic.edition, project.editions),
                ("region", request.region, clinic.region, project.region),
                ("theme", request.theme, clinic.theme, project.theme),
            ):
                if own and not asked:
                    yield _Choice(what, own, self.library.brand_span(brand, "defaults", "bifolio", what))
                elif asked:
                    yield from _named(what, asked)
                else:
                    yield from self._planned(what, planned)

    def _unknown(self, choices: Iterable[_Choice]) -> list[Diagnostic]:
        return [
            unknown(choice.what, choice.name, self.library.known(choice.what), choice.span)
            for choice in choices
            if choice.name not in self.library.known(choice.what)
        ]

    def _gather(
        self, what: str, names: Iterable[str], read: Callable[[str], T], failures: list[PressError]
    ) -> dict[str, T]:
        """Read each that is there; the names that are not have been told of."""
        known = self.library.known(what)
        return _read([name for name in dict.fromkeys(names) if name in known], read, failures)

    def rows(self, what: str) -> list[tuple[str, str]]:
        """Give the names of what there is, each with one line about it."""
        library = self.library
        sorts: dict[str, tuple[str, Callable[[str], str]]] = {
            "handouts": ("item", self._about),
            "brands": ("brand", self._about_brand),
            "editions": ("edition", lambda name: library.edition(name).summary),
            "regions": ("region", lambda name: library.region(name).name),
            "themes": ("theme", library.theme_summary),
            "languages": ("language", lambda name: library.locale(name).name),
        }
        sort, about = sorts[what]
        failures: list[PressError] = []
        found = _read(library.known(sort), about, failures)
        if failures:
            raise together(failures)
        return list(found.items())

    def _about(self, item: str) -> str:
        handout = self.library.handout(item)
        owner = self.library.owner(item)
        whose = f", of {self.library.brand(owner).name}" if owner else ""
        return f"{handout.title} ({handout.kind}, for {' and '.join(handout.audience)}{whose})"

    def _about_brand(self, brand: str) -> str:
        """Name a clinic, and what it has in the place of the library's, or beside it."""
        library = self.library
        own = library.own(brand)
        things = [
            "support lines" if own.lines else "",
            "type" if own.typeface.tokens else "",
            "a theme" if own.tokens else "",
            *sorted(own.parts),
            "an introduction" if own.intro else "",
            *(item for item in library.known("item") if library.owner(item) == brand),
        ]
        told = ", ".join(filter(None, things))
        return library.brand(brand).name + (f"; its own: {told}" if told else "")


_sites = count()
"""Each build has a site of its own: a worker that met one before would take the project to be as it was then."""


class Built(NamedTuple):
    """What a build did."""

    files: list[Path]
    warnings: list[Diagnostic]
    made: int
    """How many files were not found in the store but made."""
    faults: PressError | None = None
    """What is wrong with those that were asked for and are not among the files."""


@dataclass(frozen=True)
class _Desk:
    """What a request uses, read and found sound."""

    handouts: dict[str, Handout]
    clinics: dict[str, Clinic]
    editions: dict[str, Edition]
    regions: dict[str, Region]


class _Choice(NamedTuple):
    """One name that a build will use, and where it was written; nowhere for the command line."""

    what: str
    name: str
    span: Span | None = None


def _asked(request: Request) -> Iterator[_Choice]:
    yield from _named("item", request.items)
    yield from _named("brand", request.brands)
    yield from _named("edition", request.editions)
    yield from _named("region", request.region)
    yield from _named("theme", request.theme)
    yield from _named("language", request.language)


def _named(what: str, names: str | Sequence[str] | None) -> Iterator[_Choice]:
    for name in [names] if isinstance(names, str) else names or ():
        yield _Choice(what, name)


def _refuse(kind: type[PressError], findings: Sequence[Diagnostic], failures: list[PressError]) -> None:
    if findings:
        failures.append(kind(findings))


def read_tailoring(text: str, name: str) -> tuple[Tailoring, Tree]:
    """Read a tailoring from YAML text; findings call it `name`. The file itself is nobody's but the therapist's."""
    tree = parse(text, name)
    if tree.value is None:
        return Tailoring(), tree
    tailoring, findings = validate(Tailoring, tree, "tailor")
    if tailoring is None:
        raise ContentError(findings)
    return tailoring, tree


def _not_signed(by: str, on: str, error: ValidationError) -> Diagnostic:
    """Tell which of the two that an approval is signed with will not do."""
    if any(detail["loc"][:1] == ("on",) for detail in error.errors()):
        return Diagnostic("approval.bad-day", f'not a day: "{shorten(on)}"', help="write it as 2026-11-22")
    return Diagnostic(
        "approval.not-signed",
        f'"{shorten(by)}" does not say who approved it, and as what',
        help='give a name and a role, with a comma between: --by "Jo Example, clinical psychologist"',
    )


def _read(names: Iterable[str], read: Callable[[str], T], failures: list[PressError]) -> dict[str, T]:
    """Read each by name; keep what is wrong for later."""
    found: dict[str, T] = {}
    for name in names:
        try:
            found[name] = read(name)
        except PressError as failure:
            failures.append(failure)
    return found


def look_over(path: Path) -> list[Diagnostic]:
    """Verify one finished file; gives warnings, raises ProofError when something is wrong."""
    from bifolio.formats.verify_flow import verify_epub, verify_page
    from bifolio.formats.verify_pdf import verify

    try:
        body = path.read_bytes()
    except OSError as error:
        raise RequestError(
            Diagnostic("verify.missing-file", f'there is no file "{path}"', help="check the name")
        ) from error
    looks: dict[str, Callable[[bytes, str], list[Diagnostic]]] = {
        ".pdf": verify,
        ".epub": verify_epub,
        ".html": verify_page,
    }
    look = looks.get(path.suffix.lower())
    if look is None:
        raise RequestError(
            Diagnostic(
                "verify.unknown-format",
                f'"{path.name}" is no PDF, EPUB or web page by its name',
                help="give files that end in .pdf, .epub or .html",
            )
        )
    findings = look(body, str(path))
    if any(finding.is_error for finding in findings):
        raise ProofError(findings)
    return findings
