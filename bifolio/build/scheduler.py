"""Press: runs a plan. Keeps finished work for the next build, tells how far it is, publishes at the end.

All jobs are made and verified before the first file is published: a fault anywhere leaves `output/` as it
was. Findings of all jobs are reported together.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bifolio.build.jobs import Job
from bifolio.build.publish import Artefact, is_running
from bifolio.core.cache import Store, writing
from bifolio.core.diagnostics import (
    ContentError,
    DesignError,
    Diagnostic,
    PressError,
    ProofError,
    RequestError,
    ToolError,
)
from bifolio.core.fingerprints import Snapshot

# -- what is finished and not yet published ------------------------------------------------------


class Rack:
    """Where finished files dry until all of a build are verified: a folder of the store, one for each build."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, artefact: Artefact) -> Artefact:
        """Lay one finished file on the rack, whole on the disk, and what is told of it; give it as it lies there."""
        place = self.folder / hashlib.sha256(artefact.path.encode()).hexdigest()
        told = place.with_suffix(".json")
        with writing(self.folder), place.open("wb") as file:
            file.write(artefact.body)
            file.flush()
            os.fsync(file.fileno())
            told.write_text(json.dumps(dict(artefact.facts)), "utf-8")
        return replace(artefact, made=place, told=told)


@contextmanager
def racked(store: Store) -> Iterator[Rack]:
    """Give a rack for one build; take it away at the end, and those of builds that were killed."""
    racks = store.folder / "rack"
    with writing(store.folder):
        for left in racks.glob("*"):
            if left.stem.isdecimal() and not is_running(int(left.stem)):
                shutil.rmtree(left, ignore_errors=True)
        rack = Rack(racks / str(os.getpid()))
        gone = rack.folder.with_suffix(".gone")
        shutil.rmtree(rack.folder, ignore_errors=True)
        rack.folder.mkdir(parents=True)
    try:
        yield rack
    finally:
        # After Ctrl-C a worker may still be about to lay something there, and a folder in use cannot be taken
        # away; one that goes by another name is found by nobody.
        with suppress(OSError):
            rack.folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


@dataclass(frozen=True)
class Site:
    """Where a build takes place, as a worker needs to know it: written to a file, and read from it."""

    path: Path
    root: Path
    store: Path
    since: int
    snapshot: Snapshot | None
    table: Path | None = None
    """The table of clinics that are brands here, too."""

    def write(self) -> Site:
        """Write it to `path`; give it back."""
        seen = (self.snapshot.digests, self.snapshot.stats) if self.snapshot else None
        told = {"root": str(self.root), "store": str(self.store), "since": self.since, "seen": seen}
        told["table"] = str(self.table) if self.table else None
        self.path.write_text(json.dumps(told), "utf-8")
        return self

    @classmethod
    def open(cls, path: Path) -> Site:
        """Read it from a file."""
        told = json.loads(path.read_text("utf-8"))
        seen = Snapshot(*told["seen"]) if told["seen"] else None
        table = Path(told["table"]) if told["table"] else None
        return cls(path, Path(told["root"]), Path(told["store"]), told["since"], seen, table)


# -- a plan in many hands ------------------------------------------------------------------------


@dataclass(frozen=True)
class Batch:
    """Jobs that one pair of hands makes one after another: all forms of one item for one clinic."""

    jobs: tuple[Job, ...]
    shares: frozenset[Hashable]
    """What it has in common with other batches, and the first of them makes: a plate, a clinic's slots."""
    weight: float
    """How much of all the work it is, by a guess; that of all batches together is 1."""
    of: int
    """How many jobs there are in all batches."""


@dataclass(frozen=True)
class Delivery:
    """What came of a batch."""

    artefacts: tuple[Artefact, ...]
    remarks: Mapping[tuple[str | None, str], Diagnostic]
    failures: tuple[PressError, ...]
    made: int
    """How many files were not found in the store but made."""
    said: Mapping[str, Sequence[Any] | None] = field(default_factory=dict)
    """What was said of each file, by its path; none where that points into a file that may change."""


def batches(
    jobs: Iterable[Job], place: Callable[[Job], Hashable], letters: Callable[[str], int]
) -> list[Batch]:
    """Put jobs into batches, those that take longest first.

    `place` gives all of a job that has a say in its layout, but for its item; `letters` how long an item is.
    """
    together: dict[tuple[str, Hashable, str], list[Job]] = {}
    for job in jobs:
        together.setdefault((job.item, place(job), job.brand), []).append(job)
    laid_out: set[Hashable] = set()
    found: list[tuple[float, tuple[Job, ...], frozenset[Hashable]]] = []
    for (item, where, brand), group in together.items():
        plate = ("plate", item, where)
        # Laying pages out takes most of the time; the rest goes with the number of files.
        weight = letters(item) * (0.2 * len(group) + (plate not in laid_out))
        laid_out.add(plate)
        found.append((weight, tuple(group), frozenset({plate, ("slots", brand, where)})))
    found.sort(key=lambda entry: -entry[0])
    whole, of = sum(weight for weight, *_ in found), sum(len(group) for _, group, _ in found)
    return [Batch(group, shares, weight / whole, of) for weight, group, shares in found]


def run(
    waiting: Iterable[Batch],
    make: Callable[[Batch], Future[Any]],
    hands: int,
    told: Callable[[Batch], None],
    take: Callable[[Future[Any], Batch], Delivery] = lambda done, _: done.result(),
    lost_by: tuple[type[Exception], ...] = (BrokenExecutor,),
    ready: int = 0,
) -> list[Delivery]:
    """Have each batch made, as many at once as there are `hands`; tell of each that is done.

    So many more lie `ready` for who is free first; of the last ones none does, as it could lie with who is free
    last. What batches share is made by the first of them, while the others wait. `take` gives what came of one
    that is done; one of the errors `lost_by` tells that its worker died, and it is made again. Gives what was
    delivered, in the order of jobs, or raises one error with the findings of all.
    """
    left = list(waiting)
    under_way: dict[Future[Any], Batch] = {}
    begun: set[Hashable] = set()
    done: set[Hashable] = set()
    lost: Counter[Batch] = Counter()
    delivered: dict[Batch, Delivery] = {}
    while left or under_way:
        at_once = hands + ready * (len(left) > hands)
        while len(under_way) < at_once and (at := _next(left, begun - done)) is not None:
            batch = left.pop(at)
            begun |= batch.shares
            under_way[make(batch)] = batch
        for future in wait(under_way, return_when=FIRST_COMPLETED).done:
            batch = under_way.pop(future)
            try:
                delivered[batch] = take(future, batch)
            except lost_by:
                begun -= batch.shares - done
                left.insert(0, batch)
                lost[batch] += 1
                if lost[batch] == _MOST_LOST:
                    raise _worker_lost(batch) from None
                continue
            done |= batch.shares
            told(batch)
    return [delivered[batch] for batch in sorted(delivered, key=lambda batch: batch.jobs)]


def _next(left: Sequence[Batch], in_the_making: AbstractSet[Hashable]) -> int | None:
    """Give the place of the first batch that waits for nothing."""
    return next((at for at, batch in enumerate(left) if not batch.shares & in_the_making), None)


_MOST_LOST = 3


def _worker_lost(batch: Batch) -> ToolError:
    return ToolError(
        Diagnostic(
            "press.worker-lost",
            f"the processes that worked on it were ended {_MOST_LOST} times, by the system or by somebody",
            where=str(batch.jobs[0]),
            help="give the machine more memory, or use fewer processes: --jobs 1",
        )
    )


_GRAVEST_FIRST = (ToolError, RequestError, ContentError, DesignError, ProofError)


def together(failures: list[PressError]) -> PressError:
    """Join several errors into one: each finding once, of the gravest kind among them."""
    findings: dict[tuple[object, ...], Diagnostic] = {}
    for failure in failures:
        for finding in failure.findings:
            findings.setdefault((finding.sort_key, finding.message), finding)
    kind = next(kind for kind in _GRAVEST_FIRST if any(isinstance(f, kind) for f in failures))
    return kind(findings.values())
