"""project_view: what is shown where nobody has chosen."""

from __future__ import annotations

import pytest

from bifolio.app import Project
from bifolio.studio.project_view import ProjectView
from tests.support.projects import HANDOUT, Scratch

CARD = HANDOUT.replace("kind: leaflet", "kind: card")


def _sample(scratch: Scratch) -> str:
    return ProjectView(Project(scratch.root), "").sample()


def test_a_clinic_is_shown_on_the_first_leaflet(scratch: Scratch) -> None:
    scratch.write("content/handouts/a-card.yaml", CARD)
    scratch.write("content/handouts/tears-and-closeness.yaml", HANDOUT)
    assert _sample(scratch) == "small"


def test_a_clinic_is_shown_on_the_first_leaflet_that_is_planned(scratch: Scratch) -> None:
    scratch.write("content/handouts/another.yaml", HANDOUT)
    scratch.write("bifolio.yaml", "items: [small]\n")
    assert _sample(scratch) == "small"


@pytest.mark.parametrize("broken", ["- not a mapping\n", "kind: [", "kind: leaflet\n"])
def test_a_clinic_is_not_shown_on_a_broken_leaflet(scratch: Scratch, broken: str) -> None:
    scratch.write("content/handouts/broken.yaml", broken)
    assert _sample(scratch) == "small"


def test_a_clinic_is_shown_on_another_kind_where_there_is_no_leaflet(scratch: Scratch) -> None:
    scratch.write("content/handouts/small.yaml", CARD)
    assert _sample(scratch) == "small"
