"""The bytes of an SVG → a tree that holds nothing but the drawing.

Entities that the file itself defines are put in; a file may not refer to anything outside of it, nor make much of
little. Embedded pictures are decoded and written anew.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from bifolio.branding.logo.css import SVG
from bifolio.branding.logo.gradients import HREF
from bifolio.branding.logo.limits import MAX_BYTES, MAX_PIXELS
from bifolio.branding.logo.pixels import address_of, embedded_picture
from bifolio.branding.logo.refusal import too_large, unreadable, unsupported

MAX_ELEMENTS = 60_000
MAX_NESTING = 200
"""Elements in each other. What is drawn may stand less deep, see `place`."""
_MAX_LETTERS = 4 * MAX_BYTES
"""Letters of all texts and attributes, with entities in place."""
_MAX_ENTITIES = 200
_MAX_ENTITY = 2_000


def read(raw: bytes) -> Element:
    """Return the tree of an SVG. Raises RefusedError."""
    try:
        parser = _Parser()
        parser.feed(_unpacked(raw))
        root: Element = parser.close()
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise unreadable("the logo is not an SVG that a browser would show") from error
    if root.tag == "svg":  # copied out of a web page, where it needs no namespace
        for element in root.iter():
            element.tag = element.tag if "}" in element.tag else f"{SVG}{element.tag}"
    if root.tag != f"{SVG}svg":
        raise unreadable("the logo has no <svg> of the SVG namespace at its top")
    _clean(root)
    return root


def _unpacked(raw: bytes) -> bytes:
    if not raw.startswith(b"\x1f\x8b"):
        return raw
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
            unpacked = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise unreadable("the compressed logo cannot be unpacked") from error
    if len(unpacked) > MAX_BYTES:
        raise too_large(f"unpacked, the logo has more than {MAX_BYTES:,} bytes")
    return unpacked


class _Parser(DefusedXMLParser):
    """Takes the entities of the file itself, few and short, as drawing programs write them."""

    def __init__(self) -> None:
        super().__init__(target=_Builder(), forbid_dtd=False, forbid_entities=True, forbid_external=True)
        self._entities = 0

    def defused_entity_decl(
        self,
        name: str,
        is_parameter: bool,
        value: str | None,
        base: Any,
        system: Any,
        public: Any,
        notation: Any,
    ) -> None:
        """Refuse entities that refer to others or to files, and too many."""
        self._entities += 1
        if (
            is_parameter
            or value is None
            or len(value) > _MAX_ENTITY
            or "&" in value
            or self._entities > _MAX_ENTITIES
        ):
            super().defused_entity_decl(name, is_parameter, value, base, system, public, notation)


_ENDLESS = re.compile(r"\d{400}")


class _Builder(TreeBuilder):
    """Builds a tree of limited size."""

    def __init__(self) -> None:
        super().__init__()
        self._elements = self._depth = self._letters = 0

    def start(self, tag: str, attributes: dict[str, str]) -> Element:
        self._elements += 1
        self._depth += 1
        for name, value in attributes.items():
            self._count(name + value)
        if self._elements > MAX_ELEMENTS:
            raise too_large(f"the logo has more than {MAX_ELEMENTS:,} elements")
        if self._depth > MAX_NESTING:
            raise unreadable(f"the elements of the logo stand more than {MAX_NESTING} deep in each other")
        return super().start(tag, attributes)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(tag)

    def data(self, data: str) -> None:
        self._count(data)
        super().data(data)

    def _count(self, text: str) -> None:
        if _ENDLESS.search(text):
            raise unreadable("the logo has a number of hundreds of digits")
        self._letters += len(text)
        if self._letters > _MAX_LETTERS:
            raise too_large(f"written out, the logo has more than {_MAX_LETTERS:,} letters")


def _clean(root: Element) -> None:
    """Take out what never draws, and write embedded pictures anew. Raises RefusedError past the limits."""
    waiting, pixels = [root], 0
    while waiting:
        element = waiting.pop()
        _keep_what_draws(element)
        waiting += element
        address = _taken_address(element)
        if address and address.startswith("data:") and element.tag == f"{SVG}image":
            picture = embedded_picture(address)
            pixels += picture.width * picture.height
            if pixels > MAX_PIXELS:
                raise too_large(f"the pictures in the logo have more than {MAX_PIXELS:,} pixels")
            address = address_of(picture)
        if address is not None:
            element.set("href", address)


_SILENT = frozenset(f"{SVG}{name}" for name in ("script", "metadata", "title", "desc", "view", "cursor"))
_MOVING = frozenset(
    f"{SVG}{name}" for name in ("animate", "animateColor", "animateMotion", "animateTransform", "set")
)


def _draws(element: Element) -> bool:
    if element.tag in _MOVING:
        raise unsupported("the logo moves", "export a still picture as plain SVG, or as PNG")
    return isinstance(element.tag, str) and element.tag.startswith(SVG) and element.tag not in _SILENT


def _keep_what_draws(element: Element) -> None:
    """Remove children that never draw, and keep the text behind them, which may be part of a word."""
    kept: list[Element] = []
    for child in element:
        if _draws(child):
            kept.append(child)
        elif kept:
            kept[-1].tail = (kept[-1].tail or "") + (child.tail or "")
        else:
            element.text = (element.text or "") + (child.tail or "")
    if len(kept) < len(element):
        element[:] = kept


def _taken_address(element: Element) -> str | None:
    """Take what an element points at off it; None where it points at nothing."""
    found = [element.attrib.pop(name).strip() for name in HREF if name in element.attrib]
    return found[0] if found else None
