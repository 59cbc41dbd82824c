"""epub.verify and web.verify: every check has an example that makes it fail."""

from __future__ import annotations

import re

import pytest

from bifolio.formats import epub, web
from tests.conftest import KINDS, ROOT
from tests.support import broken_flows

BOOKS = [(code, spoiler) for code, spoilers in broken_flows.BOOKS.items() for spoiler in spoilers]
PAGES = [(code, spoiler) for code, spoilers in broken_flows.PAGES.items() for spoiler in spoilers]


@pytest.fixture(scope="module")
def book(epubs) -> bytes:
    return epubs["tears-and-closeness", "harbour"].read_bytes()


@pytest.fixture(scope="module")
def page(web_pages) -> bytes:
    return web_pages["steady-now", "harbour"].read_bytes()


@pytest.mark.layout
def test_finished_files_are_good(epubs, web_pages) -> None:
    """One of each frame of a page; no other file is finished without the same look at it."""
    for item in KINDS:
        book, page = epubs[item, "harbour"], web_pages[item, "harbour"]
        assert epub.verify(book.read_bytes(), book.name) == []
        assert web.verify(page.read_bytes(), page.name) == []


@pytest.mark.layout
@pytest.mark.parametrize(("code", "spoiler"), BOOKS)
def test_a_spoiled_book_is_found(code, spoiler, book) -> None:
    findings = epub.verify(spoiler(book), "spoiled.epub")
    assert code in {finding.code for finding in findings}
    assert all((finding.where or "").startswith("spoiled.epub") and finding.is_error for finding in findings)


@pytest.mark.parametrize(("code", "spoiler"), PAGES)
def test_a_spoiled_page_is_found(code, spoiler, page) -> None:
    findings = web.verify(spoiler(page), "spoiled.html")
    assert code in {finding.code for finding in findings}


def test_every_code_has_a_spoiler() -> None:
    modules = (ROOT / "bifolio" / "formats" / f"{name}.py" for name in ("document_checks", "epub", "web"))
    codes = {code for path in modules for code in re.findall(r'"(verify\.[a-z-]+)"', path.read_text("utf-8"))}
    assert "verify.mimetype" in codes
    assert codes == set(broken_flows.BOOKS) | set(broken_flows.PAGES)


def test_nonsense_is_no_book_and_no_page() -> None:
    for nonsense in (b"", b"hello", b"PK\x05\x06" + bytes(18)):
        assert epub.verify(nonsense, "x.epub")[0].code in ("verify.unreadable", "verify.mimetype")
    for nonsense in (b"", b"hello", b"<html>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><html>&a;</html>"):
        assert [f.code for f in web.verify(nonsense, "x.html")] == ["verify.not-well-formed"]


def test_a_page_may_link_to_what_stands_beside_it(page) -> None:
    linked = page.replace(b"<main>", b'<main><a href="other.html">x</a>', 1)
    assert web.verify(linked, "x.html", ["other.html"]) == []
