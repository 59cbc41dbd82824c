"""Lay a part of a document out again, with less space, if its pages came out badly.

A part is an element with `data-lead` or `data-keep`: a whole handout, or one part of a booklet. When one of its
pages is nearly empty it is laid out with a little less white space between its blocks, as a compositor takes out
lead; where a fault remains, long blocks may also be broken between two of their rows. The layout that is kept
cuts no words off if any does not; among those it has the fewest faults, then the fewest pages, then the most
white space. An element with neither attribute, as in a proof, keeps its white space.

It works between two pages, in the way in which WeasyPrint itself goes back and makes a page again, so only the
pages of the part are laid out again: what follows them is not there yet. Not reported: it is no fault of WeasyPrint's,
which has no interface for it. It can go when WeasyPrint lets its caller judge pages between two of them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bifolio.layout.weasyprint.boxes import Box
from bifolio.layout.weasyprint.patches import Patches


@dataclass(frozen=True)
class PageQuality:
    """How a page came out: texts that are cut off, other faults, and whether it is worth doing without."""

    cut_texts: int
    flaws: int
    is_sparse: bool


Judge = Callable[[Sequence[Box]], Sequence[PageQuality]]
"""Judges pages that follow one another, each with its neighbours."""


def let_judge(judge: Judge, html: Any) -> None:
    """Arrange for the pages of a `weasyprint.HTML` to be judged when it is rendered. Without a judge no part is laid out again."""
    html.judge_of_pages = judge


LEADS = ("full", "less", "least")
"""How much white space there is between the blocks of a part; `--lead` gets the value of `--lead-less`, say."""

KEEPS = ("whole", "rows")
"""What is not broken over two pages: whole blocks, or only their rows; then `--keep` gets the value of `--keep-rows`."""


class _Choice(NamedTuple):
    """How a part is laid out."""

    keep: str = KEEPS[0]
    lead: str = LEADS[0]


_AS_WRITTEN = _Choice()

_Path = tuple[int, ...]
"""A place in the tree of boxes: which child of which child, from the root."""


def lay_out_bad_parts_again(patches: Patches) -> None:
    """Judge the pages of each part as soon as the last of them is laid out."""
    from weasyprint import layout
    from weasyprint.formatting_structure import build

    patches.replace(layout, "make_all_pages", _judging(layout.make_all_pages))
    patches.replace(build, "element_to_box", _noting_counters(build.element_to_box))


def _judging(make_all_pages: Callable[..., Any]) -> Callable[..., Any]:
    def make_and_judge_all_pages(context: Any, root: Any, html: Any, pages: Sequence[Any]) -> Any:
        judge: Judge | None = getattr(html, "judge_of_pages", None)
        parts = list(_parts(root))
        # WeasyPrint makes pages again for the page numbers of a table of contents. Footnotes cannot be laid out
        # twice: the first layout takes them out of the text.
        if not judge or pages or not parts or context.footnotes:
            return make_all_pages(context, root, html, pages)
        return _Paginator(context, root, html, parts, judge).make_all_pages()

    return make_and_judge_all_pages


def _noting_counters(element_to_box: Callable[..., Any]) -> Callable[..., Any]:
    """Note the state of the CSS counters where a part begins, so that its boxes can be made again."""

    def element_to_box_of_part(element: Any, style_for: Any, *more: Any) -> Any:
        state = more[-1]
        if isinstance(state, tuple) and _is_part(element):
            _counters(style_for)[element] = copy.deepcopy(state)
        return element_to_box(element, style_for, *more)

    return element_to_box_of_part


def _counters(style_for: Any) -> dict[Any, Any]:
    counters: dict[Any, Any] = vars(style_for).setdefault("_counters", {})
    return counters


def _is_part(element: Any) -> bool:
    return element is not None and (
        element.get("data-lead") == LEADS[0] or element.get("data-keep") == KEEPS[0]
    )


def _parts(box: Any, path: _Path = ()) -> Iterator[_Part]:
    """Yield the parts in a box, outer ones before those inside them."""
    if _is_part(box.element) and box.element_tag == box.element.tag:
        yield _Part(box, path)
    for number, child in enumerate(getattr(box, "children", ())):
        yield from _parts(child, (*path, number))


@dataclass(frozen=True)
class _Result:
    """How the pages of a part came out."""

    cut_texts: int
    flaws: int
    pages: int
    may_save_a_page: bool

    @property
    def rank(self) -> tuple[int, int, int]:
        """The lower, the better."""
        return self.cut_texts, self.flaws, self.pages

    @property
    def is_good(self) -> bool:
        return not (self.flaws or self.may_save_a_page)


@dataclass(eq=False)
class _Part:
    """An element that is laid out by a choice of its own, and the pages on which it stands."""

    box: Any
    path: _Path
    choice: _Choice = _AS_WRITTEN
    declarations: dict[str, Any] | None = None
    """The cascaded declarations of the element, before anything was chosen."""
    is_done: bool = False
    begin: int | None = None
    """Its first page, counted from 0; None until it has begun."""
    end: int | None = None
    """The page after its last; None until it has ended."""

    @property
    def element(self) -> Any:
        return self.box.element

    @property
    def pages(self) -> range:
        return range(self.begin or 0, self.end or 0)

    def holds(self, other: _Part) -> bool:
        return other is not self and other.path[: len(self.path)] == self.path

    def allows(self, choice: _Choice) -> bool:
        """Return whether the element's attributes let all that `choice` changes be changed."""
        keep, lead = (self.element.get(name) for name in ("data-keep", "data-lead"))
        return (choice.keep == KEEPS[0] or keep == KEEPS[0]) and (choice.lead == LEADS[0] or lead == LEADS[0])

    def note_page(self, pages: int, next_position: _Path | None) -> None:
        """Note whether the part has begun and ended, with `pages` pages made; the last page has no next position."""
        if self.begin is None and (next_position is None or next_position > self.path):
            self.begin = pages - 1
        if self.end is None and (next_position is None or next_position[: len(self.path)] > self.path):
            self.end = pages

    def forget_pages(self, first: int) -> None:
        """Forget what was noted when page `first` was made and after it."""
        if self.begin is not None and self.begin >= first:
            self.begin = None
        if self.end is not None and self.end > first:
            self.end = None


class _Paginator:
    """Lays one document out, page by page."""

    def __init__(self, context: Any, root: Any, html: Any, parts: Sequence[_Part], judge: Judge) -> None:
        self.context = context
        self.root = root
        self.html = html
        self.parts = parts
        """Outer ones before those inside them."""
        self.judge = judge
        self.pages: list[Any] = []
        self._broken_out_of_flow: list[dict[Any, Any]] = []
        """What continues on each page beside the flow of the text."""

    def make_all_pages(self) -> list[Any]:
        """Lay out all pages, and each part again that came out badly, as soon as its last page is there."""
        self.context.rendered_notes = []
        position: _Path | None = ()
        while position is not None:
            self._make_page()
            for part in reversed(self.parts):
                if part.end is not None and not part.is_done:
                    self._improve(part)
                    part.is_done = True
            position = self._next_position()
        self.context.broken_out_of_flow.clear()
        return self.pages

    def _next_position(self) -> _Path | None:
        """Return where the next page begins; None after the last."""
        resume_at = self.context.page_maker[len(self.pages)][0]
        path = []
        while resume_at is not None:
            child, resume_at = list(resume_at.items())[-1]
            path.append(child)
        return tuple(path) or None

    def _make_page(self) -> None:
        from weasyprint.layout.page import remake_page

        context, number = self.context, len(self.pages)
        self._broken_out_of_flow[number:] = [context.broken_out_of_flow]
        remake_state = context.page_maker[number][-1]
        remake_state.update(content_changed=False, pages_wanted=False, anchors=[], content_lookups=[])
        self.pages.append(remake_page(number, context, self.root, self.html)[0])
        position = self._next_position()
        for part in self.parts:
            part.note_page(len(self.pages), position)

    def _improve(self, part: _Part) -> None:
        """Lay a part out again as long as something is wrong with it; leave it as it came out best."""
        best, result = part.choice, self._result(part)
        for keep in KEEPS:
            if keep != KEEPS[0] and not result.flaws:
                break
            for choice in (_Choice(keep, lead) for lead in LEADS):
                if choice == _AS_WRITTEN or result.is_good or not part.allows(choice):
                    continue
                self._lay_out_again(part, choice)
                tried = self._result(part)
                if tried.rank < result.rank:
                    best, result = choice, tried
        if part.choice != best:
            self._lay_out_again(part, best)

    def _result(self, part: _Part) -> _Result:
        """Judge the pages of a part; of one that holds others, those on which none of the others stands."""
        taken = {page for other in self.parts if part.holds(other) for page in other.pages}
        own = [page for page in part.pages if page not in taken]
        judged = self.judge(self.pages[own[0] : own[-1] + 1]) if own else []
        qualities = [judged[page - own[0]] for page in own]
        return _Result(
            cut_texts=sum(quality.cut_texts for quality in qualities),
            flaws=sum(quality.flaws for quality in qualities),
            pages=len(own),
            may_save_a_page=any(quality.is_sparse for quality in qualities[1:]),
        )

    def _lay_out_again(self, part: _Part, choice: _Choice) -> None:
        part.choice = choice
        self._make_boxes_again(part)
        first = part.pages[0]
        self.context.broken_out_of_flow = self._broken_out_of_flow[first]
        del self.context.page_maker[first + 1 :], self.pages[first:]
        for other in self.parts:
            other.forget_pages(first)
        while part.end is None:
            self._make_page()

    # -- boxes -----------------------------------------------------------------------------------

    def _make_boxes_again(self, part: _Part) -> None:
        """Replace the boxes of a part in place, so that what refers to them goes on doing so."""
        from weasyprint.formatting_structure import build

        context = self.context
        context.target_collector.collecting = True  # the page numbers that the part refers to
        (box,) = build.element_to_box(
            part.element,
            self._restyle(part),
            context.get_image_from_uri,
            self.html.base_url,
            context.target_collector,
            context.counter_style,
            [],
            _counters(context.style_for).get(part.element),  # noted again by this call, as they are now
        )
        context.target_collector.check_pending_targets()
        box.process_whitespace()
        box.process_text_transform()
        box.is_for_root_element = part.box.is_for_root_element
        box = build.create_anonymous_boxes(box)
        if box.is_for_root_element:
            build.set_viewport_overflow(box)
        box.cached_counter_values = (
            part.box.cached_counter_values
        )  # for those who refer to a page number of it
        vars(part.box).clear()
        vars(part.box).update(vars(box))

    def _restyle(self, part: _Part) -> Any:
        """Derive the computed styles of a part again, from its declarations and from its choice."""
        style_for = self.context.style_for
        computed = style_for.get_computed_styles()
        elements = set(part.element.iter())
        renewed: dict[int, Any] = {}
        for key, old in [entry for entry in computed.items() if entry[0][0] in elements]:
            if id(old) not in renewed:  # many elements share one style
                declarations = old.cascaded
                if key == (part.element, None):
                    part.declarations = part.declarations or declarations
                    declarations = part.declarations | dict(_chosen_declarations(part.choice, old))
                parent, root = (renewed.get(id(style), style) for style in (old.parent_style, old.root_style))
                renewed[id(old)] = type(old)(
                    parent,
                    declarations,
                    old.pseudo_type,
                    root,
                    old.base_url,
                    old.font_config,
                    old.initial_page_sizes,
                )
            computed[key] = renewed[id(old)]
        return style_for


def _chosen_declarations(choice: _Choice, style: Any) -> Iterator[tuple[str, Any]]:
    """Yield the custom properties that a choice changes, as cascaded declarations of WeasyPrint."""
    for name, value in choice._asdict().items():
        if value != getattr(_AS_WRITTEN, name):
            yield f"__{name}", (style[f"__{name}_{value}"], (0, 0, (0, 0, 0)))
