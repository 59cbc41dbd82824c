"""Set a clinic's slots: in what room, its lines wrapped where, and each as large as its words allow."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bifolio.compose.clinic_panel import Arrangement, ClinicCopy
from bifolio.compose.composer import Composer
from bifolio.compose.contact_lines import ContactLine
from bifolio.compose.slots import FITS, measures
from bifolio.core.diagnostics import DesignError, Diagnostic, Severity, Span, shorten
from bifolio.layout.layouts import Layouts, Pending
from bifolio.model.plate import LINES, PANELS, SMALL_PRINT, USUAL, Room

if TYPE_CHECKING:  # late: it loads what finishes a file, in the time that pages take to be laid out
    from bifolio.layout.ink import SlotSheet


class SlotSetting:
    """The slots of one clinic in the making.

    What fits the usual room is set at once. Otherwise the layout engine says how each line wraps at each size, and from
    that follows the room: the usual one if four lines are enough, or one of more lines in small type.
    """

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
        self._begun: Pending[bytes] | None = None
        self._first = None
        if len(copy.lines) <= LINES and not (copy.small_print or copy.footer):
            self._first = Arrangement(USUAL, copy.lines, copy.below)
            self._begun = self._begin(self._first, {})[1]

    def _begin(
        self, arrangement: Arrangement, fits: Mapping[str, int]
    ) -> tuple[tuple[str, ...], Pending[bytes]]:
        composer = self._composer.in_room(arrangement.room)
        slots = composer.slots(self._copy.arranged(arrangement), fits)
        return tuple(slots), self._layouts.slots(composer.sheets.slot_sheet(slots), self._where)

    def fitted(self) -> tuple[SlotSheet, Arrangement]:
        """Wait for the slots, set until all fit, and their arrangement. Raises DesignError where words never fit."""
        copy, arrangement, fits = self._copy, self._first, dict[str, int]()
        while True:
            if arrangement is None:
                arrangement, fits = self._arranged(copy)
            sheet, full = self._set(arrangement, fits)
            if not full:
                return sheet, arrangement
            if "clinic" in full and copy.below_line:
                copy = copy.without_below()
            elif arrangement is not self._first or not any(name.startswith("line-") for name in full):
                raise DesignError(self._unfitting(copy.arranged(arrangement), full))
            arrangement = None

    def _set(self, arrangement: Arrangement, fits: dict[str, int]) -> tuple[SlotSheet, list[str]]:
        """Set the slots, each smaller until its words fit; return those that are too full even so."""
        from bifolio.layout.ink import SlotSheet

        fits = dict(fits)
        while True:
            names, sheet = self._begin(arrangement, fits)
            head, _, pdf = sheet.take().partition(b"\n")
            pages, *overfull = map(int, head.split())
            assert pages == len(names), "each slot has one page of the sheet"
            full = [names[number] for number in overfull]
            larger = [name for name in full if fits.get(name, 0) + 1 < _sizes(name, arrangement)]
            if not larger:
                return SlotSheet(pdf, {name: at for at, name in enumerate(names)}, fits), full
            fits |= {name: fits.get(name, 0) + 1 for name in larger}

    def _arranged(self, copy: ClinicCopy) -> tuple[Arrangement, dict[str, int]]:
        """Return how a clinic's lines are wrapped, with the sizes of those that are set smaller."""
        lines = [part for line in copy.lines for part in {line: None, **dict.fromkeys(line.by_number())}]
        ways, pages = measures(dict.fromkeys(lines), copy)
        sheet = self._layouts.lines(self._composer.sheets.slot_sheet(pages), self._where)
        *told, (small_print, _), (footer, _) = json.loads(sheet.take())
        wrapped: dict[tuple[ContactLine, int], tuple[ContactLine, ...]] = {}
        for way, (texts, fits) in zip(ways, told, strict=True):
            if fits:  # the sparing way comes first
                wrapped.setdefault((way.line, way.step), way.line.wrapped(texts))

        def at(step: int, line: ContactLine) -> tuple[ContactLine, ...]:
            whole = wrapped[line, step] if line.text else (line,)
            parts = line.by_number()
            return whole if len(whole) == 1 or len(parts) == 1 else sum((wrapped[p, step] for p in parts), ())

        for step in (0, 1, 2):
            found = [part for line in copy.lines for part in at(step, line)]
            if len(found) <= LINES:
                break
        if len(found) > PANELS[-1]:
            raise DesignError(self._too_many(copy.lines, len(found)))
        room = Room(
            LINES if step < 2 else next(number for number in PANELS[1:] if number >= len(found)),
            next(number for number in SMALL_PRINT if number >= len(small_print)),
            len(footer),
        )
        fits = {f"line-{number}": step for number in range(1, len(found) + 1)} if step == 1 else {}
        return Arrangement(room, tuple(found), copy.below), fits

    def _unfitting(self, copy: ClinicCopy, slots: Sequence[str]) -> Iterator[Diagnostic]:
        for words in dict.fromkeys(copy.longest_words(slot) for slot in slots):
            yield too_long(words, self._where, self._place_of(words))

    def _too_many(self, lines: Iterable[ContactLine], count: int) -> Diagnostic:
        longest = max((line.said for line in lines), key=len)
        return Diagnostic(
            "brand.too-long",
            f"the contact details take {count} lines, and the panel holds {PANELS[-1]}",
            self._place_of(longest),
            f'shorten the longest, "{shorten(longest)}", or take one out of _brand.yml',
            where=self._where,
        )


def _sizes(name: str, arrangement: Arrangement) -> int:
    """Return in how many sizes a slot may be set."""
    if name == "clinic" and arrangement.below:
        return 2  # then what stands below the name becomes a contact line
    if name.startswith("line-"):
        return 2
    return FITS


_SHORTER = 'shorten it in _brand.yml; for a long name, say a shorter one, too: meta: {name: {short: "…"}}'


def too_long(words: str, where: str, span: Span | None, cure: str = _SHORTER) -> Diagnostic:
    """Return the finding that words do not fit their place."""
    message = f'"{shorten(words)}" does not fit its place, even set small'
    return Diagnostic("brand.too-long", message, span, cure, where=where)


def without_logo(copy: ClinicCopy, fits: Mapping[str, int], where: str) -> Iterator[Diagnostic]:
    """Yield the finding that the logo gave way to the clinic's name in the masthead."""
    is_both = copy.logo and copy.masthead == "logo and name"
    if is_both and not copy.short_name and fits.get("masthead") == FITS - 1:
        yield Diagnostic(
            "brand.no-room",
            "the logo is not printed in the masthead: the name needs all of it",
            where=where,
            help='say a shorter one, too: meta: {name: {short: "…"}}, or choose masthead: logo if the logo says it',
            severity=Severity.WARNING,
        )
