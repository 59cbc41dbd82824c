"""What all models have in common: frozen, strict about unknown keys, built on first use."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from bifolio.core.phone_numbers import calls_nobody


class Model(BaseModel):
    """An immutable value."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,  # 60 models cost 58 ms otherwise, most of them unused in a build
        str_strip_whitespace=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
    )


_IMAGE = re.compile(r"!\[")
_LINK = re.compile(r"\]\(\s*([^)\s]*)([^)]*)")
_LINK_END = re.compile(r"\s*(?:\"[^\"]*\"|'[^']*')?\s*$")
_SAFE_LINK = re.compile(r"https?://|mailto:|tel:|#")
_HTML = re.compile(r"</?[a-zA-Z][^>]*>")
_RESERVED = re.compile(r"\bslot:[a-z][a-z-]*|\bslot\.invalid\b")
"""Placeholders that mark the slots of a clinic on a plate."""


def _constructs(*rows: tuple[str, str, str]) -> tuple[tuple[re.Pattern[str], str, str], ...]:
    return tuple((re.compile(pattern, re.MULTILINE), what, cure) for pattern, what, cure in rows)


_EACH_ITS_OWN = "write each as a text of its own: a list under the key"
_BLOCKS = _constructs(
    (r"^ {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]+\[[ xX]\](?=\s)", "a list of boxes", "use a checklist block"),
    (r"^[ \t]*\|?.*\S.*\n[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*\|", "a table", "use a log_table block"),
    (r"^ {0,3}#{1,6}[ \t]+\S", "a heading", "use a section block"),
    (r"\S[ \t]*\n {0,3}(?:=+|-{2,})[ \t]*$", "a heading", "use a section block"),
    (r"^ {0,3}[-*+][ \t]+\S", "a list", "use a bullets block"),
    (r"^ {0,3}\d{1,9}[.)][ \t]+\S.*\n|\n {0,3}\d{1,9}[.)][ \t]+\S", "a numbered list", "use a steps block"),
    (r"^ {0,3}>", "a quotation", "use a callout block, or quotation marks"),
    (
        r"^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$",
        "a rule",
        "use a write_in block for lines to write on, or a section block to divide the text",
    ),
    (r"^ {0,3}(?:```|~~~)", "code", "write plain words, in quotation marks"),
    (
        r"^ {0,3}\[[^\]]+\]:[ \t]*(?:<|https?:|mailto:)",
        "the address of a link",
        "write it with its words: [words](https://…)",
    ),
)
"""Markdown that stands at the start of a line."""

_INLINE = _constructs(
    (r"(?<![\\`])(`+)(?!`).+?(?<!`)\1(?!`)", "code", "write plain words, in quotation marks"),
    (r"(?<!\\)~~(?=\S)[^~]*\S~~", "struck-out words", "leave these words out"),
    (
        r"(?<!\\)\[\^[^\]\s]+\]",
        "a footnote",
        "say it in the text, or name the fact that says it: cites: [ID]",
    ),
    (r"<!--", "a comment", "put it on a line of its own that begins with #"),
    (r"\S(?:\\| {2,})\n[ \t]*\S", "lines that are broken", _EACH_ITS_OWN),
    (r"\S[ \t]*\n[ \t]*\n[ \t]*\S", "paragraphs", _EACH_ITS_OWN),
)
"""Markdown that may stand anywhere. Bold, italic, links, escapes and entities work."""

_SIGNS = re.compile(r"[\n`~>#^_]|<!|^\s*(?:[-*+]|\d+[.)]|\[)")
"""What any of these begins with; most texts have none."""


def _refuse_markdown(text: str, constructs: tuple[tuple[re.Pattern[str], str, str], ...]) -> None:
    for pattern, what, cure in constructs if _SIGNS.search(text) else ():
        if pattern.search(text):
            raise PydanticCustomError("text_markdown", "Markdown in a text", {"what": what, "cure": cure})


LIGATURES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
"""Signs for two letters, as they come out of PDFs; search and screen readers do not take them for the letters."""


def _composed(text: str) -> str:
    """Return text in NFC, with letters for ligature signs; refuse what is written from right to left."""
    for word in text.split():
        if any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in word):
            raise PydanticCustomError("text_direction", "text from right to left", {"word": word})
    return unicodedata.normalize("NFC", text.translate(LIGATURES))


def check_text(text: str) -> str:
    """Refuse what running text may not contain: what `check_inline` refuses, and blocks of Markdown."""
    _refuse_markdown(text, _BLOCKS)
    return check_inline(text)


def check_inline(text: str) -> str:
    """Refuse what inline text may not contain: pictures, HTML tags, code, links that are unsafe or broken."""
    if not any(unicodedata.category(character)[0] in "LNPS" for character in text):
        raise PydanticCustomError("text_unseen", "nothing visible")
    if reserved := _RESERVED.search(text):
        raise PydanticCustomError("text_kept", "a reserved placeholder", {"word": reserved.group()})
    if _IMAGE.search(text):
        raise PydanticCustomError("text_image", "a picture inside text")
    if tag := _HTML.search(text):
        raise PydanticCustomError("text_html", "an HTML tag", {"tag": tag.group()})
    _refuse_markdown(text, _INLINE)
    text = text if text.isascii() else _composed(text)
    for link in _LINK.finditer(text):
        target, rest = link.groups()
        if not text[: link.start()].rpartition("[")[2].strip():
            raise PydanticCustomError("text_bare_link", "a link without words", {"target": target})
        if not _SAFE_LINK.match(target):
            raise PydanticCustomError("text_link", "an unsafe link", {"target": target})
        if not _LINK_END.match(rest):
            raise PydanticCustomError("text_link_space", "a space in a link", {"target": target})
        if calls_nobody(target):
            raise PydanticCustomError("text_phone", "a link that calls no number", {"target": target})
    return text


Text = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(check_text)]
"""Words for readers, in a small, safe subset of Markdown (`**bold**`, `[link](https://…)`)."""

Label = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(check_inline)]
"""A few words: a title, a label, a cell."""

NAME = re.compile(r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$")
Name = Annotated[str, StringConstraints(pattern=NAME.pattern, max_length=60)]
"""The name of a file or an entry: lower-case letters, digits and hyphens."""


def _as_name(value: Any) -> Any:
    return value.strip().lower().replace(" ", "-") if isinstance(value, str) else value


Choice = Annotated[Name, BeforeValidator(_as_name, json_schema_input_type=str)]
"""One of what there is of a sort, by name, however somebody writes it: "A4", "Booklet A4"."""

_MOST_ID = 60
_RESERVED_IDS = frozenset(
    [
        "con",
        "prn",
        "aux",
        "nul",
        "conin",
        "conout",
        *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
    ]
)
"""What Windows takes for a device, whatever follows after a dot; a file or folder of such a name cannot be made there."""


def id_fault(name: str) -> str | None:
    """Return how to mend a name that a brand or a handout cannot have, as files are called by it; None if it can.

    >>> id_fault("rowan-practice"), id_fault("Rowan Practice"), id_fault("CON.")
    (None, 'use lower-case letters, digits and hyphens: rowan-practice', 'Windows keeps the name "con" for itself: con-1')
    """
    stem = name.strip(" .").partition(".")[0].strip().casefold()
    if stem in _RESERVED_IDS:
        return f'Windows keeps the name "{stem}" for itself: {stem}-1'
    if len(name) > _MOST_ID:
        return f"use at most {_MOST_ID} characters"
    if not NAME.fullmatch(name):
        near = id_from(name)
        return "use lower-case letters, digits and hyphens" + (f": {near}" if NAME.fullmatch(near) else "")
    return None


def id_from(words: str) -> str:
    """Return the id that words would have; one that `id_fault` refuses where they have no such letters.

    >>> id_from("Zoë's Clinic & Co")
    'zoes-clinic-co'
    """
    plain = unicodedata.normalize("NFKD", words.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "").lower()).strip("-")


FACT_ID = re.compile(r"^[A-Z]+-[0-9]+$")
FactId = Annotated[str, StringConstraints(pattern=FACT_ID.pattern)]
"""The id of a fact in content/facts.yaml."""


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written_out(value: Any) -> Any:
    # pydantic also reads "1700000000" and "2026-11-22T00:00Z" as days; nobody means that.
    if isinstance(value, datetime.date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("date_type", "a day written as YYYY-MM-DD")


Day = Annotated[datetime.date, BeforeValidator(_written_out)]
"""A day, written as 2026-11-22."""


def words_for(field: str) -> Callable[[Any], Any]:
    """Return a validator that takes a plain string as the `field` of a mapping."""

    def unfold(value: Any) -> Any:
        return {field: value} if isinstance(value, str) else value

    return unfold


class Passage(Model):
    """Words for readers, and the facts that they state."""

    text: Text
    cites: tuple[FactId, ...] = ()


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


PassageField = Annotated[Passage, BeforeValidator(words_for("text"), json_schema_input_type=str | Passage)]
"""A passage; a plain string will do when nothing is cited."""

MAX_ITEMS = 200
"""The most items in one list. No reader gets that far, and ten thousand would take minutes to lay out."""

PassageList = Annotated[
    tuple[PassageField, ...],
    BeforeValidator(_as_list, json_schema_input_type=str | Passage | list[str | Passage]),
]
"""One passage or a list of them."""
