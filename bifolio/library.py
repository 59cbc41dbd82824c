"""Library: a project's content on disk, found by name, loaded and validated once.

This is where names become models. Files that a build does not need are not read. Every question
either gives a model or raises one PressError with all that is wrong with the file.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from bifolio.diagnostics import (
    ContentError,
    DesignError,
    Diagnostic,
    PressError,
    RequestError,
    relative_name,
    suggest,
)
from bifolio.load import load
from bifolio.logo import read_logo
from bifolio.model.brand import Brand
from bifolio.model.edition import Edition
from bifolio.model.evidence import Evidence, Facts, Sources
from bifolio.model.figure import Drawing, FigureWords
from bifolio.model.handout import Handout
from bifolio.model.locale import Locale
from bifolio.model.project import Plan
from bifolio.model.region import Region
from bifolio.model.tree import Tree
from bifolio.model.words import HouseWords
from bifolio.validate import cited_facts, named_figures, region_words, unused_keys, validate

M = TypeVar("M", bound=BaseModel)

ENGINE = Path(__file__).resolve().parent.parent
"""The folder that holds templates/ and styles/ for projects that bring none of their own."""


class Library:
    """The content of one project folder."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.content = self.root / "content"
        self.trees: dict[str, Tree] = {}
        """Every file read so far, by its name; findings of later stages point into them."""

    # -- what there is ---------------------------------------------------------------------------

    @cached_property
    def handout_paths(self) -> dict[str, Path]:
        """Where each handout and booklet stands, by id."""
        folders = (self.content / "handouts", self.content / "booklets")
        return {path.stem: path for folder in folders for path in sorted(folder.glob("*.yaml"))}

    @cached_property
    def brand_ids(self) -> tuple[str, ...]:
        return tuple(sorted(p.parent.name for p in (self.content / "brands").glob("*/_brand.yml")))

    @cached_property
    def region_ids(self) -> tuple[str, ...]:
        return _stems(self.content / "regions", "*.yaml")

    @cached_property
    def language_ids(self) -> tuple[str, ...]:
        return _stems(self.content / "locales", "*.yaml")

    @cached_property
    def edition_ids(self) -> tuple[str, ...]:
        return _stems(self.styles / "editions", "*.yaml")

    @cached_property
    def theme_ids(self) -> tuple[str, ...]:
        return _stems(self.styles / "themes", "*.css")

    @cached_property
    def figure_ids(self) -> tuple[str, ...]:
        names = (path.name for path in (self.content / "figures").glob("*.svg.j2"))
        return tuple(sorted(name.removesuffix(".svg.j2") for name in names))

    @cached_property
    def templates(self) -> Path:
        return self._own_or_engine("templates")

    @cached_property
    def styles(self) -> Path:
        return self._own_or_engine("styles")

    def _own_or_engine(self, folder: str) -> Path:
        own = self.root / folder
        return own if own.is_dir() else ENGINE / folder

    # -- models ----------------------------------------------------------------------------------

    @cached_property
    def plan(self) -> Plan:
        path = self.root / "bifolio.yaml"
        return self._model(Plan, path, "project", DesignError) if path.exists() else Plan()

    @cached_property
    def evidence(self) -> Evidence:
        """All facts and sources, with every source that a fact names checked."""
        if not (self.content / "facts.yaml").exists():
            return Evidence()
        facts = self._model(Facts, self.content / "facts.yaml", "evidence", ContentError).facts
        sources = self._model(Sources, self.content / "sources.yaml", "evidence", ContentError).sources
        tree = self._tree(self.content / "facts.yaml")
        unknown = [
            Diagnostic(
                "evidence.unknown-source",
                f'the fact "{fact_id}" names the source "{key}", which is not there',
                tree.span(("facts", fact_id, "sources", position)),
                help=suggest(key, list(sources), "sources"),
            )
            for fact_id, fact in facts.items()
            for position, key in enumerate(fact.sources)
            if key not in sources
        ]
        if unknown:
            raise ContentError(unknown)
        return Evidence(facts=facts, sources=sources)

    @cached_property
    def words(self) -> HouseWords:
        """What lint looks for in running text: content/words.yaml."""
        path = self.content / "words.yaml"
        return self._model(HouseWords, path, "words", ContentError) if path.exists() else HouseWords()

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """Blocks that handouts share: content/defaults.yaml, a block kind → its fields."""
        path = self.content / "defaults.yaml"
        value = self._tree(path).value if path.exists() else {}
        return value if isinstance(value, dict) else {}

    def handout(self, item: str) -> Handout:
        """Give a handout with all its references checked, those of the shared blocks too."""
        tree = self.handout_tree(item)
        handout, findings = validate(Handout, tree, "content", {"defaults": self.defaults})
        for one in (tree, self.trees.get("content/defaults.yaml")):
            if one is not None:
                findings += cited_facts(one, self.evidence)
                findings += named_figures(one, self.figure_ids)
        if handout is None or findings:
            raise ContentError(findings)
        return handout

    def check_words(self, item: str, region: Region) -> list[Diagnostic]:
        """Find words of a handout that a region does not have."""
        trees = (self.handout_tree(item), self.trees.get("content/defaults.yaml"))
        words = {*region.words, "emergency", "region"}
        return [f for tree in trees if tree for f in region_words(tree, words, region.id)]

    def handout_tree(self, item: str) -> Tree:
        path = self.handout_paths.get(item)
        if path is None:
            raise self._unknown("item", item, tuple(self.handout_paths), RequestError)
        return self._tree(path)

    def brand(self, brand_id: str) -> Brand:
        path = self.brand_folder(brand_id) / "_brand.yml"
        return self._model(Brand, path, "brand", DesignError)

    def brand_warnings(self, brand_id: str) -> list[Diagnostic]:
        """Give what a brand file holds that this program does not use."""
        tree = self._tree(self.brand_folder(brand_id) / "_brand.yml")
        return list(unused_keys(self.brand(brand_id), tree))

    def brand_folder(self, brand_id: str) -> Path:
        if brand_id not in self.brand_ids:
            raise self._unknown("brand", brand_id, self.brand_ids, RequestError)
        return self.content / "brands" / brand_id

    def region(self, region_id: str) -> Region:
        if region_id not in self.region_ids:
            raise self._unknown("region", region_id, self.region_ids, RequestError)
        path = self.content / "regions" / f"{region_id}.yaml"
        return self._model(Region, path, "region", ContentError)

    def edition(self, edition_id: str) -> Edition:
        if edition_id not in self.edition_ids:
            raise self._unknown("edition", edition_id, self.edition_ids, RequestError)
        path = self.styles / "editions" / f"{edition_id}.yaml"
        return self._model(Edition, path, "edition", DesignError)

    def locale(self, language: str) -> Locale:
        if language not in self.language_ids:
            raise self._unknown("language", language, self.language_ids, RequestError)
        path = self.content / "locales" / f"{language}.yaml"
        return self._model(Locale, path, "locale", DesignError)

    def logo(self, brand_id: str, brand: Brand, colour: str) -> str | None:
        """Give a brand's logo, cleaned, as a data address; none when it has no logo."""
        if brand.logo_path is None:
            return None
        folder = self.brand_folder(brand_id)
        tree = self._tree(folder / "_brand.yml")
        span = tree.find(brand.logo_path) or tree.span(("logo",))
        path = (folder / brand.logo_path).resolve()
        if not path.is_relative_to(folder):
            raise DesignError(
                Diagnostic(
                    "brand.logo-outside",
                    "the logo lies outside the clinic's own folder",
                    span,
                    help="copy the file beside _brand.yml and name it here",
                )
            )
        return read_logo(path, span, colour)

    def drawing(self, name: str) -> Drawing:
        """Give a figure's template and its words."""
        folder = self.content / "figures"
        words = self._model(FigureWords, folder / f"{name}.yaml", "figure", ContentError)
        return Drawing((folder / f"{name}.svg.j2").read_text("utf-8"), words)

    def theme(self, theme_id: str) -> str:
        """Give a theme's name after checking that it is there."""
        if theme_id not in self.theme_ids:
            raise self._unknown("theme", theme_id, self.theme_ids, RequestError)
        return theme_id

    def theme_summary(self, theme_id: str) -> str:
        """Give what the first comment of a theme file says of it."""
        text = (self.styles / "themes" / f"{theme_id}.css").read_text("utf-8")
        comment = text.partition("/*")[2].partition("*/")[0]
        return " ".join(comment.split()).split(": ", 1)[-1]

    # -- files -----------------------------------------------------------------------------------

    def _tree(self, path: Path) -> Tree:
        name = relative_name(path, self.root)
        if name not in self.trees:
            self.trees[name] = load(path, self.root)
        return self.trees[name]

    def _model(self, cls: type[M], path: Path, subject: str, error: type[PressError]) -> M:
        try:
            tree = self._tree(path)
        except ContentError as broken:
            raise error(broken.findings) from broken
        return self._validated(cls, tree, subject, error)

    @staticmethod
    def _validated(kind: type[M], tree: Tree, subject: str, error: type[PressError]) -> M:
        model, findings = validate(kind, tree, subject)
        if model is None:
            raise error(findings)
        return model

    @staticmethod
    def _unknown(what: str, name: str, known: tuple[str, ...], error: type[PressError]) -> PressError:
        return error(
            Diagnostic(
                f"plan.unknown-{what}",
                f'there is no {what} "{name}"',
                help=suggest(name, known, f"{what}s"),
            )
        )


def _stems(folder: Path, pattern: str) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob(pattern)))
