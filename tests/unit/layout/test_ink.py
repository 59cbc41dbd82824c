"""ink: colours, slots, links and names change; nothing moves."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pikepdf
import pytest

from bifolio.branding.palette import SENTINELS, operands, sentinel_pattern
from bifolio.layout.ink import Inker
from tests.support import tags

pytestmark = pytest.mark.layout


def _streams(pdf: bytes) -> list[bytes]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [
            item.read_bytes()
            for item in document.objects
            if isinstance(item, pikepdf.Stream) and b" rg\n" in item.read_bytes()
        ]


def test_every_sentinel_is_replaced(plate, inker) -> None:
    before = b"".join(_streams(plate.pdf))
    after = b"".join(_streams(inker.ink(plate)))
    found = {match[1] for match in sentinel_pattern().finditer(before)}
    assert operands(SENTINELS["deep"]) in found
    assert not sentinel_pattern().search(after)
    assert operands(inker.clinic.palette["deep"]) + b" rg" in after


def test_same_plate_and_clinic_give_the_same_bytes(plate, inker) -> None:
    assert inker.ink(plate) == inker.ink(plate)
    assert Inker(inker.clinic).ink(plate) == inker.ink(plate)


def test_another_colour_changes_nothing_but_colours(plate, inker) -> None:
    deep = inker.clinic.palette["deep"]  # a brand's own colour may serve several roles
    palette = {role: "#123456" if colour == deep else colour for role, colour in inker.clinic.palette.items()}
    other = Inker(replace(inker.clinic, palette=palette))
    old, new = operands(deep), operands("#123456")
    one, two = _streams(inker.ink(plate)), _streams(other.ink(plate))
    assert one != two
    plain = [re.sub(re.escape(old) + rb" (rg|RG)\b", new + rb" \1", stream) for stream in one]
    assert sorted(plain) == sorted(two)


def test_links_lead_to_the_clinic(plate, inker) -> None:
    with pikepdf.open(io.BytesIO(inker.ink(plate))) as document:
        found = {
            str(annotation.A.URI): str(annotation.Contents)
            for page in document.pages
            for annotation in page.obj.get("/Annots", ())
        }
    assert found == {
        "tel:+12025550142": "Call (202) 555-0142",
        "https://harbour.example.org": "harbour.example.org",
        "mailto:hello@harbour.example.org": "hello@harbour.example.org",
    }


def test_a_clinic_without_contact_has_no_links_and_no_silent_figures(plate, inker) -> None:
    clinic = inker.clinic
    without = {slot: alt for slot, alt in clinic.alts.items() if not slot.startswith(("line", "qr"))}
    pages = {slot: at for slot, at in clinic.sheet.pages.items() if slot in without}
    bare = Inker(
        replace(
            clinic,
            alts=without,
            sheet=replace(clinic.sheet, pages=pages),
            links=(None,) * 4,
            link_words=("",) * 4,
        )
    )
    pdf = bare.ink(plate)
    lines = list(tags.read(pdf).lines())
    assert not any("[annotation]" in line or line.strip() == "Link" for line in lines)
    assert not any(line.strip() == "Figure" for line in lines)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert all(not page.obj.get("/Annots") for page in document.pages)


def test_the_name_stands_in_both_metadata(plate, inker) -> None:
    odd = Inker(replace(inker.clinic, name="Smith & <Söhne>"))
    with pikepdf.open(io.BytesIO(odd.ink(plate))) as document:
        assert str(document.trailer.Info.Author) == "Smith & <Söhne>"
        with document.open_metadata() as xmp:
            assert xmp["dc:creator"] == ["Smith & <Söhne>"]
