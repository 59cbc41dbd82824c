"""Render as EPUB: a flow → an EPUB 3.3 book, zipped the same way each time.

One text document, or in a booklet one for each chapter, a cover, a list of contents with the pages of the print edition, a package document with
the metadata of EPUB Accessibility 1.1. Dates are those of the handout, names are sorted, and the mimetype
stands first and plain, as the Open Container Format asks.
"""

from __future__ import annotations

import html
import io
import re
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from markupsafe import Markup

from bifolio.compose.typography import NBSP
from bifolio.formats.paint import BookPaint
from bifolio.formats.webfonts import Face, named
from bifolio.model.flow import Flow, Heading

Document = Callable[[str, Mapping[str, Any]], str]
"""Composes a document from the name of its template and what stands in it."""

MIMETYPE = b"application/epub+zip"
_CONTAINER = b"""<?xml version="1.0" encoding="utf-8"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The oldest that a zip can tell: nobody asks the clock."""

_PACKED = frozenset([".jpg", ".png"])
"""Already small: storing them as they are is quicker, and their bytes hang on no zlib."""


@dataclass(frozen=True)
class Book:
    """What a book says of itself beside its text."""

    clinic: str
    identifier: str
    """What never changes about it, from which its identifier is made."""
    written: str
    """The day its words were written, as 2026-11-22."""
    due: str
    """The day by which they are to be reviewed."""
    topics: Sequence[str]
    source: str
    """Names the print edition whose pages the page list gives."""
    openings: Sequence[str]
    """The first words of each page of that book."""
    cover: bytes
    """The picture of the cover, as JPEG."""
    rights: str | None = None
    """What it says of the use of its words; None for what the library says, "" for nothing."""
    form_at: str | None = None
    """Where a reader finds the form to fill in on a screen."""
    form_code: str | None = None
    """The same to scan, as a data address."""


def render(flow: Flow, paint: BookPaint, faces: Iterable[Face], book: Book, document: Document) -> bytes:
    """Return the book."""
    brought = named(faces, flow.styles)
    rules = "\n".join(face.rule(f"fonts/{face.file}") for face in brought)
    body, pages = with_page_marks(paint.markup(flow.body), book.openings)
    body, pictures = _as_files(_sized(_with_types(_loosened(body))))
    chapters = _chapters(body, flow)
    context: dict[str, Any] = {
        "flow": flow,
        "clinic": book.clinic,
        "identifier": uuid.uuid5(uuid.NAMESPACE_URL, book.identifier).urn,
        "written": book.written,
        "due": book.due,
        "subjects": [topic.replace("-", " ") for topic in book.topics],
        "source": book.source,
        "rights": book.rights,
        "form_at": book.form_at,
        "features": tuple(_features(pages)),
        "chapters": chapters,
        "file_of": {anchor: chapter.file for chapter in chapters for anchor in _anchors(chapter.body)},
        "pages": pages,
        "tree": _tree(flow.headings),
        "start": next(chapter.file for chapter in chapters if chapter.matter == "bodymatter"),
    }
    files = {
        "cover.xhtml": document("epub/cover.xhtml.j2", context).lstrip().encode(),
        "nav.xhtml": document("epub/nav.xhtml.j2", context).lstrip().encode(),
        "style.css": (rules + "\n" + paint.styles(flow.styles)).encode(),
        "cover.jpg": book.cover,
        **pictures,
        **{f"fonts/{face.file}": face.sfnt for face in brought},
    }
    for chapter in chapters:
        code = book.form_code if chapter is chapters[-1] else None
        if code:
            files["form-code.svg"] = _picture_in(code)
        shown = {**context, "chapter": chapter, "is_last": chapter is chapters[-1], "form_code": code}
        files[chapter.file] = document("epub/handout.xhtml.j2", shown).lstrip().encode()
    items = [_item(name, body) for name, body in sorted(files.items())]
    package = document("epub/package.opf.j2", {**context, "items": items}).lstrip()
    return _zipped({"package.opf": package.encode(), **files})


# -- chapters ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chapter:
    """One text document of a book."""

    file: str
    title: str
    body: Markup
    matter: str
    """Its place in the book, as `epub:type` has it: frontmatter, bodymatter or backmatter."""

    @property
    def stem(self) -> str:
        return self.file.removesuffix(".xhtml")


_CHAPTER = re.compile(r'(?=<section class="(?:section hung part\b|back"))')
_ANCHOR = re.compile(r' id="([^"]+)"')
_INSIDE = re.compile(r' href="#([^"]+)"')


def _chapters(body: str, flow: Flow) -> tuple[Chapter, ...]:
    """Return the text documents of a book: one, or those of a booklet: its opening, each part, its back."""
    pieces = _CHAPTER.split(body) if flow.kind == "booklet" else [body]
    last = len(pieces) - 1
    files = ["handout.xhtml", *(f"chapter-{number}.xhtml" for number in range(1, last)), "back.xhtml"]
    homes = {anchor: file for file, piece in zip(files, pieces, strict=False) for anchor in _anchors(piece)}
    titles = {heading.id: heading.words for heading in flow.headings}

    def chapter(number: int, piece: str) -> Chapter:
        file = files[number]

        def link(found: re.Match[str]) -> str:
            home = homes.get(found[1], file)
            return f' href="{"" if home == file else home}#{found[1]}"'

        opened, closed = "<main>\n" if number else "", "\n</main>" if number < last else ""
        title = next((titles[anchor] for anchor in _anchors(piece) if anchor in titles), flow.title)
        matter = "bodymatter" if 0 < number < last or not last else "backmatter" if number else "frontmatter"
        markup = Markup(opened + _INSIDE.sub(link, piece).rstrip() + closed)  # noqa: S704 - composed and painted
        return Chapter(file, title if matter == "bodymatter" and last else flow.title, markup, matter)

    return tuple(chapter(number, piece) for number, piece in enumerate(pieces))


def _anchors(markup: str) -> list[str]:
    return _ANCHOR.findall(markup)


# -- the pages of print --------------------------------------------------------------------------


@dataclass(frozen=True)
class PageMark:
    """Where a page of the print edition begins."""

    id: str
    folio: int


_PIECE = re.compile(r"(<[^>]*>)")
_LETTER = re.compile(r"&[#\w]+;|\S")


def with_page_marks(body: str, openings: Sequence[str]) -> tuple[str, tuple[PageMark, ...]]:
    """Put a mark where each page of print begins, found by its first words.

    A page that opens with something else than words of the text gets its mark with the next one that does.
    """
    places = tuple(_letters(body))
    text = "".join(letter for letter, _ in places)
    at, found = 0, []
    for folio, words in enumerate(openings, 1):
        start = 0 if folio == 1 else _found(text, words, at)
        if start < 0:
            continue
        at = start
        found.append((places[start][1] if folio > 1 else 0, PageMark(f"page.{folio}", folio)))
    for place, mark in reversed(found):
        span = (
            f'<span id="{mark.id}" class="page-mark" epub:type="pagebreak" role="doc-pagebreak" '
            f'aria-label="{mark.folio}"></span>'
        )
        body = body[:place] + span + body[place:]
    return body, tuple(mark for _, mark in found)


_FEWEST = 5
"""Letters of a first word that is enough: the cells of a row do not follow each other in a book that lists them."""


def _found(text: str, words: str, at: int) -> int:
    """Return where the first words of a page stand, or the first word of a row; -1 where neither is."""
    first = next(iter(words.split()), "")
    wanted = (part for part in ("".join(words.split()), first if len(first) >= _FEWEST else "") if part)
    return next((start for part in wanted if (start := text.find(part, at)) >= 0), -1)


def _letters(body: str) -> Iterator[tuple[str, int]]:
    """Return each letter that a reader sees, and where it stands in the markup; spaces are left out."""
    at, in_drawing = 0, False
    for piece in _PIECE.split(body):
        if piece.startswith("<"):
            in_drawing = piece.startswith("<svg") or (in_drawing and not piece.startswith("</svg"))
        elif not in_drawing:
            for found in _LETTER.finditer(piece):
                letter = html.unescape(found[0]) if found[0].startswith("&") else found[0]
                if not letter.isspace():
                    yield letter, at + found.start()
        at += len(piece)


# -- what the text means -------------------------------------------------------------------------

_TYPES_OF_CLASSES = {
    "colophon": ("colophon", "doc-colophon"),
    "glossary": ("glossary", "doc-glossary"),
    "references-full": ("bibliography", "doc-bibliography"),
    "callout": ("tip", "doc-tip"),
    "help": ("notice", "doc-notice"),
}
"""What a class says to a reading system: `epub:type` (EPUB 3 Structural Semantics), and its ARIA role."""

_TYPES_OF_ROLES = {"doc-chapter": "chapter", "doc-endnotes": "endnotes", "doc-noteref": "noteref"}
"""The `epub:type` of what has a role already."""

_OPENED = re.compile(r'<(?:section|aside|div|a) class="([a-z-]+)[^>]*>')
_ROLE = re.compile(r' role="([a-z-]+)"')
_PLAIN_TYPES = (("<dt>", '<dt epub:type="glossterm">'), ("<dd>", '<dd epub:type="glossdef">'))
"""Terms and meanings of a glossary; other lists have classes."""


def _with_types(body: str) -> str:
    def opened(found: re.Match[str]) -> str:
        if role := _ROLE.search(found[0]):
            kind = _TYPES_OF_ROLES.get(role[1])
            said = f' epub:type="{kind}"' if kind else ""
        else:
            kind, own = _TYPES_OF_CLASSES.get(found[1], ("", ""))
            said = f' epub:type="{kind}" role="{own}"' if kind else ""
        return found[0][:-1] + said + ">"

    body = _OPENED.sub(opened, body)
    for old, new in _PLAIN_TYPES:
        body = body.replace(old, new)
    return body


_HEAD = re.compile(r"<(h[1-6]) [^>]*>.*?</\1>", re.DOTALL)


def _loosened(body: str) -> str:
    """Let heads break at every space: in large type on a small screen two words may be wider than a line."""
    return _HEAD.sub(lambda found: found[0].replace(NBSP, " "), body)


_DRAWING = re.compile(r"<svg [^>]*>")
_BOX = re.compile(r'viewBox="\S+ \S+ ([\d.]+) ([\d.]+)"')
_WIDEST = 320
"""CSS pixels: a drawing fits the narrowest screen even where styles are dropped."""


def _sized(body: str) -> str:
    """Set width and height of every drawing within the text."""

    def sized(found: re.Match[str]) -> str:
        tag = re.sub(r' (?:width|height)="[^"]*"', "", found[0])
        if not (box := _BOX.search(tag)):
            return found[0]
        height = round(_WIDEST * float(box[2]) / float(box[1]))
        return tag.replace("<svg ", f'<svg width="{_WIDEST}" height="{height}" ', 1)

    return _DRAWING.sub(sized, body)


def _features(pages: tuple[PageMark, ...]) -> Iterator[str]:
    """Return the accessibility features that are true of this book (schema.org's words)."""
    yield from ("alternativeText", "ARIA", "displayTransformability", "readingOrder")
    yield from ("structuralNavigation", "tableOfContents", "unlocked")
    if pages:
        yield from ("pageBreakMarkers", "pageNavigation")


@dataclass
class _Entry:
    level: int
    id: str
    words: str
    below: list[_Entry] = field(default_factory=list)


def _tree(headings: Iterable[Heading], deepest: int = 3) -> list[_Entry]:
    """Hang headings below one another, as a list of contents has them."""
    top: list[_Entry] = []
    open_: list[_Entry] = []
    for heading in headings:
        if heading.level > deepest:
            continue
        entry = _Entry(heading.level, heading.id, heading.words)
        while open_ and open_[-1].level >= entry.level:
            open_.pop()
        (open_[-1].below if open_ else top).append(entry)
        open_.append(entry)
    return top


# -- files ---------------------------------------------------------------------------------------

_DATA_PICTURE = re.compile(r'src="data:image/(svg\+xml|png|jpeg)[^"]*"')
_ENDS = {"svg+xml": "svg", "png": "png", "jpeg": "jpg"}
_TYPES = {
    "xhtml": "application/xhtml+xml",
    "css": "text/css",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "ttf": "font/ttf",
    "otf": "font/otf",
}


def _as_files(text: str) -> tuple[str, dict[str, bytes]]:
    """Take pictures out of their addresses: not every reading system shows those."""
    files: dict[str, bytes] = {}

    def taken(found: re.Match[str]) -> str:
        body = _picture_in(found[0].partition('"')[2].removesuffix('"'))
        name = next((n for n, other in files.items() if other == body), None)
        if name is None:
            name = f"picture-{len(files) + 1}.{_ENDS[found[1]]}"
            files[name] = body
        return f'src="{name}"'

    return _DATA_PICTURE.sub(taken, text), files


def _picture_in(address: str) -> bytes:
    """Return the picture that a data address holds."""
    import base64

    head, _, coded = str(Markup(address).unescape()).partition(",")  # noqa: S704 - an address, to be read
    body = unquote_to_bytes(coded)
    return base64.b64decode(body) if head.endswith(";base64") else body


@dataclass(frozen=True)
class _Item:
    """One entry of the manifest."""

    id: str
    name: str
    type: str
    properties: str


def _item(name: str, body: bytes) -> _Item:
    properties = {
        "nav.xhtml": "nav",
        "cover.jpg": "cover-image",
    }
    stem, _, end = name.rpartition(".")
    drawn = "svg" if end == "xhtml" and b"<svg" in body else ""
    own = stem.rpartition("/")[2] if end == "xhtml" else name.replace("/", "-")
    return _Item(own, name, _TYPES[end], properties.get(name, drawn))


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:

        def put(name: str, body: bytes, method: int) -> None:
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.compress_type = method
            level = (
                1 if name.startswith("EPUB/fonts/") else None
            )  # as small within a tenth, in a third of the time
            entry.create_system = 3  # the same on every machine
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, body, compresslevel=level)

        put("mimetype", MIMETYPE, zipfile.ZIP_STORED)
        put("META-INF/container.xml", _CONTAINER, zipfile.ZIP_DEFLATED)
        for name, body in sorted(files.items()):
            packed = any(name.endswith(end) for end in _PACKED)
            put(f"EPUB/{name}", body, zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED)
    return out.getvalue()
