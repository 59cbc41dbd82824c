"""Rules of safety: what could leave a reader without help. A build reports them, too."""

from __future__ import annotations

from collections.abc import Iterator

from bifolio.core.diagnostics import Diagnostic, Severity
from bifolio.core.source_tree import Steps
from bifolio.editorial.lint.passages import OFFERED, Passage, sentences, texts_of
from bifolio.editorial.lint.subject import Subject, finding
from bifolio.model.blocks import Callout, HelpWhen, Resources, walk


def help_and_lines(subject: Subject) -> Iterator[Diagnostic]:
    handout, top = subject.handout, subject.at(("kind",))
    blocks = list(walk(handout.body))
    stops = any(isinstance(b, Callout) and b.tone == "stop" for b in blocks)
    has_help = any(isinstance(b, HelpWhen) for b in blocks)
    if not has_help and not (stops and handout.kind == "worksheet") and handout.kind not in ("card", "notes"):
        yield finding(
            "help-missing",
            "nothing says when to get help",
            top,
            'add "- help_when: default" near the end',
            Severity.ERROR,
        )
    resources = [b for b in blocks if isinstance(b, Resources)]
    if not resources:
        yield finding(
            "lines-missing",
            "there are no support lines",
            top,
            'add "- resources: {limit: 3}" near the end',
            Severity.ERROR,
        )
    elif not any(map(subject.lines_of, resources)):
        yield finding(
            "lines-missing",
            f'the region "{subject.region.id}" has none of the support lines that are asked for',
            top,
            f"ask for other topics, or add a line to content/regions/{subject.region.id}.yaml",
            Severity.ERROR,
        )


def not_carried(subject: Subject) -> Iterator[Diagnostic]:
    """Find the parts of a booklet all of whose help, or lines, are for other readers than the booklet's."""
    readers = frozenset(subject.handout.audience)
    for position, name in enumerate(subject.handout.handouts):
        part = subject.parts.get(name)
        if part is None:
            continue
        left = list(walk(part.for_readers(readers).body))
        for kind, what in ((HelpWhen, "when to get help"), (Resources, "support lines")):
            whole = [block for block in walk(part.body) if isinstance(block, kind)]
            if whole and not any(isinstance(block, kind) for block in left):
                others = sorted({reader for block in whole for reader in block.audience} - readers)
                yield finding(
                    "not-carried",
                    f'"{name}" has {what} only for {" and ".join(others)}, so the booklet leaves it out',
                    subject.at(("handouts", position)),
                    f"say it for {' and '.join(subject.handout.audience)}, too, in {name} or in the booklet",
                )


_ROWS = ("now", "soon", "when_you_can")
_ADVICE = frozenset(["help_when", "callout", "exits"])
"""Blocks that tell a reader what to do."""


def _is_only_named(passage: Passage) -> bool:
    """Return whether a text does no more than name a danger, as a title or an item to tick does."""
    keys = set(passage.steps)
    return bool(
        passage.role == "label"
        or keys & OFFERED
        or "summary" in keys
        or ("checklist" in keys and "note" not in keys)
    )


def _block_of(steps: Steps) -> Steps:
    """Return the way to the block that a text stands in."""
    inner = max((at for at, step in enumerate(steps) if step in ("body", "blocks")), default=0)
    return steps[: inner + 2]


def own_words_for_dangers(subject: Subject) -> Iterator[Diagnostic]:
    """Find sentences about a danger that use other words than on other pages.

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
                    yield finding(
                        "danger-words",
                        f'"{found}": a danger in other words than on other pages',
                        subject.at(passage.steps, found),
                        f"put {{safety: {name}}} {'in its place' if is_advice else 'beside it'}; "
                        "its words are in content/defaults.yaml",
                        Severity.ERROR,
                    )


def dangers_without_advice(subject: Subject) -> Iterator[Diagnostic]:
    """Find a danger that is only named, and what to do about it is nowhere on the page."""
    if subject.for_clinicians:
        return
    shown = " ".join(sentence for text in texts_of(subject.handout.body) for sentence in sentences(text))
    missing = {name for name, one in subject.safety.items() if " ".join(sentences(one.text)) not in shown}
    for passage in filter(_is_only_named, subject.passages):
        for name, found in subject.dangers_in(passage.text):
            if name in missing:
                missing.remove(name)
                yield finding(
                    "danger-missing",
                    f'"{found}": a danger, and nothing on the page says what to do',
                    subject.at(passage.steps, found),
                    f"add {{safety: {name}}}, for instance under {subject.safety[name].when} in help_when",
                    Severity.ERROR,
                )


def crisis_number(subject: Subject) -> Iterator[Diagnostic]:
    """Find words on self-harm on a page without a number to call: a crisis line, or the region's `{crisis}`."""
    named = subject.safety.get("self-harm")
    if named is None or named.pattern is None:
        return
    shown = [
        line for b in walk(subject.handout.body) if isinstance(b, Resources) for line in subject.lines_of(b)
    ]
    has_number = any("crisis" in line.topics and (line.phone or line.text) for line in shown)
    if has_number or any("{crisis}" in text for text in texts_of(subject.handout.body)):
        return
    for passage in subject.passages:
        if found := named.pattern.search(passage.text):
            yield finding(
                "crisis-number",
                f'"{found[0]}", and the page has no crisis number',
                subject.at(passage.steps, found[0]),
                "put {safety: self-harm} beside it, or show a line of the topic crisis",
                Severity.ERROR,
            )
            return


def dangers_too_late(subject: Subject) -> Iterator[Diagnostic]:
    """Find a danger in a row of a help block that is less urgent than it is."""
    for block in walk(subject.handout.body):
        for late, row in enumerate(_ROWS) if isinstance(block, HelpWhen) else ():
            for text in texts_of(getattr(block, row)):
                span = subject.tree.find(text)
                if span is None and subject.handout.handouts:
                    continue  # of a part, which answers for it
                for name, found in subject.dangers_in(text):
                    when = subject.safety[name].when
                    if late > _ROWS.index(when):
                        yield finding(
                            "danger-late",
                            f'"{found}" stands under {row}, where help comes too late',
                            span or subject.at(("body",)),
                            f"put {{safety: {name}}} under {when}",
                            Severity.ERROR,
                        )
