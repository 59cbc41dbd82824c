"""shelf: it shows what stands in the folder, and nothing that does not."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bifolio.app import Project
from bifolio.formats import image as preview
from bifolio.formats import shelf
from bifolio.model.job import Request

FACTS: dict[str, Any] = {
    "item": "one",
    "edition": "letter",
    "title": "One",
    "summary": "It says one thing.",
    "kind": "leaflet",
    "audience": ["client"],
    "audience_line": "For you, to keep",
    "minutes": 2,
    "bytes": 1000,
}


def _stock(files: dict[str, dict[str, Any]]) -> tuple[shelf.Item, ...]:
    return shelf.items(files, "b/en", str.title)


def test_files_of_an_item_stand_together_the_web_page_first() -> None:
    (item,) = _stock(
        {
            "b/en/one.epub": {**FACTS, "format": "epub"},
            "b/en/one.letter.pdf": {**FACTS, "format": "pdf"},
            "b/en/one.a5.print.pdf": {**FACTS, "format": "pdf", "edition": "a5"},
            "b/en/one.html": {**FACTS, "format": "html"},
            "b/en/one.png": {**FACTS, "format": "png"},
            "b/en/index.html": {"format": "shelf"},
            "c/en/two.html": {**FACTS, "format": "html", "item": "two"},
        }
    )
    assert [file.name for file in item.files] == [
        "one.html",
        "one.letter.pdf",
        "one.a5.print.pdf",
        "one.epub",
    ]
    assert [file.is_for_printer for file in item.files] == [False, False, True, False]
    assert item.first_pdf == "one.letter.pdf"
    assert item.files[1].edition == "Letter"


def test_items_stand_under_whom_they_are_for() -> None:
    def facts(item: str, kind: str, *audience: str) -> dict[str, Any]:
        return {
            **FACTS,
            "item": item,
            "title": item,
            "kind": kind,
            "audience": list(audience),
            "format": "pdf",
        }

    stock = _stock(
        {
            "b/en/a.pdf": facts("a", "notes", "clinician"),
            "b/en/b.pdf": facts("b", "guide", "partner"),
            "b/en/c.pdf": facts("c", "leaflet", "partner", "client"),
            "b/en/d.pdf": facts("d", "booklet", "client"),
        }
    )
    found = [(reader, [item.id for item in items]) for reader, items in shelf.groups(stock)]
    assert found == [("client", ["d", "c"]), ("partner", ["b"]), ("clinician", ["a"])]


@pytest.mark.parametrize(("size", "said"), [(1, "1 kB"), (54_321, "54 kB"), (1_440_000, "1.4 MB")])
def test_size_is_said_as_people_say_it(size: int, said: str) -> None:
    assert shelf.File("x", "pdf", "Letter", is_for_printer=False, bytes=size).size == said


def _build(root: Path, *formats: str) -> Path:
    project = Project(root)
    project.build(project.plan(Request(formats=formats)), None, str)
    return root / "output" / "default" / "en"


@pytest.mark.layout
def test_shelf_links_to_what_really_stands(scratch) -> None:
    folder = _build(scratch.root, "pdf")
    assert not (folder / "index.html").exists(), "no shelf without web pages"
    _build(scratch.root, "html")
    page = (folder / "index.html").read_text("utf-8")
    linked = set(re.findall(r'href="([^":#]+)"', page))
    assert linked == {"small.html", "small.letter.pdf"}, "what an earlier build made stands there, too"
    assert all((folder / name).is_file() for name in linked)
    assert 'src="data:image/png;base64,' in page
    assert "About 1 minute to read." in page
    (folder / "small.letter.pdf").unlink()
    _build(scratch.root, "html")
    assert "small.letter.pdf" not in (folder / "index.html").read_text("utf-8")
    manifest = json.loads((scratch.root / "output" / "manifest.json").read_text("utf-8"))
    assert manifest["files"]["default/en/index.html"]["format"] == "shelf"


@pytest.mark.layout
def test_formats_of_the_project_and_pictures(scratch) -> None:
    scratch.write("bifolio.yaml", "formats: [png, epub]\n")
    project = Project(scratch.root)
    project.build(project.plan(Request()), None, str)
    folder = scratch.root / "output" / "default" / "en"
    assert sorted(path.name for path in folder.iterdir()) == ["small.cover.png", "small.epub", "small.png"]
    assert (folder / "small.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.layout
def test_each_picture_is_drawn_once(scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    """A first page for its own file and for the shelf; a cover for the book and for its picture."""
    drawn: list[str] = []

    def counted(what: str) -> None:
        draw = getattr(preview, what)

        def draws(*given: Any, **how: Any) -> Any:
            drawn.append(f"{what} {how.get('paper', '')}".strip())
            return draw(*given, **how)

        monkeypatch.setattr(preview, what, draws)

    preview._cover.cache_clear()
    counted("first_page")
    counted("_drawn")
    folder = _build(scratch.root, "pdf", "html", "png", "epub")
    assert "data:image/png;base64," in (folder / "index.html").read_text("utf-8")
    assert (folder / "small.cover.png").is_file()
    assert drawn.count("first_page") == 1
    assert drawn.count("_drawn 0") == 1, "the words of the cover, on no paper"
