"""Cluster: batches that are made on the machines of a Dask cluster, and published here.

Its workers share no disk with this machine. They get the project by value, once each: its files, as they were
when the build began; and with a batch the plates and slots that others have already made. A worker that was
set up with another version of Bifolio or of its libraries is refused, as its files would not be the same bytes.
Dask gives the work of a lost worker to another.
"""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from bifolio.build.jobs import Job
from bifolio.build.pipeline import Workshop, engine, packed
from bifolio.build.publish import Artefact
from bifolio.build.scheduler import Batch, Delivery, Rack, Site
from bifolio.build.workers import Crew, SameProcess
from bifolio.content.repository import Library
from bifolio.core.cache import Store
from bifolio.core.diagnostics import Diagnostic, PressError, ToolError
from bifolio.core.fingerprints import Ledger, Snapshot

T = TypeVar("T")

_SECONDS = 10
"""How long to wait for the scheduler, and for the first worker."""


@dataclass(frozen=True)
class Kit:
    """A project by value."""

    files: Mapping[str, bytes]
    """Every file that a build may read, by its name in the project."""
    digests: Mapping[str, str]
    """What a ledger found of them."""
    made_with: str
    """The program and its libraries."""
    table: str | None = None
    """The table of clinics, by its name in `beside`."""
    beside: Mapping[str, bytes] = field(default_factory=dict)
    """The table and the logos that its rows name, by their names in its folder."""

    @property
    def mark(self) -> str:
        """Name this state of this project."""
        beside = {name: hashlib.sha256(body).hexdigest() for name, body in self.beside.items()}
        said = repr((self.digests, self.made_with, self.table, beside))
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True)
class _Parcel:
    """What comes back from another machine."""

    delivery: Delivery
    kept: Mapping[str, bytes]
    """Unfinished work that other batches may share."""
    marks: Mapping[str, str]
    """What each file was made from, by its path."""


class Cluster(Crew):
    """Workers of a Dask cluster."""

    def __init__(self, client: Any, lost: tuple[type[Exception], ...]) -> None:
        self._client = client
        self._executor = client.get_executor(pure=False)
        self._kits: dict[Path, Any] = {}
        self._shared: dict[Any, set[str]] = {}
        self.hands = 2 * sum(client.nthreads().values())  # one batch lies ready where another is made
        self.lost = (*lost, CancelledError)

    def make(self, site: Site, batch: Batch) -> Future[Any]:
        """Make a batch somewhere; give the future parcel, for `take`."""
        store = Store(site.store, since=site.since)
        marks = {mark for share in batch.shares for mark in self._shared.get(share, ())}
        given = {mark: body for mark in sorted(marks) if (body := store.find(mark)) is not None}
        parcel: Future[Any] = self._executor.submit(_make, self._kit(site), batch.jobs, given)
        return parcel

    def take(self, done: Future[Any], batch: Batch, site: Site) -> Delivery:
        """Unpack what came of a batch: its files onto the rack, what others may share into the store."""
        parcel: _Parcel = done.result()
        store = Store(site.store, since=site.since)
        for mark, body in parcel.kept.items():
            store.keep(mark, body)
        for share in batch.shares:
            self._shared.setdefault(share, set()).update(parcel.kept)
        rack, came = Rack(site.path.parent), parcel.delivery
        for artefact in came.artefacts:
            if (said := came.said[artefact.path]) is not None:
                store.keep(parcel.marks[artefact.path], packed(artefact, said))
        return replace(came, artefacts=tuple(map(rack.put, came.artefacts)))

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Do here what is no batch: the pictures of a shelf, a build of one batch."""
        return SameProcess().submit(fn, *args, **kwargs)

    def _kit(self, site: Site) -> Any:
        """Send the project, once for a build; it stays on the cluster as long as this build does."""
        if site.path not in self._kits:
            self._kits[site.path] = self._client.submit(_carried, kit_of(site), pure=False)
        return self._kits[site.path]


@contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """Connect to a Dask scheduler; raise ToolError where there is none, or none of its workers will do."""
    try:
        import distributed
    except ImportError as error:
        raise ToolError(
            Diagnostic(
                "press.no-dask",
                "a build on a cluster needs the library distributed, which is not here",
                help="install it in this environment: pip install distributed; see docs/cluster.md",
            )
        ) from error
    dask: Any = distributed  # parts of it have types
    try:
        # Dask tries an address again until the time is over, even one of a kind that nothing could answer.
        dask.comm.registry.get_backend(dask.comm.parse_address(address)[0])
        client = dask.Client(address, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ToolError(
            Diagnostic(
                "press.no-scheduler",
                f'no scheduler answers at "{address}"',
                help="start one: dask scheduler; it tells its address, tcp://…",
            )
        ) from error
    try:
        _expect_workers(client, address)
        yield Cluster(client, (dask.KilledWorker,))
    finally:
        client.close(timeout=_SECONDS)


def _expect_workers(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_SECONDS)
    except OSError as error:  # TimeoutError is one
        raise ToolError(
            Diagnostic(
                "press.no-worker",
                f'the scheduler at "{address}" has no workers',
                help=f"start one on each machine: dask worker {address} --nthreads 1",
            )
        ) from error
    ours = made_with()
    for worker, theirs in sorted(client.run(_made_with).items()):
        if theirs != ours:
            raise ToolError(
                Diagnostic(
                    "press.other-version",
                    f'the worker "{worker}" has {_unlike(ours, theirs)}',
                    help="set it up from the same version of Bifolio and its lock file, and start it again",
                )
            )


def _unlike(ours: str, theirs: str | None) -> str:
    if theirs is None:
        return "no Bifolio"
    mine, other = set(ours.split()), set(theirs.split())
    return f"{', '.join(sorted(other - mine))} where this machine has {', '.join(sorted(mine - other))}"


def made_with() -> str:
    """Name the program, by what its modules say, and its libraries."""
    code = Ledger(Path()).program()
    return " ".join(f"{name}={number}" for name, number in {**engine(), "code": code[:12]}.items())


def kit_of(site: Site) -> Kit:
    """Pack the project that a build is of; a digest is of what was packed, whatever stood there before."""
    snapshot = site.snapshot or Ledger(site.root).snapshot()
    files = {
        name: Path(path).read_bytes()
        for name, (path, _) in snapshot.stats.items()
        if not name.startswith("engine/")
    }
    digests = {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
    table = site.table
    beside = _with_logos(site.root, table) if table else {}
    return Kit(files, {**snapshot.digests, **digests}, made_with(), table.name if table else None, beside)


def _with_logos(root: Path, table: Path) -> dict[str, bytes]:
    """Give a table of clinics and the logos of its rows; what is wrong with a row was told before."""
    library = Library(root)
    names, _ = library.receive(table)
    logos = []
    for name in names:
        with suppress(PressError):
            logos.append(library.brand(name).logo_path or "")
    files = {logo: path for logo in logos if (path := table.parent / logo).is_file()}
    inside = {
        logo: path.read_bytes()
        for logo, path in files.items()
        if path.resolve().is_relative_to(table.parent.resolve())
    }
    return {**inside, table.name: table.read_bytes()}


# -- on the other machine ------------------------------------------------------------------------


def _carried(kit: Kit) -> Kit:
    """Give back what was brought: a task that any worker can do again where its result was lost."""
    return kit


def _made_with() -> str | None:
    return made_with()


class _OpenStore(Store):
    """A store that also tells what was kept."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.new: dict[str, bytes] = {}

    def keep(self, fingerprint: str, body: bytes) -> bytes:
        self.new[fingerprint] = body
        return super().keep(fingerprint, body)


_BESIDE = "beside"
"""The folder for a table of clinics, of which a project holds nothing."""


class _Unpacked:
    """A project that was brought, and the workshop over it; they go when another is brought."""

    def __init__(self, kit: Kit) -> None:
        self.mark = kit.mark
        self._folder = tempfile.TemporaryDirectory(prefix="bifolio-")
        root = Path(self._folder.name)
        for name, body in kit.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        library = Library(root)
        for name, body in kit.beside.items():
            path = root / _BESIDE / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        if kit.table:
            library.receive(root / _BESIDE / kit.table)
        self.store = _OpenStore(root / ".bifolio")
        self.shop = Workshop(library, self.store, None, Snapshot(kit.digests, {}))


_here: _Unpacked | None = None
_one_at_a_time = threading.Lock()  # a worker may have several threads, and a workshop has one pair of hands


def _make(kit: Kit, jobs: Sequence[Job], given: Mapping[str, bytes]) -> _Parcel:
    global _here  # noqa: PLW0603 - a process has one, and a task brings only plain values
    with _one_at_a_time:
        if _here is None or _here.mark != kit.mark:
            _here = _Unpacked(kit)
        shop, store = _here.shop, _here.store
        for mark, body in given.items():
            store.keep(mark, body)
        store.new = {}
        delivery = shop.deliver(jobs, _Hands())
        marks = {job.path: shop.mark(job) or "" for job in jobs}
        shared = {mark: body for mark, body in store.new.items() if mark not in marks.values()}
        return _Parcel(delivery, shared, marks)


class _Hands(Rack):
    """No rack: what is finished is carried home."""

    def __init__(self) -> None:
        super().__init__(Path())

    def put(self, artefact: Artefact) -> Artefact:
        return artefact
