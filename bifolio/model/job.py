"""A request: what somebody asks for; and a job: one file to make. Both go by names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bifolio.model.project import PLAIN_THEME, Format

Form = Format | Literal["cover"]
"""What one job makes. Pictures are two: the first page, and a cover."""


@dataclass(frozen=True)
class Request:
    """What the command line asks for; what is not given comes from the brand, then the project."""

    items: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    region: str | None = None
    language: str | None = None
    editions: tuple[str, ...] = ()
    theme: str | None = None
    formats: tuple[Format, ...] = ()


@dataclass(frozen=True, order=True)
class Job:
    """One file to make."""

    item: str
    edition: str
    theme: str
    region: str
    language: str
    brand: str
    format: Form
    is_imposed: bool = False
    """The sheets for the printer, made of the pages that the reader's file has."""

    @property
    def path(self) -> str:
        """Where the file goes below the output folder. What has no pages is of no edition."""
        theme = "" if self.theme == PLAIN_THEME else f".{self.theme}"
        edition = f".{self.edition}" if self.format == "pdf" else ""
        sheets = ".print" if self.is_imposed else ""
        end = "cover.png" if self.format == "cover" else self.format
        return f"{self.brand}/{self.language}/{self.item}{edition}{theme}{sheets}.{end}"

    @property
    def pages(self) -> str:
        """The name of its pages, as findings call them."""
        return f"{self.item}.{self.edition}"

    def __str__(self) -> str:
        form = self.edition if self.format == "pdf" else self.format
        return f"{self.item} · {form} · {self.brand}" + (" · print" if self.is_imposed else "")
