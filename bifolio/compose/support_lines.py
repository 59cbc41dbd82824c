"""Support lines: the lines of a region and a clinic → which ones a page shows, and how to reach each."""

from __future__ import annotations

import datetime

from markupsafe import Markup, escape

from bifolio.compose.links import link, link_numbers
from bifolio.compose.sandbox import offered
from bifolio.compose.wording import Wording
from bifolio.core.phone_numbers import Scheme, dialled, numbers_in
from bifolio.model.blocks import Resources, walk
from bifolio.model.handout import Handout
from bifolio.model.overrides import BrandOverrides
from bifolio.model.region import Region, SupportLine

IN_BOOKS = frozenset({"tel", "https"})
ON_WEB = IN_BOOKS | {"sms"}
"""The schemes of links. EPUBCheck 5.3 does not know `sms:`."""


class SupportLines:
    """The support lines of a region, after those of a clinic's own; `schemes` are the links to make."""

    def __init__(
        self,
        region: Region,
        overrides: BrandOverrides,
        wording: Wording,
        schemes: frozenset[str] = frozenset(),
    ) -> None:
        self._region = region
        self._overrides = overrides
        self._wording = wording
        self._schemes = schemes

    @offered
    def choose(self, block: Resources) -> tuple[SupportLine, ...]:
        """Return the lines that a block shows."""
        return self._region.choose(block.lines, block.topics, block.limit, self._overrides.lines, block.also)

    def checked_on(self, handout: Handout) -> datetime.date | None:
        """Return the earliest day on which a line of this handout was checked; None if it shows no lines."""
        days = [
            line.checked_on
            for block in walk(handout.body)
            if isinstance(block, Resources)
            for line in self.choose(block)
        ]
        return min(days, default=None)

    @offered
    def scope(self, lines: tuple[SupportLine, ...]) -> str:
        """Return what is true of all lines, to say it once: the country, free of charge, day and night."""
        label = self._wording.label
        parts = [label("in_region").format(region=self._region.name)]
        if lines and all(line.free for line in lines):
            parts.append(label("free"))
        if lines and all(line.hours == label("always") for line in lines):
            parts.append(label("always_open"))
        return self._wording.plain(" ".join(parts))

    @offered
    def reach(self, line: SupportLine) -> Markup:
        """Return how to reach a line, the most direct way first: "Call or text 988"."""
        label = self._wording.label
        texts_too = bool(line.text and line.text == line.phone)
        if line.phone and texts_too:
            first = _with_number(label("call_or_text"), self._number(line, line.phone, "tel"))
        elif line.phone:
            first = self._number(line, line.phone, "tel")
        elif line.text:
            first = _with_number(label("text_to"), self._number(line, line.text, "sms"))
        elif line.chat:
            first = escape(label("chat_online"))
        else:
            first = self._page(line.web or "")
        extra = [
            escape(label("or_text")) + " " + self._number(line, line.text, "sms")
            if line.phone and line.text and not texts_too
            else None,
            self._page(line.chat) if line.chat and not (line.phone or line.text) else None,
            line.reach,
            line.hours if line.hours != label("always") else None,
        ]
        if notes := [part for part in extra if part]:
            first += Markup(' <span class="resources-extra">{}</span>').format(Markup(", ").join(notes))
        return first

    def _number(self, line: SupportLine, words: str, scheme: Scheme) -> Markup:
        """Return the phone number of a line, as a link where it can be one."""
        if scheme not in self._schemes:
            return escape(words)
        is_own = line in self._overrides.lines
        country = (is_own and self._overrides.country) or self._region.country
        numbers = numbers_in(words, country, scheme, listed=not is_own)
        one = dialled(numbers)
        return link(f"{scheme}:{one}", words) if one else link_numbers(words, numbers, scheme)

    def _page(self, words: str) -> Markup:
        """Return a web address, as a link where it can be one."""
        if "https" not in self._schemes or "." not in words:
            return escape(words)
        return link(f"https://{words.removeprefix('https://')}", words)


def _with_number(label: str, number: Markup) -> Markup:
    return escape(label).format(number=number)
