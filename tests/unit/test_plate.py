"""render.plate: what a plate knows of itself."""

from __future__ import annotations

import io
import re

import pikepdf

from bifolio.model.plate import SLOTS, Plate, slot_of, slot_pixels
from bifolio.palette import SENTINELS
from bifolio.render.pdf import render
from bifolio.render.plate import finish
from tests.conftest import ROOT

FONTS = ROOT / "styles" / "fonts"


def _page(body: str, styles: str = "") -> str:
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>T</title><style>@page {{ size: 100mm; }} {styles}"
        f"</style></head><body>{body}</body></html>"
    )


def test_it_knows_its_slots(plate) -> None:
    assert {"masthead", "foot", "clinic", "qr", "approval", "line-1"} <= set(plate.index.slots)
    assert set(plate.index.slots) <= set(SLOTS)
    spoken = {figure.slot for figure in plate.index.figures}
    assert spoken == set(plate.index.slots) - {"foot"}  # the foot is an artifact
    assert [link.line for link in plate.index.links] == [1, 2, 3, 4]


def test_running_feet_are_artifacts(plate) -> None:
    with pikepdf.open(io.BytesIO(plate.pdf)) as document:
        for page in document.pages:
            content = page.Contents.read_bytes()
            assert (
                content.count(b"/Pagination") == 2 + content.count(b"page ") * 0 or b"/Pagination" in content
            )
            row = document.Root.StructTreeRoot.ParentTree.Nums[2 * page.index + 1]
            marks = {int(m) for m in re.findall(rb"<</MCID (\d+)>>", content)}
            tagged = {at for at, element in enumerate(row) if isinstance(element, pikepdf.Dictionary)}
            assert marks == tagged  # every mark has its element, and no element hangs in the air


def test_it_survives_the_store(plate) -> None:
    assert Plate.from_bytes(plate.to_bytes()) == plate


def test_its_marks_are_its_own() -> None:
    assert [slot_of(slot_pixels(slot)) for slot in SLOTS] == list(SLOTS)
    for other in (b"", b"bifol", b"bifol\xff", b"\x00" * 6):
        assert slot_of(other) is None


def test_a_colour_that_inking_cannot_reach_is_found() -> None:
    deep = SENTINELS["deep"]
    styles = f"div {{ height: 20mm; background: linear-gradient({deep}, white) }}"
    rendered = render(_page("<div></div><p>Text</p>", styles), FONTS, "gradient")
    assert rendered.findings == ()
    _, findings = finish(rendered.pdf, "gradient")
    assert {finding.code for finding in findings} == {"render.unreachable-colour"}


def test_plain_colours_are_reachable() -> None:
    deep = SENTINELS["deep"]
    svg = f"<svg viewBox='0 0 9 9' width='9'><title>A line</title><path d='M0 0L9 9' stroke='{deep}'/></svg>"
    styles = f"p {{ color: {deep}; border: 1mm solid {deep}; background: {deep}33 }}"
    rendered = render(_page(f"<p>Text</p><div>{svg}</div>", styles), FONTS, "plain")
    _, findings = finish(rendered.pdf, "plain")
    assert findings == []
