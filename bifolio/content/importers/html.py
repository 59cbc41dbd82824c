"""HTML → the structure of its body. Scripts, styles and forms are not read; nothing is fetched."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

from bifolio.content.importers.limits import refuse
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

MAX_DEPTH = 100
MAX_SPAN = 50
"""The most columns or rows that one cell covers."""

_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
_CLOSED_BY_OTHERS = frozenset(
    ["p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "colgroup"]
)
_UNREAD = frozenset(
    [
        "head",
        "script",
        "style",
        "template",
        "noscript",
        "svg",
        "math",
        "iframe",
        "object",
        "select",
        "textarea",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "ul",
        "caption",
    ]
)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_WITHOUT_TABS = re.compile(r"[ \r\n\f]+")


def read_html(text: str) -> Document:
    """Read a web page. Raises RequestError for one that is nested too deeply."""
    root = parse(text)
    body = root.find("body")
    found = Document(words=words_of(body), language=(root.get("lang") or "")[:2].lower())
    found.title = " ".join((root.findtext("head/title") or "").split())
    if body is not None:
        found.nodes = nodes_of(body, found.left_out)
    return found


def parse(text: str) -> Element:
    """Return the tree of an HTML document as browsers see it."""
    from tinyhtml5 import parse as parse_bytes  # late: only a page that is imported needs it

    _refuse_depth(text)
    # As a stream: the parser would take a short text for the name of a file.
    stream = io.BytesIO(text.encode("utf-8", "replace"))
    root: Element = parse_bytes(stream, namespace_html_elements=False, override_encoding="utf-8")
    return root


def words_of(element: Element | None) -> str:
    """Return all text in an element, and the alternative texts of its pictures."""
    parts: list[str] = []

    def gather(element: Element) -> None:
        if isinstance(element.tag, str):
            if element.tag in _BLOCKS or element.tag in {"br", "td", "th"}:
                parts.append("\n")
            parts.append(element.text or "")
            parts.append(f" {element.get('alt', '')} " if element.tag == "img" else "")
            for child in element:
                gather(child)
        parts.append(element.tail or "")

    if element is not None:
        gather(element)
    return "".join(parts)


class _Depth(HTMLParser):
    """How deeply the elements of a page are nested, about as a browser would find it."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = self.deepest = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        if tag not in _VOID and tag not in _CLOSED_BY_OTHERS:
            self.depth += 1
            self.deepest = max(self.deepest, self.depth)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _CLOSED_BY_OTHERS:
            self.depth = max(0, self.depth - 1)


def _refuse_depth(text: str) -> None:
    # Before the real parser, which takes minutes for 100,000 open elements.
    meter = _Depth()
    meter.feed(text)
    if meter.deepest > MAX_DEPTH:
        raise refuse(
            "too-deep",
            f"elements are nested more than {MAX_DEPTH} deep, or are not closed",
            "save the page anew from a word processor, or copy its text into a new document",
        )


def nodes_of(element: Element, left_out: list[str], *, keep_tabs: bool = False) -> tuple[Node, ...]:
    """Return what stands in an element; what the tree cannot hold goes to `left_out`."""
    return tuple(_Reader(left_out, keep_tabs=keep_tabs).children(element))


class _Reader:
    """Turns elements into nodes, and loose text between them into paragraphs."""

    def __init__(self, left_out: list[str], *, keep_tabs: bool) -> None:
        self._left_out = left_out
        self._spaces = _WITHOUT_TABS if keep_tabs else _SPACES
        self._is_code = False

    def children(self, element: Element, role: str = "") -> Iterator[Node]:
        """Yield the nodes of all that an element holds."""
        loose: list[Run | Node] = list(self._runs(element.text, Run("")))
        for child in element:
            if not isinstance(child.tag, str):  # a comment
                if words := " ".join((child.text or "").split()):
                    self._left_out.append(f"a comment in the markup: {words}")
            elif child.tag in _BLOCKS:
                yield from self._flush(loose, role)
                yield from self._one(child, role)
            else:
                loose += self._inline(child, Run(""))
            loose += self._runs(child.tail, Run(""))
        yield from self._flush(loose, role)

    def _flush(self, loose: list[Run | Node], role: str) -> Iterator[Node]:
        """Yield a paragraph of loose words, with the blocks and pictures that stood among them after it."""
        runs = trimmed(run for run in loose if isinstance(run, Run))
        nodes = [node for node in loose if not isinstance(node, Run)]
        loose.clear()
        if runs:
            yield Paragraph(runs, role)
        yield from nodes

    def _one(self, element: Element, role: str) -> Iterator[Node]:
        tag = str(element.tag)
        classes = (element.get("class") or "").split()
        if tag in _UNREAD:
            self._unread(element)
        elif tag[0] == "h" and tag[1:].isdigit():
            inner = self.children(element)
            level = 0 if "title" in classes else int(tag[1:])
            for node in inner:
                yield Heading(level, node.text) if isinstance(node, Paragraph) else node
        elif tag == "hr":
            yield Break(is_page="page" in classes)
        elif tag in {"ul", "ol"}:
            yield from self._list(element)
        elif tag == "dl":
            yield from self._terms(element)
        elif tag == "table":
            yield from self._table(element)
        elif tag == "pre":
            self._is_code = True
            yield from self.children(element, "code")
            self._is_code = False
        else:
            named = {"blockquote": "quote", "p": "subtitle" if "subtitle" in classes else role}
            yield from self.children(element, named.get(tag, role))

    def _list(self, element: Element) -> Iterator[Node]:
        items: list[Item] = []
        notes: list[Note] = []
        for child in element:
            if not isinstance(child.tag, str):
                continue
            ticked = _ticked(child)
            nodes = tuple(self.children(child))
            name = child.get("id") or ""
            if "footnote-" in name or "endnote-" in name or "footnote-item" in (child.get("class") or ""):
                notes.append(Note(str(len(notes) + 1), nodes))
            elif child.tag in {"ul", "ol"} and items:  # a list straight in a list, as some editors write it
                items[-1] = Item((*items[-1].nodes, *self._list(child)), items[-1].ticked)
            elif nodes:
                items.append(Item(nodes, ticked))
        if items:
            start = element.get("start") or ""
            yield Listing(
                tuple(items), element.tag == "ol", int(start) if re.fullmatch(r"\d{1,4}", start) else 1
            )
        yield from notes

    def _terms(self, element: Element) -> Iterator[Node]:
        """Yield the terms of a list in bold, each with its meaning in one paragraph."""
        term: tuple[Run, ...] = ()
        for child in element:
            if not isinstance(child.tag, str):
                continue
            nodes = list(self.children(child))
            if child.tag == "dt" and len(nodes) == 1 and isinstance(nodes[0], Paragraph):
                yield from [Paragraph(term)] if term else []
                term = tuple(replace(run, bold=True) for run in nodes[0].text)
                continue
            if term and nodes and isinstance(nodes[0], Paragraph):
                nodes[0] = Paragraph((*term, Run(": "), *nodes[0].text))
            elif term:
                nodes.insert(0, Paragraph(term))
            term = ()
            yield from nodes
        yield from [Paragraph(term)] if term else []

    def _table(self, element: Element) -> Iterator[Node]:
        rows: list[tuple[Cell, ...]] = []
        heads = 0
        for child in element.iterfind("caption"):
            yield from self.children(child)
        for part in element:
            lines = [part] if part.tag == "tr" else list(part.iterfind("tr"))
            for line in lines:
                cells = [cell for cell in line if cell.tag in {"td", "th"}]
                is_head = part.tag == "thead" or (cells and all(cell.tag == "th" for cell in cells))
                heads += bool(is_head) and heads == len(rows)
                rows.append(
                    tuple(
                        Cell(tuple(self.children(cell)), _span(cell, "colspan"), _span(cell, "rowspan"))
                        for cell in cells
                    )
                )
        if any(rows):
            yield Table(tuple(row for row in rows if row), heads)

    # -- words -----------------------------------------------------------------------------------

    def _inline(self, element: Element, look: Run) -> Iterator[Run | Node]:
        tag = str(element.tag)
        if tag in _UNREAD:
            self._unread(element)
            return
        if tag == "br":
            yield Run("\n")
        elif tag == "img":
            yield Picture((element.get("src") or "")[:200].rpartition("/")[2], element.get("alt") or "")
        elif tag == "input" and element.get("type") == "checkbox":
            yield Run("☒ " if element.get("checked") is not None else "☐ ")
        elif tag in _BLOCKS:
            yield from self._one(element, "")
        elif not _is_backlink(element):
            look = self._look(element, look)
            yield from self._runs(element.text, look)
            for child in element:
                if isinstance(child.tag, str):
                    yield from self._inline(child, look)
                yield from self._runs(child.tail, look)

    def _look(self, element: Element, look: Run) -> Run:
        tag, style = element.tag, (element.get("style") or "").replace(" ", "").lower()
        bold = look.bold or tag in {"b", "strong"} or bool(re.search(r"font-weight:(bold|[6-9]00)", style))
        italic = look.italic or tag in {"i", "em", "cite", "var", "dfn"} or "font-style:italic" in style
        if tag in {"s", "del", "strike"}:
            words = " ".join("".join(element.itertext()).split())
            self._left_out.append(f"words that were struck through stay as plain words: {words}")
        target = (element.get("href") or "") if tag == "a" else ""
        if target and target == element.text:  # <mailto:…>, as Markdown has it
            element.text = target.removeprefix("mailto:")
        if target.startswith("#"):
            target = ""
        return Run("", bold, italic, target or look.link)

    def _runs(self, text: str | None, look: Run) -> Iterator[Run]:
        if text:
            words = text if self._is_code else self._spaces.sub(" ", text)
            yield Run(words, look.bold, look.italic, look.link)

    def _unread(self, element: Element) -> None:
        words = " ".join("".join(element.itertext()).split())
        if words and element.tag not in {"script", "style"}:
            self._left_out.append(f"what stands in <{element.tag}>: {words}")


def _ticked(item: Element) -> bool | None:
    """Return whether a list item that begins with a box is ticked, and take the box away."""
    first = next((child for child in item if isinstance(child.tag, str)), None)
    holder = item
    if first is not None and first.tag in {"p", "label"} and not (item.text or "").strip():
        holder, first = first, next((child for child in first if isinstance(child.tag, str)), None)
    is_box = first is not None and first.tag == "input" and first.get("type") == "checkbox"
    if first is None or not is_box or (holder.text or "").strip():
        return None
    ticked = first.get("checked") is not None
    holder.text = (holder.text or "") + (first.tail or "")
    holder.remove(first)
    return ticked


def _is_backlink(element: Element) -> bool:
    """Return whether this is the arrow at the end of a footnote that leads back to the text."""
    target = element.get("href") or ""
    return element.tag == "a" and (target.startswith("#fnref") or "note-ref-" in target)


def _span(cell: Element, name: str) -> int:
    value = cell.get(name) or "1"
    return min(MAX_SPAN, max(1, int(value))) if re.fullmatch(r"\d{1,4}", value) else 1
