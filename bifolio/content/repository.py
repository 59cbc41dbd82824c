"""Library: a project's content on disk, found by name, loaded and validated once.

This is where names become models. Files that a build does not need are not read. Every question
either gives a model or raises one PressError with all that is wrong with the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from bifolio.branding.fonts import choose
from bifolio.branding.logo import Logo, LogoUse, read_logo
from bifolio.branding.palette import DEFAULT_SEED, PAPER, contrast, derive, tokens_of
from bifolio.branding.table import read_table
from bifolio.branding.theme import FILE as THEME
from bifolio.branding.theme import faint, misfits, read_theme
from bifolio.build.jobs import Job, unknown
from bifolio.content.booklets import bind
from bifolio.content.validation import (
    cited_facts,
    named_pictures,
    region_words,
    safety_sentences,
    sections,
    shared_blocks,
    unused_keys,
    validate,
    with_sentences,
)
from bifolio.core.cache import Store
from bifolio.core.diagnostics import (
    ContentError,
    DesignError,
    Diagnostic,
    PressError,
    RequestError,
    Severity,
    Source,
    Span,
    relative_name,
    shorten,
    suggest,
)
from bifolio.core.fingerprints import ENGINE, STORE, Snapshot
from bifolio.core.phone_numbers import Scheme, dialled, numbers_in
from bifolio.core.source_tree import Steps, Tree
from bifolio.core.yaml_loader import load, parse, read_text
from bifolio.editorial.approval import APPROVALS, digest, kept_at
from bifolio.model.approval import Approval, Approvals
from bifolio.model.base import NAME
from bifolio.model.brand import Brand, name_after
from bifolio.model.brand.clinic import Clinic
from bifolio.model.edition import Edition
from bifolio.model.evidence import Evidence, Facts, Sources
from bifolio.model.figure import Drawing, FigureWords
from bifolio.model.handout import Handout
from bifolio.model.house_words import HouseWords, SafetySentence
from bifolio.model.locale import Locale
from bifolio.model.own import Own
from bifolio.model.plate import LINES
from bifolio.model.project import Plan
from bifolio.model.region import Region, SupportLine
from bifolio.model.typeface import PLAIN, Typeface

M = TypeVar("M", bound=BaseModel)


class Library:
    """The content of one project folder."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.content = self.root / "content"
        self.trees: dict[str, Tree] = {}
        """Every file read so far, by its name; findings of later stages point into them."""
        self._filled: dict[str, tuple[Tree, Tree, list[Diagnostic]]] = {}
        """Handouts with their safety sentences, by the file's name: as written, filled in, and what was lost."""
        self._guests: dict[str, tuple[Tree, Path]] = {}
        self.table: Path | None = None
        """The table of clinics whose rows are brands here."""
        self._models: dict[tuple[type[BaseModel], str], tuple[Tree, BaseModel]] = {}
        self._cited: dict[str, tuple[Handout, str]] = {}
        self._handouts: dict[str, tuple[Tree, dict[str, Handout], Handout]] = {}
        self._sayings: dict[str, tuple[Handout, Handout]] = {}
        self._themes: dict[tuple[str, str], Mapping[str, str]] = {}
        self._logos: dict[tuple[str, str], Logo] = {}
        """Each logo read so far, by its brand and its name there."""
        self._typefaces: dict[tuple[str, str], Typeface] = {}

    # -- what there is ---------------------------------------------------------------------------

    @cached_property
    def handout_paths(self) -> dict[str, Path]:
        """Where each handout and booklet stands, by id; those of a clinic alone among them."""
        own = sorted((self.content / "brands").glob("*/handouts"))
        folders = (*own, self.content / "booklets", self.content / "handouts")
        return {path.stem: path for folder in folders for path in _seen(folder.glob("*.yaml"))}

    def owner(self, item: str) -> str | None:
        """Name the clinic whose own handout this is; none for one of the library."""
        path = self.handout_paths.get(item)
        clinic = path.parent.parent if path else self.content
        return clinic.name if clinic.parent == self.content / "brands" else None

    @property
    def brand_ids(self) -> tuple[str, ...]:
        return (*self._housed, *self._guests)

    @cached_property
    def _housed(self) -> tuple[str, ...]:
        """The brands that have a folder."""
        folders = _seen(path.parent for path in (self.content / "brands").glob("*/_brand.yml"))
        return tuple(folder.name for folder in folders)

    def receive(self, table: Path) -> tuple[list[str], list[Diagnostic]]:
        """Let the clinics of a table be here as brands without a folder; their logos lie beside the table.

        Gives their names, and what is wrong with the rows of the others. What a row says is read like a brand
        file: when it is asked for. Raises one error when the table itself cannot be read.
        """
        folder = table.resolve().parent
        guests, findings = read_table(read_text(table.resolve(), folder))
        taken = [name for name in guests if name in self.brand_ids]
        self._guests |= {name: (tree, folder) for name, tree in guests.items() if name not in taken}
        self.table = table.resolve()
        findings += [
            Diagnostic(
                "roster.there-already",
                f'there is a brand "{name}" in content/brands',
                guests[name].span(()),
                help="give the row another name, or take it out",
            )
            for name in taken
        ]
        return [name for name in guests if name not in taken], findings

    def dismiss(self, brand_id: str) -> None:
        """Take out a brand that has no folder."""
        self._guests.pop(brand_id)

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
    def icon_ids(self) -> tuple[str, ...]:
        return _stems(self.styles / "icons", "*.svg")

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

    def known(self, what: str) -> Sequence[str]:
        """Give the names of all that there is of one sort: item, brand, edition, region, language, theme."""
        names: dict[str, Sequence[str]] = {
            "item": tuple(self.handout_paths),
            "brand": self.brand_ids,
            "edition": self.edition_ids,
            "region": self.region_ids,
            "language": self.language_ids,
            "theme": self.theme_ids,
        }
        return names[what]

    # -- models ----------------------------------------------------------------------------------

    @cached_property
    def plan(self) -> Plan:
        path = self.root / "bifolio.yaml"
        return self._model(Plan, path, "project", DesignError) if path.exists() else Plan()

    def plan_span(self, *steps: str | int) -> Span | None:
        """Point at a place in bifolio.yaml; none when the file does not say it."""
        tree = self.trees.get("bifolio.yaml")
        return tree.span(steps) if tree and tree.there(steps) == steps else None

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

    @property
    def defaults(self) -> dict[str, Any]:
        """Blocks that handouts share, a block kind → its fields."""
        return self._shared[0]

    @property
    def safety(self) -> Mapping[str, SafetySentence]:
        """Sentences about dangers that handouts share, by name."""
        return self._shared[1]

    @cached_property
    def _shared(self) -> tuple[dict[str, Any], dict[str, SafetySentence]]:
        """What handouts share: content/defaults.yaml."""
        path = self.content / "defaults.yaml"
        if not path.exists():
            return {}, {}
        sentences, findings = safety_sentences(self._tree(path))
        if not findings:  # else the names of faulty sentences would be faults, too
            tree, lost = with_sentences(self._tree(path), sentences)
            findings = [*lost, *shared_blocks(tree), *self._lost_names(tree)]
        if findings:
            raise ContentError(findings)
        return tree.value or {}, sentences

    def handout(self, item: str) -> Handout:
        """Give a handout as every reader gets it; see `open_handout`."""
        whole = self.open_handout(item)
        kept = self._sayings.get(item)
        if kept is None or kept[0] is not whole:
            kept = self._sayings[item] = whole, whole.saying()
        return kept[1]

    def open_handout(self, item: str) -> Handout:
        """Give a handout with all its references checked, those of the shared blocks too.

        The words that one person's copy may say otherwise are still open: `{partner}`.
        """
        tree = self.handout_tree(item)
        if kept := self._handouts.get(item):
            as_read, parts, whole = kept
            if as_read is tree and all(self.handout(name) is part for name, part in parts.items()):
                return whole
        self._refuse_name(item)
        handout, findings = validate(Handout, tree, "content", {"defaults": self.defaults})
        findings += [*self._filled[tree.source.name][2], *self._lost_names(tree), *sections(tree)]
        if handout is not None:
            findings += self._not_to_bind(handout, tree)
        if handout is None or findings:
            raise ContentError(findings)
        parts = self._parts(handout)
        whole = bind(handout, parts) if parts else handout
        self._handouts[item] = tree, parts, whole
        return whole

    def _not_to_bind(self, booklet: Handout, tree: Tree) -> Iterable[Diagnostic]:
        """Find the names in a booklet that are no handouts."""
        known = tuple(name for name, path in self.handout_paths.items() if path.parent.name == "handouts")
        for position, name in enumerate(booklet.handouts):
            if name not in known:
                yield unknown("item", name, known, tree.span(("handouts", position)))

    def _parts(self, booklet: Handout) -> dict[str, Handout]:
        """Give the handouts that a booklet binds; raise all that is wrong with any of them."""
        parts: dict[str, Handout] = {}
        findings: list[Diagnostic] = []
        for name in dict.fromkeys(booklet.handouts):
            try:
                parts[name] = self.handout(name)
            except ContentError as failure:
                findings += failure.findings
        if findings:
            raise ContentError(findings)
        return parts

    def _lost_names(self, tree: Tree) -> list[Diagnostic]:
        """Find the facts, figures and icons that a file names and that are not there."""
        pictures = named_pictures(tree, self.figure_ids, self.icon_ids)
        return [*cited_facts(tree, self.evidence), *pictures]

    def _refuse_name(self, item: str) -> None:
        """Refuse a file whose name would not do in the names of finished files, or that two files have."""
        path = self.handout_paths.get(item)
        if path is None:
            return
        twins = [self.content / folder / f"{item}.yaml" for folder in ("booklets", "handouts")]
        if all(twin.exists() for twin in twins):
            raise ContentError(
                Diagnostic(
                    "content.same-name",
                    f'a booklet has the name "{item}", too',
                    where=relative_name(path, self.root),
                    help="give one of the two files another name",
                )
            )
        if not NAME.fullmatch(item) or item in _TAKEN:
            raise ContentError(_bad_name("content", "file", item, relative_name(path, self.root)))

    def check_words(self, item: str, region: Region) -> list[Diagnostic]:
        """Find words of a handout that a region does not have."""
        whole = self._written_tree(item)
        trees = [self._written_tree(name) for name in whole.value.get("handouts") or ()]
        shared = self.trees.get("content/defaults.yaml")
        words = {*region.all_words}
        found = [
            finding
            for tree in (whole, *trees)
            for finding in region_words(tree, words | set(tree.value.get("words") or ()), region.id)
        ]
        return [*found, *region_words(shared, words, region.id)] if shared else found

    def letters(self, item: str) -> int:
        """Tell how long a handout is as it is written, with all that it binds."""
        whole = self.handout_tree(item)
        trees = (whole, *(self.handout_tree(name) for name in self.handout(item).handouts))
        return sum(len(tree.source.text) for tree in trees)

    def handout_tree(self, item: str) -> Tree:
        """Return a handout's file with the safety sentences that it names in their places."""
        tree = self._written_tree(item)
        kept = self._filled.get(tree.source.name)
        if kept is None or kept[0] is not tree:
            names_one = "safety" in tree.source.text  # else a fault of the shared sentences is none of it
            filled, lost = with_sentences(tree, self.safety) if names_one else (tree, [])
            kept = self._filled[tree.source.name] = tree, filled, lost
        return kept[1]

    def _written_tree(self, item: str) -> Tree:
        path = self.handout_paths.get(item)
        if path is None:
            raise self._unknown("item", item, tuple(self.handout_paths), RequestError)
        return self._tree(path)

    def brand(self, brand_id: str) -> Brand:
        """Give a brand; one that says no name has that of its folder, or of its row."""
        brand = self._brand(brand_id)
        return brand if brand.name else brand.called(name_after(brand_id))

    def _brand(self, brand_id: str) -> Brand:
        if brand_id in self._guests:
            return self._model_of(Brand, brand_id, self._guests[brand_id][0], "brand", DesignError)
        path = self.brand_folder(brand_id) / "_brand.yml"
        if not NAME.fullmatch(brand_id):
            raise DesignError(_bad_name("brand", "folder", brand_id, relative_name(path, self.root)))
        return self._model(Brand, path, "brand", DesignError)

    def try_brand(self, brand_id: str, text: str, logo: Logo | None) -> None:
        """Let a brand say what is not saved, from now on and in this library only; none keeps its logo."""
        path = self.brand_folder(brand_id) / "_brand.yml"
        name = relative_name(path, self.root)
        self.trees[name] = parse(text, name)
        self._logos = {key: kept for key, kept in self._logos.items() if key[0] != brand_id}
        if logo is not None:
            self._logos[brand_id, logo.file_name] = logo

    def try_handout(self, item: str, text: str) -> Tree:
        """Let a handout say what is not saved, from now on and in this library only."""
        name = self.handout_tree(item).source.name
        self.trees[name] = parse(text, name)
        return self.trees[name]

    def brand_span(self, brand_id: str, *steps: str | int) -> Span:
        """Point at a place in a brand file."""
        return self._brand_tree(brand_id).span(steps)

    def _brand_tree(self, brand_id: str) -> Tree:
        if brand_id in self._guests:
            return self._guests[brand_id][0]
        return self._tree(self.brand_folder(brand_id) / "_brand.yml")

    def brand_warnings(self, brand_id: str) -> list[Diagnostic]:
        """Give what a brand file holds that this program does not use, and what of its logo could be better."""
        brand = self.brand(brand_id)
        tree = self._brand_tree(brand_id)
        found = list(unused_keys(brand, tree))
        if not self._brand(brand_id).name:
            found.append(
                Diagnostic(
                    "brand.no-name",
                    f'the clinic has no name, so its pages say "{brand.name}"',
                    tree.span(("meta",), key=True),
                    help='say it: meta: {name: "…"}',
                    severity=Severity.WARNING,
                )
            )
        found += [
            Diagnostic(
                "brand.not-fetched",
                f'"{shorten(address)}" is in the web, and nothing is fetched',
                tree.find(address),
                help="save the file beside _brand.yml, and name it here",
                severity=Severity.WARNING,
            )
            for address in brand.online_files
        ]
        found += [
            Diagnostic(
                "brand.no-room",
                f'"{name}" is not printed: the panel holds {LINES} lines of contact',
                tree.span(("defaults", "bifolio", name), key=True),
                help="take another line out: the first ones are printed of " + ", ".join(brand.contact),
                severity=Severity.WARNING,
            )
            for name in brand.contact[LINES:]
        ]
        found += _not_linked(brand.clinic, tree, self.country(brand_id, self.plan.region))
        found += self.typeface(brand_id).remarks
        found += [
            replace(remark, span=tree.find(name))
            for name, logo in self._logos_of(brand_id, brand).items()
            for remark in logo.remarks
        ]
        found += [
            Diagnostic(
                "brand.logo-unseen",
                f"the logo cannot be seen on {ground}",
                tree.find(name),
                help='give each its own: logo: {medium: {light: …, dark: …}}, "light" for paper and "dark" for dark screens',
                severity=Severity.WARNING,
            )
            for name, logo in self._logos_of(brand_id, brand).items()
            for ground, colour in (("white paper", PAPER), ("a dark screen", _DARK))
            if name == (brand.logo_path if colour == PAPER else brand.dark_logo_path)
            and logo.paints
            and all(contrast(paint, colour) < _SEEN for paint in logo.paints)
        ]
        return found

    def approvals(self, brand_id: str) -> dict[tuple[str, str, str], Approval]:
        """Give a brand's approvals by item, region and language."""
        return {approval.key: approval for approval in self._approved(brand_id)}

    def _approved(self, brand_id: str) -> tuple[Approval, ...]:
        path = self.brand_folder(brand_id) / APPROVALS
        if brand_id in self._guests or not path.exists():
            return ()
        return self._model(Approvals, path, "brand", DesignError).approvals

    def approved_wording(self, brand_id: str, approval: Approval) -> str | None:
        """Give the wording that an approval was a yes to; none where it is not kept, or was touched."""
        path = self.brand_folder(brand_id) / kept_at(approval.key)
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        return text if digest(text) == approval.text else None

    def approval_span(self, brand_id: str, approval: Approval) -> Span:
        """Point at an approval in approvals.yaml."""
        tree = self._tree(self.brand_folder(brand_id) / APPROVALS)
        at = [entry.key for entry in self._approved(brand_id)].index(approval.key)
        return tree.span(("approvals", at, "item"))

    def brand_folder(self, brand_id: str) -> Path:
        """Give where the files lie that a brand names."""
        if brand_id in self._guests:
            return self._guests[brand_id][1]
        if brand_id not in self.brand_ids:
            raise self._unknown("brand", brand_id, self.brand_ids, RequestError)
        return self.content / "brands" / brand_id

    def region(self, region_id: str) -> Region:
        if region_id not in self.region_ids:
            raise self._unknown("region", region_id, self.region_ids, RequestError)
        path = self.content / "regions" / f"{region_id}.yaml"
        region = self._model(Region, path, "region", ContentError)
        if region.id != region_id:
            raise ContentError(
                Diagnostic(
                    "region.other-id",
                    f'the file is "{path.name}", and its id is "{region.id}"',
                    self._tree(path).span(("id",)),
                    help=f'write "id: {region_id}", or rename the file',
                )
            )
        return region

    def edition(self, edition_id: str, asked: tuple[str, ...] = ()) -> Edition:
        """Give an edition with the tokens, templates and tables of the one that it is like; `asked` are those that led here."""
        if edition_id not in self.edition_ids:
            raise self._unknown("edition", edition_id, self.edition_ids, RequestError)
        path = self.styles / "editions" / f"{edition_id}.yaml"
        edition = self._model(Edition, path, "edition", DesignError)
        if lost := list(self._lost_editions(edition, self._tree(path))):
            raise DesignError(lost)
        if edition_id in asked:
            raise DesignError(
                Diagnostic(
                    "edition.like",
                    f'"like" leads round in a circle: {", ".join((*asked, edition_id))}',
                    self._tree(path).span(("like",)),
                    help="let one of them stand alone",
                )
            )
        odd = [
            Diagnostic(
                "edition.unknown-token",
                f'there is no token "{name}"',
                self._tree(path).span((where, name), key=True),
                help=suggest(name, self.token_names, "tokens", limit=80),
            )
            for where in ("tokens", "inner")
            for name in getattr(edition, where)
            if name not in self.token_names
        ]
        if odd:
            raise DesignError(odd)
        if edition.like is None:
            return edition
        shared = self.edition(edition.like, (*asked, edition_id))
        own = edition.model_fields_set
        kept = {
            name: getattr(shared, name)
            for name in ("templates", "table_columns", "figure_scale")
            if name not in own
        }
        tokens = {"tokens": {**shared.tokens, **edition.tokens}, "inner": {**shared.inner, **edition.inner}}
        return edition.model_copy(update={**kept, **tokens})

    def _lost_editions(self, edition: Edition, tree: Tree) -> Iterable[Diagnostic]:
        """Find the editions that one names and that are not there."""
        named: dict[Steps, str] = {("instead", kind): other for kind, other in edition.instead.items()}
        if edition.like:
            named |= {("like",): edition.like}
        for steps, other in named.items():
            if other not in self.edition_ids:
                yield unknown("edition", other, self.edition_ids, tree.span(steps))

    @cached_property
    def token_names(self) -> frozenset[str]:
        """The tokens that styles/tokens.css declares; an edition gives them other values."""
        try:
            text = (self.styles / "tokens.css").read_text("utf-8")
        except (OSError, UnicodeDecodeError):  # composing tells of a stylesheet that cannot be read
            return frozenset()
        return frozenset(re.findall(r"--([a-z0-9-]+)\s*:", text))

    def locale(self, language: str) -> Locale:
        if language not in self.language_ids:
            raise self._unknown("language", language, self.language_ids, RequestError)
        path = self.content / "locales" / f"{language}.yaml"
        locale = self._model(Locale, path, "locale", DesignError)
        if findings := list(self._unlike_english(locale, self._tree(path))):
            raise DesignError(findings)
        return locale

    def _unlike_english(self, locale: Locale, tree: Tree) -> Iterable[Diagnostic]:
        """Find labels that templates ask for and a locale lacks: the engine's English has them all."""
        english = self._english
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

    @cached_property
    def _english(self) -> Locale | None:
        path = ENGINE / "content" / "locales" / "en.yaml"
        return validate(Locale, load(path, ENGINE), "locale")[0] if path.exists() else None

    def typeface(self, brand_id: str) -> Typeface:
        """Give what a brand changes of the type; nothing where it names no families."""
        typography = self.brand(brand_id).typography
        if typography.base is None and typography.headings is None:
            return PLAIN
        key = brand_id, repr(typography)
        if key not in self._typefaces:
            span = self.brand_span(brand_id, "typography")
            folder = self.brand_folder(brand_id)
            self._typefaces[key] = choose(typography, folder, self.styles / "fonts", span)
        return self._typefaces[key]

    def own(self, brand_id: str) -> Own:
        """Give all that a brand has of its own that has a say in the layout."""
        lines = self.own_lines(brand_id)
        return Own(
            lines=lines,
            country=self.country(brand_id) if lines else None,
            typeface=self.typeface(brand_id),
            tokens=self.own_theme(brand_id),
            parts=self.own_parts(brand_id),
            intro=self.brand(brand_id).clinic.intro,
        )

    def own_theme(self, brand_id: str) -> Mapping[str, str]:
        """Give the tokens that a brand's theme file sets, checked for contrast in the brand's colours."""
        path = self.brand_folder(brand_id) / THEME
        if brand_id in self._guests or not path.exists():
            return {}
        source, seed = read_text(path, self.root), self.brand(brand_id).color.seed or DEFAULT_SEED
        key = source.text, seed
        if key not in self._themes:
            own = read_theme(source, self.theme_tokens)
            plain = self.plain_tokens
            if findings := misfits(source, own, plain) or faint(source, own, plain, derive(seed)):
                raise DesignError(findings)
            self._themes[key] = own
        return self._themes[key]

    def own_parts(self, brand_id: str) -> dict[str, Source]:
        """Read the templates that a brand has in the place of the project's, by name; only parts may be there."""
        folder = self.brand_folder(brand_id) / "templates"
        if brand_id in self._guests or not folder.is_dir():
            return {}
        parts = {path.name for path in (self.templates / "parts").glob("*.j2")}
        paths = _seen(path for path in folder.rglob("*") if path.is_file())
        wrong = [
            Diagnostic(
                "brand.no-such-part",
                "a clinic may have a part of a page of its own, and this is none",
                where=relative_name(path, self.root),
                help=suggest(path.name, parts, "parts, in templates/parts", limit=40),
            )
            for path in paths
            if path.parent != folder / "parts" or path.name not in parts
        ]
        if wrong:
            raise DesignError(wrong)
        try:
            return {f"parts/{path.name}": read_text(path, self.root) for path in paths}
        except ContentError as broken:
            raise DesignError(broken.findings) from broken

    @cached_property
    def plain_tokens(self) -> dict[str, str]:
        """The tokens of the plain theme: those of styles/tokens.css."""
        return tokens_of((self.styles / "tokens.css").read_text("utf-8"))

    @cached_property
    def theme_tokens(self) -> frozenset[str]:
        """The tokens that themes of the project set: colours, and the weights of lines."""
        texts = [path.read_text("utf-8") for path in (self.styles / "themes").glob("*.css")]
        return frozenset(name for text in texts for name in tokens_of(text))

    def country(self, brand_id: str, region: str | None = None) -> str | None:
        """Return the country of a brand's telephone numbers: that of the region it names, or else of `region`.

        None where no region is named, or what names the country cannot be read; whoever builds with it is told.
        """
        named = self.brand(brand_id).clinic.region or region
        with suppress(PressError):
            return self.region(named).country if named else None
        return None

    def own_lines(self, brand_id: str) -> tuple[SupportLine, ...]:
        """Give the support lines of a brand itself."""
        lines = self.brand(brand_id).clinic.lines
        return tuple(line.as_line(number) for number, line in enumerate(lines, 1))

    def logo(self, brand_id: str, brand: Brand, colour: str) -> str | None:
        """Give a brand's logo, cleaned, as a data address; none when it has no logo.

        `colour` is what `currentColor` in it becomes.
        """
        logo = self._logos_of(brand_id, brand).get(brand.logo_path or "")
        return logo.address(colour) if logo else None

    def dark_logo(self, brand_id: str, brand: Brand, colour: str) -> str | None:
        """Give a brand's logo for dark screens, as `logo` does; none where that for light pages has to do.

        One that is drawn in `currentColor` alone needs no other: it takes the colour of the night.
        """
        logos = self._logos_of(brand_id, brand)
        logo = logos.get(brand.dark_logo_path or "")
        if logo is None and (plain := logos.get(brand.logo_path or "")) and plain.is_plain:
            logo = plain
        return logo.address(colour) if logo else None

    def _logos_of(self, brand_id: str, brand: Brand) -> dict[str, Logo]:
        """Give the cleaned logos of a brand by the names that it gives them: for light pages, and for dark screens."""
        names = [name for name in (brand.logo_path, brand.dark_logo_path) if name]
        for name in names:
            if (brand_id, name) not in self._logos:
                use = LogoUse.PRINT if name == brand.logo_path else LogoUse.SCREEN
                self._logos[brand_id, name] = self._read_logo(brand_id, name, use)
        return {name: self._logos[brand_id, name] for name in names}

    def _read_logo(self, brand_id: str, name: str, use: LogoUse) -> Logo:
        folder = self.brand_folder(brand_id)
        tree = self._brand_tree(brand_id)
        span = tree.find(name) or tree.span(("logo",))
        try:
            path = (folder / name).resolve()
        except (OSError, RuntimeError):  # links that lead round in a circle
            path = folder / name
        if not path.is_relative_to(folder.resolve()):
            raise DesignError(
                Diagnostic(
                    "brand.logo-outside",
                    "the logo lies outside the clinic's own folder",
                    span,
                    help="copy the file beside _brand.yml and name it here",
                )
            )
        return read_logo(path, span, use, self.font_files, Store(self.root / STORE))

    @cached_property
    def font_files(self) -> tuple[Path, ...]:
        """The project's own fonts, in which the text of a logo may be set."""
        return tuple(sorted((self.styles / "fonts").glob("*.ttf")))

    def drawing(self, name: str) -> Drawing:
        """Give a figure's template and its words."""
        folder = self.content / "figures"
        words = self._model(FigureWords, folder / f"{name}.yaml", "figure", ContentError)
        lost = list(named_pictures(self._tree(folder / f"{name}.yaml"), (), self.icon_ids))
        if lost:
            raise ContentError(lost)
        path = folder / f"{name}.svg.j2"
        try:
            return Drawing(path.read_text("utf-8"), words)
        except (OSError, UnicodeDecodeError) as error:
            raise ContentError(
                Diagnostic(
                    "figure.unreadable",
                    "the drawing cannot be read as UTF-8 text",
                    where=relative_name(path, self.root),
                    help="save it anew as plain SVG",
                )
            ) from error

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

    # -- what a file is made from ----------------------------------------------------------------

    def made_from(self, job: Job, snapshot: Snapshot) -> tuple[str, tuple[str, ...]]:
        """Give one digest of all that has a say in a job's file, and the names of the files among it.

        Files tell as they are, facts by what they say.
        """
        handout = self.handout(job.item)
        items = (job.item, *handout.handouts)
        clinic = self.brand(job.brand).clinic
        kinds = handout.block_kinds
        blocks = tuple(f"templates/blocks/{kind}.html.j2" for kind in kinds)
        files = (
            "engine",
            "engine/bifolio/",
            *(relative_name(self.handout_paths[item], self.root) for item in items),
            "content/defaults.yaml",
            *(f"content/regions/{region}.yaml" for region in (job.region, clinic.region) if region),
            f"content/locales/{job.language}.yaml",
            f"content/brands/{job.brand}/",
            *(f"content/figures/{name}." for name in handout.figures),
            *(f"styles/{name}" for name in ("tokens.css", "base.css", "page.css", "sheet.css")),
            *(f"styles/{name}/" for name in ("parts", "flow", "fonts", "icons", "editions")),
            *(f"styles/components/{kind}.css" for kind in kinds),
            f"styles/themes/{job.theme}.css",
            *(name for name in snapshot.under("templates/") if "/blocks/" not in name),
            *blocks,
        )
        said = self._said_by_facts(job.item, handout)
        if job.brand in self._guests:
            logos = self._logos_of(job.brand, self.brand(job.brand))
            said += digest(f"{self._guests[job.brand][0].value!r} {logos!r}")
        return f"{job!r} {snapshot.of(files)} {said}", files

    def _said_by_facts(self, item: str, handout: Handout) -> str:
        """Write out what a handout cites; once for all clinics."""
        kept = self._cited.get(item)
        if kept is None or kept[0] is not handout:
            cites = handout.cites
            facts = {fact: self.evidence.facts[fact] for fact in cites}
            kept = self._cited[item] = handout, digest(f"{facts!r} {self.evidence.references(cites)!r}")
        return kept[1]

    # -- files -----------------------------------------------------------------------------------

    def place_of(self, words: str, where: str) -> Span | None:
        """Point at words that a page shows, first in the handout or brand that `where` names; or nowhere.

        A page may show them otherwise than they were typed, so a long word of them will do.
        """
        names = set(re.split(r"[ .]", where))
        guests = [self._guests[name][0] for name in names & self._guests.keys()]
        trees = guests + sorted(
            self.trees.values(), key=lambda tree: not names & set(re.split(r"[/.]", tree.source.name))
        )
        long = max(words.split(), key=len, default="")
        for part in (words, long if len(long) > 12 else words):
            for tree in trees:
                if span := tree.find(part):
                    return span
        return None

    def style_place_of(self, declaration: str) -> Span | None:
        """Point at a declaration in a stylesheet of the project; none where it is not found."""
        for path in sorted(self.styles.rglob("*.css")):
            text = path.read_text("utf-8", errors="replace")
            source = Source(f"styles/{path.relative_to(self.styles).as_posix()}", text)
            at = source.text.find(declaration)
            if at >= 0:
                return source.place(at, len(declaration))
        return None

    def forget(self, path: Path) -> None:
        """Read a file anew when it is next asked for: it was just written."""
        self.trees.pop(relative_name(path, self.root), None)

    def _tree(self, path: Path) -> Tree:
        root = self.root if path.is_relative_to(self.root) else ENGINE
        name = relative_name(path, root)
        if name not in self.trees:
            self.trees[name] = load(path, root)
        return self.trees[name]

    def _model(self, cls: type[M], path: Path, subject: str, error: type[PressError]) -> M:
        try:
            tree = self._tree(path)
        except ContentError as broken:
            raise error(broken.findings) from broken
        return self._model_of(cls, tree.source.name, tree, subject, error)

    def _model_of(self, cls: type[M], name: str, tree: Tree, subject: str, error: type[PressError]) -> M:
        """Give the model of a tree that goes by a name; validated once, for as long as the tree is that one."""
        kept = self._models.get((cls, name))
        if kept is None or kept[0] is not tree:
            model, findings = validate(cls, tree, subject)
            if model is None:
                raise error(findings)
            kept = self._models[cls, name] = tree, model
        return cast("M", kept[1])

    @staticmethod
    def _unknown(what: str, name: str, known: tuple[str, ...], error: type[PressError]) -> PressError:
        return error(unknown(what, name, known))


def _not_linked(clinic: Clinic, tree: Tree, country: str | None) -> Iterable[Diagnostic]:
    """Find phone numbers that are printed without a link, as nobody can be certain what to dial."""
    written: dict[Steps, tuple[str | None, Scheme]] = {("phone",): (clinic.phone, "tel")}
    for at, line in enumerate(clinic.lines):
        written |= {("lines", at, "phone"): (line.phone, "tel"), ("lines", at, "text"): (line.text, "sms")}
    for steps, (words, scheme) in written.items():
        numbers = numbers_in(words, country, scheme) if words else ()
        # A contact line is one link in a PDF; of a support line each number is one, where there are links at all.
        if not words or dialled(numbers) or (numbers and len(steps) > 1):
            continue
        why = "is printed without a link: no number in it is certain"
        cure = (
            'write one number with its area code, as in "(202) 555-0143" or "020 7946 0101 ext. 12"; '
            'one of another country begins with "+"'
        )
        if numbers:
            why = f"has {len(numbers)} numbers; where they stand on one line of a PDF, there is no link"
            cure = "to be certain of a link there, keep only the number to call first"
        elif not any(map(str.isdigit, words)):
            why = "is printed without a link: there is no number in it"
        message = f'"{shorten(words)}" {why}'
        span = tree.span(("defaults", "bifolio", *steps))
        yield Diagnostic("brand.phone-no-link", message, span, help=cure, severity=Severity.WARNING)


_DARK = "#181818"
"""About what a page is on a dark screen, whatever a clinic's colour."""

_SEEN = 1.4
"""The least contrast of a logo: far below what WCAG asks of signs, which sets logos free (1.4.11)."""

_TAKEN = frozenset({"index", "proof"})
"""Names that files of our own have: the shelf's page, a clinic's proof."""


def _bad_name(subject: str, what: str, name: str, where: str) -> Diagnostic:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if name in _TAKEN:
        return Diagnostic(
            f"{subject}.bad-name",
            f'a {what} of our own is called "{name}"',
            where=where,
            help="give it another name",
        )
    return Diagnostic(
        f"{subject}.bad-name",
        f'the {what} cannot be called "{shorten(name)}"',
        where=where,
        help="use small letters, digits and hyphens" + (f": {slug}" if NAME.fullmatch(slug) else ""),
    )


def _seen(paths: Iterable[Path]) -> list[Path]:
    """Sort paths, and leave out what editors and file managers hide between them (.#x.yaml, ._x.yaml)."""
    return sorted(path for path in paths if not path.name.startswith("."))


def _stems(folder: Path, pattern: str) -> tuple[str, ...]:
    return tuple(path.stem for path in _seen(folder.glob(pattern)))
