"""Bench: how fast, as ratios in one run. Machines differ and are noisy; ratios of medians carry further.

    python scripts/bench.py [runs]

1. One handout, cold: the whole command, verification included, against the `weasyprint` command on the same
   composed HTML with the same fonts, in turn.
2. A further clinic of a laid-out handout against laying it out, in one warm process.
3. All EPUBs of the library, when its PDFs are made, against all its PDFs from nothing.
4. A document of 200 pages put onto sheets, signatures of 16, against opening and saving it.
"""

from __future__ import annotations

import io
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

ITEM, BRAND = "tears-and-closeness", "harbour"


def main(runs: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        _cold(Path(folder), runs)
        _inking(Path(folder), runs)
        _books(Path(folder), runs)
        _imposing(Path(folder), runs)


def _cold(folder: Path, runs: int) -> None:
    from bifolio.library import Library
    from bifolio.pipeline import Workshop
    from bifolio.press import Store

    shop = Workshop(Library(ROOT), Store(folder / "store"))
    page = folder / "page.html"
    page.write_text(shop.galley(ITEM, "letter", "calm", "us", "en"), "utf-8")
    weasyprint = Path(sys.executable).with_name("weasyprint")
    ours = [sys.executable, str(ROOT / "build.py"), "build", ITEM, "--brand", BRAND]
    ours += ["--force", "--quiet", "-o", str(folder / "out")]
    theirs = [str(weasyprint), "--quiet", "--pdf-variant", "pdf/ua-1", str(page), str(folder / "page.pdf")]
    fonts = {"FONTCONFIG_FILE": str(ROOT / "styles" / "fonts" / "fonts.conf")}
    times: dict[str, list[float]] = {"ours": [], "theirs": []}
    for run in range(runs + 1):  # the first of each warms the disk and is not counted
        for name, command, extra in (("ours", ours, {}), ("theirs", theirs, fonts)):
            started = time.perf_counter()
            subprocess.run(command, check=True, env={**os.environ, **extra}, cwd=ROOT)  # noqa: S603
            if run:
                times[name].append(time.perf_counter() - started)
    _tell("one handout, cold", times["ours"], "weasyprint command, same HTML", times["theirs"])


def _inking(folder: Path, runs: int) -> None:
    from bifolio.library import Library
    from bifolio.pipeline import Workshop
    from bifolio.press import Store
    from bifolio.render import lay_out_handout

    library = Library(ROOT)
    shop = Workshop(library, Store(folder / "store2"))
    galley = shop.galley(ITEM, "letter", "calm", "us", "en")
    plate = shop.plate(galley, ITEM).take()
    inker = shop.inker(BRAND, "letter", "calm", "us", "en").take()
    inking, layout = [], []
    for _ in range(runs):
        started = time.perf_counter()
        inker.ink(plate)
        inking.append(time.perf_counter() - started)
        started = time.perf_counter()
        lay_out_handout(galley, library.styles / "fonts", ITEM)
        layout.append(time.perf_counter() - started)
    _tell("a further clinic, inked", inking, "laying it out", layout)
    shutil.rmtree(folder / "store2", ignore_errors=True)


def _books(folder: Path, runs: int) -> None:
    from dataclasses import replace

    from bifolio.library import Library
    from bifolio.pipeline import Workshop
    from bifolio.plan import Job
    from bifolio.press import Store

    pdfs, books = [], []
    for run in range(runs + 1):  # the first loads what both need and is not counted
        library = Library(ROOT)
        shop = Workshop(library, Store(folder / f"books-{run}"))
        jobs = [Job(item, "letter", "calm", "us", "en", BRAND, "pdf") for item in library.handout_paths]
        jobs = jobs[:2] if run == 0 else jobs
        times = []
        for form in ("pdf", "epub"):
            started = time.perf_counter()
            for job in jobs:
                shop.produce(replace(job, format=form))
            times.append(time.perf_counter() - started)
        shutil.rmtree(folder / f"books-{run}", ignore_errors=True)
        if run:
            pdfs.append(times[0])
            books.append(times[1])
    _tell("all EPUBs", books, "all PDFs", pdfs)


def _imposing(folder: Path, runs: int) -> None:
    import pikepdf

    from bifolio.impose import impose
    from bifolio.library import Library
    from bifolio.pipeline import Workshop
    from bifolio.plan import Job
    from bifolio.press import Store

    library = Library(ROOT)
    shop = Workshop(library, Store(folder / "store3"))
    job = Job("clinician-notes", "booklet-letter", "calm", "us", "en", BRAND, "pdf")
    form = library.edition(job.edition).imposition
    assert form is not None, "a booklet is put onto sheets"
    form = form.model_copy(update={"signature": 16})
    # A booklet of 200 pages has the fonts and drawings of one document, and words of its own on each page.
    with pikepdf.open(io.BytesIO(shop.produce(job).body)) as document:
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
    imposing, copying = [], []
    for _ in range(runs):
        started = time.perf_counter()
        impose(pages, form, note)
        imposing.append(time.perf_counter() - started)
        started = time.perf_counter()
        with pikepdf.open(io.BytesIO(pages)) as document:
            _saved(document)
        copying.append(time.perf_counter() - started)
    _tell("200 pages onto sheets", imposing, "opening and saving them", copying)


def _saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out, deterministic_id=True)
    return out.getvalue()


def _tell(name: str, ours: list[float], other: str, theirs: list[float]) -> None:
    one, two = statistics.median(ours), statistics.median(theirs)
    sys.stdout.write(f"{name}: {one:.3f} s; {other}: {two:.3f} s; ratio {one / two:.3f} ({len(ours)} runs)\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
