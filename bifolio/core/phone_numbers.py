"""Telephone numbers in a line of words, and what a telephone dials for each.

A link dials what the words say, or there is no link. So every digit of a line has to be accounted for: as part of a
number, of opening hours, of a menu ("press 2"), of a price, a licence or a web address. If one is not, or if letters
may have been typed for digits, nothing in the line is certain. Numbers are read by the numbering plan of one country,
from the metadata of libphonenumber, and need not be assigned: those reserved for fiction are dialled like any other.
Addresses follow RFC 3966 (`tel:`) and RFC 5724 (`sms:`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from bifolio.core.numbering_plan import KEYS, read_number

Scheme = Literal["tel", "sms"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a line, `words[start:end]`, and what comes after `tel:` in its address."""

    start: int
    end: int
    dialled: str


@lru_cache(maxsize=4096)
def numbers_in(
    words: str, country: str | None, scheme: Scheme = "tel", *, listed: bool = False
) -> tuple[Number, ...]:
    """Return the numbers in a line that can be called, or texted, in the order of the words.

    `country` is the ISO 3166-1 code of the country whose readers the words are for; without one, only numbers that
    begin with "+" are certain. A `listed` number was looked up by somebody, as those of a region were: if it is the
    only one in the line, it is dialled even if it is not in the country's plan, such as a new short code.

    >>> numbers_in("988, then press 1", "US")
    (Number(start=0, end=3, dialled='988'),)
    >>> numbers_in("+44 (0)20 7946 0101 ext. 12 (24 hours)", "US")
    (Number(start=0, end=27, dialled='+442079460101;ext=12'),)
    >>> numbers_in("020 7946 0101/2", "GB")
    ()
    """
    text = "".join(map(_as_typed, words))
    if not _DIGIT.search(text):
        return ()
    for aside in _ASIDES:
        text = aside.sub(_blank, text)
    runs = list(_runs(text, country))
    read = [run for run in runs if run.numbers and (listed or _is_set_off(run, text))]
    if listed and not read and len(runs) == 1:
        read = [
            _as_written(run)
            for run in runs
            if 3 <= len(run.digits) <= 15
            and "+" not in text[run.start : run.end]
            and _is_certain(text, run.start, run.end)
        ]
    again = [run for run in runs if any(_repeats(run, other, text) for other in read)]
    read = [run for run in read if run not in again]
    for run in read + again:
        text = text[: run.start] + _BREAK * (run.end - run.start) + text[run.end :]
    if _DIGIT.search(text) or _UNREAD.search(text):
        return ()
    return tuple(number for run in read for number in run.numbers if _is_for(scheme, number, text))


def dialled(numbers: Iterable[Number]) -> str | None:
    """Return what a telephone dials for a line with these numbers; None if it is not the same for all of them."""
    found = {number.dialled for number in numbers}
    return found.pop() if len(found) == 1 else None


def calls_nobody(address: str) -> bool:
    """Return whether the address of a link begins like one that calls or texts, but contains no number.

    RFC 3966 requires a `phone-context` for local numbers, which no telephone does: readers are where the number is.

    >>> [calls_nobody(address) for address in ("tel:", "tel:ask", "tel:+442079460101;ext=12", "sms:741741")]
    [True, True, False, False]
    """
    return address[:4].lower() in ("tel:", "sms:") and not _ADDRESS.fullmatch(address)


def shows_what_it_dials(address: str, words: str) -> bool:
    """Return whether the words of a link with a `tel:` or `sms:` address show the number that it dials, and no other.

    >>> shows_what_it_dials("tel:+442079460101", "Call 020 7946 0101")
    True
    >>> shows_what_it_dials("tel:+442079460101", "In danger: call 999")
    False
    """
    import phonenumbers as plan

    if calls_nobody(address):
        return False
    scheme: Scheme = "sms" if address[:4].lower() == "sms:" else "tel"
    subscriber, semicolon, parameters = address[4:].partition("?")[0].partition(";")
    dials = re.sub(r"[-.()]", "", subscriber) + semicolon + parameters.lower()
    countries: list[str | None] = [None]
    if dials.startswith("+"):
        code = plan.parse(dials.partition(";")[0]).country_code or 0
        countries += plan.region_codes_for_country_code(code)
    return any(dialled(numbers_in(words, country, scheme, listed=True)) == dials for country in countries)


_SUBSCRIBER = (
    r"(?:\+[-.()]*[1-9](?:[-.()]*\d){3,14}|[-.()]*[\d*](?:[-.()]*[\d*]){1,14})[-.()]*"
    r"(?:;[a-z0-9-]+(?:=[\w.%+-]+)?)*"
)
_ADDRESS = re.compile(
    rf"tel:{_SUBSCRIBER}|sms:{_SUBSCRIBER}(?:,{_SUBSCRIBER})*(?:\?body=\S*)?", re.ASCII | re.IGNORECASE
)


# -- words -----------------------------------------------------------------------------------------

_DIGIT = re.compile(r"[0-9]")

_BREAK = "·"
"""Replaces each character that has been accounted for; it is part of no number."""


def _blank(found: re.Match[str]) -> str:
    return _BREAK * len(found[0])


def _as_typed(letter: str) -> str:
    """Return a character as it would be typed: ASCII digits, spaces, hyphens and brackets."""
    category = unicodedata.category(letter)
    if category == "Nd":
        return str(unicodedata.decimal(letter))
    if (
        letter in "\n\r\N{EM DASH}\N{HORIZONTAL BAR}"
    ):  # separates phrases; shorter dashes are used between digits
        return _BREAK
    if category == "Pd" or letter == "\N{MINUS SIGN}":
        return "-"
    if letter.isspace() or category == "Cf":
        return " "
    is_wide = unicodedata.decomposition(letter).startswith(("<wide>", "<narrow>", "<small>"))
    return unicodedata.normalize("NFKC", letter) if is_wide else letter


_ALONE = r"(?<![\d+./-])(?<!\d )(?<!ext )(?<!ext\. )"
"""Precedes digits that belong to no number: in "0800 24 24 24 hours" none of them is known to."""
_ALL_DAY = r"(?<![\d+./-])(?:(?<!\d )|(?<=\d{3} ))"
_OVER = r"(?! ?[-/.(]? ?\d)(?!\w)"
_CLOCK = r"(?:[01]?\d|2[0-4])(?:[:.h][0-5]\d)?(?: ?[ap]\.?m\b\.?)?"
_FOUR = r"(?:[01]\d|2[0-4])[0-5]\d"

_RECORD = (
    r"(?:NPI|DEA|EIN|TIN|SSN|VAT|ABN|ACN|GMC|NMC|HCPC|AHPRA|IBAN|ISBN|licen[cs]e|charity|certificate|account|acct|policy"
    r"|invoice|reference|ref|id)"
)
_NUMBERED = r"(?:registration|registered|reg|company|provider|membership|member|case|file|order|tax|NHS)"

_ASIDES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Web and mail addresses.
        r"\S*@\S+|(?:https?://|www\.)\S+|(?<![\w.@-])(?:[\w-]+\.)*[\w-]*[a-z][\w-]*\.[a-z]{2,}\b(?:/\S*)?",
        # "24/7", "24 hours", "9–5", "9.30am to 5pm", "0900-1700", "7pm", "18:00", "2 lines", "1st".
        rf"{_ALL_DAY}24(?: ?[/x] ?7(?: ?/ ?365)?{_OVER}| ?-? ?(?:hours?|hrs?|h)\b)",
        rf"{_ALONE}(?:{_CLOCK} ?(?:-|to|until|till) ?{_CLOCK}|{_FOUR} ?(?:-|to) ?{_FOUR}){_OVER}",
        rf"\bbetween {_CLOCK} and {_CLOCK}{_OVER}",
        rf"{_ALONE}(?:\d{{1,2}}(?:[:.]\d\d)? ?[ap]\.?m\b\.?|\d{{1,2}}:\d\d{_OVER})",
        rf"{_ALONE}\d{{1,3}}(?: ?-? ?(?:hours?|hrs?|days?|weeks?|minutes?|mins?|lines?)|st|nd|rd|th)\b",
        # "NPI 1234567893", "License no. 2125550142", "NHS No: 943 476 5919".
        rf"\b(?:{_RECORD}|{_NUMBERED}(?= ?\.? ?(?:no|number|id)\b| ?#))\b[ .:]*(?:(?:no|number|id|is)\b[ .:]*)*#? ?\d[\d ./-]*",
        # "£1.50", "12p".
        rf"[£$€] ?\d+(?:\.\d+)?|{_ALONE}\d{{1,3}}[pc]\b",
        # "press 2", "option 1, then 3", "2 for Spanish".
        (
            rf"\b(?:press|push|choose|select|option|opt|hit|then)\b\W{{0,3}}\d{{1,2}}{_OVER}"
            rf"(?:(?:, ?| ?& ?| or | and | then )+\d{{1,2}}{_OVER})*|{_ALONE}\d{{1,2}} for\b"
        ),
    )
)
"""What has digits but is not a number."""

_VOICE = r"(?:calls?|calling|ring|phones?|telephone|tel|ph|dial|voice|mobile|mob|cell|landline)"
_TEXTING = r"(?:texts?|texting|sms|txt)"
_MOBILE = r"(?:mobile|mob|cell)"
_OTHER = r"(?:whatsapp|(?:e-?)?fax(?:es)?|facsimile|telefax|tty|tdd|minicom|textphone|pager|beeper|(?-i:(?<![TP][/&])F))"
_WAY = rf"(?:{_VOICE}|{_TEXTING}|{_OTHER})"
_WAYS = re.compile(rf"\b({_WAY}(?:(?: or | and |,? ?[/&]? ?){_WAY})*)\b", re.IGNORECASE)
_SUITS = {
    "tel": re.compile(rf"\b{_VOICE}\b", re.IGNORECASE),
    "sms": re.compile(rf"\b(?:{_TEXTING}|{_MOBILE})\b", re.IGNORECASE),
}
_AFTER = re.compile(rf"(?: ?\(| )(?:(?:for|by|via) )?{_WAYS.pattern}", re.IGNORECASE)
_AT_THE_END = re.compile(
    rf"(?: ?[-,:/]| is)* ?\(?(?:(?:for|by|via) )?{_WAYS.pattern}(?: only\b|[ .)]*(?:$|[,;]))", re.IGNORECASE
)
"""A way that follows a number: "020 … (fax)". If nothing ends after it, it may as well begin what comes next."""

_NOT = r"(?:\b(?:not|never|dont)|n['’]t)\b"
_NOT_CALLED_BEFORE = re.compile(
    rf"{_NOT}(?:(?: \w+)*? {_WAY}\b|(?: (?:on|at|to))?[ :]*$)|\bno (?:voice )?calls\b"
    r"|\b(?:no longer|formerly|previously|(?:old|former|wrong) (?:\w+ )?(?:number|no|line)\b)",
    re.IGNORECASE,
)
_NOT_CALLED_AFTER = re.compile(
    rf"[^;{_BREAK}]{{0,40}}?(?:{_NOT}(?: \w+){{0,3}}? (?:{_WAY}|use|service|monitored|answered|staffed)\b"
    r"|\b(?:no (?:voice )?calls|no longer|out of (?:service|use|order)|disconnected|discontinued)\b)",
    re.IGNORECASE,
)
"""Words for a number that nobody should call: "Do not call 020 …", "020 … is no longer in use"."""


def _is_for(scheme: Scheme, number: Number, text: str) -> bool:
    """Return whether the words around a number allow it to be called, or texted: "fax 020 …", "07700 … (text only)"."""
    if scheme == "sms" and ";" in number.dialled:  # nobody reads a text at an extension
        return False
    before = _label_before(text, number.start)
    if _NOT_CALLED_BEFORE.search(before) or _NOT_CALLED_AFTER.match(text, number.end):
        return False
    ways = [found[0] for found in _WAYS.finditer(before)][-1:]
    if after := _AT_THE_END.match(text, number.end) or (not ways and _AFTER.match(text, number.end)):
        ways.append(after[1])
    return all(_SUITS[scheme].search(way) for way in ways)


def _label_before(text: str, end: int) -> str:
    """Return the words that say what a number is; of several numbers joined by "or", those before the first."""
    for piece in reversed(re.split(rf"{_BREAK}+|[;!?]", text[:end])):
        if not re.fullmatch(r"\W*(?:or|and|to)?\W*", piece):
            return piece
    return ""


_SET_OFF_BEFORE = re.compile(rf"(?:^|[,;:.(/{_BREAK}]|\b(?:or|and|to|on|{_WAY})) ?$", re.IGNORECASE)
_SET_OFF_AFTER = re.compile(
    rf" ?(?:$|[,;:.)(/{_BREAK}-])| (?:or|and|then|for|in|if|any|free)\b", re.IGNORECASE
)


def _is_set_off(run: _Run, text: str) -> bool:
    """Return whether it is certain that a run is a number: by its form, or by the words around it.

    Those around a short number have to show that it is one: "or 111 for advice", not "room 111". Those before bare
    digits must not call them anything else: "Tel 02079460101", not "Badge 02079460101".
    """
    if len(run.digits) <= _LONGEST_SHORT:
        return bool(_SET_OFF_BEFORE.search(text[: run.start]) and _SET_OFF_AFTER.match(text, run.end))
    return not text[run.start : run.end].isdecimal() or bool(_BARE_BEFORE.search(text[: run.start]))


_BARE_BEFORE = re.compile(
    rf"(?:^|[,;(/&|{_BREAK}-]|\b(?:or|and|to|on|at|us|{_WAY}|[TPMC]|number|line|helpline|hotline|reception|desk|office|main"
    r"|direct|clinic)\b[ .:]*) ?$",
    re.IGNORECASE,
)
_LONGEST_SHORT = 6


# -- runs of digits --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Run:
    """Digits that belong together, with letters for the keys of a telephone: one number, several, or none for certain."""

    start: int
    end: int
    digits: str
    numbers: tuple[Number, ...] = ()


_GROUP = r"(?:\(\+?\d{1,6}\)|\d++)"
_RUN = re.compile(
    rf"(?:(?<![*#+])\+ ?|(?<![\w*#+])){_GROUP}(?:(?: {{0,2}}[-/] {{0,2}}|\.| {{1,3}})?+{_GROUP})*+"
)
_DIVIDES = re.compile(r" *+/ *+| ++- ++|-(?=\d{1,2}$)")
"""What separates some numbers and is part of others: a slash, a dash, a hyphen before the last one or two digits."""
_EXTENSION = re.compile(
    r"[ ,;(-]{0,3}(?:ext(?:ension|n)?|poste|x|#)[ .:=#]{0,3}(\d{1,7})(?!\w|[-/.]\d)\)?", re.IGNORECASE
)
_UNREAD = re.compile(r"\b(?:ext|extn|extension|poste)\b", re.IGNORECASE | re.ASCII)
"""An extension in words: "ext twelve". Without it, a link would call somebody else."""
_LETTERS = re.compile(r"-?[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.IGNORECASE | re.ASCII)
_CAPITALS = re.compile(r"(?: [A-Z]{2,}(?:-[A-Z]+)*\b){1,3}")
_MISTYPED = re.compile(r"[OILSBZ]+|[A-Z]", re.IGNORECASE)
"""Letters that may stand for the digits that they look like."""
_DIGIT_IN_WORDS = (
    r"(?:zero|oh|nought|naught|one|two|three|four|five|six|seven|eight|nine|double|treble|triple)"
)
_UNCERTAIN_BEFORE = re.compile(rf"\b{_DIGIT_IN_WORDS}[ -]*$", re.IGNORECASE)
_UNCERTAIN_AFTER = re.compile(
    rf"\||[ ./(-]{{1,3}}[OISZBl]+\b(?!:)|[ ,;(-]{{0,3}}(?:x|#)(?![^\W_])"
    rf"|[ -]+(?i:{_DIGIT_IN_WORDS})\b(?! (?:lines?|hours?|days?))"
)
"""What may be another digit or an extension beside a number: "two 02 …", "020 7946 010 I", "020 … x TALK"."""
_MIN_DIGITS = 3
"""The fewest digits with which a number in letters begins: "50 YEARS OLD" is not one."""


def _runs(text: str, country: str | None) -> Iterator[_Run]:
    at = 0
    while found := _RUN.search(text, at):
        run = _run(text, found.start(), found.end(), country)
        yield run
        at = run.end


def _run(text: str, start: int, end: int, country: str | None) -> _Run:
    """Read the digits from `start` to `end`, and the extension or the letters that belong to them."""
    if extension := _EXTENSION.match(text, end):
        numbers = _parts(text, start, end, country)
        if numbers:
            last = numbers.pop()
            numbers.append(Number(last.start, extension.end(), f"{last.dialled};ext={extension[1]}"))
        return _Run(start, extension.end(), _digits(text[start:end]), tuple(numbers))
    has_digits = len(_digits(text[start:end])) >= _MIN_DIGITS
    letters = _LETTERS.match(text, end)
    if letters:  # 1-800-FLOWERS: without its letters it would be another number
        end = letters.end()
    is_certain = _is_certain(text, start, end)
    numbers = _parts(text, start, end, country) if is_certain and (has_digits or not letters) else []
    run = _Run(start, end, _digits(text[start:end]), tuple(numbers))
    return run if numbers or letters or not has_digits else _in_capitals(text, run, country)


def _in_capitals(text: str, run: _Run, country: str | None) -> _Run:
    """Read "1 800 FLOWERS", with as many of the words in capitals as make a number."""
    letters = _CAPITALS.match(text, run.end)
    for word in reversed(list(re.finditer(r" \S+", letters[0] if letters else ""))):
        end = run.end + word.end()
        spelt = read_number(text[run.start : end], country)
        if spelt and spelt.sort == "whole" and _is_spelt(text[run.start : end]):
            return _Run(
                run.start, end, _digits(text[run.start : end]), (Number(run.start, end, spelt.dialled),)
            )
    return run


def _is_certain(text: str, start: int, end: int) -> bool:
    """Return whether no letter in a run, and nothing beside it, may stand for another digit or an extension."""
    return _is_spelt(text[start:end]) and not (
        text[end : end + 1].isalpha()
        or _UNCERTAIN_BEFORE.search(text[:start])
        or _UNCERTAIN_AFTER.match(text, end)
    )


def _is_spelt(words: str) -> bool:
    """Return whether every letter stands for a key for certain: each group has only letters, and makes a word.

    >>> [_is_spelt(words) for words in ("1-800-FLOWERS", "212-555-O142", "212-555-01-OO")]
    [True, False, False]
    """
    groups = [group for group in re.split(r"[^0-9A-Za-z]+", words) if not group.isdecimal()]
    return all(not group or (group.isalpha() and not _MISTYPED.fullmatch(group)) for group in groups)


def _parts(text: str, start: int, end: int, country: str | None) -> list[Number]:
    """Read one number, or several of the same sort with a slash or a dash between them."""
    gaps = [(start + gap.start(), start + gap.end()) for gap in _DIVIDES.finditer(text[start:end])]
    starts, ends = [start, *(after for _, after in gaps)], [*(before for before, _ in gaps), end]
    places = list(zip(starts, ends, strict=True))
    parts = [part for first, last in places if (part := read_number(text[first:last], country))]
    if len(parts) == len(places) and len({part.sort for part in parts}) == 1:
        return [Number(*place, part.dialled) for place, part in zip(places, parts, strict=True)]
    if gaps and read_number(text[start : ends[0]], country):  # "01 496 0100/1" is not 01 4960 1001
        return []
    whole = read_number(text[start:end], country)
    return [Number(start, end, whole.dialled)] if whole and whole.sort != "short" else []


def _digits(words: str) -> str:
    return re.sub(r"[^0-9]", "", words.upper().translate(KEYS))


def _as_written(run: _Run) -> _Run:
    return _Run(run.start, run.end, run.digits, (Number(run.start, run.end, run.digits),))


def _repeats(run: _Run, other: _Run, text: str) -> bool:
    """Return whether a run repeats another one: "800-799-SAFE (7233)", "1800RESPECT (1800 737 732)"."""
    if run.start >= other.end and text[run.start] == "(" and not text[other.end : run.start].strip():
        return other.digits.endswith(run.digits)
    has_letters = re.search("[A-Za-z]", text[run.start : run.end])
    # Seven letters may be one more than the number has; exchanges ignore the last one.
    return bool(not run.numbers and has_letters and run.digits.startswith(other.digits))
