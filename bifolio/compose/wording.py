"""Wording: text of authors, and labels of a locale → what a page says in one language and region."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from bifolio.compose import typography
from bifolio.compose.sandbox import offered
from bifolio.model.handout import Handout
from bifolio.model.locale import Locale
from bifolio.model.region import Region
from bifolio.model.words import fill_words


class Wording:
    """Typesets text with the words of a region and the quotation marks, labels and dates of a locale."""

    def __init__(self, locale: Locale, region: Region) -> None:
        self.locale = locale
        self.region = region
        self.words = region.all_words

    @property
    def filters(self) -> Mapping[str, Callable[..., Any]]:
        """The filters of templates, by name."""
        return {
            "t": self.typeset,
            "t_end": lambda text: self.typeset(text, bind_end=True),
            "plain": self.plain,
            "quoted": self.quoted,
            "day": self.day,
            "month": self.month,
            "fill": self.fill,
        }

    def language(self, handout: Handout) -> str:
        """Return the language tag of a handout: "en-GB" for English in the United Kingdom."""
        return self.region.language if handout.language == "en" else handout.language

    @offered
    def label(self, key: str) -> str:
        """Return a label of the locale. Raises KeyError."""
        return self.locale.labels[key]

    def audience_line(self, handout: Handout) -> str:
        """Return the line that says who a handout is for, and how it is used."""
        audience = self.label("audience_" + "_".join(sorted(handout.audience)))
        return f"{audience}, {self.label('use_' + handout.kind)}"

    def day(self, day: datetime.date) -> str:
        month = self.locale.months[day.month - 1]
        return self.locale.date.format(day=day.day, month=month, year=day.year).replace(" ", typography.NBSP)

    def month(self, day: datetime.date) -> str:
        return f"{self.locale.months[day.month - 1]}{typography.NBSP}{day.year}"

    def fill(self, text: str) -> str:
        """Fill in the words of the region."""
        return fill_words(text, self.words)

    def plain(self, text: str) -> str:
        """Typeset a passage as plain text."""
        return typography.plain(self.fill(text), self.locale.quotes)

    def typeset(self, text: str, *, bind_end: bool = False) -> Markup:
        """Typeset a passage as HTML; `bind_end` keeps the last two words together."""
        return typography.typeset(self.fill(text), self.locale.quotes, bind_end=bind_end)

    def quoted(self, text: str) -> Markup:
        """Typeset a passage in quotation marks, whether or not it was typed with them."""
        opening, closing = self.locale.quotes[0], self.locale.quotes[1]
        inner = text.strip().strip('"“”')
        return Markup(f"{opening}{self.typeset(inner, bind_end=True)}{closing}")  # noqa: S704 - typeset escapes
