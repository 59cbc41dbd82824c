"""Handouts and booklets: files → models with all their references checked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

from bifolio.content.booklets import bind
from bifolio.content.catalogue import Catalogue, unknown
from bifolio.content.reader import ContentReader, key_of
from bifolio.content.validation import (
    cited_facts,
    cut_texts,
    named_pictures,
    region_words,
    safety_sentences,
    sections,
    shared_blocks,
    validate,
    with_sentences,
)
from bifolio.core.diagnostics import ContentError, Diagnostic, shorten, suggest
from bifolio.core.fingerprints import fingerprint_of
from bifolio.core.source_tree import SourceTree
from bifolio.model.base import id_fault
from bifolio.model.evidence import Evidence, Facts, Sources
from bifolio.model.figure import Drawing, FigureWords
from bifolio.model.handout import Handout
from bifolio.model.house_words import SafetySentence
from bifolio.model.region import Region

FACTS, SOURCES, DEFAULTS = "content/facts.yaml", "content/sources.yaml", "content/defaults.yaml"

_TAKEN = frozenset({"index", "proof"})
"""Names that files of our own have: the shelf's page, a clinic's proof."""


class Handouts:
    """The handouts and booklets of a project, and what they refer to."""

    def __init__(self, reader: ContentReader, catalogue: Catalogue) -> None:
        self._reader = reader
        self._memory = reader.memory
        self._catalogue = catalogue

    def tree(self, item: str) -> SourceTree:
        """Return the file of a handout with the safety sentences that it names in their places.

        Raises RequestError where there is none.
        """
        return self._filled(item)[0]

    def _filled(self, item: str) -> tuple[SourceTree, list[Diagnostic]]:
        """Return a handout's file with its safety sentences, and the names of those that are not there."""
        tree = self._written_tree(item)
        if "safety" not in tree.source.text:  # else a fault of the shared sentences is none of it
            return tree, []
        key = "filled", *key_of(tree), self._reader.text(DEFAULTS)
        return self._memory.make(key, lambda: with_sentences(tree, self.safety))

    def _written_tree(self, item: str) -> SourceTree:
        self._catalogue.expect("item", item)
        return self._reader.tree(self._catalogue.handouts[item])

    def handout(self, item: str) -> Handout:
        """Return a handout as every reader gets it; see `open`."""
        return self._reader.once("handout", item, lambda: self._said(self.open(item)))

    def _said(self, whole: Handout) -> Handout:
        return self._memory.make(("said", fingerprint_of(whole)), whole.saying) if whole.words else whole

    def open(self, item: str) -> Handout:
        """Return a handout with all its references checked, those of the shared blocks too.

        The words that one person's copy may say otherwise are still open: `{partner}`.
        """
        return self._reader.once("open handout", item, lambda: self._open(item))

    def _open(self, item: str) -> Handout:
        tree = self.tree(item)
        self._refuse_name(item)
        key = ("handout", *key_of(tree), *self._context)
        handout = self._memory.make(key, lambda: self._validated(*self._filled(item)))
        parts = self._parts(handout, tree)
        if not parts:
            return handout
        key = ("bound", fingerprint_of(handout), *map(fingerprint_of, parts.values()))
        return self._memory.make(key, lambda: bind(handout, parts))

    @cached_property
    def _context(self) -> tuple[Any, ...]:
        """All that a handout's own file is checked against."""
        texts = [self._reader.text(name) for name in (FACTS, SOURCES, DEFAULTS)]
        catalogue = self._catalogue
        return *texts, catalogue.figures, catalogue.icons, catalogue.languages

    def _validated(self, tree: SourceTree, lost: Iterable[Diagnostic]) -> Handout:
        handout, findings = validate(Handout, tree, "content", {"defaults": self.defaults})
        findings += [*lost, *self._lost_names(tree), *sections(tree), *cut_texts(tree)]
        if handout is not None:
            findings += [
                *self._unbindable(handout, tree),
                *unknown_language(handout, tree, self._catalogue.languages),
            ]
        if handout is None or findings:
            raise ContentError(findings)
        return handout

    def _unbindable(self, booklet: Handout, tree: SourceTree) -> Iterable[Diagnostic]:
        """Find the names in a booklet that are no handouts."""
        paths = self._catalogue.handouts.items()
        known = tuple(name for name, path in paths if not path.startswith("content/booklets/"))
        for position, name in enumerate(booklet.handouts):
            if name not in known:
                yield unknown("item", name, known, tree.span(("handouts", position)))

    def _parts(self, booklet: Handout, tree: SourceTree) -> dict[str, Handout]:
        """Return the handouts that a booklet binds; raise all that is wrong with any of them."""
        if findings := list(self._unbindable(booklet, tree)):  # validated where there were others
            raise ContentError(findings)
        parts: dict[str, Handout] = {}
        for name in dict.fromkeys(booklet.handouts):
            try:
                parts[name] = self.handout(name)
            except ContentError as failure:
                findings += failure.findings
        if findings:
            raise ContentError(findings)
        return parts

    def _lost_names(self, tree: SourceTree) -> list[Diagnostic]:
        """Find the facts, figures and icons that a file names and that are not there."""
        pictures = named_pictures(tree, self._catalogue.figures, self._catalogue.icons)
        return [*cited_facts(tree, self.evidence), *pictures]

    def _refuse_name(self, item: str) -> None:
        """Refuse a file whose name would not do in the names of finished files, or that two files have."""
        name = self._catalogue.handouts[item]
        if others := [other for other in self._catalogue.files_of(item) if other != name]:
            raise ContentError(
                Diagnostic(
                    "content.same-name",
                    f'"{others[0]}" has the name "{item}", too',
                    where=name,
                    help="give one of the two files another name",
                )
            )
        if id_fault(item) or item in _TAKEN:
            raise ContentError(bad_name("content", "file", item, name))

    # -- what handouts refer to ------------------------------------------------------------------

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
        if not self._reader.files.is_file(DEFAULTS):
            return {}, {}
        sentences, findings = safety_sentences(self._reader.tree(DEFAULTS))
        if not findings:  # else the names of faulty sentences would be faults, too
            tree, lost = with_sentences(self._reader.tree(DEFAULTS), sentences)
            findings = [*lost, *shared_blocks(tree), *self._lost_names(tree)]
        if findings:
            raise ContentError(findings)
        return tree.value or {}, sentences

    @cached_property
    def evidence(self) -> Evidence:
        """All facts and sources, with every source that a fact names checked."""
        if not self._reader.files.is_file(FACTS):
            return Evidence()
        facts = self._reader.model(Facts, FACTS, "evidence", ContentError)
        sources = self._reader.model(Sources, SOURCES, "evidence", ContentError)
        key = "evidence", fingerprint_of(facts), fingerprint_of(sources)
        return self._memory.make(key, lambda: self._joined(facts, sources))

    def _joined(self, facts: Facts, sources: Sources) -> Evidence:
        tree = self._reader.tree(FACTS)
        lost = [
            Diagnostic(
                "evidence.unknown-source",
                f'the fact "{fact_id}" names the source "{key}", which is not there',
                tree.span(("facts", fact_id, "sources", position)),
                help=suggest(key, list(sources.sources), "sources"),
            )
            for fact_id, fact in facts.facts.items()
            for position, key in enumerate(fact.sources)
            if key not in sources.sources
        ]
        if lost:
            raise ContentError(lost)
        return Evidence(facts=facts.facts, sources=sources.sources)

    def drawing(self, name: str) -> Drawing:
        """Return a figure's template and its words."""
        return self._reader.once("drawing", name, lambda: self._drawing(name))

    def _drawing(self, name: str) -> Drawing:
        path = f"content/figures/{name}.yaml"
        words = self._reader.model(FigureWords, path, "figure", ContentError)
        lost = list(named_pictures(self._reader.tree(path), (), self._catalogue.icons))
        if lost:
            raise ContentError(lost)
        path = f"content/figures/{name}.svg.j2"
        try:
            return Drawing(self._reader.files.read_bytes(path).decode("utf-8"), words)
        except (OSError, UnicodeDecodeError) as error:
            raise ContentError(
                Diagnostic(
                    "figure.unreadable",
                    "the drawing cannot be read as UTF-8 text",
                    where=path,
                    help="save it again as plain SVG",
                )
            ) from error

    # -- what is asked of one --------------------------------------------------------------------

    def trees(self, item: str) -> tuple[SourceTree, ...]:
        """Return the file of a handout and those of all that it binds."""
        return tuple(map(self.tree, self._names(item)))

    def _names(self, item: str) -> tuple[str, ...]:
        value = self._written_tree(item).value
        bound = value.get("handouts") if isinstance(value, dict) else None
        return item, *(bound or ())

    def check_words(self, item: str, region: Region) -> list[Diagnostic]:
        """Find words of a handout that a region does not have."""

        def find() -> list[Diagnostic]:
            words = {*region.all_words}
            found = [
                finding
                for tree in trees
                for finding in region_words(tree, words | set(tree.value.get("words") or ()), region.id)
            ]
            return [*found, *(f for tree in shared for f in region_words(tree, words, region.id))]

        trees = tuple(map(self._written_tree, self._names(item)))
        shared = [self._reader.tree(DEFAULTS)] if self.defaults else []
        key = ("words", fingerprint_of(region), *map(key_of, (*trees, *shared)))
        return self._memory.make(key, find)

    def length(self, item: str) -> int:
        """Return how many characters a handout is written in, with all that it binds."""
        return sum(len(self._written_tree(name).source.text) for name in self._names(item))


def unknown_language(handout: Handout, tree: SourceTree, languages: Collection[str]) -> Iterable[Diagnostic]:
    """Find a language for which there are no labels: its pages would speak two languages."""
    if handout.language not in languages:
        yield Diagnostic(
            "content.unknown-language",
            f'there are no labels of pages in the language "{handout.language}"',
            tree.span(("language",)),
            help=f"translate content/locales/en.yaml as content/locales/{handout.language}.yaml; "
            + suggest(handout.language, languages, "languages"),
        )


def bad_name(subject: str, what: str, name: str, where: str) -> Diagnostic:
    """Return the finding that a file or folder cannot have its name."""
    if cure := id_fault(name):
        return Diagnostic(
            f"{subject}.bad-name", f'the {what} cannot be called "{shorten(name)}"', where=where, help=cure
        )
    return Diagnostic(
        f"{subject}.bad-name",
        f'a {what} of our own is called "{name}"',
        where=where,
        help="give it another name",
    )
