"""What all models share: frozen, strict about unknown keys, built only when first used."""

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
    """A value that does not change once it is made."""

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
_KEPT = re.compile(r"\bslot:[a-z][a-z-]*|\bslot\.invalid\b")
"""Placeholders by which the press finds a clinic's places on a plate."""


def check_inline(text: str) -> str:
    """Refuse what inline text may not hold: pictures, HTML tags, links that are not for readers."""
    if not any(unicodedata.category(character)[0] in "LNPS" for character in text):
        raise PydanticCustomError("text_unseen", "nothing that a reader can see")
    if kept := _KEPT.search(text):
        raise PydanticCustomError("text_kept", "a placeholder of the press", {"word": kept.group()})
    if _IMAGE.search(text):
        raise PydanticCustomError("text_image", "a picture inside text")
    if tag := _HTML.search(text):
        raise PydanticCustomError("text_html", "an HTML tag", {"tag": tag.group()})
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


Text = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(check_inline)]
"""Words for readers: a small, safe subset of Markdown (`**bold**`, `[link](https://…)`)."""

Label = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(check_inline)]
"""A few words: a title, a label, a cell."""

NAME = re.compile(r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$")
Name = Annotated[str, StringConstraints(pattern=NAME.pattern, max_length=60)]
"""The name of a file or an entry: small letters, digits and hyphens."""

FACT_ID = re.compile(r"^[A-Z]+-[0-9]+$")
FactId = Annotated[str, StringConstraints(pattern=FACT_ID.pattern)]
"""The id of one fact in content/facts.yaml."""


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written_out(value: Any) -> Any:
    # pydantic reads "1700000000" and "2026-11-22T00:00Z" as days, too; nobody means that.
    if isinstance(value, datetime.date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("date_type", "a day written as YYYY-MM-DD")


Day = Annotated[datetime.date, BeforeValidator(_written_out)]
"""A day, written as 2026-11-22."""


def words_for(field: str) -> Callable[[Any], Any]:
    """Let plain words stand for a whole mapping: they are its `field`."""

    def unfold(value: Any) -> Any:
        return {field: value} if isinstance(value, str) else value

    return unfold


class Passage(Model):
    """Words for readers, with the facts that they state."""

    text: Text
    cites: tuple[FactId, ...] = ()


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Said = Annotated[Passage, BeforeValidator(words_for("text"), json_schema_input_type=str | Passage)]
"""A passage; plain words do when nothing is cited."""

MOST = 200
"""Things in one list. A reader is long gone, and laying out ten thousand takes the engine minutes."""

Many = Annotated[
    tuple[Said, ...],
    BeforeValidator(_as_list, json_schema_input_type=str | Passage | list[str | Passage]),
]
"""One passage or a list of them."""
