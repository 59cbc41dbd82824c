"""typeface: a brand's fonts come from its folder or the project's, are made safe, and shape its own plates only."""

from __future__ import annotations

import io
import re
import runpy
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import brotli
import pikepdf
import pytest
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

from bifolio.branding.extra_fonts import FAMILIES, PACKAGE, PARTS, WEIGHTS, file_name
from bifolio.branding.font_files import MAX_BYTES
from bifolio.branding.fonts import TOKENS, families
from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from bifolio.core.cache import Cache
from bifolio.core.diagnostics import BifolioError
from bifolio.formats.pdf import verify
from bifolio.model.job import Job
from bifolio.model.typeface import PLAIN, FontFace
from tests.conftest import ROOT
from tests.support.fonts import (
    BOLD,
    FONTS,
    LEAD,
    REGULAR,
    changed,
    cubic,
    packed,
    part,
    taller,
    variable,
    without,
)
from tests.support.projects import BRAND, COMPLETE, SAFE, Scratch


def _typography(scratch: Scratch, typography: str, **files: bytes) -> Repository:
    scratch.write("content/brands/default/_brand.yml", f"{BRAND}typography: {typography}\n")
    for name, body in files.items():
        scratch.write(f"content/brands/default/{name}.ttf", body)
    return Repository(scratch.root)


@pytest.fixture(autouse=True)
def _no_extra_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take no notice of a wheel that may be installed here."""
    monkeypatch.setattr("bifolio.branding.extra_fonts.find_spec", lambda _: None)


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


@pytest.mark.parametrize(
    ("typography", "told"),
    [
        ("{base: Open Sans, headings: Open Sans}", ["Open Sans"]),
        ("{base: Open Sans, headings: Lora}", ["Lora", "Open Sans"]),
        ("{base: Open Sans, headings: {family: Open Sans, weight: bold}, link: {}}", ["Open Sans"]),
    ],
)
def test_a_family_that_is_not_here_is_told_once(typography: str, told: list[str], scratch: Scratch) -> None:
    remarks = _typography(scratch, typography).brand_files("default").typeface.remarks
    assert [remark.message.split('"')[1] for remark in remarks] == told


def test_running_text_without_a_bold_is_told(scratch: Scratch) -> None:
    named = "{fonts: [{family: Mine, source: file, files: [%s]}], base: Mine}"
    alone = _typography(scratch, named % "mine.ttf", mine=REGULAR).brand_files("default").typeface
    assert [(remark.code, str(remark.span)) for remark in alone.remarks] == [
        ("brand.no-bold", "content/brands/default/_brand.yml:4:31")
    ]
    both = (
        _typography(scratch, named % "mine.ttf, bold.ttf", mine=REGULAR, bold=BOLD)
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
    files = "[{path: mine.ttf, weight: 400}, {path: bold.ttf, weight: bold}]"
    headings = "{family: Mine, weight: semi-bold}"
    typography = f"{{fonts: [{{family: Mine, source: file, files: {files}}}], headings: {headings}}}"
    (face,) = _typography(scratch, typography, mine=REGULAR, bold=BOLD).brand_files("default").typeface.faces
    assert TTFont(io.BytesIO(face.body))["OS/2"].usWeightClass == 700


# -- a stranger's file ---------------------------------------------------------------------------


def _refused(scratch: Scratch, body: bytes | None, typography: str = FILE) -> str:
    repository = _typography(scratch, typography, **({} if body is None else {"mine": body}))
    files = repository.brand_files("default")
    assert files.typeface is PLAIN
    (finding,) = files.left_out
    assert not finding.is_error
    assert finding.span is not None
    assert finding.help
    return finding.code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, "brand.missing-font"),
        (b"", "brand.unreadable-font"),
        (b"not a font at all", "brand.unreadable-font"),
        (REGULAR[:20_000], "brand.unreadable-font"),
        (b"x" * (MAX_BYTES + 1), "brand.font-size"),
        (b"wOFF" + b"\xff" * 60, "brand.unreadable-font"),
        (b"wOF2" + b"\xff" * 60, "brand.unreadable-font"),
        (packed("woff")[:9000], "brand.unreadable-font"),
        (packed("woff2")[:9000], "brand.unreadable-font"),
        (without("e"), "brand.font-letters"),
        (without("\u2019"), "brand.font-letters"),
        (changed(lambda font: font.__delitem__("glyf")), "brand.unreadable-font"),
        (changed(lambda font: setattr(font["OS/2"], "fsType", 2)), "brand.font-licence"),
    ],
)
def test_files_that_will_not_do(body: bytes | None, code: str, scratch: Scratch) -> None:
    assert _refused(scratch, body) == code


def test_a_font_may_allow_preview_and_print(scratch: Scratch) -> None:
    body = changed(lambda font: setattr(font["OS/2"], "fsType", 4))
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

    (face,) = _typography(scratch, FILE, mine=changed(spoil)).brand_files("default").typeface.faces
    assert b"secret" not in face.body
    assert not {"SVG ", "JUNK", "fpgm", "prep"} & set(TTFont(io.BytesIO(face.body)).keys())


def _bomb_woff() -> bytes:
    """Return a WOFF file whose one table says little of its size."""
    packed = zlib.compress(bytes(40_000_000), 9)
    entry = struct.pack(">4sIIII", b"glyf", 64, len(packed), len(packed) + 1, 0)
    return b"wOFF" + bytes(8) + struct.pack(">H", 1) + bytes(30) + entry + packed


def _bomb_woff2() -> bytes:
    packed = brotli.compress(bytes(40_000_000), quality=5)
    entry = bytes([0x00, 0x20])  # cmap, 32 bytes
    return b"wOF2" + bytes(8) + struct.pack(">HHII", 1, 0, 32, len(packed)) + bytes(24) + entry + packed


@pytest.mark.parametrize("bomb", [_bomb_woff, _bomb_woff2])
def test_a_file_that_grows_when_it_is_unpacked(bomb: Callable[[], bytes], scratch: Scratch) -> None:
    body = bomb()
    tracemalloc.start()
    try:
        assert _refused(scratch, body) == "brand.font-size"
        assert tracemalloc.get_traced_memory()[1] < 36_000_000
    finally:
        tracemalloc.stop()


# -- variable fonts ------------------------------------------------------------------------------


def _faces(scratch: Scratch, role: str, body: bytes) -> list[tuple[str, str, TTFont]]:
    typography = f"{{fonts: [{{family: Mine, source: file, files: [mine.ttf]}}], {role}}}"
    typeface = _typography(scratch, typography, mine=body).brand_files("default").typeface
    assert typeface.remarks == ()
    return [(face.family, face.weight, TTFont(io.BytesIO(face.body))) for face in typeface.faces]


def test_a_variable_font_becomes_a_static_face_for_each_use(scratch: Scratch) -> None:
    faces = _faces(scratch, "base: Mine, headings: {family: Mine, weight: 600}", variable())
    assert [(family, weight) for family, weight, _ in faces] == [
        ("Brand Head", "400"),
        ("Brand Text", "400"),
        ("Brand Text", "700"),
    ]
    assert [font["OS/2"].usWeightClass for *_, font in faces] == [600, 400, 700]
    plain = TTFont(io.BytesIO(REGULAR))["hmtx"]["A"][0]
    by_weight = [250, 150, 300]  # of the 400 units that its whole weight adds
    by_size = [16, 3, 3]  # of 40, for 24 pt and for 11 pt
    widths = [font["hmtx"]["A"][0] for *_, font in faces]
    assert widths == [plain + weight + size for weight, size in zip(by_weight, by_size, strict=True)]
    assert not any({"fvar", "gvar", "avar", "HVAR", "STAT", "MVAR"} & set(font.keys()) for *_, font in faces)


def test_a_weight_beyond_the_axis_is_its_end(scratch: Scratch) -> None:
    faces = _faces(scratch, "base: {family: Mine, weight: 100}", variable(300, 620))
    assert [font["OS/2"].usWeightClass for *_, font in faces] == [300, 620]


def test_a_variable_font_of_light_weights_has_no_bold(scratch: Scratch) -> None:
    typography = "{fonts: [{family: Mine, source: file, files: [mine.ttf]}], base: Mine}"
    typeface = _typography(scratch, typography, mine=variable(100, 400)).brand_files("default").typeface
    assert [remark.code for remark in typeface.remarks] == ["brand.no-bold"]
    assert len(typeface.faces) == 1


def test_faces_of_a_variable_font_are_kept_and_the_same_each_time(scratch: Scratch, monkeypatch) -> None:
    bodies = [[face.body for face in _variable_text(scratch)] for _ in range(2)]
    assert bodies[0] == bodies[1]
    monkeypatch.setattr("bifolio.branding.fonts.static_face", lambda *_: pytest.fail("made again"))
    assert [face.body for face in _variable_text(scratch)] == bodies[0]


def _variable_text(scratch: Scratch) -> tuple[FontFace, ...]:
    return (
        _typography(scratch, FILE.replace("headings", "base"), mine=variable())
        .brand_files("default")
        .typeface.faces
    )


def test_a_variable_font_that_would_take_too_long(scratch: Scratch, monkeypatch) -> None:
    monkeypatch.setattr("bifolio.branding.font_files._MAX_VARIATIONS", 1000)
    assert _refused(scratch, variable()) == "brand.font-size"


# -- parts, and the wheel of extra fonts ---------------------------------------------------------

LATIN, MORE = [*range(32, 0x100), *range(0x2010, 0x2027)], range(0x100, 0x180)


def test_parts_of_a_font_are_joined(scratch: Scratch) -> None:
    typography = "{fonts: [{family: Mine, source: file, files: [a.ttf, b.ttf, c.ttf]}], base: Mine}"
    parts = {"a": part(LATIN), "b": part(MORE), "c": part(LATIN, BOLD)}
    typeface = _typography(scratch, typography, **parts).brand_files("default").typeface
    regular, bold = (TTFont(io.BytesIO(face.body)) for face in typeface.faces)
    assert {*LATIN, *MORE} & TTFont(io.BytesIO(REGULAR)).getBestCmap().keys() <= regular.getBestCmap().keys()
    assert bold["OS/2"].usWeightClass == 700
    assert typeface.remarks == ()
    time.sleep(1.1)  # fonts say when they were made, to the second
    again = _typography(Scratch.create(scratch.root / "again"), typography, **parts)
    assert again.brand_files("default").typeface.faces == typeface.faces


def test_a_part_alone_is_refused(scratch: Scratch) -> None:
    assert _refused(scratch, part(MORE)) == "brand.font-letters"


def test_parts_that_do_not_belong_together(scratch: Scratch) -> None:
    finer = changed(lambda font: scale_upem(font, 2048), part(MORE))
    typography = "{fonts: [{family: Mine, source: file, files: [mine.ttf, finer.ttf]}], base: Mine}"
    scratch.write("content/brands/default/finer.ttf", finer)
    assert _refused(scratch, part(LATIN), typography) == "brand.unreadable-font"


@pytest.fixture
def extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a wheel in which Lora looks like Atkinson Hyperlegible."""
    folder = tmp_path / "site" / PACKAGE / "lora"
    folder.mkdir(parents=True)
    for weight, body in zip(WEIGHTS, (REGULAR, BOLD), strict=True):
        for name, letters in zip(PARTS, (LATIN, MORE), strict=False):
            (folder / file_name("lora", name, weight)).write_bytes(part(letters, body))
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setattr("bifolio.branding.extra_fonts.find_spec", find_spec)


@pytest.mark.usefixtures("extra")
@pytest.mark.parametrize("family", ["Lora", "lora", "'Georgia, Lora, serif'"])
def test_a_family_of_the_extra_fonts(family: str, scratch: Scratch) -> None:
    typeface = _typography(scratch, f"{{base: {family}, headings: {family}}}").brand_files("default").typeface
    assert typeface.remarks == ()
    assert [(face.family, face.weight) for face in typeface.faces] == [
        ("Brand Head", "400"),
        ("Brand Text", "400"),
        ("Brand Text", "700"),
    ]
    for face in typeface.faces:
        assert {ord("ő"), ord("A")} <= TTFont(io.BytesIO(face.body)).getBestCmap().keys()


@pytest.mark.usefixtures("extra")
def test_headings_of_the_extra_fonts_may_be_bold(scratch: Scratch) -> None:
    repository = _typography(scratch, "{headings: {family: Lora, weight: semi-bold}}")
    (face,) = repository.brand_files("default").typeface.faces
    assert TTFont(io.BytesIO(face.body))["OS/2"].usWeightClass == 700


@pytest.mark.parametrize(
    ("family", "is_extra"), [("Lora", True), ("open sans", True), ("Comic Sans MS", False)]
)
def test_a_family_that_is_extra_says_how_to_have_it(family: str, is_extra: bool, scratch: Scratch) -> None:
    (remark,) = _typography(scratch, f"{{base: {family}}}").brand_files("default").typeface.remarks
    assert ("make fonts" in str(remark.help)) is is_extra
    assert "beside _brand.yml" in str(remark.help)


def test_every_extra_family_is_pinned() -> None:
    pinned = runpy.run_path(str(ROOT / "scripts" / "extra_fonts.py"))["PINNED"]
    assert pinned.keys() == set(FAMILIES.values())
    assert all(
        re.fullmatch(r"\d+\.\d+\.\d+", version) and len(digest) == 64 for version, digest in pinned.values()
    )


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
@pytest.mark.parametrize("body", [variable(), cubic(), packed("woff"), packed("woff2")], ids=["variable", "otf", "woff", "woff2"])  # fmt: skip
def test_fonts_of_every_kind_are_on_the_page(body: bytes, scratch: Scratch, tmp_path: Path) -> None:
    repository = _typography(scratch, FILE.replace("headings", "base"), mine=body)
    made = Pipeline(repository, Cache(tmp_path / "one")).make(_job("default"))
    assert any(name.startswith("Brand-Text") for name in _fonts(made.body))
    assert verify(made.body, "small") == []


@pytest.mark.layout
@pytest.mark.parametrize(
    ("role", "words", "at"),
    [
        ("base", "One séntence.", "content/handouts/small.yaml"),
        ("headings", "Klinik Löwe", "content/brands/default/_brand.yml"),
    ],
)
def test_a_font_without_letters_of_the_page_is_refused(
    role: str, words: str, at: str, scratch: Scratch, tmp_path: Path
) -> None:
    scratch.write(
        "content/handouts/small.yaml", SAFE.replace("One sentence.", words) if role == "base" else SAFE
    )
    brand = BRAND if role == "base" else BRAND.replace("Test Clinic", words)
    typography = FILE.replace("headings", role)
    scratch.write("content/brands/default/_brand.yml", f"{brand}typography: {typography}\n")
    scratch.write("content/brands/default/mine.ttf", without("éöőÉ\u0301\u0308"))
    with pytest.raises(BifolioError) as raised:
        Pipeline(Repository(scratch.root), Cache(tmp_path)).make(_job("default"))
    found = {(one.code, str(one.span).partition(":")[0]) for one in raised.value.findings}
    assert found == {("render.font-letters", at)}
    assert all(one.help and words.split()[1][1] in one.message for one in raised.value.findings)


@pytest.mark.layout
@pytest.mark.parametrize(
    ("field", "brand"),
    [
        ("name: Ångström", BRAND.replace("Test Clinic", "Ångström")),
        ("address: [Åvägen 7", BRAND.replace("phone:", "address: [Åvägen 7], phone:")),
        ("hours: Åtta till tre", BRAND.replace("phone:", "hours: Åtta till tre, phone:")),
    ],
)
def test_an_accent_that_is_cut_off_is_found_at_its_field(
    field: str, brand: str, scratch: Scratch, tmp_path: Path
) -> None:
    typography = (
        "typography: {fonts: [{family: Mine, source: file, files: [mine.ttf]}], base: Mine, headings: Mine}"
    )
    scratch.write("content/brands/default/_brand.yml", f"{brand}{typography}\n")
    scratch.write("content/brands/default/mine.ttf", taller("Å", 3000))
    scratch.write("content/handouts/small.yaml", COMPLETE)
    with pytest.raises(BifolioError) as raised:
        Pipeline(Repository(scratch.root), Cache(tmp_path)).make(_job("default"))
    at = {str(one.span) for one in raised.value.findings if one.is_error}
    line, column = next(
        (number, row.index(field) + field.index(": ") + 3)
        for number, row in enumerate(brand.splitlines(), 1)
        if field in row
    )
    expected = f"content/brands/default/_brand.yml:{line}:{column + field.count('[')}"
    assert at == {expected}, raised.value
    assert all(one.help for one in raised.value.findings)


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
