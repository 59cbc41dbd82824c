"""Stencil: a plate, cut for all clinics of one shape → the file but for the places where a clinic's words stand.

To open and save a PDF takes several times as long as to write what is another clinic's in it. So a plate is
opened once for each shape that clinics have: what such a clinic lacks is taken out of the tags, every object
that is the same for all of them is written, and the others are holes, to be filled each time. The file
structure is that of ISO 32000-2, 7.5: object streams, and a cross-reference stream for what stands where.
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
    """What a clinic has. Whatever is missing changes the tags; what there is, only what stands in them."""

    filled: frozenset[str]
    """Slots that draw something."""
    spoken: frozenset[str]
    """Slots with an alternative text."""
    linked: frozenset[int]
    """Lines of contact that lead somewhere, counted from 1."""


@dataclass(frozen=True)
class Plain:
    """A stream to be written anew: its dictionary without length or filter, and its content."""

    number: Object
    says: bytes
    content: bytes


@dataclass(frozen=True, eq=False)
class Stencil:
    """A PDF in pieces. All numbers of objects are the plate's; what a clinic brings is counted on from `size`."""

    body: bytes
    """The header, and every object that is the same for all clinics of a shape."""
    table: tuple[bytes, ...]
    """Where each object stands, as the cross-reference stream says it; nothing for each hole."""
    trailer: bytes
    coloured: tuple[Plain, ...]
    slots: tuple[tuple[Object, str], ...]
    """The objects that become a slot's form, and which slot's."""
    worded: tuple[tuple[Object, tuple[bytes, ...]], ...]
    """Objects with words of the clinic: every other piece is a word's key, see `alt_key` and the others."""
    metadata: Plain
    """The XMP metadata, whose name is replaced; it is written plain (ISO 19005-3, 6.6.2.1)."""

    @property
    def size(self) -> int:
        """The first number that is free."""
        return len(self.table)

    def filled(self, objects: Iterable[tuple[Object, bytes]]) -> bytes:
        """Give the whole file: its body, a clinic's objects with their numbers, and the table that finds them."""
        file = _Body(self.body, list(self.table))
        plain = []
        for number, said in objects:
            if number == len(file.table):
                file.table.append(b"")
            if said.endswith(_STREAM_ENDS):
                file.put(number, said)
            else:
                plain.append((number, said))
        file.put_together(plain)
        return file.ended(self.trailer)


class _Body:
    """A file as it grows: its parts, and where each object stands, as the cross-reference stream says it."""

    def __init__(self, begin: bytes, table: list[bytes]) -> None:
        self.parts, self.table = [begin], table
        self._at = len(begin)

    def put(self, number: Object, said: bytes) -> None:
        """Write an object."""
        self.table[number] = struct.pack(">BIH", 1, self._at, 0)
        self.parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, said))
        self._at += len(self.parts[-1])

    def put_together(self, objects: Sequence[tuple[Object, bytes]]) -> None:
        """Write objects that are no streams into streams of objects."""
        for first in range(0, len(objects), _MOST_TOGETHER):
            some = objects[first : first + _MOST_TOGETHER]
            own, heads, at = len(self.table), [], 0
            for place, (number, said) in enumerate(some):
                self.table[number] = struct.pack(">BIH", 2, own, place)
                heads.append(b"%d %d" % (number, at))
                at += len(said) + 1
            head = b" ".join(heads) + b"\n"
            says = b"/Type /ObjStm /N %d /First %d" % (len(some), len(head))
            self.table.append(b"")
            self.put(own, packed(says, head + b"\n".join(said for _, said in some)))

    def ended(self, trailer: bytes) -> bytes:
        """Give the whole file, with its table, and an identifier that is that of what stands in it."""
        digest = hashlib.sha256()
        for part in self.parts:
            digest.update(part)
        name = digest.hexdigest()[:32].encode()
        own, at = len(self.table), self._at
        table = b"".join((*self.table, struct.pack(">BIH", 1, at, 0)))
        says = b"/Type /XRef /Size %d /W [1 4 2] %s /ID [<%s> <%s>]" % (own + 1, trailer, name, name)
        self.table.append(b"")
        self.put(own, packed(says, table))
        return b"".join((*self.parts, b"startxref\n%d\n%%%%EOF\n" % at))


_NO_OBJECT = struct.pack(">BIH", 0, 0, 65535)

_MOST_TOGETHER = 200
"""Objects in one object stream."""


NAME_KEY = b"name"


def alt_key(slot: str) -> bytes:
    """Name the place of a slot's alternative text."""
    return f"alt/{slot}".encode()


def target_key(line: int) -> bytes:
    """Name the place of the address to which a line of contact leads."""
    return b"target/%d" % line


def words_key(line: int) -> bytes:
    """Name the place of the words that tell where a line of contact leads."""
    return b"words/%d" % line


def as_stream(says: bytes, content: bytes) -> bytes:
    """Give a stream as it stands in a file; `says` is what its dictionary holds but for its length."""
    return b"<< %s /Length %d >>\nstream\n%s%s" % (says, len(content), content, _STREAM_ENDS)


_STREAM_ENDS = b"\nendstream"


def packed(says: bytes, content: bytes) -> bytes:
    """Give a stream with its content packed."""
    return as_stream(says + b" /Filter /FlateDecode", zlib.compress(content))


def said_of(stream: pikepdf.Object) -> bytes:
    """Give what the dictionary of a stream holds but for its length."""
    return _LENGTH.sub(b"", stream.stream_dict.unparse(resolved=True)[2:-2]).strip()


_LENGTH = re.compile(rb"/Length \d+(?: 0 R)? ")  # no string stands in these dictionaries that could hold it


_REFERENCE = re.compile(rb"\((?:\\.|[^\\()])*\)|\b(\d+) 0 R\b", re.DOTALL)
"""A string, whose words are no reference, or a reference."""


def references(said: bytes) -> list[Object]:
    """Give the objects to which an object refers, or the dictionary of a stream."""
    return [int(number) for number in _REFERENCE.findall(said) if number]


def renumbered(said: bytes, numbers: Mapping[Object, Object]) -> bytes:
    """Give an object, or the dictionary of a stream, with other numbers for those that it refers to."""

    def anew(found: re.Match[bytes]) -> bytes:
        return b"%d 0 R" % numbers[int(found[1])] if found[1] else found[0]

    return _REFERENCE.sub(anew, said)


_MOST_SHAPES = 8
_cut: WeakKeyDictionary[Plate, dict[Shape, Stencil]] = WeakKeyDictionary()
"""The stencils of each plate, for as long as somebody has the plate."""


def stencil_of(plate: Plate, shape: Shape) -> Stencil:
    """Give a plate as it is cut for clinics of a shape; cut once."""
    known = _cut.setdefault(plate, {})
    if shape not in known:
        if len(known) == _MOST_SHAPES:
            known.clear()
        known[shape] = cut(plate, shape)
    return known[shape]


def cut(plate: Plate, shape: Shape) -> Stencil:
    """Cut a plate for clinics of a shape."""
    with pikepdf.open(io.BytesIO(plate.pdf)) as document:
        _take_out(document, plate, shape)
        coloured = [(number, document.get_object(number, 0)) for number in plate.index.streams]
        metadata = document.Root.Metadata
        for stream in (metadata, *(stream for _, stream in coloured)):
            stream.write(stream.read_bytes())  # plain, and so without a filter
        trailer = b" ".join(
            key.encode() + b" " + document.trailer[key].unparse()
            for key in ("/Info", "/Root")
            if key in document.trailer
        )
        said = _reached(document, trailer)
        header = plate.pdf[: plate.pdf.index(b"\n", plate.pdf.index(b"\n") + 1) + 1]
        body = _Body(header, [_NO_OBJECT] * (max(said) + 1))
        named = Plain(metadata.objgen[0], said_of(metadata), metadata.read_bytes())
        streams = [Plain(n, said[n], stream.read_bytes()) for n, stream in coloured]
        slots = [
            (number, slot)
            for slot, numbers in plate.index.slots.items()
            if slot in shape.filled
            for number in numbers
        ]
        holes = {named.number, *(stream.number for stream in streams), *(number for number, _ in slots)}
        plain, worded = [], []
        for number, says in sorted(said.items()):
            body.table[number] = b""
            if number in holes:
                continue
            item = document.get_object(number, 0)
            if isinstance(item, pikepdf.Stream):
                body.put(number, as_stream(says, item.read_raw_bytes()))
            elif len(pieces := _HOLE.split(says)) > 1:
                worded.append((number, tuple(pieces)))
            else:
                plain.append((number, says))
        body.put_together(plain)
    return Stencil(
        b"".join(body.parts), tuple(body.table), trailer, tuple(streams), tuple(slots), tuple(worded), named
    )


def _reached(document: pikepdf.Pdf, trailer: bytes) -> dict[Object, bytes]:
    """Give what each object says that is needed; of a stream, what its dictionary says."""
    said: dict[Object, bytes] = {}
    waiting = references(trailer)
    while waiting:
        if (number := waiting.pop()) in said:
            continue
        item = document.get_object(number, 0)
        said[number] = said_of(item) if isinstance(item, pikepdf.Stream) else item.unparse(resolved=True)
        waiting += references(said[number])
    return said


_HOLE = re.compile(rb"\(hole:([a-z0-9/-]+)\)")


def _hole(key: bytes) -> pikepdf.String:
    return pikepdf.String(f"hole:{key.decode()}")


# -- what a clinic of this shape has not, and where the words of one that has it stand ---------------


def _take_out(document: pikepdf.Pdf, plate: Plate, shape: Shape) -> None:
    """Take out what a clinic has not, and mark where its words stand."""
    for slot, numbers in plate.index.slots.items():
        for number in numbers if slot not in shape.filled else ():
            _empty(document.get_object(number, 0))
    for figure in plate.index.figures:
        if figure.slot in shape.spoken:
            document.get_object(figure.element, 0).Alt = _hole(alt_key(figure.slot))
        else:
            _hush(document, figure)
    for link in plate.index.links:
        if link.line in shape.linked:
            annotation = document.get_object(link.annotation, 0)
            annotation.A.URI = _hole(target_key(link.line))
            annotation.Contents = _hole(words_key(link.line))
        else:
            _cut_loose(document, link)
    if "/Info" in document.trailer and document.trailer.Info.get("/Author") == CLINIC_NAME:
        document.trailer.Info.Author = _hole(NAME_KEY)


def _empty(image: pikepdf.Object) -> None:
    """Turn a placeholder picture into a form that draws nothing."""
    image.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 1, 1]
    )
    image.write(b"")


def _hush(document: pikepdf.Pdf, figure: SlotFigure) -> None:
    """Take an empty slot out of the tag tree; on the page it becomes an artifact."""
    page = document.pages[figure.page]
    mark = re.compile(rb"/\w+\s*<</MCID " + str(figure.mcid).encode() + rb">>\s*BDC")
    stream = page.Contents
    stream.write(mark.sub(b"/Artifact\nBMC", stream.read_bytes()))
    _remove_kid(document.get_object(figure.parent, 0), figure.element)
    for at in range(0, len(nums := document.Root.StructTreeRoot.ParentTree.Nums), 2):
        if int(nums[at]) == int(page.obj.StructParents):
            nums[at + 1][figure.mcid] = None


def _cut_loose(document: pikepdf.Pdf, link: SlotLink) -> None:
    """Take a link away and keep what it held."""
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


def _is_reference(kid: pikepdf.Object) -> bool:
    return isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/OBJR"


def _remove_kid(parent: pikepdf.Object, number: int) -> None:
    parent.K = pikepdf.Array(
        [kid for kid in parent.K if not (isinstance(kid, pikepdf.Dictionary) and kid.objgen[0] == number)]
    )
