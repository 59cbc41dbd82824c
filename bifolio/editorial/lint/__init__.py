"""Lint: a correct handout → what an editor would still change.

Reads like the person who is handed the paper: long sentences, hard words, a number without its source, a panel
that is missing. Errors of form are found when content is validated. Every rule has its code and an example that
fails in tests/golden/lint.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bifolio.core.diagnostics import Diagnostic, Severity
from bifolio.editorial.lint import evidence_rules, safety_rules, text_rules, upkeep_rules
from bifolio.editorial.lint.subject import Rule, Subject

SAFETY: tuple[Rule, ...] = (
    safety_rules.help_and_lines,
    safety_rules.not_carried,
    safety_rules.own_words_for_dangers,
    safety_rules.dangers_without_advice,
    safety_rules.crisis_number,
    safety_rules.dangers_too_late,
)
"""What a build reports, too."""

VOICE: tuple[Rule, ...] = (text_rules.manner_of_speaking,)
"""How the page speaks to clients and partners."""

RULES: tuple[Rule, ...] = (
    text_rules.grade,
    *VOICE,
    text_rules.long_sentences,
    text_rules.long_paragraphs,
    text_rules.long_lists,
    text_rules.passive_steps,
    text_rules.words_to_avoid,
    evidence_rules.uncited_numbers,
    evidence_rules.uncited_claims,
    text_rules.missing_parts,
    *SAFETY,
    upkeep_rules.review_overdue,
    upkeep_rules.support_lines,
    evidence_rules.thin_evidence,
    evidence_rules.sources,
)


def lint(subject: Subject, rules: Iterable[Rule] | None = None) -> list[Diagnostic]:
    """Return everything an editor would change in one handout, in the order of the file."""
    return _found(subject, RULES if rules is None else rules)


def warn(subject: Subject) -> list[Diagnostic]:
    """Return what could leave a reader without help, as warnings: a build reports it and goes on."""
    return [replace(finding, severity=Severity.WARNING) for finding in _found(subject, SAFETY)]


def _found(subject: Subject, rules: Iterable[Rule]) -> list[Diagnostic]:
    found = [finding for rule in rules for finding in rule(subject)]
    return sorted(found, key=lambda finding: finding.sort_key)
