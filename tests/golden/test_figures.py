"""Golden figures, and what every figure and every icon has to keep to: words, colours, room, grid."""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pypdfium2 as pdfium
import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.svgLib.path.parser import parse_path
from PIL import Image, ImageOps

from bifolio.branding.palette import SENTINELS
from bifolio.compose.composer import Composer
from bifolio.compose.design import Design
from bifolio.layout.render import render
from tests.conftest import ROOT

FIGURES = tuple(sorted(path.name.removesuffix(".svg.j2") for path in (ROOT / "content/figures").glob("*.j2")))
ICONS = {path.stem: path for path in sorted((ROOT / "styles/icons").glob("*.svg"))}

WIDTH, HEIGHT = 109, 75
"""The most room a figure takes, in mm: A5's text width less a little, and a third of its page."""

DOTS = 10
"""How many dots a millimetre has when a drawing is looked at."""

LABEL = 3.88
"""The size of labels in mm: 11 pt."""

GRIDS = {"0 0 24 24": 1.4, "0 0 16 24": 1.2, "0 0 44 22": 1.2}
"""The grids of icons and the stroke of each: signs, leaves of urgency, leaves of a figure's key."""

TINTS = {"shade", "soft", "veil", "wash", "panel", "neutral", "help-wash", "paper", "flag"}
BARE = {role: "#ffffff" if role in TINTS else "#000000" for role in SENTINELS}
"""A palette without tints: what a copier leaves of a figure."""

PLAIN = {"svg", "title", "g", "path", "circle", "text"}


class Box(NamedTuple):
    """The ink of a text in mm from the top left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def grown(self, by: float) -> Box:
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def _composer(repository, palette) -> Composer:
    design = Design(ROOT / "templates", ROOT / "styles", repository.edition("a4"), "calm")
    return Composer(design, repository.locale("en"), repository.region("gb"), palette)


def _drawn(repository, palette) -> dict[str, str]:
    composer = _composer(repository, palette)
    return {
        name: str(composer.drawings.figure(name, repository.drawing(name), None)["svg"]) for name in FIGURES
    }


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _said(svg: str) -> list[str]:
    return [e.text or "" for e in ET.fromstring(svg).iter() if _tag(e) == "text"]


def _room(svg: str) -> tuple[float, float]:
    left, top, width, height = (float(v) for v in ET.fromstring(svg).attrib["viewBox"].split())
    assert (left, top) == (0, 0)
    return width, height


def _only_text(svg: str, number: int) -> str:
    """Keep one text of a figure, and nothing else of it."""
    root = ET.fromstring(svg)
    count = itertools.count()
    for parent in list(root.iter()):
        for child in list(parent):
            kept = next(count) == number if _tag(child) == "text" else _tag(child) in {"g", "title"}
            if not kept:
                parent.remove(child)
    ET.register_namespace("", "http://www.w3.org/2000/svg")  # here: WeasyPrint takes the empty prefix
    return ET.tostring(root, encoding="unicode")


def _pictures(drawings: list[str]) -> list[Image.Image]:
    """Lay drawings out at their size in print, one on a page of the largest size, and look at them."""
    sized = []
    for svg in drawings:
        width, height = _room(svg)
        sized.append(
            "<div>" + svg.replace("<svg ", f'<svg width="{width}mm" height="{height}mm" ', 1) + "</div>"
        )
    styles = (
        f"@page {{ size: {WIDTH}mm {HEIGHT}mm; margin: 0 }} body {{ margin: 0 }} div {{ height: {HEIGHT}mm }}"
    )
    html = (
        f"<html lang='en'><title>Figures</title><style>{styles}</style><body>{''.join(sized)}</body></html>"
    )
    rendered = render(html, ROOT / "styles/fonts", "figures", variant=None)
    assert not rendered.findings
    assert rendered.pages == len(drawings)
    document = pdfium.PdfDocument(rendered.pdf)
    try:
        return [page.render(scale=DOTS * 25.4 / 72, grayscale=True).to_pil() for page in document]
    finally:
        document.close()


@pytest.fixture(scope="module")
def plates(repository) -> dict[str, str]:
    """Each figure in sentinel colours, as it stands on a plate."""
    return _drawn(repository, SENTINELS)


@pytest.fixture(scope="module")
def texts(repository) -> dict[str, list[Box]]:
    """The ink of every text of every figure, as the project's fonts give it."""
    single = [
        (name, _only_text(svg, number))
        for name, svg in _drawn(repository, BARE).items()
        for number in range(len(_said(svg)))
    ]
    found: dict[str, list[Box]] = {name: [] for name in FIGURES}
    for (name, _), picture in zip(single, _pictures([svg for _, svg in single]), strict=True):
        inked = ImageOps.invert(picture).getbbox()
        assert inked
        found[name].append(Box(*(edge / DOTS for edge in inked)))
    return found


def test_saw_the_figures_and_icons() -> None:
    assert "reasons" in FIGURES
    assert "window" in ICONS
    assert len(FIGURES) >= 12
    assert len(ICONS) >= 48


# -- figures -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FIGURES)
def test_golden(name, plates, golden) -> None:
    lines = (line.rstrip() for line in plates[name].splitlines())
    golden.check("\n".join(line for line in lines if line), f"figures/{name}.svg")


@pytest.mark.parametrize("name", FIGURES)
def test_begins_with_what_it_shows(name, repository) -> None:
    comment = re.match(r"\{#(.+?)#\}", repository.drawing(name).template, re.DOTALL)
    assert comment
    assert "mm" in comment[1]


@pytest.mark.parametrize("name", FIGURES)
def test_stays_within_plain_svg_of_its_size(name, plates) -> None:
    width, height = _room(plates[name])
    assert width <= WIDTH
    assert height <= HEIGHT
    assert {_tag(e) for e in ET.fromstring(plates[name]).iter()} <= PLAIN


@pytest.mark.parametrize("name", FIGURES)
def test_words_come_from_its_yaml_and_all_are_used(name, plates, repository) -> None:
    words = repository.drawing(name).words
    said = _said(plates[name])
    known = {*words.labels.values(), *(leaf.label for leaf in words.leaves)}
    assert known == {text for text in said if not text.isdigit()}
    title = next(e for e in ET.fromstring(plates[name]) if _tag(e) == "title")
    assert " ".join((title.text or "").split()) == " ".join(words.alt.split())


@pytest.mark.parametrize("name", FIGURES)
def test_takes_every_colour_from_the_palette(name, plates, repository) -> None:
    allowed = {"none", "#ffffff", *SENTINELS.values()}
    for element in ET.fromstring(plates[name]).iter():
        assert {element.get(key, "none") for key in ("fill", "stroke", "color")} <= allowed
        assert "style" not in element.attrib
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b", repository.drawing(name).template)


@pytest.mark.parametrize("name", FIGURES)
def test_labels_are_of_the_reading_face_and_size(name, plates) -> None:
    def look(element: ET.Element, face: str | None, size: str | None) -> None:
        face, size = element.get("font-family", face), element.get("font-size", size)
        if _tag(element) == "text" and not (element.text or "").isdigit():
            assert (face, float(size or 0)) == ("Atkinson Hyperlegible", LABEL)
            assert "transform" not in element.attrib
        for child in element:
            look(child, face, size)

    look(ET.fromstring(plates[name]), None, None)


@pytest.mark.layout
@pytest.mark.parametrize("name", FIGURES)
def test_texts_keep_inside_and_apart(name, plates, texts) -> None:
    assert len(texts[name]) == len(_said(plates[name]))
    width, height = _room(plates[name])
    for box in texts[name]:
        assert box.left >= 0
        assert box.top >= 0
        assert box.right <= width
        assert box.bottom <= height
    for one, other in itertools.combinations(texts[name], 2):
        assert not one.grown(0.5).meets(other), (one, other)


@pytest.mark.layout
def test_no_line_runs_through_or_near_a_text(repository, texts) -> None:
    """Without its texts and tints a figure is white where they stand, and half a millimetre around."""
    mute = [re.sub(r"<text.*?</text>", "", svg) for svg in _drawn(repository, BARE).values()]
    for name, picture in zip(FIGURES, _pictures(mute), strict=True):
        for box in texts[name]:
            around = Box(*(round(DOTS * edge) for edge in box.grown(0.5)))
            darkest, _ = picture.crop(_within(around, picture)).getextrema()
            assert darkest > 200, (name, box)


def _within(box: Box, picture: Image.Image) -> tuple[int, int, int, int]:
    left, top, right, bottom = (int(edge) for edge in box)
    return max(0, left), max(0, top), min(picture.width, right), min(picture.height, bottom)


def test_senses_show_the_icons_of_the_project(plates) -> None:
    for name in ("window", "blanket", "sound", "sprig", "cup"):
        paths = "".join(e.attrib["d"] for e in ET.parse(ICONS[name]).iter() if _tag(e) == "path")
        assert f'd="{paths}"' in plates["senses"], name


def test_locator_fills_the_leaf_it_is_asked_for(repository) -> None:
    composer = _composer(repository, SENTINELS)
    drawing = repository.drawing("locator")

    def filled(words) -> list[int]:
        svg = composer.drawings.figure("locator", type(drawing)(drawing.template, words), None)["svg"]
        leaves = [e for e in ET.fromstring(str(svg)).iter() if _tag(e) == "path"]
        return [number for number, leaf in enumerate(leaves, 1) if leaf.get("fill") == SENTINELS["deep"]]

    assert filled(drawing.words) == [1]
    assert filled(drawing.words.model_copy(update={"labels": {"position": "7"}})) == [7]


# -- icons ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ICONS)
def test_icon_keeps_to_its_grid_and_colour(name) -> None:
    root = ET.parse(ICONS[name]).getroot()
    assert root.attrib["viewBox"] in GRIDS
    assert float(root.attrib["stroke-width"]) == GRIDS[root.attrib["viewBox"]]
    assert root.attrib["stroke"] == "currentColor"
    for element in root.iter():
        assert _tag(element) in {"svg", "g", "path"}
        assert "style" not in element.attrib
        for key in ("fill", "stroke"):
            assert element.get(key, "none") in {"none", "currentColor"}


@pytest.mark.parametrize(
    "name", [n for n, path in ICONS.items() if 'viewBox="0 0 24 24"' in path.read_text()]
)
def test_sign_is_of_one_make(name) -> None:
    """At most three paths, round ends, no fill, and ink that keeps a unit off the edge of the grid."""
    root = ET.parse(ICONS[name]).getroot()
    assert (root.attrib["stroke-linecap"], root.attrib["stroke-linejoin"]) == ("round", "round")
    paths = list(root)
    assert 1 <= len(paths) <= 3
    assert all(set(path.attrib) == {"d"} for path in paths)
    pen = BoundsPen(None)
    for path in paths:
        parse_path(path.attrib["d"], pen)
    left, top, right, bottom = pen.bounds
    assert min(left, top) >= 1.7
    assert max(right, bottom) <= 22.3
    assert max(right - left, bottom - top) >= 12
