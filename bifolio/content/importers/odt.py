"""OpenDocument text (ISO/IEC 26300) → structure. Tracked deletions are left out, and named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from bifolio.content.importers.html import MAX_SPAN
from bifolio.content.importers.limits import refuse, xml_parts
from bifolio.content.importers.tree import (
    Break,
    Cell,
    Document,
    Heading,
    Item,
    Listing,
    Node,
    Note,
    Paragraph,
    Picture,
    Run,
    Table,
    trimmed,
)

_NS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TEXT, _TABLE, _DRAW, _OFFICE, _STYLE = (
    _NS % name for name in ("text", "table", "drawing", "office", "style")
)
_FO, _SVG = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}", _NS % "svg-compatible"
_XLINK, _DC = "{http://www.w3.org/1999/xlink}", "{http://purl.org/dc/elements/1.1/}"

_OUTSIDE = frozenset(
    {f"{_TEXT}tracked-changes", f"{_OFFICE}annotation", f"{_OFFICE}forms", f"{_TEXT}sequence-decls"}
)
_LARGEST_REPEAT = 50


@dataclass(frozen=True, slots=True)
class _Style:
    """What a named style says of words, as far as it matters here."""

    name: str = ""
    bold: bool | None = None
    italic: bool | None = None
    size_pt: float = 0
    breaks: bool = False


def read_odt(raw: bytes) -> Document:
    """Read an OpenDocument text. Raises RequestError for one that is broken, hostile or too large."""
    from defusedxml.ElementTree import fromstring

    parts = xml_parts(raw)
    if "content.xml" not in parts:
        cure = "save it as .odt or .docx in a word processor"
        raise refuse("unreadable", "there is no text document in the file", cure)
    trees: dict[str, Element] = {
        name: fromstring(parts[name], forbid_dtd=True)
        for name in ("content.xml", "styles.xml", "meta.xml")
        if name in parts
    }
    content: Element = trees["content.xml"]
    body = content.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise refuse("unreadable", "the file is no text document", "save the words as a text document (.odt)")
    reader = _Reader(_styles(trees), _ordered(trees))
    found = Document(left_out=reader.left_out, language=_language(trees))
    found.nodes = (*reader.nodes(body), *reader.notes)
    found.words = "\n".join(_words(body))
    if "meta.xml" in trees:
        found.title = " ".join((trees["meta.xml"].findtext(f".//{_DC}title") or "").split())
    found.left_out += _beside_the_text(trees, body)
    return found


def _styles(trees: dict[str, Element]) -> dict[str, _Style]:
    """Return the styles by name, each with what it takes from those that it is based on."""
    raw = {e.get(f"{_STYLE}name"): e for tree in trees.values() for e in tree.iter(f"{_STYLE}style")}

    def style(name: str | None, above: int = 0) -> _Style:
        element = raw.get(name)
        if element is None or above > 20:
            return _Style(name or "")
        base = style(element.get(f"{_STYLE}parent-style-name"), above + 1)
        text = element.find(f"{_STYLE}text-properties")
        paragraph = element.find(f"{_STYLE}paragraph-properties")
        given = text.attrib if text is not None else {}
        weight, slant = given.get(f"{_FO}font-weight"), given.get(f"{_FO}font-style")
        size = re.fullmatch(r"([\d.]{1,6})pt", given.get(f"{_FO}font-size", ""))
        breaks = paragraph is not None and paragraph.get(f"{_FO}break-before") == "page"
        is_own = not re.fullmatch(r"[PT]\d+", name or "")  # the others have no name of an author's
        return _Style(
            (name or "") if is_own else base.name,
            base.bold if weight is None else weight not in {"normal", "400"},
            base.italic if slant is None else slant != "normal",
            float(size[1]) if size and size[1].count(".") < 2 else base.size_pt,
            breaks,
        )

    return {name: style(name) for name in raw if name}


def _ordered(trees: dict[str, Element]) -> dict[str, frozenset[int]]:
    """Return the levels at which each style of lists has numbers."""
    level = f"{_TEXT}level"
    return {
        style.get(f"{_STYLE}name") or "": frozenset(
            int(e.get(level) or 1)
            for e in style.iter(f"{_TEXT}list-level-style-number")
            if (e.get(level) or "1").isdigit()
        )
        for tree in trees.values()
        for style in tree.iter(f"{_TEXT}list-style")
    }


def _language(trees: dict[str, Element]) -> str:
    for tree in (trees.get("styles.xml"), trees["content.xml"]):
        for properties in tree.iter(f"{_STYLE}text-properties") if tree is not None else ():
            if language := properties.get(f"{_FO}language"):
                return language[:2].lower()
    return ""


def _words(element: Element) -> Iterator[str]:
    """Yield all words of a body, a paragraph each, but for deleted and commented ones."""
    if element.tag in _OUTSIDE:
        return
    if element.tag in {f"{_TEXT}p", f"{_TEXT}h"}:
        yield "".join(_own_words(element))
    for child in element:
        yield from _words(child)


def _own_words(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag in {f"{_TEXT}tab", f"{_TEXT}s", f"{_TEXT}line-break"}:
            yield " "
        elif child.tag not in _OUTSIDE | {f"{_TEXT}p", f"{_TEXT}h", f"{_TEXT}note", f"{_DRAW}frame"}:
            yield from _own_words(child)
        yield child.tail or ""


def _beside_the_text(trees: dict[str, Element], body: Element) -> Iterator[str]:
    for change in body.iter(f"{_TEXT}deletion"):
        words = " ".join(" ".join(e.text or "" for e in change.iter() if e.tag[:3] != _DC[:3]).split())
        words = " ".join(" ".join(_words(change)).split()) or words
        if words:
            yield f"deleted words of tracked changes: {words}"
    for note in body.iter(f"{_OFFICE}annotation"):
        words = " ".join(" ".join(_words_in(note)).split())
        yield f"a comment by {note.findtext(f'{_DC}creator') or 'somebody'}: {words}"
    for master in trees["styles.xml"].iter(f"{_STYLE}master-page") if "styles.xml" in trees else ():
        for part in master:
            if words := " / ".join(filter(None, (" ".join(text.split()) for text in _words(part)))):
                yield f"a page {'header' if 'header' in part.tag else 'footer'}: {words}"


def _words_in(note: Element) -> Iterator[str]:
    for child in note:
        yield from _words(child)


class _Reader:
    """Turns the elements of a body into nodes."""

    def __init__(self, styles: dict[str, _Style], ordered: dict[str, frozenset[int]]) -> None:
        self._styles, self._ordered = styles, ordered
        self.left_out: list[str] = []
        self.notes: list[Note] = []
        self._after: list[Node] = []
        """What stands in a frame within a paragraph, and comes after it."""

    def nodes(self, element: Element) -> Iterator[Node]:
        for child in element:
            yield from self._node(child)

    def _node(self, element: Element) -> Iterator[Node]:
        tag = element.tag
        if tag in _OUTSIDE:
            return
        if tag in {f"{_TEXT}p", f"{_TEXT}h"}:
            yield from self._paragraph(element)
        elif tag == f"{_TEXT}list":
            yield from self._list(element, 1, "")
        elif tag == f"{_TABLE}table":
            yield from self._table(element)
        elif tag == f"{_DRAW}frame":
            yield from self._frame(element)
        else:  # sections, indexes, shapes
            yield from self.nodes(element)

    def _paragraph(self, element: Element) -> Iterator[Node]:
        written = element.get(f"{_TEXT}style-name") or ""
        style = self._styles.get(written, _Style(written))
        look = Run("", bool(style.bold), bool(style.italic))
        name = style.name.replace("_20_", " ").lower()
        runs = trimmed(self._runs(element, look))
        after, self._after = self._after, []
        if style.breaks:
            yield Break(is_page=True)
        level = element.get(f"{_TEXT}outline-level") or "1"
        if runs and (element.tag == f"{_TEXT}h" or name == "title"):
            yield Heading(0 if name == "title" else int(level) if level.isdigit() else 1, runs)
        elif runs:
            is_large = style.size_pt >= 14 and len("".join(run.text for run in runs)) <= 100
            role = {"subtitle": "subtitle", "quotations": "quote", "preformatted text": "code"}.get(name, "")
            yield Heading(1 if style.size_pt >= 18 else 2, runs) if is_large else Paragraph(runs, role)
        yield from after

    def _runs(self, element: Element, look: Run) -> Iterator[Run]:
        yield replace(look, text=_one_space(element.text))
        for child in element:
            yield from self._run(child, look)
            yield replace(look, text=_one_space(child.tail))

    def _run(self, child: Element, look: Run) -> Iterator[Run]:
        tag = child.tag
        if tag == f"{_TEXT}tab":
            yield Run("\t")
        elif tag == f"{_TEXT}line-break":
            yield Run("\n")
        elif tag == f"{_TEXT}s":
            yield replace(look, text=" ")
        elif tag == f"{_TEXT}note":
            mark = str(len(self.notes) + 1)
            self.notes.append(Note(mark, ()))
            body = child.find(f"{_TEXT}note-body")
            self.notes[int(mark) - 1] = Note(mark, tuple(self.nodes(body)) if body is not None else ())
            yield replace(look, text=f"[{mark}]")
        elif tag == f"{_DRAW}frame" or (str(tag).startswith(_DRAW) and tag != f"{_DRAW}a"):
            outer, self._after = self._after, []  # its own paragraphs have what stands beside them
            beside = [*(self._frame(child) if tag == f"{_DRAW}frame" else self.nodes(child))]
            self._after = [*outer, *beside]
        elif tag not in _OUTSIDE:
            style = self._styles.get(child.get(f"{_TEXT}style-name") or "", _Style())
            bold = look.bold if style.bold is None else style.bold
            italic = look.italic if style.italic is None else style.italic
            link = child.get(f"{_XLINK}href") if tag == f"{_TEXT}a" else None
            yield from self._runs(child, Run("", bold, italic, link or look.link))

    def _list(self, element: Element, level: int, style: str) -> Iterator[Node]:
        style = element.get(f"{_TEXT}style-name") or style
        items = []
        for child in element:
            nodes: list[Node] = []
            for inner in child:
                is_list = inner.tag == f"{_TEXT}list"
                nodes += self._list(inner, level + 1, style) if is_list else self._node(inner)
            if nodes:
                items.append(Item(tuple(nodes)))
        if items:
            yield Listing(tuple(items), level in self._ordered.get(style, frozenset()))

    def _table(self, element: Element) -> Iterator[Node]:
        heads = sum(1 for _ in element.iterfind(f"{_TABLE}table-header-rows/{_TABLE}table-row"))
        rows = []
        for row in element.iter(f"{_TABLE}table-row"):
            cells: list[Cell] = []
            for cell in row:
                if cell.tag != f"{_TABLE}table-cell":  # a covered one stands under the one that covers it
                    continue
                made = Cell(
                    tuple(self.nodes(cell)),
                    _number(cell, f"{_TABLE}number-columns-spanned", MAX_SPAN),
                    _number(cell, f"{_TABLE}number-rows-spanned", MAX_SPAN),
                )
                cells += [made] * _number(cell, f"{_TABLE}number-columns-repeated", _LARGEST_REPEAT)
            rows += [tuple(cells)] * _number(row, f"{_TABLE}number-rows-repeated", _LARGEST_REPEAT)
        if any(rows):
            yield Table(tuple(row for row in rows if row), heads)

    def _frame(self, element: Element) -> Iterator[Node]:
        for child in element:
            if child.tag == f"{_DRAW}image":
                alt = element.findtext(f"{_SVG}title") or element.findtext(f"{_SVG}desc") or ""
                yield Picture((child.get(f"{_XLINK}href") or "").rpartition("/")[2], " ".join(alt.split()))
            elif child.tag == f"{_DRAW}text-box":
                yield from self.nodes(child)


def _one_space(text: str | None) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text or "")


def _number(element: Element, name: str, most: int) -> int:
    value = element.get(name) or "1"
    return min(most, max(1, int(value))) if re.fullmatch(r"\d{1,6}", value) else 1
