"""Clinics as they are: long names, accents, several sites and phones, long addresses; made from a number."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, TypeVar

COUNT = 300

_KINDS = (
    "Counselling",
    "Psychotherapy Practice",
    "Women’s Health Centre",
    "Sexual Wellbeing Service",
    "Community Perinatal Mental Health Team",
    "Pelvic Pain Clinic",
    "Psychologische Praxis",
    "Gabinet Psychoterapii",
    "Centre de santé sexuelle",
    "Servicio de Salud Sexual",
    "Ärztinnen für Sexualmedizin",
    "Talking Therapies",
)
_PLACES = (
    "Rowan",
    "Łódź–Śródmieście",
    "Ålesund",
    "Île-de-Ré",
    "Österreich",
    "São Tomé",
    "Northern Vale, Moor and Coast",
    "Upper and Lower Somewhere",
    "Harbour Street",
    "Żoliborz",
    "Málaga",
    "Çeşme",
    "Newham upon Vale",
    "St. Bride’s",
    "Ynys Môn",
)
_ENDS = (
    "",
    "",
    "",
    "LLC",
    "& Partners",
    "GmbH",
    "NHS Foundation Trust",
    "(formerly Mill Lane)",
    "e.V.",
    "PLLC",
)
_STREETS = ("Row Lane", "Mill Street", "Long Acre", "Orchard Road", "ulica Świętojańska", "Große Straße")
_TOWNS = (
    "Towe LS1 1AA",
    "Westerby, Newham upon Vale NV3 3XT",
    "Port Ellery, ME 04000",
    "90-001 Łódź",
    "Easterby",
)
_BOXES = (
    "hello",
    "reception",
    "enquiries",
    "perinatal.mental-health_referrals",
    "bookings.and.questions",
    "info",
)
_HOSTS = (
    "rowan",
    "northern-vale",
    "riverside-therapy",
    "the-long-established-practice",
    "upper.somewhere.clinics",
)
_HOURS = (
    "Mon–Fri 9–5",
    "Monday to Thursday, 9 to 5; Friday, 9 to 4:30",
    "By appointment",
    "Tue and Thu evenings until 8",
)
_NIGHTS = (
    "Nights: call 111",
    "Out of hours: go to the nearest emergency department, or call 111 and choose option 2",
)
_LICENCES = (
    "Licensed in Ohio, no. PSY-12345",
    "Regulated by the Care Quality Commission, provider RXX1",
    "LPC 4711, LMFT 0815",
)
_REGISTERED = ("Registered charity 1234567", "Company no. 01234567, registered in England and Wales")
_COMPLAINTS = (
    "Complaints: 020 7946 0999",
    "To complain, write to complaints@northern-vale.example.org or ask at any desk",
)
_DISCLAIMERS = (
    "This sheet does not replace advice from your own clinician.",
    (
        "We wrote none of the texts behind the links, and we cannot answer for them. If anything on this sheet is not "
        "clear to you, or if it does not fit what you live with, ask the person who gave it to you."
    ),
)
_FOOTERS = (
    "A service of the Northern Vale",
    "Registered office: Old Mill Hospital, Orchard Road, Newham NV3 3XT",
)


T = TypeVar("T")


class _Chance:
    """Choices that follow from a number and the name of what is chosen."""

    def __init__(self, number: int) -> None:
        self._number = number

    def of(self, what: str) -> float:
        digest = hashlib.sha256(f"{self._number}/{what}".encode()).digest()
        return int.from_bytes(digest[:4], "big") / 2**32

    def one(self, what: str, values: Sequence[T]) -> T:
        return values[int(self.of(what) * len(values))]

    def phone(self, at: int) -> str:
        number = f"020 7946 0{self._number % 10}{at}{self.one(f'digit {at}', range(10))}"
        return number + " ext. 12" * (self.of(f"extension {at}") < 0.1)


def clinic(number: int) -> dict[str, Any]:
    """Return the brand file of a clinic; the same number gives the same clinic."""
    chance = _Chance(number)
    place, host = chance.one("place", _PLACES), f"{chance.one('host', _HOSTS)}.example.org"
    name = f"{place} {chance.one('kind', _KINDS)} {chance.one('end', _ENDS)}".strip()
    if chance.of("long") < 0.08:
        name = f"The {name} and {chance.one('other', _KINDS)}"
    box = f"{chance.one('box', _BOXES)}@{host}"
    own = {"region": "gb", **_places(chance), **_optional(chance, box)}
    own["masthead"] = chance.one("masthead", ("logo and name", "logo and name", "logo", "name"))
    brand: dict[str, Any] = {"meta": {"name": {"full": name}}, "defaults": {"bifolio": own}}
    if chance.of("short") < 0.3:
        brand["meta"]["name"]["short"] = place
    if chance.of("link") < 0.7:
        brand["meta"]["link"] = f"https://www.{host}" + "/services/for-you" * (chance.of("path") < 0.2)
    if chance.of("logo") < 0.6:
        brand["logo"] = "logo.svg"
    return brand


def _places(chance: _Chance) -> dict[str, Any]:
    """Return where the clinic is, and its phones."""
    addresses = [
        f"{chance.one(f'number {at}', range(1, 200))} {chance.one(f'street {at}', _STREETS)}, "
        f"{chance.one(f'town {at}', _TOWNS)}"
        for at in range(3)
    ]
    own: dict[str, Any] = {"phone": chance.phone(0)}
    if chance.of("phones") < 0.3:
        free = " (free, weekends)" * (chance.of("free") < 0.3)
        own["phone"] = [chance.phone(at) + free * bool(at) for at in range(chance.one("how many", (2, 2, 3)))]
    if chance.of("sites") < 0.25:
        sites = ("North", "South", "Children and young people")[: chance.one("how many sites", (2, 2, 3))]
        phones = [f" · {chance.phone(5 + at)}" * (chance.of(f"own {at}") < 0.5) for at in range(3)]
        own["address"] = [f"{site}: {addresses[at]}{phones[at]}" for at, site in enumerate(sites)]
    elif chance.of("address") < 0.9:
        own["address"] = addresses[0].split(", ")
    return own


def _optional(chance: _Chance, box: str) -> dict[str, str]:
    optional = {
        "email": (0.8, (box,)),
        "hours": (0.6, _HOURS),
        "out_of_hours": (0.3, _NIGHTS),
        "licence": (0.3, _LICENCES),
        "registration": (0.25, _REGISTERED),
        "complaints": (0.2, _COMPLAINTS),
        "disclaimer": (0.15, _DISCLAIMERS),
        "footer": (0.15, _FOOTERS),
    }
    return {
        key: chance.one(f"words of {key}", words)
        for key, (share, words) in optional.items()
        if chance.of(key) < share
    }


def logo(number: int) -> str:
    """Return a logo as wide as many are, or as high."""
    width = (24, 60, 180, 400)[number % 4]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 60">'
        f'<rect width="{width}" height="60" rx="8" fill="#7a3b69"/></svg>'
    )
