"""Can a file of this name be saved on any system, and does a browser read it as it was meant?"""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from bifolio.studio.file_names import MAX_LETTERS, disposition, file_name

FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')


@pytest.mark.parametrize(
    "title",
    [
        "Close or far?",
        "a/b\\c:d|e",
        "../../etc/passwd",
        "CON",
        "nul.",
        "COM1",
        "…",
        "",
        "x" * 500,
        "Tears " * 99,
        "\u202egnp.exe",
        "a\nb",
        "日本語",
        ". .",
        "Ümlaut",
    ],
)
def test_any_title_makes_a_name_that_windows_takes(title: str) -> None:
    for name in (file_name(title, suffix="pdf"), file_name(title, "Harbour Street", "A4", suffix="pdf")):
        stem = name.removesuffix(".pdf")
        assert name != stem
        assert not FORBIDDEN.search(name)
        assert stem
        assert stem == stem.strip(" .")
        assert stem.split(".")[0].upper() not in {"CON", "NUL", "COM1"}
        assert len(name) <= 3 * MAX_LETTERS + 12
        assert name.isprintable()


@pytest.mark.parametrize(
    "name", ["Tears – Harbour.pdf", "plain.pdf", "日本語.pdf", "100 % (2); a=b.pdf", "O’Neill’s 'card'.pdf"]
)
def test_header_is_read_back_as_it_was_meant(name: str) -> None:
    header = disposition("attachment", name)
    assert header.isascii()
    fallback = re.search(r'filename="([^"\\]+)"', header)
    assert fallback
    assert fallback[1].endswith(".pdf")
    assert fallback[1] != ".pdf"
    encoded = re.search(r"filename\*=UTF-8''([^;\s]+)$", header)
    assert (unquote(encoded[1]) if encoded else fallback[1]) == name
