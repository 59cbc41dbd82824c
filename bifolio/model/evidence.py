"""Evidence: facts, each a single claim, and their sources."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bifolio.model.base import FactId, Model

Status = Literal["read", "reported", "unverified", "common", "guidance"]
"""How far a fact was traced: `read` at its source; `reported` by a page that describes the source
(soft statements only, no numbers); `unverified`, not for print; `common` knowledge such as a
national emergency number; `guidance`, advice that makes no claim."""

SourceKey = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*$")]


class Fact(Model):
    """One claim, how far it was traced, and where it comes from."""

    text: str
    status: Status
    sources: tuple[SourceKey, ...] = ()
    limits: str | None = None
    thin: bool = False
    """The evidence is thin: a text that states it must say so."""

    @property
    def printable(self) -> bool:
        return self.status != "unverified"


class EvidenceSource(Model):
    """Where a fact was read. `short` is the form used in small print."""

    authors: tuple[str, ...] = ()
    organisation: str | None = None
    year: int | None = Field(default=None, ge=1900, le=2100)
    title: str
    where: str | None = None
    short: str
    group: str | None = None
    """The name under which small print groups pages of one publisher: NHS."""
    doi: Annotated[str, StringConstraints(pattern=r"^10\.\d{4,9}/\S+$")] | None = None
    address: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None
    read: str | None = None
    weak: bool = False
    limits: str | None = None

    @property
    def link(self) -> str | None:
        """The address that a reader can follow: the DOI if there is one."""
        return f"https://doi.org/{self.doi}" if self.doi else self.address

    @property
    def is_research(self) -> bool:
        """Whether this is a study by named authors, not a page of an organisation."""
        return bool(self.authors and self.year)

    @property
    def in_brief(self) -> str:
        """The source in two words: "Bylsma 2008", or the organisation."""
        if self.group:
            return self.group
        if self.authors:
            words = self.authors[0].split()
            surname = [word for word in words if not (word.isupper() and len(word) <= 4)]
            return " ".join([*surname, str(self.year)] if self.year else surname)
        return self.organisation or self.short.split(",")[0]

    @property
    def by(self) -> str:
        """The authors, or the organisation."""
        return ", ".join(self.authors) or self.organisation or ""


class Facts(Model):
    """content/facts.yaml."""

    facts: dict[FactId, Fact]


class Sources(Model):
    """content/sources.yaml."""

    sources: dict[SourceKey, EvidenceSource]


class Evidence(Model):
    """All facts and sources of a project, by id and key."""

    facts: dict[str, Fact] = {}
    sources: dict[str, EvidenceSource] = {}

    def references(self, fact_ids: tuple[str, ...]) -> tuple[EvidenceSource, ...]:
        """Return the sources of these facts, each once, in alphabetical order."""
        keys = {key for fact_id in fact_ids for key in self.facts[fact_id].sources}
        found = (self.sources[key] for key in keys)
        return tuple(sorted(found, key=lambda s: (s.short.casefold(), s.year or 0, s.title)))

    @model_validator(mode="after")
    def _sources_resolve(self) -> Self:
        for fact_id, fact in self.facts.items():
            for key in fact.sources:
                if key not in self.sources:
                    raise PydanticCustomError(
                        "fact_source", "unknown source", {"fact": fact_id, "source": key}
                    )
        return self
