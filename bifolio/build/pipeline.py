"""Pipeline: THE MAIN PATH. One job goes through the stages in order and comes out as a verified file.

    load → validate → compose → render → ink → impose → verify

`Workshop` holds what jobs have in common, so that a handout is laid out once for all clinics and a
clinic's slots are set once for all handouts. Everything kept is addressed by what it was made from.
"""

from __future__ import annotations

import json
import math
import re
from base64 import b64encode
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import replace
from functools import cache, cached_property, lru_cache, partial
from importlib import import_module, metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakKeyDictionary, WeakSet

from markupsafe import Markup

from bifolio import __version__
from bifolio.branding.palette import (
    DEFAULT_SEED,
    NIGHT,
    PAPER,
    PAPER_SENTINEL,
    ROLES,
    SENTINELS,
    derive,
    derive_night,
)
from bifolio.branding.proof_sheet import Proof, in_grey, measured
from bifolio.build.jobs import Job
from bifolio.build.publish import Artefact
from bifolio.build.scheduler import Delivery, Rack
from bifolio.build.workers import SameProcess
from bifolio.compose.clinic_panel import ApprovalLine, ClinicCopy, qr
from bifolio.compose.composer import Composer
from bifolio.compose.design import Design
from bifolio.compose.slots import FITS
from bifolio.content.repository import Library
from bifolio.core.cache import Store, fingerprint
from bifolio.core.diagnostics import (
    ContentError,
    DesignError,
    Diagnostic,
    PressError,
    ProofError,
    Severity,
    shorten,
)
from bifolio.core.fingerprints import ENGINE, STORE, Snapshot
from bifolio.editorial.approval import Standing, state_of, wording
from bifolio.editorial.tailoring import tailor
from bifolio.formats import image as preview
from bifolio.formats import shelf
from bifolio.formats.paint import Paint
from bifolio.formats.shelf import Facts
from bifolio.formats.webfonts import Face, wrap
from bifolio.layout.pages import Work, lay_out_handout, lay_out_plate, lay_out_slots, read_styles
from bifolio.model.approval import Approval
from bifolio.model.brand import Brand
from bifolio.model.edition import Imposition
from bifolio.model.flow import Flow
from bifolio.model.handout import Handout
from bifolio.model.own import NOTHING
from bifolio.model.plate import LINES, SLOTS, Plate
from bifolio.model.tailoring import Tailoring

if TYPE_CHECKING:  # late: what finishes a file is loaded while its pages are laid out, see `get_ready`
    from bifolio.layout.fast_writer import PreparedPlate
    from bifolio.layout.ink import Inker, SlotSheet

T = TypeVar("T")

version = cache(metadata.version)  # which reads a file each time


class _Kept(Generic[T]):
    """Something kept or in the making; `take` waits for it, once."""

    def __init__(self, wait: Callable[[], T]) -> None:
        self.take = cache(wait)


class Workshop:
    """Makes the jobs of one project. Pages are laid out by `executor`, in this process or beside it."""

    def __init__(
        self,
        library: Library,
        store: Store,
        executor: Executor | None = None,
        snapshot: Snapshot | None = None,
    ) -> None:
        self.library = library
        self.store = store
        self.executor = executor or SameProcess()
        self.snapshot = snapshot
        """The project's files as they were before the library read them. With it a finished file is found by what
        it was made from, and neither composed nor inked again."""
        self.made = 0
        """Files that were not found but made."""
        self.remarks: dict[tuple[str | None, str], Diagnostic] = {}
        """What a compositor would say of the pages made so far."""
        self._sound: WeakSet[PreparedPlate] = WeakSet()
        """Plates, as they are cut, of which a file was verified whole, and nothing found."""
        self._sound_slots: WeakKeyDictionary[Inker, bool] = WeakKeyDictionary()
        """Whether a clinic's slots were verified by themselves, and nothing found."""
        self.composer = lru_cache(maxsize=32)(self._composer)
        self.note_composer = lru_cache(maxsize=8)(self._note_composer)
        self.galley = lru_cache(maxsize=32)(self._galley)
        self.plate = lru_cache(maxsize=32)(self._plate)
        self.inker = lru_cache(maxsize=8)(self._inker)
        self.flowing = lru_cache(maxsize=8)(self._flowing)
        self.coloured = lru_cache(maxsize=8)(self._coloured)
        self.faces = lru_cache(maxsize=8)(self._faces)
        self.palette_of = lru_cache(maxsize=8)(self._palette_of)
        self.ground = lru_cache(maxsize=8)(lambda job: self._cover_page(job, None))
        self.minutes = lru_cache(maxsize=32)(_minutes)

    def begin_slots(
        self, item: str, brand: str, edition: str, theme: str, region: str, language: str
    ) -> None:
        """Have a clinic's slots set; who makes a page with them later waits the less."""
        if (item, region, language) not in self.library.approvals(brand):  # its line is a slot, too
            self.inker(brand, edition, theme, region, language, None)

    def begin_styles(self, brand: str, edition: str, theme: str, region: str, language: str) -> None:
        """Have the styles read that all pages of a design share; who lays one out later waits the less."""
        composer = self.composer(edition, theme, region, language, self._own(brand))
        self.executor.submit(read_styles, composer.stylesheet.page(), self._fonts)

    def begin_pages(self, job: Job) -> None:
        """Have the pages of a job laid out; who makes it later waits the less."""
        self.plate(self._galley_of(job), f"{job.item}.{job.edition}")

    def produce(self, job: Job, handout: Handout | None = None) -> Artefact:
        """Make one file: compose, render, ink, impose, verify. Raises PressError with all that is wrong.

        `handout` is what to make as PDF where the library has none of the job's name.
        """
        if handout:
            return self._pdf(job, handout)
        if self.snapshot is None:
            return self._made_new(job)
        mark, files = self._mark(job, self.snapshot)
        if kept := self.store.find(mark):
            artefact, remarks = _unpacked(job, kept)
            self.remarks |= remarks
            return artefact
        before, self.remarks = self.remarks, {}
        try:
            artefact = self._made_new(job)
            is_placed = any(remark.span for remark in self.remarks.values())  # in a file that may move
            as_looked_at = self.snapshot.holds(files)  # else it is made of what somebody wrote meanwhile
            if as_looked_at and not is_placed:
                self.store.keep(mark, packed(artefact, [remark.as_row() for remark in self.remarks.values()]))
        finally:
            self.remarks = before | self.remarks
        return artefact

    def _made_new(self, job: Job) -> Artefact:
        self.made += 1
        makers: dict[str, Callable[[Job], Artefact]] = {
            "pdf": self._pdf,
            "epub": self._epub,
            "html": self._html,
            "png": self._first_page,
            "cover": self._cover,
        }
        return makers[job.format](job)

    def mark(self, job: Job) -> str | None:
        """Give the fingerprint of all that a job's file is made from; none where nobody looked at the files."""
        return self._mark(job, self.snapshot)[0] if self.snapshot else None

    def _mark(self, job: Job, snapshot: Snapshot) -> tuple[str, tuple[str, ...]]:
        said, files = self.library.made_from(job, snapshot)
        return fingerprint("file", self._press_mark, said), files

    def deliver(self, jobs: Iterable[Job], rack: Rack) -> Delivery:
        """Make the jobs of a batch and lay the files on the rack; what goes wrong with one stops no other."""
        before, made = self.remarks, self.made
        artefacts, failures = [], []
        remarks: dict[tuple[str | None, str], Diagnostic] = {}
        said: dict[str, list[list[str | None]] | None] = {}
        try:
            for job in jobs:
                self.remarks = {}
                try:
                    artefacts.append(rack.put(self.produce(job)))
                    told = self.remarks.values()
                    said[job.path] = None if any(r.span for r in told) else [r.as_row() for r in told]
                except PressError as failure:
                    failures.append(failure)
                remarks |= self.remarks
            return Delivery(tuple(artefacts), remarks, tuple(failures), self.made - made, said)
        finally:
            self.remarks = before

    def tailored(self, job: Job, tailoring: Tailoring) -> bytes:
        """Make one person's copy of a handout. The store of this workshop should be one that keeps nothing."""
        handout = self.library.open_handout(job.item)
        labels = self.library.locale(job.language).labels
        copy = tailor(handout, tailoring, labels)
        if unknown := self.library.check_words(job.item, self.library.region(job.region)):
            raise ContentError(unknown)
        galley = self._composed(copy, *self.place(job))
        return self._printed(job, galley, tailored=copy != handout.saying())[0]

    def proof_sheet(self, job: Job, handout: Handout) -> Artefact:
        """Make the proof sheet of a brand: laid out once to be looked at in grey, and again with those pictures."""
        library = self.library
        brand = library.brand(job.brand)
        proof = measured(brand.color.given, brand.color.seed or DEFAULT_SEED)
        first = self._printed(job, self._composed(handout, *self.place(job), proof))[0]
        shown = replace(proof, greys=in_grey(first))
        return self._pdf(job, handout, shown)

    def _pdf(self, job: Job, handout: Handout | None = None, proof: Proof | None = None) -> Artefact:
        galley = self._composed(handout, *self.place(job), proof) if handout else self._galley_of(job)
        pdf, plate, inker = self._printed(job, galley)
        made_from = (galley, repr(sorted(inker.clinic.palette.items())), inker.clinic.sheet.pdf)
        return Artefact(job.path, pdf, self._facts(job, *made_from, handout=handout, pages=plate.pages))

    def _printed(self, job: Job, galley: str, *, tailored: bool = False) -> tuple[bytes, Plate, Inker]:
        from bifolio.formats.verify_pdf import verify, verify_inked
        from bifolio.layout.impose import misfit

        plate, inker = self._plate_and_inker(job, galley, tailored=tailored)
        self.remarks |= {(r.where, r.message): r for r in plate.remarks}
        pdf = inker.ink(plate)
        edition = self.library.edition(job.edition)
        size, bleed = (edition.trim_width_mm, edition.trim_height_mm), edition.bleed_mm
        if form := edition.imposition:
            if misfits := misfit(form, plate.pages, f"{job.item}.{job.edition}"):
                raise ProofError(misfits)
            if job.is_imposed:
                size, bleed = (form.sheet_width_mm, form.sheet_height_mm), 0
                pdf = self._imposed(job, pdf, plate.pages, form)
        prepared = inker.prepare(plate)
        is_plain = not (bleed or job.is_imposed)
        if is_plain and prepared in self._sound and self._has_sound_slots(inker):
            findings = verify_inked(pdf, job.path, plate.pages)
        else:
            findings = verify(pdf, job.path, size, bleed)
            if is_plain and not findings:
                self._sound.add(prepared)
        self._proved(findings)
        return pdf, plate, inker

    def _has_sound_slots(self, inker: Inker) -> bool:
        """Tell whether nothing is wrong with a clinic's slots; they are looked at once."""
        from bifolio.formats.verify_pdf import verify_slots

        if inker not in self._sound_slots:
            self._sound_slots[inker] = not verify_slots(inker.clinic.sheet.pdf, inker.clinic.links)
        return self._sound_slots[inker]

    def sight(self, job: Job) -> bytes:
        """Give the PDF of a job for one look on a screen: not verified, and not to be handed to anyone."""
        plate, inker = self._plate_and_inker(job, self._galley_of(job))
        return inker.ink(plate)

    def _plate_and_inker(self, job: Job, galley: str, *, tailored: bool = False) -> tuple[Plate, Inker]:
        layout = self.plate(galley, f"{job.item}.{job.edition}")  # both are laid out meanwhile
        approval = self._approval_line(job, tailored=tailored)
        slots = self.inker(job.brand, job.edition, job.theme, job.region, job.language, approval)
        self.palette(self.library.brand(job.brand))  # derived while they are
        get_ready()
        return layout.take(), slots.take()

    def _galley_of(self, job: Job) -> str:
        return self.galley(job.item, *self.place(job))

    def _proved(self, findings: list[Diagnostic]) -> None:
        """Raise what is wrong with a finished file; keep what is only odd."""
        if any(finding.is_error for finding in findings):
            raise ProofError(findings)
        self.remarks |= {(f.where, f.message): f for f in findings}

    # -- what flows ------------------------------------------------------------------------------

    def _epub(self, job: Job) -> Artefact:
        from bifolio.formats import epub
        from bifolio.formats.verify_flow import verify_epub

        galley = self._galley_of(job)
        layout = self.plate(galley, f"{job.item}.{job.edition}")
        words = self._cover_sheet(job)
        flow, paint, copy = self._flow(job, on_web=False)
        handout, brand = self.library.handout(job.item), self.library.brand(job.brand)
        composer = self.composer(*self.place(job))
        home = brand.clinic.shelf
        form_at = f"{home.rstrip('/')}/index.html#{job.item}" if home and flow.is_filled_in else None
        edition = self.library.edition(job.edition)
        book = epub.Book(
            clinic=copy.name,
            identifier=f"bifolio:{job.brand}/{job.language}/{job.region}/{job.item}",
            written=handout.review.written.isoformat(),
            source=f"{flow.title}, {edition.name}, {handout.version}",
            openings=layout.take().openings,
            cover=self._cover_picture(words, job, "JPEG"),
            form_at=form_at,
            form_code=qr(form_at) if form_at else None,
        )
        body = epub.render(
            flow, paint, self.faces(job.brand), book, composer.stylesheet.frame("epub"), composer.document
        )
        self._proved(verify_epub(body, job.path))
        return Artefact(job.path, body, self._facts(job, repr(flow), repr(paint), repr(book)))

    def _html(self, job: Job) -> Artefact:
        from bifolio.formats import web
        from bifolio.formats.verify_flow import verify_page

        flow, paint, copy = self._flow(job, on_web=True)
        composer = self.composer(*self.place(job))
        body = web.render(
            flow, paint, self.faces(job.brand), copy.name, composer.stylesheet.frame("web"), composer.document
        )
        self._proved(verify_page(body, job.path))
        return Artefact(job.path, body, self._facts(job, repr(flow), repr(paint)))

    def _flow(self, job: Job, *, on_web: bool) -> tuple[Flow, Paint, ClinicCopy]:
        library = self.library
        handout, brand = library.handout(job.item), library.brand(job.brand)
        if unknown := library.check_words(job.item, library.region(job.region)):
            raise ContentError(unknown)
        composer = self.flowing(*self.place(job))
        paint = self.paint(brand)
        copy = self._flowing_copy(job, composer, paint, self._approval_line(job))
        drawings = {name: library.drawing(name) for name in handout.figures}
        slots = composer.slots(copy, {}, flowing=True)
        return (
            composer.flow(handout, library.evidence, drawings, slots, copy, on_web=on_web),
            paint,
            copy,
        )

    def _flowing_copy(
        self, job: Job, composer: Composer, paint: Paint, approval: ApprovalLine | None = None
    ) -> ClinicCopy:
        """Give what a brand's places say on a screen, its logos in the colours of the day and of the night."""
        brand = self.library.brand(job.brand)
        logo = self.library.logo(job.brand, brand, paint.day["deep"])
        dark_logo = self.library.dark_logo(job.brand, brand, paint.night["deep"])
        country = self.library.country(job.brand, job.region)
        return composer.clinic_copy(brand, logo, approval, dark_logo, country)

    def _flowing(self, edition: str, theme: str, region: str, language: str, own: str) -> Composer:
        """Give a composer in whose drawings the paper, too, is a role."""
        plain = self.composer(edition, theme, region, language, own)
        return plain.in_colours({**SENTINELS, "paper": PAPER_SENTINEL})

    def _coloured(
        self, brand: str, edition: str, theme: str, region: str, language: str, own: str
    ) -> Composer:
        """Give a composer in the colours of a clinic."""
        plain = self.composer(edition, theme, region, language, own)
        return plain.in_colours(self.palette(self.library.brand(brand)))

    def paint(self, brand: Brand) -> Paint:
        """Give the colours of a brand on light screens and on dark ones."""
        return Paint({"paper": PAPER, **self.palette(brand)}, self.palette(brand, derive_night))

    def _faces(self, brand: str) -> tuple[Face, ...]:
        """Give the fonts that a clinic may use on screens: the project's, and its own."""
        own = self.library.typeface(brand).faces if brand in self.library.brand_ids else ()
        ours = [self._wrapped(path.read_bytes()) for path in sorted(self._fonts.glob("*.ttf"))]
        theirs = [
            replace(self._wrapped(face.body), family=face.family, weight=face.weight)
            for face in own
            if face.style == "normal"
        ]
        return (*ours, *theirs)

    def _wrapped(self, font: bytes) -> Face:
        """Wrap a font for screens; once."""
        mark = fingerprint("face", self._press_mark, font)
        return Face.from_bytes(self.store.find(mark) or self.store.keep(mark, wrap(font).to_bytes()))

    # -- the shelf -------------------------------------------------------------------------------

    def shelves(
        self, made: Sequence[Artefact], standing: Mapping[str, Facts], folder: Path, asked: Collection[str]
    ) -> list[Artefact]:
        """Give the shelf of each clinic and language of whose files one was made: all that then stands there.

        `asked` are the paths of all that was asked for; a shelf is where web pages are among them.
        """
        new = {artefact.path: artefact for artefact in made}
        files = {
            **standing,
            **{a.path: {**a.facts, "bytes": a.size} for a in made},
        }
        shown = shelf.places({path: facts for path, facts in files.items() if path in asked})
        return [self._shelf(files, new, folder, place, asked) for place in shown]

    def _shelf(
        self,
        files: Mapping[str, Facts],
        new: Mapping[str, Artefact],
        folder: Path,
        place: str,
        asked: Collection[str],
    ) -> Artefact:
        from bifolio.formats import web
        from bifolio.formats.verify_flow import verify_page

        job = next(
            Job(**{name: facts[name] for name in _JOB_FIELDS}, format="html")
            for path, facts in sorted(files.items())
            if path in asked and facts.get("format") == "html" and path.startswith(f"{place}/")
        )
        stock = shelf.items(files, place, lambda name: self.library.edition(name).name)
        drawn = {}
        for item in stock:
            if item.first_pdf:
                path = f"{place}/{item.first_pdf}"
                pdf = new[path].body if path in new else (folder / path).read_bytes()
                drawn[item.id] = self._picture(pdf)
            elif any(path.startswith(f"{place}/{item.id}.") for path in asked):
                picture = self._first_page(replace(job, item=item.id, format="png")).body
                drawn[item.id] = _Kept(partial(bytes, picture))
        pictures = {own: kept.take() for own, kept in drawn.items()}
        shown = {
            "groups": shelf.groups(stock),
            "pictures": {
                own: "data:image/png;base64," + b64encode(png).decode() for own, png in pictures.items()
            },
            "heights": {
                own: 240 * size[1] // size[0]
                for own, size in ((o, preview.size(p)) for o, p in pictures.items())
            },
        }
        composer = self.flowing(*self.place(job))
        brand = self.library.brand(job.brand)
        paint = self.paint(brand)
        copy = self._flowing_copy(job, composer, paint)
        flow = composer.shelf(shown, composer.slots(copy, {}, flowing=True), copy)
        body = web.render(
            flow, paint, self.faces(job.brand), copy.name, composer.stylesheet.frame("web"), composer.document
        )
        path = f"{place}/index.html"
        self._proved(verify_page(body, path, [file.name for item in stock for file in item.files]))
        facts = {"brand": job.brand, "language": job.language, "format": "shelf"}
        return Artefact(path, body, {**facts, "inputs": fingerprint(self._press_mark, body)})

    def _picture(self, pdf: bytes) -> _Kept[bytes]:
        """Draw the first page of a file: a file of its own, and on the shelf."""
        mark = fingerprint("picture", self._press_mark, version("pypdfium2"), version("Pillow"), pdf)
        if body := self.store.find(mark):
            return _Kept(lambda: body)
        work = self.executor.submit(preview.first_page, pdf)
        return _Kept(lambda: self.store.keep(mark, work.result()))

    # -- pictures --------------------------------------------------------------------------------

    def _first_page(self, job: Job) -> Artefact:
        galley = self._galley_of(job)
        plate, inker = self._plate_and_inker(job, galley)
        return Artefact(job.path, self._picture(inker.ink(plate)).take(), self._facts(job, galley))

    def _cover(self, job: Job) -> Artefact:
        picture = self._cover_picture(self._cover_sheet(job), job, "PNG")
        return Artefact(job.path, picture, self._facts(job, picture))

    def _cover_sheet(self, job: Job) -> _Kept[bytes]:
        return self._cover_page(job, self.library.handout(job.item))

    def _cover_page(self, job: Job, handout: Handout | None) -> _Kept[bytes]:
        """Set the words of a cover, or without a handout its ground; each once."""
        composer = self.coloured(job.brand, *self.place(job))
        html = composer.sheets.cover(handout, self.library.brand(job.brand).name)
        mark = fingerprint("cover", self._press_mark, html)
        if body := self.store.find(mark):
            return _Kept(lambda: body)
        where = f"{job.item}, cover" if handout else f"cover of {job.brand}"
        work = self.executor.submit(lay_out_slots, html, self._fonts, where)

        def finished() -> bytes:
            head, _, pdf = self._made(work)[0].partition(b"\n")
            if handout and head.split()[1:]:
                raise DesignError(self._does_not_fit(handout.title, where))
            return self.store.keep(mark, pdf)

        return _Kept(finished)

    def _cover_picture(self, words: _Kept[bytes], job: Job, form: str) -> bytes:
        ground = self.ground(replace(job, item=""))
        return preview.cover(ground.take(), words.take(), form)

    # -- compose ---------------------------------------------------------------------------------

    def place(self, job: Job) -> tuple[str, str, str, str, str]:
        """Give what chooses a composer: all of a job that has a say in its layout."""
        return job.edition, job.theme, job.region, job.language, self._own(job.brand)

    def _own(self, brand: str) -> str:
        """Name the brand where it has a say in the layout, by something of its own; else nobody."""
        return brand if self.library.own(brand) != NOTHING else ""

    def _composer(self, edition: str, theme: str, region: str, language: str, own: str = "") -> Composer:
        library = self.library
        design = Design(
            templates=library.templates,
            styles=library.styles,
            edition=library.edition(edition),
            theme=library.theme(theme),
            compiled=ENGINE / STORE / "templates",  # not the project's: what is compiled is code
        )
        plain = library.locale(language), library.region(region)
        if not own:
            return Composer(design, *plain)
        return Composer(design, *plain, own=library.own(own))

    def _galley(self, item: str, edition: str, theme: str, region: str, language: str, own: str = "") -> str:
        if unknown := self.library.check_words(item, self.library.region(region)):
            raise ContentError(unknown)
        return self._composed(self.library.handout(item), edition, theme, region, language, own)

    def _composed(
        self,
        handout: Handout,
        edition: str,
        theme: str,
        region: str,
        language: str,
        own: str = "",
        proof: Proof | None = None,
    ) -> str:
        library = self.library
        drawings = {name: library.drawing(name) for name in handout.figures}
        composer = self.composer(edition, theme, region, language, own)
        return composer.handout(handout, library.evidence, drawings, proof=proof)

    # -- approval --------------------------------------------------------------------------------

    def wording(self, item: str, brand: str, region: str, language: str) -> str:
        """Give the exact text that an approval of a handout is bound to; looks have no say in it."""
        editions, themes = self.library.edition_ids, self.library.theme_ids
        galley = self.galley(item, editions[0], themes[0], region, language, self._own(brand))
        return wording(galley, self.library.handout(item).cites, self.library.evidence)

    def standing(self, item: str, brand: str, region: str, language: str) -> Standing:
        """Tell whether a brand's clinician has approved what a handout says now."""
        approval = self.library.approvals(brand).get((item, region, language))
        if approval is None:
            return Standing(item, brand, region, language, "draft")
        text = self.wording(item, brand, region, language)
        state = state_of(approval, text, self.library.approved_wording(brand, approval))
        return Standing(item, brand, region, language, state, approval)

    def _approval_line(self, job: Job, *, tailored: bool = False) -> ApprovalLine | None:
        """Give what an approval that holds puts on the page; one that does not hold is a remark."""
        if job.item not in self.library.handout_paths:  # a proof or an evidence sheet
            return self.composer(*self.place(job)).own_line()
        standing = self.standing(job.item, job.brand, job.region, job.language)
        if standing.approval is None:
            return None
        if standing.state == "stale":
            finding = self.stale(standing.brand, standing.approval)
            self.remarks[str(finding.span), finding.message] = finding
            return None
        composer = self.composer(*self.place(job))
        return composer.approval_line(standing.approval.by, standing.approval.on, tailored=tailored)

    def stale(self, brand: str, approval: Approval) -> Diagnostic:
        """Tell that a text has changed since it was approved."""
        return Diagnostic(
            "approval.stale",
            f'"{approval.item}" has changed since {approval.by} approved it on {approval.on}; '
            "its pages say that it is a draft",
            self.library.approval_span(brand, approval),
            help=f"let a clinician read it again, then: python build.py approve {approval.item} --brand {brand}",
            severity=Severity.WARNING,
        )

    # -- render ----------------------------------------------------------------------------------

    def _plate(self, galley: str, where: str) -> _Kept[Plate]:
        mark = fingerprint("plate", self._press_mark, galley)
        if body := self.store.find(mark):
            return _Kept(lambda: Plate.from_bytes(body))
        work = self.executor.submit(lay_out_plate, galley, self._fonts, where)

        def finished() -> Plate:
            from bifolio.layout.plate import finish

            made, remarks = self._made(work)
            head, _, pdf = made.partition(b"\n")
            plate, findings = finish(pdf, where)
            self._refuse(findings)
            plate = replace(plate, openings=tuple(json.loads(head)), remarks=remarks)
            self.store.keep(mark, plate.to_bytes())
            return plate

        return _Kept(finished)

    def _made(self, work: Future[Work]) -> Work:
        """Wait for work of the layout engine; raise what is wrong with it, give its warnings."""
        body, findings = work.result()
        self._refuse([finding for finding in findings if finding.is_error])
        return body, findings

    def _refuse(self, findings: tuple[Diagnostic, ...] | list[Diagnostic]) -> None:
        """Raise what rendering found, at the author's line where the fault lies in the words."""
        if not findings:
            return
        placed = [self._placed(finding) for finding in findings]
        if any(finding.code == "render.missing-glyph" for finding in placed):
            raise ContentError(_one_a_line(dict.fromkeys(placed)))
        if all(finding.code == "render.cut-text" for finding in placed):
            raise ProofError(placed)
        raise DesignError(placed)

    def _placed(self, finding: Diagnostic) -> Diagnostic:
        """Give a finding about words or a style the place where an author or designer wrote them."""
        where = finding.where or ""
        if finding.code == "render.missing-glyph":
            letter = re.search(r'"(.)"', finding.message)
            span = self.library.place_of(letter[1], where) if letter else None
            return replace(
                finding, span=span, help="use another sign, or words", where=None if span else finding.where
            )
        if finding.code == "render.cut-text":
            words = re.search(r'"(.+?)…?" runs', finding.message)
            # Two or three letters stand in too many places to say which.
            span = self.library.place_of(words[1], where) if words and len(words[1]) > 3 else None
            if span:
                return replace(finding, message=f"{where}, {finding.message}", span=span)
        if finding.code == "render.warning" and (style := re.match(r"Ignored `(.+)` at ", finding.message)):
            span = self.library.style_place_of(style[1])
            return replace(finding, message=re.sub(r" at \d+:\d+", "", finding.message), span=span)
        return finding

    # -- ink -------------------------------------------------------------------------------------

    def _inker(
        self,
        brand_id: str,
        edition: str,
        theme: str,
        region: str,
        language: str,
        approval: ApprovalLine | None = None,
    ) -> _Kept[Inker]:
        brand = self.library.brand(brand_id)
        composer = self.composer(edition, theme, region, language, self._own(brand_id))
        copy = self.clinic_copy(brand_id, brand, composer, approval)
        where = f"brand {brand_id}"
        sheet = self.slot_sheet(composer, copy, where)

        def mixed() -> Inker:
            from bifolio.layout.ink import Ink, Inker

            made = sheet.take()
            said = copy.with_breaks(made.broken)
            if said.below and made.fits.get("clinic") == FITS - 1:
                self.remarks[where, "clinic"] = _left_out(said.below, where)
            return Inker(
                Ink(
                    palette=self.palette(brand),
                    sheet=made,
                    name=said.name,
                    alts={slot: said.alt(slot) for slot in SLOTS},
                    links=tuple(said.link(number) for number in range(1, LINES + 1)),
                    link_words=tuple(said.alt(f"line-{number}") for number in range(1, LINES + 1)),
                )
            )

        return _Kept(mixed)

    def palette(self, brand: Brand, of: Callable[[str], dict[str, str]] = derive) -> dict[str, str]:
        """Give the role colours of a brand, by day or `of` the night; derived once for each colour."""
        return self.palette_of(brand.color.seed or DEFAULT_SEED, of)

    def _palette_of(self, seed: str, of: Callable[[str], dict[str, str]] = derive) -> dict[str, str]:
        mark = fingerprint("palette", of.__name__, seed, repr(ROLES), repr(NIGHT), version("coloraide"))
        kept = self.store.find(mark) or self.store.keep(mark, json.dumps(of(seed)).encode())
        return dict(json.loads(kept))

    def clinic_copy(
        self, brand_id: str, brand: Brand, composer: Composer, approval: ApprovalLine | None = None
    ) -> ClinicCopy:
        """Give what a brand's slots say, its logo cleaned and in the sentinel of its colour."""
        logo = self.library.logo(brand_id, brand, composer.palette["deep"])
        country = self.library.country(brand_id, composer.region.id)
        return composer.clinic_copy(brand, logo, approval, country=country)

    def slot_sheet(self, composer: Composer, copy: ClinicCopy, where: str) -> _Kept[SlotSheet]:
        """Set a clinic's slots, each as large as its words allow."""
        first = self._begin_slots(composer.slots(copy, {}), composer, where)

        def fitted() -> SlotSheet:
            from bifolio.layout.ink import SlotSheet

            fits: dict[str, int] = {}
            broken: tuple[int, ...] = ()
            names, sheet = first
            while True:
                said = copy.with_breaks(broken)
                head, _, pdf = sheet.take().partition(b"\n")
                pages, *overfull = map(int, head.split())
                assert pages == len(names), "each slot has one page of the sheet"
                full = [names[number] for number in overfull]
                if not full:
                    return SlotSheet(pdf, {name: at for at, name in enumerate(names)}, fits, broken)
                larger = [name for name in full if fits.get(name, 0) + 1 < FITS]
                lines = [number for number in range(1, len(said.lines) + 1) if f"line-{number}" in full]
                if larger:
                    fits |= {name: fits.get(name, 0) + 1 for name in larger}
                elif at := next((number for number in lines if said.broken(number)), None):
                    broken = (*broken, at)
                    fits = {name: fit for name, fit in fits.items() if not name.startswith("line-")}
                else:
                    raise DesignError(self._do_not_fit(said, full, where))
                slots = composer.slots(copy.with_breaks(broken), fits)
                names, sheet = self._begin_slots(slots, composer, where)

        return _Kept(fitted)

    def _begin_slots(
        self, slots: Mapping[str, Markup], composer: Composer, where: str
    ) -> tuple[tuple[str, ...], _Kept[bytes]]:
        html = composer.sheets.slot_sheet(slots)
        mark = fingerprint("slots", self._press_mark, html)
        if body := self.store.find(mark):
            return tuple(slots), _Kept(lambda: body)
        work = self.executor.submit(lay_out_slots, html, self._fonts, where)
        return tuple(slots), _Kept(lambda: self.store.keep(mark, self._made(work)[0]))

    def _do_not_fit(self, copy: ClinicCopy, slots: Sequence[str], where: str) -> Iterable[Diagnostic]:
        for words in dict.fromkeys(copy.longest_words(slot) for slot in slots):
            is_line = any(line.said == words for line in copy.lines)
            cure = "shorten it in _brand.yml" + (
                ", or take out another line of contact, for it to take two" * is_line
            )
            yield self._does_not_fit(words, where, cure)

    def _does_not_fit(self, words: str, where: str, cure: str = "shorten it in _brand.yml") -> Diagnostic:
        return Diagnostic(
            "brand.too-long",
            f'"{shorten(words)}" does not fit its place, even set small',
            self.library.place_of(words, where),
            where=where,
            help=cure,
        )

    # -- impose ----------------------------------------------------------------------------------

    def _imposed(self, job: Job, pdf: bytes, pages: int, form: Imposition) -> bytes:
        """Put the pages of a finished PDF onto sheets, behind a note for the person at the printer."""
        from bifolio.layout.impose import impose, sheets

        handout = self.library.handout(job.item)
        has_back = handout.kind == "booklet"
        sides = 2 * len(sheets(form, pages, has_back=has_back))
        composer = self.note_composer(job.edition, job.theme, job.region, job.language)
        galley = composer.sheets.printer_note(handout, form, sides)
        mark = fingerprint("note", self._press_mark, galley)
        note = self.store.find(mark)
        if note is None:
            work = self.executor.submit(
                lay_out_handout, galley, self._fonts, f"{job.item}.{job.edition}.print", "pdf/ua-1"
            )
            note = self.store.keep(mark, self._made(work)[0])
        return impose(pdf, form, note, has_back=has_back)

    def _note_composer(self, edition: str, theme: str, region: str, language: str) -> Composer:
        """Give a composer for the sheets of an edition, in grey: the note is nobody's handout."""
        plain = self.composer(edition, theme, region, language)
        form = self.library.edition(edition).imposition
        assert form is not None, "only an edition with sheets has a note for the printer"
        return Composer(
            replace(plain.design, edition=form.sheet), plain.locale, plain.region, self.palette_of(GREY)
        )

    # -- what it was made from -------------------------------------------------------------------

    @property
    def _fonts(self) -> Path:
        return self.library.styles / "fonts"

    @cached_property
    def _press_mark(self) -> str:
        """Name the engine: a plate made by another one is another plate."""
        fonts = sorted(self._fonts.glob("*.ttf"))
        code = sorted(Path(__file__).parents[1].rglob("layout/**/*.py"))
        bodies = [path.read_bytes() for path in (*fonts, *code)]
        return fingerprint(*(f"{name} {number}" for name, number in engine().items()), *bodies)

    def _told_of(self, job: Job, handout: Handout | None) -> dict[str, object]:
        """Give what a shelf says of an item, and how long a reader needs for it."""
        galley = self._composed(handout, *self.place(job)) if handout else self._galley_of(job)
        told = self.composer(*self.place(job)).metadata(handout or self.library.handout(job.item))
        return {**told, "minutes": self.minutes(galley)}

    def _facts(
        self, job: Job, *made_from: str | bytes, handout: Handout | None = None, **more: object
    ) -> dict[str, object]:
        return {
            "item": job.item,
            "brand": job.brand,
            "edition": job.edition,
            "format": job.format,
            "theme": job.theme,
            "region": job.region,
            "language": job.language,
            "inputs": fingerprint(self._press_mark, *made_from),
            **self._told_of(job, handout),
            **more,
        }


def get_ready() -> None:
    """Load what finishes a file: a quarter of all libraries, in the time that its pages take to be laid out."""
    for name in (
        "bifolio.layout.impose",
        "bifolio.layout.ink",
        "bifolio.layout.plate",
        "bifolio.formats.verify_pdf",
        "pypdfium2",
    ):
        import_module(name)


def packed(artefact: Artefact, said: Sequence[Any]) -> bytes:
    """Pack a finished file for the store, with the rows of what was said of it."""
    return json.dumps([artefact.facts, said]).encode() + b"\n" + artefact.body


def _unpacked(job: Job, kept: bytes) -> tuple[Artefact, dict[tuple[str | None, str], Diagnostic]]:
    head, _, body = kept.partition(b"\n")
    facts, said = json.loads(head)
    remarks = [Diagnostic.of_row(row) for row in said]
    return Artefact(job.path, body, facts), {(r.where, r.message): r for r in remarks}


_JOB_FIELDS = ("item", "edition", "theme", "region", "language", "brand")
_READ_IN_A_MINUTE = 180
"""Words. A calm reader has 200 or more; who is tired, or reads in a second language, has fewer."""

_MARKUP = re.compile(r"<style>.*?</style>|<svg.*?</svg>|<[^>]*>", re.DOTALL)


def _minutes(galley: str) -> int:
    return math.ceil(len(_MARKUP.sub(" ", galley).split()) / _READ_IN_A_MINUTE)


def _one_a_line(findings: Iterable[Diagnostic]) -> Iterable[Diagnostic]:
    """Tell once of all letters of one line that no font has: a name in another script has a dozen."""
    of_line: dict[tuple[str, int] | int, list[Diagnostic]] = {}
    for number, finding in enumerate(sorted(findings, key=lambda finding: finding.sort_key)):
        span = finding.span if finding.code == "render.missing-glyph" else None
        of_line.setdefault((span.source.name, span.line) if span else -number - 1, []).append(finding)
    for first, *more in of_line.values():
        others = f", nor for {len(more)} more of this line" if more else ""
        yield replace(first, message=first.message + others)


def _left_out(words: str, where: str) -> Diagnostic:
    return Diagnostic(
        "brand.no-room",
        f'"{shorten(words)}" is not printed: there is no room for it below the name',
        where=where,
        help="shorten it, or the name, in _brand.yml",
        severity=Severity.WARNING,
    )


GREY = "#808080"


def engine() -> dict[str, str]:
    """Name the versions of all that has a say in the bytes of a file."""
    packages = (
        "weasyprint",
        "pydyf",
        "fonttools",
        "pikepdf",
        "Jinja2",
        "markdown-it-py",
        "phonenumberslite",
        "resvg_py",
        "skia-pathops",
    )
    return {"bifolio": __version__, **{name: version(name) for name in packages}}
