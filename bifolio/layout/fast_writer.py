"""Write the PDFs of many clinics from one plate, without opening the plate each time.

Opening and saving a PDF takes several times as long as writing what is different in it for a clinic. So a plate
is opened once for each `Shape` that clinics have: what such a clinic lacks is removed from the tags, every object that
is the same for all of them is written, and the others are left open, to be filled in for each clinic. The file
structure is that of ISO 32000-2, 7.5: object streams, and a cross-reference stream.

`PreparedPlate` and its parts hold PDF syntax as bytes. A "dictionary" is what stands between `<<` and `>>`.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import pikepdf

from bifolio.model.plate import CLINIC_NAME, Object, Plate, SlotFigure, SlotLink


@dataclass(frozen=True)
class Shape:
    """What a clinic has. Anything that is missing changes the tags; anything that is there, only its own object."""

    filled: frozenset[str]
    """Slots that draw something."""
    spoken: frozenset[str]
    """Slots with an alternative text."""
    linked: frozenset[int]
    """Contact lines that have a link, counted from 1."""


@dataclass(frozen=True)
class OpenStream:
    """A stream that is rewritten for each clinic: its dictionary without length or filter, and its content."""

    number: Object
    dictionary: bytes
    content: bytes


@dataclass(frozen=True, eq=False)
class PreparedPlate:
    """A plate prepared for clinics of one shape. Its objects keep their numbers; a clinic's own count on from `size`."""

    body: bytes
    """The header, and every object that is the same for all clinics of a shape."""
    table: tuple[bytes, ...]
    """The entry of each object in the cross-reference stream; empty for an object that is left open."""
    trailer: bytes
    coloured: tuple[OpenStream, ...]
    slots: tuple[tuple[Object, str], ...]
    """The objects that become the form of a slot, and the slot's name."""
    worded: tuple[tuple[Object, tuple[bytes, ...]], ...]
    """Objects with words of the clinic: every other piece is the key of a text, see `alt_key` and the others."""
    metadata: OpenStream
    """The XMP metadata with the clinic's name; written without compression (ISO 19005-3, 6.6.2.1)."""

    @property
    def size(self) -> int:
        """The first object number that is free."""
        return len(self.table)

    def fill(self, objects: Iterable[tuple[Object, bytes]]) -> bytes:
        """Return the whole PDF, with the clinic's objects and their numbers."""
        file = _File(self.body, list(self.table))
        others = []
        for number, body in objects:
            if number == len(file.table):
                file.table.append(b"")
            if body.endswith(_STREAM_END):
                file.add(number, body)
            else:
                others.append((number, body))
        file.add_to_object_streams(others)
        return file.finish(self.trailer)


class _File:
    """A PDF as it grows: its parts, and the entry of each object in the cross-reference stream."""

    def __init__(self, head: bytes, table: list[bytes]) -> None:
        self.parts, self.table = [head], table
        self._length = len(head)

    def add(self, number: Object, body: bytes) -> None:
        self.table[number] = struct.pack(">BIH", 1, self._length, 0)
        self.parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        self._length += len(self.parts[-1])

    def add_to_object_streams(self, objects: Sequence[tuple[Object, bytes]]) -> None:
        """Add objects, none of them a stream, in object streams."""
        for first in range(0, len(objects), _OBJECTS_PER_STREAM):
            some = objects[first : first + _OBJECTS_PER_STREAM]
            own, offsets, offset = len(self.table), [], 0
            for index, (number, body) in enumerate(some):
                self.table[number] = struct.pack(">BIH", 2, own, index)
                offsets.append(b"%d %d" % (number, offset))
                offset += len(body) + 1
            head = b" ".join(offsets) + b"\n"
            dictionary = b"/Type /ObjStm /N %d /First %d" % (len(some), len(head))
            self.table.append(b"")
            self.add(own, compressed_stream(dictionary, head + b"\n".join(body for _, body in some)))

    def finish(self, trailer: bytes) -> bytes:
        """Return the whole file with its cross-reference stream, and an identifier derived from its content."""
        digest = hashlib.sha256()
        for part in self.parts:
            digest.update(part)
        name = digest.hexdigest()[:32].encode()
        own, offset = len(self.table), self._length
        table = b"".join((*self.table, struct.pack(">BIH", 1, offset, 0)))
        dictionary = b"/Type /XRef /Size %d /W [1 4 2] %s /ID [<%s> <%s>]" % (own + 1, trailer, name, name)
        self.table.append(b"")
        self.add(own, compressed_stream(dictionary, table))
        return b"".join((*self.parts, b"startxref\n%d\n%%%%EOF\n" % offset))


_FREE = struct.pack(">BIH", 0, 0, 65535)
"""The entry of a number that no object has."""

_OBJECTS_PER_STREAM = 200


# -- keys of a clinic's texts --------------------------------------------------------------------

NAME_KEY = b"name"


def alt_key(slot: str) -> bytes:
    """Return the key of a slot's alternative text."""
    return f"alt/{slot}".encode()


def target_key(line: int) -> bytes:
    """Return the key of the address that a contact line links to."""
    return b"target/%d" % line


def words_key(line: int) -> bytes:
    """Return the key of the words that say where a contact line links to."""
    return b"words/%d" % line


# -- PDF syntax ----------------------------------------------------------------------------------


def stream(dictionary: bytes, content: bytes) -> bytes:
    """Return a stream object; `dictionary` lacks only the length."""
    return b"<< %s /Length %d >>\nstream\n%s%s" % (dictionary, len(content), content, _STREAM_END)


_STREAM_END = b"\nendstream"


def compressed_stream(dictionary: bytes, content: bytes) -> bytes:
    """Return a stream object with its content compressed."""
    return stream(dictionary + b" /Filter /FlateDecode", zlib.compress(content))


def stream_dictionary(item: pikepdf.Object) -> bytes:
    """Return the dictionary of a stream without the length."""
    return _LENGTH.sub(b"", item.stream_dict.unparse(resolved=True)[2:-2]).strip()


_LENGTH = re.compile(rb"/Length \d+(?: 0 R)? ")  # no string stands in these dictionaries that could hold it


_REFERENCE = re.compile(rb"\((?:\\.|[^\\()])*\)|\b(\d+) 0 R\b", re.DOTALL)
"""A string, in which nothing is a reference, or a reference."""


def references(body: bytes) -> list[Object]:
    """Return the numbers of the objects that an object, or the dictionary of a stream, refers to."""
    return [int(number) for number in _REFERENCE.findall(body) if number]


def renumber(body: bytes, numbers: Mapping[Object, Object]) -> bytes:
    """Return an object, or the dictionary of a stream, with new numbers in its references."""

    def replace(found: re.Match[bytes]) -> bytes:
        return b"%d 0 R" % numbers[int(found[1])] if found[1] else found[0]

    return _REFERENCE.sub(replace, body)


# -- preparing a plate ---------------------------------------------------------------------------

_MAX_SHAPES = 8
_prepared: WeakKeyDictionary[Plate, dict[Shape, PreparedPlate]] = WeakKeyDictionary()
"""The prepared forms of each plate, for as long as somebody holds the plate."""


def prepared_plate(plate: Plate, shape: Shape) -> PreparedPlate:
    """Return a plate prepared for clinics of a shape; prepared once."""
    known = _prepared.setdefault(plate, {})
    if shape not in known:
        if len(known) == _MAX_SHAPES:
            known.clear()
        known[shape] = _prepare(plate, shape)
    return known[shape]


def _prepare(plate: Plate, shape: Shape) -> PreparedPlate:
    with pikepdf.open(io.BytesIO(plate.pdf)) as document:
        _adapt(document, plate, shape)
        coloured = [(number, document.get_object(number, 0)) for number in plate.index.streams]
        xmp = document.Root.Metadata
        for item in (xmp, *(item for _, item in coloured)):
            item.write(item.read_bytes())  # removes the filter
        trailer = b" ".join(
            key.encode() + b" " + document.trailer[key].unparse()
            for key in ("/Info", "/Root")
            if key in document.trailer
        )
        bodies = _reachable(document, trailer)
        header = plate.pdf[: plate.pdf.index(b"\n", plate.pdf.index(b"\n") + 1) + 1]
        file = _File(header, [_FREE] * (max(bodies) + 1))
        metadata = OpenStream(xmp.objgen[0], stream_dictionary(xmp), xmp.read_bytes())
        streams = [OpenStream(n, bodies[n], item.read_bytes()) for n, item in coloured]
        slots = [
            (number, slot)
            for slot, numbers in plate.index.slots.items()
            if slot in shape.filled
            for number in numbers
        ]
        left_open = {metadata.number, *(item.number for item in streams), *(number for number, _ in slots)}
        others, worded = [], []
        for number, body in sorted(bodies.items()):
            file.table[number] = b""
            if number in left_open:
                continue
            item = document.get_object(number, 0)
            if isinstance(item, pikepdf.Stream):
                file.add(number, stream(body, item.read_raw_bytes()))
            elif len(pieces := _BLANK.split(body)) > 1:
                worded.append((number, tuple(pieces)))
            else:
                others.append((number, body))
        file.add_to_object_streams(others)
    return PreparedPlate(
        b"".join(file.parts),
        tuple(file.table),
        trailer,
        tuple(streams),
        tuple(slots),
        tuple(worded),
        metadata,
    )


def _reachable(document: pikepdf.Pdf, trailer: bytes) -> dict[Object, bytes]:
    """Return every object that can be reached from the trailer; of a stream, its dictionary."""
    found: dict[Object, bytes] = {}
    waiting = references(trailer)
    while waiting:
        if (number := waiting.pop()) in found:
            continue
        item = document.get_object(number, 0)
        found[number] = (
            stream_dictionary(item) if isinstance(item, pikepdf.Stream) else item.unparse(resolved=True)
        )
        waiting += references(found[number])
    return found


_BLANK = re.compile(rb"\(blank:([a-z0-9/-]+)\)")
"""Stands for a text of the clinic until it is filled in."""


def _blank(key: bytes) -> pikepdf.String:
    return pikepdf.String(f"blank:{key.decode()}")


# -- adapting a plate to a shape -----------------------------------------------------------------


def _adapt(document: pikepdf.Pdf, plate: Plate, shape: Shape) -> None:
    """Remove what a clinic of a shape lacks, and put a blank where its texts will stand."""
    for slot, numbers in plate.index.slots.items():
        for number in numbers if slot not in shape.filled else ():
            _empty_image(document.get_object(number, 0))
    for figure in plate.index.figures:
        if figure.slot in shape.spoken:
            document.get_object(figure.element, 0).Alt = _blank(alt_key(figure.slot))
        else:
            _remove_figure(document, figure)
    for link in plate.index.links:
        if link.line in shape.linked:
            annotation = document.get_object(link.annotation, 0)
            annotation.A.URI = _blank(target_key(link.line))
            annotation.Contents = _blank(words_key(link.line))
        else:
            _remove_link(document, link)
    if "/Info" in document.trailer and document.trailer.Info.get("/Author") == CLINIC_NAME:
        document.trailer.Info.Author = _blank(NAME_KEY)


def _empty_image(image: pikepdf.Object) -> None:
    """Turn a placeholder picture into a form that draws nothing."""
    image.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 1, 1]
    )
    image.write(b"")


def _remove_figure(document: pikepdf.Pdf, figure: SlotFigure) -> None:
    """Remove an empty slot from the tag tree; on the page it becomes an artifact."""
    page = document.pages[figure.page]
    mark = re.compile(rb"/\w+\s*<</MCID " + str(figure.mcid).encode() + rb">>\s*BDC")
    contents = page.Contents
    contents.write(mark.sub(b"/Artifact\nBMC", contents.read_bytes()))
    _remove_kid(document.get_object(figure.parent, 0), figure.element)
    for at in range(0, len(nums := document.Root.StructTreeRoot.ParentTree.Nums), 2):
        if int(nums[at]) == int(page.obj.StructParents):
            nums[at + 1][figure.mcid] = None


def _remove_link(document: pikepdf.Pdf, link: SlotLink) -> None:
    """Remove a link and keep what it holds."""
    page = document.pages[link.page]
    page.obj.Annots = pikepdf.Array([a for a in page.obj.Annots if a.objgen[0] != link.annotation])
    element = document.get_object(link.element, 0)
    other_kids = [kid for kid in element.K if not _is_object_reference(kid)]
    parent = document.get_object(link.parent, 0)
    kids = []
    for kid in parent.K:
        if isinstance(kid, pikepdf.Dictionary) and kid.objgen[0] == link.element:
            kids += other_kids
        else:
            kids.append(kid)
    for kid in other_kids:
        kid.P = parent
    parent.K = pikepdf.Array(kids)
    nums = document.Root.StructTreeRoot.ParentTree.Nums
    for at in range(0, len(nums), 2):
        if not isinstance(nums[at + 1], pikepdf.Array) and nums[at + 1].objgen[0] == link.element:
            del nums[at + 1]
            del nums[at]
            break


def _is_object_reference(kid: pikepdf.Object) -> bool:
    return isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/OBJR"


def _remove_kid(parent: pikepdf.Object, number: int) -> None:
    parent.K = pikepdf.Array(
        [kid for kid in parent.K if not (isinstance(kid, pikepdf.Dictionary) and kid.objgen[0] == number)]
    )
