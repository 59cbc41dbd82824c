"""The oracle of inking: a handout composed with the clinic in place and laid out whole, and how two such PDFs agree.

The whole layout never meets `ink`: the clinic's colours stand in its styles and the clinic's words and logo in its
flow. Its slots stand in block quotes, which nothing else uses, so that they can be told apart in the tag tree.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from markupsafe import Markup

from bifolio.build.pipeline import Pipeline
from bifolio.compose.composer import Composer
from bifolio.compose.design import Design
from bifolio.content.repository import Repository
from bifolio.layout.render import render
from bifolio.model.job import Job
from bifolio.resolve import resolve
from tests.support import pictures, tags
from tests.support.making import copy_of, sheet_of

MANY_HEADS = {"tears-and-intimacy"}
"""Where the edges of letters are not counted, only what no rounding explains. WeasyPrint 70 takes the width of a letter
from the size at which it first meets it: laid out whole, letters of the heads' face come first in the clinic's name,
and a page with many lines in that face, as this booklet's ninth, differs in more edges than the bound allows (0.22 %)."""


def marked_templates(repository: Repository, folder: Path) -> Path:
    """Copy the templates so that each slot of a whole layout is a block quote."""
    templates = folder / "templates"
    shutil.copytree(repository.files.path("templates"), templates)
    slot = templates / "slots" / "slot.html.j2"
    marked = slot.read_text("utf-8").replace('<div class="slot ', '<blockquote class="slot ', 1)
    slot.write_text(marked.rstrip().removesuffix("</div>") + "</blockquote>", "utf-8")
    return templates


def whole(pipeline: Pipeline, templates: Path, job: Job) -> bytes:
    """Lay a handout out with the clinic in place."""
    inputs = resolve(pipeline.repository, job)
    layout, palette = inputs.layout, pipeline.stages.palette(inputs.clinic.seeds)
    plain = pipeline.stages.composer(layout.setup)
    design: Design = replace(plain.design, templates=templates)
    sheet, arrangement = sheet_of(pipeline, plain, copy_of(inputs, plain))
    composer = Composer(design, plain.locale, plain.region, palette, layout.setup.overrides)
    composer = composer.in_room(arrangement.room)
    fits, copy = sheet.fits, copy_of(inputs, composer).arranged(arrangement)
    room = Markup(
        '<blockquote class="slot slot-line"></blockquote>'
    )  # on a plate an empty line keeps its place
    slots = {f"line-{number}": room for number in range(1, arrangement.room.lines + 1)} | composer.slots(
        copy, fits
    )
    html = composer.handout(layout.handout, layout.evidence, layout.drawings, slots, copy)
    rendered = render(html, layout.setup.files.path("styles/fonts"), "whole")
    assert not any(finding.is_error for finding in rendered.findings)
    return rendered.pdf


def same_pictures(inked: bytes, laid_out: bytes, *, edges: bool = True, most: float = 0.00001) -> None:
    """Hold the pages of two PDFs against each other at 100 dpi; without `edges`, only what is beyond rounding.

    `most` is the share of pixels that may be beyond it.
    """
    ones, others = pictures.pages(inked, dpi=100), pictures.pages(laid_out, dpi=100)
    assert len(ones) == len(others)
    for number, (one, other) in enumerate(zip(ones, others, strict=True), 1):
        # Slots are drawn through one more matrix, and another subset of a font rounds its widths elsewhere, so the
        # edges of letters may fall otherwise; what is more than such an edge is counted below.
        share = pictures.share_that_differs(one, other, tolerance=24)
        assert not edges or share < 0.002, f"page {number}: {share:.3%} of the pixels differ"
        beyond = max(pictures.share_beyond_rounding(*pair) for pair in ((one, other), (other, one)))
        assert beyond < most, f"page {number}: {beyond:.4%} of the pixels show something else"


def same_texts(inked: bytes, laid_out: bytes, pdftotext: str, folder: Path) -> None:
    """Compare what a copier of text gets, line by line; empty lines and the width of blanks aside."""
    told = []
    for name, body in (("inked.pdf", inked), ("whole.pdf", laid_out)):
        (folder / name).write_bytes(body)
        command = [pdftotext, "-layout", str(folder / name), "-"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        told.append([" ".join(line.split()) for line in said.splitlines() if line.strip()])
    assert told[0] == told[1]


def same_tags(inked: bytes, laid_out: bytes) -> None:
    """Hold the tag trees of two PDFs against each other, but for what slots say."""
    one, other = _shape(tags.read(inked)), _folded(_shape(tags.read(laid_out)))
    assert list(one.lines()) == list(other.lines())


def _shape(tag: tags.Tag) -> tags.Tag:
    """Leave the alternative texts of slots aside: a whole layout has words in their place."""
    return replace(tag, alt=None, kids=tuple(_shape(kid) for kid in tag.kids))


def _folded(tag: tags.Tag) -> tags.Tag:
    """Fold each slot of a whole layout into the figure that it is on a plate; empty ones fall away."""
    kids = []
    for kid in tag.kids:
        if kid.kind == "BlockQuote":
            if kid.kids or kid.text:
                kids.append(tags.Tag("Figure", None, "", ()))
        else:
            kids.append(_folded(kid))
    return replace(tag, kids=tuple(kids))
