"""Read a composed page: markup → its visible words, and in strict mode what no clinic's part may contain.

Markup is parsed as XML, which EPUBs require anyway. In strict mode, anything that an HTML parser would read
differently (a self-closing element, a comment that begins with ">", CDATA) is refused, so that a browser shows the
page that was read here. The size, colour and position of words are unknown until pages are laid out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any
from xml.parsers import expat

from bifolio.compose.allowed_markup import (
    TEXT_DIRECTION,
    VOID,
    StartTag,
    is_allowed,
    is_allowed_attribute,
    is_plain,
)
from bifolio.core.diagnostics import shorten
from bifolio.core.phone_numbers import shows_what_it_dials
from bifolio.model.plate import SLOT_LINK


@dataclass(frozen=True)
class Required:
    """Something that a page must show: its name, and its words in order, as `without_spaces` returns them."""

    what: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Refused:
    """Something that a part may not contain: its name in messages, and text by which it is found in a template."""

    what: str
    source_text: str = ""


@dataclass
class _CallLink:
    """An open link that calls or texts, or that will when the clinic is in place on a plate."""

    depth: int
    address: str
    names: list[str]
    """What screen readers say in place of the words."""
    words: str = ""

    @property
    def is_clear(self) -> bool:
        """Return whether the reader is told whom the link calls."""
        if self.address.startswith(SLOT_LINK):  # the words are in the picture of the slot
            return not "".join((self.words, *self.names)).strip()
        return all(shows_what_it_dials(self.address, words) for words in (self.words, *self.names))


class MalformedError(ValueError):
    """Markup that is not well-formed XML."""


def without_spaces(words: str) -> str:
    r"""Return words without white space, which varies between the forms of a page, for comparison.

    >>> without_spaces("Call\N{NO-BREAK SPACE}911\n  now.")
    'Call911now.'
    """
    return "".join(words.split())


class PageText:
    """The visible words of a page; in strict mode also the elements around them, and what is refused."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        """Words in page order, as `without_spaces` returns them."""
        self.ancestors: list[tuple[StartTag, ...]] = []
        """The elements around each run, outermost first; only in strict mode."""
        self.refused: Counter[Refused] = Counter()
        self.root: StartTag = ()
        self.title = ""
        """The text of a title directly below the root, as in drawings; only in strict mode."""

    @cached_property
    def _text(self) -> str:
        return "".join(self.runs)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(map(len, self.runs))]

    def count(self, required: Required, within: Collection[StartTag] | None = None) -> int:
        """Count how often the page shows all the words in order; with `within`, only inside these or plain elements."""
        return sum(1 for _ in self._occurrences(required, within))

    def elements_around(self, required: Required) -> frozenset[StartTag]:
        """Return all elements around the words of something that the page shows."""
        places = [place for found in self._occurrences(required, None) for place in found]
        return frozenset(tag for place in places for run in self._ancestors_of(*place) for tag in run)

    def _occurrences(
        self, required: Required, within: Collection[StartTag] | None
    ) -> Iterator[list[tuple[int, int]]]:
        """Yield the start and end of each of the words, for each time that the page shows them all."""
        at = 0
        while at >= 0:
            found = []
            for words in required.words:
                at = self._find(words, at, within)
                if at < 0:
                    return
                found.append((at, at + len(words)))
                at += len(words)
            yield found

    def _find(self, words: str, at: int, within: Collection[StartTag] | None) -> int:
        start = self._text.find(words, at)
        while start >= 0 and within is not None:
            runs = self._ancestors_of(start, start + len(words))
            if all(tag in within or is_plain(tag) for run in runs for tag in run):
                break
            start = self._text.find(words, start + 1)
        return start

    def _ancestors_of(self, start: int, end: int) -> list[tuple[StartTag, ...]]:
        first = bisect_right(self._starts, start) - 1
        return self.ancestors[first : bisect_right(self._starts, end - 1)]


def read(markup: str, *, strictly: bool = False) -> PageText:
    """Parse a page, or a fragment with one root element. Raises MalformedError."""
    return (_StrictReader if strictly else _Reader)().read(markup)


_HIDDEN = frozenset({"head", "svg", "textarea"})
"""Elements whose words do not count as visible; those of a drawing may lie outside its frame."""

_MAX_PLACEHOLDER = 300
"""The most characters in the data address of a slot's placeholder picture; other pictures have thousands."""

_NO_WORDS = {code: 0xF0000 + code for code in range(0x80)}
"""Maps ASCII to private-use characters."""


def picture_token(source: str) -> str:
    """Return what represents a picture among the words of a page; no text of a page can contain it."""
    return "\0" + source.translate(_NO_WORDS)


class _Reader:
    """Collects the visible words of a page."""

    def __init__(self) -> None:
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.EntityDeclHandler = self.entity
        self.page = PageText()
        self.hidden = 0
        """The number of open elements whose words are hidden."""

    def read(self, markup: str) -> PageText:
        try:
            self.parser.Parse(markup, True)
        except expat.ExpatError as error:
            line = markup.splitlines()[error.lineno - 1 :][:1]
            near = f', near "{shorten(line[0])}"' if line and line[0].strip() else ""
            raise MalformedError(f"{expat.errors.messages[error.code]}{near}") from error
        except UnicodeEncodeError as error:
            raise MalformedError("it contains a character that cannot be encoded") from error
        return self.page

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in _HIDDEN:
            self.hidden += 1
        elif name == "img" and len(source := attributes.get("src", "")) < _MAX_PLACEHOLDER:
            self.add(picture_token(source))

    def end(self, name: str) -> None:
        if name in _HIDDEN:
            self.hidden -= 1

    def text(self, text: str) -> None:
        if words := without_spaces(text):
            self.add(words)

    def add(self, words: str) -> None:
        if not self.hidden:
            self.page.runs.append(words)

    def entity(self, *_: Any) -> None:
        raise MalformedError("it declares an entity")


_NAMES = frozenset({"aria-label", "aria-labelledby", "title"})
"""Attributes that name an element for screen readers; a reference to another element is no number."""


class _StrictReader(_Reader):
    """Also collects the elements around words, and what a part may not contain. Parts do not add to the head."""

    def __init__(self) -> None:
        super().__init__()
        self.parser.CommentHandler = self.comment
        self.parser.StartCdataSectionHandler = lambda: self.refuse("<![CDATA[", "<![CDATA[")
        self.parser.ProcessingInstructionHandler = lambda target, _: self.refuse(f"<?{target}", f"<?{target}")
        self.open: list[StartTag] = []
        self.pieces: list[str] = []
        """The children of <html>, in order."""
        self.refused_at = 0
        """The depth of the outermost open element that was refused; 0 if there is none."""
        self.source = b""
        self.is_empty = False
        """Whether nothing has followed the last start tag yet."""
        self.calls: list[_CallLink] = []
        """The open links that call or text."""

    def read(self, markup: str) -> PageText:
        self.source = markup.encode(errors="replace")
        return super().read(markup)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        above = [tag[0] for tag in self.open]
        self.open.append((name, *(part for pair in attributes.items() if pair[0] != "id" for part in pair)))
        self.is_empty = True
        if not above:
            self.page.root = self.open[0]
        super().start(name, attributes)
        address = attributes.get("href", "")
        if name == "a" and (address[:4].lower() in ("tel:", "sms:") or address.startswith(SLOT_LINK)):
            names = [words for key, words in attributes.items() if key in _NAMES]
            self.calls.append(_CallLink(len(self.open), address, names))
        if self.refused_at or "head" in above or (not above and name in {"html", "body"}):
            return
        if above == ["html"]:
            self.pieces.append(name)
        if not (self.is_in_place() if above == ["html"] else is_allowed(name, above)):
            self.refused_at = len(self.open)
            self.refuse(f"<{name}>", f"<{name}")
        elif name not in {"head", "body"}:
            in_drawing = "svg" in (*above, name)
            for attribute, value in attributes.items():
                if not is_allowed_attribute(name, attribute, value, in_drawing=in_drawing):
                    self.refuse(f'{attribute}="{value}"', f"{attribute}=")

    def is_in_place(self) -> bool:
        """Return whether <html> has a head, then a body, so far; only the first misplaced child counts."""
        whole = ["head", "body"]
        return self.pieces == whole[: len(self.pieces)] or self.pieces[:-1] != whole[: len(self.pieces) - 1]

    def end(self, name: str) -> None:
        super().end(name)
        if self.is_self_closing() and not ({name} & VOID or {"head", "svg"} & {tag[0] for tag in self.open}):
            self.refuse(f"<{name}/>", f"<{name}")
        if self.calls and self.calls[-1].depth == len(self.open):
            link = self.calls.pop()
            if not link.is_clear:
                self.refuse(f'a link to {link.address} that says "{shorten(link.words)}"', link.address)
        self.open.pop()
        self.is_empty = False
        if len(self.open) < self.refused_at:
            self.refused_at = 0

    def is_self_closing(self) -> bool:
        """Return whether the element that ends here is self-closing: an HTML parser would leave it open."""
        at = self.parser.CurrentByteIndex
        return self.is_empty and self.source[at - 2 : at] == b"/>"

    def text(self, text: str) -> None:
        super().text(text)
        self.is_empty = False
        if not self.hidden:
            for link in self.calls:
                link.words += text
        if len(self.open) == 2 and self.open[1][0] == "title":
            self.page.title += text.strip()
        if TEXT_DIRECTION.search(text):
            self.refuse("a character that changes the direction of text")

    def add(self, words: str) -> None:
        super().add(words)
        if not self.hidden:
            self.page.ancestors.append(tuple(self.open))

    def comment(self, text: str) -> None:
        self.is_empty = False
        if text.startswith((">", "->")):
            self.refuse(f"<!--{text}-->", "<!--")

    def refuse(self, what: str, source_text: str = "") -> None:
        self.is_empty = False
        self.page.refused[Refused(what, source_text)] += 1
