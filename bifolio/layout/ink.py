"""Ink plates: put a clinic's colours and words onto laid-out pages, in a few milliseconds.

Three things change, and nothing moves: sentinel colours become the brand's, placeholder pictures become the
clinic's slots, and the clinic's links, alternative texts and name take their places. The same plate, slots and
palette give the same bytes.
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
    PreparedPlate,
    Shape,
    alt_key,
    compressed_stream,
    prepared_plate,
    references,
    renumber,
    stream,
    stream_dictionary,
    target_key,
    words_key,
)
from bifolio.model.plate import CLINIC_NAME, Object, Plate


@dataclass(frozen=True)
class SlotSheet:
    """The slots of one clinic as a PDF, one page each, still in sentinel colours."""

    pdf: bytes
    pages: Mapping[str, int]
    """The page of each slot, counted from 0; a slot that the clinic does not fill has none."""
    fits: Mapping[str, int]
    """How many steps below its full size each slot is set; those at full size are not named."""


@dataclass(frozen=True)
class Ink:
    """What a clinic puts on a plate."""

    palette: Mapping[str, str]
    """The brand's colours by role, as #rrggbb."""
    sheet: SlotSheet
    name: str
    alts: Mapping[str, str]
    """The alternative text of each slot."""
    links: tuple[str | None, ...]
    """The address that each contact line links to."""
    link_words: tuple[str, ...]
    """The words that say where each contact line links to."""


class Inker:
    """Inks any number of plates for one clinic; the slot sheet is opened and coloured once."""

    def __init__(self, ink: Ink) -> None:
        self.clinic = ink
        self._sentinels = sentinel_pattern()
        self._colours = {operands(colour): operands(ink.palette[role]) for role, colour in SENTINELS.items()}
        lines = tuple(enumerate(ink.links, 1))
        self._shape = Shape(
            filled=frozenset(ink.sheet.pages),
            spoken=frozenset(slot for slot, alt in ink.alts.items() if alt),
            linked=frozenset(line for line, target in lines if target is not None),
        )
        texts = {NAME_KEY: ink.name} | {alt_key(slot): alt for slot, alt in ink.alts.items()}
        texts |= {target_key(line): target for line, target in lines if target is not None}
        texts |= {words_key(line): words for line, words in enumerate(ink.link_words, 1)}
        self._texts = {key: pikepdf.String(text).unparse() for key, text in texts.items()}
        with pikepdf.open(io.BytesIO(ink.sheet.pdf)) as sheet:
            self._forms = {
                slot: _split_stream(self._form(sheet.pages[at])) for slot, at in ink.sheet.pages.items()
            }
            self._objects: dict[Object, tuple[bytes, bytes]] = {}
            self._needs = {slot: self._collect(sheet, head) for slot, (head, _) in self._forms.items()}

    def ink(self, plate: Plate) -> bytes:
        """Return the finished PDF of a plate."""
        prepared = self.prepare(plate)
        return prepared.fill(self._clinic_objects(prepared))

    def prepare(self, plate: Plate) -> PreparedPlate:
        """Return a plate prepared for all clinics that have what this one has."""
        return prepared_plate(plate, self._shape)

    def _clinic_objects(self, prepared: PreparedPlate) -> Iterator[tuple[Object, bytes]]:
        """Yield each object that is the clinic's own, with its number in the file."""
        for item in prepared.coloured:
            yield item.number, compressed_stream(item.dictionary, self._recolour(item.content))
        for number, pieces in prepared.worded:
            yield number, b"".join(self._texts[p] if at % 2 else p for at, p in enumerate(pieces))
        xmp = prepared.metadata
        mark, name = (html.escape(words, quote=False).encode() for words in (CLINIC_NAME, self.clinic.name))
        yield xmp.number, stream(xmp.dictionary, xmp.content.replace(mark, name))
        used = dict.fromkeys(own for _, slot in prepared.slots for own in self._needs[slot])
        numbers = {own: prepared.size + at for at, own in enumerate(used)}
        objects = [(number, self._forms[slot]) for number, slot in prepared.slots]
        objects += [(number, self._objects[own]) for own, number in numbers.items()]
        for number, (head, content) in objects:
            yield number, renumber(head, numbers) + content

    def _recolour(self, content: bytes) -> bytes:
        colours = self._colours
        return self._sentinels.sub(lambda found: colours[found[1]] + b" " + found[2], content)

    def _form(self, page: pikepdf.Page) -> bytes:
        """Return a form XObject that draws a slot in the unit square."""
        left, bottom, right, top = (float(v) for v in page.mediabox)
        width, height = right - left, top - bottom
        box = b" ".join(_exact(number) for number in (left, bottom, right, top))
        matrix = b" ".join(
            _exact(number) for number in (1 / width, 0, 0, 1 / height, -left / width, -bottom / height)
        )
        dictionary = b"/Type /XObject /Subtype /Form /BBox [%s] /Matrix [%s] /Resources %s" % (
            box, matrix, page.obj.Resources.unparse(),
        )  # fmt: skip
        return compressed_stream(dictionary, self._recolour(page.Contents.read_bytes()))

    def _collect(self, sheet: pikepdf.Pdf, head: bytes) -> tuple[Object, ...]:
        """Keep all objects of the sheet that a form needs, coloured; return their numbers."""
        found: dict[Object, None] = {}
        waiting = references(head)
        while waiting:
            if (number := waiting.pop()) in found:
                continue
            found[number] = None
            if number not in self._objects:
                self._objects[number] = _split_stream(self._coloured(sheet.get_object(number, 0)))
            waiting += references(self._objects[number][0])
        return tuple(found)

    def _coloured(self, item: pikepdf.Object) -> bytes:
        if not isinstance(item, pikepdf.Stream):
            return item.unparse(resolved=True)
        if item.get("/Subtype") == "/Form":
            item.write(self._recolour(item.read_bytes()))
        if "/Filter" not in item:
            return compressed_stream(stream_dictionary(item), item.read_bytes())
        return stream(stream_dictionary(item), item.read_raw_bytes())


def _exact(number: float) -> bytes:
    # Six digits, the default, would move the end of a line of text by a tenth of a point.
    return f"{number:.12f}".rstrip("0").rstrip(".").encode()


def _split_stream(body: bytes) -> tuple[bytes, bytes]:
    """Split an object where the content of a stream begins; the second part of other objects is empty."""
    head, start, content = body.partition(b"\nstream\n")
    return head, start + content
