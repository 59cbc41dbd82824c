"""Cluster: batches that are made on the machines of a Dask cluster, and published here.

Its workers share no disk with this machine. They get the project by value, once each: its files, as they were
when the build began; and with a batch the plates and slots that others have already made. A worker that was
set up with another version of Bifolio or of its libraries is refused, as its files would not be the same bytes.
Dask gives the work of a lost worker to another.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from bifolio.build.pipeline import Pipeline
from bifolio.build.scheduler import Batch, BatchResult, BatchWorkers, BuildContext
from bifolio.build.staging import StagingArea
from bifolio.content.repository import Repository
from bifolio.core.cache import Cache
from bifolio.core.diagnostics import BifolioError, Diagnostic, ToolError
from bifolio.core.files import STORE, ProjectFiles
from bifolio.core.fingerprints import engine_fingerprint, engine_version, fingerprint_of
from bifolio.core.process_pool import InlineExecutor
from bifolio.model.artifact import Artifact
from bifolio.model.brand.spec import place_of
from bifolio.model.job import Job

T = TypeVar("T")

_SECONDS = 10
"""How long to wait for the scheduler, and for the first worker."""


@dataclass(frozen=True)
class ProjectBundle:
    """A project by value."""

    files: Mapping[str, bytes]
    """Every file that a build may read, by its name in the project."""
    engine: str
    """The fingerprint of the program and its libraries."""
    table: str | None = None
    """The table of clinics, by its name in `beside`."""
    beside: Mapping[str, bytes] = field(default_factory=dict)
    """The table and the logos that its rows name, by their names in its folder."""


@dataclass(frozen=True)
class RemoteResult:
    """What comes back from another machine."""

    result: BatchResult
    shared: Mapping[str, bytes]
    """Unfinished work that other batches may share."""


class DaskWorkers(BatchWorkers):
    """Workers of a Dask cluster."""

    def __init__(self, client: Any, lost_errors: tuple[type[Exception], ...]) -> None:
        self._client = client
        self._executor = client.get_executor(pure=False)
        self._bundles: dict[BuildContext, Any] = {}
        self._shared: dict[Any, set[str]] = {}
        self.workers = 2 * sum(client.nthreads().values())  # one batch lies ready where another is made
        self.lost_errors = (*lost_errors, CancelledError)

    def make(self, context: BuildContext, batch: Batch) -> Future[Any]:
        """Make a batch somewhere; return a future of what comes back, for `take`."""
        cache = Cache(context.cache, since=context.since)
        keys = {key for share in batch.shares for key in self._shared.get(share, ())}
        given = {key: body for key in sorted(keys) if (body := cache.find(key)) is not None}
        made: Future[Any] = self._executor.submit(_make, self._bundle(context), batch.jobs, given)
        return made

    def take(self, done: Future[Any], batch: Batch, context: BuildContext) -> BatchResult:
        """Unpack what came of a batch: its files into the staging area, what others may share into the cache."""
        remote: RemoteResult = done.result()
        cache, staging = Cache(context.cache, since=context.since), StagingArea(context.staging)
        for key, body in remote.shared.items():
            cache.keep(key, body)
        for share in batch.shares:
            self._shared.setdefault(share, set()).update(remote.shared)
        for artifact in remote.result.artifacts:
            if artifact.rows is not None:
                cache.keep(artifact.fingerprint, artifact.to_bytes())
        return replace(remote.result, artifacts=tuple(map(staging.put, remote.result.artifacts)))

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Do here what is no batch: the pictures of a shelf, a build of one batch."""
        return InlineExecutor().submit(fn, *args, **kwargs)

    def _bundle(self, context: BuildContext) -> Any:
        """Send the project, once for a build; it stays on the cluster as long as this build does."""
        if context not in self._bundles:
            self._bundles[context] = self._client.submit(_carried, bundle_of(context), pure=False)
        return self._bundles[context]


@contextmanager
def cluster(address: str) -> Iterator[DaskWorkers]:
    """Connect to a Dask scheduler; raise ToolError where there is none, or none of its workers will do."""
    try:
        import distributed
    except ImportError as error:
        raise ToolError(
            Diagnostic(
                "cluster.no-dask",
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
                "cluster.no-scheduler",
                f'no scheduler answers at "{address}"',
                help="start one: dask scheduler; it tells its address, tcp://…",
            )
        ) from error
    try:
        _expect_workers(client, address)
        yield DaskWorkers(client, (dask.KilledWorker,))
    finally:
        client.close(timeout=_SECONDS)


def _expect_workers(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_SECONDS)
    except OSError as error:  # TimeoutError is one
        raise ToolError(
            Diagnostic(
                "cluster.no-worker",
                f'the scheduler at "{address}" has no workers',
                help=f"start one on each machine: dask worker {address} --nthreads 1",
            )
        ) from error
    ours = engine_version()
    for worker, theirs in sorted(client.run(_engine_version).items()):
        if theirs != ours:
            raise ToolError(
                Diagnostic(
                    "cluster.other-version",
                    f'the worker "{worker}" has {_unlike(ours, theirs)}',
                    help="set it up from the same version of Bifolio and its lock file, and start it again",
                )
            )


def _unlike(ours: Mapping[str, str], theirs: Mapping[str, str] | None) -> str:
    """Return what a worker has, and what this machine has in its place."""
    if theirs is None:
        return "no Bifolio"
    names = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
    there, here = (
        ", ".join(f"{name}={has.get(name, 'none')[:12]}" for name in names) for has in (theirs, ours)
    )
    return f"{there} where this machine has {here}"


def bundle_of(context: BuildContext) -> ProjectBundle:
    """Pack the project that a build is of."""
    found = ProjectFiles(context.root)
    files = {name: Path(state.path).read_bytes() for name, state in found.states.items()}
    table = context.table
    beside = _with_logos(context.root, table) if table else {}
    return ProjectBundle(files, engine_fingerprint(), table.name if table else None, beside)


def _with_logos(root: Path, table: Path) -> dict[str, bytes]:
    """Return a table of clinics and the logos of its rows; what is wrong with a row has been reported before."""
    repository, _ = Repository(root).with_table(table)
    files = ProjectFiles(table.parent)
    found = {table.name: table.read_bytes()}
    for name in repository.guests:
        with suppress(BifolioError, OSError):
            if logo := repository.brand(name).logo_path:
                found[place_of(logo)] = files.read_bytes(place_of(logo))
    return found


# -- on the other machine ------------------------------------------------------------------------


def _carried(bundle: ProjectBundle) -> ProjectBundle:
    """Return what was brought: a task that any worker can do again where its result was lost."""
    return bundle


def _engine_version() -> dict[str, str]:
    return dict(engine_version())


class _OpenCache(Cache):
    """A cache that also tells what was kept."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.new: dict[str, bytes] = {}

    def keep(self, fingerprint: str, body: bytes) -> bytes:
        self.new[fingerprint] = body
        return super().keep(fingerprint, body)


_BESIDE = "beside"
"""The folder for a table of clinics, of which a project holds nothing."""


class _Unpacked:
    """A project that was brought, and the pipeline over it; they go when another is brought."""

    def __init__(self, bundle: ProjectBundle) -> None:
        self.fingerprint = fingerprint_of(bundle)
        self._folder = tempfile.TemporaryDirectory(prefix="bifolio-")
        root = Path(self._folder.name)
        beside = {f"{_BESIDE}/{name}": body for name, body in bundle.beside.items()}
        for name, body in {**bundle.files, **beside}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        self.cache = _OpenCache(root / STORE)
        repository = Repository(root, memory=self.cache.memory)
        if bundle.table:
            repository, _ = repository.with_table(root / _BESIDE / bundle.table)
        self.pipeline = Pipeline(repository, self.cache)


_here: _Unpacked | None = None
_one_at_a_time = threading.Lock()  # a worker may have several threads, and a pipeline serves one


def _make(bundle: ProjectBundle, jobs: Sequence[Job], given: Mapping[str, bytes]) -> RemoteResult:
    global _here  # noqa: PLW0603 - a process has one, and a task brings only plain values
    with _one_at_a_time:
        if _here is None or _here.fingerprint != fingerprint_of(bundle):
            _here = _Unpacked(bundle)
        pipeline, cache = _here.pipeline, _here.cache
        for key, body in given.items():
            cache.keep(key, body)
        cache.new = {}
        result = pipeline.make_batch(jobs, _as_it_is)
        finished = {artifact.fingerprint for artifact in result.artifacts}
        return RemoteResult(result, {key: body for key, body in cache.new.items() if key not in finished})


def _as_it_is(artifact: Artifact) -> Artifact:
    """Leave a finished file where it is: it is carried home."""
    return artifact
