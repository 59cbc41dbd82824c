"""Collate: a composed page → is everything there that readers must see, and nothing that could hide it or run?

Markup is parsed as XML, which EPUBs require anyway. Anything that an HTML parser would read differently (a
self-closing element, a comment that begins with ">", CDATA) is refused, so that a browser shows the page that was
checked here. The size, colour and position of words are not known until pages are laid out.

The elements and attributes allowed are those of the HTML Living Standard and SVG 2 that templates need.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any
from xml.parsers import expat

from bifolio.core.diagnostics import Diagnostic, Source, shorten

Box = tuple[str, ...]
"""A start tag: the element's name, then the names and values of its attributes in turn, without the id."""


@dataclass(frozen=True)
class Needed:
    """Something that a page must show: what it is, and its words in order, as `letters` gives them."""

    what: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Refused:
    """Something that a part may not contain: its name in messages, and how it looks in a template's source."""

    what: str
    mark: str = ""


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a page; false when nothing is."""

    malformed: str = ""
    refused: tuple[Refused, ...] = ()
    missing: tuple[Needed, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.malformed or self.refused or self.missing)


class MalformedError(ValueError):
    """Markup that is not well-formed XML."""


def letters(words: str) -> str:
    r"""Return words without white space, which differs between the forms of a page, for comparing them.

    >>> letters("Call\N{NO-BREAK SPACE}911\n  now.")
    'Call911now.'
    """
    return "".join(words.split())


class Sheet:
    """The visible words of a page; when read strictly, also the boxes around them, and what is refused."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        """Words in page order, as `letters` gives them."""
        self.boxes_of: list[tuple[Box, ...]] = []
        """The boxes around each run, outermost first; only when read strictly."""
        self.refused: Counter[Refused] = Counter()
        self.root: Box = ()
        self.title = ""
        """The text of a title directly below the root, as drawings have it; only when read strictly."""

    @cached_property
    def _text(self) -> str:
        return "".join(self.runs)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(map(len, self.runs))]

    def times(self, needed: Needed, within: Collection[Box] | None = None) -> int:
        """Count how often the page shows all the words in order; with `within`, only inside these or plain boxes."""
        return sum(1 for _ in self._standing(needed, within))

    def boxes(self, needed: Needed) -> frozenset[Box]:
        """Return all boxes around the words of something that the page shows."""
        places = [place for found in self._standing(needed, None) for place in found]
        return frozenset(box for place in places for run in self._runs(*place) for box in run)

    def _standing(self, needed: Needed, within: Collection[Box] | None) -> Iterator[list[tuple[int, int]]]:
        """Yield, for each time that the page shows something, the start and end of each of its words."""
        at = 0
        while at >= 0:
            found = []
            for words in needed.words:
                at = self._find(words, at, within)
                if at < 0:
                    return
                found.append((at, at + len(words)))
                at += len(words)
            yield found

    def _find(self, words: str, at: int, within: Collection[Box] | None) -> int:
        start = self._text.find(words, at)
        while start >= 0 and within is not None:
            runs = self._runs(start, start + len(words))
            if all(box in within or _is_plain(box) for run in runs for box in run):
                break
            start = self._text.find(words, start + 1)
        return start

    def _runs(self, start: int, end: int) -> list[tuple[Box, ...]]:
        first = bisect_right(self._starts, start) - 1
        return self.boxes_of[first : bisect_right(self._starts, end - 1)]


def judge(markup: str, needed: Collection[Needed], usual: Sheet | None = None) -> Verdict:
    """Return what is wrong with a page that must show everything `needed`.

    `usual` is the same page without a clinic's own parts. When it is given, everything must be shown as often as
    there, inside no boxes but the same or plain ones, and the page may contain nothing that a part may not.
    """
    try:
        sheet = read(markup, strictly=usual is not None)
    except MalformedError as error:
        return Verdict(malformed=str(error))
    if usual is None:
        wanted = Counter(needed)
        return Verdict(missing=tuple(one for one, times in wanted.items() if sheet.times(one) < times))
    return Verdict(
        refused=tuple(sheet.refused - usual.refused),
        missing=tuple(
            one for one in dict.fromkeys(needed) if sheet.times(one, usual.boxes(one)) < usual.times(one)
        ),
    )


def read(markup: str, *, strictly: bool = False) -> Sheet:
    """Parse a page, or a fragment with one root element. Raises MalformedError."""
    return (_StrictReader if strictly else _Reader)().read(markup)


# -- findings ------------------------------------------------------------------------------------


def unsound_page(wrong: Verdict, where: str) -> Diagnostic:
    """Return the finding for a page that has no clinic's own parts."""
    if wrong.malformed:
        return Diagnostic(
            "compose.template",
            f"the page is not well-formed: {wrong.malformed}",
            where=where,
            help="close every element, and write <br/> and &#160; as XML does",
        )
    return Diagnostic(
        "compose.help-missing",
        f"the page does not show {_listed(wrong.missing)}",
        where=where,
        help="let the templates show every block in full, in its own words",
    )


def unsound_part(wrong: Verdict, name: str, source: Source) -> Iterator[Diagnostic]:
    """Yield the findings for a page that has a clinic's own part, named `name` and read from `source`."""
    if wrong.malformed:
        yield Diagnostic(
            "brand.part-unsafe",
            f"with this part, the page is not well-formed: {wrong.malformed}",
            where=source.name,
            help="close every element that the part opens, and write <br/> and &#160; as XML does",
        )
    for refused in wrong.refused:
        at = source.text.find(refused.mark) if refused.mark else -1
        yield Diagnostic(
            "brand.part-unsafe",
            f"a clinic's own part may not contain {shorten(refused.what)}",
            source.place(at, len(refused.mark)) if at >= 0 else None,
            where=None if at >= 0 else source.name,
            help=_cure(refused),
        )
    if wrong.missing and not wrong.refused:
        yield Diagnostic(
            "compose.help-missing",
            f"with this part, the page does not show {_listed(wrong.missing)}",
            where=source.name,
            help=f"show all of it, as templates/{name} does, or delete the part",
        )


def _cure(refused: Refused) -> str:
    if "style" in refused.mark:
        return "remove it; set colours and line weights in theme.css, and leave sizes to the project"
    return "remove it; a part may contain text, lists, tables, embedded pictures, and links to web pages, e-mail or phones"


def _listed(needed: Sequence[Needed]) -> str:
    shown = [one.what for one in needed[:_MOST_LISTED]]
    more = [f"{len(needed) - _MOST_LISTED} more"] if len(needed) > _MOST_LISTED else []
    *first, last = [*shown, *more]
    return f"{', '.join(first)} and {last}" if first else last


_MOST_LISTED = 3


# -- reading -------------------------------------------------------------------------------------

_UNSEEN = frozenset({"head", "svg", "textarea"})
"""Elements whose words do not count as visible; those of a drawing may lie outside its frame."""


class _Reader:
    """Collects the visible words of a page."""

    def __init__(self) -> None:
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.words
        parser.EntityDeclHandler = self.entity
        self.sheet = Sheet()
        self.unseen = 0

    def read(self, markup: str) -> Sheet:
        try:
            self.parser.Parse(markup, True)
        except expat.ExpatError as error:
            line = markup.splitlines()[error.lineno - 1 :][:1]
            near = f', near "{shorten(line[0])}"' if line and line[0].strip() else ""
            raise MalformedError(f"{expat.errors.messages[error.code]}{near}") from error
        except UnicodeEncodeError as error:
            raise MalformedError("it contains a character that cannot be encoded") from error
        return self.sheet

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in _UNSEEN:
            self.unseen += 1
        elif name == "img" and len(source := attributes.get("src", "")) < _MOST_OF_A_PLACEHOLDER:
            self.say(said_by_picture(source))

    def end(self, name: str) -> None:
        if name in _UNSEEN:
            self.unseen -= 1

    def words(self, words: str) -> None:
        if words := letters(words):
            self.say(words)

    def say(self, words: str) -> None:
        if not self.unseen:
            self.sheet.runs.append(words)

    def entity(self, *_: Any) -> None:
        raise MalformedError("it declares an entity")


_MOST_OF_A_PLACEHOLDER = 300
"""Characters in the data address of a slot's placeholder picture; other pictures have thousands."""


_NO_WORDS = {code: 0xF0000 + code for code in range(0x80)}
"""Maps ASCII to private-use characters."""


def said_by_picture(source: str) -> str:
    """Return what represents a picture among the words of a page; no text of a page can contain it."""
    return "\0" + source.translate(_NO_WORDS)


# -- what a part may not contain -----------------------------------------------------------------


def _named(*names: str) -> frozenset[str]:
    return frozenset(" ".join(names).split())


_VOID = _named("br hr img input source")
"""HTML elements that have no content and no end tag."""

_ANY = _named("aria-describedby aria-label aria-labelledby class id lang role title")

_ELEMENTS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        _named(
            "abbr address article aside b blockquote br caption cite dd dl dt em figcaption figure footer",
            "h1 h2 h3 h4 h5 h6 header hr i label li main nav ol p picture q section small strong sub sup",
            "table tbody tfoot thead time tr ul",
        ),
        frozenset(),
    ),
    "a": _named("href"),
    "div": _named("style"),
    "img": _named("alt height src width"),
    "input": _named("name type value"),
    "source": _named("media srcset type"),
    "span": _named("style"),
    "td": _named("colspan rowspan"),
    "textarea": _named("name rows"),
    "th": _named("colspan rowspan scope style"),
}
"""The elements allowed, each with the attributes it may have besides `_ANY` and `data-`."""

_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,].*", re.DOTALL)
_NUMBER = re.compile(r"\d{1,4}")
_VALUES: Mapping[str, re.Pattern[str]] = {
    "colspan": _NUMBER,
    "height": _NUMBER,
    "href": re.compile(r"#.*|(?:https?|mailto|sms|tel):.*", re.DOTALL),
    "rows": _NUMBER,
    "rowspan": _NUMBER,
    "src": _PICTURE,
    "srcset": _PICTURE,
    "style": re.compile(  # what the templates of blocks and of the proof sheet compute
        r"background: #[0-9a-fA-F]{3,6}|width: [\d.]+%|height: calc\([1-9]\d* \* var\(--write-gap\)\)"
        r"|left: [\d.]+%; top: calc\(\d+ \* var\(--sense\) \+ \d+ \* var\(--write-gap\) - var\(--write-line\)\)"
    ),
    "type": re.compile(r"checkbox|radio|text|image/[a-z+]+"),
    "width": _NUMBER,
}

SVG = "http://www.w3.org/2000/svg"
_SVG_ELEMENTS = _named(
    "circle clipPath defs desc ellipse g line linearGradient marker mask path pattern polygon polyline",
    "radialGradient rect stop svg symbol text textPath title tspan use",
)
_SVG_ATTRIBUTES = _ANY | _named(
    "alignment-baseline baseline-shift clip-path clip-rule clipPathUnits color cx cy d dominant-baseline dx dy fill",
    "fill-opacity fill-rule font-family font-size font-style font-weight fr fx fy gradientTransform gradientUnits",
    "height href lengthAdjust letter-spacing marker-end marker-mid marker-start markerHeight markerUnits markerWidth",
    "mask maskContentUnits maskUnits offset opacity orient paint-order pathLength patternContentUnits",
    "patternTransform patternUnits points preserveAspectRatio r refX refY rotate rx ry shape-rendering spreadMethod",
    "startOffset stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin",
    "stroke-miterlimit stroke-opacity stroke-width text-anchor text-decoration text-rendering textLength transform",
    "vector-effect version viewBox width word-spacing x x1 x2 xlink:href xml:space xmlns xmlns:xlink y y1 y2",
)
_SVG_VALUES: Mapping[str, re.Pattern[str]] = {
    "href": re.compile(r"#.*", re.DOTALL),
    "xlink:href": re.compile(r"#.*", re.DOTALL),
    "xmlns": re.compile(re.escape(SVG)),
}
_ELSEWHERE = re.compile(r"url\((?!\s*['\"]?#)", re.IGNORECASE)

_STEERING = re.compile("[\x80-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Characters that change the direction of text, and control characters."""

_PLAIN = _named("article b div em i li main ol p section span strong ul")


def _is_plain(box: Box) -> bool:
    """Return whether a box leaves the words in it as they are."""
    return box[0] in _PLAIN and len(box) == 1


class _StrictReader(_Reader):
    """Also collects boxes, and what a part may not contain. Parts do not contribute to the head of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.parser.CommentHandler = self.comment
        self.parser.StartCdataSectionHandler = lambda: self.refuse("<![CDATA[", "<![CDATA[")
        self.parser.ProcessingInstructionHandler = lambda target, _: self.refuse(f"<?{target}", f"<?{target}")
        self.open: list[Box] = []
        self.pieces: list[str] = []
        """The children of <html>, in order."""
        self.refused_at = 0
        """The depth of the outermost open element that was refused; 0 when there is none."""
        self.source = b""
        self.holds_nothing = False
        """Whether nothing has followed the last start tag yet."""

    def read(self, markup: str) -> Sheet:
        self.source = markup.encode(errors="replace")
        return super().read(markup)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        above = [box[0] for box in self.open]
        self.open.append((name, *(part for pair in attributes.items() if pair[0] != "id" for part in pair)))
        self.holds_nothing = True
        if not above:
            self.sheet.root = self.open[0]
        super().start(name, attributes)
        if self.refused_at or "head" in above or (not above and name in {"html", "body"}):
            return
        if above == ["html"]:
            self.pieces.append(name)
        if not (self.is_in_place() if above == ["html"] else _is_allowed(name, above)):
            self.refused_at = len(self.open)
            self.refuse(f"<{name}>", f"<{name}")
        elif name not in {"head", "body"}:
            for attribute, value in attributes.items():
                if not _may_be(name, attribute, value, in_drawing="svg" in (*above, name)):
                    self.refuse(f'{attribute}="{value}"', f"{attribute}=")

    def is_in_place(self) -> bool:
        """Return whether <html> has a head, then a body, so far; only the first misplaced child counts."""
        whole = ["head", "body"]
        return self.pieces == whole[: len(self.pieces)] or self.pieces[:-1] != whole[: len(self.pieces) - 1]

    def end(self, name: str) -> None:
        super().end(name)
        if self.is_closed_within() and not (
            {name} & _VOID or {"head", "svg"} & {box[0] for box in self.open}
        ):
            self.refuse(f"<{name}/>", f"<{name}")
        self.open.pop()
        self.holds_nothing = False
        if len(self.open) < self.refused_at:
            self.refused_at = 0

    def is_closed_within(self) -> bool:
        """Return whether the element that ends here is self-closing: an HTML parser would leave it open."""
        at = self.parser.CurrentByteIndex
        return self.holds_nothing and self.source[at - 2 : at] == b"/>"

    def words(self, words: str) -> None:
        super().words(words)
        self.holds_nothing = False
        if len(self.open) == 2 and self.open[1][0] == "title":
            self.sheet.title += words.strip()
        if _STEERING.search(words):
            self.refuse("a character that changes the direction of text")

    def say(self, words: str) -> None:
        super().say(words)
        if not self.unseen:
            self.sheet.boxes_of.append(tuple(self.open))

    def comment(self, words: str) -> None:
        self.holds_nothing = False
        if words.startswith((">", "->")):
            self.refuse(f"<!--{words}-->", "<!--")

    def refuse(self, what: str, mark: str = "") -> None:
        self.holds_nothing = False
        self.sheet.refused[Refused(what, mark)] += 1


def _is_allowed(name: str, above: Sequence[str]) -> bool:
    if above and above[-1] in {"title", "desc", "textarea"}:  # HTML parses their content differently
        return False
    return name in _SVG_ELEMENTS if "svg" in (*above, name) else name in _ELEMENTS


def _may_be(element: str, attribute: str, value: str, *, in_drawing: bool) -> bool:
    if in_drawing:
        pattern = _SVG_VALUES.get(attribute)
        is_known = attribute in _SVG_ATTRIBUTES and not _ELSEWHERE.search(value)
    else:
        pattern = _VALUES.get(attribute)
        is_known = attribute in _ANY or attribute in _ELEMENTS[element] or attribute.startswith("data-")
    return is_known and (pattern is None or pattern.fullmatch(value) is not None)
