"""The application's state, and the work that changes it. No element of the page is named here."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Final

from bridge.binding import Field
from bridge.errors import BridgeError
from bridge.offload import CallScope, Slot, WorkerExecutor
from bridge.pool import Event, EventKind, NoWorkerError, PoolTask, Stats, WorkerPool
from bridge.reactivity import Signal, computed, observable
from bridge.worker import spawn
from columns import analysis, samples

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.worker import Worker

SCRIPT: Final = "workers/worker.mjs"
"""Where the files of ``python -m bridge.assets workers`` are served, seen from the page."""
MOST_WORKERS: Final = 8


class State(Enum):
    """What has become of a file."""

    NEW = "not analysed"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@observable
@dataclass(eq=False)
class Job:
    """A file and what is known of it; every field can be followed."""

    name: str
    data: bytes
    state: State = State.NEW
    progress: float = 0.0
    summary: analysis.Summary | None = None
    problem: str = ""
    task: PoolTask[analysis.Summary] | None = None

    @property
    def pending(self) -> bool:
        """Whether a pool has it."""
        return self.state in {State.WAITING, State.RUNNING}


def workers_of(text: str) -> int:
    """Read the number of workers from a form."""
    if not text.strip().isdecimal() or not 1 <= int(text) <= MOST_WORKERS:
        raise ValueError(f"Enter a whole number from 1 to {MOST_WORKERS}.")
    return int(text)


def told_of(error: BaseException) -> str:
    """Say what went wrong, by the name of its class and in its words."""
    return f"{type(error).__name__}: {error}"


async def start_worker(name: str) -> Worker:
    """Start a worker of the pool from the script that is served beside the page."""
    return await spawn("bridge.pool.inside:serve", script_url=SCRIPT, name=name)


class Work:
    """Everything that the page shows, and everything that its user can have done."""

    def __init__(self) -> None:
        self.jobs: Signal[list[Job]] = Signal([])
        self.separator = Signal(",")
        self.workers: Field[int] = Field(Signal(2), workers_of)
        self.problem = Signal("")
        self.event = Signal("")
        self.stats: Signal[Stats | None] = Signal(None)
        # A worker of its own: a search does not wait for the analyses.
        executor = WorkerExecutor(script_url=SCRIPT, patience=1.0, name="search")
        self.scope = CallScope("columns", executor=executor)
        self.search: Slot[tuple[int, list[str]]] = Slot("search", scope=self.scope)
        self.news = computed(self._news)

    def _news(self) -> str:
        jobs = self.jobs.value
        if not jobs:
            return "No files yet."
        states = [job.state for job in jobs]
        done, failed = states.count(State.DONE), states.count(State.FAILED)
        return f"{done} of {len(jobs)} files analysed, {failed} failed."

    def add(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Take files; a name that is there already is replaced."""
        jobs = {job.name: job for job in self.jobs.value}
        for name, data in files:
            if name in jobs:
                self.cancel(jobs[name])
            jobs[name] = Job(name, data)
        self.jobs.value = list(jobs.values())

    async def add_samples(self) -> None:
        """Make sample files, in a worker: it takes long enough to be felt."""
        self.problem.value = ""
        try:
            for name in samples.NAMES:
                self.add([(name, await self.scope.offload(samples.readings, name))])
        except BridgeError as error:
            self.problem.value = told_of(error)

    async def analyse(self) -> None:
        """Analyse what has not been: one task per file, on a pool that ends with them."""
        if self.workers.error.value:
            return
        self.problem.value = ""
        jobs = [job for job in self.jobs.value if job.state is not State.DONE]
        pool = WorkerPool(self.workers.signal.value, spawning=start_worker)
        following = [pool.listen(self._heard), pool.live.subscribe(self.stats.set)]
        try:
            async with pool:
                await asyncio.gather(*(self._analyse(job, pool) for job in jobs))
        finally:
            for stop in following:
                stop()

    async def _analyse(self, job: Job, pool: WorkerPool) -> None:
        job.state, job.progress, job.problem = State.WAITING, 0.0, ""
        # Reading a file twice does no harm: when a worker dies, another one gets its file.
        told = pool.options(idempotent=True, on_progress=partial(self._progress, job))
        job.task = task = await told.submit(analysis.summarise, job.data, self.separator.value)
        # Not `await task`: one that is cancelled must not look like the end of this coroutine.
        await asyncio.wait({task})
        if task.cancelled():
            job.state = State.CANCELLED
        elif error := task.exception():
            job.problem, job.state = f"{error}", State.FAILED
            if isinstance(error, NoWorkerError):
                self.problem.value = told_of(error.__cause__ or error)
        else:
            job.summary, job.state = task.result(), State.DONE

    def _progress(self, job: Job, fraction: float) -> None:
        job.state, job.progress = State.RUNNING, fraction

    def _heard(self, event: Event) -> None:
        if event.kind is EventKind.DIED:
            self.event.value = f"Worker {event.worker} died; its files go to another one."
        elif event.kind is EventKind.FAILED:
            self.event.value = f"Worker {event.worker} did not start: {event.cause}"

    def cancel(self, *jobs: Job) -> None:
        """Give up the analysis of some files, or of all."""
        for job in jobs or self.jobs.value:
            if job.task is not None:
                job.task.cancel()

    def remove(self, job: Job) -> None:
        """Forget a file."""
        self.jobs.value = [each for each in self.jobs.value if each is not job]

    async def look_up(self, wanted: str) -> None:
        """Search all files; a later search overtakes this one."""
        if not wanted:
            self.search.cancel()
            self.search.value.value = None
            return
        await asyncio.sleep(0.15)
        files = {job.name: job.data for job in self.jobs.value}
        # The view follows the slot's error.
        with contextlib.suppress(BridgeError):
            await self.search.offload(analysis.find, files, wanted)
