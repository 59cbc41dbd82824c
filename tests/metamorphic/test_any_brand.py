"""A brand changes nothing but its slots and colours: brands that nobody chose, held against the oracle.

Every brand has a colour, a name, a logo of some shape and contact lines made from its number. Three of them are
tried; BIFOLIO_BRANDS=50 tries as many as the library has pages for.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest
import yaml

from bifolio.library import Library
from bifolio.pipeline import Workshop
from bifolio.plan import Job
from bifolio.store import Store
from tests.conftest import ROOT, missing_tool
from tests.support import oracle, verapdf

COUNT = int(os.environ.get("BIFOLIO_BRANDS", "3"))
ITEMS = tuple(Library(ROOT).handout_paths)
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
    """Give the brand file of a number, and its logo."""
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


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "content", root / "content")
    for number in range(COUNT):
        folder = root / "content" / "brands" / f"brand-{number}"
        folder.mkdir()
        values, logo = _brand(number)
        (folder / "_brand.yml").write_text(yaml.safe_dump(values, allow_unicode=True), "utf-8")
        if logo:
            (folder / "logo.svg").write_text(logo, "utf-8")
    return Workshop(Library(root), Store(root / ".bifolio"))


@pytest.fixture(scope="module")
def templates(shop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return oracle.marked_templates(shop.library, tmp_path_factory.mktemp("oracle"))


@pytest.fixture(scope="module")
def made() -> dict[int, bytes]:
    """What was inked, for the tests that come after."""
    return {}


def _job(number: int) -> Job:
    return Job(ITEMS[(number * 7 + 2) % len(ITEMS)], "letter", "calm", "us", "en", f"brand-{number}", "pdf")


@pytest.mark.parametrize("number", range(COUNT))
def test_inked_and_laid_out_whole_are_the_same_pages(
    number: int, shop: Workshop, templates: Path, made: dict[int, bytes], tool, tmp_path: Path
) -> None:
    job = _job(number)
    made[number] = shop.produce(job).body
    laid_out = oracle.whole(shop, templates, job)
    oracle.same_pictures(made[number], laid_out)
    oracle.same_texts(made[number], laid_out, tool("pdftotext"), tmp_path)
    oracle.same_tags(made[number], laid_out)


def test_every_one_is_pdf_ua_1(made: dict[int, bytes], tmp_path: Path) -> None:
    if reason := verapdf.why_missing():
        missing_tool(reason)
    assert len(made) == COUNT
    files = []
    for number, body in made.items():
        files.append(tmp_path / f"{number}.pdf")
        files[-1].write_bytes(body)
    assert [
        (verdict.file.name, verdict.failures) for verdict in verapdf.check(files) if verdict.failures
    ] == []
