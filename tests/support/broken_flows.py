"""Ways to spoil a good EPUB or web page, one for each check of `verify_flow`."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

HANDOUT, PACKAGE = "EPUB/handout.xhtml", "EPUB/package.opf"
Spoiler = Callable[[bytes], bytes]


def torn(book: bytes) -> bytes:
    return book[:-400]


def _changed(
    book: bytes, change: Callable[[dict[str, bytes]], object], method: int = zipfile.ZIP_STORED
) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book)) as old:
        files = {entry.filename: old.read(entry) for entry in old.infolist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as new:
        for name, body in files.items():
            new.writestr(name, body)
    return out.getvalue()


def _replaced(name: str, old: bytes, new: bytes) -> Spoiler:
    def spoil(book: bytes) -> bytes:
        def change(files: dict[str, bytes]) -> None:
            assert old in files[name], f"{old!r} is not in {name}"
            files[name] = files[name].replace(old, new, 1)

        return _changed(book, change)

    return spoil


def packed_type(book: bytes) -> bytes:
    return _changed(book, dict.copy, zipfile.ZIP_DEFLATED)


def other_type(book: bytes) -> bytes:
    return _changed(book, lambda files: files.update(mimetype=b"application/zip"))


def type_not_first(book: bytes) -> bytes:
    def change(files: dict[str, bytes]) -> None:
        files["mimetype"] = files.pop("mimetype")

    return _changed(book, change)


def lost_file(book: bytes) -> bytes:
    def change(files: dict[str, bytes]) -> None:
        del files["EPUB/cover.jpg"]

    return _changed(book, change)


def stray_file(book: bytes) -> bytes:
    return _changed(book, lambda files: files.update({"EPUB/notes.txt": b"x"}))


def lost_font(book: bytes) -> bytes:
    def change(files: dict[str, bytes]) -> None:
        files["EPUB/style.css"] = files["EPUB/style.css"].replace(b'url("fonts/', b'url("faces/', 1)

    return _changed(book, change)


def no_metadata(book: bytes) -> bytes:
    def change(files: dict[str, bytes]) -> None:
        files[PACKAGE] = re.sub(rb'<meta property="schema:accessMode">[^<]*</meta>', b"", files[PACKAGE])

    return _changed(book, change)


BEYOND_CSS_2 = (
    b"p { color: var(--ink) }",
    b"p { margin: calc(1em - 1px) }",
    b"p { margin: 1.5rem }",
    b"p { width: 50vw }",
    b"p { display: flex }",
    b"p { display: inline-grid }",
    b"p { position: absolute }",
    b"@media (max-width: 36em) { p { margin: 0 } }",
    b"@media screen and (min-device-width: 600px) { p { margin: 0 } }",
    b"@layer words { p { margin: 0 } }",
)
"""Rules that not every reading system knows."""


def _with_rule(rule: bytes) -> Spoiler:
    def spoil(book: bytes) -> bytes:
        def change(files: dict[str, bytes]) -> None:
            files["EPUB/style.css"] += b"\n" + rule

        return _changed(book, change)

    return spoil


def _without_height(files: dict[str, bytes]) -> None:
    spoiled = re.sub(rb'(<svg [^>]*?) height="\d+"', rb"\1", files[HANDOUT])
    assert spoiled != files[HANDOUT]
    files[HANDOUT] = spoiled


BOOKS: dict[str, list[Spoiler]] = {
    "verify.unreadable": [torn],
    "verify.mimetype": [packed_type, other_type, type_not_first],
    "verify.broken-link": [
        lost_file,
        lost_font,
        _replaced(HANDOUT, b"<main>", b'<main><p><a href="#nowhere">x</a></p>'),
        _replaced("EPUB/nav.xhtml", b"handout.xhtml#heading.1", b"handout.xhtml#heading.99"),
    ],
    "verify.unlisted": [stray_file],
    "verify.no-title": [
        _replaced(HANDOUT, b"<title>Tears and closeness", b"<title>"),
        _replaced(PACKAGE, b"<dc:language>en-US", b"<dc:language>"),
    ],
    "verify.no-language": [lambda book: _changed(book, _without_language)],
    "verify.accessibility": [no_metadata],
    "verify.not-well-formed": [_replaced(HANDOUT, b"</main>", b""), _replaced(PACKAGE, b"</metadata>", b"")],
    "verify.same-id": [_replaced(HANDOUT, b"<main>", b'<main><p id="heading.1">x</p>')],
    "verify.no-alt": [
        _replaced(HANDOUT, b"<main>", b'<main><p><img src="picture-1.svg" alt=" "/></p>'),
        _replaced(HANDOUT, b' role="presentation"', b""),
        _replaced(HANDOUT, b"<main>", b'<main><svg xmlns="http://www.w3.org/2000/svg"></svg>'),
    ],
    "verify.no-size": [
        lambda book: _changed(book, _without_height),
        _replaced(HANDOUT, b'<svg width="320"', b'<svg width="100%"'),
    ],
    "verify.unsupported": [
        *(_with_rule(rule) for rule in BEYOND_CSS_2),
        _replaced(HANDOUT, b"<main>", b'<main><p style="margin: calc(1em + 2px)">x</p>'),
        _replaced(HANDOUT, b"</head>", b"<style>p { padding: var(--x) }</style></head>"),
        _replaced(HANDOUT, b"<main>", b'<main><picture><img src="cover.jpg" alt="x"/></picture>'),
        _replaced(HANDOUT, b"<main>", b'<main><input aria-label="x"/>'),
    ],
    "verify.heading-skipped": [_replaced(HANDOUT, b"</main>", b"<h6>x</h6></main>")],
    "verify.placeholder": [_replaced(HANDOUT, b"<main>", b"<main><p>slot:masthead</p>")],
    "verify.phone-link": [
        _replaced(HANDOUT, b'href="tel:988"', b'href="tel:"'),
        _replaced(HANDOUT, b'href="tel:+12025550142"', b'href="tel:Ask%20at%20the%20desk"'),
    ],
}


def _without_language(files: dict[str, bytes]) -> None:
    files[HANDOUT] = re.sub(rb' (?:xml:)?lang="[^"]*"', b"", files[HANDOUT])


def _in_page(old: str, new: str) -> Spoiler:
    def spoil(page: bytes) -> bytes:
        assert old.encode() in page, f"{old!r} is not in the page"
        return page.replace(old.encode(), new.encode(), 1)

    return spoil


PAGES: dict[str, list[Spoiler]] = {
    "verify.asks-outside": [
        _in_page("<main>", "<main><script>x()</script>"),
        _in_page("<main>", '<main><img src="https://example.org/x.png" alt="x"/>'),
        _in_page("</style>", "p { background: url(x.png) }</style>"),
        _in_page("</style>", "@import 'x.css';</style>"),
    ],
    "verify.no-name": [_in_page("<main>", "<main><textarea></textarea>")],
    "verify.broken-link": [_in_page("<main>", '<main><a href="other.html">x</a>')],
    "verify.same-id": [_in_page("<main>", '<main><p id="heading.1">x</p>')],
    "verify.no-title": [lambda page: re.sub(rb"<title>[^<]*", b"<title>", page, count=1)],
    "verify.no-language": [lambda page: re.sub(rb'<html lang="[^"]*"', b"<html", page)],
    "verify.no-alt": [lambda page: re.sub(rb' alt="[^"]+"', b' alt=""', page)],
    "verify.heading-skipped": [_in_page("</main>", "<h6>x</h6></main>")],
    "verify.not-well-formed": [_in_page("</main>", "")],
    "verify.placeholder": [_in_page("</style>", "p { color: #b1f053 }</style>")],
    "verify.phone-link": [
        _in_page('href="tel:988"', 'href="tel:"'),
        _in_page('href="sms:88788"', 'href="sms:START to 88788"'),
    ],
}
