"""typeface: a brand's fonts come from its folder or the project's, are made safe, and shape its own plates only."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from fontTools.ttLib import TTFont

from bifolio.branding.fonts import MAX_BYTES, TOKENS, families
from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from bifolio.core.cache import Cache
from bifolio.core.diagnostics import DesignError
from bifolio.model.job import Job
from tests.conftest import ROOT
from tests.support.projects import BRAND, Scratch

FONTS = ROOT / "styles" / "fonts"
REGULAR = (FONTS / "AtkinsonHyperlegible-Regular.ttf").read_bytes()
LEAD = (FONTS / "Newsreader-Lead.ttf").read_bytes()


def _typography(scratch: Scratch, typography: str, **files: bytes) -> Repository:
    scratch.write("content/brands/default/_brand.yml", f"{BRAND}typography: {typography}\n")
    for name, body in files.items():
        scratch.write(f"content/brands/default/{name}.ttf", body)
    return Repository(scratch.root)


FILE = "{fonts: [{family: Mine, source: file, files: [mine.ttf]}], headings: Mine}"


def test_the_project_ships_known_families() -> None:
    shipped = families(FONTS.glob("*.ttf"))
    assert shipped["Atkinson Hyperlegible"] == {400, 700}
    assert "Newsreader Title" in shipped


@pytest.mark.parametrize("source", ["google", "bunny", "system"])
def test_a_family_that_is_shipped_is_used_wherever_it_is_said_to_come_from(
    source: str, scratch: Scratch
) -> None:
    family = "Atkinson Hyperlegible"
    repository = _typography(
        scratch, f"{{fonts: [{{family: {family}, source: {source}}}], headings: {family}}}"
    )
    typeface = repository.brand_files("default").typeface
    assert typeface.tokens == dict.fromkeys(TOKENS["Brand Head"], f'"{family}"')
    assert (typeface.faces, typeface.remarks) == ((), ())


def test_a_family_of_cuts_is_in_use_already(scratch: Scratch) -> None:
    typeface = _typography(scratch, "{headings: Newsreader}").brand_files("default").typeface
    assert (typeface.tokens, typeface.faces, typeface.remarks) == ({}, (), ())


@pytest.mark.parametrize("typography", ["{base: Open Sans}", "{fonts: [{family: Open Sans, source: google}], base: Open Sans}"])  # fmt: skip
def test_a_family_that_is_not_here_is_told_and_stops_nothing(typography: str, scratch: Scratch) -> None:
    repository = _typography(scratch, typography)
    (finding,) = repository.brand_files("default").warnings(repository.plan.region)
    assert (finding.code, finding.is_error) == ("brand.font-not-here", False)
    assert "Atkinson Hyperlegible" in str(finding.help)
    assert repository.brand_files("default").typeface.tokens == {}


def test_running_text_without_a_bold_is_told(scratch: Scratch) -> None:
    named = "{fonts: [{family: Mine, source: file, files: [%s]}], base: Mine}"
    bold = (FONTS / "AtkinsonHyperlegible-Bold.ttf").read_bytes()
    alone = _typography(scratch, named % "mine.ttf", mine=REGULAR).brand_files("default").typeface
    assert [(remark.code, str(remark.span)) for remark in alone.remarks] == [
        ("brand.no-bold", "content/brands/default/_brand.yml:4:31")
    ]
    both = (
        _typography(scratch, named % "mine.ttf, bold.ttf", mine=REGULAR, bold=bold)
        .brand_files("default")
        .typeface
    )
    assert both.remarks == ()
    heads = _typography(scratch, FILE, mine=REGULAR).brand_files("default").typeface
    assert heads.remarks == (), "headings have one weight"


def test_the_first_family_of_a_list_that_is_here(scratch: Scratch) -> None:
    typeface = (
        _typography(scratch, "{base: 'Arial, Atkinson Hyperlegible, sans-serif'}")
        .brand_files("default")
        .typeface
    )
    assert typeface.tokens["text-face"] == '"Atkinson Hyperlegible"'
    assert typeface.remarks == ()


def test_heading_takes_the_file_nearest_to_its_weight(scratch: Scratch) -> None:
    bold = (FONTS / "AtkinsonHyperlegible-Bold.ttf").read_bytes()
    files = "[{path: mine.ttf, weight: 400}, {path: bold.ttf, weight: bold}]"
    headings = "{family: Mine, weight: semi-bold}"
    typography = f"{{fonts: [{{family: Mine, source: file, files: {files}}}], headings: {headings}}}"
    (face,) = _typography(scratch, typography, mine=REGULAR, bold=bold).brand_files("default").typeface.faces
    assert TTFont(io.BytesIO(face.body))["OS/2"].usWeightClass == 700


# -- a stranger's file ---------------------------------------------------------------------------


def _refused(scratch: Scratch, body: bytes | None, typography: str = FILE) -> str:
    repository = _typography(scratch, typography, **({} if body is None else {"mine": body}))
    with pytest.raises(DesignError) as raised:
        _ = repository.brand_files("default").typeface
    (finding,) = raised.value.findings
    assert finding.span is not None
    assert finding.help
    return finding.code


def _changed(change) -> bytes:
    font = TTFont(io.BytesIO(REGULAR))
    change(font)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, "brand.missing-font"),
        (b"", "brand.unreadable-font"),
        (b"not a font at all", "brand.unreadable-font"),
        (REGULAR[:20_000], "brand.unreadable-font"),
        (b"x" * (MAX_BYTES + 1), "brand.font-size"),
        (_changed(lambda font: font.__delitem__("glyf")), "brand.unreadable-font"),
        (_changed(lambda font: setattr(font["OS/2"], "fsType", 2)), "brand.font-licence"),
    ],
)
def test_files_that_will_not_do(body: bytes | None, code: str, scratch: Scratch) -> None:
    assert _refused(scratch, body) == code


def test_a_font_may_allow_preview_and_print(scratch: Scratch) -> None:
    body = _changed(lambda font: setattr(font["OS/2"], "fsType", 4))
    assert _typography(scratch, FILE, mine=body).brand_files("default").typeface.faces


def test_a_file_outside_the_folder(scratch: Scratch) -> None:
    scratch.write("content/brands/other.ttf", REGULAR)
    assert _refused(scratch, None, FILE.replace("mine.ttf", "../other.ttf")) == "brand.font-outside"


def test_only_known_tables_go_on(scratch: Scratch) -> None:
    from fontTools.ttLib import newTable

    def spoil(font: TTFont) -> None:
        for tag in ("SVG ", "JUNK"):
            font[tag] = newTable("DSIG") if tag == "JUNK" else newTable("JUNK")
            font[tag].data = b"secret"
            font[tag].compile = lambda _font: b"secret"

    (face,) = _typography(scratch, FILE, mine=_changed(spoil)).brand_files("default").typeface.faces
    assert b"secret" not in face.body
    assert not {"SVG ", "JUNK", "fpgm", "prep"} & set(TTFont(io.BytesIO(face.body)).keys())


# -- on the page ---------------------------------------------------------------------------------


def _job(brand: str) -> Job:
    return Job("small", "letter", "calm", "us", "en", brand, "pdf")


def _fonts(pdf: bytes) -> set[str]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        names = {str(item.BaseFont) for item in document.objects if isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item}  # fmt: skip
    return {name.partition("+")[2] for name in names}


@pytest.mark.layout
def test_own_fonts_are_on_the_page_and_its_bytes_are_the_same_each_time(
    scratch: Scratch, tmp_path: Path
) -> None:
    repository = _typography(scratch, FILE.replace("headings", "base"), mine=LEAD)
    one = Pipeline(repository, Cache(tmp_path / "one")).make(_job("default"))
    two = Pipeline(Repository(scratch.root), Cache(tmp_path / "two")).make(_job("default"))
    assert "Brand-Text" in _fonts(one.body)
    assert one.body == two.body


@pytest.mark.layout
def test_fonts_are_part_of_the_plates_key_and_of_no_other_brands(scratch: Scratch) -> None:
    scratch.write("content/brands/plain/_brand.yml", BRAND)
    first = _typography(scratch, FILE, mine=LEAD)
    pipeline = Pipeline(first, Cache(scratch.root / ".bifolio"))
    own, plain = (pipeline.make(_job(brand)).metadata["inputs"] for brand in ("default", "plain"))
    assert own != plain
    other = Pipeline(_typography(scratch, FILE, mine=REGULAR), Cache(scratch.root / ".bifolio"))
    assert other.make(_job("default")).metadata["inputs"] != own
    assert other.make(_job("plain")).metadata["inputs"] == plain
