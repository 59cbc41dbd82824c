"""Attest: a handout and its evidence → its evidence sheet, itself a handout for clinicians.

Each claim stands beside the fact that it rests on, how far the fact was followed and where it was read; then
how hard the text is to read, and what of two published checklists a program can see: the Patient Education
Materials Assessment Tool for print (PEMAT-P, AHRQ) and the Clear Communication Index (CDC). The sheet is
informed by them and gives no score: both ask for a person's judgement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from bifolio.model.base import Model
from bifolio.model.blocks import (
    Bullets,
    Callout,
    Checklist,
    Figure,
    Grounding,
    HelpWhen,
    KeyPoints,
    LogTable,
    Steps,
    TableRow,
    WriteIn,
    walk,
)
from bifolio.model.evidence import Evidence
from bifolio.model.handout import Handout
from bifolio.model.reading import Reading


class _Claims(LogTable):
    """The table of claims."""

    is_dense: ClassVar[bool] = True


def attest(
    handout: Handout,
    evidence: Evidence,
    reading: Reading,
    remarks: Mapping[str, int],
    label: Mapping[str, str],
) -> Handout:
    """Give the evidence sheet of `handout`. `remarks` counts what lint found, by code."""
    rows = tuple(_row(words, facts, evidence, label) for facts, words in _by_facts(handout).items())
    seen = dict(_seen(handout, reading, remarks))
    judge = [*(key for key, is_here in seen.items() if not is_here), *_FOR_A_PERSON]
    widths = {"evidence_claim": 12, "evidence_facts": 5, "evidence_read_in": 7}
    figures = label["evidence_figures"].format(
        words=reading.words,
        sentences=reading.sentences,
        longest=reading.longest,
        fk=f"{reading.flesch_kincaid:.1f}",
        smog=f"{reading.smog:.1f}",
    )
    lists = (("seen", [key for key, is_here in seen.items() if is_here]), ("yours", judge))
    said = [
        f"**{label['evidence_' + name]}** {'; '.join(label[key] for key in keys)}." for name, keys in lists
    ]
    table = _Claims.model_validate(
        {
            "kind": "log_table",
            "columns": [{"label": label[key], "width": width} for key, width in widths.items()],
            "note": " ".join(
                [
                    label["evidence_key"],
                    f"**{label['evidence_reading']}** {figures}",
                    *said,
                    label["evidence_informed"],
                ]
            ),
            "blank": 1,
        }
    )
    # an author's cell holds a few words; here a claim stands in full, however long
    said_so = (TableRow.model_construct(cells=row) for row in rows or ((label["evidence_none"], "", ""),))
    table = table.model_copy(update={"rows": tuple(said_so), "blank": 0})
    sheet = Handout.model_validate(
        {
            "kind": "notes",
            "title": label["evidence_title"],
            "summary": label["evidence_summary"].format(title=handout.title),
            "audience": ["clinician"],
            "language": handout.language,
            "version": handout.version,
            "body": ["references"],
            "review": handout.review,
        }
    )
    return sheet.model_copy(update={"body": (table,)})


def claims_of(handout: Handout) -> dict[str, list[str]]:
    """Give each claim of a handout with the facts that it cites, in the order of the page."""
    found: dict[str, list[str]] = {}
    for words, fact in _claims((*handout.opening, handout.body)):
        facts = found.setdefault(words, [])
        if fact not in facts:
            facts.append(fact)
    return found


def _by_facts(handout: Handout) -> dict[tuple[str, ...], str]:
    """Give the claims that stand on the same facts as one, in the order of the page."""
    found: dict[tuple[str, ...], list[str]] = {}
    for words, facts in claims_of(handout).items():
        found.setdefault(tuple(facts), []).append(words)
    return {facts: " / ".join(words) for facts, words in found.items()}


def _claims(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, tuple):
        for item in value:
            yield from _claims(item)
    elif isinstance(value, Model):
        words = " ".join(part if part[-1:] in '.?!:”"' else f"{part}." for part in _own_words(value))
        for fact in getattr(value, "cites", ()):
            yield words, fact
        for name in type(value).model_fields:
            if name != "cites":
                yield from _claims(getattr(value, name))


_SAID = ("title", "text", "paragraphs", "fact", "meaning", "note")


def _own_words(value: Any) -> Iterator[str]:
    """Give the words that a cite beside them stands for."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _own_words(item)
    elif isinstance(value, Model):
        for name in _SAID:
            if name in type(value).model_fields:
                yield from _own_words(_uncited(getattr(value, name)))
        if isinstance(value, LogTable):
            yield from (words for row in value.rows for words in _own_words(_uncited(row)))
        if isinstance(value, TableRow):
            yield from (cell for cell in value.cells if cell)
        if isinstance(value, Grounding):
            yield from (sense.label for sense in value.senses)


def _uncited(value: Any) -> Any:
    """Leave out what cites for itself: it is a claim of its own."""
    if isinstance(value, tuple):
        return tuple(_uncited(item) for item in value)
    return () if getattr(value, "cites", ()) else value


def _row(
    words: str, facts: tuple[str, ...], evidence: Evidence, label: Mapping[str, str]
) -> tuple[str, str, str]:
    marks = {fact: "" if (status := evidence.facts[fact].status) == "read" else status for fact in facts}
    followed = (
        f"{fact}\u00a0{label['status_' + status]}" if status else fact for fact, status in marks.items()
    )
    sources = dict.fromkeys(evidence.sources[k].in_brief for f in facts for k in evidence.facts[f].sources)
    return " ".join(words.replace("**", "").split()), ", ".join(followed), "; ".join(sources)


_FOR_A_PERSON = ("yours_true", "yours_cover", "yours_tone", "yours_local")


def _seen(handout: Handout, reading: Reading, remarks: Mapping[str, int]) -> Iterator[tuple[str, bool]]:
    """Give what of the checklists can be seen here, and whether it is there; keys of the locale's labels."""
    blocks = list(walk(handout.body))

    def has(*kinds: type[Model]) -> bool:
        return any(isinstance(block, kinds) for block in blocks)

    def clean(*codes: str) -> bool:
        return not any(remarks.get(f"lint.{code}") for code in codes)

    yield "seen_purpose", bool(handout.summary)
    yield "seen_message", bool(handout.main_message)
    yield "seen_action", bool(handout.call_to_action)
    yield "seen_plain", reading.flesch_kincaid <= 6 and reading.smog <= 6
    yield "seen_short", clean("long-sentence", "long-paragraph", "long-list")
    yield "seen_terms", clean("undefined-term", "avoid-word")
    yield "seen_active", clean("passive-step")
    yield "seen_numbers", clean("uncited-number")
    yield "seen_unknown", clean("certainty")
    yield "seen_heads", any(getattr(block, "title", None) for block in blocks)
    yield "seen_lists", has(Bullets, KeyPoints, Checklist, Steps)
    yield "seen_cues", has(Callout, HelpWhen)
    yield "seen_steps", has(Steps)
    yield "seen_tools", has(Checklist, WriteIn, LogTable)
    yield "seen_figures", has(Figure)
    yield "seen_help", has(HelpWhen) or clean("help-missing")
