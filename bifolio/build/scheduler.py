"""Schedule: jobs → batches, and batches → workers, several at once. Reports progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from bifolio.core.diagnostics import BifolioError, Diagnostic, ToolError
from bifolio.model.artifact import Artifact
from bifolio.model.job import Job

T = TypeVar("T")


class Prepared(NamedTuple):
    """A job, and the work that it shares with others."""

    job: Job
    fingerprint: str | None
    """Of the file that it makes; None where it is not known yet."""
    plate: Hashable
    slots: Hashable
    length: int
    """How long the words of the handout are."""


@dataclass(frozen=True)
class Batch:
    """Jobs that one worker makes in turn, as they stand on one layout of one clinic."""

    jobs: tuple[Job, ...]
    shares: frozenset[Hashable]
    """What others use, too, and the first of them makes: a plate, a clinic's slots."""
    weight: float
    """How much of all the work it is, by a guess; that of all batches together is 1."""
    of: int
    """How many jobs there are in all batches."""


@dataclass(frozen=True)
class BatchResult:
    """What came of a batch."""

    artifacts: tuple[Artifact, ...]
    failures: tuple[BifolioError, ...] = ()
    made: int = 0
    """How many files were not found in the cache but made."""


@dataclass(frozen=True)
class BuildContext:
    """What a worker must know of a build: where the project lies, and where finished work goes."""

    number: int
    """Tells the builds of one process apart: a pipeline knows the project as it was when its build began."""
    root: Path
    cache: Path
    since: int
    """Work that was kept before is made again; see `Cache`."""
    staging: Path
    table: Path | None = None
    """The table of clinics whose rows are brands."""


class BatchWorkers(Executor):
    """Workers that make whole batches, several at once."""

    workers: int
    """How many batches are made at once."""
    lost_errors: tuple[type[Exception], ...] = (BrokenExecutor,)
    """What means that a worker died, and nothing about its work."""

    def make(self, context: BuildContext, batch: Batch) -> Future[Any]:
        """Begin one batch; `take` returns what came of it."""
        raise NotImplementedError

    def take(self, done: Future[Any], batch: Batch, context: BuildContext) -> BatchResult:
        """Return what came of a batch, with its files in the staging area of the build."""
        del batch, context
        result: BatchResult = done.result()
        return result


def batches(prepared: Iterable[Prepared]) -> list[Batch]:
    """Group jobs into batches, those that take longest first."""
    together: dict[tuple[Hashable, Hashable], list[Prepared]] = {}
    for one in prepared:
        together.setdefault((one.plate, one.slots), []).append(one)
    laid_out: set[Hashable] = set()
    found: list[tuple[float, tuple[Job, ...], frozenset[Hashable]]] = []
    for (plate, slots), group in together.items():
        # Laying pages out takes most of the time; the rest goes with the number of files.
        weight = group[0].length * (0.2 * len(group) + (plate not in laid_out))
        laid_out.add(plate)
        found.append((weight, tuple(one.job for one in group), frozenset({plate, slots})))
    found.sort(key=lambda entry: -entry[0])
    whole, of = sum(weight for weight, *_ in found), sum(len(group) for _, group, _ in found)
    return [Batch(group, shares, weight / whole, of) for weight, group, shares in found]


def run(
    waiting: Iterable[Batch],
    make: Callable[[Batch], Future[Any]],
    workers: int,
    on_batch: Callable[[Batch], None],
    take: Callable[[Future[Any], Batch], BatchResult] = lambda done, _: done.result(),
    lost_errors: tuple[type[Exception], ...] = (BrokenExecutor,),
    ready: int = 0,
) -> list[BatchResult]:
    """Make each batch, as many at once as there are `workers`; call `on_batch` with each that is done.

    So many more lie `ready` for whoever is free first; of the last ones none does, as it could lie with who is free
    last. What batches share is made by the first of them, while the others wait. `take` returns what came of one
    that is done; one of `lost_errors` means that its worker died, and it is made again. Returns the results in the
    order of jobs, or raises one error with the findings of all.
    """
    left = list(waiting)
    under_way: dict[Future[Any], Batch] = {}
    begun: set[Hashable] = set()
    done: set[Hashable] = set()
    lost: Counter[Batch] = Counter()
    results: dict[Batch, BatchResult] = {}
    while left or under_way:
        at_once = workers + ready * (len(left) > workers)
        while len(under_way) < at_once and (at := _next(left, begun - done)) is not None:
            batch = left.pop(at)
            begun |= batch.shares
            under_way[make(batch)] = batch
        for future in wait(under_way, return_when=FIRST_COMPLETED).done:
            batch = under_way.pop(future)
            try:
                results[batch] = take(future, batch)
            except lost_errors:
                begun -= batch.shares - done
                left.insert(0, batch)
                lost[batch] += 1
                if lost[batch] == _MAX_LOST:
                    raise _worker_lost(batch) from None
                continue
            done |= batch.shares
            on_batch(batch)
    return [results[batch] for batch in sorted(results, key=lambda batch: batch.jobs)]


def _next(left: Sequence[Batch], in_the_making: AbstractSet[Hashable]) -> int | None:
    """Return the place of the first batch that waits for nothing."""
    return next((at for at, batch in enumerate(left) if not batch.shares & in_the_making), None)


_MAX_LOST = 3


def _worker_lost(batch: Batch) -> ToolError:
    return ToolError(
        Diagnostic(
            "build.worker-lost",
            f"the processes that worked on it were ended {_MAX_LOST} times, by the system or by somebody",
            where=str(batch.jobs[0]),
            help="give the machine more memory, or use fewer processes: --jobs 1",
        )
    )
