"""The columns of a table of clinics: what they are called, and what of a brand file each of them says."""

from __future__ import annotations

import re

from bifolio.core.source_tree import Steps
from bifolio.model.brand.clinic import Clinic

ID = "id"
"""The column with the clinic's name in paths and on the command line."""

_SPEC_COLUMNS: dict[str, Steps] = {
    "name": ("meta", "name", "full"),
    "short_name": ("meta", "name", "short"),
    "link": ("meta", "link"),
    "color": ("color", "primary"),
    "logo": ("logo", "path"),
    "logo_alt": ("logo", "alt"),
    "font": ("typography", "base"),
    "heading_font": ("typography", "headings"),
}

COLUMNS: dict[str, Steps] = {
    **_SPEC_COLUMNS,
    **{name: ("defaults", "bifolio", name) for name in Clinic.model_fields if name != "lines"},
}
"""Where a brand file has what a column contains."""

TOWN, COUNTY, POSTCODE = LAST_LINE = ("town", "county", "postcode")
"""What the last line of an address is made of, in the order of the columns."""

_OTHER_NAMES: dict[str, str] = {
    ID: "clinic id, slug, folder, key",
    "name": "clinic, clinic name, name of clinic, practice, practice name, name of practice, organisation, organization, "
    "organisation name, organization name, full name, trading name",
    "short_name": "abbreviation, short",
    "link": "website, web, url, website address, web address, web page, homepage, home page, home, www, internet",
    "color": "colour, brand color, brand colour, main color, main colour, primary color, primary colour, primary, hex, "
    "hex code, color code, colour code, color hex, colour hex",
    "logo": "logo file, logo path, logo filename, logo file name",
    "logo_alt": "logo alt text, alt text, logo description, description of the logo",
    "font": "typeface, text font, body font",
    "heading_font": "headings font, title font, font for headings",
    "region": "country, nation",
    "edition": "paper, paper size, page size",
    "theme": "look, style",
    "address": "postal address, street address, full address, address line 1, address line 2, address line 3, "
    "address line 4, address 1, address 2, address 3, address 4, street, street 2, building",
    TOWN: "city, town city, town or city, ort",
    COUNTY: "state, province",
    POSTCODE: "post code, postal code, zip, zip code, zipcode, plz",
    "phone": "telephone, tel, telefon, phone number, phone no, telephone number, telephone no, tel no, main phone, "
    "contact number, contact phone, switchboard",
    "email": "e mail, mail, email address, e mail address, mail address, contact email",
    "site": "printed website, site as printed",
    "hours": "opening hours, opening times, open, office hours, business hours, hours of opening, times",
    "out_of_hours": "after hours, out of hours phone, out of hours number",
    "licence": "license, licence number, license number, licence no, license no",
    "registration": "registration number, registration no, reg no, registered number",
    "complaints": "complaints line, complaint, how to complain",
    "intro": "introduction, welcome",
    "masthead": "head of the page",
}
"""What people call the columns, in the place of the names of fields."""


def plain(words: str) -> str:
    """Return the name of a column without capitals and signs."""
    return " ".join(re.findall(r"[^\W_]+", words.casefold()))


NAMES: dict[str, str] = {
    **{plain(other): name for name, others in _OTHER_NAMES.items() for other in others.split(", ")},
    **{plain(name): name for name in (ID, *COLUMNS, *LAST_LINE)},
}
LISTS = frozenset(
    name
    for name, field in Clinic.model_fields.items()
    if isinstance(field.default, tuple) and name in COLUMNS
)
"""Columns of several lines, which stand under each other in their cell, or have "|" between them."""

JOINED_BY = {
    "phone": "\n",
    **dict.fromkeys(("email", "hours", "out_of_hours", "licence", "registration", "complaints"), ", "),
}
"""What stands between several lines of a cell when they become one value; a space in other columns."""
