"""Spawning: what all workers of a page share, and one start after the other."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from bridge._browser import ffi
from bridge._browser import workers as host
from bridge._browser.ports import is_ready, open_port
from bridge._marshal.modules import is_sent, parcels
from bridge.errors import HostUnavailableError
from bridge.worker.causes import from_answer
from bridge.worker.errors import (
    RuntimeStartError,
    ScriptAddressError,
    ScriptRaisedError,
    StageTimeoutError,
)
from bridge.worker.sources import archive_in_turns, module_of
from bridge.worker.stages import Limits, Progress, Stage
from bridge.worker.starting import Start
from bridge.worker.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["forget_shared", "spawn"]

T = TypeVar("T")

logger = logging.getLogger("bridge.worker")

_INTERPRETER: Final = "bridge.worker.serving:Interpreter"
_ENVIRONMENT: Final = {"HOME": "/home/pyodide"}
_PRELOADED: Final = (
    "asyncio base64 contextlib dataclasses functools importlib inspect io json logging pickle "
    "random traceback typing zipfile bridge.worker.inside bridge.worker.serving bridge.rpc "
    "bridge.pool.inside bridge.offload.inside"
)
"""What the snapshot holds: compiled once for a page, and not by every worker again."""


@dataclass(frozen=True, slots=True)
class _Shared:
    """What one boot leaves for the next: objects of the page, which workers get by message."""

    module: object = None
    snapshot: object = None
    library: object = None
    lock: object = None
    seconds: float = 0.0

    def config(self) -> dict[str, object]:
        found = {name: getattr(self, name) for name in ("module", "snapshot", "library", "lock")}
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a start is made, whatever it starts."""

    files: dict[str, str]
    limits: Limits
    on_progress: Callable[[Progress], object] | None
    name: str
    began: float

    def start(self, name: str, until: str = "ready") -> Start:
        return Start(self.files, self.limits, self.on_progress, name, self.began, until=until)


_shared: dict[str, asyncio.Task[_Shared]] = {}


def forget_shared() -> None:
    """Drop the compiled module and the snapshot that workers of this page share."""
    _shared.clear()


async def spawn(
    serve: str | None = None,
    *,
    expose: str | None = None,
    packages: Iterable[str] = (),
    modules: Iterable[str] = (),
    limits: Limits | None = None,
    on_progress: Callable[[Progress], object] | None = None,
    script_url: str | None = None,
    index_url: str | None = None,
    share: bool = True,
    name: str = "bridge",
) -> Worker:
    """Start an interpreter in a worker; return when it serves.

    The first start of a page boots Pyodide once, keeps the compiled WebAssembly and a memory
    snapshot, and restores that; every further start restores only. Starts that begin while the
    first is going on wait for it.

    Args:
        serve: What the worker serves, as ``"package.module:function"``: a function that is called
            with the worker's `Port` (an ``async`` one goes on as a task). Its top-level module is
            sent along if its files are here.
        expose: Instead of ``serve``, the object for remote calls (`connect`), or a class, of which
            one instance is made. With neither: a `bridge.worker.serving.Interpreter`, which calls
            any function that both sides can import.
        packages: Packages of the Pyodide distribution, or absolute URLs of wheels.
        modules: Further top-level Python modules of this interpreter to send along, as they are
            now: a worker goes on with them when they are reloaded here. (A pool, and an executor of
            `bridge.offload`, send them again.)
        limits: Seconds per stage.
        on_progress: Called with every `Progress`.
        script_url: Where ``worker.mjs`` is served, with the other files that ``python -m
            bridge.assets DIR`` writes beside it. Left out: the files come out of this
            interpreter, as ``blob:`` URLs, which a strict content security policy forbids.
        index_url: Where the runtime is served; relative ones are resolved against the page's
            address. Left out: where this interpreter's came from.
        share: Whether to use and keep what workers can share; a start without is slower.
        name: Shown in the browser's tools.

    Raises:
        TypeError: Both ``serve`` and ``expose`` were given.
        WorkerLoadError: The worker did not start; one class per cause.
        SourceError: A module to send along has no files here.
        HostUnavailableError: Not in a browser.

    Examples:
        .. code-block:: python

            import math

            from bridge.worker import connect, spawn

            with await spawn() as worker:
                call = connect(worker).remote.call
                assert await call(math.factorial, 20) == 2432902008176640000
    """
    if serve and expose:
        raise TypeError("a worker either serves its port or exposes an object: give one of the two")
    runtime = _resolved(host.absolute, index_url) if index_url else host.index_url()
    runtime = runtime if runtime.endswith("/") else f"{runtime}/"
    files = _resolved(host.served_files, script_url) if script_url else _files()
    limits = limits or Limits()
    manner = _Manner(files, limits, on_progress, name, time.perf_counter())
    if script_url and not is_ready():
        await _load_port(files["port.mjs"], limits.script)
    expose = "" if serve else expose or _INTERPRETER
    served = module_of(serve or expose)
    shipped = [*modules, *([served] if is_sent(served) else ())]
    archives, digests = await _packed(shipped)
    config: dict[str, object] = {
        "runtime": runtime,
        "env": _ENVIRONMENT,
        "serve": serve or "",
        "expose": expose,
        "packages": list(packages),
        "sources": archives,
        "digests": json.dumps(digests),
    }
    shared = await _ensure_shared(runtime, manner) if share else _Shared()
    try:
        return await _start(config, shared, manner)
    except (RuntimeStartError, StageTimeoutError) as error:
        if shared.snapshot is None or error.stage is not Stage.RUNTIME:
            raise
        # It may be the snapshot that does not restore: from now on workers boot normally.
        shared = replace(shared, snapshot=None)
        _shared[runtime] = asyncio.ensure_future(_given(shared))
        if isinstance(error, StageTimeoutError):
            raise
    return await _start(config, shared, manner)


def _resolved(resolve: Callable[[str], T], url: str) -> T:
    try:
        return resolve(url)
    except HostUnavailableError:
        raise
    except Exception as refusal:
        raise ScriptAddressError(Stage.SCRIPT, url, str(refusal)) from refusal


async def _load_port(url: str, limit: float) -> None:
    """Load the script that ports of this page need.

    A policy that calls for served scripts forbids that Python evaluates one, as `open_port` does
    where this fails.
    """
    try:
        await host.load_script(url, limit)
    except TimeoutError:
        last = f"loading {url} into the page"
        raise StageTimeoutError(Stage.SCRIPT, limit, last) from None
    if is_ready():
        return
    try:
        open_port(host.message_channel()[0]).close()
    except HostUnavailableError as refusal:
        try:
            answer = await asyncio.wait_for(host.ask(url), limit)
        except TimeoutError:
            raise StageTimeoutError(Stage.SCRIPT, limit, f"asking for {url}") from refusal
        found = from_answer(Stage.SCRIPT, url, answer, isolated=host.is_isolated())
        raise (found or ScriptRaisedError(Stage.SCRIPT, url, str(refusal))) from refusal


async def _start(config: dict[str, object], shared: _Shared, manner: _Manner) -> Worker:
    words = host.shared_words()
    near, far = host.message_channel()
    start = manner.start(manner.name)
    given = {**config, **shared.config()}
    if words is not None:
        given["interrupt"] = words.memory
    await start.run({**given, "port": far}, (far,))
    if start.worker is None:
        raise RuntimeStartError(Stage.READY, "", "there is no worker")
    restored = bool(start.facts.get("restored"))
    module = bool(start.facts.get("compiled"))
    timings = start.timings
    worker = Worker(
        start.worker,
        open_port(near),
        start.scope,
        timings=timings.with_stage(Stage.RUNTIME, timings.runtime + shared.seconds),
        fast_path=frozenset(
            path for path, taken in (("module", module), ("snapshot", restored)) if taken
        ),
        packages=tuple(str(loaded) for loaded in _list(start.facts.get("loaded"))),
        words=words,
    )
    start.heard = lambda message, _raw: worker.heard(message)
    start.failed = worker.failed
    start.gone = worker.gone
    return worker


def _list(found: object) -> list[object]:
    return found if isinstance(found, list) else []


async def _ensure_shared(runtime: str, manner: _Manner) -> _Shared:
    making = _shared.get(runtime)
    first = making is None
    if making is None:
        making = _shared[runtime] = asyncio.ensure_future(_make(runtime, manner))

        def forget_failure(task: asyncio.Task[_Shared]) -> None:
            failed = task.cancelled() or task.exception() is not None
            if failed and _shared.get(runtime) is task:
                del _shared[runtime]

        making.add_done_callback(forget_failure)
    elif manner.on_progress is not None and not making.done():
        manner.on_progress(Progress(Stage.SCRIPT, "waiting for the first worker's snapshot", 0.0))
    # One that is cancelled does not take from the others what they wait for.
    found = await asyncio.shield(making)
    return found if first else replace(found, seconds=0.0)


async def _make(
    runtime: str,
    manner: _Manner,
) -> _Shared:
    """Boot once, in a worker of its own, and keep what can be shared."""
    start = manner.start(f"{manner.name} snapshot", "made")
    config = {
        "runtime": runtime,
        "env": _ENVIRONMENT,
        "make": True,
        "sources": (await _packed([]))[0],
        "preload": _preload(),
    }
    try:
        raw = await start.run(config)
        seconds = start.timings.script + start.since_stage()
        if reason := ffi.get(raw, "reason"):
            logger.warning("no memory snapshot, workers start slowly: %s", reason)
        found = {name: ffi.get(raw, name) for name in ("module", "snapshot", "library", "lock")}
        return _Shared(**found, seconds=seconds)
    finally:
        start.end()


def _preload() -> str:
    """Python that runs before the snapshot is made.

    What cannot be imported is left out: its error belongs to the worker that serves it. The call at
    the end makes the interpreter let go of the receiver of its last call into the page, which a
    snapshot cannot hold (Pyodide 0.27 and later).
    """
    return f"""
import contextlib, importlib, js, sys
for _name in {_PRELOADED!r}.split():
    with contextlib.suppress(ImportError, SyntaxError):
        importlib.import_module(_name)
del _name
sys._bridge_snapshot = True
js.Math.max(1, 2)
"""


async def _packed(modules: Iterable[str]) -> tuple[list[object], dict[str, str]]:
    """Return the archives of bridge and of modules, as arrays of the page, and their digests."""
    found = [await archive_in_turns(["bridge"])]
    digests: dict[str, str] = {}
    for module in dict.fromkeys(modules):
        parcel = await parcels.get_in_turns(module)
        if parcel is None:
            # Whoever names it wants it sent, whatever it is.
            found.append(await archive_in_turns([module]))
        else:
            found.append(parcel.archive)
            digests[module] = parcel.digest
    return [host.to_bytes(each) for each in found], digests


_blobs: dict[str, str] = {}


def _files() -> dict[str, str]:
    """The worker's files as part of this page; made once, since a URL keeps its blob alive."""
    if not _blobs:
        _blobs.update(host.blob_files())
    return dict(_blobs)


async def _given(shared: _Shared) -> _Shared:
    return shared
