"""Lint: does a build tell what could leave a reader without help, and go on?"""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from bifolio.app import Project
from bifolio.cli.main import main
from bifolio.content.repository import Repository
from bifolio.model.job import Request
from tests.support.projects import COMPLETE, HANDOUT, REGION, SAFE, Scratch

BOOKLET = """\
kind: booklet
title: A booklet
summary: It binds two.
audience: [client]
main_message: You can stop at any time.
call_to_action: Keep this page.
handouts: [small, other]
body:
  - help_when: {now: You bleed., soon: It burns., when_you_can: You wonder.}
  - resources: {limit: 1}
review: {written: 2026-11-22, due: 2027-11-22}
"""


def _told(scratch: Scratch, *items: str) -> list[str]:
    project = Project(scratch.root)
    return [
        f"{finding.code}: {finding.message}"
        for finding in project.dangers(project.plan(Request(items=items)))
    ]


@pytest.mark.layout
def test_a_build_tells_that_a_handout_has_no_help_and_goes_on(scratch: Scratch) -> None:
    scratch.write("content/handouts/small.yaml", HANDOUT)
    done = CliRunner().invoke(main, ["build", "--project", str(scratch.root), "--json"])
    assert done.exit_code == 0
    result = json.loads(done.stdout)
    assert result["files"]
    assert [warning["code"] for warning in result["warnings"]] == ["lint.help-missing", "lint.lines-missing"]
    assert {warning["severity"] for warning in result["warnings"]} == {"warning"}


def test_a_build_of_a_safe_handout_tells_nothing(scratch: Scratch) -> None:
    scratch.write("content/handouts/small.yaml", SAFE)
    assert _told(scratch) == []


@pytest.mark.parametrize(
    ("kind", "what"), [("help_when: {", "when to get help"), ("resources: {", "support lines")]
)
def test_a_build_tells_what_a_booklet_cannot_carry(scratch: Scratch, kind: str, what: str) -> None:
    whole = COMPLETE.replace("audience: [client]", "audience: [client, partner, clinician]")
    scratch.write(
        "content/handouts/other.yaml", whole.replace(kind, f"{kind}audience: [partner, clinician], ")
    )
    scratch.write("content/booklets/both.yaml", BOOKLET)
    assert _told(scratch, "both") == [
        f'lint.not-carried: "other" has {what} only for clinician and partner, so the booklet leaves it out'
    ]
    (finding,) = Project(scratch.root).dangers(Project(scratch.root).plan(Request(items=("both",))))
    assert finding.span is not None
    assert (finding.span.source.name, finding.span.line) == ("content/booklets/both.yaml", 7)
    scratch.write("content/handouts/other.yaml", whole)
    assert _told(scratch, "both") == []


def test_lines_that_a_region_does_not_have_are_told(scratch: Scratch) -> None:
    scratch.write("content/handouts/small.yaml", SAFE.replace("{limit: 1", "{topics: [grief], limit: 1"))
    assert _told(scratch) == [
        'lint.lines-missing: the region "us" has none of the support lines that are asked for'
    ]
    scratch.write("content/regions/us.yaml", REGION.replace("[crisis]", "[crisis, grief]"))
    assert Repository(scratch.root).region("us").choose((), ("grief",), 1)
    assert _told(scratch) == []
