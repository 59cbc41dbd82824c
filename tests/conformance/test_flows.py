"""Conformance of what flows: would EPUBCheck, Ace and axe take every book and every page that we make?"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from bifolio.model.job import Job
from tests.conftest import KINDS, ROOT, THOROUGH, missing_tool
from tests.support import gates


def _copy(book: Path, target: Path, change: Callable[[bytes], bytes]) -> Path:
    """Copy a book, each of its files changed."""
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, change(old.read(entry)))
    return target


@pytest.fixture(scope="module")
def books_of_phones(pipeline, tmp_path_factory) -> list[Path]:
    """A book of each clinic of a table whose phones are written in ways that once made invalid addresses."""
    table = ROOT / "tests" / "unit" / "formats" / "phone_clinics.csv"
    repository, _ = Repository(ROOT).with_table(table)
    pipeline, folder = Pipeline(repository, pipeline.cache), tmp_path_factory.mktemp("phones")
    books = []
    for name in repository.guests:
        region = repository.brand(name).clinic.region or "us"
        job = Job("tears-and-closeness", "a4", "calm", region, "en", name, "epub")
        books.append(folder / f"{name}.epub")
        books[-1].write_bytes(pipeline.make(job).body)
    return books


@pytest.fixture(scope="module")
def told(epubs, books_of_phones, tmp_path_factory) -> dict[str, list[str]]:
    """What EPUBCheck says of all books, and of some that are spoiled on purpose, in one run."""
    if reason := gates.why_no_epubcheck():
        missing_tool(reason)
    folder = tmp_path_factory.mktemp("epubcheck")
    spoiled = _copy(
        epubs["tears-and-closeness", "harbour"],
        folder / "spoiled.epub",
        lambda body: body.replace(b"<main>", b"<main><p><p>x</p></p>"),
    )
    calls_nobody = _copy(
        books_of_phones[0],
        folder / "calls-nobody.epub",
        lambda body: body.replace(b"tel:+442079460101", b"tel:"),
    )
    return gates.epubcheck([*epubs.values(), *books_of_phones, spoiled, calls_nobody], folder)


def test_epubcheck_finds_nothing_worth_acting_on(told, epubs) -> None:
    assert len(epubs) > (18 if THOROUGH else 4)
    assert {path.name: told[path.name] for path in epubs.values() if told[path.name]} == {}


def test_epubcheck_takes_every_way_to_write_a_phone(told, books_of_phones) -> None:
    assert {path.stem for path in books_of_phones} >= {"lark", "wren", "owl"}
    assert {path.name: told[path.name] for path in books_of_phones if told[path.name]} == {}


def test_epubcheck_can_fail(told) -> None:
    assert any(line.startswith("ERROR RSC-005") for line in told["spoiled.epub"])
    assert any('attribute "href" is invalid' in line for line in told["calls-nobody.epub"])


@pytest.mark.parametrize("item", Repository(ROOT).catalogue.handouts if THOROUGH else KINDS)
def test_ace_finds_no_violation(item, epubs, tmp_path: Path) -> None:
    if reason := gates.why_no_browser_gates():
        missing_tool(reason)
    violations, report = gates.ace(epubs[item, "harbour"], tmp_path)
    assert violations == []
    assert report["earl:result"]["earl:outcome"] == "pass"
    looked_at = {part["earl:testSubject"]["url"] for part in report["assertions"]}
    assert looked_at >= {"handout.xhtml", "nav.xhtml", "cover.xhtml", "EPUB/package.opf"}


def test_ace_can_fail(epubs, tmp_path: Path) -> None:
    if reason := gates.why_no_browser_gates():
        missing_tool(reason)
    spoiled = _copy(
        epubs["tears-and-closeness", "harbour"],
        tmp_path / "spoiled.epub",
        lambda body: re.sub(rb'(<img class="logo[^>]*) alt="[^"]*"', rb"\1", body),
    )
    violations, _ = gates.ace(spoiled, tmp_path / "report")
    assert any("image-alt" in violation for violation in violations)


@pytest.fixture(scope="module")
def seen(web_pages, tmp_path_factory) -> list[dict]:
    """What axe finds on all pages, and on one that is spoiled on purpose."""
    if reason := gates.why_no_browser_gates():
        missing_tool(reason)
    spoiled = tmp_path_factory.mktemp("axe") / "spoiled.html"
    page = web_pages["steady-now", "harbour"].read_text("utf-8")
    page = page.replace(' aria-label="One small next step"', "").replace(
        "</head>", "<style>.deck { color: #bbb } body { min-width: 400px }</style></head>"
    )
    spoiled.write_text(
        page.replace("</main>", '<img src="https://example.org/x.png" alt="x"/></main>'), "utf-8"
    )
    return gates.axe([*web_pages.values(), spoiled])


def _of(seen: list[dict], *, spoiled: bool) -> list[dict]:
    return [found for found in seen if found["path"].endswith("spoiled.html") == spoiled]


def test_axe_finds_no_violation_in_any_view(seen, web_pages) -> None:
    good = _of(seen, spoiled=False)
    assert len(good) == len(web_pages) * 4
    assert all(found["passes"] > 5 for found in good)
    assert [(f["path"], f["width"], f["dark"], f["violations"]) for f in good if f["violations"]] == []


def test_pages_fit_the_narrowest_screen(seen) -> None:
    """WCAG 2.2, 1.4.10: at 320 CSS pixels nothing has to be scrolled sideways."""
    assert [(f["path"], f["width"], f["wide"]) for f in _of(seen, spoiled=False) if f["wide"] > 0] == []


def test_pages_ask_for_nothing(seen) -> None:
    assert [f["outside"] for f in _of(seen, spoiled=False) if f["outside"]] == []


def test_the_gate_for_pages_can_fail(seen) -> None:
    bad = _of(seen, spoiled=True)
    assert all(any(v.startswith("label:") for v in f["violations"]) for f in bad)
    assert any(v.startswith("color-contrast:") for f in bad if not f["dark"] for v in f["violations"])
    assert all(f["wide"] > 0 for f in bad if f["width"] == 320)
    assert all("https://example.org/x.png" in f["outside"] for f in bad)
