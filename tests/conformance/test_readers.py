"""Books in reading systems: is every word whole, every line to write on there, and nothing on top of anything else?"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from bifolio.branding.palette import contrast
from tests.conftest import KINDS, THOROUGH, missing_tool
from tests.support import flows, readers
from tests.support.readers import SCREENS, EpubJs, Screen

ITEMS = (*KINDS, "my-log", "our-agreement", "clinician-notes") if THOROUGH else (*KINDS, "our-agreement")


@pytest.fixture(scope="module")
def books(pipeline, jobs) -> dict[str, bytes]:
    return {item: pipeline.make(replace(jobs[item, "harbour"], format="epub")).body for item in ITEMS}


@pytest.fixture(scope="module")
def epubjs():
    if reason := readers.why_no_epubjs():
        missing_tool(reason)
    with readers.epubjs() as started:
        yield started


def _with_styles(book: bytes, rules: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            added = rules.encode() if entry.filename.endswith(".css") else b""
            new.writestr(entry, old.read(entry) + added)
    return out.getvalue()


def _to_write_on(book: bytes) -> int:
    classes = [element.get("class", "").split() for root in flows.documents(book) for element in root.iter()]
    return sum(bool(readers.LINES & set(names)) for names in classes)


def _hex(colour: str) -> str:
    channels = re.findall(r"[\d.]+", colour)
    return "#" + "".join(f"{int(channel):02x}" for channel in channels[:3])


@pytest.mark.parametrize(
    "screen", SCREENS, ids=lambda s: f"{s.width}x{s.height}-{s.percent}{'-dark' * s.dark}"
)
@pytest.mark.parametrize("item", ITEMS)
def test_a_book_is_whole_on_its_pages(item: str, screen: Screen, books, epubjs: EpubJs) -> None:
    found = epubjs.look(books[item], screen)
    assert found["documents"] == len(flows.documents(books[item]))
    assert (found["cut"], found["overlapping"], found["unseen"]) == ([], [], [])
    assert found["lines"] == _to_write_on(books[item])
    if screen.dark:
        assert len(found["colours"]) > 5
        assert all(contrast(_hex(words), _hex(ground)) >= 7 for words, ground in found["colours"])


def test_the_look_at_pages_can_fail(books, epubjs: EpubJs) -> None:
    book = books["steady-now"]
    screen = SCREENS[1]
    assert epubjs.look(_with_styles(book, ".deck { white-space: nowrap }"), screen)["cut"]
    assert epubjs.look(_with_styles(book, ".step { margin-top: -2em }"), screen)["overlapping"]
    assert epubjs.look(_with_styles(book, ".write-line { border: 0 } .icon { height: 0 }"), screen)["unseen"]
    dark = epubjs.look(_with_styles(book, "p { color: #555 }"), SCREENS[2])
    assert any(contrast(_hex(words), _hex(ground)) < 7 for words, ground in dark["colours"])


@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("item", ITEMS)
def test_mupdf_shows_all_of_a_book(item: str, percent: int, books, tool, tmp_path: Path) -> None:
    book = tmp_path / "book.epub"
    book.write_bytes(books[item])
    shown = readers.mupdf(tool("mutool"), book, Screen(390, 640, percent), tmp_path)
    assert shown.complaints == []
    assert len(shown.pages) > 3
    told = re.sub(r"\s", "", shown.words)
    for root in flows.documents(books[item]):
        for element in root.iter():
            if re.search(r"\}(?:h[1-6]|p|dd)$", str(element.tag)):
                words = re.sub(r"\s", "", "".join(element.itertext()))
                assert words[:12] in told, words
    edges = [page.crop(box) for page in shown.pages[1:] for box in ((0, 0, 4, 640), (386, 0, 390, 640))]
    assert all(edge.getextrema() == (255, 255) for edge in edges), "something runs off the page"


def test_mupdf_draws_the_lines_to_write_on(books, tool, tmp_path: Path) -> None:
    book = tmp_path / "book.epub"
    book.write_bytes(books["steady-now"])
    drawn = sum(_lines(page) for page in readers.mupdf(tool("mutool"), book, SCREENS[0], tmp_path).pages[2:])
    assert drawn >= _to_write_on(books["steady-now"]) > 6


def _lines(page) -> int:
    """Count the horizontal lines of a page: rows of which most pixels are drawn, below one that is empty."""
    dark = [
        sum(pixel < 200 for pixel in page.crop((0, y, page.width, y + 1)).tobytes())
        for y in range(page.height)
    ]
    return sum(now > page.width / 2 >= above for above, now in pairwise(dark))


# -- calibre, on the way to a Kindle --------------------------------------------------------------


def test_calibre_carries_a_book_to_azw3_and_back(books, tmp_path: Path) -> None:
    """Not asked for by CI: calibre is larger than all other tools together."""
    program = shutil.which("ebook-convert")
    if program is None:
        pytest.skip("calibre is not installed (ebook-convert)")
    (tmp_path / "book.epub").write_bytes(books["our-agreement"])
    for source, target in (("book.epub", "book.azw3"), ("book.azw3", "back.epub")):
        command = [program, tmp_path / source, tmp_path / target]
        subprocess.run(command, check=True, capture_output=True, timeout=200)
    with zipfile.ZipFile(tmp_path / "back.epub") as back:
        texts = [back.read(name) for name in sorted(back.namelist()) if name.endswith("html")]
        styles = b"".join(back.read(name) for name in back.namelist() if name.endswith(".css"))
    came_back = "".join(_letters(fromstring(text)) for text in texts)
    for root in flows.documents(books["our-agreement"]):
        assert _letters(root) in came_back
    assert b"border-bottom" in styles, "lines to write on"
    assert b"color-scheme" not in styles, "dark whatever the reader chose"
    assert b"background-color: #1" not in styles


def _letters(root: Element) -> str:
    (body,) = (element for element in root if str(element.tag).endswith("body"))
    return re.sub(r"\s", "", "".join(body.itertext()))
