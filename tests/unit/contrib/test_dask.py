"""cluster: a real scheduler and two workers make the same bytes, and a lost worker loses nothing."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bifolio.core.diagnostics import ToolError
from bifolio.core.files import ENGINE
from bifolio.core.fingerprints import engine_version
from tests.support.projects import BRAND, COMPLETE, Scratch

WHY_NOT = None if importlib.util.find_spec("distributed") else "a cluster needs distributed"
if WHY_NOT and os.environ.get("BIFOLIO_REQUIRE_TOOLS"):
    pytest.fail(WHY_NOT)
pytestmark = [pytest.mark.processes, pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))]

ROW_LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="4" height="4" fill="#1a2b3c"/></svg>'
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ENGINE), "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "3"}


class DaskCluster:
    """A scheduler and its workers on this machine, each in an empty folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        told = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", told)
        until = time.monotonic() + 60
        while not told.exists() or not told.read_text().rstrip().endswith("}"):
            assert time.monotonic() < until, "the scheduler does not start"
            time.sleep(0.05)
        self.address: str = json.loads(told.read_text())["address"]
        self.workers = [self.another(), self.another()]

    def another(self) -> subprocess.Popen[bytes]:
        return self._start("worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard")

    def _start(self, what: str, *arguments: object) -> subprocess.Popen[bytes]:
        own = self.folder / f"{what}-{len(self.processes)}"
        own.mkdir()
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--host", "127.0.0.1"]
        with (own / "said").open("wb") as said:
            process = subprocess.Popen(
                [*command, *map(str, arguments)], cwd=own, env=ENVIRONMENT, stdout=said, stderr=said
            )
        self.processes.append(process)
        return process


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    started = DaskCluster(tmp_path_factory.mktemp("dask"))
    yield started
    for process in reversed(started.processes):
        process.kill()
        process.wait()


@pytest.fixture
def shelf(scratch: Scratch) -> Scratch:
    scratch.write("content/handouts/other.yaml", COMPLETE)
    scratch.write("content/brands/second/_brand.yml", BRAND.replace("Test Clinic", "Second"))
    return scratch


def _start(shelf: Scratch, output: str, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(ENGINE / "build.py"), "build", "--all-brands", "--format", "pdf,html"]
    return subprocess.Popen(
        [*command, "-o", output, *more],
        cwd=shelf.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _built(build: subprocess.Popen[str]) -> str:
    out, err = build.communicate(timeout=600)
    assert build.returncode == 0, err
    return out


def _files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_workers_without_a_shared_disk_make_the_same_bytes(shelf: Scratch, dask: DaskCluster) -> None:
    assert "8 of them new" in _built(_start(shelf, "far", "--force", "--scheduler", dask.address))
    far = _files(shelf.root / "far")
    assert "second/en/other.letter.pdf" in far
    assert " 0 of them new" in _built(_start(shelf, "kept", "--jobs", "1"))
    assert _files(shelf.root / "kept") == far
    assert "8 of them new" in _built(_start(shelf, "near", "--force", "--jobs", "1"))
    assert _files(shelf.root / "near") == far


def test_workers_know_the_clinics_of_a_table_and_their_logos(shelf: Scratch, dask: DaskCluster) -> None:
    shelf.write("lists/logos/rowan.svg", ROW_LOGO)
    shelf.write("lists/clinics.csv", "id,name,logo\nrowan,Rowan,logos/rowan.svg\nlark,Lark,\n")
    table = ("small", "--brands-from", "lists/clinics.csv")
    assert "8 of them new" in _built(_start(shelf, "far", "--force", "--scheduler", dask.address, *table))
    far = _files(shelf.root / "far")
    assert {"rowan/en/small.letter.pdf", "lark/en/small.letter.pdf"} <= set(far)
    logo = re.search(rb"svg\+xml;base64,([\w+/=]+)", far["rowan/en/small.html"])
    assert logo is not None
    assert b"#1a2b3c" in base64.b64decode(logo[1])
    assert "8 of them new" in _built(_start(shelf, "near", "--force", "--jobs", "1", *table))
    assert _files(shelf.root / "near") == far


def test_findings_of_a_cluster_stand_at_the_authors_line(shelf: Scratch, dask: DaskCluster) -> None:
    shelf.write("content/handouts/other.yaml", COMPLETE.replace("One sentence", "One \u8a9e"))
    build = _start(shelf, "far", "--scheduler", dask.address)
    _, err = build.communicate(timeout=600)
    assert build.returncode == 3
    assert "content/handouts/other.yaml:" in err
    assert "error[render.missing-glyph]" in err
    assert not (shelf.root / "far").exists()


def test_a_lost_workers_jobs_run_again(shelf: Scratch, dask: DaskCluster) -> None:
    for number in range(2):
        shelf.write(f"content/handouts/more-{number}.yaml", COMPLETE)
    build = _start(shelf, "far", "--scheduler", dask.address)
    assert build.stdout is not None
    assert build.stdout.readline().startswith("[1/16]")
    dask.workers.pop(0).send_signal(signal.SIGKILL)
    assert "16 of them new" in _built(build)
    dask.workers.append(dask.another())
    assert len(_files(shelf.root / "far")) == 16 + 3


def test_an_address_of_no_kind_is_a_finding(shelf: Scratch) -> None:
    build = _start(shelf, "far", "--scheduler", "nonsense://127.0.0.1:1")
    _, err = build.communicate(timeout=120)
    assert build.returncode == 6
    assert "error[cluster.no-scheduler]" in err


@pytest.mark.filterwarnings("ignore")  # of the client
def test_no_scheduler_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    from bifolio.contrib import dask as cluster

    monkeypatch.setattr(cluster, "_SECONDS", 0.5)
    with pytest.raises(ToolError) as raised, cluster.cluster("tcp://127.0.0.1:1"):
        pass
    assert [finding.code for finding in raised.value.findings] == ["cluster.no-scheduler"]


@pytest.mark.filterwarnings("ignore")  # of the client
def test_a_worker_of_another_version_is_refused(dask: DaskCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    from bifolio.contrib import dask as cluster

    ours = engine_version()
    monkeypatch.setattr(cluster, "engine_version", lambda: {**ours, "weasyprint": f"0.{ours['weasyprint']}"})
    with pytest.raises(ToolError) as raised, cluster.cluster(dask.address):
        pass
    (finding,) = raised.value.findings
    assert finding.code == "cluster.other-version"
    assert "where this machine has weasyprint=0." in finding.message
    assert cluster._unlike(ours, None) == "no Bifolio"
