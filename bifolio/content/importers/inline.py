"""Words in their looks → the Markdown of a handout, with every sign that would mean something in it escaped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from urllib.parse import quote

from markdown_it import MarkdownIt

from bifolio.content.importers.tree import Inline, Run, plain, trimmed
from bifolio.core.diagnostics import is_control
from bifolio.core.phone_numbers import calls_nobody
from bifolio.model.base import LIGATURES

_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF])
_SPACES = re.compile(r"\s+")
_ALWAYS = (
    r"`|~(?=~)|(?<=~)~"  # code, struck-out words
    r"|(?<=!)\[|\[(?=\^)|(?<=\])\("  # a picture, a footnote, a link
    r"|(?<=\w)\}"  # a word of the region, which is looked for before Markdown is read
)
_FEWER_SIGNS = re.compile(_ALWAYS)
"""Signs that are escaped wherever they stand."""
_SIGNS = re.compile(rf"{_ALWAYS}|[\\*_]")
"""Signs that are escaped where one of them would mean something."""
_ENTITY = re.compile(r"&(?=#?\w+;)")
_TAG = re.compile(r"<(?=/?[a-zA-Z!?])")
_RESERVED = re.compile(r"\bslot(?=[:.])")
_BLOCK_START = re.compile(r"^(?:([-+>#|=:]|\*(?=\s))|(\d{1,9})([.)])(?=\s|$))")
_SAFE = re.compile(r"https?://[^/\s]|mailto:[^\s@]+@|tel:\+?[\d(]")

OnLink = Callable[[str, str], None]
"""Hears the words and the target of each link that a handout cannot have."""


def cleaned(text: str) -> str:
    """Return words in NFC, without ligature signs and characters that nobody sees."""
    text = unicodedata.normalize("NFC", text.translate(LIGATURES).translate(_INVISIBLE))
    return _SPACES.sub(" ", "".join(" " if is_control(sign) else sign for sign in text))


def escaped(text: str, *, signs: re.Pattern[str] = _SIGNS) -> str:
    r"""Return words that Markdown shows as they are.

    >>> escaped("5 * 3 [see] file_name _below_ <b> {name}")
    '5 \\* 3 [see] file\\_name \\_below\\_ &lt;b> {name\\}'
    """
    text = _ENTITY.sub("&amp;", signs.sub(r"\\\g<0>", text))
    return _RESERVED.sub("sl&#111;t", _TAG.sub("&lt;", text))


def written(text: Inline, on_link: OnLink | None = None) -> str:
    """Return words as a handout's file has them."""
    runs = _tidy(text)
    words = plain(runs).strip()
    for signs in (_FEWER_SIGNS, _SIGNS):
        marked = _guarded("".join(_piece(run, on_link, signs) for run in runs).strip())
        if _shown(marked) == words:
            return marked
    # Markdown takes no bold that ends in a sign right before a letter: "**Note:**now".
    return _guarded(written_plainly(text))


def written_plainly(text: Inline) -> str:
    """Return words without bold, italic and links, as titles and cells have them."""
    words = plain(_tidy(text)).strip()
    light = escaped(words, signs=_FEWER_SIGNS)
    return light if _shown(light) == words else escaped(words)


def _tidy(text: Inline) -> Inline:
    """Return clean runs, with the spaces at the ends of bold, italic and linked words outside of them."""
    runs: list[Run] = []
    for run in text:
        words = cleaned(run.text)
        bare = words.strip()
        if not bare or not (run.bold or run.italic or run.link):
            runs.append(Run(words))
            continue
        start = words.index(bare)
        runs += [
            Run(words[:start]),
            Run(bare, run.bold, run.italic, run.link),
            Run(words[start + len(bare) :]),
        ]
    return trimmed(runs)


def _piece(run: Run, on_link: OnLink | None, signs: re.Pattern[str]) -> str:
    words = escaped(run.text, signs=signs)
    if run.bold:
        words = f"**{words}**"
    elif run.italic:
        words = f"*{words}*"
    if not run.link:
        return words
    target = quote(run.link.strip(), safe="/:?#@!$&'*+,;=%~.-_")
    if not _SAFE.match(target) or calls_nobody(target):
        if on_link is not None:
            on_link(run.text, run.link)
        return words
    return f"[{words}]({target})"


def _guarded(text: str) -> str:
    """Escape a sign at the start that would begin a list, a heading, a quotation or a table."""
    found = _BLOCK_START.match(text)
    if found is None:
        return text
    at = found.end(2) if found[2] else 0
    return f"{text[:at]}\\{text[at:]}"


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("zero").enable(["emphasis", "link", "escape", "entity"])


def _shown(marked: str) -> str:
    """Return the words that a reader of a passage sees."""
    inline = _parser().parseInline(marked)[0].children or []
    return "".join(token.content for token in inline if token.type in {"text", "text_special"})
