"""Catalogue: what there is in a project, by name. Reads nothing but the names of files."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from functools import cached_property

from bifolio.core.diagnostics import BifolioError, Diagnostic, RequestError, Span, shorten, suggest
from bifolio.core.files import ProjectFiles
from bifolio.model.region import usual_region

BRANDS = "content/brands"
BRAND_FILE = "_brand.yml"


class Catalogue:
    """The names of all that a project has; `guests` are brands without a folder, as a table brings them."""

    def __init__(self, files: ProjectFiles, guests: Iterable[str] = ()) -> None:
        self._files = files
        self._guests = tuple(guests)
        self._sets: dict[str, frozenset[str]] = {}

    @cached_property
    def _items(self) -> list[tuple[str, str]]:
        """The id and the file of each handout and booklet; the last file of an id is the one that counts."""
        own = [f"{BRANDS}/{folder}/handouts/" for folder in self._files.folders(BRANDS)]
        folders = (*own, "content/booklets/", "content/handouts/")
        names = [name for folder in folders for name in self._files.beginning(folder)]
        return [(_stem(name), name) for name in names if name.endswith((".yaml", ".yml"))]

    @cached_property
    def handouts(self) -> dict[str, str]:
        """The file of each handout and booklet, by id, in folders within their folder too; a clinic's own among them."""
        return dict(self._items)

    def files_of(self, item: str) -> tuple[str, ...]:
        """Return the files of the library that have this id: one, or by mistake several."""
        return tuple(
            name for other, name in self._items if other == item and not name.startswith(f"{BRANDS}/")
        )

    def owner(self, item: str) -> str | None:
        """Return the clinic whose own handout this is; None for one of the library."""
        path = self.handouts.get(item, "")
        return path.split("/")[2] if path.startswith(f"{BRANDS}/") else None

    @cached_property
    def brands(self) -> tuple[str, ...]:
        """The brands, those with a folder first."""
        folders = self._files.folders(BRANDS)
        return (*(b for b in folders if self._files.is_file(f"{BRANDS}/{b}/{BRAND_FILE}")), *self._guests)

    @cached_property
    def regions(self) -> tuple[str, ...]:
        return self._stems("content/regions", ".yaml")

    @cached_property
    def languages(self) -> tuple[str, ...]:
        return self._stems("content/locales", ".yaml")

    @cached_property
    def editions(self) -> tuple[str, ...]:
        return self._stems("styles/editions", ".yaml")

    @cached_property
    def themes(self) -> tuple[str, ...]:
        return self._stems("styles/themes", ".css")

    @cached_property
    def icons(self) -> tuple[str, ...]:
        return self._stems("styles/icons", ".svg")

    @cached_property
    def figures(self) -> tuple[str, ...]:
        return self._stems("content/figures", ".svg.j2")

    def known(self, what: str) -> Sequence[str]:
        """Return the names of all that there is of one sort: item, brand, edition, region, language, theme."""
        return tuple(self.handouts) if what == "item" else getattr(self, f"{what}s")

    def has(self, what: str, name: str) -> bool:
        """Return whether there is something of this name."""
        if what not in self._sets:
            self._sets[what] = frozenset(self.known(what))
        return name in self._sets[what]

    def expect(self, what: str, name: str, error: type[BifolioError] = RequestError) -> None:
        """Raise `error` unless there is something of this name."""
        if not self.has(what, name):
            raise error(unknown(what, name, self.known(what)))

    def _stems(self, folder: str, suffix: str) -> tuple[str, ...]:
        return tuple(_stem(name, suffix) for name in self._files.names(folder, suffix))


def _stem(name: str, suffix: str = ".yaml") -> str:
    base = posixpath.basename(name)
    return base.removesuffix(suffix).removesuffix(".yml") if suffix == ".yaml" else base.removesuffix(suffix)


def unknown(what: str, name: str, there: Iterable[str], span: Span | None = None) -> Diagnostic:
    """Return the error for a name that is not there, and which one may be meant; a path to its file is understood."""
    there = tuple(there)
    stem = _stem(name)
    if what == "region":
        stem = usual_region(stem, there)
    return Diagnostic(
        f"plan.unknown-{what}",
        f'there is no {what} "{shorten(name)}"',
        span,
        help=suggest(stem, there, f"{what}s"),
    )
