"""Finish a plate: a rendered PDF → a plate with its index.

Running heads and feet become artifacts, which WeasyPrint 70 leaves as tags without a tree (ISO 14289-1
7.1). The index of slots, links and coloured streams is taken once here, so that inking, which runs
for every clinic, need not search. A sentinel in a place that inking cannot reach is a finding.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pikepdf

from bifolio.diagnostics import Diagnostic
from bifolio.model.plate import (
    SLOT_ALT,
    SLOT_LINK,
    Plate,
    PlateIndex,
    SlotFigure,
    SlotLink,
    slot_of,
)
from bifolio.palette import sentinel_pattern
from bifolio.render.marks import mark_trims

_MARK = re.compile(rb"/(\w+)\s*<</MCID (\d+)>>\s*BDC")


def finish(pdf: bytes, where: str) -> tuple[Plate, list[Diagnostic]]:
    """Turn a rendered PDF into a plate; gives it with what was found."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        _make_artifacts(document, _parents(document))
        _claim_both(document)
        mark_trims(document)
        document.save(out, deterministic_id=True)
    with pikepdf.open(out) as document:  # saving gives objects new numbers, so the index comes last
        parents = _parents(document)
        streams = _coloured_streams(document)
        findings = list(_unreachable(document, streams, where))
        index = PlateIndex(
            streams=tuple(sorted(streams)),
            slots=_slots(document),
            figures=tuple(_figures(document, parents)),
            links=tuple(_links(document, parents)),
        )
        return Plate(out.getvalue(), index, len(document.pages)), findings


def _claim_both(document: pikepdf.Pdf) -> None:
    """Let a PDF/A say in its metadata that it is PDF/UA-1, too (ISO 19005-3, 6.6.2.3; ISO 14289-1, 5)."""
    text = document.Root.Metadata.read_bytes()
    if b"pdfaid" in text and b"pdfuaid" not in text:
        document.Root.Metadata.write(text.replace(b"</rdf:RDF>", _PDFUA + b"</rdf:RDF>", 1))


_PDFUA = b"""<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="">\
<pdfuaid:part>1</pdfuaid:part></rdf:Description>\
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property>\
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""
"""The claim, and the schema that PDF/A wants for names it does not know."""


def _parents(document: pikepdf.Pdf) -> dict[int, int]:
    """Map each structure element that hangs in the tree to its parent, by object number."""
    found: dict[int, int] = {}
    root = document.Root.StructTreeRoot
    waiting = [root]
    while waiting:
        element = waiting.pop()
        for kid in _kids(element):
            if kid.is_indirect and kid.objgen[0] not in found:
                found[kid.objgen[0]] = element.objgen[0]
                if "/S" in kid:
                    waiting.append(kid)
    return found


def _kids(element: Any) -> Iterator[Any]:
    if "/K" not in element:  # to get what is missing takes ten times as long as to ask
        return
    kids = element.K
    items = kids if isinstance(kids, pikepdf.Array) else [kids]
    for kid in items:
        if isinstance(kid, pikepdf.Dictionary):
            yield kid


def _page_elements(document: pikepdf.Pdf, page: pikepdf.Page) -> pikepdf.Array | None:
    """Give the parent tree's row of a page: the element of each marked-content id."""
    numbers = document.Root.StructTreeRoot.ParentTree.Nums
    key = int(page.obj.get("/StructParents", -1))
    for at in range(0, len(numbers), 2):
        if int(numbers[at]) == key:
            row = numbers[at + 1]
            return row if isinstance(row, pikepdf.Array) else None
    return None


def _make_artifacts(document: pikepdf.Pdf, parents: Mapping[int, int]) -> None:
    for page in document.pages:
        row = _page_elements(document, page)
        if row is None:
            continue
        loose = {
            number
            for number, element in enumerate(row)
            if isinstance(element, pikepdf.Dictionary) and element.objgen[0] not in parents
        }

        def as_artifact(found: re.Match[bytes], loose: set[int] = loose) -> bytes:
            if int(found[2]) not in loose:
                return found[0]
            return b"/Artifact\n<</Type/Pagination>>\nBDC"

        if loose:
            stream = page.Contents
            stream.write(_MARK.sub(as_artifact, stream.read_bytes()))
            for number in loose:
                row[number] = None


def _coloured_streams(document: pikepdf.Pdf) -> set[int]:
    found = {page.Contents.objgen[0] for page in document.pages}
    for item in document.objects:
        if isinstance(item, pikepdf.Stream) and (
            "/PatternType" in item or ("/Subtype" in item and item.Subtype == "/Form")
        ):
            found.add(item.objgen[0])
    return found


def _unreachable(document: pikepdf.Pdf, streams: set[int], where: str) -> Iterator[Diagnostic]:
    sentinels = sentinel_pattern()

    def finding(what: str) -> Diagnostic:
        return Diagnostic(
            "render.unreachable-colour",
            f"a brand colour stands in {what}, where inking cannot change it",
            where=where,
            help="use role colours only as plain fills and strokes",
        )

    for number in sorted(streams):
        content = document.get_object(number, 0).read_bytes()
        if any(found[found.re.groups] not in (b"rg", b"RG") for found in sentinels.finditer(content)):
            yield finding("a special colour space")
    for item in document.objects:
        for end in _ends_of_gradients(item):
            if sentinels.search(end):
                yield finding("a gradient")


_HAS_ENDS = re.compile(rb"/C[01]")


def _ends_of_gradients(item: pikepdf.Object) -> Iterator[bytes]:
    """Give the colours between which the functions of a shading run, as operands of `rg`."""
    if isinstance(item, pikepdf.Stream) or not isinstance(item, (pikepdf.Dictionary, pikepdf.Array)):
        return
    if not _HAS_ENDS.search(item.unparse(resolved=True)):
        return
    if isinstance(item, pikepdf.Dictionary):
        for key in ("/C0", "/C1"):
            if key in item and len(item[key]) == 3:
                numbers = (f"{float(v):.6f}".rstrip("0").rstrip(".") for v in item[key])
                yield " ".join(numbers).encode() + b" rg"
    inside = item.values() if isinstance(item, pikepdf.Dictionary) else item
    for part in inside:
        if isinstance(part, pikepdf.Object) and not part.is_indirect:
            yield from _ends_of_gradients(part)


def _slots(document: pikepdf.Pdf) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for item in document.objects:
        if not isinstance(item, pikepdf.Stream) or item.get("/Subtype") != "/Image":
            continue
        if (int(item.get("/Width", 0)), int(item.get("/Height", 0))) != (2, 1):
            continue
        if slot := slot_of(item.read_bytes()):
            found.setdefault(slot, []).append(item.objgen[0])
    return {slot: tuple(sorted(numbers)) for slot, numbers in sorted(found.items())}


def _figures(document: pikepdf.Pdf, parents: Mapping[int, int]) -> Iterator[SlotFigure]:
    for number, page in enumerate(document.pages):
        row = _page_elements(document, page)
        for mcid, element in enumerate(row or ()):
            if not isinstance(element, pikepdf.Dictionary) or "/Alt" not in element:
                continue
            alt = str(element.Alt)
            if alt.startswith(SLOT_ALT):
                own = element.objgen[0]
                yield SlotFigure(alt.removeprefix(SLOT_ALT), own, parents[own], number, mcid)


def _links(document: pikepdf.Pdf, parents: Mapping[int, int]) -> Iterator[SlotLink]:
    elements = {}
    for own in parents:
        element = document.get_object(own, 0)
        for kid in _kids(element) if "/S" in element else ():
            if kid.get("/Type") == "/OBJR":
                elements[kid.Obj.objgen[0]] = own
    for number, page in enumerate(document.pages):
        for annotation in page.obj.get("/Annots", ()):
            action = annotation.get("/A")
            address = str(action.get("/URI", "")) if action is not None else ""
            if address.startswith(SLOT_LINK):
                own = elements[annotation.objgen[0]]
                line = int(address.removeprefix(SLOT_LINK))
                yield SlotLink(line, annotation.objgen[0], number, own, parents[own])
