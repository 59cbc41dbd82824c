"""Search: texts of handouts → an index in memory, and what somebody types → the handouts that fit, the best first.

SQLite's FTS5 reduces words to their stems (Porter), ranks (BM25) and marks what fits; it comes with Python. Here is
only what makes a search of people out of that: synonyms, typing errors, words still being typed, and how the passages
of a handout count together. Takes and gives plain values and loads nothing of the project, so that a server can hold an index.
"""

from __future__ import annotations

import difflib
import re
import sqlite3
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

MOST_LETTERS = 200
"""What is typed beyond this is left out."""
MOST_WORDS = 16

_SYNONYM, _COMPLETED, _WORD_OF_PHRASE = 0.7, 0.5, 0.15
"""How much a passage counts that has not the word itself, but one that may be meant."""
_NEXT_PASSAGE = 0.5
"""How much each further passage of a handout counts beside the one before."""
_BOUND = 0.5
"""How much a passage counts for a booklet that binds its handout."""
_LEAST = 0.2
"""What share of the score of the best a handout must have to be told."""
_ALIKE, _RATHER_ALIKE = 0.78, 0.72
"""How like a known word a typing error is, and how like it the nearest thing is (difflib's ratio)."""
_PHRASE_WORDS = 5

_MARKED_WHOLE = "SELECT highlight(passages, 0, ?, ?) FROM passages WHERE passages MATCH ? AND rowid = ?"
_MARKED_PART = "SELECT snippet(passages, 0, ?, ?, '…', 24) FROM passages WHERE passages MATCH ? AND rowid = ?"

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_START, _END = "\x02", "\x03"

Marked = tuple[tuple[str, bool], ...]
"""A text in pieces; True for those that fit."""


@dataclass(frozen=True)
class Text:
    """One text of a handout, how much it counts, and whether it is a sentence to quote."""

    words: str
    weight: float
    is_shown: bool = True


@dataclass(frozen=True)
class Document:
    """A handout as a search sees it."""

    item: str
    title: str
    summary: str
    texts: tuple[Text, ...]
    parts: tuple[str, ...] = ()
    """The handouts that it binds."""


@dataclass(frozen=True)
class Hit:
    """A handout that fits."""

    item: str
    score: float
    title: Marked
    excerpt: Marked


@dataclass(frozen=True)
class Found:
    """What fits, the best first; `read_as` is what was searched for in place of words that are nowhere."""

    hits: tuple[Hit, ...]
    read_as: tuple[tuple[str, str], ...] = ()
    """Each word as it was typed, and the one that it was taken for."""
    is_near: bool = False
    """Nothing fits; these are the nearest."""


@dataclass
class _Fit:
    """How well a passage fits, and how well without synonyms."""

    score: float = 0.0
    exact: float = 0.0

    def add(self, score: float, *, is_exact: bool) -> None:
        self.score += score
        self.exact += score if is_exact else 0

    @property
    def rank(self) -> tuple[float, float]:
        """Which of two passages to quote: the one that has the words themselves, the better one."""
        return -round(self.exact, 6), -round(self.score, 6)


class SearchIndex:
    """An index of some documents. May be asked from several threads."""

    def __init__(
        self,
        documents: Sequence[Document],
        synonyms: Mapping[str, Iterable[str]] | None = None,
        passing: Iterable[str] = (),
    ) -> None:
        self._documents = {document.item: document for document in documents}
        self._bound_in: dict[str, list[str]] = defaultdict(list)
        self._passing = frozenset(map(_folded, passing))
        self._places: dict[int, tuple[str, str, float, bool]] = {}
        """Each passage by its number: its handout, its words, how much it counts, whether it can be quoted."""
        self._lock = threading.Lock()
        self._store = sqlite3.connect(":memory:", check_same_thread=False)
        self._fill(documents, synonyms or {})

    def _fill(self, documents: Sequence[Document], synonyms: Mapping[str, Iterable[str]]) -> None:
        ask = self._store.execute
        stems = "tokenize = 'porter unicode61 remove_diacritics 2'"
        ask(f"CREATE VIRTUAL TABLE passages USING fts5(words, {stems})")
        ask(f"CREATE VIRTUAL TABLE typed USING fts5(phrase, meant UNINDEXED, size UNINDEXED, {stems})")
        ask("CREATE TABLE spelt (word PRIMARY KEY, times) WITHOUT ROWID")
        ask("CREATE VIRTUAL TABLE shapes USING fts5(shape, word UNINDEXED, tokenize = 'trigram')")
        shared: dict[str, int] = defaultdict(int)
        for document in documents:
            for said in {text.words for text in document.texts}:
                shared[said] += 1
            for part in document.parts:
                self._bound_in[part].append(document.item)
        vocabulary: Counter[str] = Counter()
        for document in documents:
            own = (Text(document.title, 8), Text(document.summary, 4), *document.texts)
            for text in own:
                number = len(self._places) + 1
                ask("INSERT INTO passages (rowid, words) VALUES (?, ?)", (number, text.words))
                weight = text.weight / max(shared[text.words], 1)  # what all say tells none apart
                self._places[number] = document.item, text.words, weight, text.is_shown
                vocabulary.update(_words(text.words))
        for meant, phrases in synonyms.items():
            for phrase in phrases:
                words = _words(phrase)
                ask("INSERT INTO typed VALUES (?, ?, ?)", (phrase, meant, len(words)))
                vocabulary.update(words)
        for word in sorted(vocabulary.keys() | self._passing):
            if len(word) > 2 and not word.isdigit():
                ask("INSERT INTO spelt VALUES (?, ?)", (word, vocabulary[word]))
                ask("INSERT INTO shapes VALUES (?, ?)", (_shape(word), word))

    # -- what is meant -----------------------------------------------------------------------------

    def _units(self, words: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Yield the words, those of a phrase that has synonyms together; passing words go by the way."""
        at = 0
        while at < len(words):
            for size in range(min(_PHRASE_WORDS, len(words) - at), 0, -1):
                unit = tuple(words[at : at + size])
                if size == 1 or self._synonyms(unit):
                    break
            at += len(unit)
            if len(unit) > 1 or unit[0] not in self._passing:
                yield unit

    def _synonyms(self, unit: Sequence[str]) -> list[str]:
        """Return what a word or phrase stands for."""
        rows = self._store.execute(
            "SELECT meant FROM typed WHERE typed MATCH ? AND size = ? ORDER BY rowid",
            (f"^{_phrase(unit)}", len(unit)),
        )
        return [meant for (meant,) in rows]

    def has(self, words: str) -> bool:
        """Tell whether a document has these words together, in whatever form."""
        with self._lock:
            return self._is_there(_words(words))

    def _is_there(self, unit: Sequence[str]) -> bool:
        asked = "SELECT 1 FROM passages WHERE passages MATCH ? LIMIT 1"
        return self._store.execute(asked, (_phrase(unit),)).fetchone() is not None

    def _completed(self, start: str) -> list[str]:
        """Return known words that begin like a word that is still being typed."""
        rows = self._store.execute(
            "SELECT word FROM spelt WHERE word > ? AND word < ? ORDER BY times DESC, word LIMIT 8",
            (start, f"{start}\U0010ffff"),
        )
        return [word for (word,) in rows] if len(start) > 1 else []

    def _alike(self, word: str, least: float) -> list[str]:
        """Return known words that are spelt much like one that is nowhere, the likest first."""
        if len(word) < 4 or word.isdigit():
            return []
        shape = _shape(word)
        thirds = {shape[at : at + 3] for at in range(len(shape) - 2)}
        rows = self._store.execute(
            "SELECT word FROM shapes WHERE shapes MATCH ? ORDER BY rank, word LIMIT 40",
            (" OR ".join(map(_quoted, sorted(thirds))),),
        )
        return difflib.get_close_matches(word, [other for (other,) in rows], n=1, cutoff=least)

    def _meanings(self, unit: Sequence[str]) -> dict[str, float]:
        """Return what to look for where somebody means this, and how much each counts."""
        found = {_phrase(unit): 1.0}
        if len(unit) > 1:
            found |= {_phrase([word]): _WORD_OF_PHRASE for word in unit if word not in self._passing}
        for meant in self._synonyms(unit):
            found.setdefault(_phrase(_words(meant)), _SYNONYM)
        return found

    def _is_known(self, word: str) -> bool:
        return word in self._passing or bool(self._synonyms([word])) or self._is_there([word])

    def _corrected(self, words: Sequence[str], least: float, *, is_open: bool) -> list[str]:
        """Return the words, each of those that are nowhere as it was perhaps meant."""
        return [
            word
            if self._is_known(word) or (is_open and at == len(words) - 1 and self._completed(word))
            else next(iter(self._alike(word, least)), word)
            for at, word in enumerate(words)
        ]

    # -- what fits -----------------------------------------------------------------------------------

    def search(self, typed: str) -> Found:
        """Return the handouts that fit what somebody typed, or has typed so far."""
        words = _words(typed[:MOST_LETTERS])[:MOST_WORDS]
        is_open = bool(typed) and not typed[-1].isspace()
        with self._lock:
            for least in (_ALIKE, _RATHER_ALIKE):
                found = self._found(words, least, is_open=is_open)
                if found.hits:
                    return found if least == _ALIKE else Found(found.hits, found.read_as, is_near=True)
        return Found(())

    def _found(self, typed: Sequence[str], least: float, *, is_open: bool) -> Found:
        words = self._corrected(typed, least, is_open=is_open)
        read_as = tuple((was, word) for was, word in zip(typed, words, strict=True) if was != word)
        units = list(self._units(words)) or [(word,) for word in words]
        if len(words) > 1 and units != [tuple(words)]:
            units.append(tuple(words))  # all of it as it was typed: a title, a sentence
        fitting: dict[int, _Fit] = defaultdict(_Fit)
        wanted: list[str] = []
        for unit in units:
            meanings = self._meanings(unit)
            if is_open and unit == (words[-1],):
                for word in self._completed(unit[0]):
                    _join(meanings, self._meanings([word]), _COMPLETED)
            wanted += meanings
            self._weigh(meanings, fitting)
        return Found(tuple(self._hits(fitting, " OR ".join(dict.fromkeys(wanted)))), read_as)

    def _weigh(self, meanings: Mapping[str, float], fitting: dict[int, _Fit]) -> None:
        """Add to each passage, by its number, how well it fits one of these."""
        by_weight: dict[float, list[str]] = defaultdict(list)
        for phrase, weight in meanings.items():
            by_weight[weight].append(phrase)
        for weight, phrases in by_weight.items():
            rows = self._store.execute(
                "SELECT rowid, -rank FROM passages WHERE passages MATCH ?", (" OR ".join(phrases),)
            )
            for number, score in rows:
                fitting[number].add(weight * score, is_exact=weight == 1)

    def _hits(self, fitting: Mapping[int, _Fit], wanted: str) -> list[Hit]:
        """Return the handouts with these passages: each further passage counts half of the one before."""
        passages: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for number, fit in fitting.items():
            item, _, weight, _ = self._places[number]
            passages[item].append((fit.score * weight, number))
            for booklet in self._bound_in.get(item, ()):
                passages[booklet].append((fit.score * weight * _BOUND, number))
        totals = {
            item: sum(score * _NEXT_PASSAGE**at for at, (score, _) in enumerate(sorted(own, reverse=True)))
            for item, own in passages.items()
        }
        best = max(totals.values(), default=0)
        order = sorted(totals, key=lambda item: (-round(totals[item], 6), self._documents[item].title, item))
        return [
            self._hit(item, totals[item], {number: fitting[number] for _, number in passages[item]}, wanted)
            for item in order
            if totals[item] >= _LEAST * best
        ]

    def _hit(self, item: str, total: float, fitting: Mapping[int, _Fit], wanted: str) -> Hit:
        document = self._documents[item]
        title: Marked = ((document.title, False),)
        excerpt: Marked = ((document.summary, False),)
        is_quoted = False
        for number in sorted(fitting, key=lambda number: (fitting[number].rank, number)):
            owner, words, _, is_shown = self._places[number]
            if owner == item and words == document.title:
                title = self._marked(number, wanted, whole=True)
            elif is_shown and not is_quoted:
                excerpt, is_quoted = self._marked(number, wanted), True
        return Hit(item, total, title, excerpt)

    def _marked(self, number: int, wanted: str, *, whole: bool = False) -> Marked:
        """Return a passage, or the part of it that fits best, with what fits marked."""
        asked = _MARKED_WHOLE if whole else _MARKED_PART
        (text,) = self._store.execute(asked, (_START, _END, wanted, number)).fetchone()
        return _pieces(text)


def _words(text: str) -> list[str]:
    return _WORD.findall(_folded(text))


def _folded(text: str) -> str:
    return text.lower().replace("’", "'")  # as FTS5 does: a casefold makes "ss" of "ß"


def _quoted(text: str) -> str:
    """Write a string of FTS5's query language: nothing in it means anything but itself."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _phrase(words: Iterable[str]) -> str:
    return _quoted(" ".join(words))


def _shape(word: str) -> str:
    """Return a word with its ends marked, so that the first and the last letters are in trigrams, too."""
    return f"__{word}__"


def _join(found: dict[str, float], others: Mapping[str, float], weight: float) -> None:
    for phrase, counts in others.items():
        found.setdefault(phrase, counts * weight)


def _pieces(text: str) -> Marked:
    r"""Split a text at its marks.

    >>> _pieces("Low \x02mood\x03 later")
    (('Low ', False), ('mood', True), (' later', False))
    """
    cuts = [0, *(found.start() for found in re.finditer(f"[{_START}{_END}]", text)), len(text)]
    pieces = (text[start:end] for start, end in pairwise(cuts))
    return tuple(
        (piece.strip(_START + _END), piece.startswith(_START))
        for piece in pieces
        if piece.strip(_START + _END)
    )
