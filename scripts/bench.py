"""Bench: how fast, as ratios in one run. Machines differ and are noisy; ratios of medians carry further.

    python scripts/bench.py [PART…] [--runs N] [--brands N] [--write]

Each part measures two things in turn, so that both meet the same machine, and tells the ratio of the medians.
`--write` puts the results into docs/benchmarks.md and docs/benchmarks.svg. What is not installed is skipped by name.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from html import escape, unescape
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

ITEM, BRAND = "tears-and-closeness", "harbour"
ALONE = "our-agreement"
"""A handout that no booklet holds."""
DOCS = ROOT / "docs"


@dataclass(frozen=True)
class Row:
    """One comparison; without times the other was not there."""

    ours: str
    other: str
    our_seconds: tuple[float, ...] = ()
    other_seconds: tuple[float, ...] = ()

    @property
    def ratio(self) -> float:
        return statistics.median(self.our_seconds) / statistics.median(self.other_seconds)

    def __str__(self) -> str:
        if not self.other_seconds:
            return f"{self.ours} | {self.other}: not installed, skipped"
        one, two = (statistics.median(times) for times in (self.our_seconds, self.other_seconds))
        runs = min(len(self.our_seconds), len(self.other_seconds))
        return f"{self.ours}: {one:.3f} s | {self.other}: {two:.3f} s | ratio {self.ratio:.3f} ({runs} runs)"


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--brands", type=int, default=1000)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    rows: list[Row] = []
    for part in asked.parts or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            count = asked.brands if part == "scale" else asked.runs
            for row in PARTS[part](Path(folder), count):
                sys.stdout.write(f"{row}\n")
                sys.stdout.flush()
                rows.append(row)
    if asked.write:
        _write(rows)


def _in_turn(runs: int, *works: Callable[[], object]) -> list[tuple[float, ...]]:
    """Time each work so many times, one after the other; the first round warms the disk and is not counted."""
    times: list[list[float]] = [[] for _ in works]
    for run in range(runs + 1):
        for work, kept in zip(works, times, strict=True):
            started = time.perf_counter()
            work()
            if run:
                kept.append(time.perf_counter() - started)
    return [tuple(kept) for kept in times]


def _command(command: Sequence[str | Path], **more: str) -> Callable[[], object]:
    def run() -> None:
        # As on any machine, Python keeps what it compiled: libraries are installed so, and we are one, too.
        env = {name: word for name, word in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        subprocess.run(command, check=True, env=env | more, cwd=ROOT, capture_output=True)  # noqa: S603

    return run


def _build(output: Path, *arguments: str) -> Callable[[], object]:
    return _command([sys.executable, ROOT / "build.py", "build", *arguments, "--quiet", "-o", output])


# -- whole commands --------------------------------------------------------------------------------


def _cold(folder: Path, runs: int) -> list[Row]:
    """One handout, cold, against every other engine that is installed: the same composed page, whole processes."""
    from bifolio.build.pipeline import Pipeline
    from bifolio.content.repository import Repository
    from bifolio.core.cache import Cache

    pipeline = Pipeline(Repository(ROOT), Cache(folder / "store"))
    page = folder / "page.html"
    page.write_text(_html(pipeline, ITEM, "letter"), "utf-8")
    (folder / "page.typ").write_text(_in_typst(page.read_text("utf-8")), "utf-8")
    ours = "one handout, cold, verified"
    rows = []
    for name, command in _rivals(page, folder).items():
        if command is None:
            rows.append(Row(ours, name))
            continue
        here = _build(folder / "out", ITEM, "--brand", BRAND, "--force")
        one, two = _in_turn(
            runs, here, _command(command, FONTCONFIG_FILE=str(ROOT / "styles/fonts/fonts.conf"))
        )
        rows.append(Row(ours, name, one, two))
    return rows


def _rivals(page: Path, folder: Path) -> dict[str, list[str | Path] | None]:
    """Return the command of each other engine; none where it is not installed."""
    from tests.support.chromium import FLAGS

    pdf = folder / "other.pdf"
    commands: dict[str, list[str | Path]] = {
        "weasyprint command": [
            Path(sys.executable).with_name("weasyprint"), "--quiet", "--pdf-variant", "pdf/ua-1", page, pdf,
        ],
        "Chromium print-to-PDF": ["chromium", "--headless", *FLAGS, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri()],
        "pandoc with WeasyPrint": ["pandoc", page, "--pdf-engine=weasyprint", "-o", pdf],
        "paged.js": ["pagedjs-cli", page, "-o", pdf],
        "Vivliostyle": ["vivliostyle", "build", page, "-o", pdf],
        "Typst, the same words": ["typst", "compile", folder / "page.typ", pdf],
    }  # fmt: skip
    return {name: command if shutil.which(command[0]) else None for name, command in commands.items()}


def _nothing(folder: Path, runs: int) -> list[Row]:
    """All is up to date, in every brand, against one handout, cold."""
    everything = _build(folder / "out", "--all-brands")
    everything()
    cold = _build(folder / "cold", ITEM, "--brand", BRAND, "--force")
    return [
        Row("nothing to do, all PDFs of all brands", "one handout, cold", *_in_turn(runs, everything, cold))
    ]


def _one_word(folder: Path, runs: int) -> list[Row]:
    """One word changed in one handout of the library, against that handout, cold.

    The handout is in no booklet: one that is has the booklet made anew with it.
    """
    project = folder / "project"
    for name in ("content", "styles", "templates"):
        shutil.copytree(ROOT / name, project / name)
    shutil.copy(ROOT / "bifolio.yaml", project)
    handout = project / "content" / "handouts" / f"{ALONE}.yaml"
    text = handout.read_text("utf-8")
    count = iter(range(10**6))

    def change() -> None:
        handout.write_text(text.replace("title: ", f"title: {next(count)} ", 1), "utf-8")
        _build(folder / "out", "--project", str(project))()

    change()
    cold = _build(folder / "cold", ALONE, "--force", "--project", str(project))
    return [
        Row("one word changed in one of all handouts", "that handout, cold", *_in_turn(runs, change, cold))
    ]


def _cores(folder: Path, runs: int) -> list[Row]:
    """The whole library in all forms on all cores, against WeasyPrint laying its PDFs out one after another, warm."""
    from bifolio.build.pipeline import Pipeline
    from bifolio.content.repository import Repository
    from bifolio.core.cache import Cache

    repository = Repository(ROOT)
    pipeline = Pipeline(repository, Cache(folder / "store"))
    as_booklet = repository.edition("letter").instead
    editions = {
        item: as_booklet.get(repository.handout(item).kind, "letter")
        for item in repository.catalogue.handouts
    }
    pages = [_html(pipeline, item, edition) for item, edition in editions.items()]
    formats = ("--brand", BRAND, "--format", "pdf,epub,html,png", "--force")
    build = _build(folder / "out", *formats)
    # A process of its own: the engine as it comes, not as we load it.
    with ProcessPoolExecutor(1, get_context("spawn")) as other:
        times = _in_turn(max(1, runs // 3), build, lambda: other.submit(_by_weasyprint, pages).result())
    return [Row("the library in all forms, from nothing", "WeasyPrint on its pages, warm, in turn", *times)]


def _by_weasyprint(pages: Sequence[str]) -> None:
    os.environ["FONTCONFIG_FILE"] = str(ROOT / "styles" / "fonts" / "fonts.conf")
    weasyprint: Any = import_module("weasyprint")
    for html in pages:
        weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/ua-1")


def _project_of(folder: Path, brands: int) -> Path:
    """Return a project with the library and so many clinics: clinic-0, clinic-1 …"""
    project = folder / "project"
    shutil.copytree(ROOT / "content", project / "content")
    shutil.rmtree(project / "content" / "brands")
    for number in range(brands):
        own = project / "content" / "brands" / f"clinic-{number}"
        own.mkdir(parents=True)
        colour = f"#{number * 6151 % 0x700000 + 0x102030:06x}"
        own.joinpath("_brand.yml").write_text(
            f'meta: {{name: Clinic {number}}}\ncolor: {{primary: "{colour}"}}\n', "utf-8"
        )
    return project


def _scale(folder: Path, brands: int) -> list[Row]:
    """Three items for many brands: what the last clinics take against the first ones, item by item, and memory."""
    from bifolio.app import Project
    from bifolio.build.build_record import BuildRecord
    from bifolio.build.scheduler import Batch
    from bifolio.build.workers import WorkerProcesses, cores, workers
    from bifolio.model.job import Request

    project = _project_of(folder, brands)
    items = ("tears-and-closeness", "steady-now", "check-in-card")
    with workers(ROOT / "styles" / "fonts", max(2, cores())) as processes:
        assert isinstance(processes, WorkerProcesses)
        project = Project(project, executor=processes, record=BuildRecord(project))
        started = time.perf_counter()
        jobs = project.plan(Request(items=items, brands=project.repository.catalogue.brands))
        sys.stdout.write(f"{len(jobs)} jobs planned in {time.perf_counter() - started:.1f} s\n")
        at: list[float] = []
        memory: list[str] = []
        made: list[str] = []

        def message(batch: Batch) -> None:
            at.append(time.perf_counter())
            made.append(batch.jobs[0].item)
            if len(at) % max(1, len(jobs) // 8) == 0:
                sizes = [_megabytes(process) for process in (os.getpid(), *processes.process_ids)]
                memory.append(f"after {len(at)}: " + " + ".join(f"{size:.0f}" for size in sizes) + " MB")

        project.build(jobs, folder / "out", message)
    sys.stdout.write("memory, this process + each worker: " + "; ".join(memory) + "\n")
    rows = []
    for item in items:  # the longest are made first, so that quarters of the whole hold other items
        steps = [
            later - earlier for (earlier, later), of in zip(pairwise(at), made[1:], strict=True) if of == item
        ]
        quarter = len(steps) // 4
        # The first of each worker has pages laid out, and a plate cut: that is no time of a further clinic.
        first, last = (statistics.median(part) for part in (steps[:quarter], steps[-quarter:]))
        rows.append(Row(f"{item} for the last of {brands} clinics", "for the first", (last,), (first,)))
    return rows


def _megabytes(process: int) -> float:
    status = Path(f"/proc/{process}/status")
    found = re.search(r"VmRSS:\s+(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) / 1000 if found else 0.0


def _inputs(pipeline: Any, item: str, edition: str = "letter") -> Any:
    """Return what a handout's PDF for the clinic is made from."""
    from bifolio.model.job import Job
    from bifolio.resolve import resolve

    return resolve(pipeline.repository, Job(item, edition, "calm", "us", "en", BRAND, "pdf"))


def _html(pipeline: Any, item: str, edition: str) -> str:
    """Return a handout composed for a plate."""
    composed: str = pipeline.stages.compose(_inputs(pipeline, item, edition).layout)
    return composed


# -- in one warm process ---------------------------------------------------------------------------


def _inking(folder: Path, runs: int) -> list[Row]:
    """A further clinic of a laid-out handout, against laying it out."""
    from bifolio.build.pipeline import Pipeline
    from bifolio.content.repository import Repository
    from bifolio.core.cache import Cache
    from bifolio.layout.pages import lay_out_handout

    repository = Repository(ROOT)
    pipeline = Pipeline(repository, Cache(folder / "store2"))
    html = _html(pipeline, ITEM, "letter")
    plate = pipeline.stages.layouts.plate(html, ITEM).take()
    inputs = _inputs(pipeline, ITEM)
    inker = pipeline.stages.inker(inputs.layout.setup, inputs.clinic, None).take()[0]
    times = _in_turn(
        runs,
        lambda: inker.ink(plate),
        lambda: lay_out_handout(html, repository.files.path("styles/fonts"), ITEM),
    )
    rows = [Row("a further clinic, inked", "laying it out", *times)]
    if not find_spec("typst"):
        return [*rows, Row("a further clinic, inked", "Typst on the same words")]
    count = iter(range(10**6))
    words = _in_typst(html)
    times = _in_turn(
        runs, lambda: inker.ink(plate), lambda: _typst_takes(folder, [f"{words}\n\nRun {next(count)}"])
    )
    return [*rows, Row("a further clinic, inked", "Typst on the same words", *times)]


def _brand(folder: Path, runs: int) -> list[Row]:
    """The laid-out library for a further clinic, verified, against building it, and against Typst on its words."""
    from bifolio.build.pipeline import Pipeline
    from bifolio.content.repository import Repository
    from bifolio.core.cache import Cache
    from bifolio.model.job import Job

    runs = max(1, runs // 3)
    project = _project_of(folder, runs + 1)
    repository = Repository(project)
    items = tuple(repository.catalogue.handouts)
    pages = []
    further, whole, typst = [], [], []
    for run in range(runs):
        pipeline = Pipeline(repository, Cache(folder / f"brand-{run}"))
        for brand, times in (("clinic-0", whole), (f"clinic-{run + 1}", further)):
            started = time.perf_counter()
            for item in items:
                pipeline.make(Job(item, "letter", "calm", "us", "en", brand, "pdf"))
            times.append(time.perf_counter() - started)
        if find_spec("typst"):
            pages = [_in_typst(_html(pipeline, item, "letter")) for item in items]
            typst.append(_typst_takes(folder, [f"{page}\n\nRun {run}" for page in pages]))
        shutil.rmtree(folder / f"brand-{run}", ignore_errors=True)
    ours = "the library for a further clinic, laid out before"
    return [
        Row(ours, "building it", tuple(further), tuple(whole)),
        Row(ours, "Typst on the same words", tuple(further) if typst else (), tuple(typst)),
    ]


def _in_typst(html: str) -> str:
    """Return the words of a page as paragraphs of Typst."""
    words = unescape(re.sub(r"<style>.*?</style>|<svg.*?</svg>|<[^>]*>", " ", html, flags=re.DOTALL))
    return "\n\n".join(re.sub(r"([#$*_`<>@\\\[\]])", r"\\\1", words).split("\n"))


def _typst_takes(folder: Path, pages: Sequence[str]) -> float:
    """Compile documents by Typst in this process, and give the seconds. None was compiled before."""
    typst: Any = import_module("typst")
    started = time.perf_counter()
    for page in pages:
        (folder / "page.typ").write_text(page, "utf-8")
        typst.compile(folder / "page.typ", output=folder / "typst.pdf")
    return time.perf_counter() - started


def _books(folder: Path, runs: int) -> list[Row]:
    """All EPUBs of the library, when its PDFs are made, against all its PDFs from nothing."""
    from dataclasses import replace

    from bifolio.build.pipeline import Pipeline
    from bifolio.content.repository import Repository
    from bifolio.core.cache import Cache
    from bifolio.model.job import Job

    pdfs, books = [], []
    for run in range(max(1, runs // 3) + 1):  # the first loads what both need and is not counted
        repository = Repository(ROOT)
        pipeline = Pipeline(repository, Cache(folder / f"books-{run}"))
        jobs = [
            Job(item, "letter", "calm", "us", "en", BRAND, "pdf") for item in repository.catalogue.handouts
        ]
        jobs = jobs[:2] if run == 0 else jobs
        times = []
        for form in ("pdf", "epub"):
            started = time.perf_counter()
            for job in jobs:
                pipeline.make(replace(job, format=form))
            times.append(time.perf_counter() - started)
        shutil.rmtree(folder / f"books-{run}", ignore_errors=True)
        if run:
            pdfs.append(times[0])
            books.append(times[1])
    return [Row("all EPUBs", "all PDFs", tuple(books), tuple(pdfs))]


def _imposing(folder: Path, runs: int) -> list[Row]:
    """A document of 200 pages put onto sheets, signatures of 16, against opening and saving it."""
    import pikepdf

    from bifolio.build.pipeline import Pipeline
    from bifolio.content.repository import Repository
    from bifolio.core.cache import Cache
    from bifolio.layout.impose import impose
    from bifolio.model.job import Job

    repository = Repository(ROOT)
    pipeline = Pipeline(repository, Cache(folder / "store3"))
    job = Job("clinician-notes", "booklet-letter", "calm", "us", "en", BRAND, "pdf")
    form = repository.edition(job.edition).imposition
    assert form is not None, "a booklet is put onto sheets"
    form = form.model_copy(update={"signature": 16})
    # A booklet of 200 pages has the fonts and drawings of one document, and words of its own on each page.
    with pikepdf.open(io.BytesIO(pipeline.make(job).body)) as document:
        own = list(document.pages)
        for number in range(200 - len(own)):
            document.pages.append(own[number % len(own)])
        for number, page in enumerate(document.pages):
            page.Contents = document.make_stream(b"%% %d\n" % number + page.Contents.read_bytes())
            if "/Annots" in page:
                del page.Annots
        del document.Root.StructTreeRoot
        pages = _saved(document)
        while len(document.pages) > 2:
            del document.pages[2]
        note = _saved(document)

    def copy() -> None:
        with pikepdf.open(io.BytesIO(pages)) as document:
            _saved(document)

    imposing, copying = _in_turn(runs, lambda: impose(pages, form, note), copy)
    return [Row("200 pages onto sheets", "opening and saving them", imposing, copying)]


def _saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out, deterministic_id=True)
    return out.getvalue()


PARTS: Mapping[str, Callable[[Path, int], list[Row]]] = {
    "cold": _cold,
    "nothing": _nothing,
    "word": _one_word,
    "cores": _cores,
    "inking": _inking,
    "brand": _brand,
    "imposing": _imposing,
    "books": _books,
    "scale": _scale,
}


# -- the page that tells of it -----------------------------------------------------------------------

_BEGIN, _END = "<!-- measured -->", "<!-- /measured -->"


def _write(rows: Sequence[Row]) -> None:
    """Put the results into the documents: a table, and a plot of the ratios. What was not measured now stays."""
    page = DOCS / "benchmarks.md"
    before, _, rest = page.read_text("utf-8").partition(_BEGIN)
    table, _, after = rest.partition(_END)
    known = {(row.ours, row.other): row for row in _written(table)}
    rows = list((known | {(row.ours, row.other): row for row in rows}).values())
    lines = ["| Bifolio | Seconds | Against | Seconds | Ratio |", "|---|---|---|---|---|"]
    for row in rows:
        if row.other_seconds:
            one, two = (f"{statistics.median(t):.4f}" for t in (row.our_seconds, row.other_seconds))
            lines.append(f"| {row.ours} | {one} | {row.other} | {two} | {row.ratio:.3f} |")
        else:
            lines.append(f"| {row.ours} | | {row.other} | not installed | |")
    table = "\n".join(lines)
    page.write_text(f"{before}{_BEGIN}\n\n{table}\n\n{_END}{after}", "utf-8")
    (DOCS / "benchmarks.svg").write_text(_plot([row for row in rows if row.other_seconds]), "utf-8")


def _written(table: str) -> Iterator[Row]:
    """Return the rows of the table as it stands, with their medians."""
    for line in table.strip().splitlines()[2:]:
        ours, one, other, two, _ = (cell.strip() for cell in line.strip("|").split("|"))
        yield Row(ours, other, (float(one),), (float(two),)) if one else Row(ours, other)


def _plot(rows: Sequence[Row]) -> str:
    """Draw each ratio as a bar; the line is as fast as the other."""
    step, left = 34, 330
    unit = 330 / max(1.0, *(row.ratio for row in rows))
    parts = []
    for number, row in enumerate(rows):
        y = 30 + number * step
        width = unit * row.ratio
        label = f"{row.ours} / {row.other}"
        label = label if len(label) < 54 else f"{label[:53]}…"
        parts.append(f'<text x="{left - 10}" y="{y + 14}" text-anchor="end">{escape(label)}</text>')
        parts.append(f'<rect x="{left}" y="{y}" width="{max(width, 1):.1f}" height="20" fill="#1d5a68"/>')
        parts.append(f'<text x="{left + width + 6:.1f}" y="{y + 14}">{row.ratio:.2f}</text>')
    height = 40 + len(rows) * step
    line = f'<path d="M{left + unit} 20V{height - 10}" stroke="#555" stroke-dasharray="3 3"/>'
    title = "Ratios of medians: shorter is faster; the dashed line is as fast as the other"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}" font-family="sans-serif" font-size="11">'
        f'<title>{title}</title><rect width="720" height="{height}" fill="#fff"/>'
        f'<text x="{left}" y="14" fill="#333">{title.partition(":")[0]}</text>{line}{"".join(parts)}</svg>\n'
    )


if __name__ == "__main__":
    main()
