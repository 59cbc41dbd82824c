"""Compose: models → galley, the whole document as one HTML text, not yet pages.

Templates hold structure, styles hold looks; this module brings them together with the words of the
region and the language. It lays nothing out. Composed for a plate, colours are sentinels and the
clinic's places are placeholder pictures; composed with a clinic's own palette and slots, the same
templates give the whole page (EPUB, web, and the oracle that tests hold inking against).
"""

from __future__ import annotations

import base64
import datetime
import math
import re
import struct
import traceback
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache, partial
from pathlib import Path
from types import CodeType
from typing import Any, ClassVar
from urllib.parse import quote

from jinja2 import (
    BytecodeCache,
    ChoiceLoader,
    FileSystemBytecodeCache,
    FileSystemLoader,
    FunctionLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    select_autoescape,
)
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from bifolio.branding.palette import SENTINELS, colours, tokens_of
from bifolio.branding.proof_sheet import Proof
from bifolio.compose import typography
from bifolio.compose.markup_checks import (
    SVG,
    MalformedError,
    Needed,
    judge,
    letters,
    read,
    said_by_picture,
    unsound_page,
    unsound_part,
)
from bifolio.compose.sandbox import Sandbox, offered
from bifolio.core.cache import open_folder
from bifolio.core.diagnostics import DesignError, Diagnostic, Source, shorten
from bifolio.core.phone_numbers import Number, Scheme, dialled, numbers_in
from bifolio.model.blocks import Block, Callout, HelpWhen, LogTable, Resources, walk
from bifolio.model.brand import Brand
from bifolio.model.edition import Edition, Imposition
from bifolio.model.evidence import Evidence, EvidenceSource
from bifolio.model.figure import Drawing
from bifolio.model.flow import DARK_SCREEN, Flow, Heading
from bifolio.model.handout import Handout
from bifolio.model.locale import Locale
from bifolio.model.overrides import NOTHING, BrandOverrides
from bifolio.model.plate import CLINIC_NAME, LINES, SLOTS, slot_pixels
from bifolio.model.project import PLAIN_THEME
from bifolio.model.region import Region, SupportLine

FITS = 3
"""In how many ways a slot may be set, from its full size down, before it counts as too full."""

LAYERS = "tokens, base, parts, components, edition, words, brand, theme, type"


@dataclass(frozen=True)
class Design:
    """Where templates, styles and drawings are, and which edition and theme are in use."""

    templates: Path
    styles: Path
    edition: Edition
    theme: str
    compiled: Path | None = None
    """Where compiled templates are kept between builds; nowhere when not given."""


@dataclass(frozen=True)
class ClinicCopy:
    """What slots say for one clinic: words, links, and pictures as data addresses."""

    name: str
    short_name: str | None
    contact: str
    below: str | None
    lines: tuple[ContactLine, ...]
    logo: str | None
    logo_alt: str
    masthead: str
    qr: str | None
    stamp: str
    """What the box says that stands where a clinic without a site has no code."""
    site: str | None
    state: str
    approval: str
    dark_logo: str | None = None
    """What stands in the logo's place on a dark screen, where the clinic has it."""

    def alt(self, slot: str) -> str:
        """Give what a screen reader hears for a slot; empty when the slot is."""
        if slot.startswith("line-"):
            number = int(slot.removeprefix("line-"))
            line = self.lines[number - 1] if number <= len(self.lines) else None
            return line.text if line else ""
        return {
            "masthead": self.name,
            "mark": self.logo_alt if self.logo else "",
            "foot": f"{self.name}. {self.state}",
            "clinic": ". ".join(part for part in (self.contact, self.below) if part),
            "qr": f"QR code: {self.site}" if self.qr else self.stamp,
            "approval": self.approval,
        }[slot]

    @property
    def qr_alt(self) -> str:
        """What a screen reader hears for the code to scan."""
        return self.alt("qr")

    def fills(self, slot: str) -> bool:
        """Tell whether there is anything to set in a slot."""
        return bool(self.alt(slot))

    def longest_words(self, slot: str) -> str:
        """Give what makes a slot too full, as the brand's file says it."""
        if slot.startswith("line-"):
            return self.lines[int(slot.removeprefix("line-")) - 1].said or self.alt(slot)
        return max(self.contact, self.below or "", key=len) if slot == "clinic" else self.alt(slot)

    def with_breaks(self, broken: tuple[int, ...]) -> ClinicCopy:
        """Give the same with contact lines broken, one after another."""
        copy = self
        for number in broken:
            copy = copy.broken(number) or copy
        return copy

    def broken(self, number: int) -> ClinicCopy | None:
        """Give the same with contact line `number`, counted from 1, on two lines; none without room or a place to break."""
        line = self.lines[number - 1]
        parts = line.parts()
        if len(self.lines) == LINES or line.blank or not parts:
            return None
        return replace(self, lines=(*self.lines[: number - 1], *parts, *self.lines[number:]))

    def link(self, number: int) -> str | None:
        """Give where contact line `number`, counted from 1, leads."""
        return self.lines[number - 1].href if number <= len(self.lines) else None


@dataclass(frozen=True)
class ApprovalLine:
    """What the words are: their state, for the foot of each page, and who answers for them."""

    state: str
    line: str


@dataclass(frozen=True)
class ContactLine:
    """One line of the clinic's panel. A blank one is a label with room to write."""

    text: str
    href: str | None = None
    blank: bool = False
    said: str = ""
    """What the brand's file says."""
    numbers: tuple[Number, ...] = ()
    """The telephone numbers in the text; where they are several, the line as a whole leads nowhere."""

    def parts(self) -> tuple[ContactLine, ContactLine] | None:
        """Return the line broken in two, which both lead where it does, or each to its own of several numbers."""
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


def _call(numbers: Iterable[Number]) -> str | None:
    """Return the address that calls the number of a line; None where it is not one alone."""
    number = dialled(numbers)
    return f"tel:{number}" if number else None


def _moved(number: Number, by: int) -> Number:
    return replace(number, start=number.start + by, end=number.end + by)


def _break_between(text: str, numbers: Sequence[Number]) -> int | None:
    """Find where a line of several numbers is best broken: after one of them and its comma, near the middle.

    >>> _break_between("Call 999, or 112", (Number(5, 8, "999"), Number(13, 16, "112")))
    9
    """
    gaps = (_BETWEEN.match(text, number.end) for number in numbers[:-1])
    places = [gap.end() for gap in gaps if gap]
    return min(places, key=lambda at: abs(2 * at - len(text)), default=None)


_BETWEEN = re.compile(r"\s*[,;/|&]?")

_BREAKS = (re.compile(r"\s"), re.compile(r"(?=[@.])|(?<=/)"))
"""Where a contact line may go on on the next: best between words, then within an address as the Chicago Manual has it."""


def _break_of(text: str) -> int | None:
    """Find where a line is best broken: near its middle, and in an address of mail rather where its name ends.

    >>> _break_of("reception@riverside.example.org")
    9
    """
    for pattern in _BREAKS:
        places = [found.start() for found in pattern.finditer(text) if 0 < found.start() < len(text)]
        if places:
            return min(places, key=lambda at: abs(2 * at - len(text)) * (0.5 if text[at] == "@" else 1))
    return None


@dataclass(frozen=True)
class _ClinicPlace:
    """The clinic as templates see it: placeholders on a plate, its own markup elsewhere."""

    name: str = CLINIC_NAME
    slots: Mapping[str, Markup] | None = None
    links: tuple[str | None, ...] = (None,) * LINES


def _in_place(slots: Mapping[str, Markup], copy: ClinicCopy) -> _ClinicPlace:
    links = tuple(copy.link(number) for number in range(1, LINES + 1))
    return _ClinicPlace(copy.name, slots, links)


@dataclass
class _Used:
    """Drawings that a page asked for while it was composed; they go into its stylesheet."""

    rules: dict[str, str] = field(default_factory=dict)


class Composer:
    """Composes handouts of one design for one region and language."""

    def __init__(
        self,
        design: Design,
        locale: Locale,
        region: Region,
        palette: Mapping[str, str] = SENTINELS,
        own: BrandOverrides = NOTHING,
    ) -> None:
        self.design = design
        self.locale = locale
        self.region = region
        self.own = own
        self.brand_colours = palette
        self._css = cache(self._read_css)
        self._code = cache(self._compiled)
        self.tokens = self._theme_tokens()
        self.palette = colours(self._painted_tokens(), palette)
        self.words = {**region.words, "emergency": region.emergency.number, "region": region.name}
        self.environment = _environment(design.templates, design.compiled, own.parts)
        self._add_filters()

    def in_colours(self, palette: Mapping[str, str]) -> Composer:
        """Give the same composer with other colours in its drawings."""
        return Composer(self.design, self.locale, self.region, palette, self.own)

    def _with_parts(self, parts: Mapping[str, Source]) -> Composer:
        """Return the same composer with only these of the clinic's own parts."""
        own = replace(self.own, parts=parts)
        return Composer(self.design, self.locale, self.region, self.brand_colours, own)

    @cached_property
    def _without_parts(self) -> Composer:
        return self._with_parts({})

    # -- documents -------------------------------------------------------------------------------

    def handout(
        self,
        handout: Handout,
        evidence: Evidence,
        drawings: Mapping[str, Drawing],
        clinic: Mapping[str, Markup] | None = None,
        copy: ClinicCopy | None = None,
        proof: Proof | None = None,
    ) -> str:
        """Compose a handout; with `proof` the proof sheet of a brand, whose sample blocks it holds.

        With `clinic` (slot markup) and `copy` the clinic stands in place; without them the slots are
        placeholders and the galley is that of a plate. Raises DesignError when the page does not show what it must.
        """
        template = "proof" if proof else self.design.edition.templates.get(handout.kind, handout.kind)

        def page(composer: Composer) -> tuple[str, _Used]:
            return composer._page(template, handout, evidence, drawings, clinic, copy, proof)

        html, used = page(self)
        self._inspect(html, template, self._needed(handout, template, copy), lambda other: page(other)[0])
        kinds = tuple(f"components/{kind}.css" for kind in handout.block_kinds)
        return _styled(html, self._stylesheet((*kinds, "proof.css") if proof else kinds, used))

    def _page(
        self,
        template: str,
        handout: Handout,
        evidence: Evidence,
        drawings: Mapping[str, Drawing],
        clinic: Mapping[str, Markup] | None,
        copy: ClinicCopy | None,
        proof: Proof | None,
    ) -> tuple[str, _Used]:
        used = _Used()
        context = {
            **self._context(handout, evidence, drawings, used),
            "clinic": _ClinicPlace() if clinic is None or copy is None else _in_place(clinic, copy),
            "document": "documents/print.html.j2",
            "flowing": False,
            "fillable": self.design.edition.fillable,
            "reach_of": self._reach_of,
            "stylesheet": _STYLE_MARK,
            "proof": proof,
        }
        return self._render(f"{template}.html.j2", context), used

    def flow(
        self,
        handout: Handout,
        evidence: Evidence,
        drawings: Mapping[str, Drawing],
        clinic: Mapping[str, Markup],
        copy: ClinicCopy,
        *,
        on_web: bool,
    ) -> Flow:
        """Compose a handout that flows, the clinic in place, for EPUB and the web.

        Room for the reader's own words is lines in a book, and fields on the web. Raises as `handout` does.
        """

        def flowing(composer: Composer) -> tuple[str, _Used]:
            return composer._flowing(handout, evidence, drawings, clinic, copy, on_web=on_web)

        html, used = flowing(self)
        self._inspect(
            f"<body>{html}</body>",
            handout.kind,
            self._needed(handout, handout.kind, copy),
            lambda other: f"<body>{flowing(other)[0]}</body>",
        )
        body, headings = _with_anchors(html)
        kinds = tuple(f"components/{kind}.css" for kind in handout.block_kinds)
        return Flow(
            title=self._plain(handout.title),
            summary=self._plain(handout.summary),
            language=self._language(handout),
            kind=handout.kind,
            body=body,
            styles=self._flowing_styles(kinds),
            pictures=tuple(used.rules[key] for key in sorted(used.rules)),
            headings=headings,
            is_drawn=bool(handout.figures),
            is_filled_in=any(_is_filled_in(block) for block in walk(handout.body)),
        )

    def _flowing(
        self,
        handout: Handout,
        evidence: Evidence,
        drawings: Mapping[str, Drawing],
        clinic: Mapping[str, Markup],
        copy: ClinicCopy,
        *,
        on_web: bool,
    ) -> tuple[str, _Used]:
        used = _Used()
        context = {
            **self._context(handout, evidence, drawings, used),
            "clinic": _in_place(clinic, copy),
            "document": "documents/flow.html.j2",
            "flowing": True,
            "fillable": on_web,
            "reach_of": offered(partial(self._reach_of, schemes=_ON_WEB if on_web else _IN_BOOKS)),
        }
        return self._render(f"{handout.kind}.html.j2", context).strip(), used

    def cover(self, handout: Handout | None, clinic: str) -> str:
        """Compose the words of a cover, or without a handout the ground that they stand on."""
        used = _Used()
        context = {
            "handout": handout,
            "audience_line": self._audience_line(handout) if handout else "",
            "clinic": clinic,
            "label": self._label,
            "language": self.region.language,
            "use_art": offered(lambda name: self._use_art(used, name, {})),
            "stylesheet": _STYLE_MARK,
        }
        html = self._render("documents/cover.html.j2", context)
        return _styled(html, self._stylesheet((), used, parts=(), pages="flow/cover.css"))

    def shelf(
        self,
        shown: Mapping[str, Any],
        clinic: Mapping[str, Markup],
        copy: ClinicCopy,
    ) -> Flow:
        """Compose a clinic's shelf. `shown` is what its template asks for: groups, pictures, heights."""

        def shelf(composer: Composer) -> tuple[str, _Used]:
            used = _Used()
            context = {
                **shown,
                "clinic": _in_place(clinic, copy),
                "label": composer._label,
                "use_icon": offered(lambda name, role="deep": composer._use_icon(used, name, role)),
            }
            return composer._render("web/shelf.html.j2", context).strip(), used

        body, used = shelf(self)
        self._inspect(
            f"<body>{body}</body>", "web/shelf", (), lambda other: f"<body>{shelf(other)[0]}</body>"
        )
        return Flow(
            title=f"{self._label('shelf_title')}, {copy.name}",
            summary=self._label("shelf_summary"),
            language=self.region.language,
            kind="shelf",
            body=body,
            styles=self._flowing_styles(("flow/shelf.css",)),
            pictures=tuple(used.rules[key] for key in sorted(used.rules)),
            headings=(),
            is_drawn=False,
            is_filled_in=False,
        )

    def told_of(self, handout: Handout) -> dict[str, object]:
        """Give what a shelf says of a handout."""
        return {
            "title": self._plain(handout.title),
            "summary": self._plain(handout.summary),
            "kind": handout.kind,
            "audience": sorted(handout.audience),
            "audience_line": self._audience_line(handout),
        }

    def document(self, template: str, context: Mapping[str, Any]) -> str:
        """Compose another document of a finished file: the frame of a web page, a part of an EPUB."""
        return self._render(template, {"label": self._label, **context})

    def frame(self, name: str) -> str:
        """Give the stylesheet of a page in what shows a flow: `web` or `epub`."""
        return _in_rem(self._css(f"flow/{name}.css"))

    def _context(
        self, handout: Handout, evidence: Evidence, drawings: Mapping[str, Drawing], used: _Used
    ) -> dict[str, Any]:
        references = evidence.references(handout.cites)
        return {
            "handout": handout,
            "intro": self.own.intro,
            "language": self._language(handout),
            "label": self._label,
            "audience_line": self._audience_line(handout),
            "references": offered(lambda: references),
            "sources_in_brief": self._sources_in_brief,
            "cite_marks": self._cite_marks(handout, evidence, references),
            "support_lines": self._support_lines,
            "scope_of": self._scope_of,
            "lines_checked": self._lines_checked(handout),
            "figure": offered(lambda name, alt: self._figure(name, drawings[name], alt)),
            "use_icon": offered(lambda name, role="deep": self._use_icon(used, name, role)),
            "use_art": offered(lambda name, **values: self._use_art(used, name, values)),
            "slot_url": slot_url,
            "edition": self.design.edition,
            "field_name": _field_namer(),
            "faces": _faces(handout),
        }

    def printer_note(self, handout: Handout, form: Imposition, sides: int) -> str:
        """Compose the sheet that tells a person at a printer which settings to choose.

        Its own two sides come first; `sides` more follow.
        """
        used = _Used()
        context = {
            "handout": handout,
            "language": self.region.language,
            "stylesheet": _STYLE_MARK,
            "label": self._label,
            "form": form,
            "scheme": form.scheme.replace("-", "_"),
            "first": 3,
            "last": 2 + sides,
            "use_art": offered(lambda name, **values: self._use_art(used, name, values)),
        }
        html = self._render("print_note.html.j2", context)
        return _styled(html, self._stylesheet((), used, parts=("parts/print_note.css", "parts/cover.css")))

    def slots(self, copy: ClinicCopy, fits: Mapping[str, int], *, flowing: bool = False) -> dict[str, Markup]:
        """Compose the markup of each slot that the clinic fills, at its fit (0 is full size).

        Where it is `flowing`, each number of a line that has several is a link.
        """
        return {
            name: self._slot(name, copy, fits.get(name, 0), flowing=flowing)
            for name in SLOTS
            if copy.fills(name)
        }

    def shared_styles(self) -> str:
        """Give the styles that all pages of this design have, whatever blocks they hold."""
        return self._stylesheet((), _Used())

    def slot_sheet(self, slots: Mapping[str, Markup]) -> str:
        """Compose the sheet from which inking takes slots: one page each, in the given order."""
        context = {
            "language": self.region.language,
            "slots": slots,
            "stylesheet": _STYLE_MARK,
        }
        html = self._render("slots/sheet.html.j2", context)
        styles = self._stylesheet((), _Used(), parts=("parts/slots.css",), pages="sheet.css")
        return _styled(html, styles)

    def approval_line(self, by: str, on: datetime.date, *, tailored: bool = False) -> ApprovalLine:
        """Say who approved a text, and when. A tailored copy says that it was made from that text."""
        said = self._plain(self._label("approval_tailored" if tailored else "approval_by"))
        state = self._label("state_tailored" if tailored else "state_approved")
        return ApprovalLine(state, said.format(by=self._plain(by), date=self._day(on)))

    def own_line(self) -> ApprovalLine:
        """Say of a sheet that is no handout, as a proof, that it is for the clinic itself."""
        return ApprovalLine(self._plain(self._label("state_own")), self._plain(self._label("approval_own")))

    def clinic_copy(
        self,
        brand: Brand,
        logo: str | None,
        approval: ApprovalLine | None = None,
        dark_logo: str | None = None,
        country: str | None = None,
    ) -> ClinicCopy:
        """Gather what the slots of a brand say.

        `logo` and `dark_logo` are data addresses, already cleaned; `approval` is the line of a text that a clinician
        approved; `country` is that of the brand's telephone numbers, see `numbers_in`.
        """
        clinic = brand.clinic
        approval = approval or ApprovalLine(self._label("state_draft"), self._label("approval_draft"))
        name = self._plain(brand.name)
        short = brand.meta.name.short
        below = ", ".join(clinic.address) or clinic.hours or None
        return ClinicCopy(
            name=name,
            short_name=self._plain(short) if short else None,
            contact=self._plain(clinic.contact or brand.name),
            below=self._plain(below) if below else None,
            lines=self._contact_lines(brand, country),
            logo=logo,
            logo_alt=self._plain(brand.logo_alt),
            masthead=clinic.masthead,
            qr=qr(brand.home) if brand.home else None,
            stamp=self._label("blank_stamp"),
            site=brand.site,
            state=approval.state,
            approval=approval.line,
            dark_logo=dark_logo,
        )

    # -- what must be shown ----------------------------------------------------------------------

    def _needed(self, handout: Handout, template: str, copy: ClinicCopy | None) -> list[Needed]:
        """Return what a page must show: help blocks, stop callouts, support lines and the approval or draft line."""
        found: list[Needed] = []
        for block in walk(handout.body):
            if isinstance(block, HelpWhen):
                found.append(self._needed_help(block))
            elif isinstance(block, Callout) and block.tone == "stop":
                title = block.title or self._label("callout_stop")
                passages = (passage.text for passage in block.text)
                found.append(Needed(f'the callout "{title}"', self._letters(title, *passages)))
            elif isinstance(block, Resources):
                found += [
                    Needed(f'the support line "{name}"', (*self._letters(name, line.about), _letters(reach)))
                    for line in self._support_lines(block)
                    for name, reach in ((line.short or line.name, self._reach_of(line)),)
                ]
        if template not in _UNSIGNED:
            approval = letters(copy.approval) if copy else said_by_picture(slot_url("approval"))
            found.append(
                Needed("the line that says who approved the text, or that it is a draft", (approval,))
            )
        return found

    def _needed_help(self, block: HelpWhen) -> Needed:
        title = block.title or self._label("when_to_get_help")
        said = [*self._letters(title)]
        for urgency in ("now", "soon", "when_you_can"):
            labels = self._label(f"help_{urgency}"), self._filled(self._label(f"help_{urgency}_do"))
            said += map(letters, labels)
            said += self._letters(*(passage.text for passage in getattr(block, urgency)))
        if block.fine:
            said += self._letters(block.fine.text)
        return Needed(f'the help block "{title}"', tuple(said))

    def _letters(self, *passages: str) -> tuple[str, ...]:
        return tuple(_letters(self._typeset(passage, bind_end=True)) for passage in passages)

    def _inspect(
        self, html: str, template: str, needed: Sequence[Needed], again: Callable[[Composer], str]
    ) -> None:
        """Refuse a page that does not show what it must, or in which a clinic's part contains what no part may.

        `again` composes the same page with another composer: one without the clinic's own parts, or with one of them.
        """
        parts = self.own.parts
        plain = again(self._without_parts) if parts else html
        if (needed or parts) and (wrong := judge(plain, needed)):
            raise DesignError(unsound_page(wrong, f"templates/{template}.html.j2"))
        if not parts:
            return
        usual = read(plain, strictly=True)
        needed = [*needed, _FOOT]
        wrong = judge(html, needed, usual)
        if not wrong:
            return
        found: list[Diagnostic] = []
        for name, source in parts.items():
            with suppress(DesignError):  # one that needs another of them
                alone = judge(again(self._with_parts({name: source})), needed, usual)
                found += unsound_part(alone, name, source)
        if not found:  # only all of them together do it
            (name, source), *_ = parts.items()
            found += unsound_part(wrong, name, Source(source.name.rpartition("/")[0], ""))
        raise DesignError(dict.fromkeys(found))

    # -- words -----------------------------------------------------------------------------------

    def _language(self, handout: Handout) -> str:
        return self.region.language if handout.language == "en" else handout.language

    @offered
    def _label(self, key: str) -> str:
        return self.locale.labels[key]

    def _audience_line(self, handout: Handout) -> str:
        who = self._label("audience_" + "_".join(sorted(handout.audience)))
        return f"{who}, {self._label('use_' + handout.kind)}"

    def _day(self, day: datetime.date) -> str:
        month = self.locale.months[day.month - 1]
        return self.locale.date.format(day=day.day, month=month, year=day.year).replace(" ", typography.NBSP)

    def _month(self, day: datetime.date) -> str:
        return f"{self.locale.months[day.month - 1]}{typography.NBSP}{day.year}"

    def _filled(self, text: str) -> str:
        return typography.fill_words(text, self.words)

    def _plain(self, text: str) -> str:
        return typography.plain(self._filled(text), self.locale.quotes)

    def _typeset(self, text: str, *, bind_end: bool = False) -> Markup:
        return typography.typeset(self._filled(text), self.locale.quotes, bind_end=bind_end)

    def _quoted(self, text: str) -> Markup:
        opening, closing = self.locale.quotes[0], self.locale.quotes[1]
        inner = text.strip().strip('"“”')
        return Markup(f"{opening}{self._typeset(inner, bind_end=True)}{closing}")  # noqa: S704 - typeset escapes

    def _citation(self, source: EvidenceSource, style: str = "full") -> Markup:
        link = source.link
        shown = link.removeprefix("https://").removeprefix("http://") if link else ""
        anchor = f' <a href="{escape(link)}">{escape(shown)}</a>' if link else ""
        if style == "list":
            return Markup(f"{escape(source.short)}.{anchor}")  # noqa: S704 - all parts escaped
        title = source.title if source.title.endswith("?") else f"{source.title}."
        by = f"{source.by}." if source.by and not source.year else source.by
        parts = [by, f"({source.year})" if source.year else "", title]
        lead = " ".join(part for part in parts if part)
        tail = f" {source.where}." if source.where else ""
        return Markup(f"{escape(lead)}{escape(tail)}{anchor}")  # noqa: S704 - all parts escaped

    # -- evidence and support --------------------------------------------------------------------

    @offered
    def _sources_in_brief(self, sources: tuple[EvidenceSource, ...]) -> str:
        """Name the sources in two sentences: the studies, then whose pages were read."""
        studies = sorted({s.in_brief for s in sources if s.is_research}, key=str.casefold)
        pages = sorted({s.in_brief for s in sources if not s.is_research}, key=str.casefold)
        said = []
        if studies:
            said.append(", ".join(name.replace(" ", typography.NBSP) for name in studies) + ".")
        if pages:
            said.append(self._label("sources_pages").format(pages=", ".join(pages)))
        return self._plain(" ".join([*said, self._label("sources_full")]))

    def _cite_marks(
        self, handout: Handout, evidence: Evidence, references: tuple[EvidenceSource, ...]
    ) -> Any:
        numbers = {id(source): number for number, source in enumerate(references, 1)}

        @offered
        def marks(cites: tuple[str, ...]) -> list[int]:
            if handout.kind != "notes":
                return []
            return sorted({numbers[id(source)] for source in evidence.references(cites)})

        return marks

    @offered
    def _support_lines(self, block: Resources) -> tuple[SupportLine, ...]:
        return self.region.choose(block.lines, block.topics, block.limit, self.own.lines)

    def _lines_checked(self, handout: Handout) -> datetime.date | None:
        """Give the earliest day on which a line that this handout shows was checked."""
        days = [
            line.checked_on
            for block in walk(handout.body)
            if isinstance(block, Resources)
            for line in self._support_lines(block)
        ]
        return min(days, default=None)

    @offered
    def _reach_of(self, line: SupportLine, schemes: frozenset[str] = frozenset()) -> Markup:
        """Say how to reach a line, the shortest way first: "Call or text 988".

        What can be reached by one of the schemes is a link, to tap.
        """
        label = self._label
        is_own = line in self.own.lines
        country = (is_own and self.own.country) or self.region.country

        def way(words: str, scheme: Scheme) -> Markup:
            if scheme not in schemes:
                return escape(words)
            numbers = numbers_in(words, country, scheme, listed=not is_own)
            one = dialled(numbers)
            return _link(f"{scheme}:{one}", words) if one else _linked(words, numbers, scheme)

        def page(words: str) -> Markup:
            if "https" not in schemes or "." not in words:
                return escape(words)
            return _link(f"https://{words.removeprefix('https://')}", words)

        if line.phone and line.text and line.text == line.phone:
            said = _filled_in(label("call_or_text"), way(line.phone, "tel"))
        elif line.phone:
            said = way(line.phone, "tel")
        elif line.text:
            said = _filled_in(label("text_to"), way(line.text, "sms"))
        elif line.chat:
            said = escape(label("chat_online"))
        else:
            said = page(line.web or "")
        pieces = [said]
        extra = [
            escape(label("or_text")) + " " + way(line.text, "sms")
            if line.phone and line.text and line.text != line.phone
            else None,
            page(line.chat) if line.chat and not (line.phone or line.text) else None,
            line.reach,
            line.hours if line.hours != label("always") else None,
        ]
        pieces = [said]
        if notes := [part for part in extra if part]:
            pieces.append(Markup('<span class="resources-extra">{}</span>').format(Markup(", ").join(notes)))
        return Markup(" ").join(pieces)

    @offered
    def _scope_of(self, lines: tuple[SupportLine, ...]) -> str:
        """Say once what is true of all lines: the country, free of charge, day and night."""
        always = self._label("always")
        parts = [self._label("in_region").format(region=self.region.name)]
        if lines and all(line.free for line in lines):
            parts.append(self._label("free"))
        if lines and all(line.hours == always for line in lines):
            parts.append(self._label("always_open"))
        return self._plain(" ".join(parts))

    def _contact_lines(self, brand: Brand, country: str | None) -> tuple[ContactLine, ...]:
        clinic = brand.clinic
        found = []
        for name in brand.contact[:LINES]:
            if name == "phone":
                found.append(self._phone_line(clinic.phone or "", country))
            elif name == "site":
                found.append(ContactLine(brand.site or "", brand.home, said=brand.site or ""))
            elif name == "email":
                found.append(
                    ContactLine(clinic.email or "", f"mailto:{clinic.email}", said=clinic.email or "")
                )
            else:
                words = getattr(clinic, name)
                found.append(ContactLine(self._plain(words), said=words))
        if not found:
            # A hand needs two lines of the panel for one of its own.
            room = ContactLine("")
            for key in ("blank_phone", "blank_visit"):
                found += [room, ContactLine(self._label(key), blank=True)]
        return tuple(found)

    def _phone_line(self, phone: str, country: str | None) -> ContactLine:
        """Say whom to call. Words without a number, as "Ask at the desk", are no number to call."""
        before, _, after = self._label("call").partition("{number}")
        if not any(map(str.isdigit, phone)):
            return ContactLine(phone, said=phone)
        numbers = numbers_in(phone, country)
        moved = tuple(_moved(number, len(before)) for number in numbers)
        return ContactLine(f"{before}{phone}{after}", _call(numbers), said=phone, numbers=moved)

    # -- pictures --------------------------------------------------------------------------------

    def _figure(self, name: str, drawing: Drawing, alt: str | None) -> dict[str, Any]:
        """Draw a figure in the palette: its SVG with the alternative as title, and its key."""
        context = {
            "c": self.palette,
            "words": drawing.words,
            "alt": self._plain(alt or drawing.words.alt),
            "geometry": _geometry(),
            "label_size": round(max(_LABEL_MM, _SMALL_MM / self.design.edition.figure_scale), 2),
        }
        svg = self._draw(f"content/figures/{name}.svg.j2", drawing.template, context)
        _refuse_unsound(svg, f"content/figures/{name}.svg.j2")
        svg = _PROLOG.sub("", svg)
        return {"svg": Markup(_sized(svg, self.design.edition.figure_scale)), "key": drawing.words.key}  # noqa: S704 - autoescaped

    def _use_icon(self, used: _Used, name: str, role: str) -> str:
        path = self.design.styles / "icons" / f"{name}.svg"
        if not (_FILE.fullmatch(name) and path.is_file()):
            raise DesignError(
                Diagnostic("compose.missing-icon", f'there is no icon "{name}"', where=str(path.name))
            )
        key = f"{name}-{role}"
        if key not in used.rules:
            svg = self._weighed(path.read_text("utf-8").replace("currentColor", self.palette[role]))
            used.rules[key] = f".icon-{key} {{ background-image: {_css_url(svg)} }}"
        return key

    def _use_art(self, used: _Used, name: str, values: Mapping[str, Any]) -> str:
        context = {"c": self.palette, "geometry": _geometry(), **values}
        path = self.design.templates / "art" / f"{name}.svg.j2"
        if not (_FILE.fullmatch(name) and path.is_file()):
            raise TemplateNotFound(f"art/{name}.svg.j2")
        svg = self._draw(f"templates/art/{name}.svg.j2", path.read_text("utf-8"), context)
        key = f"{name}-{zlib.crc32(svg.encode()):08x}" if values else name
        used.rules[key] = f".art-{key} {{ background-image: {_css_url(svg)} }}"
        return key

    def _draw(self, where: str, template: str, context: Mapping[str, Any]) -> str:
        def draw() -> str:
            return self._code(template, where).render(context)

        return self._weighed(_guarded(where, draw))

    def _compiled(self, template: str, where: str) -> Template:
        loader = FunctionLoader(lambda name: (template, name, None))  # from_string would forget the place
        return loader.load(self.environment, where, self.environment.make_globals(None))

    def _weighed(self, svg: str) -> str:
        """Draw the lines of a drawing as heavy as the theme asks."""
        weight = float(self.tokens["line-weight"])
        if weight == 1:
            return svg
        return _STROKE.sub(lambda found: f'stroke-width="{weight * float(found[1]):.3g}"', svg)

    # -- styles ----------------------------------------------------------------------------------

    def _theme_tokens(self) -> dict[str, str]:
        plain = tokens_of(self._css("tokens.css"))
        return {**plain, **tokens_of(self._css(f"themes/{self.design.theme}.css")), **self._own_tokens}

    @property
    def _own_tokens(self) -> Mapping[str, str]:
        """A clinic's theme stands in for the plain one; who asks for another theme gets that one."""
        return self.own.tokens if self.design.theme == PLAIN_THEME else {}

    def _stylesheet(
        self,
        components: tuple[str, ...],
        used: _Used,
        parts: tuple[str, ...] | None = None,
        pages: str = "page.css",
    ) -> str:
        if parts is None:
            every = sorted((self.design.styles / "parts").glob("*.css"))
            parts = tuple(f"parts/{path.name}" for path in every)
        brand = {f"brand-{role}": colour for role, colour in self.brand_colours.items() if role != "paper"}
        said = self._label("folio")
        if self.design.edition.tokens.get("running") == "none":  # nothing that it is set off from
            said = said.lstrip("·–—| ")
        folio = re.split(r"\{pages?\}", f" {said}")
        words = {f"folio-{n}": _css_string(part) for n, part in enumerate(folio, 1)}
        pieces = [
            f"@layer {LAYERS};",
            self._layer("tokens", "tokens.css"),
            self._layer("base", "base.css"),
            *(self._layer("parts", part) for part in parts),
            *(self._layer("components", component) for component in components),
            _tokens("edition", self.design.edition.css_tokens, _PART),
            *([_tokens("edition", self.design.edition.inner, _INSIDE)] if self.design.edition.inner else []),
            _tokens("words", words),
            _tokens("brand", brand),
            self._layer("theme", f"themes/{self.design.theme}.css"),
            *([_tokens("theme", self._own_tokens)] if self._own_tokens else []),
            *([_tokens("type", self.own.typeface.tokens)] if self.own.typeface.tokens else []),
            *(face.css for face in self.own.typeface.faces),
            self._css(pages),
            *(used.rules[key] for key in sorted(used.rules)),
        ]
        return "\n".join(pieces)

    def _flowing_styles(self, components: tuple[str, ...]) -> str:
        """Join the same styles for what flows: no layers, which old readers drop whole, and lengths in rem."""
        parts = sorted((self.design.styles / "parts").glob("*.css"))
        files = ("tokens.css", "base.css", *(f"parts/{path.name}" for path in parts), "flow/flow.css")
        own = [name for name in components if name.startswith("flow/")]
        first = [name for name in components if name not in own]
        files = (*files[:-1], *first, files[-1], *own, f"themes/{self.design.theme}.css")
        own_type = "".join(f"--{name}: {value}; " for name, value in sorted(self.own.typeface.tokens.items()))
        own_theme = "".join(f"--{name}: {value}; " for name, value in sorted(self._own_tokens.items()))
        *sheets, theme = [_in_rem(self._css(file)) for file in files]
        ours = f":root {{ {own_type}}}", theme, f":root {{ {_in_rem(own_theme)}}}" if own_theme else ""
        return "\n".join((*sheets, *ours, self._theme_by_night()))

    def _painted_tokens(self) -> dict[str, str]:
        """Give the tokens for drawings: where the paper is a role, too, no colour is fixed that is a role's."""
        if "paper" not in self.brand_colours:
            return self.tokens
        fixed = {name for name, value in self.tokens.items() if value.startswith("#")}
        return self.tokens | {name: f"var(--brand-{name})" for name in fixed & self.brand_colours.keys()}

    def _theme_by_night(self) -> str:
        """Give the roles that a theme sets to a colour of paper back to the night: black on black is no contrast."""
        fixed = {name for name, value in self.tokens.items() if value.startswith("#")}
        roles = " ".join(
            f"--{name}: var(--brand-{name});" for name in sorted(fixed & self.brand_colours.keys())
        )
        return f"@media {DARK_SCREEN} {{ :root {{ {roles} }} }}" if roles else ""

    def _layer(self, name: str, file: str) -> str:
        return f"@layer {name} {{\n{self._css(file)}\n}}"

    def _read_css(self, name: str) -> str:
        try:
            text = (self.design.styles / name).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise DesignError(
                Diagnostic(
                    "compose.missing-style",
                    "the stylesheet is not there, or is not UTF-8 text",
                    where=f"styles/{name}",
                    help="each kind of block has a stylesheet of its name",
                )
            ) from error
        return _COMMENT.sub("", text).strip()

    # -- Jinja -----------------------------------------------------------------------------------

    def _add_filters(self) -> None:
        self.environment.filters |= {
            "t": self._typeset,
            "t_end": lambda text: self._typeset(text, bind_end=True),
            "plain": self._plain,
            "quoted": self._quoted,
            "day": self._day,
            "month": self._month,
            "fill": self._filled,
            "citation": self._citation,
            "slot_class": lambda name: "line" if name.startswith("line-") else name,
        }

    def _slot(self, name: str, copy: ClinicCopy, fit: int, *, flowing: bool) -> Markup:
        line, text = None, Markup()
        if name.startswith("line-"):
            number = int(name.removeprefix("line-"))
            line = copy.lines[number - 1]
            text = _linked(line.text, line.numbers if flowing and not line.href else (), "tel")
        kind = "line" if line else name
        content = self._render(
            f"slots/{kind}.html.j2", {"copy": copy, "fit": fit, "line": line, "text": text}
        )
        context = {"name": name, "fit": fit, "content": Markup(content.strip())}  # noqa: S704
        return Markup(self._render("slots/slot.html.j2", context).strip())  # noqa: S704

    def _render(self, name: str, context: Mapping[str, Any]) -> str:
        def render() -> str:
            return self.environment.get_template(name).render(context)

        return _guarded(name, render)


_STYLE_MARK = Markup("/* stylesheet */")


def _styled(html: str, stylesheet: str) -> str:
    # With its tag, which no content can hold: a title may well say "/* stylesheet */".
    return html.replace(f"<style>{_STYLE_MARK}</style>", f"<style>{stylesheet}</style>", 1)


_FILLED_IN = frozenset(["agreement", "checklist", "choice_row", "grounding", "scale", "write_in"])


def _is_filled_in(block: Block) -> bool:
    """Tell whether a block has room for the reader's own words, or ticks; a table may be there to be read."""
    if isinstance(block, LogTable):
        return block.blank > 0 or not all(cell for row in block.rows for cell in row.cells)
    return block.kind in _FILLED_IN


_LENGTH = re.compile(r"(?<![\w#.-])(-?\d*\.?\d+)(mm|pt)\b")
_REM = {"mm": 72 / 25.4 / 12, "pt": 1 / 12}
"""12 pt, the body size of print, is one rem."""


@lru_cache(maxsize=128)
def _in_rem(css: str) -> str:
    """Turn the lengths of print into lengths that grow with the reader's type.

    >>> _in_rem("a { margin: -6mm 12pt }")
    'a { margin: -1.417rem 1rem }'
    """
    return _LENGTH.sub(lambda found: f"{round(float(found[1]) * _REM[found[2]], 3):g}rem", css)


_HEADING = re.compile(r"<h([1-6])([^>]*)>(.*?)</h\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def _with_anchors(body: str) -> tuple[str, tuple[Heading, ...]]:
    """Give every heading an id, so that a list of contents can lead to it."""
    headings: list[Heading] = []

    def anchored(found: re.Match[str]) -> str:
        words = " ".join(Markup(_TAG.sub("", found[3])).unescape().split())  # noqa: S704 - to read it only
        heading = Heading(int(found[1]), f"heading.{len(headings) + 1}", words)
        headings.append(heading)
        return f'<h{found[1]} id="{heading.id}"{found[2]}>{found[3]}</h{found[1]}>'

    return _HEADING.sub(anchored, body), tuple(headings)


_IN_BOOKS = frozenset({"tel", "https"})
_ON_WEB = _IN_BOOKS | {"sms"}  # which EPUBCheck 5.3 does not know


def _link(address: str, words: str) -> Markup:
    return Markup('<a class="tel" href="{}">{}</a>').format(address, words)


def _linked(words: str, numbers: Iterable[Number], scheme: Scheme) -> Markup:
    """Make each of the numbers in words a link of its own."""
    pieces, at = [], 0
    for number in numbers:
        pieces.append(escape(words[at : number.start]))
        pieces.append(_link(f"{scheme}:{number.dialled}", words[number.start : number.end]))
        at = number.end
    return Markup().join([*pieces, escape(words[at:])])


def _filled_in(label: str, number: Markup) -> Markup:
    return escape(label).format(number=number)


_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STROKE = re.compile(r'stroke-width="([\d.]+)"')


def _environment(templates: Path, compiled: Path | None, parts: Mapping[str, Source]) -> Sandbox:
    library = FileSystemLoader(templates)
    own = FunctionLoader(lambda name: (parts[name].text, parts[name].name, None) if name in parts else None)
    environment = Sandbox(
        loader=ChoiceLoader([own, library]) if parts else library,
        undefined=StrictUndefined,
        autoescape=select_autoescape(disabled_extensions=(), default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_Codes(open_folder(compiled) if compiled else None),
        auto_reload=False,
    )
    environment.globals["dark_screen"] = DARK_SCREEN
    return environment


_MOST_CODES = 512
"""Compiled templates kept in a process; ours are a hundred, and each may be changed while somebody watches."""


class _Codes(BytecodeCache):
    """Compiled templates: kept in a folder, and in this process for all composers."""

    _known: ClassVar[dict[tuple[str, str], CodeType]] = {}

    def __init__(self, folder: Path | None) -> None:
        self._folder = FileSystemBytecodeCache(str(folder)) if folder else None

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get((bucket.key, bucket.checksum))
        if bucket.code is None and self._folder:
            self._folder.load_bytecode(bucket)
            self._keep(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._keep(bucket)
        if self._folder:
            self._folder.dump_bytecode(bucket)

    def _keep(self, bucket: Bucket) -> None:
        if len(self._known) >= _MOST_CODES:
            self._known.clear()
        if bucket.code:
            self._known[bucket.key, bucket.checksum] = bucket.code


_UNSIGNED = frozenset({"evidence", "wallet"})
"""Templates of pages without an approval or draft line: nobody approves the sheet itself, or there is no room."""


def _letters(markup: Markup) -> str:
    return letters(markup.striptags())


def _guarded(name: str, render: Any) -> str:
    """Run a template; turn its failure into a finding that names its file and line."""
    try:
        return str(render())
    except TemplateNotFound as error:
        raise DesignError(
            Diagnostic(
                "compose.missing-template",
                "the template is not there",
                where=f"templates/{error.name}",
                help="each kind of handout and of block has a template of its name",
            )
        ) from error
    except _TEMPLATE_FAULTS as error:
        place = _template_line(error) or name
        raise DesignError(
            Diagnostic(
                "compose.template",
                f"{type(error).__name__}: {error}",
                where=place,
                help="mend the template, or the label or field that it asks for",
            )
        ) from error


_TEMPLATE_FAULTS = (
    TemplateError,
    LookupError,
    TypeError,
    AttributeError,
    ValueError,
    ArithmeticError,
    MemoryError,
    RuntimeError,
    SyntaxError,
)


_FILE = re.compile(r"[A-Za-z0-9_-]+")
"""The name of an icon or of a piece of art, without its ending; it leads to no other folder."""

_LABEL_MM, _SMALL_MM = 3.88, 10 / 72 * 25.4
"""How large words stand in a drawing, in its units, and how small on paper at least: 11 pt and 10 pt."""


def _sized(svg: str, scale: float) -> str:
    """Give a drawing its width: at a scale of 1 a unit of its viewBox is a millimetre."""
    width = re.search(r'viewBox="\S+ \S+ ([\d.]+)', svg)
    return svg.replace("<svg ", f'<svg width="{float(width[1]) * scale:g}mm" ', 1) if width else svg


_PROLOG = re.compile(r"<\?xml[^>]*\?>|<!DOCTYPE[^>]*>")
"""What may precede a drawing in its own file, but not inside a page."""


def _refuse_unsound(svg: str, where: str) -> None:
    """Refuse a drawing that would break the page round it, or bring in what is not a drawing."""
    fault = None
    try:
        sheet = read(svg, strictly=True)
    except MalformedError as error:
        fault = f"the drawing is not well-formed SVG: {error}"
    else:
        if sheet.root[0] != "svg" or SVG not in sheet.root:
            fault = "the drawing is not an <svg> with its xmlns"
        elif not sheet.title:
            fault = "the drawing has no <title>{{ alt }}</title>, which a screen reader would say"
        elif sheet.refused:
            fault = f"the drawing holds {shorten(next(iter(sheet.refused)).what)}"
    if fault:
        raise DesignError(
            Diagnostic(
                "compose.drawing",
                fault,
                where=where,
                help="draw with shapes, paths and text alone; colours and lengths are attributes",
            )
        )


def _template_line(error: BaseException) -> str | None:
    # Jinja's messages lack the template's line; its rewritten traceback has it.
    if isinstance(error, TemplateSyntaxError):
        return f"{_template_name(Path(error.filename or error.name or '?').as_posix())}:{error.lineno}"
    if isinstance(error, SyntaxError):  # more nested than Python takes; its line is not the template's
        return _template_name(Path(error.filename or "?").as_posix())
    for frame, line in reversed([*traceback.walk_tb(error.__traceback__)]):
        if frame.f_code.co_filename.endswith(".j2"):
            return f"{_template_name(Path(frame.f_code.co_filename).as_posix())}:{line}"
    return None


def _template_name(path: str) -> str:
    """Name a template from the project's folder; Jinja knows its own by path or from templates/."""
    if path.startswith(("content/", "templates/")):
        return path
    return "templates/" + path.rpartition("/templates/")[2]


def _faces(handout: Handout) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Split the body at its first page break: the front and the back of a card."""
    kinds = [block.kind for block in handout.body]
    at = kinds.index("page_break") if "page_break" in kinds else len(kinds)
    return handout.body[:at], handout.body[at + 1 :]


@offered
def slot_url(slot: str) -> Markup:
    """Give the placeholder picture of a slot as a data address: a PNG of two pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", 2, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" + slot_pixels(slot), 9)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return Markup("data:image/png;base64," + base64.b64encode(png).decode())  # noqa: S704


_FOOT = Needed(
    "the foot of each page, with the clinic and whether the text is a draft",
    (said_by_picture(slot_url("foot")),),
)
"""Shown on pages that have a foot; flows have none."""


@lru_cache(maxsize=64)  # as long to draw as a whole plate to ink
def qr(address: str) -> str:
    """Draw a QR code (ISO/IEC 18004, level M) with its quiet zone, as a data address."""
    import segno

    code = segno.make(address, error="m", micro=False)
    svg = code.svg_inline(scale=1, border=3, dark="#000", light="#fff", svgversion=1.1, omitsize=True)
    svg = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return "data:image/svg+xml;charset=utf-8," + quote(svg)


def _css_url(svg: str) -> str:
    return 'url("data:image/svg+xml;charset=utf-8,' + quote(" ".join(svg.split()), safe=" =:/,.-()") + '")'


def _css_string(text: str) -> str:
    # Spaces at the ends would collapse between the boxes of a margin box.
    inner = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    stripped = inner.strip()
    before = typography.NBSP if inner[:1].isspace() else ""
    after = typography.NBSP if stripped and inner[-1:].isspace() else ""
    return f'"{before}{stripped}{after}"'


_PART = ":root, .part"
"""Where tokens.css reckons the white that gives way."""

_INSIDE = ".hung-body, .card-face"
"""Where parts/grid.css sets the narrow set of tokens."""


def _tokens(layer: str, values: Mapping[str, str], where: str = ":root") -> str:
    body = " ".join(f"--{name}: {value};" for name, value in sorted(values.items()))
    return f"@layer {layer} {{ {where} {{ {body} }} }}"


def _field_namer() -> Callable[[str], str]:
    """Give a function that makes the name of a form field from its title, each name once in a document."""
    given: Counter[str] = Counter()

    @offered
    def name(title: str) -> str:
        slug = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:60] or "field"
        given[slug] += 1
        return slug if given[slug] == 1 else f"{slug}-{given[slug]}"

    return name


def _geometry() -> Mapping[str, Any]:
    """Give the two functions that drawings need, in degrees, as Jinja has no trigonometry."""
    return {
        "sin": offered(lambda degrees: round(math.sin(math.radians(degrees)), 5)),
        "cos": offered(lambda degrees: round(math.cos(math.radians(degrees)), 5)),
    }
