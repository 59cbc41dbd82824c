"""Does a handout go the way that ARCHITECTURE.md walks, and through each module once?"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import FrameType

import pytest

from bifolio.app import Project
from bifolio.layout.render import Rendered
from bifolio.model.artifact import Artifact
from bifolio.model.handout import Handout
from bifolio.model.job import Job, Request
from bifolio.model.plate import Plate
from bifolio.resolve import Inputs, LayoutInputs
from tests.conftest import ROOT
from tests.support.projects import Scratch

pytestmark = pytest.mark.layout

PACKAGE = ROOT / "bifolio"
MOST_MODULES = 10
TITLE = "A small leaflet"
"""What the handout's own HTML holds, and that of a clinic's slots does not."""

FORMS: dict[type, str] = {
    Request: "request",
    Job: "job",
    Inputs: "inputs",
    LayoutInputs: "inputs",
    Handout: "inputs",
    Rendered: "PDF",
    Plate: "plate",
    Artifact: "artifact",
    type(Path()): "file",
}
"""The forms that a handout takes on its way, by the type of the value."""


def _form(value: object) -> str | None:
    """Return the form in which a value is the handout; of several values, that of the first which is."""
    if isinstance(value, tuple | list):
        return next(filter(None, map(_form, value)), None)
    if isinstance(value, str):
        return "HTML" if "<html" in value[:500] and TITLE in value else None
    if isinstance(value, bytes):
        return "PDF" if b"%PDF-" in value[:100_000] else None
    return FORMS.get(type(value))


class Tracer:
    """Notes each call in the package that takes the handout in one form and returns it in another.

    A call that has another do that is passed over, and so is one that returns what was there before.
    """

    def __init__(self) -> None:
        self.path: list[tuple[str, str]] = []
        """Module and new form, in the order in which the handout takes its forms."""
        self._returned: list[object] = []
        self._calls: list[tuple[FrameType, set[str | None], int]] = []

    def __call__(self, frame: FrameType, event: str, value: object) -> None:
        code = frame.f_code
        if not code.co_filename.startswith(f"{PACKAGE}/"):
            return
        if event == "call":
            names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            places = {"self", "fonts", "folder", "target", "root"}
            taken = {_form(frame.f_locals.get(name)) for name in names if name not in places}
            self._calls.append((frame, taken, len(self.path)))
        elif event == "return" and self._calls and self._calls[-1][0] is frame:
            _, taken, before = self._calls.pop()
            form, inner = _form(value), {form for _, form in self.path[before:]}
            if form is None or not taken - {None} or form in taken | inner:
                return
            if not any(value is known for known in self._returned):
                self._returned.append(value)
                module = Path(code.co_filename).relative_to(PACKAGE).as_posix()
                self.path.append((module, form))


def _walked() -> list[str]:
    """Return the modules that ARCHITECTURE.md lists on the way of a handout."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    walk = text.partition("## One handout, from the command to the paper")[2].partition("\n## ")[0]
    return re.findall(r"^\d+\. \*\*`([a-z_/]+\.py)`", walk, re.MULTILINE)


def test_a_handout_goes_the_way_that_is_written_down(scratch: Scratch) -> None:
    project, tracer = Project(scratch.root), Tracer()
    sys.setprofile(tracer)
    try:
        project.build(project.plan(Request(items=("small",))), None, lambda _: None)
    finally:
        sys.setprofile(None)
    assert (scratch.root / "output/default/en/small.letter.pdf").exists()
    forms = [form for _, form in tracer.path]
    assert forms == ["job", "inputs", "HTML", "PDF", "plate", "PDF", "artifact", "file"]
    modules = [module for module, _ in tracer.path]
    assert modules == _walked()
    assert len(set(modules)) == len(modules) <= MOST_MODULES
