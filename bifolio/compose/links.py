"""Links: telephone numbers and addresses in a line → what a reader can tap."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from bifolio.core.phone_numbers import Number, Scheme


def link(address: str, words: str) -> Markup:
    """Return a link that calls, texts or opens `address`."""
    return Markup('<a class="tel" href="{}">{}</a>').format(address, words)


def link_numbers(words: str, numbers: Iterable[Number], scheme: Scheme) -> Markup:
    """Return a line in which each of the numbers is a link of its own."""
    pieces, at = [], 0
    for number in numbers:
        pieces.append(escape(words[at : number.start]))
        pieces.append(link(f"{scheme}:{number.dialled}", words[number.start : number.end]))
        at = number.end
    return Markup().join([*pieces, escape(words[at:])])
