"""What is odd about a brand and stops nothing: findings of its file, as warnings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bifolio.branding.logo import Logo
from bifolio.branding.nearest_shade import contrast
from bifolio.branding.palette import PAPER
from bifolio.content.validation import unused_keys
from bifolio.core.diagnostics import Diagnostic, Severity, Span, shorten
from bifolio.core.encodings import meant_by
from bifolio.core.numbering_plan import is_abroad
from bifolio.core.phone_numbers import Scheme, dialled, numbers_in
from bifolio.core.source_tree import SourceTree, Steps
from bifolio.model.brand import Brand
from bifolio.model.brand.clinic import Clinic

_DARK = "#181818"
"""About what a page is on a dark screen, whatever a clinic's colour."""

_LOST_COLOUR = re.compile(r"^color:[ \t]+(#(?:[0-9a-fA-F]{3,4}){1,2})\b", re.MULTILINE)

_LEAST_CONTRAST = 1.4
"""Of a logo: far below what WCAG asks of signs, which sets logos free (1.4.11)."""


def file_warnings(
    as_written: Brand, brand: Brand, tree: SourceTree, country: str | None
) -> Iterator[Diagnostic]:
    """Find what a brand's file says that is not used, and what its pages will lack.

    `as_written` may lack the name that `brand` has; `country` is that of its telephone numbers.
    """
    yield from unused_keys(brand, tree)
    if not as_written.name:
        yield _warning(
            "brand.no-name",
            f'the clinic has no name, so its pages say "{brand.name}"',
            tree.span(("meta",), key=True),
            'say it: meta: {name: "…"}',
        )
    if (
        lost := _LOST_COLOUR.search(tree.source.text)
        if tree.value and "color" not in as_written.model_fields_set
        else None
    ):
        yield _warning(
            "brand.lost-color",
            f'"color" has no colour, as "{lost[1]}" is a comment; it is left out',
            tree.source.place(lost.start(1), len(lost[1])),
            f'put it in quotes: "{lost[1]}"',
        )
    for steps, value in tree.walk():
        if isinstance(value, str) and (meant := meant_by(value)):
            message = f'"{shorten(value)}" was saved in two encodings'
            yield _warning("brand.encoding", message, tree.span(steps), f'write "{shorten(meant)}"')
    for address in brand.online_files:
        yield _warning(
            "brand.not-fetched",
            f'"{shorten(address)}" is in the web, and nothing is fetched',
            tree.find(address),
            "save the file beside _brand.yml, and name it here",
        )
    yield from _without_link(brand.clinic, tree, country)
    if country and as_written.clinic.region is None:
        yield from _of_another_country(brand.clinic, tree, country)


def logo_warnings(brand: Brand, logos: Mapping[str, Logo], tree: SourceTree) -> Iterator[Diagnostic]:
    """Find what of logos could be better, and logos that nobody can see."""
    for name, logo in logos.items():
        for remark in logo.remarks:
            yield replace(remark, span=tree.find(name))
    for name, logo in logos.items():
        for ground, colour in (("white paper", PAPER), ("a dark screen", _DARK)):
            is_meant_for_it = name == (brand.logo_path if colour == PAPER else brand.dark_logo_path)
            if is_meant_for_it and _is_unseen(logo, colour):
                yield _warning(
                    "brand.logo-unseen",
                    f"the logo cannot be seen on {ground}",
                    tree.find(name),
                    "give each its own: logo: {medium: {light: …, dark: …}}, "
                    '"light" for paper and "dark" for dark screens',
                )


def _is_unseen(logo: Logo, ground: str) -> bool:
    return bool(logo.paints) and all(contrast(paint, ground) < _LEAST_CONTRAST for paint in logo.paints)


def _without_link(clinic: Clinic, tree: SourceTree, country: str | None) -> Iterator[Diagnostic]:
    """Find phone numbers that are printed without a link, as nobody can be certain what to dial."""
    phones: tuple[str | None, ...] = clinic.phones
    written: dict[Steps, tuple[str | None, Scheme]] = {
        ("phone", at): (words, "tel") for at, words in enumerate(phones)
    }
    for at, line in enumerate(clinic.lines):
        written |= {("lines", at, "phone"): (line.phone, "tel"), ("lines", at, "text"): (line.text, "sms")}
    for steps, (words, scheme) in written.items():
        numbers = numbers_in(words, country, scheme) if words else ()
        # A contact line is one link in a PDF; of a support line each number is one, where there are links at all.
        if not words or dialled(numbers) or (numbers and steps[0] != "phone"):
            continue
        why = "is printed without a link: no number in it is certain"
        cure = (
            ("say where the clinic is (region: gb), and " if clinic.region is None else "")
            + 'write one number with its area code, as in "(202) 555-0143" or "020 7946 0101 ext. 12"; '
            'one of another country begins with "+"'
        )
        if numbers:
            why = f"has {len(numbers)} numbers; where they stand on one line of a PDF, there is no link"
            cure = "to be certain of a link there, keep only the number to call first"
        elif not any(map(str.isdigit, words)):
            why = "is printed without a link: there is no number in it"
        span = tree.span(("defaults", "bifolio", *steps))
        yield _warning("brand.phone-no-link", f'"{shorten(words)}" {why}', span, cure)


def _of_another_country(clinic: Clinic, tree: SourceTree, country: str) -> Iterator[Diagnostic]:
    """Find that a clinic that does not say where it is has a number of another country than its support lines."""
    for at, words in enumerate(clinic.phones):
        address = dialled(numbers_in(words, country)) or ""
        if is_abroad(address.removeprefix("tel:"), country):
            yield _warning(
                "brand.other-country",
                f'"{shorten(words)}" is a number of another country, but the support lines are those of "{country.lower()}"',
                tree.span(("defaults", "bifolio", "phone", at)),
                "say where the clinic is: region: gb",
            )


def _warning(code: str, message: str, span: Span | None, cure: str) -> Diagnostic:
    return Diagnostic(code, message, span, cure, Severity.WARNING)
