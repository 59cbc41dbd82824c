"""Rules of style: long sentences, hard words, telegrams, the stiffness of offices."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bifolio.core.diagnostics import Diagnostic, Severity
from bifolio.editorial.lint.passages import count_words
from bifolio.editorial.lint.readability import SHORT_SENTENCE, manner, reading
from bifolio.editorial.lint.subject import Subject, beginning, finding
from bifolio.model.blocks import Glossary, walk
from bifolio.model.reading import MOST_GRADE, MOST_SMOG

MAX_WORDS = 20
MAX_PARAGRAPH = 5 * 58
"""Five lines of the text column, in letters."""
MAX_LIST = 7
LEAST_WORDS = 30
"""Fewer words than this have no grade worth telling."""
LEAST_SENTENCES = 30
"""Fewer sentences than this have no SMOG grade: McLaughlin took thirty."""
MEAN_WORDS = 9
MOST_SHORT = 0.25
"""The share of sentences that may be short ones; more is a telegram."""
LEAST_CONTRACTIONS = 10
"""In a thousand words; fewer sounds like an office."""
LEAST_SPOKEN = 12
"""Fewer sentences than this have no manner of speaking."""
_FULL_KINDS = ("leaflet", "worksheet", "guide", "booklet")
_LISTS = frozenset({"bullets", "key_points", "checklist", "left", "right"})


def grade(subject: Subject) -> Iterator[Diagnostic]:
    if subject.for_clinicians:
        return
    whole = subject.reading
    top = subject.at(("summary",))
    for name, grade, most, is_enough in (
        ("Flesch-Kincaid", whole.flesch_kincaid, MOST_GRADE, whole.words >= LEAST_WORDS),
        ("SMOG", whole.smog, MOST_SMOG, whole.sentences >= LEAST_SENTENCES),
    ):
        if is_enough and grade > most:
            yield finding(
                "grade",
                f"the handout reads at grade {grade:.1f} ({name}); at most {most:g}",
                top,
                "use shorter words first, then shorter sentences",
                Severity.ERROR if grade > most + 2 else Severity.WARNING,
            )
    for passage in subject.passages:
        one = reading([passage.text])
        if passage.role == "running" and one.words >= LEAST_WORDS and one.flesch_kincaid > MOST_GRADE + 2:
            yield finding(
                "grade-block",
                f"this text reads at grade {one.flesch_kincaid:.1f}",
                subject.at(passage.steps),
                "use shorter words first, then shorter sentences",
            )


def manner_of_speaking(subject: Subject) -> Iterator[Diagnostic]:
    """Find telegrams, and the stiffness of offices; a card has no room for either rule."""
    spoken = manner(passage.text for passage in subject.passages if passage.role == "running")
    if subject.for_clinicians or subject.handout.kind == "card" or spoken.sentences < LEAST_SPOKEN:
        return
    top = subject.at(("summary",))
    if spoken.mean < MEAN_WORDS:
        yield finding(
            "telegram",
            f"its sentences have {spoken.mean:g} words on average; at least {MEAN_WORDS}",
            top,
            "join what belongs together with “and”, “because”, “so” or “if”",
        )
    if spoken.short > MOST_SHORT:
        yield finding(
            "telegram",
            f"{spoken.short:.0%} of its sentences have {SHORT_SENTENCE} words or fewer; at most {MOST_SHORT:.0%}",
            top,
            "say it in whole sentences, and let a short one land after two longer ones",
        )
    if spoken.contractions < LEAST_CONTRACTIONS:
        yield finding(
            "stiff",
            f"{spoken.contractions:.0f} contractions in a thousand words; at least {LEAST_CONTRACTIONS}",
            top,
            "write “you’re”, “don’t” and “it’s” wherever you would say them aloud",
        )


def long_sentences(subject: Subject) -> Iterator[Diagnostic]:
    for passage in subject.passages:
        for sentence in passage.sentences:
            count = count_words(sentence)
            if count > MAX_WORDS:
                yield finding(
                    "long-sentence",
                    f"a sentence of {count} words: “{beginning(sentence)}”",
                    subject.at(passage.steps, sentence),
                    f"make two of it; at most {MAX_WORDS} words",
                )


def long_paragraphs(subject: Subject) -> Iterator[Diagnostic]:
    for passage in subject.passages:
        if len(passage.text) > MAX_PARAGRAPH and not subject.for_clinicians:
            yield finding(
                "long-paragraph",
                f"a paragraph of about {len(passage.text) // 58 + 1} lines",
                subject.at(passage.steps),
                "make two of it, or a list",
            )


def long_lists(subject: Subject) -> Iterator[Diagnostic]:
    for steps, value in subject.tree.walk():
        keys = [step for step in steps if isinstance(step, str)]
        in_list = keys and (keys[-1] in _LISTS or (keys[-1] == "items" and keys[-2:-1] != ["steps"]))
        if isinstance(value, list) and in_list and len(value) > MAX_LIST and keys[-2:-1] != ["checklist"]:
            yield finding(
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


def passive_steps(subject: Subject) -> Iterator[Diagnostic]:
    for passage in subject.passages:
        if "steps" not in passage.steps:
            continue
        for found in _PASSIVE.finditer(passage.text):
            if found[2].lower() not in _NOT_PASSIVE:
                yield finding(
                    "passive-step",
                    f'a step in the passive: "{found[0]}"',
                    subject.at(passage.steps, found[0]),
                    "begin with a verb: say who does what",
                )


_ASIDE = re.compile(r"[a-z] \(([^)]+)\)")
"""A term behind the plain words that explain it: "tight muscles (vaginismus)"."""


def words_to_avoid(subject: Subject) -> Iterator[Diagnostic]:
    if subject.for_clinicians:
        return
    explained = " ".join(
        term.term for b in walk(subject.handout.body) if isinstance(b, Glossary) for term in b.terms
    )
    asides = " ".join(found for p in subject.passages for found in _ASIDE.findall(p.text))
    for passage in subject.passages:
        for word in subject.words.avoid:
            if found := word.pattern.search(passage.text):
                yield finding(
                    "avoid-word",
                    f'"{found[0]}" is a word to avoid',
                    subject.at(passage.steps, found[0]),
                    f"instead: {word.say}",
                )
        for word in subject.words.terms:
            found = word.pattern.search(passage.text)
            if found and not word.pattern.search(f"{explained} {asides}") and "glossary" not in passage.steps:
                yield finding(
                    "undefined-term",
                    f'"{found[0]}" is not explained',
                    subject.at(passage.steps, found[0]),
                    f"say: {word.say}; or explain it in a glossary block",
                )
        if "!" in passage.text:
            yield finding(
                "avoid-word", "an exclamation mark", subject.at(passage.steps, "!"), "end with a full stop"
            )


def missing_parts(subject: Subject) -> Iterator[Diagnostic]:
    handout, top = subject.handout, subject.at(("kind",))
    if handout.kind in _FULL_KINDS:
        for key in ("main_message", "call_to_action"):
            if getattr(handout, key) is None and handout.kind != "worksheet":
                yield finding(
                    key.replace("_", "-"), f'"{key}" is missing', top, f'add "{key}: …" above the body'
                )
