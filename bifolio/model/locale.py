"""A locale: the labels that templates print, in one language. The words of handouts are not here."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from bifolio.model.base import Model, check_inline

_WORD = re.compile(r"\{[a-z]+\}")


def _only_words_in_braces(text: str) -> str:
    # Labels are format strings: "{number.__class__}" and a lone "{" have no place in one.
    if set("{}") & set(_WORD.sub("", text)):
        raise PydanticCustomError("label_braces", "a brace that is not a word")
    return text


LabelText = Annotated[
    str,
    StringConstraints(max_length=300, pattern=r"^[^<]*$"),  # some labels go into the stylesheet
    AfterValidator(check_inline),
    AfterValidator(_only_words_in_braces),
]
"""A label; `{number}` in it is filled in from the page."""


class Locale(Model):
    """Labels, quotation marks and month names."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
    name: LabelText
    quotes: Annotated[str, Field(min_length=4, max_length=4, pattern=r"^[^<>&{}]*$")]
    """Opening and closing outer quotation marks, then the inner ones."""
    months: Annotated[tuple[LabelText, ...], Field(min_length=12, max_length=12)]
    date: LabelText
    """The format of a date: {day}, {month}, {year}."""
    labels: dict[Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")], LabelText]

    def words_in(self, label: str) -> set[str]:
        """Return the words in braces of a label, as it has them."""
        return set(_WORD.findall(self.labels[label]))
