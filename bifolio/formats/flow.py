"""A handout that flows, for EPUB and the web: composed with the clinic in place, and the colours to paint it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bifolio.branding.palette import PAPER, PAPER_SENTINEL, SENTINELS, derive_night
from bifolio.compose.clinic_panel import ApprovalLine, ClinicCopy
from bifolio.compose.composer import Composer
from bifolio.core.diagnostics import Diagnostic
from bifolio.formats.paint import Paint
from bifolio.formats.stages import Stages
from bifolio.formats.webfonts import Face, wrap
from bifolio.model.flow import Flow
from bifolio.resolve import ClinicInputs, Inputs, PageSetup

FLOWING: Mapping[str, str] = {**SENTINELS, "paper": PAPER_SENTINEL}
"""The colours of drawings that flow: the paper, too, is a role."""


@dataclass(frozen=True)
class Flowing:
    """What a book or a web page is made of."""

    flow: Flow
    paint: Paint
    copy: ClinicCopy
    warnings: list[Diagnostic]


def flow(inputs: Inputs, stages: Stages, *, on_web: bool) -> Flowing:
    """Compose a handout that flows."""
    layout = inputs.layout
    composer = stages.composer(layout.setup, FLOWING)
    colours = paint(inputs.clinic, stages)
    approval, warnings = stages.approval_line(inputs)
    copy = clinic_copy(inputs.clinic, composer, colours, approval)
    slots = composer.slots(copy, {}, flowing=True, in_book=not on_web)
    made = composer.flow(layout.handout, layout.evidence, layout.drawings, slots, copy, on_web=on_web)
    return Flowing(made, colours, copy, warnings)


def paint(clinic: ClinicInputs, stages: Stages) -> Paint:
    """Return the colours of a clinic on light screens and on dark ones."""
    return Paint({"paper": PAPER, **stages.palette(clinic.seeds)}, stages.palette(clinic.seeds, derive_night))


def clinic_copy(
    clinic: ClinicInputs, composer: Composer, colours: Paint, approval: ApprovalLine | None = None
) -> ClinicCopy:
    """Return what a clinic's places say on a screen, its logos in the colours of the day and of the night."""
    logo = clinic.logo.address(colours.day["deep"]) if clinic.logo else None
    dark_logo = clinic.dark_logo.address(colours.night["deep"]) if clinic.dark_logo else None
    return composer.clinic_copy(clinic.brand, logo, approval, dark_logo, clinic.country)


def faces(setup: PageSetup, stages: Stages) -> tuple[Face, ...]:
    """Return the fonts that pages may use on screens: the project's, and the clinic's own."""
    files = setup.files
    ours = [_wrapped(files.read_bytes(name), stages) for name in files.names("styles/fonts", ".ttf")]
    theirs = [
        replace(_wrapped(face.body, stages), family=face.family, weight=face.weight)
        for face in setup.overrides.typeface.faces
        if face.style == "normal"
    ]
    return (*ours, *theirs)


def _wrapped(font: bytes, stages: Stages) -> Face:
    """Wrap a font for screens, once."""

    def make() -> Face:
        key = stages.layouts.fingerprint("face", font)
        return Face.from_bytes(stages.cache.find(key) or stages.cache.keep(key, wrap(font).to_bytes()))

    return stages.cache.memory.make(("face", font), make)
