"""What a reader is told by an EPUB, a web page and a PDF: words and text alternatives, in order.

What is not of the handout itself is left aside: the clinic's slots (each form has its own), the pages' folios, and
what stands on paper alone or on a screen alone.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, fromstring

from tests.support import tags

_OPF = "{http://www.idpf.org/2007/opf}"

_LISTED_TABLES = {"log-list", "agreement-list"}
"""A table that has no room stands as a list, which tells the heads with each row, and a table tells them once."""

_LISTED_CELLS = {"log-cell", "agreement-initials"}
"""Its cells; the first element in each is its head."""

_NEVER_SHOWN = {"kept-here", "elsewhere"}
"""What a screen says of itself."""


def documents(book: bytes) -> list[Element]:
    """Return the text documents of an EPUB in reading order, without its cover and its list of contents."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        package = fromstring(archive.read("EPUB/package.opf"))
        files = {item.get("id"): item.get("href") for item in package.iter(f"{_OPF}item")}
        read = [item.get("idref") for item in package.iter(f"{_OPF}itemref") if item.get("linear") != "no"]
        return [fromstring(archive.read(f"EPUB/{files[name]}")) for name in read if name != "nav"]


def of_book(book: bytes) -> str:
    """Return the letters of an EPUB's text documents."""
    return letters(piece for root in documents(book) for piece in _of_markup(root))


def of_page(page: bytes) -> str:
    """Return the letters of a web page."""
    return letters(_of_markup(fromstring(page)))


def of_pdf(pdf: bytes, clinic: Iterable[str], second_copy: tuple[str, str]) -> str:
    """Return the letters of a PDF in the order of its tags.

    `clinic` are the text alternatives of the slots; what stands from the one to the other words of
    `second_copy` is a card's second copy and how to cut it, which is for paper alone.
    """
    told = letters(_of_tags(tags.read(pdf), set(clinic)))
    before, start, rest = told.partition(letters([second_copy[0]]))
    return before + rest.partition(letters([second_copy[1]]))[2] if start else told


def letters(pieces: Iterable[str]) -> str:
    """Join words as a reader sees them, less the spaces, which each form sets its own way."""
    # PDFium takes a hyphen at the end of a line for a broken word: it gives none, or a sign of its own.
    return re.sub(r"[\s\x02\ufffe-]+", "", "".join(pieces))


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _of_markup(root: Element) -> Iterator[str]:
    (body,) = [element for element in root if _name(element) == "body"]
    return _told(body)


def _told(element: Element, number: int = 0) -> Iterator[str]:
    classes = set((element.get("class") or "").split())
    name = _name(element)
    if classes & (_NEVER_SHOWN | {"slot"}):
        return
    if name == "svg":
        yield from (kid.text or "" for kid in element if _name(kid) == "title")
        return
    if name == "img":
        yield element.get("alt") or ""
    if element.get("role") == "img":
        yield element.get("aria-label") or ""
    if classes & _LISTED_TABLES:
        yield from _heads(element)
    if name == "li" and "step" in classes:  # styles count these
        yield str(number)
    if name == "li" and "reference" in classes:
        yield f"{number}."
    yield element.text or ""
    items = 0
    for kid in element:
        items += _name(kid) == "li"
        if not ("resources-line" in classes and kid.get("class") == "resources-extra"):
            yield from _told(kid, items)
        yield kid.tail or ""


def _heads(rows: Element) -> Iterator[str]:
    """Give the heads of a table that stands as a list, and take them out of its rows."""
    for number, row in enumerate(rows):
        for cell in row.iter():
            if _LISTED_CELLS & set((cell.get("class") or "").split()):
                head = cell[0]
                if number == 0:
                    yield "".join(head.itertext())
                head.text = None
                for inner in [*head]:
                    head.remove(inner)


def _of_tags(tag: tags.Tag, clinic: set[str]) -> Iterator[str]:
    head = ""  # of the table that may go on, with its head again, on the next page

    def told(tag: tags.Tag, inside: str) -> Iterator[str]:
        nonlocal head
        if tag.kind == "Link" and inside == "Link":  # the folio of a line of contents
            return
        if tag.kind == "Figure":
            if tag.alt not in clinic:
                yield tag.alt or ""
            return
        if tag.kind == "THead":
            before, head = head, "".join(tag.lines())
            if head == before:
                return
        elif tag.kind in ("P", "H1", "H2", "H3"):
            head = ""
        yield tag.text
        for kid in tag.kids:
            yield from told(kid, tag.kind)

    return told(tag, "")
