"""create_folder: a working brand in one step, whole or not at all, and never over one that is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from bifolio.app import Project
from bifolio.content.scaffold import create_folder
from bifolio.core.diagnostics import BifolioError, DesignError, RequestError, ToolError
from bifolio.model.job import Request
from tests.support.projects import BRAND, Scratch

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>alert(1)</script><path fill="red" d="M0 0h9v9z"/></svg>'


def _brands(scratch: Scratch) -> list[str]:
    return sorted(path.name for path in (scratch.root / "content/brands").iterdir())


@pytest.mark.layout
def test_a_new_brand_works_at_once(scratch: Scratch, tmp_path: Path) -> None:
    logo = tmp_path / "our mark.svg"
    logo.write_text(SVG, "utf-8")
    project = Project(scratch.root)
    warnings = project.new_brand(
        "rowan-practice",
        "Rowan & Co",
        "#2f5d46",
        logo,
        "https://rowan.example.org",
        phone="202-555-0101",
        address=["1 Row"],
    )
    assert warnings == []
    brand = project.repository.brand("rowan-practice")
    assert (brand.name, brand.color.seed, brand.clinic.phone) == ("Rowan & Co", "#2f5d46", "202-555-0101")
    kept = (scratch.root / "content/brands/rowan-practice/logo.svg").read_text("utf-8")
    assert "<path" in kept
    assert "alert" not in kept
    made, *_ = project.build(project.plan(Request(brands=("rowan-practice",))), None, lambda _job: None)
    assert [path.name for path in made] == ["small.letter.pdf"]
    assert _brands(scratch) == ["default", "rowan-practice"]


def test_a_name_is_enough(scratch: Scratch) -> None:
    project = Project(scratch.root)
    project.new_brand("lark")
    assert project.repository.brand("lark").name == "Lark"


def test_what_of_a_logo_could_be_better_is_told_when_it_is_cleaned(scratch: Scratch, tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text(SVG.replace("<path", '<path style="mix-blend-mode:multiply"'), "utf-8")
    (warning,) = Project(scratch.root).new_brand("lark", logo=logo)
    assert (warning.code, warning.is_error) == ("brand.logo-pixels", False)
    assert Project(scratch.root).warnings(["lark"]) == []


@pytest.mark.parametrize(
    "name", ["", "Rowan", "../rowan", "a/b", ".hidden", "ro wan", "-x", "con", "com1", "Nul."]
)
def test_names_that_will_not_do(name: str, scratch: Scratch) -> None:
    with pytest.raises(RequestError) as raised:
        Project(scratch.root).new_brand(name)
    assert [finding.code for finding in raised.value.findings] == ["new.bad-name"]
    assert _brands(scratch) == ["default"]


def test_a_brand_that_is_there_stays_as_it_is(scratch: Scratch) -> None:
    with pytest.raises(RequestError) as raised:
        Project(scratch.root).new_brand("default", "Another")
    assert [finding.code for finding in raised.value.findings] == ["new.there-already"]
    assert (scratch.root / "content/brands/default/_brand.yml").read_text("utf-8") == BRAND
    scratch.write(
        "content/brands/begun/notes.txt", "mine"
    )  # a folder without a brand file is somebody's, too
    with pytest.raises(RequestError):
        Project(scratch.root).new_brand("begun")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"colour": "#12345"}, "brand.bad-color"),
        ({"colour": "no-such"}, "brand.unknown-color"),
        ({"link": "our website"}, "brand.bad-value"),
        ({"email": "nobody"}, "brand.bad-value"),
        ({"logo": Path("none.png")}, "brand.missing-logo"),
        ({"phone": "x" * 200}, "brand.too-long"),
    ],
)
def test_nothing_stands_of_a_brand_that_is_wrong(
    fields: dict[str, object], code: str, scratch: Scratch
) -> None:
    with pytest.raises(DesignError) as raised:
        Project(scratch.root).new_brand("rowan", **fields)  # type: ignore[arg-type]
    assert [finding.code for finding in raised.value.findings] == [code]
    assert _brands(scratch) == ["default"]


def test_a_write_that_fails_leaves_nothing(scratch: Scratch) -> None:
    brands = scratch.root / "content/brands"
    with pytest.raises(ToolError) as raised:
        create_folder(brands, "rowan", {"_brand.yml": b"a", "no/such/folder": b"b"})
    assert raised.value.findings[0].code == "new.cannot-write"
    assert _brands(scratch) == ["default"]


def test_two_at_once_do_not_mix(scratch: Scratch) -> None:
    brands = scratch.root / "content/brands"
    create_folder(brands, "rowan", {"_brand.yml": b"first"})
    with pytest.raises(BifolioError):
        create_folder(brands, "rowan", {"_brand.yml": b"second"})
    assert (brands / "rowan/_brand.yml").read_bytes() == b"first"
    assert _brands(scratch) == ["default", "rowan"]
