"""Citations: the sources of a handout → how small print, a list and a note call them."""

from __future__ import annotations

from markupsafe import Markup, escape

from bifolio.compose.sandbox import offered
from bifolio.compose.typography import NBSP
from bifolio.compose.wording import Wording
from bifolio.model.evidence import Evidence, EvidenceSource
from bifolio.model.handout import Handout


def citation(source: EvidenceSource, style: str = "full") -> Markup:
    """Cite one source: `list` gives its short form and address, `full` all that is known."""
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


class Citations:
    """How the pages of one handout cite their sources."""

    def __init__(self, handout: Handout, evidence: Evidence, wording: Wording) -> None:
        self._evidence = evidence
        self._wording = wording
        self._sources = evidence.references(handout.cites)
        self._numbers = {id(source): number for number, source in enumerate(self._sources, 1)}
        self._has_marks = handout.kind == "notes"
        self._is_listed = False

    @offered
    def sources(self) -> tuple[EvidenceSource, ...]:
        """Return the sources, each once, in alphabetical order."""
        return self._sources

    @offered
    def marks(self, cites: tuple[str, ...]) -> list[int]:
        """Return the numbers of the sources of these facts; only clinicians' notes show them."""
        if not self._has_marks:
            return []
        return sorted({self._numbers[id(source)] for source in self._evidence.references(cites)})

    @offered
    def links_here(self) -> bool:
        """Return whether marks lead to the list being composed: to the first of a page that shows marks."""
        is_first, self._is_listed = not self._is_listed, True
        return is_first and self._has_marks

    @offered
    def in_brief(self, sources: tuple[EvidenceSource, ...]) -> str:
        """Return the sources in two sentences: the studies, then the organisations whose pages were read."""
        studies = sorted({s.in_brief for s in sources if s.is_research}, key=str.casefold)
        pages = sorted({s.in_brief for s in sources if not s.is_research}, key=str.casefold)
        label = self._wording.label
        sentences = []
        if studies:
            sentences.append(", ".join(name.replace(" ", NBSP) for name in studies) + ".")
        if pages:
            sentences.append(label("sources_pages").format(pages=", ".join(pages)))
        return self._wording.plain(" ".join([*sentences, label("sources_full")]))
