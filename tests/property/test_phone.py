"""phone, for any valid number in any usual form: that number is dialled, and never a digit that the words do not have."""

from __future__ import annotations

import re
from collections import Counter

import phonenumbers
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bifolio.core.phone_numbers import calls_nobody, dialled, numbers_in

COUNTRIES = ("US", "GB", "AU", "IE", "CA", "NZ")
KEYS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
SERVICES = (
    phonenumbers.PhoneNumberType.TOLL_FREE,
    phonenumbers.PhoneNumberType.PREMIUM_RATE,
    phonenumbers.PhoneNumberType.SHARED_COST,
    phonenumbers.PhoneNumberType.UAN,
)
PAGER = phonenumbers.PhoneNumberType.PAGER
"""Australian ones are any length: of "016-310-00" the last group may as well be the end of a range."""
often = settings(max_examples=300, deadline=None, derandomize=True)


@st.composite
def valid_numbers(draw) -> tuple[phonenumbers.PhoneNumber, str]:
    """Return a valid number and its country: an example of the plan with other last digits."""
    country = draw(st.sampled_from(COUNTRIES))
    sorts = phonenumbers.supported_types_for_region(country) - {PAGER}
    sort = draw(st.sampled_from(sorted(sorts)))
    example = phonenumbers.example_number_for_type(country, sort)
    assume(example is not None)
    digits = phonenumbers.national_significant_number(example)
    last = draw(st.text("0123456789", min_size=3, max_size=3))
    number = phonenumbers.parse(f"+{example.country_code}{digits[:-3]}{last}", None)
    assume(phonenumbers.is_valid_number_for_region(number, country))
    return number, country


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)


_FORMS = (
    phonenumbers.PhoneNumberFormat.NATIONAL,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.E164,
)
SPACES = (" ", "\N{NO-BREAK SPACE}", "\N{THIN SPACE}", ".", "-", "\N{EN DASH}", "\N{NON-BREAKING HYPHEN}")


@st.composite
def usual_forms(draw) -> tuple[str, phonenumbers.PhoneNumber, str]:
    """Return a valid number as people write it, the number, and its country."""
    number, country = draw(valid_numbers())
    form = draw(st.sampled_from(_FORMS))
    words = phonenumbers.format_number(number, form)
    if form == phonenumbers.PhoneNumberFormat.NATIONAL:  # what a reader there would dial
        written = _digits(words)
        assume(phonenumbers.parse(written, country) == number)
    words = words.replace(" ", draw(st.sampled_from(SPACES)))
    trunk = draw(st.booleans()) and country in ("GB", "IE", "AU", "NZ")
    if trunk and form == phonenumbers.PhoneNumberFormat.INTERNATIONAL:
        words = re.sub(rf"^(\+{number.country_code})\W?", r"\1 (0)", words)
    if draw(st.booleans()):
        words = "".join(chr(ord(letter) + 0xFEE0) if letter.isdigit() else letter for letter in words)
    return words, number, country


@often
@given(
    usual_forms(),
    st.sampled_from(
        ["{}", "Call {}", "Tel. {}", "{} (24 hours)", "{}, Mon–Fri 9–5", "({})", "{}, press 2", " {} "]
    ),
)
def test_a_usual_form_dials_the_number(written, frame) -> None:
    words, number, country = written
    line = frame.format(words)
    dials = dialled(numbers_in(line, country))
    assert dials is not None
    whole = f"+{number.country_code}{phonenumbers.national_significant_number(number)}"
    if phonenumbers.number_type(number) in SERVICES and not dials.startswith("+"):
        assert phonenumbers.parse(dials, country) == number, "a service is dialled as it is written"
    else:
        assert dials == whole


@often
@given(
    usual_forms(),
    st.text("0123456789", min_size=1, max_size=5),
    st.sampled_from([" x", " ext. ", " extension ", ", ext ", " #"]),
)
def test_an_extension_is_dialled_after_the_number(written, extension, sign) -> None:
    words, _, country = written
    plain = dialled(numbers_in(words, country))
    assert dialled(numbers_in(words + sign + extension, country)) == f"{plain};ext={extension}"


@often
@given(usual_forms(), usual_forms(), st.sampled_from([" or ", ", ", "; ", " / ", " and ", " | "]))
def test_two_numbers_are_two_or_none(one, other, between) -> None:
    country = one[2]
    assume(other[2] == country or other[0].startswith(("+", "＋")))
    alone = [dialled(numbers_in(words, country)) for words in (one[0], other[0])]
    found = [number.dialled for number in numbers_in(one[0] + between + other[0], country)]
    assert found in (alone, [])
    assert found == alone or "/" in between


_TYPED = st.text(
    st.sampled_from("0123456789 0123456789 +()-–./,;:#*xX ABCTEAR ext or call fax pm\N{NO-BREAK SPACE}２"),
    max_size=40,
)
_ANY = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(
    st.one_of(_TYPED, _ANY),
    st.sampled_from((*COUNTRIES, "DE", "FR", "IT", None)),
    st.sampled_from(("tel", "sms")),
    st.booleans(),
)
def test_nothing_is_dialled_that_the_words_do_not_say(words, country, scheme, listed) -> None:
    at = 0
    for number in numbers_in(words, country, scheme, listed=listed):
        assert at <= number.start < number.end <= len(words)
        at = number.end
        assert not calls_nobody(f"{scheme}:{number.dialled}")
        said = "".join(
            str(int(letter)) if letter.isdecimal() else letter for letter in words[number.start : number.end]
        )
        keys = _digits(said.upper().translate(KEYS))
        own = re.sub(r"^\+(1|44|61|353|64|49|33|39)", "", number.dialled.partition(";")[0])
        assert _digits(own) in keys
        assert not Counter(_digits(number.dialled.partition(";ext=")[2])) - Counter(keys)
