"""Visual: logos as drawing programs export them come out of the real slot as Chromium draws them.

Each file of tests/logos/drawn was written for this project in the habits of one program. Those called `refused-…`,
and one with text in a font of the machine, are refused with a cure. Every other one is set in a slot, written as a
PDF and drawn by PDFium and by Poppler's Splash; the ink must be that of tests/logos/expected, which Chromium drew.
`--update-golden` draws those anew where Chromium is installed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from bifolio.branding.logo import Logo
from bifolio.branding.logo.check import differing
from bifolio.build.pipeline import Pipeline
from bifolio.core.diagnostics import DesignError
from tests.conftest import missing_tool
from tests.support import logos

MOST = 0.02
"""The largest share of the ink that may differ, edges aside."""

NAMES = [path.stem for path in sorted(logos.DRAWN.glob("*.svg"))]
REFUSED = [name for name in NAMES if name.startswith("refused-") or name == "illustrator-text"]
PRINTED = [name for name in NAMES if name not in REFUSED]


def _raw(name: str) -> bytes:
    return (logos.DRAWN / f"{name}.svg").read_bytes()


@pytest.fixture(scope="module")
def cleaned() -> dict[str, Logo]:
    return {name: logos.cleaned(_raw(name)) for name in PRINTED}


@pytest.fixture(scope="module")
def slots(cleaned: dict[str, Logo], pipeline: Pipeline) -> bytes:
    return logos.slots(cleaned, pipeline)


@pytest.fixture(scope="module")
def by_pdfium(slots: bytes) -> dict[str, Image.Image]:
    return dict(zip(PRINTED, logos.by_pdfium(slots), strict=True))


@pytest.fixture(scope="module")
def by_splash(
    slots: bytes, tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Image.Image]:
    tool("pdftoppm")
    return dict(zip(PRINTED, logos.by_splash(slots, tmp_path_factory.mktemp("splash")), strict=True))


@pytest.fixture(scope="module")
def expected() -> dict[str, Image.Image]:
    return {name: Image.open(logos.EXPECTED / f"{name}.png").convert("RGBA") for name in PRINTED}


@pytest.mark.parametrize("viewer", ["by_pdfium", "by_splash"])
@pytest.mark.parametrize("name", PRINTED)
def test_a_logo_is_printed_as_a_browser_shows_it(
    name: str, viewer: str, expected: dict[str, Image.Image], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    wanted = expected[name]
    found = logos.as_large_as(request.getfixturevalue(viewer)[name], wanted).convert("RGBA")
    share, midst = differing(wanted, found)
    found.save(tmp_path / "found.png")
    assert share <= MOST, f"{share:.1%} of the ink differs; see {tmp_path / 'found.png'}"
    assert not midst, f"a part is missing, or another colour; see {tmp_path / 'found.png'}"


@pytest.mark.parametrize("name", REFUSED)
def test_a_logo_that_cannot_be_printed_is_refused_with_its_cure(name: str) -> None:
    with pytest.raises(DesignError) as raised:
        logos.cleaned(_raw(name))
    (finding,) = raised.value.findings
    assert finding.help


@pytest.mark.parametrize("name", PRINTED)
def test_what_is_kept_of_a_drawing_is_harmless_and_always_the_same(
    name: str, cleaned: dict[str, Logo]
) -> None:
    logo = cleaned[name]
    assert logos.cleaned(_raw(name)) == logo
    if logo.kind == "image/svg+xml":
        assert logos.not_allowed(logo.body) == []


def test_there_are_enough_of_them_and_few_are_refused() -> None:
    assert len(NAMES) >= 60
    assert len(REFUSED) <= 10
    pixels = {"mask", "blur", "pattern", "shadow", "multiply", "filter", "fill"}
    assert all(any(f"-{word}" in name for name in NAMES) for word in pixels)


def test_a_missing_part_is_found(expected: dict[str, Image.Image]) -> None:
    """The check itself: the dot of an i, a colour that is gone, a shape that is a little larger."""
    whole = expected["illustrator-classes"]
    without = whole.copy()
    without.paste("white", (60, 60, 64, 64))
    assert differing(whole, without)[1]
    grey = whole.convert("L").convert("RGBA")
    assert differing(whole, grey)[0] > 0.2
    larger = whole.resize((whole.width + 12, whole.height)).crop((0, 0, *whole.size))
    assert differing(whole, larger)[0] > MOST
    shifted = Image.new("RGBA", whole.size, "white")
    shifted.paste(whole, (1, 0))
    share, midst = differing(whole, shifted)
    assert share < 0.005
    assert not midst


def test_the_pictures_are_those_that_chromium_draws(request: pytest.FixtureRequest) -> None:
    if not logos.CHROMIUM:
        missing_tool("chromium is not installed")
    update = request.config.getoption("--update-golden")
    with logos.browser() as draw:
        for name in PRINTED:
            drawn, path = draw(logos.DRAWN / f"{name}.svg"), logos.EXPECTED / f"{name}.png"
            if update:
                drawn.save(path, optimize=True)
            with Image.open(path) as known:
                assert known.size == drawn.size, name
                assert differing(known.convert("RGBA"), drawn.convert("RGBA")) == (0.0, 0), name
    assert {path.stem for path in logos.EXPECTED.glob("*.png")} == set(PRINTED), "a picture without a logo"
