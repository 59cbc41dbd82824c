"""Required content: a handout → what each of its pages must show, and whether a composed page does.

With a clinic's own parts, the page is composed again without them, and must show as much with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

from bifolio.compose.clinic_panel import ClinicCopy
from bifolio.compose.markup_checks import (
    check_page,
    page_finding,
    part_findings,
)
from bifolio.compose.page_reader import Required, picture_token, read, without_spaces
from bifolio.compose.slots import slot_url
from bifolio.compose.support_lines import SupportLines
from bifolio.compose.wording import Wording
from bifolio.core.diagnostics import DesignError, Diagnostic, Source
from bifolio.model.blocks import Callout, HelpWhen, Resources, walk
from bifolio.model.handout import Handout
from bifolio.model.plate import Room

_UNSIGNED = frozenset({"evidence", "wallet"})
"""Templates of pages without an approval line: nobody approves the sheet itself, or there is no room."""

_FOOT = Required(
    "the foot of each page, with the clinic and whether the text is a draft",
    (picture_token(slot_url("foot")),),
)
"""Checked against the page without parts: flows have no foot."""


class RequiredContent:
    """What the pages of handouts must show, in the words of one region and language."""

    def __init__(self, wording: Wording, support_lines: SupportLines) -> None:
        self._wording = wording
        self._support_lines = support_lines

    def of(
        self, handout: Handout, template: str, copy: ClinicCopy | None, room: Room | None = None
    ) -> list[Required]:
        """Return the help blocks, stop callouts, support lines, approval line and small print that a page must show.

        Without `copy` the page is a plate with `room` for a clinic.
        """
        required = [item for block in walk(handout.body) for item in self._of_block(block)]
        if template not in _UNSIGNED:
            approval = without_spaces(copy.approval) if copy else picture_token(slot_url("approval"))
            required.append(
                Required("the line that says who approved the text, or that it is a draft", (approval,))
            )
            if copy.small_print if copy else room and room.small_print:
                words = without_spaces(copy.small_print) if copy else picture_token(slot_url("small-print"))
                required.append(Required("the small print of the clinic, with its licence", (words,)))
        return required

    def _of_block(self, block: object) -> Iterator[Required]:
        if isinstance(block, HelpWhen):
            yield self._help(block)
        elif isinstance(block, Callout) and block.tone == "stop":
            title = block.title or self._wording.label("callout_stop")
            passages = (passage.text for passage in block.text)
            yield Required(f'the callout "{title}"', self._words(title, *passages))
        elif isinstance(block, Resources):
            for line in self._support_lines.choose(block):
                name = line.short or line.name
                reach = without_spaces(self._support_lines.reach(line).striptags())
                yield Required(f'the support line "{name}"', (*self._words(name, line.about), reach))

    def _help(self, block: HelpWhen) -> Required:
        label = self._wording.label
        title = block.title or label("when_to_get_help")
        words = [*self._words(title)]
        for urgency in ("now", "soon", "when_you_can"):
            labels = label(f"help_{urgency}"), self._wording.fill(label(f"help_{urgency}_do"))
            words += map(without_spaces, labels)
            words += self._words(*(passage.text for passage in getattr(block, urgency)))
        if block.fine:
            words += self._words(block.fine.text)
        return Required(f'the help block "{title}"', tuple(words))

    def _words(self, *passages: str) -> tuple[str, ...]:
        return tuple(
            without_spaces(self._wording.typeset(passage, bind_end=True).striptags()) for passage in passages
        )


def inspect(
    html: str,
    template: str,
    required: Sequence[Required],
    parts: Mapping[str, Source],
    compose: Callable[[Mapping[str, Source]], str],
) -> None:
    """Raise DesignError if a page does not show what it must, or if a clinic's part contains what no part may.

    `compose` composes the same page with some of the clinic's own `parts`, or with none.
    """
    plain = compose({}) if parts else html
    if (required or parts) and (problems := check_page(plain, required)):
        raise DesignError(page_finding(problems, f"templates/{template}.html.j2"))
    if not parts:
        return
    reference = read(plain, strictly=True)
    required = [*required, _FOOT]
    problems = check_page(html, required, reference)
    if not problems:
        return
    findings: list[Diagnostic] = []
    for name, source in parts.items():
        with suppress(DesignError):  # a part that needs another one
            alone = check_page(compose({name: source}), required, reference)
            findings += part_findings(alone, name, source)
    if not findings:  # the parts are only wrong together
        (name, source), *_ = parts.items()
        findings += part_findings(problems, name, Source(source.name.rpartition("/")[0], ""))
    raise DesignError(dict.fromkeys(findings))
