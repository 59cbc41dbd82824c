"""What all models share: frozen, strict about unknown keys, built only when first used."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError


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
_LINK = re.compile(r"\]\(\s*([^)\s]*)")
_SAFE_LINK = re.compile(r"https?://|mailto:|tel:|#")
_HTML = re.compile(r"</?[a-zA-Z][^>]*>")


def check_inline(text: str) -> str:
    """Refuse what inline text may not hold: pictures, HTML tags, links that are not for readers."""
    if _IMAGE.search(text):
        raise PydanticCustomError("text_image", "a picture inside text")
    if tag := _HTML.search(text):
        raise PydanticCustomError("text_html", "an HTML tag", {"tag": tag.group()})
    for target in _LINK.findall(text):
        if not _SAFE_LINK.match(target):
            raise PydanticCustomError("text_link", "an unsafe link", {"target": target})
    return text


Text = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(check_inline)]
"""Words for readers: a small, safe subset of Markdown (`**bold**`, `[link](https://…)`)."""

Label = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(check_inline)]
"""A few words: a title, a label, a cell."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$", max_length=60)]
"""The name of a file or an entry: small letters, digits and hyphens."""

FactId = Annotated[str, StringConstraints(pattern=r"^[A-Z]+-[0-9]+$")]
"""The id of one fact in content/facts.yaml."""


def _written_out(value: Any) -> Any:
    if isinstance(value, (str, datetime.date)):
        return value
    raise PydanticCustomError("date_type", "a day written as YYYY-MM-DD")  # 20261122 is a number


Day = Annotated[datetime.date, BeforeValidator(_written_out)]
"""A day, written as 2026-11-22."""


class Passage(Model):
    """Words for readers, with the facts that they state."""

    text: Text
    cites: tuple[FactId, ...] = ()


def _as_passage(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Said = Annotated[Passage, BeforeValidator(_as_passage, json_schema_input_type=str | Passage)]
"""A passage; plain words do when nothing is cited."""

Many = Annotated[
    tuple[Said, ...],
    BeforeValidator(_as_list, json_schema_input_type=str | Passage | list[str | Passage]),
]
"""One passage or a list of them."""
