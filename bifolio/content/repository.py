"""Repository: the content of a project, found by name, loaded and validated.

This is where names become models. Files that a build does not need are not read. Every question either returns a
model or raises one error with all that is wrong with the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from bifolio.branding.sheet import MAX_BYTES
from bifolio.branding.table import read_table
from bifolio.content.brands import BrandFiles, Brands, Guest
from bifolio.content.catalogue import Catalogue
from bifolio.content.editions import Editions
from bifolio.content.handouts import Handouts
from bifolio.content.reader import ContentReader
from bifolio.core.cache import Memory
from bifolio.core.diagnostics import ContentError, DesignError, Diagnostic, Span, suggest
from bifolio.core.files import ENGINE, PROJECT_FILE, Overlay, ProjectFiles
from bifolio.core.source_tree import SourceTree
from bifolio.core.yaml_loader import parse
from bifolio.model.brand import Brand
from bifolio.model.edition import Edition
from bifolio.model.evidence import Evidence
from bifolio.model.figure import Drawing
from bifolio.model.handout import Handout
from bifolio.model.house_words import HouseWords, SafetySentence
from bifolio.model.locale import Locale
from bifolio.model.project import Plan
from bifolio.model.region import Region
from bifolio.model.synonyms import Synonyms

SYNONYMS = "content/synonyms.yaml"


class Repository:
    """The content of one project folder, with unsaved files laid over it: a view that never changes.

    Views that share `memory` read, parse and check together what they have in common. After a file was saved, make
    another view.
    """

    def __init__(
        self,
        root: Path,
        overlay: Overlay | None = None,
        memory: Memory | None = None,
        *,
        files: ProjectFiles | None = None,
        guests: Mapping[str, Guest] | None = None,
    ) -> None:
        """Open the project at `root`, or the one whose `files` are given.

        `guests` are brands without a folder, by id: the rows of a table, see `with_table`.
        """
        self.files = files or ProjectFiles(root, overlay)
        self.root = self.files.root
        self.memory = memory or Memory()
        self.guests = dict(guests or {})
        self.reader = ContentReader(self.files, self.memory)
        self.catalogue = Catalogue(self.files, self.guests)
        self.handouts = Handouts(self.reader, self.catalogue)
        self.editions = Editions(self.reader, self.catalogue)
        self.brands = Brands(self.reader, self.catalogue, self.editions, self.guests)

    def with_overlay(self, overlay: Overlay) -> Repository:
        """Return the same project with further unsaved files over it."""
        files = self.files.with_overlay(overlay)
        return Repository(self.root, memory=self.memory, files=files, guests=self.guests)

    def with_guests(self, guests: Mapping[str, Guest]) -> Repository:
        """Return the same project with these brands in place of all others that have no folder."""
        return Repository(self.root, memory=self.memory, files=self.files, guests=guests)

    def with_table(self, table: Path) -> tuple[Repository, list[Diagnostic]]:
        """Return the same project with the clinics of a table as brands; their logos lie beside the table.

        Tells, too, what is wrong with the rows of others. What a row says is read like a brand file: when it is
        asked for. Raises ContentError when the table itself cannot be read.
        """
        files = ProjectFiles(table.resolve().parent)
        rows, findings = read_table(_raw(table), table.name)
        taken = [name for name in rows if name in self.catalogue.brands]
        findings += [
            Diagnostic(
                "roster.there-already",
                f'there is a brand "{name}" in content/brands',
                rows[name].span(()),
                help="give the row another name, or take it out",
            )
            for name in taken
        ]
        guests = {name: Guest(tree, files) for name, tree in rows.items() if name not in taken}
        return self.with_guests({**self.guests, **guests}), findings

    # -- the project -----------------------------------------------------------------------------

    @cached_property
    def plan(self) -> Plan:
        """What bifolio.yaml plans."""
        if not self.files.is_file(PROJECT_FILE):
            return Plan()
        return self.reader.model(Plan, PROJECT_FILE, "project", DesignError)

    def plan_span(self, *steps: str | int) -> Span | None:
        """Point at a place in bifolio.yaml; None where the file does not say it."""
        if not self.files.is_file(PROJECT_FILE):
            return None
        tree = self.reader.tree(PROJECT_FILE)
        return tree.span(steps) if tree.there(steps) == steps else None

    @cached_property
    def words(self) -> HouseWords:
        """What lint looks for in running text: content/words.yaml."""
        name = "content/words.yaml"
        if not self.files.is_file(name):
            return HouseWords()
        return self.reader.model(HouseWords, name, "words", ContentError)

    @cached_property
    def synonyms(self) -> Synonyms:
        """What a search takes for what: content/synonyms.yaml."""
        if not self.files.is_file(SYNONYMS):
            return Synonyms()
        return self.reader.model(Synonyms, SYNONYMS, "synonyms", ContentError)

    # -- handouts --------------------------------------------------------------------------------

    @property
    def evidence(self) -> Evidence:
        """All facts and sources."""
        return self.handouts.evidence

    @property
    def defaults(self) -> dict[str, Any]:
        """Blocks that handouts share, a block kind → its fields."""
        return self.handouts.defaults

    @property
    def safety(self) -> Mapping[str, SafetySentence]:
        """Sentences about dangers that handouts share, by name."""
        return self.handouts.safety

    def handout(self, item: str) -> Handout:
        """Return a handout as every reader gets it."""
        return self.handouts.handout(item)

    def open_handout(self, item: str) -> Handout:
        """Return a handout in which the words are open that one person's copy may say otherwise: `{partner}`."""
        return self.handouts.open(item)

    def handout_tree(self, item: str) -> SourceTree:
        """Return the file of a handout."""
        return self.handouts.tree(item)

    def drawing(self, name: str) -> Drawing:
        """Return a figure's template and its words."""
        return self.handouts.drawing(name)

    # -- brands, forms and places ----------------------------------------------------------------

    def brand(self, brand_id: str) -> Brand:
        """Return a brand; one that says no name has that of its folder, or of its row."""
        return self.brand_files(brand_id).brand

    def brand_files(self, brand_id: str) -> BrandFiles:
        """Return all that a brand's folder says, or its row in a table."""
        return self.brands.files(brand_id, self.region)

    def edition(self, edition_id: str) -> Edition:
        """Return an edition with what it takes from the one that it is like."""
        return self.editions.edition(edition_id)

    def region(self, region_id: str) -> Region:
        """Return a region."""
        self.catalogue.expect("region", region_id)
        name = f"content/regions/{region_id}.yaml"
        region = self.reader.model(Region, name, "region", ContentError)
        if region.id != region_id:
            raise ContentError(
                Diagnostic(
                    "region.other-id",
                    f'the file is "{region_id}.yaml", and its id is "{region.id}"',
                    self.reader.tree(name).span(("id",)),
                    help=f'write "id: {region_id}", or rename the file',
                )
            )
        return region

    def locale(self, language: str) -> Locale:
        """Return the words of the interface in a language."""
        self.catalogue.expect("language", language)
        return self.reader.once("locale", language, lambda: self._locale(language))

    def _locale(self, language: str) -> Locale:
        name = f"content/locales/{language}.yaml"
        locale = self.reader.model(Locale, name, "locale", DesignError)
        if findings := list(_unlike(self._english, locale, self.reader.tree(name))):
            raise DesignError(findings)
        return locale

    @cached_property
    def _english(self) -> Locale | None:
        """The engine's English, which has all labels that templates ask for."""
        name = "content/locales/en.yaml"
        path = ENGINE / name
        if not path.exists():
            return None
        text = path.read_text("utf-8")
        tree = self.memory.make(("tree", name, text), lambda: parse(text, name))
        return self.reader.model_of(Locale, tree, "locale", DesignError)


def _raw(table: Path) -> bytes:
    """Return what a table says, or a little more than is ever read of one."""
    try:
        with table.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ContentError.of(
            "load.missing-file",
            f"the table cannot be read: {(error.strerror or str(error)).lower()}",
            where=table.name,
            help="check the name, and that no other program keeps the file to itself",
        ) from error


def _unlike(english: Locale | None, locale: Locale, tree: SourceTree) -> Iterable[Diagnostic]:
    """Find labels that templates ask for and a locale lacks, and words in braces that nothing fills."""
    if english is None:
        return
    lacking = [name for name in english.labels if name not in locale.labels]
    if lacking:
        yield Diagnostic(
            "locale.missing-label",
            f"no label for {', '.join(lacking)}",
            tree.span(("labels",), key=True),
            help="see content/locales/en.yaml for what they say in English",
        )
    for name in locale.labels.keys() & english.labels.keys():
        for word in sorted(locale.words_in(name) - english.words_in(name)):
            yield Diagnostic(
                "locale.unknown-word",
                f'the label "{name}" holds {word}, which nothing puts there',
                tree.inside(("labels", name), word),
                help=suggest(word, english.words_in(name), "words")
                if english.words_in(name)
                else "take it out",
            )
