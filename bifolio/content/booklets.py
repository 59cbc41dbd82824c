"""Bind: a booklet and the handouts that it names → one handout, each of them a part of its body.

What every handout ends with (when to get help, support lines, sources) stands once, at the end, where the
booklet's own body has it. A bound handout keeps its words; only its ids are told apart from those of others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bifolio.model.base import Model, Passage
from bifolio.model.blocks import (
    Block,
    ContentNote,
    HelpWhen,
    PageBreak,
    PrivacyNote,
    References,
    Resources,
    Section,
)
from bifolio.model.handout import Handout

ONCE = (HelpWhen, PageBreak, PrivacyNote, References, Resources)
"""Kinds that a booklet has for all its parts together, or has no use for."""


def bind(booklet: Handout, parts: Mapping[str, Handout]) -> Handout:
    """Give `booklet` with the handouts that it names as parts, in order, before its own body.

    `parts` holds the handouts by name. Blocks that are meant for other readers are left out.
    """
    readers = frozenset(booklet.audience)
    bound = [_part(name, parts[name].for_readers(readers)) for name in booklet.handouts]
    return booklet.model_copy(update={"body": (*bound, *booklet.body)})


def _part(name: str, handout: Handout) -> Section:
    said = [passage for passage in (handout.main_message, handout.call_to_action) if passage]
    cites = tuple(fact for passage in said for fact in passage.cites)
    warned = (ContentNote(kind="content_note", text=[handout.content_note]),) if handout.content_note else ()
    body = _without_what_comes_once(handout.body)
    return Section(
        kind="section",
        id=name,
        title=handout.title,
        note=Passage(text=handout.summary),
        lead=Passage(text=" ".join(one.text for one in said), cites=cites) if said else None,
        blocks=(*warned, *_told_apart(body, name)),
    )


def _without_what_comes_once(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, Section):
            if inner := _without_what_comes_once(block.blocks):
                kept.append(block.model_copy(update={"blocks": inner}))
        elif not isinstance(block, ONCE):
            kept.append(block)
    return tuple(kept)


def _told_apart(value: Any, name: str) -> Any:
    """Put the handout's name before the ids of its sections, and before them in links."""
    if isinstance(value, tuple):
        return tuple(_told_apart(item, name) for item in value)
    if isinstance(value, str):
        return re.sub(r"\]\(\s*#", f"](#{name}-", value)
    if not isinstance(value, Model):
        return value
    update = {field: _told_apart(getattr(value, field), name) for field in type(value).model_fields}
    if isinstance(value, Section) and value.id:
        update["id"] = f"{name}-{value.id}"
    return value.model_copy(update=update)
