"""Tailor: a handout → one person's copy of it.

Parts are left out, words are replaced by others that the handout offers, a note and the next visit are added.
What keeps a reader safe stays, whatever is asked: the panel on when to get help, the support lines, "stop"
callouts, and the notes that open a page. Nothing of a copy is remembered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bifolio.content.validation import validate
from bifolio.core.atomic_writes import expect_writable, replace_all
from bifolio.core.diagnostics import ContentError, Diagnostic, RequestError, shorten, suggest
from bifolio.core.files import STORE
from bifolio.core.source_tree import SourceTree
from bifolio.core.yaml_loader import parse
from bifolio.model.base import Passage
from bifolio.model.blocks import Block, Callout, PageBreak, Section, TextBlock, walk
from bifolio.model.handout import Handout
from bifolio.model.tailoring import Tailoring

_SAFE = frozenset(["help_when", "resources", "content_note", "privacy_note"])
"""Kinds of block that no copy goes without."""

_UNPRINTED = frozenset(["page_break", "references"])
"""Kinds that follow from the rest: they are no part that anyone chooses."""

_LINK = re.compile(r"\[([^\]]*)\]\(\s*#([^)\s]+)[^)]*\)")


@dataclass(frozen=True)
class Part:
    """A piece of a handout that a copy may do without, but for what in it keeps a reader safe."""

    name: str
    title: str
    kind: str
    stays: Literal["all", "some", "none"]


def parts(handout: Handout) -> tuple[Part, ...]:
    """Return the pieces of a handout with their names, in order."""
    return tuple(part for part, _ in _named(handout.body) if part is not None)


def refused(handout: Handout, tailoring: Tailoring, tree: SourceTree | None = None) -> Iterator[Diagnostic]:
    """Return what a tailoring asks for that the handout does not have; `tree` is the file that says it."""
    names = [part.name for part in parts(handout)]
    asked = [("keep", name) for name in tailoring.keep] + [
        ("leave_out", name) for name in tailoring.leave_out
    ]
    for key, name in asked:
        if name not in names:
            yield Diagnostic(
                "tailor.unknown-part",
                f'there is no part "{shorten(name)}"',
                tree.inside((key,), name) if tree else None,
                help=suggest(name, names, "parts", limit=40),
            )
    for word in tailoring.words:
        if word not in handout.words:
            yield Diagnostic(
                "tailor.unknown-word",
                f'the text has no other words for "{shorten(word)}"',
                tree.span(("words", word), key=True) if tree else None,
                help=suggest(word, handout.words, "words"),
            )
    if handout.kind == "card" and (tailoring.note or tailoring.next_visit):
        yield Diagnostic(
            "tailor.no-room",
            "a card has no room for a note or a visit",
            tree.span(("note" if tailoring.note else "next_visit",), key=True) if tree else None,
            help="write it on the card by hand",
        )


def read_tailoring(text: str, name: str) -> tuple[Tailoring, SourceTree]:
    """Read a tailoring from YAML text; findings call it `name`. The file itself is nobody's but the therapist's."""
    tree = parse(text, name)
    if tree.value is None:
        return Tailoring(), tree
    tailoring, findings = validate(Tailoring, tree, "tailor")
    if tailoring is None:
        raise ContentError(findings)
    return tailoring, tree


def hand_over(root: Path, body: bytes, path: Path) -> None:
    """Write one person's copy to where the therapist says, whole or not at all.

    The folders that the project at `root` itself keeps, shows or shares are refused.
    """
    place = path.resolve()
    for name in ("content", "output", STORE):
        if place.is_relative_to(root / name):
            raise RequestError(
                Diagnostic(
                    "tailor.shared-folder",
                    f'"{name}" is kept and shared: one person\'s copy does not belong there',
                    help="name a place of your own: --to ~/Desktop/copy.pdf",
                )
            )
    expect_writable(place.parent)
    replace_all({place: body})


def tailor(handout: Handout, tailoring: Tailoring, labels: Mapping[str, str]) -> Handout:
    """Return the copy. `handout` still has its own words open: `{partner}`; `labels` are those of the locale."""
    worded = handout.saying(tailoring.words)
    body = tuple(_chosen_blocks(worded, tailoring))
    if worded.kind == "booklet":
        body = tuple(_gathered(worded, body, labels["keep_in_mind"]))
    gone = {block.id for block in walk(worded.body) if isinstance(block, Section) and block.id}
    gone -= {block.id for block in walk(body) if isinstance(block, Section)}
    copy = worded.model_copy(update={"body": _tidy(worded, body)})
    if gone:
        copy = copy.mapped(lambda text: _LINK.sub(lambda m: m[1] if m[2] in gone else m[0], text))
    return _with_note(copy, tailoring, labels)


def _chosen_blocks(handout: Handout, tailoring: Tailoring) -> Iterator[Block]:
    for part, block in _named(handout.body):
        chosen = not tailoring.keep or (part is not None and part.name in tailoring.keep)
        if part is None or (chosen and part.name not in tailoring.leave_out):
            yield block
        else:
            yield from _safe(block)


def _gathered(whole: Handout, body: tuple[Block, ...], title: str) -> Iterator[Block]:
    """Bring what stays of sections that were left out under one head: in a booklet each would begin a page."""
    left = [block for block in body if block not in whole.body and isinstance(block, Section)]
    for block in body:
        if len(left) < 2 or block not in left:
            yield block
        elif block is left[0]:
            inner = tuple(named for part in left for named in _with_its_title(part))
            yield Section(kind="section", id="keep-in-mind", title=title, blocks=inner)


def _with_its_title(section: Section) -> Iterator[Block]:
    """Return the blocks of a section; its first callout takes the section's title, which says what it is about."""
    title: str | None = section.title
    for block in walk(section.blocks):
        if isinstance(block, Callout) and title:
            block, title = block.model_copy(update={"title": title}), None  # noqa: PLW2901 - the same, renamed
        if not isinstance(block, Section):
            yield block


def _safe(block: Block) -> Iterator[Block]:
    """Return what must stay of a block: all of it, a section with that alone, or nothing."""
    if isinstance(block, Section):
        inner = tuple(found for child in block.blocks for found in _safe(child))
        if inner:
            yield block.model_copy(update={"blocks": inner})
    elif block.kind in _SAFE or (isinstance(block, Callout) and block.tone == "stop"):
        yield block


def _named(body: tuple[Block, ...]) -> Iterator[tuple[Part | None, Block]]:
    """Return each block of the top with its name; those that nobody chooses have none."""
    used: set[str] = set()
    for block in body:
        if block.kind in _UNPRINTED:
            yield None, block
            continue
        title = _title(block)
        name = base = getattr(block, "id", None) or _slug(title) or block.kind.replace("_", "-")
        number = 2
        while name in used:
            name, number = f"{base}-{number}", number + 1
        used.add(name)
        yield Part(name, title, block.kind, _stays(block)), block


def _stays(block: Block) -> Literal["all", "some", "none"]:
    safe = tuple(_safe(block))
    return "none" if not safe else "all" if safe == (block,) else "some"


def _title(block: Block) -> str:
    title = getattr(block, "title", None) or getattr(block, "label", None)
    return str(title or "")


def _slug(title: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return slug if slug[:1].isalpha() and len(slug) <= 60 else ""


def _tidy(handout: Handout, body: tuple[Block, ...]) -> tuple[Block, ...]:
    """Drop page breaks that nothing stands between any more; those of a card part its two faces."""
    if handout.kind == "card":
        return body
    found: list[Block] = []
    for block in body:
        if not isinstance(block, PageBreak) or (found and not isinstance(found[-1], PageBreak)):
            found.append(block)
    while found and isinstance(found[-1], PageBreak):
        found.pop()
    return tuple(found)


def _with_note(handout: Handout, tailoring: Tailoring, labels: Mapping[str, str]) -> Handout:
    words = [*tailoring.note]
    if tailoring.next_visit:
        words.append(Passage(text=f"**{labels['next_visit']}:** {tailoring.next_visit}"))
    if not words:
        return handout
    body = handout.body
    if handout.kind == "booklet":  # where each section begins a page and stands in the contents
        page = Section(
            kind="section",
            id="for-you",
            title=labels["note_for_you"],
            blocks=(TextBlock.model_validate({"kind": "text", "paragraphs": words}),),
        )
        return handout.model_copy(update={"body": (page, *body)})
    fields: dict[str, Any] = {
        "kind": "callout",
        "tone": "calm",
        "title": labels["note_for_you"],
        "text": words,
    }
    note = Callout.model_validate(fields)
    opening = 1 if body and body[0].kind == "privacy_note" else 0  # a worksheet sets it beside its title
    return handout.model_copy(update={"body": (*body[:opening], note, *body[opening:])})
