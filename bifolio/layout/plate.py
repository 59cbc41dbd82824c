"""Turn a rendered PDF into a plate.

Slots, links and streams with colours are indexed once here, so that inking, which runs for every clinic, need not
search for them. A sentinel colour that inking cannot reach is a finding.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pikepdf

from bifolio.branding.palette import sentinel_pattern
from bifolio.core.diagnostics import Diagnostic
from bifolio.model.plate import (
    SLOT_ALT,
    SLOT_LINK,
    Plate,
    PlateIndex,
    SlotFigure,
    SlotLink,
    slot_of,
)


def finish(pdf: bytes, where: str) -> tuple[Plate, list[Diagnostic]]:
    """Return the plate of a rendered PDF, and what was found. `where` names the document in findings."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        streams = _coloured_streams(document)
        findings = list(_unreachable(document, streams, where))
        elements = _elements(document)
        index = PlateIndex(
            streams=tuple(sorted(streams)),
            slots=_slots(document),
            figures=tuple(_figures(document, elements)),
            links=tuple(_links(document, elements)),
        )
        return Plate(pdf, index, len(document.pages)), findings


def _elements(document: pikepdf.Pdf) -> dict[int, Any]:
    """Return the parent tree: for each page the elements of its marked content, for each annotation its element."""
    numbers = document.Root.StructTreeRoot.ParentTree.Nums
    return {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}


def _coloured_streams(document: pikepdf.Pdf) -> set[int]:
    """Return the numbers of the streams that colours stand in: page contents, patterns and forms."""
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
        for colour in _gradient_colours(item):
            if sentinels.search(colour):
                yield finding("a gradient")


_GRADIENT_COLOUR = re.compile(rb"/C[01]")


def _gradient_colours(item: pikepdf.Object) -> Iterator[bytes]:
    """Yield the colours at the ends of a shading's functions, as operands of `rg`."""
    if isinstance(item, pikepdf.Stream) or not isinstance(item, (pikepdf.Dictionary, pikepdf.Array)):
        return
    if not _GRADIENT_COLOUR.search(item.unparse(resolved=True)):
        return
    if isinstance(item, pikepdf.Dictionary):
        for key in ("/C0", "/C1"):
            if key in item and len(item[key]) == 3:
                numbers = (f"{float(v):.6f}".rstrip("0").rstrip(".") for v in item[key])
                yield " ".join(numbers).encode() + b" rg"
    parts = item.values() if isinstance(item, pikepdf.Dictionary) else item
    for part in parts:
        if isinstance(part, pikepdf.Object) and not part.is_indirect:
            yield from _gradient_colours(part)


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


def _figures(document: pikepdf.Pdf, elements: Mapping[int, Any]) -> Iterator[SlotFigure]:
    for number, page in enumerate(document.pages):
        for mcid, element in enumerate(elements[int(page.obj.StructParents)]):
            if "/Alt" in element and (alt := str(element.Alt)).startswith(SLOT_ALT):
                slot = alt.removeprefix(SLOT_ALT)
                yield SlotFigure(slot, element.objgen[0], element.P.objgen[0], number, mcid)


def _links(document: pikepdf.Pdf, elements: Mapping[int, Any]) -> Iterator[SlotLink]:
    for number, page in enumerate(document.pages):
        for annotation in page.obj.get("/Annots", ()):
            action = annotation.get("/A")
            address = str(action.get("/URI", "")) if action is not None else ""
            if address.startswith(SLOT_LINK):
                element = elements[int(annotation.StructParent)]
                line = int(address.removeprefix(SLOT_LINK))
                own, parent = element.objgen[0], element.P.objgen[0]
                yield SlotLink(line, annotation.objgen[0], number, own, parent)
