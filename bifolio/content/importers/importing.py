"""A document that somebody wrote elsewhere → the file of a handout, and a report. Writes nothing.

file → (reader) → structure → (mapper) → blocks → YAML. The readers differ; all else is one way for all of them.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from bifolio.content.importers.docx import read_docx
from bifolio.content.importers.html import read_html
from bifolio.content.importers.inline import cleaned, escaped
from bifolio.content.importers.limits import MAX_FILE_BYTES, refuse, text_of
from bifolio.content.importers.mapper import MAX_LABEL, Mapped, mapped
from bifolio.content.importers.markdown import read_markdown
from bifolio.content.importers.odt import read_odt
from bifolio.content.importers.plain_text import read_text
from bifolio.content.importers.report import Notes, Report, missing_words
from bifolio.content.importers.tree import Document, lines_of, plain
from bifolio.content.importers.yaml_text import yaml_of
from bifolio.core.diagnostics import shorten

READERS: dict[str, Callable[[bytes], Document]] = {
    ".docx": read_docx,
    ".odt": read_odt,
    ".md": lambda raw: read_markdown(text_of(raw)),
    ".markdown": lambda raw: read_markdown(text_of(raw)),
    ".html": lambda raw: read_html(text_of(raw)),
    ".htm": lambda raw: read_html(text_of(raw)),
    ".txt": lambda raw: read_text(text_of(raw)),
}
"""What reads a file, by the end of its name."""

_INSTEAD = {
    ".doc": "open it in a word processor and save it as .docx",
    ".docm": "save it as .docx, without macros",
    ".dotx": "save it as .docx",
    ".rtf": "open it in a word processor and save it as .docx",
    ".pdf": "import the document that the PDF was made from; a PDF does not say what is a heading or a list",
    ".pages": "export it from Pages as Word (.docx)",
}
_WORKSHEET = ("write_in", "log_table", "checklist", "choice_row", "scale")


@dataclass(frozen=True, slots=True)
class Imported:
    """A handout's file as text, and what became of the document."""

    values: dict[str, Any]
    text: str
    report: Report


def import_document(
    raw: bytes, file_name: str, today: datetime.date, *, kind: str | None = None, language: str = "en"
) -> Imported:
    """Turn a document into a handout in `language`. Raises RequestError for one that cannot be read."""
    document = _read(raw, file_name)
    _refuse_right_to_left(document)
    notes = Notes(became=document.became, left_out=[*document.left_out])
    result = mapped(document, notes)
    if not result.body:
        if not result.summary:
            cure = "write its text into the document, or import another file"
            raise refuse("no-words", f'there are no words in "{file_name}"', cure)
        result.body = [{"text": result.summary}]
        result.summary = ""
        notes.decisions.clear()
    if document.title and cleaned(document.title).strip() != result.title:
        notes.left_out.append(f"the title in the properties of the file: {document.title}")
    values = _values(result, file_name, kind, today, language, notes)
    _decide(document, language, notes)
    report = _report(document, values, notes)
    head = [
        f"Imported from “{cleaned(file_name)}”. For you to decide:",
        *(f"- {d}" for d in report.decisions),
    ]
    comments = "".join(f"# {shorten(line, 160)}\n" for line in head)
    return Imported(values, f"{comments}{yaml_of(values)}", report)


def _read(raw: bytes, file_name: str) -> Document:
    suffix = PurePath(file_name).suffix.lower()
    if suffix not in READERS:
        cure = _INSTEAD.get(suffix, f"save it as one of these: {' '.join(READERS)}")
        raise refuse("unknown-kind", f'"{file_name}" cannot be imported', cure)
    if len(raw) > MAX_FILE_BYTES:
        cure = "split it into several documents, or make its pictures smaller"
        raise refuse(
            "too-large", f"the file has {len(raw):,} bytes; at most {MAX_FILE_BYTES:,} are read", cure
        )
    return READERS[suffix](raw)


def _refuse_right_to_left(document: Document) -> None:
    for line in lines_of(document.nodes):
        for word in plain(line).split():
            if any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in word):
                raise refuse(
                    "right-to-left",
                    f'"{shorten(word)}" is written from right to left, which pages cannot show yet',
                    "leave out these words; Arabic and Hebrew would come out in the wrong order",
                )


def name_of(file_name: str) -> str:
    """Return the name of the handout that a file becomes: small letters, digits and hyphens.

    >>> name_of("Schlaf & Träume (neu).docx")
    'schlaf-traume-neu'
    """
    stem = unicodedata.normalize("NFKD", PurePath(file_name).stem).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:60].strip("-")
    return name if name[:1].isalpha() else f"handout-{name}".strip("-")


def _values(
    result: Mapped, file_name: str, kind: str | None, today: datetime.date, language: str, notes: Notes
) -> dict[str, Any]:
    if not result.title:
        stem = re.sub(r"[_\s]+", " ", PurePath(file_name).stem).strip() or "Handout"
        result.title = escaped(cleaned(stem)).strip()[:MAX_LABEL]
        notes.decide("title: it is the name of the file, as no heading says what the page is called")
    if not result.summary:
        result.summary = result.title
        notes.decide("summary: it repeats the title; say in one sentence what the page is for")
    if kind is None:
        kind = _kind(result.body)
        notes.decide(f"kind: it is “{kind}”, judging by its blocks; --kind chooses another")
    year = today.replace(year=today.year + 1, day=min(today.day, 28))
    return {
        "kind": kind,
        "title": result.title,
        "summary": result.summary,
        "audience": ["client"],
        **({"language": language} if language != "en" else {}),
        "version": "1.0",
        "body": result.body,
        "review": {"written": today, "due": year},
    }


def _kind(body: list[dict[str, Any]]) -> str:
    """Return the kind of handout that has such blocks."""
    names = [*_names(body)]
    if sum(name in _WORKSHEET for name in names) * 3 >= len([n for n in names if n != "section"]):
        return "worksheet"
    return "guide" if sum(len(str(block)) for block in body) > 12_000 else "leaflet"


def _names(blocks: list[dict[str, Any]]) -> list[str]:
    names = []
    for block in blocks:
        for name, fields in block.items():
            names += [name, *(_names(fields["blocks"]) if name == "section" else [])]
    return names


def _decide(document: Document, language: str, notes: Notes) -> None:
    """Note what no document says, and a handout needs."""
    notes.decide("audience: it is “client”; “partner” and “clinician” are others")
    notes.decide(
        "help: add help_when, which says when to get help, and resources, which prints the region’s helplines"
    )
    notes.decide("main_message and call_to_action: the one thing to remember, and the one to do")
    notes.decide("sources: what the text claims cites no facts yet; see content/facts.yaml")
    if document.language and document.language != language:
        notes.decide(f"language: the file says “{document.language}”, and the handout “{language}”")
    if any(line.startswith("a picture, ") for line in notes.left_out):
        notes.decide("pictures: none of them is in the handout; say what they show, or draw a figure")


def _report(document: Document, values: dict[str, Any], notes: Notes) -> Report:
    left_out = [" ".join(cleaned(line).split()) for line in notes.left_out]
    left_out += [f"{what}: {count}" for what, count in notes.left_out_counts.items()]
    texts = [*_texts(values), *left_out]
    if missing := missing_words(document.words, texts):
        left_out.append("words of the file that found no place: " + " ".join(missing))
    became = [f"{what}: {count}" for what, count in notes.became.items()]
    return Report(tuple(became), tuple(dict.fromkeys(left_out)), tuple(notes.decisions))


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []
