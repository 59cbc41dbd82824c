"""HTML → laid-out work: found under the fingerprint of the HTML, or begun and waited for later."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Generic, TypeVar

from bifolio.core.cache import Cache
from bifolio.core.diagnostics import BifolioError, ContentError, DesignError, Diagnostic, ProofError
from bifolio.core.fingerprints import fingerprint
from bifolio.layout.pages import (
    Work,
    lay_out_handout,
    lay_out_lines,
    lay_out_plate,
    lay_out_slots,
    read_styles,
)
from bifolio.model.plate import Plate

T = TypeVar("T")


class Pending(Generic[T]):
    """Work that is found or in the making."""

    def __init__(self, begin: Callable[[], Callable[[], T]]) -> None:
        """Begin it. `begin` returns what waits for the result."""
        self._begin = begin
        self._wait = cache(begin())

    def take(self) -> T:
        """Wait for the result. Raises what is wrong with it."""
        try:
            return self._wait()
        except BrokenExecutor:  # its process was killed: whoever asks again has it begun again
            self._wait = cache(self._begin())
            raise


class Layouts:
    """Lays HTML out. Every result is kept under the fingerprint of the HTML and of the engine."""

    PLATE_WEIGHT = 60

    def __init__(self, cache: Cache, executor: Executor, fonts: Path, engine: str) -> None:
        """`fonts` is the folder with fonts.conf; `engine` the fingerprint of the fonts and of the engine."""
        self.cache = cache
        self.executor = executor
        self._fonts = fonts
        self._engine = engine

    def fingerprint(self, what: str, *made_from: str | bytes) -> str:
        """Return the fingerprint of something that this engine makes."""
        return fingerprint(what, self._engine, *made_from)

    def plate(self, html: str, where: str) -> Pending[Plate]:
        """Lay out a plate; `where` names it in findings."""
        key = self.fingerprint("plate", html)

        def begin() -> Callable[[], Plate]:
            if (body := self.cache.find(key)) is not None:
                return partial(Plate.from_bytes, body)
            return partial(
                self._plate, key, self.executor.submit(lay_out_plate, html, self._fonts, where), where
            )

        return self.cache.memory.make(("plate", key), lambda: Pending(begin), self.PLATE_WEIGHT)

    def _plate(self, key: str, work: Future[Work], where: str) -> Plate:
        from bifolio.layout.plate import finish  # late: its library is loaded while pages are laid out

        made, warnings = _result(work)
        head, _, pdf = made.partition(b"\n")
        plate, findings = finish(pdf, where)
        if findings:
            raise _error(findings)
        plate = replace(plate, openings=tuple(json.loads(head)), remarks=warnings)
        self.cache.keep(key, plate.to_bytes())
        return plate

    def slots(self, html: str, where: str) -> Pending[bytes]:
        """Lay out a sheet of slots, or a cover; see `lay_out_slots` for what the first line of the result holds."""
        return self._sheet(
            "slots", html, lambda: self.executor.submit(lay_out_slots, html, self._fonts, where)
        )

    def lines(self, html: str, where: str) -> Pending[bytes]:
        """Lay out a sheet of words to see how they wrap; see `lay_out_lines` for the result."""
        return self._sheet(
            "lines", html, lambda: self.executor.submit(lay_out_lines, html, self._fonts, where)
        )

    def note(self, html: str, where: str) -> Pending[bytes]:
        """Lay out a finished sheet, as the printer's note is."""
        return self._sheet(
            "note",
            html,
            lambda: self.executor.submit(lay_out_handout, html, self._fonts, where, "pdf/ua-1"),
        )

    def _sheet(self, what: str, html: str, submit: Callable[[], Future[Work]]) -> Pending[bytes]:
        key = self.fingerprint(what, html)

        def begin() -> Callable[[], bytes]:
            if (body := self.cache.find(key)) is not None:
                return lambda: body
            work = submit()
            return lambda: self.cache.keep(key, _result(work)[0])

        return self.cache.memory.make((what, key), lambda: Pending(begin))

    def preload_styles(self, styles: str) -> None:
        """Begin to parse styles that pages will have, so that laying one out later takes less time."""
        self.executor.submit(read_styles, styles, self._fonts)


def _result(work: Future[Work]) -> Work:
    """Wait for work of the layout engine. Raises what is wrong with it; returns it with its warnings."""
    body, findings = work.result()
    errors = [finding for finding in findings if finding.is_error]
    if errors:
        raise _error(errors)
    return body, findings


def _error(findings: Iterable[Diagnostic]) -> BifolioError:
    """Return the error for what layout found: at fault are the words, too little room, or the design."""
    found = list(findings)
    if any(finding.code == "render.missing-glyph" for finding in found):
        return ContentError(found)
    if all(finding.code == "render.cut-text" for finding in found):
        return ProofError(found)
    return DesignError(found)
