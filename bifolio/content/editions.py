"""Editions, themes and their tokens: what styles/ says of forms and looks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from bifolio.branding.fonts import Families, families
from bifolio.branding.palette import tokens_of
from bifolio.content.catalogue import Catalogue, unknown
from bifolio.content.reader import ContentReader
from bifolio.core.diagnostics import DesignError, Diagnostic, Source, Span, suggest
from bifolio.core.files import ProjectFiles
from bifolio.core.source_tree import SourceTree, Steps
from bifolio.model.edition import Edition


class Editions:
    """The editions and themes of a project."""

    def __init__(self, reader: ContentReader, catalogue: Catalogue) -> None:
        self._reader = reader
        self._catalogue = catalogue

    def edition(self, edition_id: str) -> Edition:
        """Return an edition with the tokens, templates and tables of the one that it is like."""
        return self._reader.once("edition", edition_id, lambda: self._edition(edition_id, ()))

    def _edition(self, edition_id: str, asked: tuple[str, ...]) -> Edition:
        """`asked` are the editions that led here by their `like`."""
        self._catalogue.expect("edition", edition_id)
        name = f"styles/editions/{edition_id}.yaml"
        edition = self._reader.model(Edition, name, "edition", DesignError)
        tree = self._reader.tree(name)
        if lost := list(self._lost_editions(edition, tree)):
            raise DesignError(lost)
        if edition_id in asked:
            raise DesignError(
                Diagnostic(
                    "edition.like",
                    f'"like" leads round in a circle: {", ".join((*asked, edition_id))}',
                    tree.span(("like",)),
                    help="let one of them stand alone",
                )
            )
        if odd := list(self._unknown_tokens(edition, tree)):
            raise DesignError(odd)
        if edition.like is None:
            return edition
        shared = self._edition(edition.like, (*asked, edition_id))
        inherited = {
            name: getattr(shared, name)
            for name in ("templates", "table_columns", "figure_scale")
            if name not in edition.model_fields_set
        }
        tokens = {"tokens": {**shared.tokens, **edition.tokens}, "inner": {**shared.inner, **edition.inner}}
        return edition.model_copy(update={**inherited, **tokens})

    def _lost_editions(self, edition: Edition, tree: SourceTree) -> Iterable[Diagnostic]:
        """Find the editions that one names and that are not there."""
        named: dict[Steps, str] = {("instead", kind): other for kind, other in edition.instead.items()}
        if edition.like:
            named |= {("like",): edition.like}
        for steps, other in named.items():
            if other not in self._catalogue.editions:
                yield unknown("edition", other, self._catalogue.editions, tree.span(steps))

    def _unknown_tokens(self, edition: Edition, tree: SourceTree) -> Iterable[Diagnostic]:
        for where in ("tokens", "inner"):
            for name in getattr(edition, where):
                if name not in self.token_names:
                    yield Diagnostic(
                        "edition.unknown-token",
                        f'there is no token "{name}"',
                        tree.span((where, name), key=True),
                        help=suggest(name, self.token_names, "tokens", limit=80),
                    )

    # -- tokens ----------------------------------------------------------------------------------

    @cached_property
    def token_names(self) -> frozenset[str]:
        """The tokens that styles/tokens.css declares; an edition gives them other values."""
        return frozenset(re.findall(r"--([a-z0-9-]+)\s*:", self._style("styles/tokens.css")))

    @cached_property
    def plain_tokens(self) -> dict[str, str]:
        """The tokens of the plain theme: those of styles/tokens.css."""
        return tokens_of(self._style("styles/tokens.css"))

    @cached_property
    def theme_tokens(self) -> frozenset[str]:
        """The tokens that themes of the project set: colours, and the weights of lines."""
        texts = map(self._style, self._reader.files.names("styles/themes", ".css"))
        return frozenset(name for text in texts for name in tokens_of(text))

    @cached_property
    def shipped_families(self) -> Families:
        """The families of fonts that the project brings."""
        return self._reader.memory.make(("families", self.fonts_digest), lambda: families(self.font_files))

    @cached_property
    def font_files(self) -> tuple[Path, ...]:
        """The project's own fonts, in which the text of a logo may be set."""
        files = self._reader.files
        return tuple(map(files.path, files.names("styles/fonts", ".ttf")))

    @cached_property
    def fonts_digest(self) -> str:
        """What changes whenever one of these fonts does."""
        return self._reader.files.digest("styles/fonts/")

    def theme_summary(self, theme_id: str) -> str:
        """Return what the first comment of a theme file says of it."""
        comment = self._style(f"styles/themes/{theme_id}.css").partition("/*")[2].partition("*/")[0]
        return " ".join(comment.split()).split(": ", 1)[-1]

    def _style(self, name: str) -> str:
        """Return the text of a stylesheet; composing tells of one that cannot be read."""
        try:
            return self._reader.files.read_bytes(name).decode("utf-8", errors="replace")
        except OSError:
            return ""


def place_of_declaration(files: ProjectFiles, declaration: str) -> Span | None:
    """Point at a declaration in a stylesheet of a project; None where it is not found."""
    for name in files.beginning("styles/"):
        if name.endswith(".css"):
            source = Source(name, files.read_bytes(name).decode("utf-8", errors="replace"))
            at = source.text.find(declaration)
            if at >= 0:
                return source.place(at, len(declaration))
    return None
