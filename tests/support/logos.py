"""Logos: as Chromium draws the files of tests/logos, and as the program prints them."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from markupsafe import Markup
from PIL import Image, ImageChops

from bifolio.branding.logo import Logo, clean_logo
from bifolio.build.pipeline import Pipeline
from bifolio.core.diagnostics import Source, Span
from tests.conftest import ROOT
from tests.support.chromium import FLAGS
from tests.support.making import copy_of, inputs_of

DRAWN = ROOT / "tests" / "logos" / "drawn"
EXPECTED = ROOT / "tests" / "logos" / "expected"
SPAN = Span(Source("_brand.yml", "logo: logo.svg"), 1, 7, 8)
FONTS = tuple(sorted((ROOT / "styles" / "fonts").glob("*.ttf")))
INK_PX = 400
"""The longer side of the ink in a picture."""
DPI = 1200
CHROMIUM = shutil.which("chromium")


def cleaned(raw: bytes, name: str = "logo.svg") -> Logo:
    """Clean a logo as the library does."""
    return clean_logo(raw, name, SPAN, fonts=FONTS)


def on_white(picture: Image.Image) -> Image.Image:
    """Lay a picture on paper."""
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture.convert("RGBA"))
    return paper.convert("RGB")


def inked(picture: Image.Image) -> Image.Image:
    """Cut off what is white or nearly so, so that the faint end of a shadow moves nothing."""
    red, green, blue = picture.split()
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
    return picture.crop(darkest.point(lambda shade: 255 if shade < 230 else 0).getbbox())


# -- what a cleaned drawing may hold --------------------------------------------------------------

_NUMBERS = r"-?[\d.]+(?: -?[\d.]+)*"
_PAINT = r"#[0-9a-f]{6}|currentColor"
_ATTRIBUTES = {
    "viewBox": _NUMBERS,
    "id": r"[cg]\d+",
    "d": r"(?:[MLC]-?[\d. -]+|Z)*",
    "fill": rf"{_PAINT}|none|url\(#g\d+\)",
    "stroke": _PAINT,
    "stop-color": _PAINT,
    "clip-path": r"url\(#c\d+\)",
    "fill-rule": "evenodd",
    "stroke-linecap": "round|square",
    "stroke-linejoin": "round|bevel",
    "stroke-dasharray": _NUMBERS,
    "gradientUnits": "userSpaceOnUse",
    "transform": rf"matrix\({_NUMBERS}\)",
    "href": r"data:image/png;base64,[\w+/=]+",
}
_NUMERIC = re.compile(
    r"(?:fill|stroke|stop)-opacity|opacity|stroke-(?:width|miterlimit|dashoffset)|offset|width|height|[xy][12]|[cf][xyr]|r"
)
_ELEMENTS = {"svg", "defs", "g", "path", "image", "clipPath", "linearGradient", "radialGradient", "stop"}


def not_allowed(body: bytes) -> list[str]:
    """Return what a cleaned drawing holds besides shapes, paint and pixels: nothing, if it is clean."""
    found = []
    for element in ElementTree.fromstring(body).iter():
        name = str(element.tag).removeprefix("{http://www.w3.org/2000/svg}")
        if name not in _ELEMENTS or (element.text or "").strip() or (element.tail or "").strip():
            found.append(name)
        found += [
            f"{name}/{key}={value[:40]}"
            for key, value in element.attrib.items()
            if not re.fullmatch(
                r"-?[\d.]+" if _NUMERIC.fullmatch(key) else _ATTRIBUTES.get(key, "(?!)"), value
            )
        ]
    return found


# -- as Chromium draws them ----------------------------------------------------------------------


@contextmanager
def browser() -> Iterator[Callable[[Path], Image.Image]]:
    """Start Chromium; give what draws an SVG in it, its ink alone, on white."""
    from playwright.sync_api import Route, sync_playwright

    environment = {"FONTCONFIG_FILE": str(ROOT / "styles" / "fonts" / "fonts.conf"), "HOME": "/tmp"}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[*FLAGS, "--force-color-profile=srgb", "--font-render-hinting=none"],
            env=environment,
        )
        page = chromium.new_page(viewport={"width": 1800, "height": 1800}, device_scale_factor=2)
        files = {"": b'<!DOCTYPE html><style>*{margin:0}img{display:block}</style><img src="logo.svg">'}

        def answer(route: Route) -> None:
            name = route.request.url.rpartition("/")[2]
            kind = "image/svg+xml" if name else "text/html"
            route.fulfill(body=files.get(name, b""), content_type=kind)

        page.route("**/*", answer)

        def shot(svg: bytes, side: float) -> Image.Image:
            files["logo.svg"] = svg
            page.goto("http://logo.test/")
            image = page.locator("img")
            wide, high = image.evaluate("async i => (await i.decode(), [i.naturalWidth, i.naturalHeight])")
            image.evaluate(
                "(i, width) => { i.style.width = width + 'px' }", side / 2 * wide / max(wide, high)
            )
            return Image.open(io.BytesIO(image.screenshot(omit_background=True))).convert("RGBA")

        def draw(path: Path) -> Image.Image:
            svg = path.read_bytes()
            if b"ISO-8859-1" in svg:  # Chromium takes every SVG in an <img> for UTF-8
                svg = svg.decode("latin-1").replace("ISO-8859-1", "UTF-8").encode()
            # On Linux, Chromium places letters on whole pixels unless told otherwise.
            svg = svg.replace(b"<text ", b'<text text-rendering="geometricPrecision" ')
            if b"xmlns" not in svg:  # copied out of a page, which is where it can be seen
                svg = svg.replace(b"<svg", b'<svg xmlns="http://www.w3.org/2000/svg"', 1)
            first = inked(on_white(shot(svg, INK_PX)))
            return inked(on_white(shot(svg, INK_PX * INK_PX / max(first.size))))

        try:
            yield draw
        finally:
            chromium.close()


# -- as they are printed -------------------------------------------------------------------------


def slots(logos: Mapping[str, Logo], pipeline: Pipeline) -> bytes:
    """Set logos in the slots of a real brand, a page each, and give the PDF."""
    from bifolio.layout.render import render

    inputs = inputs_of(pipeline, "tears-and-closeness", brand="harbour")
    composer = pipeline.stages.composer(inputs.layout.setup)
    copy = replace(copy_of(inputs, composer), masthead="logo")
    markup = [
        composer.slots(replace(copy, logo=logo.address("#000000")), {})["masthead"] for logo in logos.values()
    ]
    apart = Markup('</div><div class="slot-page slot-page-masthead">')
    done = render(
        composer.sheets.slot_sheet({"masthead": apart.join(markup)}),
        ROOT / "styles" / "fonts",
        "logos",
        variant=None,
    )
    assert done.findings == (), done.findings
    assert done.pages == len(logos)
    return done.pdf


def by_pdfium(pdf: bytes) -> list[Image.Image]:
    """Draw the pages of a PDF."""
    from tests.support.pictures import pages

    return pages(pdf, DPI)


def by_splash(pdf: bytes, folder: Path) -> list[Image.Image]:
    """Draw the pages of a PDF with Poppler's Splash, as many viewers and project printers do."""
    (folder / "slots.pdf").write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-r", str(DPI), "-png", str(folder / "slots.pdf"), str(folder / "page")], check=True
    )
    return [Image.open(path).convert("RGB") for path in sorted(folder.glob("page-*.png"))]


def as_large_as(picture: Image.Image, expected: Image.Image) -> Image.Image:
    """Cut the margins off a printed logo, and give it the size of the expected one."""
    return inked(picture).resize(expected.size, Image.Resampling.BOX, reducing_gap=None)


def names() -> Iterable[str]:
    """Return the names of the drawn logos."""
    return sorted(path.stem for path in DRAWN.glob("*.svg"))
