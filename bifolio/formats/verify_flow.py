"""Verify what flows: a finished EPUB or web page → findings. Nothing with a finding is published.

Works on any such file, with no knowledge of how it was made, and looks for what a reader would stumble over:
is it whole and well-formed, does every link lead somewhere or name a number to call, has every id one place,
every picture words and every field a name, does each document say its language and title, does the book say how
accessible it is, does nothing ask for anything outside. EPUBCheck, Ace and axe ask the rest in the tests.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from bifolio.core.diagnostics import Diagnostic
from bifolio.core.phone_numbers import calls_nobody

_XHTML = "{http://www.w3.org/1999/xhtml}"
_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_ACCESSIBLE = (
    "schema:accessMode",
    "schema:accessModeSufficient",
    "schema:accessibilityFeature",
    "schema:accessibilityHazard",
    "schema:accessibilitySummary",
)
"""What EPUB Accessibility 1.1 asks of every book; EPUBCheck passes one without."""

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


def verify_page(page: bytes, where: str, beside: Iterable[str] = ()) -> list[Diagnostic]:
    """Look a finished web page over: one file that asks for nothing. `beside` are files it may link to."""
    found = _parsed(page, where)
    if isinstance(found, Diagnostic):
        return [found]
    known = {"": _ids(found), **dict.fromkeys(beside, frozenset[str]())}
    return [
        *_document(found, "", where),
        *(finding for finding in _links(found, "", known, where)),
        *_outside(page.decode(errors="replace"), found, where),
        *_left(page, where),
    ]


def verify_epub(book: bytes, where: str) -> list[Diagnostic]:
    """Look a finished EPUB over: its container, its package, and every document in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(book)) as archive:
            files = {entry.filename: archive.read(entry) for entry in archive.infolist()}
            first = archive.infolist()[:1]
    except (zipfile.BadZipFile, IndexError, ValueError, EOFError, OSError, NotImplementedError):
        return [_finding("verify.unreadable", "this is not an EPUB that can be opened", where)]
    if not first or first[0].filename != "mimetype" or first[0].compress_type != zipfile.ZIP_STORED:
        return [_finding("verify.mimetype", "the EPUB does not begin with its type, as it is", where)]
    if files["mimetype"] != b"application/epub+zip":
        return [_finding("verify.mimetype", "the EPUB says that it is something else", where)]
    name = _package_name(files)
    package = _parsed(files.get(name, b""), f"{where}, {name or 'package'}")
    if isinstance(package, Diagnostic):
        return [package]
    return [*_package(package, name, files, where), *_documents(files, where)]


def _finding(code: str, message: str, where: str) -> Diagnostic:
    return Diagnostic(code, message, where=where)


def _parsed(body: bytes, where: str) -> Element | Diagnostic:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        return fromstring(body)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        return _finding("verify.not-well-formed", f"it is not well-formed: {error}", where)


def _package_name(files: Mapping[str, bytes]) -> str:
    found = re.search(rb'full-path="([^"]+)"', files.get("META-INF/container.xml", b""))
    return found[1].decode(errors="replace") if found else ""


def _package(package: Element, name: str, files: Mapping[str, bytes], where: str) -> Iterator[Diagnostic]:
    folder = posixpath.dirname(name)
    listed = {posixpath.join(folder, unquote(item.get("href", ""))) for item in package.iter(f"{_OPF}item")}
    for lost in sorted(listed - files.keys()):
        yield _finding("verify.broken-link", f'the book lists "{lost}", which is not in it', where)
    kept = {"mimetype", "META-INF/container.xml", name}
    for stray in sorted(files.keys() - listed - kept):
        yield _finding("verify.unlisted", f'"{stray}" is in the book and not in its list', where)
    for part in ("title", "language", "identifier"):
        if not (package.findtext(f".//{_DC}{part}") or "").strip():
            yield _finding("verify.no-title", f"the book does not say its {part}", where)
    said = {meta.get("property"): (meta.text or "").strip() for meta in package.iter(f"{_OPF}meta")}
    for needed in _ACCESSIBLE:
        if not said.get(needed):
            yield _finding("verify.accessibility", f"the book does not say its {needed}", where)


def _documents(files: Mapping[str, bytes], where: str) -> Iterator[Diagnostic]:
    roots: dict[str, Element] = {}
    for name, body in files.items():
        if name.endswith(".xhtml"):
            root = _parsed(body, f"{where}, {name}")
            if isinstance(root, Diagnostic):
                yield root
            else:
                roots[name] = root
    known = {name: _ids(root) for name, root in roots.items()} | {
        name: frozenset() for name in files if name not in roots
    }
    for name, root in roots.items():
        place = f"{where}, {name}"
        yield from _document(root, _XHTML, place)
        yield from _links(root, name, known, place)
        yield from _left(files[name], place)
    for name, body in files.items():
        if name.endswith(".css"):
            yield from _style_links(body.decode(errors="replace"), name, files, f"{where}, {name}")


# -- one document --------------------------------------------------------------------------------


def _ids(root: Element) -> frozenset[str]:
    return frozenset(value for element in root.iter() if (value := element.get("id")))


def _document(root: Element, space: str, where: str) -> Iterator[Diagnostic]:
    if not (root.get("lang") or root.get(_LANG)):
        yield _finding("verify.no-language", "it does not say its language", where)
    if not (root.findtext(f".//{space}title") or "").strip():
        yield _finding("verify.no-title", "it has no title", where)
    seen: set[str] = set()
    for element in root.iter():
        name = _name(element)
        if (own := element.get("id")) is not None:
            if own in seen:
                yield _finding("verify.same-id", f'two elements have the id "{own}"', where)
            seen.add(own)
        if name == "img" and not (element.get("alt") or "").strip():
            yield _finding("verify.no-alt", "a picture has no text alternative", where)
        if name == "svg" and not any(_name(kid) == "title" and (kid.text or "").strip() for kid in element):
            yield _finding("verify.no-alt", "a drawing has no text alternative", where)
    yield from _headings(root, where)
    yield from _fields(root, where)


def _headings(root: Element, where: str) -> Iterator[Diagnostic]:
    above = 0
    for element in root.iter():
        if level := re.fullmatch(r"h([1-6])", _name(element)):
            if int(level[1]) > above + 1:
                words = " ".join("".join(element.itertext()).split())
                yield _finding("verify.heading-skipped", f'the heading "{words}" skips a level', where)
            above = int(level[1])


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
            yield _finding("verify.no-name", "a place to write has no name", where)


def _links(root: Element, name: str, known: Mapping[str, frozenset[str]], where: str) -> Iterator[Diagnostic]:
    for element in root.iter():
        for attribute, tags in {**_REFERENCES, "href": ("a", "link")}.items():
            target = element.get(attribute)
            if target is None or _name(element) not in tags or target.startswith("data:"):
                continue
            parts = urlsplit(target)
            if calls_nobody(target):
                yield _finding("verify.phone-link", f'the link "{target}" calls no number', where)
            if parts.scheme in _CALLS and _name(element) == "a":
                continue
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))
            path = path if parts.path else name
            if path not in known or (parts.fragment and parts.fragment not in known[path]):
                yield _finding("verify.broken-link", f'"{target}" leads nowhere', where)


def _style_links(css: str, name: str, files: Mapping[str, Any], where: str) -> Iterator[Diagnostic]:
    for found in _ASKS.finditer(css):
        target = found[1] or found[2]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
        if path not in files:
            yield _finding("verify.broken-link", f'the styles ask for "{target}", which is not there', where)


def _outside(text: str, root: Element, where: str) -> Iterator[Diagnostic]:
    styles = " ".join(element.text or "" for element in root.iter() if _name(element) == "style")
    asked = [found[1] or found[2] for found in _ASKS.finditer(styles)]
    asked += [
        value
        for element in root.iter()
        for attribute in ("src", "srcset", "poster", "action")
        if (value := element.get(attribute)) and not value.startswith("data:")
    ]
    if asked:
        yield _finding("verify.asks-outside", f'the page asks for "{asked[0]}"', where)
    if "<script" in text:
        yield _finding("verify.asks-outside", "the page runs a script", where)


def _left(body: bytes, where: str) -> Iterator[Diagnostic]:
    for left in filter(None, (pattern.search(body) for pattern in _LEFT_OF_A_PLATE)):
        words = left[0].decode()
        yield _finding(
            "verify.placeholder", f'"{words}" is left, where something of the clinic belongs', where
        )


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
