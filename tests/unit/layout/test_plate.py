"""render.plate: what a plate knows of itself."""

from __future__ import annotations

import io
import re
from typing import Any

import pikepdf
import pytest

from bifolio.branding.palette import SENTINELS
from bifolio.layout.plate import finish
from bifolio.layout.render import render
from bifolio.model.plate import SLOTS, Plate, slot_of, slot_pixels
from tests.conftest import ROOT

pytestmark = pytest.mark.layout

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


def _held(element: Any) -> dict[int, int]:
    """Return each element of a tree of tags the one that holds it, by number."""
    kids = element.get("/K", ())
    kids = kids if isinstance(kids, pikepdf.Array) else [kids]
    own = [kid for kid in kids if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]
    held = {kid.objgen[0]: element.objgen[0] for kid in own}
    return held | {inner: by for kid in own for inner, by in _held(kid).items()}


def test_running_feet_are_artifacts(plate) -> None:
    with pikepdf.open(io.BytesIO(plate.pdf)) as document:
        held = _held(document.Root.StructTreeRoot)
        for page in document.pages:
            content = page.Contents.read_bytes()
            assert content.count(b"/Artifact\n<</Type/Pagination>>\nBDC") > 0
            row = document.Root.StructTreeRoot.ParentTree.Nums[2 * page.index + 1]
            marks = [int(mark) for mark in re.findall(rb"<</MCID (\d+)>>", content)]
            assert sorted(marks) == list(range(len(row)))  # every mark has its element
            assert {element.objgen[0] for element in row} <= set(held)  # and none hangs in the air


def test_it_knows_what_holds_its_slots_and_links(plate) -> None:
    with pikepdf.open(io.BytesIO(plate.pdf)) as document:
        held = _held(document.Root.StructTreeRoot)
        for place in (*plate.index.figures, *plate.index.links):
            assert held[place.element] == place.parent
        for link in plate.index.links:
            (reference,) = (kid for kid in document.get_object(link.element, 0).K if "/Obj" in kid)
            assert reference.Obj.objgen[0] == link.annotation


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
