"""Compositor: looks at each stretch of a galley as soon as its last page is laid out, and sets it again if it came out badly.

A stretch is an element of the galley with `data-lead` or `data-keep`: a whole handout, or one part of a booklet. When
one of its pages is nearly empty it is set with a little less white between its blocks, as a compositor takes out lead;
where a fault of craft is left, long blocks may go on on the next page between two of their rows. What cuts no word off
stays, then what has the fewest faults, then the fewest pages, then the most white. What has neither attribute, as a
proof, keeps its white.

It works inside WeasyPrint, between two pages, in the way in which WeasyPrint itself goes back and makes a page again:
only the pages of the stretch are laid out anew, and what follows them is not there yet.
"""

from __future__ import annotations

import copy
import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bifolio.layout.overflow import cut
from bifolio.layout.page_checks import craft

LEADS = ("full", "less", "least")
"""How much white may stand between the blocks of a stretch: `--lead` is what `--lead-less` says, or `--lead-least`."""

KEEPS = ("whole", "rows")
"""What of a stretch is not torn, whole blocks or only their rows: `--keep` is what `--keep-rows` says."""

_Choice = tuple[str, str]
"""What is kept in a stretch, and its lead."""

_PLAIN = KEEPS[0], LEADS[0]

_Path = tuple[int, ...]
"""Where something stands in the tree of boxes: which child of which child, from the root."""


def looked_at(make_all_pages: Callable[..., Any]) -> Callable[..., Any]:
    """Have a compositor look at the pages when they are laid out for the first time."""

    def composed(context: Any, root: Any, html: Any, pages: Sequence[Any]) -> Any:
        stretches = list(_found(root))
        # Pages are made again for the folios in a list of contents. A note at the foot cannot be set again.
        if pages or not stretches or context.footnotes:
            return make_all_pages(context, root, html, pages)
        return _Compositor(context, root, html, stretches).set_all()

    return composed


def counted(element_to_box: Callable[..., Any]) -> Callable[..., Any]:
    """Note how the counters stand where a stretch begins, for its boxes to be made again."""

    def noted(element: Any, style_for: Any, *more: Any) -> Any:
        state = more[-1]
        if isinstance(state, tuple) and _is_stretch(element):
            _counters(style_for)[element] = copy.deepcopy(state)
        return element_to_box(element, style_for, *more)

    return noted


def _counters(style_for: Any) -> dict[Any, Any]:
    counters: dict[Any, Any] = vars(style_for).setdefault("_counters", {})
    return counters


def _is_stretch(element: Any) -> bool:
    return element is not None and (
        element.get("data-lead") == LEADS[0] or element.get("data-keep") == KEEPS[0]
    )


def _found(box: Any, path: _Path = ()) -> Iterator[_Stretch]:
    """Give the stretches among a box and what it holds, those that hold others first."""
    if _is_stretch(box.element) and box.element_tag == box.element.tag:
        yield _Stretch(box, path)
    for number, child in enumerate(getattr(box, "children", ())):
        yield from _found(child, (*path, number))


@dataclass(frozen=True)
class _Fit:
    """How pages came out: words cut off, faults of craft, how many pages, whether one may be spared."""

    cut: int
    faults: int
    pages: int
    is_wasteful: bool

    @property
    def rank(self) -> tuple[int, int, int]:
        """The lower, the better."""
        return self.cut, self.faults, self.pages

    @property
    def is_good(self) -> bool:
        return not (self.faults or self.is_wasteful)


@dataclass(eq=False)
class _Stretch:
    """An element whose white and whose breaks are its own, and the pages on which it stands."""

    box: Any
    path: _Path
    choice: _Choice = _PLAIN
    rules: dict[str, Any] | None = None
    """What the style sheets say of it, before anything was chosen."""
    is_done: bool = False
    begin: int | None = None
    """Its first page, counted from 0; none before it has begun."""
    end: int | None = None
    """The page after its last; none before it has ended."""

    @property
    def element(self) -> Any:
        return self.box.element

    @property
    def pages(self) -> range:
        return range(self.begin or 0, self.end or 0)

    def holds(self, other: _Stretch) -> bool:
        return other is not self and other.path[: len(self.path)] == self.path

    def allows(self, choice: _Choice) -> bool:
        """Tell whether what is not as it was written may be otherwise."""
        may = self.element.get("data-keep") == KEEPS[0], self.element.get("data-lead") == LEADS[0]
        return all(can or own == plain for can, own, plain in zip(may, choice, _PLAIN, strict=True))

    def note(self, pages: int, position: _Path | None) -> None:
        """Note whether it has begun and ended after so many pages; the next begins at `position`, after the last none."""
        if self.begin is None and (position is None or position > self.path):
            self.begin = pages - 1
        if self.end is None and (position is None or position[: len(self.path)] > self.path):
            self.end = pages

    def forget(self, pages: int) -> None:
        """Forget what was noted after so many pages."""
        if self.begin is not None and self.begin >= pages:
            self.begin = None
        if self.end is not None and self.end > pages:
            self.end = None


class _Compositor:
    """Lays one document out, page by page."""

    def __init__(self, context: Any, root: Any, html: Any, stretches: Sequence[_Stretch]) -> None:
        self.context = context
        self.root = root
        self.html = html
        self.stretches = stretches
        """Those that hold others first."""
        self.pages: list[Any] = []
        self._going_on: list[dict[Any, Any]] = []
        """What goes on on each page, beside the flow of the text."""

    def set_all(self) -> list[Any]:
        """Lay out all pages, and each stretch again that came out badly, when it has its last page."""
        self.context.rendered_notes = []
        position: _Path | None = ()
        while position is not None:
            self._set_page()
            for stretch in reversed(self.stretches):
                if stretch.end is not None and not stretch.is_done:
                    self._set_well(stretch)
                    stretch.is_done = True
            position = self._position()
        self.context.broken_out_of_flow.clear()
        return self.pages

    def _position(self) -> _Path | None:
        """Give where the next page begins; after the last none."""
        at = self.context.page_maker[len(self.pages)][0]
        path = []
        while at is not None:
            child, at = list(at.items())[-1]
            path.append(child)
        return tuple(path) or None

    def _set_page(self) -> None:
        """Lay out the next page."""
        layout: Any = importlib.import_module("weasyprint.layout.page")
        context, number = self.context, len(self.pages)
        self._going_on[number:] = [context.broken_out_of_flow]
        state = context.page_maker[number][-1]
        state.update(content_changed=False, pages_wanted=False, anchors=[], content_lookups=[])
        self.pages.append(layout.remake_page(number, context, self.root, self.html)[0])
        position = self._position()
        for stretch in self.stretches:
            stretch.note(len(self.pages), position)

    def _set_well(self, stretch: _Stretch) -> None:
        """Set a stretch again as long as something is wrong with it; leave it as it came out best."""
        best, fit = stretch.choice, self._fit(stretch)
        for keep in KEEPS:
            if keep != KEEPS[0] and not fit.faults:
                break
            for choice in ((keep, lead) for lead in LEADS):
                if choice == _PLAIN or fit.is_good or not stretch.allows(choice):
                    continue
                self._set_again(stretch, choice)
                tried = self._fit(stretch)
                if tried.rank < fit.rank:
                    best, fit = choice, tried
        if stretch.choice != best:
            self._set_again(stretch, best)

    def _fit(self, stretch: _Stretch) -> _Fit:
        """Tell how a stretch came out. One that holds others has the pages on which none of them stands."""
        taken = {page for one in self.stretches if stretch.holds(one) for page in one.pages}
        own = [page for page in stretch.pages if page not in taken]
        looks = craft(self.pages[own[0] : own[-1] + 1], "") if own else []
        crafts = [looks[page - own[0]] for page in own]
        return _Fit(
            sum(1 for page in own for _ in cut(self.pages[page], page, "")),
            sum(len(one.findings) for one in crafts),
            len(own),
            any(one.is_sparse for one in crafts[1:]),
        )

    def _set_again(self, stretch: _Stretch, choice: _Choice) -> None:
        """Lay out anew the pages of a stretch, as is chosen for it."""
        stretch.choice = choice
        self._make_boxes(stretch)
        first = stretch.pages[0]
        self.context.broken_out_of_flow = self._going_on[first]
        del self.context.page_maker[first + 1 :], self.pages[first:]
        for one in self.stretches:
            one.forget(first)
        while stretch.end is None:
            self._set_page()

    # -- boxes -----------------------------------------------------------------------------------

    def _make_boxes(self, stretch: _Stretch) -> None:
        """Make the boxes of a stretch again, in the place of those that stood there."""
        build: Any = importlib.import_module("weasyprint.formatting_structure.build")
        context, element = self.context, stretch.element
        context.target_collector.collecting = True  # which folios it names
        (box,) = build.element_to_box(
            element,
            self._restyled(stretch),
            context.get_image_from_uri,
            self.html.base_url,
            context.target_collector,
            context.counter_style,
            [],
            _counters(context.style_for).get(element),  # which are noted again, as they stand now
        )
        context.target_collector.check_pending_targets()
        box.process_whitespace()
        box.process_text_transform()
        box.is_for_root_element = stretch.box.is_for_root_element
        box = build.create_anonymous_boxes(box)
        if box.is_for_root_element:
            build.set_viewport_overflow(box)
        box.cached_counter_values = stretch.box.cached_counter_values  # for who names a folio of it
        vars(stretch.box).clear()
        vars(stretch.box).update(vars(box))

    def _restyled(self, stretch: _Stretch) -> Any:
        """Derive the styles of a stretch from its rules again, and from what is chosen for it."""
        style_for = self.context.style_for
        computed = style_for.get_computed_styles()
        elements = set(stretch.element.iter())
        anew: dict[int, Any] = {}
        for key, old in [entry for entry in computed.items() if entry[0][0] in elements]:
            if id(old) not in anew:  # many have the same
                rules = old.cascaded
                if key == (stretch.element, None):
                    stretch.rules = stretch.rules or rules
                    rules = stretch.rules | dict(_chosen(stretch.choice, old))
                parent, root = (anew.get(id(style), style) for style in (old.parent_style, old.root_style))
                anew[id(old)] = type(old)(
                    parent,
                    rules,
                    old.pseudo_type,
                    root,
                    old.base_url,
                    old.font_config,
                    old.initial_page_sizes,
                )
            computed[key] = anew[id(old)]
        return style_for


def _chosen(choice: _Choice, style: Any) -> Iterator[tuple[str, Any]]:
    """Give the tokens that a choice sets, as rules."""
    for name, own, plain in zip(("keep", "lead"), choice, _PLAIN, strict=True):
        if own != plain:
            yield f"__{name}", (style[f"__{name}_{own}"], (0, 0, (0, 0, 0)))
