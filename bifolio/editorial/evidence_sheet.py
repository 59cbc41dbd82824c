"""Evidence sheets: a handout and its evidence → a sheet for clinicians, itself a handout.

Lines to sign on come first. Then each claim stands beside the facts that it rests on, in the facts' own words: how
far each was followed, how far it carries and where it was read. The first sheet says how hard the text is to read,
and what of two published checklists a program can see: the Patient Education Materials Assessment Tool for print
(PEMAT-P, AHRQ) and the Clear Communication Index (CDC). The sheet is informed by them and gives no score: both ask
for a person's judgement.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from bifolio.content.repository import Repository
from bifolio.editorial.lint import lint
from bifolio.editorial.review import subject_of
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
    WriteIn,
    walk,
)
from bifolio.model.blocks.log_table import TableRow
from bifolio.model.evidence import Evidence
from bifolio.model.handout import Handout
from bifolio.model.reading import MOST_GRADE, MOST_SMOG, Reading
from bifolio.model.region import Region


def evidence_sheets(
    repository: Repository, handouts: Mapping[str, Handout], region: Region
) -> dict[str, Handout]:
    """Return the evidence sheets of handouts in order, each under the name of its file.

    They do not depend on the day: `check` reports what is due.
    """
    labels = repository.locale(repository.plan.language).labels
    found: dict[str, Handout] = {}
    for item, handout in handouts.items():
        subject = subject_of(repository, item, handout, region)
        counts = Counter(finding.code for finding in lint(subject))
        sheets = sheets_of(handout, repository.evidence, subject.reading, counts, labels)
        names = [f"{item}.evidence", *(f"{item}.evidence-{number}" for number in range(2, len(sheets) + 1))]
        found |= dict(zip(names, sheets, strict=True))
    return found


def sheets_of(
    handout: Handout,
    evidence: Evidence,
    reading: Reading,
    remarks: Mapping[str, int],
    label: Mapping[str, str],
) -> list[Handout]:
    """Return the evidence sheets of `handout`: one of one page, or of a booklet one for each run of its parts.

    `remarks` counts what lint found, by code. The first sheet says how hard the text is to read, and what of
    the checklists can be seen; for clinicians alone it leaves the lists out, which are for what patients read.
    """
    runs = list(_runs(handout, evidence, label))
    first = [f"**{label['evidence_reading']}** {_figures(reading, label)}"]
    if set(handout.audience) - {"clinician"}:
        first += _lists(handout, reading, remarks, label)
    sheets = []
    for number, run in enumerate(runs, 1):
        title, summary = label["evidence_title"], label["evidence_summary"].format(title=handout.title)
        if len(runs) > 1:
            title = label["evidence_sheet"].format(number=number, of=len(runs))
        if run.titles:
            parts = "; ".join(name.rstrip(".?!") for name in run.titles)
            summary = label["evidence_of_parts"].format(title=handout.title, parts=parts)
        note = [label["evidence_key"], *(first if number == 1 else ())]
        sheet = Handout.model_validate(
            {
                "kind": "notes",
                "title": title,
                "summary": summary,
                "audience": ["clinician"],
                "language": handout.language,
                "version": handout.version,
                "body": ["references"],
                "review": handout.review,
            }
        )
        # No author writes such a sheet: it is of a kind that no file may have.
        table = _table(run.rows or [(label["evidence_none"], "", "")], " ".join(note), label)
        body = (_lines_to_sign(label), table)  # first, where they never stand on a page alone
        sheets.append(sheet.model_copy(update={"kind": "evidence", "body": body}))
    return sheets


_WIDTHS = {"evidence_claim": 6, "evidence_facts": 12, "evidence_read_in": 4}
_SIGNED = {"evidence_name": 9, "evidence_role": 7, "evidence_date": 4, "evidence_signature": 9}


def _lines_to_sign(label: Mapping[str, str]) -> LogTable:
    """Return two rows for those who compared the sentences with the facts."""
    columns = [{"label": label[key], "width": width} for key, width in _SIGNED.items()]
    return LogTable.model_validate(
        {
            "kind": "log_table",
            "title": label["evidence_sign"],
            "note": label["evidence_sign_note"],
            "columns": columns,
            "blank": 2,
        }
    )


def _table(rows: Sequence[_Row], note: str, label: Mapping[str, str]) -> LogTable:
    columns = [{"label": label[key], "width": width} for key, width in _WIDTHS.items()]
    table = LogTable.model_validate({"kind": "log_table", "columns": columns, "note": note, "blank": 1})
    # an author's cell holds a few words; here a claim stands in full, however long
    said = tuple(TableRow.model_construct(cells=row) for row in rows)
    return table.model_copy(update={"rows": said, "blank": 0})


def _figures(reading: Reading, label: Mapping[str, str]) -> str:
    return label["evidence_figures"].format(
        words=reading.words,
        sentences=reading.sentences,
        longest=reading.longest,
        fk=f"{reading.flesch_kincaid:.1f}",
        smog=f"{reading.smog:.1f}",
    )


def _lists(
    handout: Handout, reading: Reading, remarks: Mapping[str, int], label: Mapping[str, str]
) -> Iterator[str]:
    """Return what of the checklists is seen, and what is left for a person to judge."""
    seen = dict(_seen(handout, reading, remarks))
    judge = [*(key for key, is_here in seen.items() if not is_here), *_FOR_A_PERSON]
    lists = (("seen", [key for key, is_here in seen.items() if is_here]), ("yours", judge))
    for name, keys in lists:
        yield f"**{label['evidence_' + name]}** {'; '.join(label[key] for key in keys)}."
    yield label["evidence_informed"]


def how_many(handout: Handout, evidence: Evidence, label: Mapping[str, str]) -> int:
    """Return how many evidence sheets a handout has."""
    return sum(1 for _ in _runs(handout, evidence, label))


# -- what stands on one sheet ------------------------------------------------------------------------

_Row = tuple[str, str, str]
"""A claim, or that it goes on; one of its facts with its limits; where that was read."""

_ROOM = 62
"""Lines of a table that a page has room for, the edges of a row for a fifth of one."""

_LETTERS = 28, 58, 20
"""How many letters stand on a line of each column."""


@dataclass
class _Run:
    """What shares a sheet: parts of a booklet, or all of another handout."""

    rows: list[_Row] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)

    @property
    def lines(self) -> float:
        return sum(
            0.2 + max(ceil(len(c) / most) for c, most in zip(row, _LETTERS, strict=True)) for row in self.rows
        )


def _runs(handout: Handout, evidence: Evidence, label: Mapping[str, str]) -> Iterator[_Run]:
    """Share the claims of a handout out: all to one sheet, or those of a booklet's parts to as many as they take."""

    def rows(of: Handout) -> list[_Row]:
        return [row for facts, words in _by_facts(of).items() for row in _rows(words, facts, evidence, label)]

    if handout.kind != "booklet":
        yield _Run(rows(handout))
        return
    run = _Run(rows(handout.model_copy(update={"body": ()})))
    for part in handout.body:
        more = _Run(rows(handout.model_copy(update={**_NO_OPENING, "body": (part,)})))
        if not more.rows:
            continue
        if run.rows and run.lines + more.lines > _ROOM:
            yield run
            run = _Run()
        run.rows += more.rows
        run.titles += filter(None, [getattr(part, "title", None)])
    yield run


_NO_OPENING = dict.fromkeys(("main_message", "call_to_action", "content_note"))


def claims_of(handout: Handout) -> dict[str, list[str]]:
    """Return each claim of a handout with the facts that it cites, in the order of the page."""
    found: dict[str, list[str]] = {}
    for words, fact in _claims((*handout.opening, handout.body)):
        facts = found.setdefault(words, [])
        if fact not in facts:
            facts.append(fact)
    return found


def _by_facts(handout: Handout) -> dict[tuple[str, ...], str]:
    """Return the claims that stand on the same facts as one, in the order of the page."""
    found: dict[tuple[str, ...], list[str]] = {}
    for words, facts in claims_of(handout).items():
        found.setdefault(tuple(facts), []).append(words)
    return {facts: " / ".join(words) for facts, words in found.items()}


_LINK_WITHIN = re.compile(r"\[([^\]]*)\]\(#[^)]*\)")
"""A link to another place of the handout, which is not on its evidence sheet."""


def _claims(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, tuple):
        for item in value:
            yield from _claims(item)
    elif isinstance(value, Model):
        words = " ".join(part if part[-1:] in '.?!:”"' else f"{part}." for part in _own_words(value))
        words = _LINK_WITHIN.sub(r"\1", words)
        for fact in getattr(value, "cites", ()):
            yield words, fact
        for name in type(value).model_fields:
            if name != "cites":
                yield from _claims(getattr(value, name))


_TEXT_FIELDS = ("title", "text", "paragraphs", "fact", "meaning", "note")


def _own_words(value: Any) -> Iterator[str]:
    """Return the words that a cite beside them stands for."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _own_words(item)
    elif isinstance(value, Model):
        for name in _TEXT_FIELDS:
            if name in type(value).model_fields:
                yield from _own_words(_uncited(getattr(value, name)))
        if isinstance(value, LogTable):
            yield from (words for row in value.rows for words in _own_words(_uncited(row)))
        if isinstance(value, TableRow):
            yield from (cell for cell in value.cells if cell)
        if isinstance(value, Grounding):
            yield from (f"{sense.count} {sense.label}" for sense in value.senses)


def _uncited(value: Any) -> Any:
    """Leave out what cites for itself: it is a claim of its own."""
    if isinstance(value, tuple):
        return tuple(_uncited(item) for item in value)
    return () if getattr(value, "cites", ()) else value


def _rows(words: str, facts: tuple[str, ...], evidence: Evidence, label: Mapping[str, str]) -> Iterator[_Row]:
    """Yield a row for each fact of a claim: the first has the claim, the others say that they belong to it."""
    said = " ".join(words.replace("**", "").split())
    for name in facts:
        fact = evidence.facts[name]
        carries = f" **{label['evidence_limits']}** {fact.limits}" if fact.limits else ""
        sources = dict.fromkeys(evidence.sources[key].in_brief for key in fact.sources)
        followed = f"**{name}**, {label['status_' + fact.status]}."
        yield said, f"{followed} {fact.text}{carries}", "; ".join(sources) or label["evidence_no_source"]
        said = label["evidence_also"]


_FOR_A_PERSON = ("yours_true", "yours_cover", "yours_tone", "yours_local")


def _seen(handout: Handout, reading: Reading, remarks: Mapping[str, int]) -> Iterator[tuple[str, bool]]:
    """Return what of the checklists can be seen here, and whether it is there; keys of the locale's labels."""
    blocks = list(walk(handout.body))

    def has(*kinds: type[Model]) -> bool:
        return any(isinstance(block, kinds) for block in blocks)

    def clean(*codes: str) -> bool:
        return not any(remarks.get(f"lint.{code}") for code in codes)

    yield "seen_purpose", bool(handout.summary)
    yield "seen_message", bool(handout.main_message)
    yield "seen_action", bool(handout.call_to_action)
    yield "seen_plain", reading.flesch_kincaid <= MOST_GRADE and reading.smog <= MOST_SMOG
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
