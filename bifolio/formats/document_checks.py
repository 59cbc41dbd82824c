"""What a reader would stumble over in a document that flows, however it was made.

Is it well-formed, does every link lead somewhere or name a number to call, has every id one place, every picture
words and every field a name, does it say its language and title, does it ask for nothing outside? EPUBCheck, Ace
and axe ask the rest in the tests.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from bifolio.core.diagnostics import Diagnostic
from bifolio.core.phone_numbers import calls_nobody

XHTML = "{http://www.w3.org/1999/xhtml}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_ASKS = re.compile(r"url\(\s*['\"]?(?!data:)([^'\")]+)|@import\s+['\"]([^'\"]+)")
_CALLS = frozenset({"http", "https", "mailto", "tel", "sms"})
_REFERENCES = {
    "href": ("a",),
    "src": ("img", "script", "iframe", "source", "audio", "video"),
    "srcset": ("source",),  # with one address: a logo for dark screens
}
_LEFT_OF_A_PLATE = (
    re.compile(rb"slot(?::[a-z]|\.invalid)"),
    re.compile(rb"b1f0(?:(?<=#b1f0)|(?<=%23b1f0))[0-9a-f]{2}"),
)
"""Two patterns that begin with plain letters are looked for twenty times as fast as one that does not."""


def finding(code: str, message: str, where: str) -> Diagnostic:
    """Return a finding without a cure: none of these is an author's fault."""
    return Diagnostic(code, message, where=where)


def parsed(body: bytes, where: str) -> Element | Diagnostic:
    """Return the root of a document, or what keeps it from being read."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        return fromstring(body)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        return finding("verify.not-well-formed", f"it is not well-formed: {error}", where)


# -- one document --------------------------------------------------------------------------------


def ids(root: Element) -> frozenset[str]:
    """Return all ids of a document: where links may lead."""
    return frozenset(value for element in root.iter() if (value := element.get("id")))


def check_document(root: Element, space: str, where: str, above: int = 0) -> Iterator[Diagnostic]:
    """Find what a document lacks; `space` is the namespace of its names.

    `above` is the level of the last heading before it, where it goes on from another.
    """
    if not (root.get("lang") or root.get(_LANG)):
        yield finding("verify.no-language", "it does not say its language", where)
    if not (root.findtext(f".//{space}title") or "").strip():
        yield finding("verify.no-title", "it has no title", where)
    seen: set[str] = set()
    for element in root.iter():
        name = _name(element)
        if (own := element.get("id")) is not None:
            if own in seen:
                yield finding("verify.same-id", f'two elements have the id "{own}"', where)
            seen.add(own)
        if name == "img" and not _is_told(element):
            yield finding("verify.no-alt", "a picture has no text alternative", where)
        if name == "svg" and not any(_name(kid) == "title" and (kid.text or "").strip() for kid in element):
            yield finding("verify.no-alt", "a drawing has no text alternative", where)
    yield from _headings(root, above, where)
    yield from _fields(root, where)


def _is_told(picture: Element) -> bool:
    """Return whether a picture has an alternative, or says that it is there for the eye alone."""
    alt = picture.get("alt")
    return bool((alt or "").strip()) or (alt == "" and picture.get("role") == "presentation")


def _headings(root: Element, above: int, where: str) -> Iterator[Diagnostic]:
    for level, element in _leveled(root):
        if level > above + 1:
            words = " ".join("".join(element.itertext()).split())
            yield finding("verify.heading-skipped", f'the heading "{words}" skips a level', where)
        above = level


def last_level(root: Element, above: int = 0) -> int:
    """Return the level of the last heading of a document, `above` if it has none."""
    return max([(0, above), *((place, level) for place, (level, _) in enumerate(_leveled(root), 1))])[1]


def _leveled(root: Element) -> Iterator[tuple[int, Element]]:
    for element in root.iter():
        if level := re.fullmatch(r"h([1-6])", _name(element)):
            yield int(level[1]), element


def _fields(root: Element, where: str) -> Iterator[Diagnostic]:
    """Find places to write that a screen reader could not name."""
    labelled = {
        id(field)
        for label in root.iter()
        if _name(label) == "label" and "".join(label.itertext()).strip()
        for field in label.iter()
    }
    for element in root.iter():
        is_field = _name(element) in ("input", "textarea", "select")
        if is_field and id(element) not in labelled and not (element.get("aria-label") or "").strip():
            yield finding("verify.no-name", "a place to write has no name", where)


def check_links(
    root: Element, name: str, known: Mapping[str, frozenset[str]], where: str
) -> Iterator[Diagnostic]:
    """Find links that lead nowhere or call nobody. `known` are the ids of every file beside `name`."""
    for element in root.iter():
        for attribute, tags in {**_REFERENCES, "href": ("a", "link")}.items():
            target = element.get(attribute)
            if target is None or _name(element) not in tags or target.startswith("data:"):
                continue
            parts = urlsplit(target)
            if calls_nobody(target):
                yield finding("verify.phone-link", f'the link "{target}" calls no number', where)
            if parts.scheme in _CALLS and _name(element) == "a":
                continue
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))
            path = path if parts.path else name
            if path not in known or (parts.fragment and parts.fragment not in known[path]):
                yield finding("verify.broken-link", f'"{target}" leads nowhere', where)


def check_style_links(css: str, name: str, files: Mapping[str, Any], where: str) -> Iterator[Diagnostic]:
    """Find what styles ask for and is not among the files."""
    for found in _ASKS.finditer(css):
        target = found[1] or found[2]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
        if path not in files:
            yield finding("verify.broken-link", f'the styles ask for "{target}", which is not there', where)


_UNKNOWN_TO_READERS = re.compile(
    r"(?:var|calc|min|max|clamp)\(|@(?:layer|supports|container|import)\b|@media[^{]*\b(?:width|height)\b"
    r"|(?<![\w.#-])[\d.]+(?:rem|vw|vh|vmin|vmax|ch)\b|display:\s*(?:inline-)?(?:flex|grid)|display:\s*contents"
    r"|position:\s*(?:absolute|fixed|sticky)"
)
"""What reading systems drop, or take for something else: what came after CSS 2.1 and has no fallback, places off the flow,
and queries for the width of a page, of which paginating ones do not tell the truth."""

_LACKING_IN_READERS = frozenset(
    [
        "audio",
        "button",
        "canvas",
        "details",
        "embed",
        "form",
        "iframe",
        "input",
        "object",
        "picture",
        "script",
        "select",
        "textarea",
        "video",
    ]
)


def check_for_readers(root: Element, where: str) -> Iterator[Diagnostic]:
    """Find what a document of a book has and reading systems lack, and drawings without a definite size."""
    for element in root.iter():
        name = _name(element)
        if name in _LACKING_IN_READERS:
            yield finding("verify.unsupported", f"not every reading system knows <{name}>", where)
        if name == "svg" and not all(_SIZE.fullmatch(element.get(side, "")) for side in ("width", "height")):
            yield finding("verify.no-size", "a drawing has no definite width and height", where)
        yield from check_styles_for_readers(element.get("style", ""), where)
        if name == "style":
            yield from check_styles_for_readers(element.text or "", where)


_SIZE = re.compile(r"[1-9]\d*(?:\.\d+)?(?:px)?")


def check_styles_for_readers(css: str, where: str) -> Iterator[Diagnostic]:
    """Find the first thing in styles of a book that not every reading system knows."""
    if found := _UNKNOWN_TO_READERS.search(css):
        said = " ".join(found[0].split())
        yield finding("verify.unsupported", f'not every reading system knows "{said}" in styles', where)


def check_requests(text: str, root: Element, where: str) -> Iterator[Diagnostic]:
    """Find what a page asks for outside itself, and scripts."""
    styles = " ".join(element.text or "" for element in root.iter() if _name(element) == "style")
    asked = [found[1] or found[2] for found in _ASKS.finditer(styles)]
    asked += [
        value
        for element in root.iter()
        for attribute in ("src", "srcset", "poster", "action")
        if (value := element.get(attribute)) and not value.startswith("data:")
    ]
    if asked:
        yield finding("verify.asks-outside", f'the page asks for "{asked[0]}"', where)
    if "<script" in text:
        yield finding("verify.asks-outside", "the page runs a script", where)


def check_placeholders(body: bytes, where: str) -> Iterator[Diagnostic]:
    """Find what is left of a plate."""
    for left in filter(None, (pattern.search(body) for pattern in _LEFT_OF_A_PLATE)):
        words = left[0].decode()
        yield finding(
            "verify.placeholder", f'"{words}" is left, where something of the clinic belongs', where
        )


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
