"""studio.brands: a clinic as one file holds all that is its own, and nothing that runs."""

from __future__ import annotations

import io
import zipfile

import pytest

from bifolio.app import Project
from bifolio.content.repository import Repository
from bifolio.core.diagnostics import BifolioError
from bifolio.core.files import ProjectFiles
from bifolio.core.yaml_loader import load
from bifolio.studio import brand_form as brands
from bifolio.studio.draft import Draft
from tests.conftest import ROOT
from tests.support.projects import BRAND, HANDOUT, Scratch


def _clinic(scratch: Scratch) -> None:
    font = next((ROOT / "styles/fonts").glob("*.ttf")).read_bytes()
    own = {
        "_brand.yml": BRAND,
        "theme.css": ":root { --rule: 0.3mm; }",
        "fonts/Own.ttf": font,
        "handouts/ours.yaml": HANDOUT,
        "templates/parts/hero.html.j2": "<p>code</p>",
        "notes.txt": "nobody's",
    }
    for name, body in own.items():
        scratch.write(f"content/brands/default/{name}", body)
    Project(scratch.root).approve("ours", "default", "Jo Example, psychologist", "2026-11-22")


def test_a_clinic_comes_back_as_it_went(scratch: Scratch) -> None:
    _clinic(scratch)
    raw = brands.packed(scratch.root / "content/brands/default")
    brand_id = brands.bring_in(scratch.root, raw)
    old, new = (scratch.root / "content/brands" / name for name in ("default", brand_id))
    came = {path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file()}
    assert came == {
        "_brand.yml",
        "theme.css",
        "fonts/Own.ttf",
        "handouts/ours.yaml",
        "approvals.yaml",
        "approved/ours.us.en.txt",
    }
    assert all((old / name).read_bytes() == (new / name).read_bytes() for name in came)


def test_an_earlier_look_brings_no_earlier_approval_back(scratch: Scratch) -> None:
    folder = scratch.root / "content/brands/default"
    brands.put_aside(folder)
    _clinic(scratch)
    brands.restore(Repository(scratch.root), "default", 1, brands.version(folder))
    assert (folder / "approvals.yaml").exists()
    with zipfile.ZipFile(folder / brands.EARLIER / "0002.zip") as archive:
        assert set(archive.namelist()) == {"_brand.yml", "theme.css", "fonts/Own.ttf"}


@pytest.mark.parametrize(
    "name", ["../x.svg", "handouts/../../x.yaml", "/etc/x.svg", "a/b.ttf", "templates/parts/hero.html.j2"]
)
def test_what_is_no_part_of_a_clinic_is_left_out(name: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("_brand.yml", BRAND)
        archive.writestr(name, "x")
    assert set(brands.unpacked(out.getvalue())) == {"_brand.yml"}


def test_a_broken_handout_is_refused_before_anything_is_written(scratch: Scratch) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("_brand.yml", BRAND)
        archive.writestr("handouts/x.yaml", "a: [")
    before = sorted(scratch.root.rglob("*"))
    with pytest.raises(BifolioError):
        brands.bring_in(scratch.root, out.getvalue())
    assert sorted(scratch.root.rglob("*")) == before


def test_titles_can_be_set_as_the_text_is_and_back(scratch: Scratch) -> None:
    repository = Repository(scratch.root)
    path = scratch.root / "content/brands/default/_brand.yml"
    before = repository.brand("default")
    for family in ("Atkinson Hyperlegible", ""):
        text = brands.text_with(
            load(ProjectFiles(scratch.root), path.relative_to(scratch.root).as_posix()),
            Draft(fields=(("titles", family),)),
        )
        path.write_text(text, "utf-8")
        brand = Repository(scratch.root).brand("default")
        assert brands.form_of(brand)["titles"] == family
        assert bool(Repository(scratch.root).brand_files("default").typeface.tokens) == bool(family)
    assert brand == before
