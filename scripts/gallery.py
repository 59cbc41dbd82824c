"""Gallery: the pictures of docs/, drawn from the library as it is.

    python scripts/gallery.py

docs/gallery.png is a contact sheet of every page of every handout in two brands and every theme, to be looked at
before a release. docs/handouts.png is the picture at the head of the README. Same library, same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFilter, ImageFont

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bifolio.build.pipeline import Pipeline  # noqa: E402
from bifolio.content.repository import Repository  # noqa: E402
from bifolio.core.cache import Cache  # noqa: E402
from bifolio.core.files import STORE  # noqa: E402 - the package is found from the line above
from bifolio.model.job import Job  # noqa: E402

BRANDS = ("harbour", "rowan")
ACROSS = 26
"""How many pages stand side by side on the contact sheet."""

WIDE, HIGH, GAP, BAND = 104, 147, 6, 34
"""A page of the contact sheet fits into WIDE x HIGH pixels; a band of words stands over each look."""

DESK = (232, 235, 232)
INK = (38, 50, 52)

FAN = (
    ("why-tears-come", "rowan", "a5", 1, (80, 110), -7.0, 640),
    ("steady-now", "rowan", "a4", 1, (900, 92), 6.0, 660),
    ("tears-and-closeness", "harbour", "letter", 1, (450, 46), -0.8, 740),
)
"""What lies on the desk, from below: item, brand, edition, page, place and turn, height in pixels."""


def main() -> None:
    """Draw both pictures."""
    pipeline = Pipeline(Repository(ROOT), Cache(ROOT / STORE))
    # the desk has soft shadows; the sheet has many colours on little ground, and its greys would take their place
    few, rare = Image.Quantize.MEDIANCUT, Image.Quantize.MAXCOVERAGE
    for name, make, colours, method in (("handouts", _fan, 256, few), ("gallery", _sheet, 128, rare)):
        picture = make(pipeline)
        path = ROOT / "docs" / f"{name}.png"
        paint = picture.quantize(colours, method=method, dither=Image.Dither.NONE)
        paint.save(path, "PNG", optimize=True)
        size = path.stat().st_size / 1e6
        sys.stdout.write(f"{path.relative_to(ROOT)}: {picture.width} x {picture.height}, {size:.2f} MB\n")


def _pages(
    pipeline: Pipeline, item: str, brand: str, theme: str, edition: str | None = None
) -> pdfium.PdfDocument:
    clinic = pipeline.repository.brand(brand).clinic
    sheet = clinic.edition or "letter"
    usual = pipeline.repository.edition(sheet).instead.get(pipeline.repository.handout(item).kind, sheet)
    job = Job(
        item=item,
        edition=edition or usual,
        theme=theme,
        region=clinic.region or "us",
        language="en",
        brand=brand,
        format="pdf",
    )
    return pdfium.PdfDocument(pipeline.make(job).body)


def _draw(page: pdfium.PdfPage, height: float) -> Image.Image:
    return page.render(scale=height / page.get_height()).to_pil().convert("RGB")


# -- the contact sheet ---------------------------------------------------------------------------


def _sheet(pipeline: Pipeline) -> Image.Image:
    bands = [
        (f"{theme}, {pipeline.repository.brand(brand).name}", list(_small(pipeline, brand, theme)))
        for theme in pipeline.repository.catalogue.themes
        for brand in BRANDS
    ]
    rows = sum(-(-len(pages) // ACROSS) for _, pages in bands)
    size = (ACROSS * (WIDE + GAP) + GAP, rows * (HIGH + GAP) + len(bands) * BAND + GAP)
    sheet = Image.new("RGB", size, DESK)
    pen = ImageDraw.Draw(sheet)
    face = ImageFont.truetype(ROOT / "styles" / "fonts" / "AtkinsonHyperlegible-Bold.ttf", 18)
    top = 0
    for title, pages in bands:
        pen.text((GAP, top + 8), title, fill=INK, font=face)
        top += BAND
        for number, page in enumerate(pages):
            row, column = divmod(number, ACROSS)
            sheet.paste(page, (GAP + column * (WIDE + GAP), top + row * (HIGH + GAP)))
        top += -(-len(pages) // ACROSS) * (HIGH + GAP)
    return sheet


def _small(pipeline: Pipeline, brand: str, theme: str) -> Iterator[Image.Image]:
    for item in sorted(pipeline.repository.catalogue.handouts):
        document = _pages(pipeline, item, brand, theme)
        for page in document:
            drawn = _draw(page, 3 * HIGH)
            drawn.thumbnail((WIDE, HIGH), Image.Resampling.LANCZOS)
            yield drawn
        document.close()


# -- the picture of the README -------------------------------------------------------------------


def _fan(pipeline: Pipeline) -> Image.Image:
    desk = Image.new("RGB", (3000, 1680), DESK)
    for item, brand, edition, number, (left, top), turn, height in FAN:
        document = _pages(pipeline, item, brand, "calm", edition)
        page = _draw(document[number - 1], 2 * height).convert("RGBA")
        document.close()
        turned = page.rotate(turn, Image.Resampling.BICUBIC, expand=True)
        shade = Image.new("RGBA", (turned.width + 160, turned.height + 160))
        shade.paste((20, 30, 30, 90), (80, 96), turned.getchannel("A"))
        shade = shade.filter(ImageFilter.GaussianBlur(22))
        desk.paste(shade, (2 * left - 80, 2 * top - 80), shade)
        desk.paste(turned, (2 * left, 2 * top), turned)
    return desk.resize((1500, 840), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
