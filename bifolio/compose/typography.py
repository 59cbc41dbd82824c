"""Typography: text as authors type it → text as a compositor sets it.

Inline Markdown (bold, links), quotation marks and dashes of the language, no-break spaces where a
line must not end. Knows nothing of blocks or pages. Line ends follow the Chicago Manual of Style
where it covers them; nothing here hyphenates.
"""

from __future__ import annotations

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

NBSP = "\N{NO-BREAK SPACE}"

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


_MAX_CACHED = 4096
"""The number of typeset passages that are cached: all editions and formats of a handout have the same ones."""


@lru_cache(maxsize=8)
def _parser(quotes: str) -> MarkdownIt:
    parser = MarkdownIt("zero", {"html": False, "typographer": True, "quotes": quotes})
    # Not "replacements": it turns the "(c)" of a list into a copyright sign.
    parser.enable(["emphasis", "link", "escape", "entity", "smartquotes"])
    return parser


@lru_cache(maxsize=_MAX_CACHED)
def typeset(text: str, quotes: str = "“”‘’", *, bind_end: bool = False) -> Markup:
    """Typeset a passage as HTML. `quotes` contains the outer and inner pairs of the language.

    With `bind_end` the last two words stay together, so that no word is alone on the last line:
    for titles, decks and panels. The result contains no elements but <strong>, <em> and <a>.
    """
    tokens = _parser(quotes).parseInline(_SPACES.sub(" ", text).strip())
    inline = tokens[0].children or []
    for token in inline:
        if token.type == "text":
            token.content = _set(token.content)
    if bind_end:
        _bind_end(inline)
    return Markup(_parser(quotes).renderer.render(inline, _parser(quotes).options, {}))  # noqa: S704


@lru_cache(maxsize=_MAX_CACHED)
def plain(text: str, quotes: str = "“”‘’") -> str:
    """Typeset a passage as plain text, without markup, for titles and alternative texts.

    >>> plain('**Stop.** "Not now"')
    'Stop. “Not now”'
    """
    inline = _parser(quotes).parseInline(_SPACES.sub(" ", text).strip())[0].children or []
    return "".join(_set(token.content) for token in inline if token.type == "text")


def _set(text: str) -> str:
    has_digits = _DIGIT.search(text)  # most passages have none
    if has_digits:
        text = _APOSTROPHE_YEAR.sub("\N{RIGHT SINGLE QUOTATION MARK}", text)
    text = text.replace(
        "'", "\N{RIGHT SINGLE QUOTATION MARK}"
    )  # those that the parser did not take for quotation marks
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
