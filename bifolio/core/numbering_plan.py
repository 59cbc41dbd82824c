"""One telephone number, read by the numbering plan of a country, from the metadata of libphonenumber."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # late: 50 ms, and most builds read no numbers
    from phonenumbers import PhoneNumber

KEYS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")


@dataclass(frozen=True, slots=True)
class Reading:
    dialled: str
    sort: Literal["whole", "short"]


def read_number(words: str, country: str | None) -> Reading | None:
    """Read one number as it is dialled in a country; None if its plan has none of this length or form."""
    import phonenumbers as plan

    words = words.upper().translate(KEYS)
    try:
        number = plan.parse(words, country, keep_raw_input=True)
    except plan.NumberParseException:
        return None
    if country and number.country_code_source == plan.CountryCodeSource.FROM_DEFAULT_COUNTRY:
        return _at_home(number, re.sub(r"[^0-9]", "", words), country)
    return _with_country(number)


def is_abroad(dialled: str, country: str) -> bool:
    """Tell whether a number in E.164 form belongs to another country code than that of a country."""
    from phonenumbers import country_code_for_region

    return dialled.startswith("+") and not dialled.startswith(f"+{country_code_for_region(country)}")


def _with_country(number: PhoneNumber) -> Reading | None:
    """Read a number that can be dialled from anywhere, with the code of its country."""
    from phonenumbers import PhoneNumberFormat, ValidationResult, format_number, is_valid_number

    if is_valid_number(number) or ValidationResult.IS_POSSIBLE in _lengths(number):
        return Reading(format_number(number, PhoneNumberFormat.E164), "whole")
    return None


def _at_home(number: PhoneNumber, written: str, country: str) -> Reading | None:
    """Read a number that is written as it is dialled within its own country."""
    import phonenumbers as plan

    own = plan.national_significant_number(number)
    if written == own and plan.is_valid_short_number_for_region(number, country):
        return Reading(written, "short")
    metadata = plan.PhoneMetadata.metadata_for_region(country)
    prefix = (metadata and metadata.national_prefix) or ""
    if written not in (
        own,
        prefix + own,
    ):  # more than the prefix is missing, such as a code that hides the caller
        return None
    sort = plan.PhoneNumberType
    if plan.number_type(number) in (sort.TOLL_FREE, sort.PREMIUM_RATE, sort.SHARED_COST, sort.UAN):
        # With its country code, Ireland's 1800 77 88 88 might ring a house in Dublin, at (01) 800 7788.
        return Reading(written, "whole")
    if written != own or prefix in ("", str(number.country_code)):  # the same thing in North America
        return _with_country(number)
    return None


def _lengths(number: PhoneNumber) -> list[int]:
    """Return how the length of a number compares with those of landlines and of mobiles, a `ValidationResult` each."""
    from phonenumbers import PhoneNumberType, is_possible_number_for_type_with_reason

    return [
        is_possible_number_for_type_with_reason(number, sort)
        for sort in (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE)
    ]
