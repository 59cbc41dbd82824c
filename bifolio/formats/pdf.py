"""PDF: a handout's pages with the clinic on them, and the sheets that they are printed on.

What conformance asks beyond the checks here, veraPDF asks in the tests (ISO 14289-1); here every file is looked at
before it is published, in a few milliseconds: whole, or, where its plate and a clinic's slots were looked at
before, whether it is all there.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet

from bifolio.core.diagnostics import Diagnostic, ProofError
from bifolio.core.fingerprints import fingerprint
from bifolio.formats.placing import placing
from bifolio.formats.stages import Stages, proved
from bifolio.model.artifact import Artifact
from bifolio.model.overrides import NOTHING
from bifolio.model.plate import Plate
from bifolio.resolve import Inputs

if TYPE_CHECKING:  # late: it loads what finishes a file, in the time that pages take to be laid out
    from bifolio.layout.fast_writer import PreparedPlate
    from bifolio.layout.ink import Inker

GREY = "#808080"
"""The colour of a printer's note: it is nobody's handout."""


def make(inputs: Inputs, stages: Stages) -> Artifact:
    """Make the PDF of a job, verified. Raises BifolioError with all that is wrong."""
    plate, inker, warnings = stages.lay_out(inputs)
    pdf = _imposed(inputs, plate, inker.ink(plate), stages)
    verified = stages.cache.memory.make("verified PDFs", _Verified)
    with placing(inputs.sources, inputs.layout.setup.files):
        warnings += proved(_looked_over(inputs, plate, inker, pdf, verified))
    return stages.artifact(inputs, pdf, warnings, pages=plate.pages)


def preview(inputs: Inputs, stages: Stages) -> bytes:
    """Return the PDF of a job for one look on a screen: not verified, and not to be handed to anyone."""
    plate, inker, _ = stages.lay_out(inputs)
    pdf = inker.ink(plate)
    return _imposed(inputs, plate, pdf, stages) if inputs.job.is_imposed else pdf


# -- impose --------------------------------------------------------------------------------------


def _imposed(inputs: Inputs, plate: Plate, pdf: bytes, stages: Stages) -> bytes:
    """Put pages onto sheets where a job is of those, behind a note for the person at the printer."""
    from bifolio.layout.impose import impose, misfit, sheets

    setup, handout = inputs.layout.setup, inputs.layout.handout
    if (form := setup.edition.imposition) is None:
        return pdf
    if misfits := misfit(form, plate.pages, inputs.job.pages):
        raise ProofError(misfits)
    if not inputs.job.is_imposed:
        return pdf
    has_back = handout.kind == "booklet"
    sides = 2 * len(sheets(form, plate.pages, has_back=has_back))
    made_from = fingerprint(setup.fingerprint, "sheet")
    sheet = replace(setup, edition=form.sheet, overrides=NOTHING, fingerprint=made_from)
    note = stages.composer(sheet, stages.palette(GREY)).sheets.printer_note(handout, form, sides)
    with placing(inputs.sources, setup.files):
        laid_out = stages.layouts.note(note, f"{inputs.job.pages}.print").take()
    return impose(pdf, form, laid_out, has_back=has_back)


# -- verify --------------------------------------------------------------------------------------


class _Verified:
    """What was looked over before, for as long as it is there."""

    def __init__(self) -> None:
        self.plates: WeakSet[PreparedPlate] = WeakSet()
        """Plates, as they are prepared for clinics of a shape, whose file was verified whole and nothing found."""
        self._slots: WeakKeyDictionary[Inker, bool] = WeakKeyDictionary()

    def has_sound_slots(self, inker: Inker) -> bool:
        """Return whether a clinic's slots, verified by themselves, have nothing wrong."""
        if inker not in self._slots:
            self._slots[inker] = not verify_slots(inker.clinic.sheet.pdf, inker.clinic.links)
        return self._slots[inker]


def _looked_over(
    inputs: Inputs, plate: Plate, inker: Inker, pdf: bytes, verified: _Verified
) -> list[Diagnostic]:
    edition, is_imposed, where = inputs.layout.setup.edition, inputs.job.is_imposed, inputs.job.path
    size, bleed = (edition.trim_width_mm, edition.trim_height_mm), edition.bleed_mm
    if is_imposed and (form := edition.imposition):
        size, bleed = (form.sheet_width_mm, form.sheet_height_mm), 0
    prepared = inker.prepare(plate)
    is_plain = not (bleed or is_imposed)
    if is_plain and prepared in verified.plates and verified.has_sound_slots(inker):
        return verify_inked(pdf, where, plate.pages)
    findings = verify(pdf, where, size, bleed)
    if is_plain and not findings:
        verified.plates.add(prepared)
    return findings


def verify(
    pdf: bytes, where: str, trim_mm: tuple[float, float] | None = None, bleed_mm: float = 0
) -> list[Diagnostic]:
    """Check a finished PDF, however it was made. `trim_mm` is the page size it should have, width and height.

    With `bleed_mm` it is for a print shop: pages reach so far beyond their trim, and pictures are fine enough.
    """
    import pikepdf

    from bifolio.formats.pdf_pages import check_pages
    from bifolio.formats.pdf_structure import check_structure, has_two_sided_sheets

    try:
        document = pikepdf.open(io.BytesIO(pdf))
    except pikepdf.PasswordError:
        return [Diagnostic("verify.locked", "the PDF is locked with a password", where=where)]
    except (pikepdf.PdfError, ValueError):
        return [_unreadable(where)]
    with document:
        if not len(document.pages):
            return [Diagnostic("verify.no-pages", "the PDF has no pages", where=where)]
        findings = list(check_structure(document, where, trim_mm, bleed_mm))
        is_sheet = has_two_sided_sheets(document)
    return findings + list(check_pages(pdf, where, is_sheet=is_sheet, for_press=bleed_mm > 0))


def verify_slots(pdf: bytes, links: Iterable[str | None] = ()) -> list[Diagnostic]:
    """Check a clinic's slots, a page each: no text is cut off, no glyph is missing, all fonts are embedded.

    `links` are where its contact lines lead, which a plate does not know.
    """
    import pikepdf

    from bifolio.core.phone_numbers import calls_nobody
    from bifolio.formats.pdf_pages import check_pages
    from bifolio.formats.pdf_structure import check_fonts, check_glyphs, no_number

    where = "slots"
    with pikepdf.open(io.BytesIO(pdf)) as document:
        findings = [*check_fonts(document, where), *check_glyphs(document, where)]
    findings += [no_number(link, where) for link in links if link and calls_nobody(link)]
    # A logo is no text: a page of nothing else is not empty.
    return findings + [one for one in check_pages(pdf, where) if one.code != "verify.empty-page"]


def verify_inked(pdf: bytes, where: str, pages: int) -> list[Diagnostic]:
    """Check a PDF of so many pages, whose plate stood in a file that `verify` found sound, and whose slots are.

    What is left to go wrong is how they were put together.
    """
    from bifolio.formats.pdf_pages import count_pages

    found = count_pages(pdf)
    if found is None:
        return [_unreadable(where)]
    if found != pages:
        return [Diagnostic("verify.no-pages", "the PDF has not all of its pages", where=where)]
    return []


def _unreadable(where: str) -> Diagnostic:
    return Diagnostic("verify.unreadable", "this is not a PDF that can be opened", where=where)
