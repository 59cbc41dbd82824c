"""Measure what each speedup of WeasyPrint saves: the CPU time with all of them, and with all but one, in turn.

    python scripts/measure_speedups.py [NAME…] [--pairs N]

Speedups of the import are measured on new processes that import WeasyPrint, `cache_c_types` on the first handout of a
new process, the others on one handout of each kind in two processes that have laid them out before. `all` compares
with `BIFOLIO_PLAIN_ENGINE=1`. Printed are the medians, and the median of how much of the time is saved.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bifolio.build.pipeline import Pipeline  # noqa: E402
from bifolio.content.repository import Repository  # noqa: E402
from bifolio.core.cache import Cache  # noqa: E402
from bifolio.layout.pages import lay_out_plate  # noqa: E402
from bifolio.layout.weasyprint import loader, speedups, startup  # noqa: E402
from bifolio.model.job import Job  # noqa: E402
from bifolio.resolve import resolve  # noqa: E402

FONTS = ROOT / "styles" / "fonts"

IMPORT = """if True:
    import contextlib, sys
    from bifolio.layout.weasyprint import startup
    with contextlib.ExitStack() as stack:
        for step in startup.STEPS:
            if step.__name__ != sys.argv[1]:
                stack.enter_context(step())
        import weasyprint
"""


def import_seconds(left_out: str) -> float:
    """Import WeasyPrint in a new process; return its CPU seconds with those of the programs that it starts."""
    process = subprocess.Popen([sys.executable, "-c", IMPORT, left_out], cwd=ROOT)  # noqa: S603
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(process.returncode)
    return usage.ru_utime + usage.ru_stime


def first_layout_seconds(left_out: str, html: str) -> float:
    """Return the CPU seconds of the first layout in a process of its own."""
    with _worker(left_out) as worker:
        return worker.apply(_layout_seconds, (html,))


def _worker(left_out: str) -> Pool:
    """Start a process with WeasyPrint loaded and all speedups but one applied."""
    return get_context("fork").Pool(1, _patch, (left_out,))


def _patch(left_out: str) -> None:
    loader.applied.undo()
    if left_out == "all":
        os.environ["BIFOLIO_PLAIN_ENGINE"] = "1"
    for patch in loader.wanted_patches():
        if patch.__name__ != left_out:
            patch(loader.applied)


def _layout_seconds(html: str) -> float:
    gc.collect()
    start = time.process_time()
    lay_out_plate(html, FONTS, "measured")
    return time.process_time() - start


Pairs = list[tuple[float, float]]
"""CPU seconds with a speedup, and without."""


def in_turn(measure: Callable[[str], float], name: str, pairs: int) -> Pairs:
    """Measure with and without a speedup in turn; which comes first alternates, too."""
    found = []
    for number in range(pairs):
        times = {left_out: measure(left_out) for left_out in (("", name), (name, ""))[number % 2]}
        found.append((times[""], times[name]))
    return found


def warm_in_turn(pages: Sequence[str], name: str, pairs: int) -> Pairs:
    """Lay all pages out in two processes that have done so before, each page four times in turn."""
    with _worker("") as with_it, _worker(name) as without_it:
        workers = {"": with_it, name: without_it}

        def seconds(html: str, left_out: str) -> float:
            return workers[left_out].apply(_layout_seconds, (html,))

        for html in pages:
            in_turn(partial(seconds, html), name, 1)
        found = []
        for _ in range(pairs):
            times = [pair for html in pages for pair in in_turn(partial(seconds, html), name, 2)]
            found.append((sum(one for one, _ in times), sum(other for _, other in times)))
    return found


def report(name: str, pairs: Pairs) -> str:
    """Say what a speedup saves."""
    with_it, without_it = (statistics.median(times) for times in zip(*pairs, strict=True))
    saved = sorted(1 - one / other for one, other in pairs)
    return (
        f"{name:26} {with_it:.3f} s with, {without_it:.3f} s without: "
        f"{statistics.median(saved):.1%} saved ({saved[0]:.1%} to {saved[-1]:.1%})"
    )


def one_of_each_kind() -> list[str]:
    """Compose the first handout of each kind that comes on a letter page."""
    repository = Repository(ROOT)
    by_kind = {
        repository.handout(item).kind: item for item in sorted(repository.catalogue.handouts, reverse=True)
    }
    by_kind.pop("booklet", None)
    with tempfile.TemporaryDirectory() as folder:
        pipeline = Pipeline(repository, Cache(Path(folder)))
        brand = repository.catalogue.brands[0]
        jobs = (Job(item, "letter", "calm", "us", "en", brand, "pdf") for _, item in sorted(by_kind.items()))
        return [pipeline.stages.compose(resolve(repository, job).layout) for job in jobs]


def main() -> None:
    """Measure what is named, or everything."""
    imports = [step.__name__ for step in startup.STEPS]
    layouts = [speedup.__name__ for speedup in speedups.SPEEDUPS]
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *imports, *layouts, "all"])
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    pages = one_of_each_kind()
    loader.load(FONTS)
    for name in options.names or [*imports, *layouts, "all"]:
        if name in imports:
            pairs = in_turn(import_seconds, name, options.pairs)
        elif name == speedups.cache_c_types.__name__:
            pairs = in_turn(lambda left_out: first_layout_seconds(left_out, pages[0]), name, options.pairs)
        else:
            pairs = warm_in_turn(pages, name, options.pairs)
        print(report(name, pairs), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
