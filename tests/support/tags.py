"""The tag tree of a PDF as a person can read it: what a screen reader is told, in order."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
import pypdfium2 as pdfium
from pypdfium2 import raw


@dataclass(frozen=True)
class Tag:
    """One structure element: its type, its alternative text, the text marked for it, what it holds."""

    kind: str
    alt: str | None
    text: str
    kids: tuple[Tag, ...]

    def lines(self, depth: int = 0) -> Iterator[str]:
        """Write the tree as indented lines."""
        said = f' alt="{self.alt}"' if self.alt else ""
        words = f" {self.text!r}" if self.text else ""
        yield f"{'  ' * depth}{self.kind}{said}{words}"
        for kid in self.kids:
            yield from kid.lines(depth + 1)


def read(pdf: bytes) -> Tag:
    """Return the document's structure element with all that hangs below it."""
    words = _marked_words(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        pages = {page.obj.objgen: number for number, page in enumerate(document.pages)}
        return _tag(document.Root.StructTreeRoot.K[0], pages, words, 0)


def _tag(
    element: pikepdf.Object,
    pages: dict[tuple[int, int], int],
    words: dict[tuple[int, int], str],
    page: int,
) -> Tag:
    page = pages.get(element.Pg.objgen, page) if "/Pg" in element else page
    text, kids = [], []
    held = element.get("/K", pikepdf.Array())
    for kid in held if isinstance(held, pikepdf.Array) else [held]:
        if isinstance(kid, pikepdf.Dictionary):
            if "/S" in kid:
                kids.append(_tag(kid, pages, words, page))
            elif kid.get("/Type") == "/OBJR":
                kids.append(Tag("[annotation]", None, "", ()))
        else:
            text.append(words.get((page, int(kid)), ""))
    alt = str(element.Alt) if "/Alt" in element else None
    return Tag(str(element.S).lstrip("/"), alt, "".join(text), tuple(kids))


def _marked_words(pdf: bytes) -> dict[tuple[int, int], str]:
    """Return the text of each marked-content id, by page and id."""
    found: dict[tuple[int, int], str] = {}
    document = pdfium.PdfDocument(pdf)
    for number in range(len(document)):
        page = document[number]
        text_page = page.get_textpage()
        for index in range(raw.FPDFPage_CountObjects(page.raw)):
            item = raw.FPDFPage_GetObject(page.raw, index)
            if raw.FPDFPageObj_GetType(item) != raw.FPDF_PAGEOBJ_TEXT:
                continue
            mcid = raw.FPDFPageObj_GetMarkedContentID(item)
            if mcid >= 0:
                found[number, mcid] = found.get((number, mcid), "") + _text(item, text_page)
        text_page.close()
        page.close()
    document.close()
    return found


def _text(item: object, text_page: pdfium.PdfTextPage) -> str:
    size = raw.FPDFTextObj_GetText(item, text_page.raw, None, 0)
    buffer = (raw.FPDF_WCHAR * (size // 2 + 1))()
    raw.FPDFTextObj_GetText(item, text_page.raw, buffer, size)
    return bytes(buffer).decode("utf-16-le").split("\0", 1)[0]
