"""Subject: what the rules of lint look at, and how they report what they find."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bifolio.core.diagnostics import Diagnostic, Severity, Span
from bifolio.core.source_tree import SourceTree, Steps
from bifolio.editorial.lint.passages import Passage, passages
from bifolio.editorial.lint.readability import reading
from bifolio.model.blocks import Resources
from bifolio.model.evidence import Evidence
from bifolio.model.handout import Handout
from bifolio.model.house_words import HouseWords, SafetySentence
from bifolio.model.reading import Reading
from bifolio.model.region import Region, SupportLine


@dataclass(frozen=True)
class Subject:
    """What the rules look at."""

    handout: Handout
    tree: SourceTree
    region: Region
    evidence: Evidence
    words: HouseWords
    today: datetime.date
    safety: Mapping[str, SafetySentence] = field(default_factory=dict)
    """The shared sentence for each danger, by name."""
    parts: Mapping[str, Handout] = field(default_factory=dict)
    """Of a booklet: the handouts that it binds, whole."""

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        return tuple(passages(self.tree))

    @cached_property
    def cites(self) -> tuple[str, ...]:
        """The facts that the file itself cites; a booklet's parts answer for their own."""
        return tuple(fact for fact in self.handout.cites if self.tree.find(fact))

    def dangers_in(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield the name of each danger that a text speaks of, with the words for it."""
        for name, sentence in self.safety.items():
            if sentence.pattern and (found := sentence.pattern.search(text)):
                yield name, found[0]

    @property
    def for_clinicians(self) -> bool:
        return set(self.handout.audience) == {"clinician"}

    @cached_property
    def reading(self) -> Reading:
        """How hard its running text is to read; labels and cells are none."""
        return reading([p.text for p in self.passages if p.role == "running"])

    def lines_of(self, block: Resources) -> tuple[SupportLine, ...]:
        """Return the support lines that a block shows in this region."""
        return self.region.choose(block.lines, block.topics, block.limit, also=block.also)

    def at(self, steps: Steps, words: str = "") -> Span:
        """Point at a text of the file, or at the words in it."""
        whole = self.tree.span(steps)
        return (words and whole.narrowed_to(words)) or whole


Rule = Callable[[Subject], Iterator[Diagnostic]]
"""Yields what is to be changed in one respect."""


def finding(
    code: str, message: str, span: Span, cure: str, severity: Severity = Severity.WARNING
) -> Diagnostic:
    """Return a finding of lint, a warning unless `severity` says otherwise."""
    return Diagnostic(f"lint.{code}", message, span, help=cure, severity=severity)


def beginning(text: str, most: int = 48) -> str:
    """Return the first words of a text, to quote it."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"
