"""Compose: models → HTML, a whole document as one text, not yet pages.

Templates hold structure and styles hold looks; the composer brings them together with the words of the
region and the language. It does not lay anything out. Composed for a plate, colours are sentinels and the
clinic's slots are placeholder pictures; composed with a clinic's own palette and slots, the same
templates give the whole page (EPUB, web, and the reference that tests compare inking with).
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from markupsafe import Markup

from bifolio.branding.palette import SENTINELS
from bifolio.branding.proof_sheet import Proof
from bifolio.compose.citations import Citations, citation
from bifolio.compose.clinic_panel import ApprovalLine, ClinicCopy, ClinicPlace, clinic_copy
from bifolio.compose.design import Design
from bifolio.compose.drawings import Drawings, PageDrawings
from bifolio.compose.environment import Templates
from bifolio.compose.flow import is_filled_in, with_anchors
from bifolio.compose.page_reader import Required
from bifolio.compose.required import RequiredContent, inspect
from bifolio.compose.sandbox import offered
from bifolio.compose.sheets import STYLE_MARK, Sheets, styled
from bifolio.compose.slots import slot_class, slot_url, slots
from bifolio.compose.stylesheet import Stylesheet
from bifolio.compose.support_lines import IN_BOOKS, ON_WEB, SupportLines
from bifolio.compose.wording import Wording
from bifolio.core.diagnostics import Source
from bifolio.model.blocks import Block, walk
from bifolio.model.brand import Brand
from bifolio.model.evidence import Evidence
from bifolio.model.figure import Drawing
from bifolio.model.flow import Flow
from bifolio.model.handout import Handout
from bifolio.model.locale import Locale
from bifolio.model.overrides import NOTHING, BrandOverrides
from bifolio.model.plate import Room
from bifolio.model.region import Region


class Composer:
    """Composes documents of one design for one region and language."""

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
        self._role_colours = palette
        self.wording = Wording(locale, region)
        self._label = self.wording.label
        self.stylesheet = Stylesheet(design, own, palette, self._label("folio"))
        filters: dict[str, Callable[..., Any]] = {
            **self.wording.filters,
            "citation": citation,
            "slot_class": slot_class,
        }
        self.templates = Templates(design.templates, design.compiled, own.parts, filters)
        self.drawings = Drawings(design, self.templates, self.stylesheet, self.wording)
        self.sheets = Sheets(self.templates, self.stylesheet, self.drawings, self.wording)
        self._required = RequiredContent(self.wording, self._support_lines())

    @property
    def palette(self) -> Mapping[str, str]:
        """The colour of each colour token."""
        return self.stylesheet.palette

    def in_room(self, room: Room) -> Composer:
        """Return the same composer with other room for what a clinic says."""
        design = replace(self.design, room=room)
        return Composer(design, self.locale, self.region, self._role_colours, self.own)

    def _with_parts(self, parts: Mapping[str, Source]) -> Composer:
        """Return the same composer with only these of the clinic's own parts."""
        own = replace(self.own, parts=parts)
        return Composer(self.design, self.locale, self.region, self._role_colours, own)

    @cached_property
    def _without_parts(self) -> Composer:
        return self._with_parts({})

    def handout(
        self,
        handout: Handout,
        evidence: Evidence,
        drawings: Mapping[str, Drawing],
        clinic: Mapping[str, Markup] | None = None,
        copy: ClinicCopy | None = None,
        proof: Proof | None = None,
    ) -> str:
        """Compose a handout, or with `proof` the proof sheet of a brand from a handout of sample blocks.

        With `clinic` (the markup of its slots) and `copy` the page is that of a clinic; without them the slots are
        placeholders and the page is that of a plate. Raises DesignError if the page does not show what it must.
        """
        template = "proof" if proof else self.design.edition.templates.get(handout.kind, handout.kind)
        room = self.design.room
        place = ClinicPlace.filled(clinic, copy, room) if clinic and copy else ClinicPlace(room=room)

        def compose(composer: Composer, page: PageDrawings) -> str:
            context = {
                **composer._context(handout, evidence, page),
                "clinic": place,
                "document": "documents/print.html.j2",
                "flowing": False,
                "fillable": self.design.edition.fillable,
                "stylesheet": STYLE_MARK,
                "proof": proof,
            }
            return composer.templates.render(f"{template}.html.j2", context)

        html, page = self._inspected(
            compose, template, self._required.of(handout, template, copy, room), drawings
        )
        components = [*_components(handout), "proof.css"] if proof else _components(handout)
        return styled(html, self.stylesheet.page(components, page.css))

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
        """Compose a handout without pages, with the clinic in place, for EPUB and the web.

        Room to write is lines in a book, and fields on the web. Raises DesignError as `handout` does.
        """
        place = ClinicPlace.filled(clinic, copy)

        def compose(composer: Composer, page: PageDrawings) -> str:
            context = {
                **composer._context(handout, evidence, page, ON_WEB if on_web else IN_BOOKS),
                "clinic": place,
                "document": "documents/flow.html.j2",
                "flowing": True,
                "in_book": not on_web,
                "fillable": on_web,
            }
            return _body(composer.templates.render(f"{handout.kind}.html.j2", context))

        required = self._required.of(handout, handout.kind, copy)
        html, page = self._inspected(compose, handout.kind, required, drawings)
        body, headings = with_anchors(_within_body(html))
        return Flow(
            title=self.wording.plain(handout.title),
            summary=self.wording.plain(handout.summary),
            language=self.wording.language(handout),
            kind=handout.kind,
            body=body,
            styles=self.stylesheet.flowing(_components(handout)) if on_web else self.stylesheet.book,
            pictures=page.css,
            headings=headings,
            is_drawn=bool(handout.figures),
            is_filled_in=any(is_filled_in(block) for block in walk(handout.body)),
        )

    def _context(
        self,
        handout: Handout,
        evidence: Evidence,
        page: PageDrawings,
        schemes: frozenset[str] = frozenset(),
    ) -> dict[str, Any]:
        """Return what the templates of handouts may use; links have one of the `schemes`."""
        citations = Citations(handout, evidence, self.wording)
        support_lines = self._support_lines(schemes)
        return {
            "handout": handout,
            "intro": self.own.intro,
            "language": self.wording.language(handout),
            "label": self._label,
            "audience_line": self.wording.audience_line(handout),
            "references": citations.sources,
            "sources_in_brief": citations.in_brief,
            "cite_marks": citations.marks,
            "links_here": citations.links_here,
            "support_lines": support_lines.choose,
            "reach_of": support_lines.reach,
            "scope_of": support_lines.scope,
            "lines_checked": support_lines.checked_on(handout),
            "figure": page.figure,
            "use_icon": page.icon,
            "use_art": page.art,
            "icon_picture": page.icon_picture,
            "art_picture": page.art_picture,
            "slot_url": slot_url,
            "edition": self.design.edition,
            "field_name": _field_namer(),
            "faces": _faces(handout),
        }

    def _support_lines(self, schemes: frozenset[str] = frozenset()) -> SupportLines:
        return SupportLines(self.region, self.own, self.wording, schemes)

    def _inspected(
        self,
        compose: Callable[[Composer, PageDrawings], str],
        template: str,
        required: Sequence[Required],
        figures: Mapping[str, Drawing],
    ) -> tuple[str, PageDrawings]:
        """Compose a page that shows everything required; return it with its drawings. Raises DesignError."""

        def composed(composer: Composer) -> tuple[str, PageDrawings]:
            page = PageDrawings(composer.drawings, figures)
            return compose(composer, page), page

        def with_parts(parts: Mapping[str, Source]) -> str:
            return composed(self._with_parts(parts) if parts else self._without_parts)[0]

        html, page = composed(self)
        inspect(html, template, required, self.own.parts, with_parts)
        return html, page

    def shelf(self, shown: Mapping[str, Any], clinic: Mapping[str, Markup], copy: ClinicCopy) -> Flow:
        """Compose a clinic's shelf. `shown` is what its template needs: groups, pictures, heights."""
        place = ClinicPlace.filled(clinic, copy)

        def compose(composer: Composer, page: PageDrawings) -> str:
            context = {**shown, "clinic": place, "label": composer._label, "use_icon": page.icon}
            return _body(composer.templates.render("web/shelf.html.j2", context))

        html, page = self._inspected(compose, "web/shelf", (), {})
        return Flow(
            title=f"{self._label('shelf_title')}, {copy.name}",
            summary=self._label("shelf_summary"),
            language=self.region.language,
            kind="shelf",
            body=_within_body(html),
            styles=self.stylesheet.flowing(last=["flow/shelf.css"]),
            pictures=page.css,
            headings=(),
            is_drawn=False,
            is_filled_in=False,
        )

    def document(self, template: str, context: Mapping[str, Any]) -> str:
        """Compose another document of a finished file: the frame of a web page, a part of an EPUB."""
        return self.templates.render(template, {"label": self._label, **context})

    def slots(
        self, copy: ClinicCopy, fits: Mapping[str, int], *, flowing: bool = False, in_book: bool = False
    ) -> dict[str, Markup]:
        """Compose the markup of each slot that the clinic fills; see `slots.slots`."""
        return slots(self.templates, copy, fits, flowing=flowing, in_book=in_book)

    def metadata(self, handout: Handout) -> dict[str, object]:
        """Return the metadata of a handout, as shelves show it."""
        return {
            "title": self.wording.plain(handout.title),
            "summary": self.wording.plain(handout.summary),
            "kind": handout.kind,
            "audience": sorted(handout.audience),
            "audience_line": self.wording.audience_line(handout),
        }

    def approval_line(self, by: str, on: datetime.date, *, tailored: bool = False) -> ApprovalLine:
        """Return who approved a text, and when; a tailored copy says that it was made from that text."""
        line = self.wording.plain(self._label("approval_tailored" if tailored else "approval_by"))
        state = self._label("state_tailored" if tailored else "state_approved")
        return ApprovalLine(state, line.format(by=self.wording.plain(by), date=self.wording.day(on)))

    def own_line(self) -> ApprovalLine:
        """Return the line of a sheet that is not a handout, as a proof: it is for the clinic itself."""
        plain = self.wording.plain
        return ApprovalLine(plain(self._label("state_own")), plain(self._label("approval_own")))

    def clinic_copy(
        self,
        brand: Brand,
        logo: str | None,
        approval: ApprovalLine | None = None,
        dark_logo: str | None = None,
        country: str | None = None,
    ) -> ClinicCopy:
        """Return what the slots of a brand say; see `clinic_panel.clinic_copy`."""
        return clinic_copy(brand, self.wording, logo, approval, dark_logo, country)


def _body(html: str) -> str:
    """Return the markup of a flow with a root element, by which it can be parsed."""
    return f"<body>{html.strip()}</body>"


def _within_body(html: str) -> str:
    return html.removeprefix("<body>").removesuffix("</body>")


def _components(handout: Handout) -> list[str]:
    return [f"components/{kind}.css" for kind in handout.block_kinds]


def _faces(handout: Handout) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """Split the body at its first page break: the front and the back of a card."""
    kinds = [block.kind for block in handout.body]
    at = kinds.index("page_break") if "page_break" in kinds else len(kinds)
    return handout.body[:at], handout.body[at + 1 :]


def _field_namer() -> Callable[[str], str]:
    """Return a function that derives the name of a form field from its title, unique within a document."""
    counts: Counter[str] = Counter()

    @offered
    def name(title: str) -> str:
        slug = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:60] or "field"
        counts[slug] += 1
        return slug if counts[slug] == 1 else f"{slug}-{counts[slug]}"

    return name
