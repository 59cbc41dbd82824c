"""Fixtures that all tests share: the project itself, its finished PDFs, the outside tools, golden files."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as properties

from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from bifolio.core.cache import Cache
from bifolio.layout.ink import Inker
from bifolio.model.job import Job
from bifolio.model.plate import Plate
from tests.support.golden import Golden
from tests.support.making import html_of, inker_of, plate_of
from tests.support.projects import Scratch

ROOT = Path(__file__).parent.parent
KINDS = ("tears-and-closeness", "steady-now", "check-in-card", "why-tears-come")
"""One of each frame of a page."""
THOROUGH = os.environ.get("BIFOLIO_THOROUGH") == "1"
"""Hold every handout to what otherwise one of each frame is held to."""
REQUIRE_TOOLS = os.environ.get("BIFOLIO_REQUIRE_TOOLS") == "1"
properties.register_profile(
    "ci",
    derandomize=True,
    deadline=None,  # nobody knows how busy the machine is
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.generate, Phase.target),
    print_blob=True,
)
if REQUIRE_TOOLS:  # the same examples in every run; at a desk others each time, and the smallest that fails
    properties.load_profile("ci")
MARK_OF_FOLDER = {
    "browser": "browser",
    "conformance": "layout",
    "metamorphic": "layout",
    "property": "property",
    "visual": "layout",
}
MARK_OF_FIXTURE = dict.fromkeys(("plate", "inker", "pdfs", "epubs", "web_pages"), "layout") | {"tool": "tool"}
"""What makes a test slow: `make quick` leaves these out, and those that carry such a mark themselves."""

LONGEST_FIRST = (
    "tests/browser",
    "tests/visual",
    "tests/conformance",
    "tests/property",
    "tests/metamorphic",
    "tests/unit/studio",
    "tests/unit/contrib",
    "tests/unit/layout",
)
"""The folders of files that take long: one that begins last keeps one core busy while the others wait."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write golden files anew from what the program does now; look at the diff",
    )


def pytest_configure(config: pytest.Config) -> None:
    if REQUIRE_TOOLS and config.getoption("--update-golden"):
        raise pytest.UsageError("--update-golden is for a person who looks at the diff, not for CI")
    if config.getoption("markexpr").startswith("not (layout "):
        sys.modules["weasyprint"] = None  # type: ignore[assignment] # a test without its mark fails here


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_when)
    for item in items:
        folder = item.path.relative_to(ROOT).parts[1]
        fixtures = getattr(item, "fixturenames", ())
        marks = [MARK_OF_FOLDER.get(folder), *(MARK_OF_FIXTURE.get(name) for name in fixtures)]
        for mark in filter(None, marks):
            item.add_marker(mark)


def _when(item: pytest.Item) -> int:
    name = item.path.relative_to(ROOT).as_posix()
    return next(
        (place for place, part in enumerate(LONGEST_FIRST) if name.startswith(part)), len(LONGEST_FIRST)
    )


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare with a golden file, or write it anew with --update-golden."""
    return Golden(update=bool(request.config.getoption("--update-golden")))


@pytest.fixture(scope="session")
def repository() -> Repository:
    """The project's own content."""
    return Repository(ROOT)


@pytest.fixture(scope="session")
def pipeline(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """A pipeline over the project's own content. Its cache is empty at first; all workers of one run share it."""
    run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    return Pipeline(repository, Cache(run / "store"))


@pytest.fixture(scope="session")
def jobs(repository: Repository) -> dict[tuple[str, str], Job]:
    """A job for every handout in every brand, by (item, brand), in the brand's own edition and region."""
    found = {}
    for brand_id in repository.catalogue.brands:
        clinic = repository.brand(brand_id).clinic
        for item in repository.catalogue.handouts:
            found[item, brand_id] = Job(
                item=item,
                edition=clinic.edition or "letter",
                theme="calm",
                region=clinic.region or "us",
                language="en",
                brand=brand_id,
                format="pdf",
            )
    return found


@pytest.fixture(scope="session")
def plate(pipeline: Pipeline, jobs: dict[tuple[str, str], Job]) -> Plate:
    """The plate of a leaflet that has a place for all that a clinic can say."""
    job = jobs["tears-and-closeness", "harbour"]
    html = html_of(pipeline, job.item, job.edition, job.theme, job.region, job.language)
    return plate_of(pipeline, html, "plate")


@pytest.fixture(scope="session")
def inker(pipeline: Pipeline, jobs: dict[tuple[str, str], Job]) -> Inker:
    """What a clinic that says all of it puts on such a plate."""
    job = jobs["tears-and-closeness", "harbour"]
    return inker_of(pipeline, job.brand, job.edition, job.theme, job.region, job.language)


class _Finished(Mapping[tuple[str, str], Path]):
    """The finished file of every job, each made when a test first asks for it; `all_of` are those that stand for all."""

    def __init__(
        self,
        pipeline: Pipeline,
        jobs: dict[tuple[str, str], Job],
        folder: Path,
        all_of: Collection[tuple[str, str]] | None = None,
    ) -> None:
        self._pipeline, self._jobs, self._folder = pipeline, jobs, folder
        self._all = jobs if all_of is None else all_of

    def __getitem__(self, key: tuple[str, str]) -> Path:
        path = self._folder / f"{'.'.join(key)}.{self._jobs[key].format}"
        if not path.exists():
            path.write_bytes(self._pipeline.make(self._jobs[key]).body)
        return path

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


@pytest.fixture(scope="session")
def pdfs(
    pipeline: Pipeline, jobs: dict[tuple[str, str], Job], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[tuple[str, str], Path]:
    """The finished PDF of every handout in every brand, by (item, brand).

    When not thorough, one of each frame of a page stands for all.
    """
    all_of = [key for key in jobs if key[0] in KINDS or THOROUGH]
    return _Finished(pipeline, jobs, tmp_path_factory.mktemp("pdfs"), all_of)


@pytest.fixture(scope="session")
def flowing_jobs(jobs: dict[tuple[str, str], Job]) -> dict[tuple[str, str], Job]:
    """A job for one of each frame of a page in one brand; for every handout there, and for them in all, when thorough."""
    chosen = {("tears-and-closeness", "rowan"), *((item, "harbour") for item in KINDS)}
    if THOROUGH:
        chosen |= {(item, brand) for item, brand in jobs if brand == "harbour" or item in KINDS}
    return {key: job for key, job in jobs.items() if key in chosen}


@pytest.fixture(scope="session")
def epubs(
    pipeline: Pipeline, flowing_jobs: dict[tuple[str, str], Job], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[tuple[str, str], Path]:
    """The finished EPUB of each of `flowing_jobs`, by (item, brand)."""
    books = {key: replace(job, format="epub") for key, job in flowing_jobs.items()}
    return _Finished(pipeline, books, tmp_path_factory.mktemp("epubs"))


@pytest.fixture(scope="session")
def web_pages(
    pipeline: Pipeline, flowing_jobs: dict[tuple[str, str], Job], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[tuple[str, str], Path]:
    """The finished web page of each of `flowing_jobs`, by (item, brand)."""
    pages = {key: replace(job, format="html") for key, job in flowing_jobs.items()}
    return _Finished(pipeline, pages, tmp_path_factory.mktemp("pages"))


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """An empty project with one small, correct handout, brand and region, to spoil."""
    return Scratch.create(tmp_path / "project")


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """Return the path of an outside program; skip without it, fail where tools are required."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            missing_tool(f"{name} is not installed; see python build.py doctor")
        return str(path)

    return find


def missing_tool(reason: str) -> None:
    """Skip on a contributor's machine; fail where BIFOLIO_REQUIRE_TOOLS=1 (CI)."""
    if REQUIRE_TOOLS:
        pytest.fail(reason)
    pytest.skip(reason)
