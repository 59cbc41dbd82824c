"""Bind: a booklet and the handouts that it names → one handout, each of them a part of its body.

A bound handout keeps its words and its "stop" panels; only its ids are made different from those of others. What
every handout ends with stands once, at the end of the booklet: all that its parts say on when to get help, each
sentence once, all support lines that they show, and the sources. The booklet's own blocks take this up, with
their own words first; a booklet without such a block gets one at its end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from bifolio.core.sentences import sentences
from bifolio.model.base import Model, Passage
from bifolio.model.blocks import (
    Block,
    BlockBase,
    ContentNote,
    HelpWhen,
    PageBreak,
    PrivacyNote,
    References,
    Resources,
    Section,
    walk,
)
from bifolio.model.blocks.base import Audience
from bifolio.model.handout import Handout
from bifolio.model.region import Choice

ONCE = (HelpWhen, PageBreak, PrivacyNote, References, Resources)
"""Kinds that a booklet has for all its parts together, or has no use for."""

B = TypeVar("B", bound=BlockBase)


def bind(booklet: Handout, parts: Mapping[str, Handout]) -> Handout:
    """Return `booklet` with the handouts that it names as parts, in order, before its own body.

    `parts` holds the handouts by name. Blocks that are meant for other readers are left out.
    """
    readers = frozenset(booklet.audience)
    read = {name: parts[name].for_readers(readers) for name in booklet.handouts}
    is_private = any(isinstance(block, PrivacyNote) for block in walk(booklet.body))
    once = ONCE if is_private else tuple(kind for kind in ONCE if kind is not PrivacyNote)
    bound = [_part(name, part, once) for name, part in read.items()]
    ends = [_with_own_ids(block, name) for name, part in read.items() for block in walk(part.body)]
    return booklet.model_copy(update={"body": (*bound, *_ended(booklet.body, ends, readers))})


def _part(name: str, handout: Handout, once: tuple[type[BlockBase], ...]) -> Section:
    passages = [passage for passage in (handout.main_message, handout.call_to_action) if passage]
    cites = tuple(fact for passage in passages for fact in passage.cites)
    warned = (ContentNote(kind="content_note", text=[handout.content_note]),) if handout.content_note else ()
    body = _without(handout.body, once)
    return Section(
        kind="section",
        id=name,
        title=handout.title,
        note=Passage(text=handout.summary),
        lead=Passage(text=" ".join(one.text for one in passages), cites=cites) if passages else None,
        blocks=(*warned, *_with_own_ids(body, name)),
    )


def _without(blocks: tuple[Block, ...], once: tuple[type[BlockBase], ...]) -> tuple[Block, ...]:
    blocks_left: list[Block] = []
    for block in blocks:
        if isinstance(block, Section):
            if inner := _without(block.blocks, once):
                blocks_left.append(block.model_copy(update={"blocks": inner}))
        elif not isinstance(block, once):
            blocks_left.append(block)
    return tuple(blocks_left)


def _with_own_ids(value: Any, name: str) -> Any:
    """Put the handout's name before the ids of its sections, and before them in links."""
    if isinstance(value, tuple):
        return tuple(_with_own_ids(item, name) for item in value)
    if isinstance(value, str):
        return re.sub(r"\]\(\s*#", f"](#{name}-", value)
    if not isinstance(value, Model):
        return value
    update = {field: _with_own_ids(getattr(value, field), name) for field in type(value).model_fields}
    if isinstance(value, Section) and value.id:
        update["id"] = f"{name}-{value.id}"
    return value.model_copy(update=update)


# -- what comes once, at the end -------------------------------------------------------------------


def _ended(body: tuple[Block, ...], ends: Sequence[Block], readers: frozenset[Audience]) -> tuple[Block, ...]:
    """Return the booklet's own body with what the blocks of its parts say once for all of them."""
    for kind, together in _COLLECTED.items():
        of_parts = [block for block in ends if isinstance(block, kind)]
        if not of_parts:
            continue
        own = [block for block in walk(body) if isinstance(block, kind) and _is_for(block, readers)]
        made = together(own[-1] if own else None, of_parts)
        body = _replaced(body, own[-1], made) if own else (*body, made)
    return body


def _is_for(block: BlockBase, readers: frozenset[Audience]) -> bool:
    return not block.audience or readers <= set(block.audience)


def _replaced(blocks: tuple[Block, ...], old: Block, new: Block) -> tuple[Block, ...]:
    def changed(block: Block) -> Block:
        if block is old:
            return new
        if isinstance(block, Section):
            return block.model_copy(update={"blocks": _replaced(block.blocks, old, new)})
        return block

    return tuple(changed(block) for block in blocks)


def _help(own: HelpWhen | None, of_parts: Sequence[HelpWhen]) -> HelpWhen:
    """Add to each row what the parts say there and no row above it says."""
    already: set[str] = set()
    rows = {}
    for row in ("now", "soon", "when_you_can"):
        first = getattr(own, row) if own else ()
        already |= {_key(sentence) for passage in first for sentence in sentences(passage.text)}
        more = tuple(passage for block in of_parts for passage in getattr(block, row))
        rows[row] = (*first, *_without_repeats(more, already)) or tuple(_without_repeats(more, set()))
    fine_print = tuple(
        _without_repeats((block.fine for block in (own, *of_parts) if block and block.fine), set())
    )
    cites = tuple(dict.fromkeys(fact for passage in fine_print for fact in passage.cites))
    fine = Passage(text=" ".join(passage.text for passage in fine_print), cites=cites) if fine_print else None
    return (own or _plain(of_parts[0])).model_copy(update={**rows, "fine": fine})


def _without_repeats(passages: Iterable[Passage], already: set[str]) -> Iterator[Passage]:
    """Yield the passages without the sentences that were `already`; what they say is added to it."""
    for passage in passages:
        new = []
        for sentence in sentences(passage.text):
            if (key := _key(sentence)) not in already:
                already.add(key)
                new.append(sentence)
        if new:
            yield passage.model_copy(update={"text": " ".join(new)})


def _key(sentence: str) -> str:
    """Return the words of a sentence: capitals and punctuation do not make it another one."""
    return " ".join(re.findall(r"[\w{}]+", sentence.casefold()))


def _lines(own: Resources | None, of_parts: Sequence[Resources]) -> Resources:
    """Show each support line that the booklet or one of its parts shows."""
    first = own or _plain(of_parts[0]).model_copy(update={"clinic": any(block.clinic for block in of_parts)})
    choices = (choice for block in (first, *of_parts) for choice in (_choice(block), *block.also))
    also = dict.fromkeys(choice for choice in choices if choice != _choice(first))
    return first.model_copy(update={"also": tuple(also)})


def _choice(block: Resources) -> Choice:
    return Choice(lines=block.lines, topics=block.topics, limit=block.limit)


def _sources(own: References | None, of_parts: Sequence[References]) -> References:
    """Return the sources as the booklet does, else as its first part does."""
    return own or _plain(of_parts[0])


def _plain(block: B) -> B:
    """Return a part's block as one of the whole booklet."""
    return block.model_copy(update={"title": None, "audience": ()})


_COLLECTED: dict[type[BlockBase], Callable[[Any, Sequence[Any]], Block]] = {
    HelpWhen: _help,
    Resources: _lines,
    References: _sources,
}
