"""Pipeline: THE MAIN PATH. One job goes through the stages in order and comes out as a verified file.

    load → validate → compose → render → ink → verify

`Workshop` holds what jobs have in common, so that a handout is laid out once for all clinics and a
clinic's slots are set once for all handouts. Everything kept is addressed by what it was made from.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from importlib.metadata import version
from pathlib import Path

from bifolio import __version__
from bifolio.compose import CLINIC_NAME, FITS, LINES, SLOTS, ClinicCopy, Composer, Design, slot_colour
from bifolio.diagnostics import ContentError, DesignError, Diagnostic, ProofError, shorten
from bifolio.ink import Ink, Inker, SlotSheet, sentinel_pattern
from bifolio.library import Library
from bifolio.model.brand import Brand
from bifolio.model.plate import Plate
from bifolio.palette import SENTINELS, derive
from bifolio.plan import Job
from bifolio.press import Store
from bifolio.publish import Artefact
from bifolio.verify import verify


class Workshop:
    """Makes the jobs of one project."""

    def __init__(self, library: Library, store: Store) -> None:
        self.library = library
        self.store = store
        self.composer = lru_cache(maxsize=32)(self._composer)
        self.galley = lru_cache(maxsize=32)(self._galley)
        self.plate = lru_cache(maxsize=32)(self._plate)
        self.inker = lru_cache(maxsize=8)(self._inker)

    def produce(self, job: Job) -> Artefact:
        """Make one file: compose, render, ink, verify. Raises PressError with all that is wrong."""
        galley = self.galley(job.item, job.edition, job.theme, job.region, job.language)
        plate = self.plate(galley, f"{job.item}.{job.edition}")
        inker = self.inker(job.brand, job.edition, job.theme, job.region, job.language)
        pdf = inker.ink(plate)
        edition = self.library.edition(job.edition)
        trim = (edition.trim_width_mm, edition.trim_height_mm)
        if findings := verify(pdf, job.path, trim):
            raise ProofError(findings)
        return Artefact(job.path, pdf, self._facts(job, galley, plate, inker))

    # -- compose ---------------------------------------------------------------------------------

    def _composer(self, edition: str, theme: str, region: str, language: str) -> Composer:
        library = self.library
        design = Design(
            templates=library.templates,
            styles=library.styles,
            edition=library.edition(edition),
            theme=library.theme(theme),
        )
        return Composer(design, library.locale(language), library.region(region))

    def _galley(self, item: str, edition: str, theme: str, region: str, language: str) -> str:
        library = self.library
        handout = library.handout(item)
        if unknown := library.check_words(item, library.region(region)):
            raise ContentError(unknown)
        drawings = {name: library.drawing(name) for name in handout.figures}
        composer = self.composer(edition, theme, region, language)
        return composer.handout(handout, library.evidence, drawings)

    # -- render ----------------------------------------------------------------------------------

    def _plate(self, galley: str, where: str) -> Plate:
        kept = self.store.keep(
            fingerprint("plate", self._press_mark, galley),
            lambda: self._lay_out(galley, where).to_bytes(),
        )
        return Plate.from_bytes(kept)

    def _lay_out(self, galley: str, where: str) -> Plate:
        from bifolio.render.pdf import render
        from bifolio.render.plate import finish

        rendered = render(galley, self.library.styles / "fonts", where)
        self._refuse(rendered.findings)
        markers = {slot_colour(slot): slot for slot in SLOTS}
        plate, findings = finish(rendered.pdf, markers, sentinel_pattern(SENTINELS), where)
        self._refuse(findings)
        return plate

    def _refuse(self, findings: tuple[Diagnostic, ...] | list[Diagnostic]) -> None:
        """Raise what rendering found, at the author's line where the fault lies in the words."""
        if not findings:
            return
        placed = [self._placed(finding) for finding in findings]
        if any(finding.code == "render.missing-glyph" for finding in placed):
            raise ContentError(dict.fromkeys(placed))
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
            span = self.library.place_of(words[1], where) if words else None
            if span:
                return replace(finding, message=f"{where}, {finding.message}", span=span)
        if finding.code == "render.warning" and (style := re.match(r"Ignored `(.+)` at ", finding.message)):
            span = self.library.style_place_of(style[1])
            return replace(finding, message=re.sub(r" at \d+:\d+", "", finding.message), span=span)
        return finding

    # -- ink -------------------------------------------------------------------------------------

    def _inker(self, brand_id: str, edition: str, theme: str, region: str, language: str) -> Inker:
        brand = self.library.brand(brand_id)
        composer = self.composer(edition, theme, region, language)
        copy = self.clinic_copy(brand_id, brand, composer)
        where = f"brand {brand_id}"
        return Inker(
            Ink(
                palette=self.palette(brand),
                sheet=self.slot_sheet(composer, copy, where),
                name=copy.name,
                name_mark=CLINIC_NAME,
                alts={slot: copy.alt(slot) for slot in SLOTS},
                links=tuple(copy.link(number) for number in range(1, LINES + 1)),
                link_words=tuple(copy.alt(f"line-{number}") for number in range(1, LINES + 1)),
            ),
            SENTINELS,
        )

    def palette(self, brand: Brand) -> dict[str, str]:
        """Give the role colours of a brand."""
        return derive(brand.color.seed or DEFAULT_SEED)

    def clinic_copy(self, brand_id: str, brand: Brand, composer: Composer) -> ClinicCopy:
        """Give what a brand's slots say, its logo cleaned and in the sentinel of its colour."""
        logo = self.library.logo(brand_id, brand, composer.palette["deep"])
        return composer.clinic_copy(brand, logo)

    def slot_sheet(self, composer: Composer, copy: ClinicCopy, where: str) -> SlotSheet:
        """Set a clinic's slots, each as large as its words allow."""
        fits: dict[str, int] = {}
        for _ in range(FITS):
            slots = composer.slots(copy, fits)
            names = tuple(slots)
            html = composer.slot_sheet(slots)
            mark = fingerprint("slots", self._press_mark, html)
            kept = self.store.keep(mark, partial(self._set, html, where))
            overfull, _, pdf = kept.partition(b"\n")
            full = [names[int(number)] for number in overfull.split()]
            if not full:
                return SlotSheet(pdf, {name: number for number, name in enumerate(names)})
            fits |= {name: fits.get(name, 0) + 1 for name in full}
        said = dict.fromkeys(copy.contact if name == "clinic" else copy.alt(name) for name in full)
        raise DesignError(
            Diagnostic(
                "brand.too-long",
                f'"{shorten(words)}" does not fit its place, even set small',
                self.library.place_of(words, where),
                where=where,
                help="shorten it in _brand.yml",
            )
            for words in said
        )

    def _set(self, html: str, where: str) -> bytes:
        from bifolio.render.pdf import render

        rendered = render(html, self.library.styles / "fonts", where, tagged=False)
        self._refuse([f for f in rendered.findings if f.code != "render.cut-text"])
        return " ".join(map(str, rendered.overfull)).encode() + b"\n" + rendered.pdf

    # -- what it was made from -------------------------------------------------------------------

    @cached_property
    def _press_mark(self) -> str:
        """Name the engine: a plate made by another one is another plate."""
        fonts = sorted((self.library.styles / "fonts").glob("*.ttf"))
        code = sorted(Path(__file__).parent.glob("render/*.py"))
        bodies = [path.read_bytes() for path in (*fonts, *code)]
        return fingerprint(*(f"{name} {number}" for name, number in engine().items()), *bodies)

    def _facts(self, job: Job, galley: str, plate: Plate, inker: Inker) -> dict[str, object]:
        return {
            "item": job.item,
            "brand": job.brand,
            "edition": job.edition,
            "theme": job.theme,
            "region": job.region,
            "language": job.language,
            "pages": plate.pages,
            "inputs": fingerprint(
                self._press_mark, galley, repr(sorted(inker.clinic.palette.items())), inker.clinic.sheet.pdf
            ),
        }


DEFAULT_SEED = "#3c5a80"
"""The colour of a brand that names none: a quiet blue."""


def fingerprint(*parts: str | bytes) -> str:
    """Give the SHA-256 of the parts, each set off from the next by its length."""
    digest = hashlib.sha256()
    for part in parts:
        body = part.encode() if isinstance(part, str) else part
        digest.update(str(len(body)).encode() + b":" + body)
    return digest.hexdigest()


def engine() -> dict[str, str]:
    """Name the versions of all that has a say in the bytes of a file."""
    packages = ("weasyprint", "pydyf", "fonttools", "pikepdf", "Jinja2", "markdown-it-py")
    return {"bifolio": __version__, **{name: version(name) for name in packages}}
