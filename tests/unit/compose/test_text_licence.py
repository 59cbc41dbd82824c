"""text licence: the library's words are under its licence, and a clinic's own under what the clinic says."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from bifolio.core.cache import Cache
from bifolio.model.job import Job
from bifolio.resolve import resolve
from tests.support.projects import BRAND, SAFE, Scratch

RESERVED = "© 2026 Test Clinic. All rights reserved."
SHARED = "May be copied for patients."
OWN = BRAND.replace("phone:", f'text_licence: "{RESERVED}", phone:')
SAID = f'{SAFE}text_licence: "{SHARED}"\n'
BOOKLET = SAFE.replace("kind: leaflet", "kind: booklet\nhandouts: [small]")


def _made(scratch: Scratch, brand: str, own: str, item: str = "ours", *, kind: str = "html") -> str:
    scratch.write("content/brands/default/_brand.yml", brand)
    scratch.write("content/brands/default/handouts/ours.yaml", own)
    pipeline = Pipeline(Repository(scratch.root), Cache(scratch.root / ".bifolio"))
    job = Job(item, "letter", "calm", "us", "en", "default", kind)
    return pipeline.stages.compose(resolve(pipeline.repository, job).layout)


@pytest.mark.parametrize(
    ("brand", "own", "said"),
    [
        (BRAND, SAFE, None),
        (OWN, SAFE, RESERVED),
        (OWN, SAID, SHARED),
        (BRAND, SAID, SHARED),
        (OWN, BOOKLET, "CC BY 4.0"),
    ],
)
def test_what_a_clinics_own_handout_says(brand: str, own: str, said: str | None, scratch: Scratch) -> None:
    html = _made(scratch, brand, own)
    assert {words for words in ("CC BY 4.0", RESERVED, SHARED) if words in html} == (
        {said} if said else set()
    )


def test_words_of_the_library_stay_under_its_licence(scratch: Scratch) -> None:
    assert "CC BY 4.0" in _made(scratch, OWN, SAFE, "small")
    scratch.write("content/handouts/small.yaml", SAID)
    assert SHARED in _made(scratch, OWN, SAFE, "small")


@pytest.mark.layout
@pytest.mark.parametrize(("brand", "said"), [(BRAND, None), (OWN, RESERVED)])
def test_a_book_says_the_same_in_its_metadata(
    brand: str, said: str | None, scratch: Scratch, tmp_path: Path
) -> None:
    scratch.write("content/brands/default/_brand.yml", brand)
    scratch.write("content/brands/default/handouts/ours.yaml", SAFE)
    pipeline = Pipeline(Repository(scratch.root), Cache(tmp_path))
    book = pipeline.make(Job("ours", "letter", "calm", "us", "en", "default", "epub")).body
    with zipfile.ZipFile(io.BytesIO(book)) as files:
        package = files.read("EPUB/package.opf").decode()
    assert ("dc:rights" in package) is bool(said)
    assert (said or "") in package
