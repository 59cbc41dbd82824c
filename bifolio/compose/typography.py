"""Typography: text as authors type it → text as a compositor sets it.

Inline Markdown (bold, links), quotation marks and dashes of the language, no-break spaces where a
line may not end. Knows nothing of blocks or pages. Line ends follow the Chicago Manual of Style
where it speaks of them, and no dictionary: nothing here hyphenates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

NBSP = "\N{NO-BREAK SPACE}"

WORD = re.compile(r"\{([A-Za-z][A-Za-z_]*)\}")
"""A word of the region in running text: `{doctor}`, and `{Doctor}` where a sentence begins."""

_UNITS = (
    "minutes?|hours?|seconds?|days?|weeks?|months?|years?|people|students|women|men|couples|"
    "percent|mm|cm|m|kg|g|ml|am|pm|times?|things?|lines?|steps?|reasons?"
)
_NUMBER_UNIT = re.compile(rf"(?<![\w.,-])(\d[\d,.]*) (?=(?:{_UNITS})\b)")
_RATIO = re.compile(r"\b(\d+) (in|of|to|or) (?=\d+\b)")
_SHORT_BEFORE_NUMBER = re.compile(
    r"\b(call|dial|text|page|step|about|part|No\.|p\.|pp\.) (?=\d)", re.IGNORECASE
)
_INITIAL = re.compile(r"\b([A-Z]\.) (?=[A-Z])")
_APOSTROPHE_YEAR = re.compile("(?<!\\w)['\N{LEFT SINGLE QUOTATION MARK}](?=\\d\\ds?\\b)")
_MARKS = (
    (re.compile(r"\.{3,}"), "…"),
    (re.compile(r"(?<!-)---(?!-)"), "—"),
    (re.compile(r"(?<!-)--(?!-)"), "–"),
)
_DIGIT = re.compile(r"\d")
_SPACES = re.compile(r"[^\S\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]+")
_LAST_SPACE = re.compile(r" (?=[^ <>]+$)")
_DASH_SPACE = re.compile(r" (?=[–—])")


_MOST_SET = 4096
"""Passages kept as they are set: each edition and each form of a handout asks for the same ones."""


@lru_cache(maxsize=8)
def _parser(quotes: str) -> MarkdownIt:
    parser = MarkdownIt("zero", {"html": False, "typographer": True, "quotes": quotes})
    # Not "replacements": it takes the c of a list's "(c)" for a copyright sign.
    parser.enable(["emphasis", "link", "escape", "entity", "smartquotes"])
    return parser


_SENTENCE = re.compile(r".+?(?:[.!?][\"”’)]*(?=\s+[*\[]*\{?[A-Z“\"'(0-9])|$)")


def sentences(text: str) -> list[str]:
    """Split a passage into its sentences, markup and all.

    >>> sentences("Stop. You can breathe, e.g. slowly. **Nothing** has to happen next.")
    ['Stop.', 'You can breathe, e.g. slowly.', '**Nothing** has to happen next.']
    >>> sentences("“Are you okay?” Then wait.")
    ['“Are you okay?”', 'Then wait.']
    """
    return [found.strip() for found in _SENTENCE.findall(" ".join(text.split()))]


def fill_words(text: str, words: Mapping[str, str]) -> str:
    """Put a region's words in the place of `{word}`; unknown ones stay as they are.

    >>> fill_words("Call {emergency}. {Doctor} or nurse?", {"emergency": "911", "doctor": "doctor"})
    'Call 911. Doctor or nurse?'
    """

    def said(found: re.Match[str]) -> str:
        word = words.get(word_behind(found[1]))
        if word is None:
            return found[0]
        return word[:1].upper() + word[1:] if found[1][0].isupper() else word

    return WORD.sub(said, text)


def word_behind(name: str) -> str:
    """Give the name under which a region holds a word: "doctor" for `{Doctor}`."""
    return name[:1].lower() + name[1:]


@lru_cache(maxsize=_MOST_SET)
def typeset(text: str, quotes: str = "“”‘’", *, bind_end: bool = False) -> Markup:
    """Set one passage as HTML. `quotes` holds the outer and inner pairs of the language.

    With `bind_end` the last two words stay together, so that no line ends with one word alone:
    for titles, decks and panels. The result holds only <strong>, <em> and <a>.
    """
    tokens = _parser(quotes).parseInline(_SPACES.sub(" ", text).strip())
    inline = tokens[0].children or []
    for token in inline:
        if token.type == "text":
            token.content = _set(token.content)
    if bind_end:
        _bind_end(inline)
    return Markup(_parser(quotes).renderer.render(inline, _parser(quotes).options, {}))  # noqa: S704


@lru_cache(maxsize=_MOST_SET)
def plain(text: str, quotes: str = "“”‘’") -> str:
    """Set one passage as plain text: no markup, typographic marks kept. For titles and alt texts.

    >>> plain('**Stop.** "Not now"')
    'Stop. “Not now”'
    """
    inline = _parser(quotes).parseInline(_SPACES.sub(" ", text).strip())[0].children or []
    return "".join(_set(token.content) for token in inline if token.type == "text")


def _set(text: str) -> str:
    has_digits = _DIGIT.search(text)  # which most passages have not
    if has_digits:
        text = _APOSTROPHE_YEAR.sub("\N{RIGHT SINGLE QUOTATION MARK}", text)
    text = text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")  # what the parser took for no quotation
    for pattern, mark in _MARKS:
        text = pattern.sub(mark, text)
    if has_digits:
        text = _NUMBER_UNIT.sub(rf"\1{NBSP}", text)
        text = _RATIO.sub(rf"\1{NBSP}\2{NBSP}", text)
        text = _SHORT_BEFORE_NUMBER.sub(rf"\1{NBSP}", text)
    text = _INITIAL.sub(rf"\1{NBSP}", text)
    return _DASH_SPACE.sub(NBSP, text)


def _bind_end(inline: list[Token]) -> None:
    for token in reversed(inline):
        if token.type != "text" or not token.content.strip():
            continue
        last_word = token.content.rpartition(" ")[2]
        if " " in token.content and len(last_word) < 12:
            token.content = _LAST_SPACE.sub(NBSP, token.content)
        return
