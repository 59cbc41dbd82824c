"""Contact lines: a brand's phone, addresses and hours → the lines of the clinic's panel."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from bifolio.compose.wording import Wording
from bifolio.core.phone_numbers import Number, dialled, numbers_in
from bifolio.model.brand import Brand


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
    goes_on: bool = False
    """Whether it goes on with the words of the line before it."""

    def by_number(self) -> tuple[ContactLine, ...]:
        """Return the line in parts with a number each, if it has several: each part then leads to its own."""
        several = () if self.href else self.numbers
        at = _break_between(self.text, several)
        if at is None:
            return (self,)
        first, second = self.wrapped((self.text[:at], self.text[at:]))
        return (*first.by_number(), *second.by_number())

    def wrapped(self, texts: Iterable[str]) -> tuple[ContactLine, ...]:
        """Return the line as lines of the given texts, which are its own one after another.

        All have the link of the whole, or each that of its own number where the line has several.
        """
        lines: list[ContactLine] = []
        start = 0
        for text in map(str.strip, texts):
            start = self.text.index(text, start)
            end = start + len(text)
            inside = (one for one in self.numbers if one.start >= start and one.end <= end)
            numbers = tuple(_moved(one, -start) for one in inside)
            href = self.href or _call(numbers)
            lines.append(replace(self, text=text, href=href, numbers=numbers, goes_on=bool(lines)))
            start = end
        return tuple(lines)


def contact_lines(brand: Brand, wording: Wording, country: str | None) -> tuple[ContactLine, ...]:
    """Return the contact lines of a brand; blank ones to fill in by hand if it has none."""
    clinic = brand.clinic
    lines = [place_line(site, wording, country) for site in clinic.sites]
    for name in brand.contact:
        if name == "phone":
            lines += [_phone_line(phone, wording, country) for phone in clinic.phones]
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


def place_line(words: str, wording: Wording, country: str | None) -> ContactLine:
    """Return the line of a place, which calls the number after its last middle dot if there is one."""
    text = wording.plain(words)
    before, dot, after = text.rpartition("·")
    found = numbers_in(after, country) if dot else ()
    numbers = tuple(_moved(number, len(before) + 1) for number in found)
    return ContactLine(text, _call(numbers), said=words, numbers=numbers)


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

CHANCES = re.compile(r"(?<=\w)(?=[@._-]\w)|(?<=/)(?=\w)")
"""Where an address may be wrapped: before a sign, so that no hyphen seems to be added, and after a slash."""

FEW_CHANCES = re.compile(r"(?<=\w)(?=@)|(?<=/)(?=\w)")

_ADDRESS = re.compile(r"\S*[@/._]\S*|\S*\d-\d\S*")
"""An address or a number, which is not wrapped as words are."""


def wrap_chances(words: str) -> Markup:
    """Return words whose addresses may be wrapped at their signs, where a browser wraps them.

    >>> str(wrap_chances("a.b@c-d.org/e"))
    'a<wbr/>.b<wbr/>@c<wbr/>-d<wbr/>.org/<wbr/>e'
    """
    return Markup("<wbr/>").join(_pieces(words, CHANCES))


def wrapped_only_at(words: str, chances: re.Pattern[str]) -> Markup:
    """Return words whose addresses and numbers are wrapped nowhere but at the given chances.

    >>> str(wrapped_only_at("At a@c-d.org", FEW_CHANCES))
    'At <span class="unbroken">a</span><wbr/><span class="unbroken">@c-d.org</span>'
    """
    pieces, at = [], 0
    for address in _ADDRESS.finditer(words):
        whole = (_UNBROKEN.format(piece) for piece in _pieces(address[0], chances))
        pieces += [escape(words[at : address.start()]), Markup("<wbr/>").join(whole)]
        at = address.end()
    return Markup().join([*pieces, escape(words[at:])])


_UNBROKEN = Markup('<span class="unbroken">{}</span>')


def _pieces(words: str, chances: re.Pattern[str]) -> list[str]:
    places = [found.start() for found in chances.finditer(words)]
    return [words[start:end] for start, end in zip((0, *places), (*places, len(words)), strict=True)]


def _break_between(text: str, numbers: Sequence[Number]) -> int | None:
    """Return where to break a line of several numbers: after a number and its comma, near the middle.

    >>> _break_between("Call 999, or 112", (Number(5, 8, "999"), Number(13, 16, "112")))
    9
    """
    gaps = (_BETWEEN.match(text, number.end) for number in numbers[:-1])
    places = [gap.end() for gap in gaps if gap]
    return min(places, key=lambda at: abs(2 * at - len(text)), default=None)
