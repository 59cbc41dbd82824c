"""Check a composed page: is everything there that readers must see, and nothing that could hide it or run?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bifolio.compose.page_reader import MalformedError, PageText, Refused, Required, read
from bifolio.core.diagnostics import Diagnostic, Source, shorten

_MAX_LISTED = 3


@dataclass(frozen=True)
class Problems:
    """What is wrong with a page; false if nothing is."""

    malformed: str = ""
    refused: tuple[Refused, ...] = ()
    missing: tuple[Required, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.malformed or self.refused or self.missing)


def check_page(markup: str, required: Collection[Required], reference: PageText | None = None) -> Problems:
    """Return what is wrong with a page that must show everything `required`.

    `reference` is the same page without a clinic's own parts. If it is given, everything must be shown as often as
    there, inside the same or plain elements only, and the page may contain nothing that a part may not.
    """
    try:
        page = read(markup, strictly=reference is not None)
    except MalformedError as error:
        return Problems(malformed=str(error))
    if reference is None:
        wanted = Counter(required)
        return Problems(missing=tuple(one for one, times in wanted.items() if page.count(one) < times))
    return Problems(
        refused=tuple(page.refused - reference.refused),
        missing=tuple(
            one
            for one in dict.fromkeys(required)
            if page.count(one, reference.elements_around(one)) < reference.count(one)
        ),
    )


def page_finding(problems: Problems, where: str) -> Diagnostic:
    """Return the finding for a page that has no clinic's own parts."""
    if problems.malformed:
        return Diagnostic(
            "compose.template",
            f"the page is not well-formed: {problems.malformed}",
            where=where,
            help="close every element, and write <br/> and &#160; as XML does",
        )
    return Diagnostic(
        "compose.help-missing",
        f"the page does not show {_listed(problems.missing)}",
        where=where,
        help="let the templates show every block in full, in its own words",
    )


def part_findings(problems: Problems, name: str, source: Source) -> Iterator[Diagnostic]:
    """Yield the findings for a page that has a clinic's own part, named `name` and read from `source`."""
    if problems.malformed:
        yield Diagnostic(
            "brand.part-unsafe",
            f"with this part, the page is not well-formed: {problems.malformed}",
            where=source.name,
            help="close every element that the part opens, and write <br/> and &#160; as XML does",
        )
    for refused in problems.refused:
        at = source.text.find(refused.source_text) if refused.source_text else -1
        yield Diagnostic(
            "brand.part-unsafe",
            f"a clinic's own part may not contain {shorten(refused.what, 120)}",
            source.place(at, len(refused.source_text)) if at >= 0 else None,
            where=None if at >= 0 else source.name,
            help=_cure(refused),
        )
    if problems.missing and not problems.refused:
        yield Diagnostic(
            "compose.help-missing",
            f"with this part, the page does not show {_listed(problems.missing)}",
            where=source.name,
            help=f"show all of it, as templates/{name} does, or delete the part",
        )


def _cure(refused: Refused) -> str:
    if "style" in refused.source_text:
        return "remove it; set colours and line weights in theme.css, and leave sizes to the project"
    if refused.what.startswith("a link to "):
        return "let the words of the link show the number that it dials, and no other number"
    return "remove it; a part may contain text, lists, tables, embedded pictures, and links to web pages, e-mail or phones"


def _listed(required: Sequence[Required]) -> str:
    shown = [one.what for one in required[:_MAX_LISTED]]
    more = [f"{len(required) - _MAX_LISTED} more"] if len(required) > _MAX_LISTED else []
    *first, last = [*shown, *more]
    return f"{', '.join(first)} and {last}" if first else last
