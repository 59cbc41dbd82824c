"""Files that are broken, hostile or of another kind: each is refused with a cure, soon, and in little memory."""

from __future__ import annotations

import datetime
import io
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bifolio.content.importers import imported_files, limits
from bifolio.content.importers.importing import READERS, import_document, name_of
from bifolio.content.repository import Repository
from bifolio.core.diagnostics import RequestError
from tests.support.documents import leaflet, repacked, walking
from tests.support.projects import Scratch

TODAY = datetime.date(2026, 11, 30)


def body(markup: str) -> bytes:
    """Return a Word file with other XML for its text."""
    xml = f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{markup}</w:body></w:document>'
    return with_document(xml.encode())


def with_document(xml: bytes) -> bytes:
    return repacked(leaflet(), lambda name, old: xml if name == "word/document.xml" else old)


def with_part(name: str, content: bytes) -> bytes:
    return repacked(leaflet(), lambda _, old: old, **{name: content})


ENTITY = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&e;</w:t></w:r></w:p></w:body></w:document>"""
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    + b"]><x>&a11;</x>"
)
PARAGRAPH = "<w:p><w:r><w:t>x</w:t></w:r></w:p>"

REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "external entity": ("x.docx", lambda: with_document(ENTITY), "import.entities"),
    "billion laughs": ("x.docx", lambda: with_document(LAUGHS), "import.entities"),
    "entity in odt": (
        "x.odt",
        lambda: repacked(walking(), lambda name, old: LAUGHS if name == "content.xml" else old),
        "import.entities",
    ),
    "zip bomb": ("x.docx", lambda: body(" " * 300_000_000), "import.too-large"),
    "many parts": (
        "x.docx",
        lambda: repacked(leaflet(), lambda _, o: o, **{f"a{n}": b"" for n in range(2500)}),
        "import.too-large",
    ),
    "huge table": (
        "x.docx",
        lambda: body("<w:tbl>" + f"<w:tr><w:tc>{PARAGRAPH}</w:tc></w:tr>" * 60_000 + "</w:tbl>"),
        "import.too-large",
    ),
    "deep nesting": ("x.docx", lambda: body("<w:smartTag>" * 500 + "</w:smartTag>" * 500), "import.too-deep"),
    "macros": ("x.docx", lambda: with_part("word/vbaProject.bin", b"x"), "import.macros"),
    "nested zip": ("x.docx", lambda: with_part("word/embeddings/more.docx", leaflet()), "import.nested"),
    "broken XML": ("x.docx", lambda: with_document(b"<w:document"), "import.unreadable"),
    "no document": ("x.docx", walking, "import.unreadable"),
    "word file as odt": ("x.odt", leaflet, "import.unreadable"),
    "no zip": ("x.docx", lambda: b"PK\x03\x04 and then nothing", "import.unreadable"),
    "empty": ("x.docx", lambda: b"", "import.unreadable"),
    "half a file": ("x.docx", lambda: leaflet()[:9000], "import.unreadable"),
    "password": ("x.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "import.unreadable"),
    "bad span": (
        "x.docx",
        lambda: body(
            f'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="many"/></w:tcPr>{PARAGRAPH}</w:tc></w:tr></w:tbl>'
        ),
        "import.unreadable",
    ),
    "deep page": ("x.html", lambda: b"<div>" * 150_000, "import.too-deep"),
    "deep quotes": ("x.md", lambda: b"> " * 5000 + b"x", "import.no-words"),
    "large text": ("x.txt", lambda: b"word " * 300_000, "import.too-large"),
    "binary": ("x.txt", lambda: bytes(range(256)) * 4, "import.unreadable"),
    "only spaces": ("x.md", lambda: b" \n\n ", "import.no-words"),
    "pdf": ("x.pdf", lambda: b"%PDF-1.7", "import.unknown-kind"),
    "old word": ("x.doc", lambda: b"\xd0\xcf\x11\xe0", "import.unknown-kind"),
    "no suffix": ("x", lambda: b"words", "import.unknown-kind"),
    "hebrew": ("x.txt", "Say שלום today".encode, "import.right-to-left"),
    "arabic": ("x.md", "مرحبا".encode, "import.right-to-left"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_is_refused_with_a_cure(case: str) -> None:
    name, make, code = REFUSED[case]
    raw = make()
    began = time.process_time()
    with pytest.raises(RequestError) as caught:
        import_document(raw, name, TODAY)
    assert time.process_time() - began < 10
    (finding,) = caught.value.findings
    assert (finding.code, bool(finding.help)) == (code, True)
    assert "Traceback" not in str(finding)


LARGE = {
    "typed lists": ("x.txt", b"1. " * 5_000),
    "boxes": ("x.txt", b"[ ] " * 20_000),
    "gaps": ("x.txt", b"_ " * 50_000),
    "dots": ("x.txt", b". " * 50_000),
    "paragraphs": ("x.txt", b"a\n\n" * 2_000),
    "one paragraph": ("x.txt", b"word " * 20_000),
    "elements": ("x.html", b"<b>x</b>" * 5_000),
    "cells": ("x.html", b"<table><tr>" + b"<td>x" * 2_000),
}


@pytest.mark.parametrize("case", LARGE)
def test_large_files_are_read(case: str) -> None:
    name, raw = LARGE[case]
    began = time.process_time()
    assert import_document(raw, name, TODAY).values["body"]
    assert time.process_time() - began < 15


@pytest.mark.processes
def test_what_takes_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Markdown of nothing but opening brackets takes its parser minutes."""
    scratch = Scratch.create(tmp_path / "project")
    (tmp_path / "x.md").write_bytes(b"[" * 200_000)
    monkeypatch.setattr(imported_files, "TIME_LIMIT_S", 4)
    with pytest.raises(RequestError) as caught:
        imported_files.write_handout(Repository(scratch.root), tmp_path / "x.md", None, None, TODAY)
    (finding,) = caught.value.findings
    assert (finding.code, "4 seconds" in finding.message) == ("import.takes-too-long", True)
    assert not (scratch.root / "content/handouts/x.yaml").exists()


def test_a_bomb_takes_little_memory() -> None:
    """A file that unpacks to 2 GB is refused by what it says of itself."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package,
        package.open("word/document.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(400):
            part.write(b"\0" * 1_000_000)
    code = (
        "import resource, sys, datetime\n"
        "from bifolio.content.importers.importing import import_document\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n    import_document(sys.stdin.buffer.read(), 'x.docx', datetime.date(2026, 11, 30))\n"
        "except Exception as error:\n    print(error.findings[0].code)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=stream.getvalue(), capture_output=True, check=True
    )
    found, grown_kb = done.stdout.split()
    assert found == b"import.too-large"
    assert int(grown_kb) < 100_000


def test_a_size_that_lies_is_found_out() -> None:
    """A part that holds more than its head says is broken, and never unpacked beyond that."""
    raw = bytearray(body(PARAGRAPH * 2000))
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as package:
        size = package.getinfo("word/document.xml").file_size
    lie = raw.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    with pytest.raises(RequestError) as caught:
        import_document(bytes(lie), "x.docx", TODAY)
    assert caught.value.findings[0].code == "import.unreadable"


@pytest.mark.parametrize("suffix", [suffix for suffix in READERS if suffix not in {".docx", ".odt"}])
def test_a_short_text_is_no_name_of_a_file(suffix: str) -> None:
    """The parser of web pages opens files when it is given their names."""
    made = import_document(b"/etc/hostname", f"x{suffix}", TODAY)
    assert "/etc/hostname" in made.text


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        ("My Leaflet (v2).docx", "my-leaflet-v2"),
        ("Ärger.md", "arger"),
        ("7 steps.txt", "handout-7-steps"),
        ("日本.txt", "handout"),
    ],
)
def test_name_of_file(file_name: str, name: str) -> None:
    assert name_of(file_name) == name


def test_limits_are_above_what_people_write() -> None:
    text = ("A sentence of a long guide with several words in it. " * 20 + "\n\n") * 800
    assert len(text.encode()) < limits.MAX_TEXT_BYTES
    assert import_document(text.encode(), "x.txt", TODAY).values["kind"] == "guide"
