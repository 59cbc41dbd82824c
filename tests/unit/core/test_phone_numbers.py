"""phone: what is dialled for the ways in which people write a number; the table is phones.csv."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bifolio.core.phone_numbers import calls_nobody, dialled, numbers_in

with Path(__file__).with_name("phones.csv").open(encoding="utf-8", newline="") as file:
    TABLE = list(csv.DictReader(file))


def test_the_table_has_every_country_and_each_way() -> None:
    assert len(TABLE) > 100
    assert {row["country"] for row in TABLE} == {"US", "GB", "IE", "CA", "AU", "NZ", ""}
    assert {row["scheme"] for row in TABLE} == {"tel", "sms"}
    assert {"", "+442079460101;ext=12"} & {row["dialled"] for row in TABLE}


@pytest.mark.parametrize(
    "row", TABLE, ids=[f"{row['country']} {row['scheme']} {row['words']}" for row in TABLE]
)
def test_what_is_dialled(row: dict[str, str]) -> None:
    numbers = numbers_in(row["words"], row["country"] or None, row["scheme"])
    assert " | ".join(number.dialled for number in numbers) == row["dialled"]
    assert not any(calls_nobody(f"{row['scheme']}:{number.dialled}") for number in numbers)
    ends = [0, *(at for number in numbers for at in (number.start, number.end)), len(row["words"])]
    assert ends == sorted(ends), "numbers stand one after the other"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Call 020 7946 0100 or 07700 900100 today", ["020 7946 0100", "07700 900100"]),
        ("020 7946 0100/020 7946 0101 ext. 7.", ["020 7946 0100", "020 7946 0101 ext. 7"]),
        ("(020 7946 0100)", ["020 7946 0100"]),
        ("\N{NO-BREAK SPACE}+44 (0)20 7946 0100 (24 hours)", ["+44 (0)20 7946 0100"]),
        ("Ring 0800 REVERSE now", ["0800 REVERSE"]),
        ("Fax 020 7946 0100, tel 020 7946 0101", ["020 7946 0101"]),
    ],
)
def test_a_number_stands_where_it_is_said_to(words: str, shown: list[str]) -> None:
    assert [words[number.start : number.end] for number in numbers_in(words, "GB")] == shown


def test_a_line_dials_one_number_or_none() -> None:
    assert dialled(numbers_in("800-656-HOPE (800-656-4673)", "US")) == "8006564673"
    assert dialled(numbers_in("999 or 112", "GB")) is None
    assert dialled(()) is None


@pytest.mark.parametrize(
    ("words", "number"),
    [("12 34 56", "123456"), ("HOME to 12345", "12345"), ("NHS 111", "111")],
)
def test_a_listed_number_is_dialled_though_no_plan_knows_it(words: str, number: str) -> None:
    assert numbers_in(words, "GB") == ()
    assert dialled(numbers_in(words, "GB", listed=True)) == number


@pytest.mark.parametrize(
    "words", ["555-O142", "0800 REVERSE ext twelve", "1", "12 34 56 or 78", "no number", "1" * 16, "+000"]
)
def test_what_is_listed_is_no_less_certain(words: str) -> None:
    assert numbers_in(words, "GB", listed=True) == ()


@pytest.mark.parametrize(
    "address",
    [
        "tel:988",
        "TEL:911",
        "tel:555-0142",
        "tel:+1-202-555-0143",
        "tel:+442079460101;ext=12",
        "tel:7042;phone-context=example.com",
        "sms:741741",
        "sms:741741,88788?body=HOME",
        "https://example.org/tel:",
        "mailto:desk@example.org",
    ],
)
def test_an_address_that_calls_somebody(address: str) -> None:
    assert not calls_nobody(address)


@pytest.mark.parametrize(
    "address",
    [
        "tel:",
        "sms:",
        "tel:+",
        "tel:1",
        "tel:ask",
        "tel:020 7946 0101",
        "tel:+44(0)2079460101x",
        "tel:+0123456",
        "tel:+44",
        "tel:+4420794601010123",
        "tel:020794601010207946",
        "tel:+442079460101;ext=",
        "TEL:",
        "sms:?body=HOME",
    ],
)
def test_an_address_that_calls_nobody(address: str) -> None:
    assert calls_nobody(address)


@pytest.mark.parametrize(
    "words",
    [
        "1" * 120,
        "1 " * 60,
        "(1)" * 40,
        "1-" * 60,
        "a1." * 40,
        "1 A" * 40,
        "1 AA" + " BB" * 38,
        "1 call or " * 12,
    ],
)
def test_a_long_line_is_read_at_once(words: str) -> None:
    """A line is at most 120 letters; no pattern may try all the ways to part one."""
    numbers_in.cache_clear()
    assert numbers_in(words, "US") == ()
