"""Contact lines: a brand's phone, addresses and hours → the lines of the clinic's panel."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bifolio.compose.wording import Wording
from bifolio.core.phone_numbers import Number, dialled, numbers_in
from bifolio.model.brand import Brand
from bifolio.model.plate import LINES


@dataclass(frozen=True)
class ContactLine:
    """One line of the clinic's panel. A blank one is a label with room to write."""

    text: str
    href: str | None = None
    blank: bool = False
    said: str = ""
    """The words of the brand file from which the line was made."""
    numbers: tuple[Number, ...] = ()
    """The telephone numbers in `text`. If there are several, the line as a whole is not a link."""

    def parts(self) -> tuple[ContactLine, ContactLine] | None:
        """Break the line in two; None if it cannot be broken.

        Both parts have the same link as the whole, or each that of its own number where the line has several.
        """
        several = () if self.href else self.numbers
        at = _break_between(self.text, several) or _break_of(self.text)
        if at is None:
            return None
        second = self.text[at:].lstrip()
        start = len(self.text) - len(second)
        before = tuple(number for number in several if number.end <= at)
        after = tuple(_moved(number, -start) for number in several if number.start >= start)
        return (
            replace(self, text=self.text[:at].rstrip(), href=self.href or _call(before), numbers=before),
            replace(self, text=second, href=self.href or _call(after), numbers=after),
        )


def contact_lines(brand: Brand, wording: Wording, country: str | None) -> tuple[ContactLine, ...]:
    """Return the contact lines of a brand; blank ones to fill in by hand if it has none."""
    clinic = brand.clinic
    lines = []
    for name in brand.contact[:LINES]:
        if name == "phone":
            lines.append(_phone_line(clinic.phone or "", wording, country))
        elif name == "site":
            lines.append(ContactLine(brand.site or "", brand.home, said=brand.site or ""))
        elif name == "email":
            lines.append(ContactLine(clinic.email or "", f"mailto:{clinic.email}", said=clinic.email or ""))
        else:
            words = getattr(clinic, name)
            lines.append(ContactLine(wording.plain(words), said=words))
    if not lines:
        # Handwriting needs the height of two lines.
        for key in ("blank_phone", "blank_visit"):
            lines += [ContactLine(""), ContactLine(wording.label(key), blank=True)]
    return tuple(lines)


def _phone_line(phone: str, wording: Wording, country: str | None) -> ContactLine:
    """Return the line that says whom to call. Words without a digit, as "Ask at the desk", stand as they are."""
    if not any(map(str.isdigit, phone)):
        return ContactLine(phone, said=phone)
    before, _, after = wording.label("call").partition("{number}")
    numbers = numbers_in(phone, country)
    moved = tuple(_moved(number, len(before)) for number in numbers)
    return ContactLine(f"{before}{phone}{after}", _call(numbers), said=phone, numbers=moved)


def _call(numbers: Iterable[Number]) -> str | None:
    """Return the address that calls the only number of a line; None if there is not exactly one."""
    number = dialled(numbers)
    return f"tel:{number}" if number else None


def _moved(number: Number, by: int) -> Number:
    return replace(number, start=number.start + by, end=number.end + by)


_BETWEEN = re.compile(r"\s*[,;/|&]?")

_BREAKS = (re.compile(r"\s"), re.compile(r"(?=[@.])|(?<=/)"))
"""Where a contact line may be broken: preferably between words, else within an address as the Chicago Manual has it."""


def _break_between(text: str, numbers: Sequence[Number]) -> int | None:
    """Return where to break a line of several numbers: after a number and its comma, near the middle.

    >>> _break_between("Call 999, or 112", (Number(5, 8, "999"), Number(13, 16, "112")))
    9
    """
    gaps = (_BETWEEN.match(text, number.end) for number in numbers[:-1])
    places = [gap.end() for gap in gaps if gap]
    return min(places, key=lambda at: abs(2 * at - len(text)), default=None)


def _break_of(text: str) -> int | None:
    """Return where to break a line: near its middle, and in an e-mail address preferably before the "@".

    >>> _break_of("reception@riverside.example.org")
    9
    """
    for pattern in _BREAKS:
        places = [found.start() for found in pattern.finditer(text) if 0 < found.start() < len(text)]
        if places:
            return min(places, key=lambda at: abs(2 * at - len(text)) * (0.5 if text[at] == "@" else 1))
    return None
