"""The stages that all formats share: compose, lay out, ink. Each result is found again by what it was made from."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from bifolio.branding.palette import SENTINELS, Seeds, derive
from bifolio.compose.clinic_panel import ApprovalLine, ClinicCopy, links
from bifolio.compose.composer import Composer
from bifolio.compose.design import Design
from bifolio.core.cache import Cache, engine_folder
from bifolio.core.diagnostics import Diagnostic, ProofError
from bifolio.core.files import ProjectFiles
from bifolio.core.fingerprints import engine_fingerprint, fingerprint, fingerprint_of
from bifolio.editorial.approval import wording
from bifolio.editorial.approvals import holds, stale_warning
from bifolio.formats.placing import place_of, placing
from bifolio.formats.slot_sheets import SlotSetting, without_logo
from bifolio.layout.layouts import Layouts, Pending
from bifolio.model.artifact import Artifact
from bifolio.model.plate import MAX_LINES, SLOTS, USUAL, Plate, Room
from bifolio.resolve import ClinicInputs, Inputs, LayoutInputs, PageSetup

if TYPE_CHECKING:  # late: what finishes a file is loaded while its pages are laid out, see `preload`
    from bifolio.layout.ink import Inker


class Stages:
    """Compose, lay out and ink, for the formats of one project. `executor` lays pages out, here or beside."""

    def __init__(self, cache: Cache, executor: Executor, files: ProjectFiles) -> None:
        engine = fingerprint(engine_fingerprint(), files.digest("styles/fonts/"))
        self.cache = cache
        self.layouts = Layouts(cache, executor, files.path("styles/fonts"), engine)
        self._make = cache.memory.make

    # -- compose ---------------------------------------------------------------------------------

    def composer(
        self, setup: PageSetup, palette: Mapping[str, str] = SENTINELS, room: Room = USUAL
    ) -> Composer:
        """Return what composes pages of a setup, their drawings in a palette, with room for a clinic."""

        def make() -> Composer:
            design = Design(
                templates=setup.files.path("templates"),
                styles=setup.files.path("styles"),
                edition=setup.edition,
                theme=setup.theme,
                compiled=engine_folder() / "templates",  # not the project's: what is compiled is code
                room=room,
            )
            return Composer(design, setup.locale, setup.region, palette, setup.overrides)

        return self._make(("composer", setup.fingerprint, tuple(palette.items()), room), make, 10)

    def compose(self, layout: LayoutInputs, room: Room = USUAL) -> str:
        """Return a handout as HTML, with room for a clinic."""

        def make() -> str:
            composer = self.composer(layout.setup, room=room)
            return composer.handout(layout.handout, layout.evidence, layout.drawings, proof=layout.proof)

        return self._make(("html", layout.setup.fingerprint, layout.fingerprint, room), make, 20)

    def wording(self, layout: LayoutInputs) -> str:
        """Return what a handout says: the exact text that an approval of it is bound to."""
        html, cites = self.compose(layout), layout.handout.cites
        key = "wording", html, cites, fingerprint_of(layout.evidence)
        return self._make(key, lambda: wording(html, cites, layout.evidence))

    def approval_line(self, inputs: Inputs) -> tuple[ApprovalLine | None, list[Diagnostic]]:
        """Return what an approval that holds puts on the page; one that does not hold is a warning."""
        composer = self.composer(inputs.layout.setup)
        if inputs.purpose == "sheet":
            return composer.own_line(), []
        if (approved := inputs.approved) is None:
            return None, []
        if not holds(approved, self.wording):
            return None, [stale_warning(approved, inputs.clinic.id)]
        is_tailored = inputs.purpose == "tailored copy"
        return composer.approval_line(approved.approval.by, approved.approval.on, tailored=is_tailored), []

    # -- lay out and ink -------------------------------------------------------------------------

    def lay_out(self, inputs: Inputs) -> tuple[Plate, Inker, list[Diagnostic]]:
        """Return the plate of a handout and what puts the clinic on it, with what is odd about either."""
        if inputs.clinic.brand.is_brief:  # both are laid out meanwhile
            self.prefetch_pages(inputs)
        approval, warnings = self.approval_line(inputs)
        inker = self.inker(inputs.layout.setup, inputs.clinic, approval)
        self.palette(inputs.clinic.seeds)  # derived while they are
        preload()
        with placing(inputs.clinic.sources, inputs.layout.setup.files):
            inked, room, odd = inker.take()
        plate = self.layouts.plate(self.compose(inputs.layout, room), inputs.job.pages)
        with placing(inputs.sources, inputs.layout.setup.files):
            laid_out = plate.take()
        return laid_out, inked, [*warnings, *laid_out.remarks, *odd]

    def inker(
        self, setup: PageSetup, clinic: ClinicInputs, approval: ApprovalLine | None
    ) -> Pending[tuple[Inker, Room, tuple[Diagnostic, ...]]]:
        """Begin to set a clinic's slots; what comes of it puts the clinic on any plate of this setup and room."""
        where = f"brand {clinic.id}"

        def begin() -> Callable[[], tuple[Inker, Room, tuple[Diagnostic, ...]]]:
            composer = self.composer(setup)
            logo = clinic.logo.address(composer.palette["deep"]) if clinic.logo else None
            copy = composer.clinic_copy(clinic.brand, logo, approval, country=clinic.country)
            find = partial(place_of, sources=clinic.sources)
            return partial(mix, copy, SlotSetting(composer, copy, self.layouts, where, find))

        def mix(copy: ClinicCopy, setting: SlotSetting) -> tuple[Inker, Room, tuple[Diagnostic, ...]]:
            from bifolio.layout.ink import Ink, Inker

            sheet, arrangement = setting.fitted()
            copy = copy.arranged(arrangement)
            ink = Ink(
                palette=self.palette(clinic.seeds),
                sheet=sheet,
                name=copy.name,
                alts={slot: copy.alt(slot) for slot in SLOTS},
                links=links(copy),
                link_words=tuple(copy.alt(f"line-{number}") for number in range(1, MAX_LINES + 1)),
            )
            return Inker(ink), arrangement.room, tuple(without_logo(copy, sheet.fits, where))

        key = "inker", setup.fingerprint, clinic.fingerprint, approval
        return self._make(key, lambda: Pending(begin), 40)

    def palette(
        self, seeds: Seeds | str, of: Callable[[Seeds | str], dict[str, str]] = derive
    ) -> dict[str, str]:
        """Return the role colours that come from a brand's colours, by day or `of` the night."""

        def make() -> dict[str, str]:
            key = self.layouts.fingerprint("palette", of.__name__, repr(seeds))
            stored = self.cache.find(key) or self.cache.keep(key, json.dumps(of(seeds)).encode())
            return dict(json.loads(stored))

        return self._make(("palette", of.__name__, seeds), make)

    # -- finish ----------------------------------------------------------------------------------

    def artifact(self, inputs: Inputs, body: bytes, warnings: list[Diagnostic], **more: object) -> Artifact:
        """Return a finished file with what the manifest says of it."""
        job, layout = inputs.job, inputs.layout
        metadata = {
            "item": job.item,
            "brand": job.brand,
            "edition": job.edition,
            "format": job.format,
            "theme": job.theme,
            "region": job.region,
            "language": job.language,
            "inputs": (made_from := self.fingerprint(inputs)),
            **self.composer(layout.setup).metadata(layout.handout),
            "minutes": self.minutes(self.compose(layout)),
            **more,
        }
        unique = {(finding.where, finding.message): finding for finding in warnings}
        return Artifact(job.path, body, metadata, tuple(unique.values()), made_from)

    def fingerprint(self, inputs: Inputs) -> str:
        """Return the fingerprint of the file that is made of some inputs."""
        return self.layouts.fingerprint("file", inputs.fingerprint)

    def minutes(self, html: str) -> int:
        """Return how long a reader needs for what a page says."""
        return self._make(("minutes", html), lambda: _minutes(html))

    # -- ahead of time ---------------------------------------------------------------------------

    def prefetch_pages(self, inputs: Inputs) -> None:
        """Begin to lay out pages that will be needed, so that making a file of them later takes less time."""
        self.layouts.plate(self.compose(inputs.layout), inputs.job.pages)

    def prefetch_styles(self, setup: PageSetup) -> None:
        """Begin to parse the styles that all pages of a setup have."""
        self.layouts.preload_styles(self.composer(setup).stylesheet.page())


def proved(findings: list[Diagnostic]) -> list[Diagnostic]:
    """Return what is odd about a finished file. Raises ProofError where something is wrong with it."""
    if any(finding.is_error for finding in findings):
        raise ProofError(findings)
    return findings


def preload() -> None:
    """Load what finishes a file: a quarter of all libraries, in the time that its pages take to be laid out."""
    for name in (
        "bifolio.layout.impose",
        "bifolio.layout.ink",
        "bifolio.layout.plate",
        "bifolio.formats.pdf_structure",
        "bifolio.formats.pdf_pages",
        "pypdfium2",
    ):
        import_module(name)


_READ_IN_A_MINUTE = 180
"""Words. A calm reader has 200 or more; who is tired, or reads in a second language, has fewer."""

_MARKUP = re.compile(r"<style>.*?</style>|<svg.*?</svg>|<[^>]*>", re.DOTALL)


def _minutes(html: str) -> int:
    return math.ceil(len(_MARKUP.sub(" ", html).split()) / _READ_IN_A_MINUTE)
