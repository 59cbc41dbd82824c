"""The studio over a small project of its own, and a real Chromium before it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bifolio.build.pipeline import Pipeline
from tests.conftest import ROOT, missing_tool
from tests.support.chromium import FLAGS

expect.set_options(timeout=90_000)  # a page that nobody has seen yet takes a few seconds

ITEMS = ("tears-and-closeness", "steady-now", "check-in-card")
AXE = ROOT / "tests" / "tools" / "node_modules" / "axe-core" / "axe.min.js"


@dataclass(frozen=True)
class Studio:
    """One running studio."""

    project: Path
    entry: str

    @property
    def base(self) -> str:
        return self.entry.partition("/?")[0].rstrip("/")


@pytest.fixture(scope="package")
def project(tmp_path_factory: pytest.TempPathFactory, pipeline: Pipeline) -> Path:
    """A copy of three handouts and all that they need. What other tests of this run laid out is not laid out again."""
    project = tmp_path_factory.mktemp("studio") / "project"
    shutil.copytree(ROOT / "content", project / "content")
    for path in (project / "content").glob("*s/*.yaml"):
        if path.parent.name in ("handouts", "booklets") and path.stem not in ITEMS:
            path.unlink()
    pipeline.cache.folder.mkdir(parents=True, exist_ok=True)
    (project / ".bifolio").symlink_to(pipeline.cache.folder)
    return project


@pytest.fixture
def clinic(project: Path) -> Iterator[str]:
    """A clinic of this test alone, with a handout of its own."""
    folder = project / "content/brands/linden"
    (folder / "handouts").mkdir(parents=True)
    harbour = project / "content/brands/harbour"
    shutil.copy(harbour / "_brand.yml", folder)
    for logo in harbour.glob("*.svg"):
        shutil.copy(logo, folder)
    text = (project / "content/handouts/check-in-card.yaml").read_text("utf-8")
    (folder / "handouts/linden-card.yaml").write_text(text.replace("../schema/", "../../../schema/"), "utf-8")
    yield "linden"
    shutil.rmtree(folder)


@pytest.fixture
def brand_file(project: Path, clinic: str) -> Path:
    return project / f"content/brands/{clinic}/_brand.yml"


@pytest.fixture
def card(project: Path, clinic: str) -> Path:
    return project / f"content/brands/{clinic}/handouts/linden-card.yaml"


@pytest.fixture(scope="package")
def studio(project: Path) -> Iterator[Studio]:
    """Run the studio as a therapist does."""
    with opened(project) as studio:
        yield studio


@contextmanager
def opened(project: Path, *options: str) -> Iterator[Studio]:
    """Run a studio; end it in any case."""
    command = [sys.executable, str(ROOT / "build.py"), "studio", "--no-open", "--project", str(project)]
    command += options
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        assert running.stdout is not None
        try:
            found = re.search(r"https?://\S+", running.stdout.readline())
            assert found, "the studio says where it is open"
            yield Studio(project, found[0])
        finally:
            running.terminate()
            running.wait(10)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        missing_tool("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def axe() -> str:
    if not AXE.exists():
        missing_tool("axe-core is not installed: npm ci --prefix tests/tools")
    return AXE.read_text("utf-8")


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(60_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, studio: Studio) -> Iterator[Page]:
    """A page of the studio. Whatever goes elsewhere, or complains in the console, fails the test."""
    page = context.new_page()
    astray: list[str] = []
    page.on("request", lambda asked: astray.append(asked.url) if not _is_local(asked.url, studio) else None)
    page.on("pageerror", lambda error: astray.append(str(error)))
    page.on("console", lambda said: astray.append(said.text) if "Content Security" in said.text else None)
    page.goto(studio.entry, wait_until="domcontentloaded")
    yield page
    assert astray == []


def _is_local(url: str, studio: Studio) -> bool:
    return url.startswith((studio.base, f"blob:{studio.base}", "data:", "chrome-extension:", "about:"))
