"""A brand changes nothing but its slots and colours: brands that nobody chose, held against the oracle.

Every brand has a colour, a name, a logo of some shape and contact lines made from its number; the last one has all that
a clinic can have of its own besides. Each of them is tried on a page or two. BIFOLIO_BRANDS says how many there are, and with
BIFOLIO_EVERY_ITEM=1 every item is made in each of them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest
import yaml

from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from bifolio.core.cache import Cache
from bifolio.model.job import Job
from tests.conftest import KINDS, ROOT, THOROUGH, missing_tool
from tests.support import oracle, verapdf

COUNT = int(os.environ.get("BIFOLIO_BRANDS", "3"))
EVERY_ITEM = os.environ.get("BIFOLIO_EVERY_ITEM") == "1"
ITEMS = tuple(Repository(ROOT).catalogue.handouts)
WORDS = [
    "Rowan",
    "Harbour",
    "Long",
    "Meadow",
    "Counselling",
    "&",
    "Therapy",
    "Practice",
    "of",
    "Upper",
    "Somewhere",
    "for",
    "All",
    "Ages",
    "Łódź",
    "12",
]


def _brand(number: int) -> tuple[dict[str, object], str | None]:
    """Return the brand file of a number, and its logo."""
    chance = hashlib.sha256(str(number).encode()).digest()
    start = chance[3] % 6
    own: dict[str, object] = {
        key: value
        for bit, (key, value) in enumerate(
            [
                ("phone", "555-0123"),
                ("email", "hello@clinic.example.org"),
                ("hours", "9 to 5"),
                ("out_of_hours", "Nights: 555-0124"),
                ("address", [f"{chance[8]} Row", "Somewhere"]),
            ]
        )
        if chance[4] >> bit & 1
    }
    lines = {"phone", "email", "out_of_hours"} & own.keys()
    has_room = len(lines) + bool(chance[4] & 32) + ("hours" in own and "address" in own) < 4
    if "email" in own and has_room and chance[16] % 2:
        own["email"] = "enquiries@riverside-therapy.example"  # on two lines
    own["masthead"] = ("logo and name", "logo", "name")[chance[5] % 3]
    values: dict[str, object] = {
        "meta": {"name": {"full": " ".join(WORDS[start : start + 1 + chance[6] % 8]), "short": "Row"}},
        "color": {"primary": f"#{chance[:3].hex()}"},
        "defaults": {"bifolio": own},
    }
    if chance[4] & 32:
        values["meta"]["link"] = "https://clinic.example.org"  # type: ignore[index]
    if not chance[7] % 4:
        return values, None
    width, height = 10 + chance[9], 10 + chance[10]
    paint = "currentColor" if chance[11] % 2 else f"#{chance[12:15].hex()}"
    ring = (
        f'<ellipse cx="{width / 2}" cy="{height / 2}" rx="{width * 0.4}" ry="{height * 0.4}" fill="{paint}"/>'
    )
    values["logo"] = {"medium": {"path": "logo.svg", "alt": "A ring"}}
    return values, f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{ring}</svg>'


OWN = "brand-own"
"""The brand that has all of its own."""

FINE = 0.00002
"""Its running text has serifs, whose strokes are finer than a pixel: more of them are lost and found by rounding."""


def _own_everything(folder: Path) -> None:
    """Return a brand its own theme, type, parts, words and support line."""
    parts = folder / "templates" / "parts"
    parts.mkdir(parents=True)
    for name, mark in (("masthead", "</header>"), ("cover", "</h1>"), ("card", "</h3></div>")):
        text = (ROOT / "templates" / "parts" / f"{name}.html.j2").read_text("utf-8")
        assert mark in text
        ours = text.replace(mark, f"{mark}\n<p>Read it in your own time.</p>")
        (parts / f"{name}.html.j2").write_text(ours, "utf-8")
    shutil.copy(ROOT / "styles" / "fonts" / "Newsreader-Lead.ttf", folder / "text.ttf")
    shutil.copy(ROOT / "styles" / "fonts" / "AtkinsonHyperlegible-Bold.ttf", folder / "head.ttf")
    (folder / "theme.css").write_text(
        ":root { --wash: #fff6e8; --panel: var(--wash); --deep: #5a1040; --rule: 0.9mm; }", "utf-8"
    )
    values, logo = _brand(1)
    assert logo
    line = {"name": "Our own line", "about": "Any worry", "phone": "555-0102", "checked_on": "2026-11-22"}
    own = {"intro": "Ask us at the desk if a word is **not** clear.", "lines": [line]}
    values["defaults"]["bifolio"].update(own)  # type: ignore[index]
    files = [
        (family, {"family": family, "source": "file", "files": [f"{family}.ttf"]})
        for family in ("text", "head")
    ]
    values["typography"] = {"fonts": [font for _, font in files], "base": "text", "headings": "head"}
    (folder / "_brand.yml").write_text(yaml.safe_dump(values, allow_unicode=True), "utf-8")
    (folder / "logo.svg").write_text(logo, "utf-8")


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "content", root / "content")
    brands = root / "content" / "brands"
    for number in range(COUNT):
        folder = brands / f"brand-{number}"
        folder.mkdir()
        values, logo = _brand(number)
        (folder / "_brand.yml").write_text(yaml.safe_dump(values, allow_unicode=True), "utf-8")
        if logo:
            (folder / "logo.svg").write_text(logo, "utf-8")
    (brands / OWN).mkdir()
    _own_everything(brands / OWN)
    run = tmp_path_factory.getbasetemp()
    shared = run.parent if "PYTEST_XDIST_WORKER" in os.environ else run
    return Pipeline(Repository(root), Cache(shared / "store-of-any-brand"))


@pytest.fixture(scope="module")
def templates(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return oracle.marked_templates(pipeline.repository, tmp_path_factory.mktemp("oracle"))


def _job(item: str, brand: str) -> Job:
    return Job(item, "letter", "calm", "us", "en", brand, "pdf")


_TOGETHER = 25
"""Files of one item that veraPDF gets at once: it takes as long to start as for fifty of them."""


def _batches() -> dict[str, list[Job]]:
    """Return the jobs that are proved together; those of long items first, for workers to end at one time."""
    own = [_job(item, OWN) for item in (KINDS if THOROUGH or EVERY_ITEM else KINDS[:1])]
    brands = [f"brand-{number}" for number in range(COUNT)]
    if not EVERY_ITEM:
        one_each = [_job(ITEMS[(number * 7 + 2) % len(ITEMS)], brand) for number, brand in enumerate(brands)]
        return {"own": own, "one-each": one_each}
    long = sorted(ITEMS, key=lambda item: -Repository(ROOT).letters(item))
    return {
        "own": own,
        **{
            f"{item}-{start}": [_job(item, brand) for brand in brands[start : start + _TOGETHER]]
            for item in long
            for start in range(0, COUNT, _TOGETHER)
        },
    }


BATCHES = _batches()


def test_batches_hold_every_brand() -> None:
    assert {job.brand for jobs in BATCHES.values() for job in jobs} == {
        OWN,
        *(f"brand-{number}" for number in range(COUNT)),
    }
    assert not EVERY_ITEM or {job.item for jobs in BATCHES.values() for job in jobs} == set(ITEMS)


@pytest.mark.parametrize("batch", BATCHES)
def test_inked_and_laid_out_whole_are_the_same_pages(
    batch: str, pipeline: Pipeline, templates: Path, tool, tmp_path: Path
) -> None:
    """The same pictures, text and tags; and what was inked is PDF/UA-1."""
    unlike: dict[str, str] = {}
    made: dict[str, Path] = {}
    for job in BATCHES[batch]:
        inked = pipeline.make(job).body
        name = f"{job.item}.{job.brand}"
        made[name] = tmp_path / f"{name}.pdf"
        made[name].write_bytes(inked)
        laid_out = oracle.whole(pipeline, templates, job)
        try:
            most = FINE if job.brand == OWN else 0.00001
            oracle.same_pictures(inked, laid_out, edges=job.item not in oracle.MANY_HEADS, most=most)
            oracle.same_texts(inked, laid_out, tool("pdftotext"), tmp_path)
            oracle.same_tags(inked, laid_out)
        except AssertionError as error:
            unlike[name] = str(error)
    assert unlike == {}
    if reason := verapdf.why_missing():
        missing_tool(reason)
    assert {v.file.stem: v.failures for v in verapdf.check(list(made.values())) if v.failures} == {}
