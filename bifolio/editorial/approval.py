"""Approval: a composed handout and its facts → the exact wording that a clinician says yes to, and whether
a yes still holds.

The wording is everything that the pages will say in one region and language, as plain lines, and below it
the facts that the handout cites. Its SHA-256 is what an approval is bound to, so a change of one word, one
fact or one support line ends it; looks are no part of it. Where a later version of this program sets the same words
otherwise, in other lines or with other spaces, the yes holds. Nothing here writes, and nothing here approves by
itself: a name and a day come from the person who asks.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Literal

from bifolio.core.fingerprints import fingerprint
from bifolio.model.approval import Approval, digest_of_wording
from bifolio.model.evidence import Evidence
from bifolio.model.plate import SLOT_ALT, SLOT_LINK

State = Literal["draft", "approved", "stale"]
"""What a text is to one brand: never approved, approved as it stands, or changed since."""


@dataclass(frozen=True)
class ApprovalStatus:
    """What one text is to one brand, and who made it so."""

    item: str
    brand: str
    region: str
    language: str
    state: State
    approval: Approval | None = None

    def __str__(self) -> str:
        status = f"{self.item} · {self.brand} · {self.region} · {self.language}: {self.state}"
        if self.approval is None:
            return status
        return f"{status}, by {self.approval.by} on {self.approval.on}"


@dataclass(frozen=True)
class Change:
    """A run of words: in both wordings, only in the approved one (gone), or only in the one of now (new)."""

    kind: Literal["same", "gone", "new"]
    words: str


def wording(html: str, cites: Iterable[str], evidence: Evidence) -> str:
    """Return all that a page says, a line for each block of text, and the facts that it stands on."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [line for line in reader.lines() if line]
    for fact_id in sorted(cites):
        fact = evidence.facts[fact_id]
        lines.append(f"[{fact_id}, {fact.status}] {_plain(fact.text)}")
        if fact.limits:
            lines.append(f"[{fact_id}, limits] {_plain(fact.limits)}")
        lines += [f"[{fact_id}, source] {_plain(evidence.sources[key].short)}" for key in fact.sources]
    return "\n".join(lines) + "\n"


def version(text: str, approval: Approval | None) -> str:
    """Return the version that a further yes is based on: a wording, and the approval that stands for it."""
    return fingerprint(text, approval.model_dump_json() if approval else "")


def state_of(approval: Approval | None, text: str, approved: str | None = None) -> State:
    """Return whether an approval holds for a wording; `approved` is the one that it was given for, where it is kept."""
    if approval is None:
        return "draft"
    is_same = approval.text == digest_of_wording(text) or (
        approved is not None and says_the_same(approved, text)
    )
    return "approved" if is_same else "stale"


def says_the_same(one: str, other: str) -> bool:
    r"""Return whether two wordings have the same words in the same order, however they are set.

    >>> says_the_same('Call\N{NO-BREAK SPACE}"us".\nNow.', "Call “us”. Now.")
    True
    >>> says_the_same("5-10 minutes", "5–10 minutes")
    False
    """
    first, second = (text.translate(_SETTING).split() for text in (one, other))
    return first == second


_SETTING = str.maketrans(
    {
        **dict.fromkeys("\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}\N{WORD JOINER}\N{ZERO WIDTH NO-BREAK SPACE}"),
        "\N{NON-BREAKING HYPHEN}": "-",
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‘’‚‹›", "'"),
    }
)
"""Signs that a compositor chooses, and what stands for them all. Dashes are not among them: 5-10 may be a range."""


def difference(old: str, new: str) -> list[Change]:
    """Return word by word what changed from one wording to another.

    >>> [f"{c.kind}: {c.words}" for c in difference("Call a nurse.", "Call a doctor.") if c.words.strip()]
    ['same: Call a', 'gone: nurse.', 'new: doctor.']
    """
    one, other = _words(old), _words(new)
    found = []
    matcher = difflib.SequenceMatcher(a=one, b=other, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            found.append(Change("same", _joined(one[start:end])))
            continue
        if end > start:
            found.append(Change("gone", _joined(one[start:end])))
        if new_end > new_start:
            found.append(Change("new", _joined(other[new_start:new_end])))
    return found


def written(approvals: Mapping[tuple[str, str, str], Approval]) -> str:
    """Write the approvals of a brand as approvals.yaml, in the order of their items."""
    lines = [
        "# Who said yes to which exact text. `python build.py approve` writes this; the texts stand in approved/.",
        "approvals:" if approvals else "approvals: []",
    ]
    for key in sorted(approvals):
        approval = approvals[key]
        by = json.dumps(approval.by, ensure_ascii=False)
        lines += [
            f"  - item: {approval.item}",
            f"    region: {approval.region}",
            f"    language: {approval.language}",
            f"    by: {by}",
            f"    on: {approval.on}",
            f"    text: {json.dumps(approval.text)}",
        ]
    return "\n".join(lines) + "\n"


def _words(text: str) -> list[str]:
    # A line end is a word of its own, so that a difference can be shown in lines.
    return [word for line in text.splitlines() for word in (*line.split(), "\n")]


def _joined(words: list[str]) -> str:
    return " ".join(words).replace(" \n ", "\n").replace(" \n", "\n").replace("\n ", "\n")


def _plain(text: str) -> str:
    return " ".join(text.split())


_INLINE = frozenset(["a", "abbr", "b", "em", "i", "small", "span", "strong", "sub", "sup", "tspan"])
_SILENT = frozenset(["style", "script", "head"])
"""Elements of which no word stands on a page."""


class _Reader(HTMLParser):
    """Collects the words of a page; each box begins a new line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0
        self.inline: list[bool] = []
        """For each open inline element, whether it is set off as a box of its own: it has a class."""
        self.drawings: list[bool] = []
        """For each open drawing, whether it is a blank to write on: what a screen calls it is no part of the words."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "svg":
            self.drawings.append((dict(attrs).get("class") or "").endswith("-blank"))
            self.silent += self.drawings[-1]
        self.silent += tag in _SILENT
        boxed = any(name == "class" for name, _ in attrs)
        if tag in _INLINE:
            self.inline.append(boxed)
        if boxed or tag not in _INLINE:
            self.parts.append("\n")
        if self.silent:
            return
        values = {name: value or "" for name, value in attrs}
        alt, target = values.get("alt", ""), values.get("href", "")
        if alt and not alt.startswith(SLOT_ALT):  # the clinic's places are no part of the words
            self.parts.append(alt)
        if "://" in target and not target.startswith(SLOT_LINK):
            self.parts.append(f"<{target}> ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in _SILENT
        if tag == "svg" and self.drawings:
            self.silent -= self.drawings.pop()
        if tag not in _INLINE or (self.inline and self.inline.pop()):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data.replace("\n", " "))

    def lines(self) -> Iterator[str]:
        return (_plain(line) for line in "".join(self.parts).split("\n"))
