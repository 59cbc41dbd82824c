"""Set a clinic's slots, each as large as its words allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from bifolio.compose.clinic_panel import ClinicCopy
from bifolio.compose.composer import Composer
from bifolio.compose.slots import FITS
from bifolio.core.diagnostics import DesignError, Diagnostic, Severity, Span, shorten
from bifolio.layout.layouts import Layouts, Pending

if TYPE_CHECKING:  # late: it loads what finishes a file, in the time that pages take to be laid out
    from bifolio.layout.ink import SlotSheet


class SlotSetting:
    """The slots of one clinic in the making: each is set smaller until its words fit."""

    def __init__(
        self,
        composer: Composer,
        copy: ClinicCopy,
        layouts: Layouts,
        where: str,
        place_of: Callable[[str], Span | None],
    ) -> None:
        """Begin with every slot at its full size. `where` names the clinic in findings, `place_of` finds its words."""
        self._composer = composer
        self._copy = copy
        self._layouts = layouts
        self._where = where
        self._place_of = place_of
        self._names, self._sheet = self._begin(composer.slots(copy, {}))

    def _begin(self, slots: Mapping[str, Markup]) -> tuple[tuple[str, ...], Pending[bytes]]:
        return tuple(slots), self._layouts.slots(self._composer.sheets.slot_sheet(slots), self._where)

    def fitted(self) -> SlotSheet:
        """Wait for the slots, and set those again that were too full. Raises DesignError where words never fit."""
        from bifolio.layout.ink import SlotSheet

        fits: dict[str, int] = {}
        broken: tuple[int, ...] = ()
        names, sheet = self._names, self._sheet
        while True:
            copy = self._copy.with_breaks(broken)
            head, _, pdf = sheet.take().partition(b"\n")
            pages, *overfull = map(int, head.split())
            assert pages == len(names), "each slot has one page of the sheet"
            full = [names[number] for number in overfull]
            if not full:
                return SlotSheet(pdf, {name: at for at, name in enumerate(names)}, fits, broken)
            larger = [name for name in full if fits.get(name, 0) + 1 < FITS]
            lines = [number for number in range(1, len(copy.lines) + 1) if f"line-{number}" in full]
            if larger:
                fits |= {name: fits.get(name, 0) + 1 for name in larger}
            elif at := next((number for number in lines if copy.broken(number)), None):
                broken = (*broken, at)
                fits = {name: fit for name, fit in fits.items() if not name.startswith("line-")}
            else:
                raise DesignError(self._unfitting(copy, full))
            names, sheet = self._begin(self._composer.slots(self._copy.with_breaks(broken), fits))

    def _unfitting(self, copy: ClinicCopy, slots: Sequence[str]) -> Iterator[Diagnostic]:
        for words in dict.fromkeys(copy.longest_words(slot) for slot in slots):
            is_line = any(line.said == words for line in copy.lines)
            cure = "shorten it in _brand.yml" + (
                ", or take out another line of contact, for it to take two" * is_line
            )
            yield too_long(words, self._where, self._place_of(words), cure)


def too_long(words: str, where: str, span: Span | None, cure: str = "shorten it in _brand.yml") -> Diagnostic:
    """Return the finding that words do not fit their place."""
    message = f'"{shorten(words)}" does not fit its place, even set small'
    return Diagnostic("brand.too-long", message, span, cure, where=where)


def left_out(words: str, where: str) -> Diagnostic:
    """Return the warning that words below the clinic's name had to be left out."""
    return Diagnostic(
        "brand.no-room",
        f'"{shorten(words)}" is not printed: there is no room for it below the name',
        where=where,
        help="shorten it, or the name, in _brand.yml",
        severity=Severity.WARNING,
    )
