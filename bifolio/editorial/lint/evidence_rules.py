"""Rules of evidence: what is claimed, and what stands behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bifolio.core.diagnostics import Diagnostic, Severity
from bifolio.editorial.lint.passages import statements
from bifolio.editorial.lint.subject import Subject, beginning, finding

_NUMBER = re.compile(r"\d|\bpercent\b|\b(half|most|a third|a quarter) of\b|\bin (ten|every)\b", re.IGNORECASE)
_PLAIN_NUMBER = re.compile(
    r"^\d+$|\{\w+\}|\b(0 to 10|0 and 10|1 to 10|24/7|page \d+|\d+(?:-\d+)+|\d{3,}(?: \d{3,})+)\b"
    r"|\b\d+ (minutes?|seconds?|hours?|times|breaths?|things?|lines?|weeks?|days?|months?|cycles?)\b"
)
"""Scales, ratings, phone numbers and the numbers of advice: they claim nothing."""


def uncited_numbers(subject: Subject) -> Iterator[Diagnostic]:
    for passage in subject.passages:
        if passage.role == "label" or passage.cites:
            continue
        if _NUMBER.search(_PLAIN_NUMBER.sub("", passage.text)):
            yield finding(
                "uncited-number",
                f"a number without a source: “{beginning(passage.text)}”",
                subject.at(passage.steps),
                "name the fact that says it, from content/facts.yaml: cites: [ID]",
                Severity.ERROR,
            )


def uncited_claims(subject: Subject) -> Iterator[Diagnostic]:
    """Find what claims something, and no fact with a source stands behind it."""
    facts = subject.evidence.facts
    for passage, sentence in statements(subject.passages):
        if any(facts[fact].sources for fact in passage.cites):
            continue
        if (claim := subject.words.says_claim.search(sentence)) and not _NUMBER.search(sentence):
            only = ", ".join(passage.cites)
            yield finding(
                "uncited-claim",
                f'"{claim[0]}" claims something, and '
                + (f"{only} has no source" if only else "no fact stands behind it"),
                subject.at(passage.steps, sentence),
                "cite the fact that says it, say it as an offer (“you could …”), or leave it out",
            )


def thin_evidence(subject: Subject) -> Iterator[Diagnostic]:
    thin = [fact for fact in subject.cites if subject.evidence.facts[fact].thin]
    if not thin or subject.for_clinicians:
        return
    text = " ".join(passage.text for passage in subject.passages)
    if not any(pattern.search(text) for pattern in subject.words.says_uncertain):
        yield finding(
            "certainty",
            f"the evidence for {', '.join(thin)} is thin, and nothing says so",
            subject.at(("body",)),
            'say what is not known: "Scientists are still learning …"',
        )


def sources(subject: Subject) -> Iterator[Diagnostic]:
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
