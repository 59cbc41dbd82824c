"""Files → trees and models, each made once for as long as it says the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from pydantic import BaseModel

from bifolio.content.validation import validate
from bifolio.core.cache import Memory
from bifolio.core.diagnostics import BifolioError, ContentError
from bifolio.core.files import ProjectFiles
from bifolio.core.source_tree import SourceTree
from bifolio.core.yaml_loader import parse, read_text

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


class ContentReader:
    """Reads the files of one view of a project.

    A view never changes, so it may hold what it found by name. `memory` outlives it and is shared with other views,
    so all that it holds stands under values: the texts of files, and what they were read as.
    """

    def __init__(self, files: ProjectFiles, memory: Memory) -> None:
        self.files = files
        self.memory = memory
        self._trees: dict[str, SourceTree] = {}
        self._held: dict[tuple[str, Hashable], Any] = {}

    def once(self, what: str, name: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` returns, and the same again for as long as this view lasts."""
        key = what, name
        if key not in self._held:
            self._held[key] = make()
        found: T = self._held[key]
        return found

    def text(self, name: str) -> str:
        """Return the text of a file; "" where there is none."""
        return read_text(self.files, name).text if self.files.is_file(name) else ""

    def tree(self, name: str) -> SourceTree:
        """Return a YAML file. Raises ContentError."""
        if name not in self._trees:
            source = read_text(self.files, name)
            key = "tree", name, source.text
            self._trees[name] = self.memory.make(key, lambda: parse(source.text, name))
        return self._trees[name]

    def model(self, cls: type[M], name: str, subject: str, error: type[BifolioError]) -> M:
        """Return the model of a YAML file; raise `error` with all that is wrong with it."""
        try:
            tree = self.tree(name)
        except ContentError as broken:
            raise error(broken.findings) from broken
        return self.model_of(cls, tree, subject, error)

    def model_of(self, cls: type[M], tree: SourceTree, subject: str, error: type[BifolioError]) -> M:
        """Return the model of a tree; raise `error` with all that is wrong with it."""

        def make() -> M:
            model, findings = validate(cls, tree, subject)
            if model is None:
                raise error(findings)
            return model

        return self.memory.make((cls, *key_of(tree)), make)


def key_of(tree: SourceTree) -> tuple[Hashable, ...]:
    """Return what tells a tree from every other: its text, and where in the text it begins."""
    return tree.source, tree.node.start_mark.index if tree.node else None
