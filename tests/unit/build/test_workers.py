"""workers: several processes make the same bytes, are replaced when they die, and stop when they are told to."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random  # noqa: TID251 - with a seed
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest

from bifolio.app import Project
from bifolio.build.build_record import BuildRecord
from bifolio.build.scheduler import Batch
from bifolio.build.workers import WorkerProcesses, workers
from bifolio.core.diagnostics import ContentError
from bifolio.core.files import ENGINE
from bifolio.editorial.tailoring import read_tailoring
from bifolio.formats.makers import verify_file
from bifolio.model.job import Request
from tests.support.projects import BRAND, COMPLETE, HANDOUT, Scratch

pytestmark = pytest.mark.processes

T = TypeVar("T")
FONTS = ENGINE / "styles" / "fonts"
KILLS = int(os.environ.get("BIFOLIO_KILLS", "3"))


@pytest.fixture
def shelf(scratch: Scratch) -> Scratch:
    scratch.write("content/handouts/other.yaml", COMPLETE)
    scratch.write("content/brands/second/_brand.yml", BRAND.replace("Test Clinic", "Second"))
    return scratch


@pytest.fixture(scope="module")
def two_workers() -> Iterator[WorkerProcesses]:
    with workers(FONTS, 2) as worker_processes:
        assert isinstance(worker_processes, WorkerProcesses)
        yield worker_processes


def _all(project: Project, folder: Path, reported: object = str) -> dict[str, bytes]:
    """Build everything in two forms; give the files by name."""
    request = Request(brands=project.repository.catalogue.brands, formats=("pdf", "html"))
    project.build(project.plan(request), folder, reported)  # type: ignore[arg-type]
    return _files(folder)


def _files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_one_worker_starts_and_others_when_batches_wait(shelf: Scratch, tmp_path: Path) -> None:
    with workers(FONTS, 2) as worker_processes:
        assert isinstance(worker_processes, WorkerProcesses)
        assert len(worker_processes.process_ids) == 1
        project = Project(shelf.root, executor=worker_processes)
        request = Request(items=("small",), brands=("default",))
        project.build(project.plan(request), tmp_path / "one", str)
        assert len(worker_processes.process_ids) == 1, "one batch is made here, and laid out by one worker"
        _all(project, tmp_path / "many")
        assert len(worker_processes.process_ids) == 2


def _at_rest(context: Any, name: Any) -> tuple[str, int]:
    """Be busy for some time, in the worker; give which it was."""
    time.sleep(context.path)
    return name, os.getpid()


def test_a_batch_that_waits_goes_to_the_worker_that_is_free_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bifolio.build.batch_worker.make_batch", _at_rest)
    with workers(FONTS, 2) as worker_processes:
        assert isinstance(worker_processes, WorkerProcesses)
        under_way: list[Future[Any]] = [
            worker_processes.make(SimpleNamespace(path=seconds), Batch(name, frozenset(), 0.25, 4))  # type: ignore[arg-type]
            for name, seconds in (("long", 3.0), ("short", 0.2), ("next", 0.1), ("last", 0.1))
        ]
        made_by = dict(work.result() for work in under_way)
    assert made_by["next"] == made_by["last"] == made_by["short"] != made_by["long"]


class Listening(WorkerProcesses):
    """Workers of which it is known what they were asked to do."""

    def __init__(self, worker_processes: int = 1) -> None:
        self.asked: list[str] = []
        super().__init__(FONTS, worker_processes)

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        self.asked.append(fn.__name__)
        return super().submit(fn, *args, **kwargs)


def test_the_one_changed_handout_is_begun_while_all_else_is_read(shelf: Scratch, tmp_path: Path) -> None:
    begun, in_all, pages = [], [], []
    for words in ("One sentence", "Two sentences", "Three sentences"):
        shelf.write("content/handouts/other.yaml", COMPLETE.replace("One sentence", words))
        worker_processes, record = Listening(), BuildRecord(shelf.root)
        try:
            project = Project(shelf.root, record=record, executor=worker_processes)
            project.prefetch(Request(formats=("pdf",)))
            begun.append(list(worker_processes.asked))
            jobs = project.plan(Request(formats=("pdf",)))
            assert worker_processes.asked == begun[-1], "a plan begins nothing"
            built = project.build(jobs, tmp_path, str)
        finally:
            worker_processes.stop()
        in_all.append(worker_processes.asked)
        pages.append((tmp_path / "default/en/other.letter.pdf").read_bytes())
        record.record((), project.repository.files, built.files, {})
    assert begun[0] == [], "both are new, none is the one"
    assert begun[1:] == in_all[1:] == [["read_styles", "lay_out_plate"]] * 2, "and nothing is laid out twice"
    anew = Project(shelf.root, renew=True)
    anew.build(anew.plan(Request(items=("other",), formats=("pdf",))), tmp_path, str)
    assert (tmp_path / "default/en/other.letter.pdf").read_bytes() == pages[2] != pages[1]


@pytest.mark.parametrize(("count", "asked"), [(1, []), (2, ["preload"])])
def test_where_nothing_is_begun_one_of_many_gets_ready(shelf: Scratch, count: int, asked: list[str]) -> None:
    worker_processes = Listening(count)
    try:
        Project(shelf.root, executor=worker_processes).prefetch(Request(formats=("pdf",)))
    finally:
        worker_processes.stop()
    assert worker_processes.asked == asked


def test_what_is_begun_and_wrong_is_told_once(shelf: Scratch) -> None:
    shelf.write("content/handouts/other.yaml", HANDOUT.replace("One sentence", "One \u8a9e"))
    worker_processes = Listening()
    try:
        project = Project(shelf.root, executor=worker_processes)
        request = Request(items=("other",), formats=("pdf",))
        project.prefetch(request)
        jobs = project.plan(request)
        assert worker_processes.asked == ["lay_out_slots", "read_styles", "lay_out_plate"]
        with pytest.raises(ContentError) as raised:
            project.build(jobs, None, str)
    finally:
        worker_processes.stop()
    assert [str(finding.span) for finding in raised.value.findings] == ["content/handouts/other.yaml:6:15"]


def test_nothing_is_begun_for_one_persons_copy(shelf: Scratch) -> None:
    worker_processes = Listening()
    try:
        tailoring, _ = read_tailoring("note: Bring water.", "wishes.yaml")
        Project(shelf.root, executor=worker_processes).tailored("other", "default", tailoring)
    finally:
        worker_processes.stop()
    assert sorted(worker_processes.asked) == ["lay_out_plate", "lay_out_slots"]


def test_several_processes_make_the_same_bytes(
    shelf: Scratch, two_workers: WorkerProcesses, tmp_path: Path
) -> None:
    reported: list[Batch] = []
    project = Project(shelf.root, record=BuildRecord(shelf.root), executor=two_workers)
    many = _all(project, tmp_path / "many", reported.append)
    assert len(reported) == 4
    assert "second/en/other.letter.pdf" in many
    assert len(many) == 11  # two items in two forms for two clinics, a shelf for each, and the manifest
    alone = Project(shelf.root, renew=True, record=BuildRecord(shelf.root))
    assert _all(alone, tmp_path / "alone") == many
    assert not list((shelf.root / ".bifolio/staging").iterdir())


def test_what_one_worker_made_is_found_by_all(
    shelf: Scratch, two_workers: WorkerProcesses, tmp_path: Path
) -> None:
    def build() -> int:
        project = Project(shelf.root, record=BuildRecord(shelf.root), executor=two_workers)
        return project.build(project.plan(Request(brands=("default", "second"))), tmp_path, str).made

    assert [build(), build()] == [4, 0]
    shelf.write("content/handouts/other.yaml", COMPLETE.replace("One sentence", "Two sentences"))
    assert build() == 2


def test_findings_of_all_workers_come_at_once(
    shelf: Scratch, two_workers: WorkerProcesses, tmp_path: Path
) -> None:
    for item in ("small", "other"):
        shelf.write(f"content/handouts/{item}.yaml", HANDOUT.replace("One sentence", "One \u8a9e"))
    project = Project(shelf.root, executor=two_workers)
    with pytest.raises(ContentError) as raised:
        _all(project, tmp_path / "out")
    found = {str(finding.span) for finding in raised.value.findings}
    assert found == {f"content/handouts/{item}.yaml:6:15" for item in ("small", "other")}
    assert not (tmp_path / "out").exists()


def test_a_worker_that_dies_is_replaced_and_its_work_made_again(
    shelf: Scratch, two_workers: WorkerProcesses, tmp_path: Path
) -> None:
    killed = two_workers.process_ids

    def reported(batch: Batch) -> None:
        for process in killed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        killed.clear()

    victims = set(killed)
    many = _all(Project(shelf.root, executor=two_workers), tmp_path / "out", reported)
    assert "second/en/other.letter.pdf" in many
    assert victims
    assert not victims & set(two_workers.process_ids)


def test_a_worker_that_dies_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bifolio.build.batch_worker.make_batch", _at_rest)
    with workers(FONTS, 2) as worker_processes:
        assert isinstance(worker_processes, WorkerProcesses)
        one, other = (
            worker_processes.make(SimpleNamespace(path=2.0), Batch(name, frozenset(), 0.5, 2))  # type: ignore[arg-type]
            for name in ("one", "other")
        )
        victim, survivor = worker_processes.process_ids
        os.kill(victim, signal.SIGKILL)
        assert other.result() == ("other", survivor)
        with pytest.raises(worker_processes.lost_errors):
            one.result()


# -- a build that is stopped -----------------------------------------------------------------------


def _start(shelf: Scratch, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(ENGINE / "build.py"), "build", "--all-brands", "--jobs", "2", *more]
    return subprocess.Popen(
        command, cwd=shelf.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _descendants(process: int) -> set[int]:
    children = Path(f"/proc/{process}/task/{process}/children")
    found = {int(child) for child in children.read_text().split()} if children.exists() else set()
    return found.union(*(_descendants(child) for child in found)) if found else found


def _gone(processes: set[int], seconds: float) -> bool:
    """Return whether processes end within some time; a zombie nobody has buried has ended."""
    until = time.monotonic() + seconds
    while any(_state(process) not in ("", "Z") for process in processes):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _state(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def _when_work_is_under_way(build: subprocess.Popen[str]) -> None:
    assert build.stdout is not None
    assert build.stdout.readline().startswith("[1/")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_ctrl_c_stops_all_and_tears_nothing(shelf: Scratch) -> None:
    for number in range(12):
        shelf.write(f"content/handouts/more-{number}.yaml", COMPLETE)
    build = _start(shelf)
    _when_work_is_under_way(build)
    family = _descendants(build.pid)
    assert len(family) >= 2
    started = time.monotonic()
    build.send_signal(signal.SIGINT)
    _, printed = build.communicate(timeout=20)
    took = time.monotonic() - started
    assert build.returncode == 130
    assert printed == "Stopped. The files in the output folder are intact.\n"
    assert _gone(family, 2)
    assert took < 5  # it does not wait for the work
    assert not (shelf.root / "output").exists()
    assert not list((shelf.root / ".bifolio/staging").iterdir())


def _sound(output: Path) -> None:
    """Assert that every file that anybody would open is whole: it passes verification, as new or as it was."""
    for path in output.rglob("*"):
        if path.is_file() and path.suffix != ".part":
            assert path.suffix in (".pdf", ".json"), path
            if path.suffix == ".pdf":
                assert verify_file(path) == []
            else:
                json.loads(path.read_text("utf-8"))


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_killed_at_any_moment_nothing_is_torn_and_the_next_build_completes(shelf: Scratch) -> None:
    moments = random.Random(9)
    took = _whole_build(shelf)
    for kill in range(KILLS):
        words = f"Moment{kill}"  # so that there is something to make each time
        shelf.write("content/handouts/small.yaml", HANDOUT.replace("One sentence", words))
        build = _start(shelf, "small", "--quiet")
        with contextlib.suppress(subprocess.TimeoutExpired):
            build.wait(moments.uniform(0, 1.1 * took))
        family = _descendants(build.pid)
        build.kill()
        build.communicate()
        assert _gone(family, 10), "a worker outlived its build"
        _sound(shelf.root / "output")
        if kill % 4 == 3 or kill == KILLS - 1:  # the next one is killed, too, or comes to its end
            took = _whole_build(shelf)
            _complete(shelf, words)


def _whole_build(shelf: Scratch) -> float:
    """Let a build come to its end; give how many seconds it takes on this machine at this time."""
    started = time.monotonic()
    build = _start(shelf, "small", "--quiet")
    printed = build.communicate(timeout=600)
    assert build.returncode == 0, printed
    return time.monotonic() - started


def _complete(shelf: Scratch, words: str) -> None:
    """Assert that a build came to its end: every file is what its text says, and nothing is left over."""
    import pypdfium2

    output = shelf.root / "output"
    reported = json.loads((output / "manifest.json").read_text("utf-8"))["files"]
    assert len(reported) == 2
    for name, facts in reported.items():
        body = (output / name).read_bytes()
        assert hashlib.sha256(body).hexdigest() == facts["sha256"]
        document = pypdfium2.PdfDocument(body)
        assert words in document[0].get_textpage().get_text_bounded()
        document.close()
    assert not list(output.rglob("*.part"))
    assert not list((shelf.root / ".bifolio/staging").iterdir())
