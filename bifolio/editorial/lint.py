"""Lint: a correct handout → what an editor would still change.

Reads like the person who is handed the paper: long sentences, hard words, a number without its source, a panel
that is missing. Faults of form are `validate`'s part. Every rule has its code and an example that fails in
tests/golden/lint. Reading grades are those of Flesch and Kincaid (1975) and of McLaughlin's SMOG (1969).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal
from urllib.parse import urlsplit

from bifolio.core.diagnostics import Diagnostic, Severity, Span, shorten
from bifolio.core.phone_numbers import Scheme, numbers_in
from bifolio.core.sentences import sentences as sentences_in
from bifolio.core.source_tree import SourceTree, Steps
from bifolio.model.base import Model
from bifolio.model.blocks import Callout, Glossary, HelpWhen, Resources, walk
from bifolio.model.evidence import Evidence
from bifolio.model.handout import Handout
from bifolio.model.house_words import HouseWords, SafetySentence
from bifolio.model.reading import MOST_GRADE, MOST_SMOG, Reading
from bifolio.model.region import Region, SupportLine

MAX_WORDS = 20
MAX_PARAGRAPH = 5 * 58
"""Five lines of the text column, in letters."""
MAX_LIST = 7
LEAST_WORDS = 30
"""Fewer words than this have no grade worth telling."""
LEAST_SENTENCES = 30
"""Fewer sentences than this have no SMOG grade: McLaughlin took thirty."""
MEAN_WORDS = 9
SHORT_SENTENCE, MOST_SHORT = 5, 0.25
"""Of the sentences, at most a quarter have five words or fewer: more is a telegram."""
LEAST_CONTRACTIONS = 10
"""In a thousand words; fewer sounds like an office."""
LEAST_SPOKEN = 12
"""Fewer sentences than this have no manner of speaking."""
MAX_AGE = datetime.timedelta(days=365)

_FULL_KINDS = ("leaflet", "worksheet", "guide", "booklet")
_SILENT = frozenset(
    [
        "kind",
        "id",
        "name",
        "icon",
        "tone",
        "language",
        "version",
        "cites",
        "topics",
        "audience",
        "style",
        "sign",
        "written",
        "due",
        "columns",
        "safety",
    ]
)
"""Keys whose values nobody reads as running text."""
Role = Literal["running", "label", "cell"]
_ROLES: dict[str, Role] = {
    **dict.fromkeys(
        ("title", "label", "labels", "choices", "low", "high", "term", "answer", "onward"), "label"
    ),
    **dict.fromkeys(("rows", "cells"), "cell"),
}
"""What is no running text, and so has no reading grade. A cell may yet state a number, a label does not."""
_LISTS = frozenset({"bullets", "key_points", "checklist", "left", "right"})


@dataclass(frozen=True)
class Passage:
    """One text that readers see, and where it stands."""

    steps: Steps
    text: str
    role: Role
    cites: tuple[str, ...]
    """The facts that the text cites, or the block or item that it stands in."""

    @cached_property
    def sentences(self) -> list[str]:
        return sentences(self.text)


@dataclass(frozen=True)
class Subject:
    """What the rules look at."""

    handout: Handout
    tree: SourceTree
    region: Region
    evidence: Evidence
    words: HouseWords
    today: datetime.date
    safety: Mapping[str, SafetySentence] = field(default_factory=dict)
    """What is said of each danger, by name."""
    parts: Mapping[str, Handout] = field(default_factory=dict)
    """Of a booklet: the handouts that it binds, whole."""

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        return tuple(passages(self.tree))

    @cached_property
    def cites(self) -> tuple[str, ...]:
        """The facts that the file itself cites; a booklet's parts answer for their own."""
        return tuple(fact for fact in self.handout.cites if self.tree.find(fact))

    def dangers_in(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield the name of each danger that a text speaks of, with the words for it."""
        for name, sentence in self.safety.items():
            if sentence.pattern and (found := sentence.pattern.search(text)):
                yield name, found[0]

    @property
    def for_clinicians(self) -> bool:
        return set(self.handout.audience) == {"clinician"}

    @cached_property
    def reading(self) -> Reading:
        """How hard its running text is to read; labels and cells are none."""
        return reading([p.text for p in self.passages if p.role == "running"])

    def lines_of(self, block: Resources) -> tuple[SupportLine, ...]:
        """Return the support lines that a block shows in this region."""
        return self.region.choose(block.lines, block.topics, block.limit, also=block.also)

    def at(self, steps: Steps, words: str = "") -> Span:
        """Point at a text of the file, or at the words in it."""
        whole = self.tree.span(steps)
        return (words and whole.narrowed_to(words)) or whole


def lint(subject: Subject, rules: Iterable[Rule] | None = None) -> list[Diagnostic]:
    """Return everything an editor would change in one handout, in the order of the file."""
    return _found(subject, RULES if rules is None else rules)


def warn(subject: Subject) -> list[Diagnostic]:
    """Return what could leave a reader without help, as warnings: a build tells it, and goes on."""
    return [replace(finding, severity=Severity.WARNING) for finding in _found(subject, SAFETY)]


def _found(subject: Subject, rules: Iterable[Rule]) -> list[Diagnostic]:
    found = [finding for rule in rules for finding in rule(subject)]
    return sorted(found, key=lambda finding: finding.sort_key)


# -- reading a file ------------------------------------------------------------------------------


def passages(tree: SourceTree) -> Iterator[Passage]:
    """Give every text of a handout file that a reader sees."""
    for steps, value in tree.walk():
        if not isinstance(value, str) or not steps:
            continue
        keys = [step for step in steps if isinstance(step, str)]
        if keys and (keys[-1] in _SILENT or keys[0] in ("review", "words")):
            continue
        if value == "default" or _is_list_of_names(keys) or steps[-2:-1] in (("body",), ("blocks",)):
            continue  # `- references` is the name of a block, and no word of it
        role: Role = _ROLES.get(keys[-1], "running") if keys else "running"
        yield Passage(steps, value, role, _cites(tree, steps))


def _is_list_of_names(keys: list[str]) -> bool:
    return "resources" in keys or "references" in keys or keys[-1:] in (["figure"], ["handouts"])


def _cites(tree: SourceTree, steps: Steps) -> tuple[str, ...]:
    value, holders = tree.value, []
    for step in steps:
        holders.append(value)
        value = value[step]
    near = 4 if steps[-2:-1] == ("cells",) else 3  # a row stands for itself and in its table
    return tuple(
        fact for holder in holders[-near:] if isinstance(holder, dict) for fact in holder.get("cites") or ()
    )


def sentences(text: str) -> list[str]:
    """Split running text into sentences.

    >>> sentences("Stop. You can breathe, e.g. slowly. Nothing has to happen next.")
    ['Stop.', 'You can breathe, e.g. slowly.', 'Nothing has to happen next.']
    """
    return sentences_in(re.sub(r"\*\*|\[([^\]]*)\]\([^)]*\)", r"\1", text))


def count_words(sentence: str) -> int:
    """Count the words of a sentence; "{emergency}" and "90" count as one each."""
    return len(re.findall(r"[\w{}'’-]*\w[\w{}'’-]*", sentence))


def reading(texts: list[str]) -> Reading:
    """Measure running texts together."""
    import textstat_rs as textstat

    parts = [part for text in texts for part in sentences(re.sub(r"\{(\w+)\}", _as_read, text))]
    words = [word for part in parts for word in re.findall(r"[^\W\d_][\w'’-]*", part)]
    if not parts or not words:
        return Reading(0, 0, 0, 0.0, 0.0)
    syllables = [int(textstat.syllable_count(word)) for word in words]
    hard = sum(1 for count in syllables if count >= 3)
    grade = 0.39 * len(words) / len(parts) + 11.8 * sum(syllables) / len(words) - 15.59
    smog = 1.0430 * (30 * hard / len(parts)) ** 0.5 + 3.1291
    longest = max(map(count_words, parts))
    return Reading(len(words), len(parts), longest, round(grade, 2), round(smog, 2))


@dataclass(frozen=True)
class Manner:
    """How running texts speak: in whole sentences or in telegrams, as people talk or as offices write."""

    sentences: int
    mean: float
    """Words in a sentence."""
    short: float
    """The share of sentences that are short ones."""
    contractions: float
    """Contractions ("you're", "don't") in a thousand words."""


_CONTRACTION = re.compile(
    r"\b(?:[a-z]+n['’]t|(?:i|you|we|they|he|she|it|that|there|here|what|who|where|how|let)['’](?:m|re|ve|ll|d|s))\b",
    re.IGNORECASE,
)


def manner(texts: Iterable[str]) -> Manner:
    """Measure how running texts speak; what does not end like a sentence, as an item of a list, is left out.

    >>> manner(["You can stop. It's all right to rest for a while.", "a blanket"])
    Manner(sentences=2, mean=5.5, short=0.5, contractions=90.9)
    """
    whole = [part for text in texts for part in sentences(text) if part.rstrip('”"’)').endswith((".", "?"))]
    counts = [count_words(part) for part in whole]
    words = sum(counts)
    if not words:
        return Manner(0, 0.0, 0.0, 0.0)
    short = sum(count <= SHORT_SENTENCE for count in counts)
    contracted = sum(len(_CONTRACTION.findall(part)) for part in whole)
    return Manner(
        len(whole),
        round(words / len(whole), 1),
        round(short / len(whole), 3),
        round(1000 * contracted / words, 1),
    )


def _as_read(word: re.Match[str]) -> str:
    """Return a word of the region as it weighs on the page: a number is no hard word."""
    return "0" if word[1] in ("emergency", "crisis") else word[1]


# -- rules ---------------------------------------------------------------------------------------


def _finding(
    code: str, message: str, span: Span, cure: str, severity: Severity = Severity.WARNING
) -> Diagnostic:
    return Diagnostic(f"lint.{code}", message, span, help=cure, severity=severity)


def _grade(subject: Subject) -> Iterator[Diagnostic]:
    if subject.for_clinicians:
        return
    whole = subject.reading
    top = subject.at(("summary",))
    for name, grade, most, is_enough in (
        ("Flesch-Kincaid", whole.flesch_kincaid, MOST_GRADE, whole.words >= LEAST_WORDS),
        ("SMOG", whole.smog, MOST_SMOG, whole.sentences >= LEAST_SENTENCES),
    ):
        if is_enough and grade > most:
            yield _finding(
                "grade",
                f"the handout reads at grade {grade:.1f} ({name}); at most {most:g}",
                top,
                "use shorter words first, then shorter sentences",
                Severity.ERROR if grade > most + 2 else Severity.WARNING,
            )
    for passage in subject.passages:
        one = reading([passage.text])
        if passage.role == "running" and one.words >= LEAST_WORDS and one.flesch_kincaid > MOST_GRADE + 2:
            yield _finding(
                "grade-block",
                f"this text reads at grade {one.flesch_kincaid:.1f}",
                subject.at(passage.steps),
                "use shorter words first, then shorter sentences",
            )


def _manner(subject: Subject) -> Iterator[Diagnostic]:
    """Find telegrams, and the stiffness of offices; a card has no room for either rule."""
    spoken = manner(passage.text for passage in subject.passages if passage.role == "running")
    if subject.for_clinicians or subject.handout.kind == "card" or spoken.sentences < LEAST_SPOKEN:
        return
    top = subject.at(("summary",))
    if spoken.mean < MEAN_WORDS:
        yield _finding(
            "telegram",
            f"its sentences have {spoken.mean:g} words on average; at least {MEAN_WORDS}",
            top,
            "join what belongs together with “and”, “because”, “so” or “if”",
        )
    if spoken.short > MOST_SHORT:
        yield _finding(
            "telegram",
            f"{spoken.short:.0%} of its sentences have {SHORT_SENTENCE} words or fewer; at most {MOST_SHORT:.0%}",
            top,
            "say it in whole sentences, and let a short one land after two longer ones",
        )
    if spoken.contractions < LEAST_CONTRACTIONS:
        yield _finding(
            "stiff",
            f"{spoken.contractions:.0f} contractions in a thousand words; at least {LEAST_CONTRACTIONS}",
            top,
            "write “you’re”, “don’t” and “it’s” wherever you would say them aloud",
        )


def _long_sentences(subject: Subject) -> Iterator[Diagnostic]:
    for passage in subject.passages:
        for sentence in passage.sentences:
            count = count_words(sentence)
            if count > MAX_WORDS:
                yield _finding(
                    "long-sentence",
                    f"a sentence of {count} words: “{_begin(sentence)}”",
                    subject.at(passage.steps, sentence),
                    f"make two of it; at most {MAX_WORDS} words",
                )


def _long_paragraphs(subject: Subject) -> Iterator[Diagnostic]:
    for passage in subject.passages:
        if len(passage.text) > MAX_PARAGRAPH and not subject.for_clinicians:
            yield _finding(
                "long-paragraph",
                f"a paragraph of about {len(passage.text) // 58 + 1} lines",
                subject.at(passage.steps),
                "make two of it, or a list",
            )


def _long_lists(subject: Subject) -> Iterator[Diagnostic]:
    for steps, value in subject.tree.walk():
        keys = [step for step in steps if isinstance(step, str)]
        in_list = keys and (keys[-1] in _LISTS or (keys[-1] == "items" and keys[-2:-1] != ["steps"]))
        if isinstance(value, list) and in_list and len(value) > MAX_LIST and keys[-2:-1] != ["checklist"]:
            yield _finding(
                "long-list",
                f"a list of {len(value)} items",
                subject.at(steps),
                f"at most {MAX_LIST}; group the rest, or leave it out",
            )


_PASSIVE = re.compile(
    r"\b(is|are|was|were|be|been|being|gets?|got)\s+(?:\w+ly\s+)?(\w+(?:ed|en)|done|made|told|given|kept|held|put)\b",
    re.IGNORECASE,
)
_NOT_PASSIVE = frozenset(
    [
        "needed",
        "often",
        "even",
        "open",
        "then",
        "when",
        "seven",
        "ten",
        "tired",
        "interested",
        "used",
        "worried",
    ]
)


def _passive_steps(subject: Subject) -> Iterator[Diagnostic]:
    for passage in subject.passages:
        if "steps" not in passage.steps:
            continue
        for found in _PASSIVE.finditer(passage.text):
            if found[2].lower() not in _NOT_PASSIVE:
                yield _finding(
                    "passive-step",
                    f'a step in the passive: "{found[0]}"',
                    subject.at(passage.steps, found[0]),
                    "begin with a verb: say who does what",
                )


_ASIDE = re.compile(r"[a-z] \(([^)]+)\)")
"""A term behind the plain words that explain it: "tight muscles (vaginismus)"."""


def _words_to_avoid(subject: Subject) -> Iterator[Diagnostic]:
    if subject.for_clinicians:
        return
    explained = " ".join(
        term.term for b in walk(subject.handout.body) if isinstance(b, Glossary) for term in b.terms
    )
    asides = " ".join(found for p in subject.passages for found in _ASIDE.findall(p.text))
    for passage in subject.passages:
        for word in subject.words.avoid:
            if found := word.pattern.search(passage.text):
                yield _finding(
                    "avoid-word",
                    f'"{found[0]}" is a word to avoid',
                    subject.at(passage.steps, found[0]),
                    f"instead: {word.say}",
                )
        for word in subject.words.terms:
            found = word.pattern.search(passage.text)
            if found and not word.pattern.search(f"{explained} {asides}") and "glossary" not in passage.steps:
                yield _finding(
                    "undefined-term",
                    f'"{found[0]}" is not explained',
                    subject.at(passage.steps, found[0]),
                    f"say: {word.say}; or explain it in a glossary block",
                )
        if "!" in passage.text:
            yield _finding(
                "avoid-word", "an exclamation mark", subject.at(passage.steps, "!"), "end with a full stop"
            )


_NUMBER = re.compile(r"\d|\bpercent\b|\b(half|most|a third|a quarter) of\b|\bin (ten|every)\b", re.IGNORECASE)
_PLAIN_NUMBER = re.compile(
    r"^\d+$|\{\w+\}|\b(0 to 10|0 and 10|1 to 10|24/7|page \d+|\d+(?:-\d+)+|\d{3,}(?: \d{3,})+)\b"
    r"|\b\d+ (minutes?|seconds?|hours?|times|breaths?|things?|lines?|weeks?|days?|months?|cycles?)\b"
)
"""Scales, ratings, phone numbers and the numbers of advice: they claim nothing."""


def _uncited_numbers(subject: Subject) -> Iterator[Diagnostic]:
    for passage in subject.passages:
        if passage.role == "label" or passage.cites:
            continue
        if _NUMBER.search(_PLAIN_NUMBER.sub("", passage.text)):
            yield _finding(
                "uncited-number",
                f"a number without a source: “{_begin(passage.text)}”",
                subject.at(passage.steps),
                "cite the fact that says it: cites: [PCD-9]",
                Severity.ERROR,
            )


_OFFERED = frozenset(["alt", "ask", "lines", "myth", "content_note", "privacy_note"])
"""What is asked, lent to the reader to say, denied, or said about the page itself: it states nothing."""


def said(passages: Iterable[Passage]) -> Iterator[tuple[Passage, str]]:
    """Give the sentences that a page itself says: no headings, questions, sample words or things to tick."""
    for passage in passages:
        keys = [step for step in passage.steps if isinstance(step, str)]
        ticked = "checklist" in keys and "note" not in keys
        if passage.role == "label" or ticked or _OFFERED & set(keys):
            continue
        for sentence in passage.sentences:
            plain = re.sub("“[^”]*”", "", sentence).strip(" .")
            names_the_page = keys == ["summary"] and plain.startswith(("Why ", "How ", "What "))
            if plain and not plain.endswith("?") and not names_the_page:
                yield passage, sentence


def _uncited_claims(subject: Subject) -> Iterator[Diagnostic]:
    """Find what claims something, and no fact with a source stands behind it."""
    facts = subject.evidence.facts
    for passage, sentence in said(subject.passages):
        if any(facts[fact].sources for fact in passage.cites):
            continue
        if (claim := subject.words.says_claim.search(sentence)) and not _NUMBER.search(sentence):
            only = ", ".join(passage.cites)
            yield _finding(
                "uncited-claim",
                f'"{claim[0]}" claims something, and '
                + (f"{only} has no source" if only else "no fact stands behind it"),
                subject.at(passage.steps, sentence),
                "cite the fact that says it, say it as an offer (“you could …”), or leave it out",
            )


def _parts(subject: Subject) -> Iterator[Diagnostic]:
    handout, top = subject.handout, subject.at(("kind",))
    if handout.kind in _FULL_KINDS:
        for key in ("main_message", "call_to_action"):
            if getattr(handout, key) is None and handout.kind != "worksheet":
                yield _finding(
                    key.replace("_", "-"), f'"{key}" is missing', top, f'add "{key}: …" above the body'
                )


def _help_and_lines(subject: Subject) -> Iterator[Diagnostic]:
    handout, top = subject.handout, subject.at(("kind",))
    blocks = list(walk(handout.body))
    stops = any(isinstance(b, Callout) and b.tone == "stop" for b in blocks)
    has_help = any(isinstance(b, HelpWhen) for b in blocks)
    if not has_help and not (stops and handout.kind == "worksheet") and handout.kind not in ("card", "notes"):
        yield _finding(
            "help-missing",
            "nothing says when to get help",
            top,
            'add "- help_when: default" near the end',
            Severity.ERROR,
        )
    resources = [b for b in blocks if isinstance(b, Resources)]
    if not resources:
        yield _finding(
            "lines-missing",
            "there are no support lines",
            top,
            'add "- resources: {limit: 3}" near the end',
            Severity.ERROR,
        )
    elif not any(map(subject.lines_of, resources)):
        yield _finding(
            "lines-missing",
            f'the region "{subject.region.id}" has none of the support lines that are asked for',
            top,
            f"ask for other topics, or add a line to content/regions/{subject.region.id}.yaml",
            Severity.ERROR,
        )


def _not_carried(subject: Subject) -> Iterator[Diagnostic]:
    """Find the parts of a booklet all of whose help, or lines, are for other readers than the booklet's."""
    readers = frozenset(subject.handout.audience)
    for position, name in enumerate(subject.handout.handouts):
        part = subject.parts.get(name)
        if part is None:
            continue
        heard = list(walk(part.for_readers(readers).body))
        for kind, what in ((HelpWhen, "when to get help"), (Resources, "support lines")):
            whole = [block for block in walk(part.body) if isinstance(block, kind)]
            if whole and not any(isinstance(block, kind) for block in heard):
                others = sorted({reader for block in whole for reader in block.audience} - readers)
                yield _finding(
                    "not-carried",
                    f'"{name}" has {what} only for {" and ".join(others)}, so the booklet leaves it out',
                    subject.at(("handouts", position)),
                    f"say it for {' and '.join(subject.handout.audience)}, too, in {name} or in the booklet",
                )


_ROWS = ("now", "soon", "when_you_can")
_ADVICE = frozenset(["help_when", "callout", "exits"])
"""Where a reader is told what to do."""


def _is_only_named(passage: Passage) -> bool:
    """Tell whether a text names a danger at most, as a title or a thing to tick does: nothing is said of it there."""
    keys = set(passage.steps)
    return bool(
        passage.role == "label"
        or keys & _OFFERED
        or "summary" in keys
        or ("checklist" in keys and "note" not in keys)
    )


def _block_of(steps: Steps) -> Steps:
    """Return the way to the block that a text stands in."""
    inner = max((at for at, step in enumerate(steps) if step in ("body", "blocks")), default=0)
    return steps[: inner + 2]


def _own_words_for_dangers(subject: Subject) -> Iterator[Diagnostic]:
    """Find what is said of a danger in other words than on other pages.

    Advice is in the shared words alone; other sentences have them in the same block.
    """
    if subject.for_clinicians:
        return
    shared = {sentence for one in subject.safety.values() for sentence in sentences(one.text)}
    beside = {(_block_of(passage.steps), passage.text) for passage in subject.passages}
    for passage in subject.passages:
        for sentence in () if _is_only_named(passage) else passage.sentences:
            for name, found in subject.dangers_in(sentence):
                one = subject.safety[name]
                is_advice = bool(_ADVICE & set(passage.steps))
                is_late = bool(set(_ROWS[_ROWS.index(one.when) + 1 :]) & set(passage.steps))
                is_there = not is_advice and (_block_of(passage.steps), one.text) in beside
                if sentence not in shared and not is_there and not is_late:
                    yield _finding(
                        "danger-words",
                        f'"{found}": a danger in other words than on other pages',
                        subject.at(passage.steps, found),
                        f"put {{safety: {name}}} {'in its place' if is_advice else 'beside it'}; "
                        "its words are in content/defaults.yaml",
                        Severity.ERROR,
                    )


def _half_told(subject: Subject) -> Iterator[Diagnostic]:
    """Find a danger that is only named, and what to do about it is nowhere on the page."""
    if subject.for_clinicians:
        return
    told = " ".join(sentence for text in _texts(subject.handout.body) for sentence in sentences(text))
    missing = {name for name, one in subject.safety.items() if " ".join(sentences(one.text)) not in told}
    for passage in filter(_is_only_named, subject.passages):
        for name, found in subject.dangers_in(passage.text):
            if name in missing:
                missing.remove(name)
                yield _finding(
                    "danger-missing",
                    f'"{found}": a danger, and nothing on the page says what to do',
                    subject.at(passage.steps, found),
                    f"add {{safety: {name}}}, for instance under {subject.safety[name].when} in help_when",
                    Severity.ERROR,
                )


def _crisis_number(subject: Subject) -> Iterator[Diagnostic]:
    """Find words on self-harm on a page without a number to call: a crisis line, or the region's `{crisis}`."""
    named = subject.safety.get("self-harm")
    if named is None or named.pattern is None:
        return
    shown = [
        line for b in walk(subject.handout.body) if isinstance(b, Resources) for line in subject.lines_of(b)
    ]
    has_number = any("crisis" in line.topics and (line.phone or line.text) for line in shown)
    if has_number or any("{crisis}" in text for text in _texts(subject.handout.body)):
        return
    for passage in subject.passages:
        if found := named.pattern.search(passage.text):
            yield _finding(
                "crisis-number",
                f'"{found[0]}", and the page has no crisis number',
                subject.at(passage.steps, found[0]),
                "put {safety: self-harm} beside it, or show a line of the topic crisis",
                Severity.ERROR,
            )
            return


def _too_late(subject: Subject) -> Iterator[Diagnostic]:
    """Find a danger in a row of a help block that is less urgent than it is."""
    for block in walk(subject.handout.body):
        for late, row in enumerate(_ROWS) if isinstance(block, HelpWhen) else ():
            for text in _texts(getattr(block, row)):
                span = subject.tree.find(text)
                if span is None and subject.handout.handouts:
                    continue  # of a part, which answers for it
                for name, found in subject.dangers_in(text):
                    when = subject.safety[name].when
                    if late > _ROWS.index(when):
                        yield _finding(
                            "danger-late",
                            f'"{found}" stands under {row}, where help comes too late',
                            span or subject.at(("body",)),
                            f"put {{safety: {name}}} under {when}",
                            Severity.ERROR,
                        )


def _texts(value: object) -> Iterator[str]:
    """Give every text of a model, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, Model):
        for name in type(value).model_fields:
            yield from _texts(getattr(value, name))


def _stale(subject: Subject) -> Iterator[Diagnostic]:
    if subject.handout.review.due < subject.today:
        yield _finding(
            "review-overdue",
            f"the review was due on {subject.handout.review.due}",
            subject.at(("review", "due")),
            "read the text again, mend it, and set new dates",
        )


def _lines(subject: Subject) -> Iterator[Diagnostic]:
    region = subject.region
    shown = {
        line.id: line
        for block in walk(subject.handout.body)
        if isinstance(block, Resources)
        for line in subject.lines_of(block)
    }
    for line in shown.values():
        ways: tuple[tuple[str | None, Scheme], ...] = ((line.phone, "tel"), (line.text, "sms"))
        for words, scheme in ways:
            if words and not numbers_in(words, region.country, scheme, listed=True):
                yield Diagnostic(
                    "lint.line-no-link",
                    f'nobody can tell what to dial for the support line "{line.name}": "{shorten(words)}"',
                    where=f"content/regions/{region.id}.yaml",
                    help='write the number as it is dialled there, and when it is open under "hours"',
                    severity=Severity.WARNING,
                )
        if line.status == "read" and line in region.lines:
            yield from _not_its_operator(subject, line)
        if subject.today - line.checked_on > MAX_AGE:
            yield Diagnostic(
                "lint.stale-line",
                f'the support line "{line.name}" was last checked on {line.checked_on}',
                where=f"content/regions/{region.id}.yaml",
                help="open the service's own page, mend the row, and set checked_on",
                severity=Severity.WARNING,
            )


def _not_its_operator(subject: Subject, line: SupportLine) -> Iterator[Diagnostic]:
    """Find a support line that has no page of who answers it, or was read on the page of somebody else."""
    host, its_own = _host(line.source), _host(line.operator)
    if not its_own:
        what, cure = "has no address of who answers it", "set operator to the address of its own site"
    elif not (host == its_own or host.endswith(f".{its_own}") or subject.words.is_public.search(host)):
        what = f"was read at {host}, which is neither {its_own} nor a government"
        cure = "read it on its operator's own page, and set source and checked_on; else leave the line out"
    else:
        return
    yield Diagnostic(
        "lint.line-operator",
        f'the support line "{line.name}" {what}',
        where=f"content/regions/{subject.region.id}.yaml",
        help=cure,
        severity=Severity.WARNING,
    )


def _host(address: str | None) -> str:
    return (urlsplit(address or "").hostname or "").removeprefix("www.")


def _thin_evidence(subject: Subject) -> Iterator[Diagnostic]:
    thin = [fact for fact in subject.cites if subject.evidence.facts[fact].thin]
    if not thin or subject.for_clinicians:
        return
    said = " ".join(passage.text for passage in subject.passages)
    if not any(pattern.search(said) for pattern in subject.words.says_uncertain):
        yield _finding(
            "certainty",
            f"the evidence for {', '.join(thin)} is thin, and nothing says so",
            subject.at(("body",)),
            'say what is not known: "Scientists are still learning …"',
        )


def _sources(subject: Subject) -> Iterator[Diagnostic]:
    for fact_id in subject.cites:
        for key in subject.evidence.facts[fact_id].sources:
            source = subject.evidence.sources[key]
            found = (weak for weak in subject.words.weak_sources if weak.pattern.search(source.address or ""))
            kind = next(found, None)
            if kind or source.weak:
                yield Diagnostic(
                    "lint.weak-source",
                    f'the source "{key}" of the fact "{fact_id}" is none to show: {source.address or source.title}',
                    where="content/sources.yaml",
                    help=kind.say if kind else "it is marked weak; cite a publication",
                    severity=Severity.WARNING,
                )
            if source.link is None:
                yield Diagnostic(
                    "lint.source-address",
                    f'the source "{key}" of the fact "{fact_id}" has no address',
                    where="content/sources.yaml",
                    help="add its doi or address",
                    severity=Severity.WARNING,
                )


Rule = Callable[[Subject], Iterator[Diagnostic]]

SAFETY: tuple[Rule, ...] = (
    _help_and_lines,
    _not_carried,
    _own_words_for_dangers,
    _half_told,
    _crisis_number,
    _too_late,
)
"""What a build tells, too."""

VOICE: tuple[Rule, ...] = (_manner,)
"""How the page speaks to clients and partners."""

RULES: tuple[Rule, ...] = (
    _grade,
    *VOICE,
    _long_sentences,
    _long_paragraphs,
    _long_lists,
    _passive_steps,
    _words_to_avoid,
    _uncited_numbers,
    _uncited_claims,
    _parts,
    *SAFETY,
    _stale,
    _lines,
    _thin_evidence,
    _sources,
)


def _begin(text: str, most: int = 48) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"
