"""Ink: a plate and a clinic → the clinic's PDF, in a few milliseconds.

Three things change and nothing moves: sentinel colours become the brand's, placeholder pictures become
the clinic's slots, and the clinic's links, alternative texts and name take their places. The same
plate, slots and palette give the same bytes.
"""

from __future__ import annotations

import html
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pikepdf

from bifolio.branding.palette import SENTINELS, operands, sentinel_pattern
from bifolio.layout.fast_writer import (
    NAME_KEY,
    Shape,
    Stencil,
    alt_key,
    as_stream,
    packed,
    references,
    renumbered,
    said_of,
    stencil_of,
    target_key,
    words_key,
)
from bifolio.model.plate import CLINIC_NAME, Object, Plate


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
        lines = tuple(enumerate(ink.links, 1))
        self._shape = Shape(
            filled=frozenset(ink.sheet.pages),
            spoken=frozenset(slot for slot, alt in ink.alts.items() if alt),
            linked=frozenset(line for line, target in lines if target is not None),
        )
        said = {NAME_KEY: ink.name} | {alt_key(slot): alt for slot, alt in ink.alts.items()}
        said |= {target_key(line): target for line, target in lines if target is not None}
        said |= {words_key(line): words for line, words in enumerate(ink.link_words, 1)}
        self._words = {key: pikepdf.String(words).unparse() for key, words in said.items()}
        with pikepdf.open(io.BytesIO(ink.sheet.pdf)) as sheet:
            self._forms = {slot: _parted(self._form(sheet.pages[at])) for slot, at in ink.sheet.pages.items()}
            self._objects: dict[Object, tuple[bytes, bytes]] = {}
            self._needs = {slot: self._gather(sheet, head) for slot, (head, _) in self._forms.items()}

    def ink(self, plate: Plate) -> bytes:
        """Give the finished PDF of one plate."""
        stencil = self.stencil(plate)
        return stencil.filled(self._fillings(stencil))

    def stencil(self, plate: Plate) -> Stencil:
        """Give a plate as it is cut for clinics that have what this one has."""
        return stencil_of(plate, self._shape)

    def _fillings(self, stencil: Stencil) -> Iterator[tuple[Object, bytes]]:
        """Give each object that is the clinic's own, with its number in the file."""
        for stream in stencil.coloured:
            yield stream.number, packed(stream.says, self._recolour(stream.content))
        for number, pieces in stencil.worded:
            yield number, b"".join(self._words[p] if at % 2 else p for at, p in enumerate(pieces))
        told = stencil.metadata
        mark, name = (html.escape(words, quote=False).encode() for words in (CLINIC_NAME, self.clinic.name))
        yield told.number, as_stream(told.says, told.content.replace(mark, name))
        used = dict.fromkeys(own for _, slot in stencil.slots for own in self._needs[slot])
        numbers = {own: stencil.size + at for at, own in enumerate(used)}
        clinics_own = [(number, self._forms[slot]) for number, slot in stencil.slots]
        clinics_own += [(number, self._objects[own]) for own, number in numbers.items()]
        for number, (head, content) in clinics_own:
            yield number, renumbered(head, numbers) + content

    def _recolour(self, content: bytes) -> bytes:
        colours = self._colours
        return self._pattern.sub(lambda found: colours[found[1]] + b" " + found[2], content)

    def _form(self, page: pikepdf.Page) -> bytes:
        """Give a slot as a form that draws it in the unit square."""
        left, bottom, right, top = (float(v) for v in page.mediabox)
        width, height = right - left, top - bottom
        box = b" ".join(_exact(number) for number in (left, bottom, right, top))
        matrix = b" ".join(
            _exact(number) for number in (1 / width, 0, 0, 1 / height, -left / width, -bottom / height)
        )
        says = b"/Type /XObject /Subtype /Form /BBox [%s] /Matrix [%s] /Resources %s" % (
            box, matrix, page.obj.Resources.unparse(),
        )  # fmt: skip
        return packed(says, self._recolour(page.Contents.read_bytes()))

    def _gather(self, sheet: pikepdf.Pdf, said: bytes) -> tuple[Object, ...]:
        """Keep all objects of the sheet that a form needs, coloured; give their numbers."""
        found: dict[Object, None] = {}
        waiting = references(said)
        while waiting:
            if (number := waiting.pop()) in found:
                continue
            found[number] = None
            if number not in self._objects:
                self._objects[number] = _parted(self._own(sheet.get_object(number, 0)))
            waiting += references(self._objects[number][0])
        return tuple(found)

    def _own(self, item: pikepdf.Object) -> bytes:
        if not isinstance(item, pikepdf.Stream):
            return item.unparse(resolved=True)
        if item.get("/Subtype") == "/Form":
            item.write(self._recolour(item.read_bytes()))
        if "/Filter" not in item:
            return packed(said_of(item), item.read_bytes())
        return as_stream(said_of(item), item.read_raw_bytes())


def _exact(number: float) -> bytes:
    # Six digits, the default, put the end of a line of text a tenth of a point off.
    return f"{number:.12f}".rstrip("0").rstrip(".").encode()


def _parted(said: bytes) -> tuple[bytes, bytes]:
    """Part an object where the content of a stream begins."""
    head, begins, content = said.partition(b"\nstream\n")
    return head, begins + content
