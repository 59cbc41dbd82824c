"""Is every word of a document in the handout or in the report?

The words of the source are taken here by other means than the importers': regular expressions over the raw file.
"""

from __future__ import annotations

import datetime
import html
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bifolio.content.importers import importing
from bifolio.content.importers.importing import Imported, import_document
from tests.support.documents import ODT_FILES, WORD_FILES

SAMPLES = sorted((Path(__file__).parent / "samples").iterdir())
TODAY = datetime.date(2026, 11, 30)
LIGATURES = {"\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi"}


def read(name: str) -> tuple[bytes, str]:
    """Return a document of the tests and the name of its file."""
    if name in WORD_FILES:
        return WORD_FILES[name](), f"{name}.docx"
    if name in ODT_FILES:
        return ODT_FILES[name](), f"{name}.odt"
    (path,) = (path for path in SAMPLES if path.name == name)
    return path.read_bytes(), name


@cache
def imported(name: str) -> Imported:
    return import_document(*read(name), TODAY)


NAMES = [*WORD_FILES, *ODT_FILES, *(path.name for path in SAMPLES)]


def words(text: str) -> list[str]:
    """Return the words and numbers of a text, as a reader says them."""
    for sign, letters in LIGATURES.items():
        text = text.replace(sign, letters)
    text = text.replace("\u00ad", "").replace("e\u0301", "é")
    return re.findall(r"[^\W_]+", text.casefold())


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


# -- the words of a source, taken from the raw file ------------------------------------------------


def words_of_docx(raw: bytes) -> list[str]:
    """Return all words of a Word file, its deleted ones too, and those in headers, comments and notes."""
    found = []
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        for name in package.namelist():
            if re.fullmatch(r"word/(document|footnotes|comments|header\d*|footer\d*)\.xml", name):
                found += _words_of_xml(package.read(name).decode())
    return found


def _words_of_xml(xml: str) -> list[str]:
    xml = re.sub(r"<mc:Fallback>.*?</mc:Fallback>", "", xml, flags=re.DOTALL)
    xml = re.sub(r"</w:p>|<w:br[ />]|<w:tab/>|</?w:(?:ins|del)\b", r"\n\g<0>", xml)
    lines = []
    for line in xml.split("\n"):
        texts = re.findall(r"<(?:w:t|w:delText|m:t)(?: [^>]*)?>([^<]*)<", line)
        lines.append(html.unescape("".join(texts)))
    alternatives = re.findall(r'descr="([^"]*)"', xml)
    return without_numerals("\n".join([*lines, *alternatives]))


def words_of_odt(raw: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        xml = package.read("content.xml").decode()
    body = re.sub(r"<dc:date>.*?</dc:date>", "", xml[xml.index("<office:body>") :])
    body = re.sub(
        r"<text:(?:tab|s|line-break)\b[^>]*>|</?text:(?:p|h|note|note-citation)\b[^>]*>|</?dc:[^>]*>",
        "\n",
        body,
    )
    return without_numerals(html.unescape(re.sub(r"<[^>]+>", "", body)))


def words_of_markup(text: str) -> list[str]:
    """Return the words that a browser would show, and alternative texts."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.DOTALL)
    text = re.sub(r'<img[^>]*alt="([^"]*)"[^>]*>', r" \1 ", text)
    text = re.sub(r"</?(?:b|strong|em|u|sub|i|a|del)\b[^>]*>", "", text)
    return words(html.unescape(re.sub(r"<[^>]+>", " ", text)))


def words_of_markdown(text: str) -> list[str]:
    """Return all words of the source, addresses and titles of links too, without what is markup."""
    text = re.sub(r"</?\w+[^>]*>", " ", re.sub(r"<(?=mailto:)", " ", text))
    text = re.sub(r"^(title:|author:|lang:.*$)", "", text, flags=re.MULTILINE)
    text = re.sub(r"\[\^\w+\]", "", text).replace("[x]", "")
    return without_numerals(html.unescape(text))


def without_numerals(text: str) -> list[str]:
    """Leave out the numbers of items, which lists have by themselves."""
    return words(re.sub(r"^[ >]*\d+[.)]\s", "", text, flags=re.MULTILINE))


def source_words(name: str) -> list[str]:
    raw, file_name = read(name)
    by_suffix: dict[str, Callable[[Any], list[str]]] = {
        ".docx": lambda _: words_of_docx(raw),
        ".odt": lambda _: words_of_odt(raw),
        ".html": words_of_markup,
        ".md": words_of_markdown,
        ".txt": without_numerals,
    }
    suffix = Path(file_name).suffix
    return by_suffix[suffix]("" if suffix in {".docx", ".odt"} else raw.decode())


@pytest.mark.parametrize("name", NAMES)
def test_no_word_is_lost(name: str) -> None:
    expect_all_words(name, imported(name))


def expect_all_words(name: str, made: Imported) -> None:
    file_words = [word for text in strings(yaml.safe_load(made.text)) for word in words(html.unescape(text))]
    report = [word for line in (*made.report.left_out, *made.report.decisions) for word in words(line)]
    source = source_words(name)
    assert len(source) > 8
    assert not Counter(source) - Counter(file_words + report)


@pytest.mark.parametrize("name", NAMES)
def test_most_words_are_in_the_handout(name: str) -> None:
    """The report is no bin: what is left out is what a handout cannot say."""
    made = imported(name)
    file_words = Counter(w for text in strings(yaml.safe_load(made.text)) for w in words(html.unescape(text)))
    source = source_words(name)
    lost = Counter(source) - file_words
    most = {"tracked": 0.5, "comments_and_headers": 0.7, "pictures": 0.5, "first-aid.md": 0.25}
    assert lost.total() <= len(source) * most.get(name, 0.2), dict(lost)


@pytest.mark.parametrize("name", ["leaflet", "bold_headings", "tabs", "terms", "letters"])
def test_words_stay_in_order(name: str) -> None:
    made = imported(name)
    there = [w for text in strings(made.values) for w in words(html.unescape(text))]
    at = 0
    for word in source_words(name):
        assert word in there[at:], f"{word} after {there[max(0, at - 5) : at]}"
        at = there.index(word, at) + 1


def test_a_lost_word_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the line of what found no place, words that no block holds are missing."""
    monkeypatch.setattr(importing, "missing_words", lambda *_: [])
    with pytest.raises(AssertionError):
        expect_all_words("first-aid.md", import_document(*read("first-aid.md"), TODAY))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_found_no_place_unseen(name: str) -> None:
    """The readers find all words of Word files; of Markdown only addresses and titles of links go to the report."""
    lines = [line for line in imported(name).report.left_out if "found no place" in line]
    assert not lines or name.endswith((".md", ".html")), lines
