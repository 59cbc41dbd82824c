"""Ink: a plate and a clinic → the clinic's PDF, in about ten milliseconds.

Three things change and nothing moves: sentinel colours become the brand's, placeholder pictures become
the clinic's slots, and the clinic's links, alternative texts and name take their places. The same
plate, slots and palette give the same bytes.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import pikepdf

from bifolio.model.plate import CLINIC_NAME, Plate, SlotFigure, SlotLink
from bifolio.palette import SENTINELS, operands, sentinel_pattern


@dataclass(frozen=True)
class SlotSheet:
    """The slots of one clinic as a PDF, one page each, still in sentinel colours."""

    pdf: bytes
    pages: Mapping[str, int]
    """On which page of the PDF each slot stands; a slot that the clinic does not fill has none."""
    fits: Mapping[str, int]
    """How far below its full size each slot had to be set; those at full size are not named."""
    broken: tuple[int, ...] = ()
    """Contact lines that had to go on on the next one, each counted as it stood when its turn came."""


@dataclass(frozen=True)
class Ink:
    """What a clinic puts on a plate."""

    palette: Mapping[str, str]
    sheet: SlotSheet
    name: str
    alts: Mapping[str, str]
    links: tuple[str | None, ...]
    link_words: tuple[str, ...]


class Inker:
    """Inks any number of plates for one clinic; the slot sheet is opened and coloured once."""

    def __init__(self, ink: Ink) -> None:
        self.clinic = ink
        self._pattern = sentinel_pattern()
        self._colours = {operands(colour): operands(ink.palette[role]) for role, colour in SENTINELS.items()}
        self._sheet = pikepdf.open(io.BytesIO(ink.sheet.pdf))
        for item in self._sheet.objects:
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Form":
                item.write(self._recolour(item.read_bytes()))
        self._contents = {
            slot: self._recolour(self._sheet.pages[number].Contents.read_bytes())
            for slot, number in ink.sheet.pages.items()
        }

    def ink(self, plate: Plate) -> bytes:
        """Give the finished PDF of one plate."""
        with pikepdf.open(io.BytesIO(plate.pdf)) as document:
            for number in plate.index.streams:
                stream = document.get_object(number, 0)
                stream.write(self._recolour(stream.read_raw_bytes()))
            for slot, numbers in plate.index.slots.items():
                for number in numbers:
                    self._fill(document, document.get_object(number, 0), slot)
            emptied = [f for f in plate.index.figures if not self._speak(document, f)]
            self._hush(document, emptied)
            for link in plate.index.links:
                self._connect(document, link)
            self._sign(document)
            out = io.BytesIO()
            # The plate's metadata names its version already; to read that again takes a millisecond.
            document.save(out, deterministic_id=True, compress_streams=True, fix_metadata_version=False)
            return out.getvalue()

    def _recolour(self, content: bytes) -> bytes:
        colours = self._colours
        return self._pattern.sub(lambda found: colours[found[1]] + b" " + found[2], content)

    def _fill(self, document: pikepdf.Pdf, image: pikepdf.Object, slot: str) -> None:
        """Turn a placeholder picture, in place, into a form that draws the slot in the unit square."""
        page_number = self.clinic.sheet.pages.get(slot)
        if page_number is None:
            image.stream_dict = pikepdf.Dictionary(
                Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 1, 1]
            )
            image.write(b"")
            return
        page = self._sheet.pages[page_number]
        left, bottom, right, top = (float(v) for v in page.mediabox)
        width, height = right - left, top - bottom
        resources = document.copy_foreign(page.obj.Resources)
        image.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Form,
            BBox=[left, bottom, right, top],
            Matrix=[
                _exact(number) for number in (1 / width, 0, 0, 1 / height, -left / width, -bottom / height)
            ],
            Resources=resources,
        )
        image.write(self._contents[slot])

    def _speak(self, document: pikepdf.Pdf, figure: SlotFigure) -> bool:
        """Write the alternative text of a slot; tell whether there is one."""
        if alt := self.clinic.alts.get(figure.slot):
            document.get_object(figure.element, 0).Alt = pikepdf.String(alt)
        return bool(alt)

    def _hush(self, document: pikepdf.Pdf, figures: list[SlotFigure]) -> None:
        """Take empty slots out of the tag tree; on the page they become artifacts."""
        for figure in figures:
            page = document.pages[figure.page]
            mark = re.compile(rb"/\w+\s*<</MCID " + str(figure.mcid).encode() + rb">>\s*BDC")
            stream = page.Contents
            stream.write(mark.sub(b"/Artifact\nBMC", stream.read_bytes()))
            _remove_kid(document.get_object(figure.parent, 0), figure.element)
            for at in range(0, len(nums := document.Root.StructTreeRoot.ParentTree.Nums), 2):
                if int(nums[at]) == int(page.obj.StructParents):
                    nums[at + 1][figure.mcid] = None

    def _connect(self, document: pikepdf.Pdf, link: SlotLink) -> None:
        """Point a link of the clinic at its address, or take it away and keep what it held."""
        target = self.clinic.links[link.line - 1] if link.line <= len(self.clinic.links) else None
        if target is not None:
            annotation = document.get_object(link.annotation, 0)
            annotation.A.URI = pikepdf.String(target)
            annotation.Contents = pikepdf.String(self.clinic.link_words[link.line - 1])
            return
        page = document.pages[link.page]
        page.obj.Annots = pikepdf.Array([a for a in page.obj.Annots if a.objgen[0] != link.annotation])
        element = document.get_object(link.element, 0)
        kept = [kid for kid in element.K if not _is_reference(kid)]
        parent = document.get_object(link.parent, 0)
        kids = []
        for kid in parent.K:
            if isinstance(kid, pikepdf.Dictionary) and kid.objgen[0] == link.element:
                kids += kept
            else:
                kids.append(kid)
        for kid in kept:
            kid.P = parent
        parent.K = pikepdf.Array(kids)
        nums = document.Root.StructTreeRoot.ParentTree.Nums
        for at in range(0, len(nums), 2):
            if not isinstance(nums[at + 1], pikepdf.Array) and nums[at + 1].objgen[0] == link.element:
                del nums[at + 1]
                del nums[at]
                break

    def _sign(self, document: pikepdf.Pdf) -> None:
        """Put the clinic's name into the document information and the XMP metadata."""
        mark, name = CLINIC_NAME, self.clinic.name
        if document.trailer.get("/Info") is not None and "/Author" in document.trailer.Info:
            document.trailer.Info.Author = pikepdf.String(name)
        metadata = document.Root.get("/Metadata")
        if metadata is not None:
            text = metadata.read_bytes()
            mark, name = (html.escape(words, quote=False) for words in (mark, name))
            metadata.write(text.replace(mark.encode(), name.encode()))


def _exact(number: float) -> Decimal:
    # Six digits, the default, put the end of a line of text a tenth of a point off.
    return Decimal(f"{number:.12f}")


def _is_reference(kid: pikepdf.Object) -> bool:
    return isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/OBJR"


def _remove_kid(parent: pikepdf.Object, number: int) -> None:
    parent.K = pikepdf.Array(
        [kid for kid in parent.K if not (isinstance(kid, pikepdf.Dictionary) and kid.objgen[0] == number)]
    )
