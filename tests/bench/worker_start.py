"""The suite ``worker_start``: what a Python worker costs; runs in the page.

A start counts from the request to the answer of the first call. Memory is the WebAssembly memory of
the worker's interpreter, as it says itself; compiled code, which workers of a page may share, and
the JavaScript heap are not in it.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable


UNIT: Final = "ms (of memory: MB)"
PACKAGES: Final = ("numpy",)
"""What the page's server must have beside the runtime."""

BY_HAND: Final = "new Worker, loadPyodide"
FIRST: Final = "spawn, first of a page"
LATER: Final = "spawn, later"

START: Final = "start"
START_NUMPY: Final = "start with NumPy"
MEMORY: Final = "memory"
MEMORY_NUMPY: Final = "memory with NumPy"
INTERRUPT: Final = "interrupt of a loop, known"
CLOSED: Final = "close() in the worker, known"
ABORTED: Final = "abort of the interpreter, known"
TERMINATED: Final = "terminate(), pending call told"
ROWS: Final = (
    START,
    START_NUMPY,
    MEMORY,
    MEMORY_NUMPY,
    INTERRUPT,
    CLOSED,
    ABORTED,
    TERMINATED,
)
_NEVER: Final = "never: nobody is told"
_AS_LATER: Final = "as later"

_MB: Final = 1 << 20

_WORKER: Final = """
(runtime, packages) => new Promise((resolve, reject) => {
  const source = `
    import { loadPyodide } from "${runtime}pyodide.mjs";
    const pyodide = await loadPyodide({ indexURL: "${runtime}" });
    if (${packages.length}) {
      await pyodide.loadPackage(${JSON.stringify(packages)});
      ${JSON.stringify(packages)}.forEach((name) => pyodide.runPython("import " + name));
    }
    onmessage = ({ data }) => postMessage([pyodide.runPython(data), pyodide._module.HEAPU8.length]);
    postMessage("ready");
  `;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  worker.onerror = reject;
  worker.onmessage = ({ data }) => {
    if (data === "ready") return worker.postMessage("abs(-3)");
    worker.terminate();
    URL.revokeObjectURL(url);
    if (data[0] !== 3) return reject(new Error(`answered ${data[0]}`));
    resolve(data[1]);
  };
})
"""


def memory() -> int:
    """Return the bytes of this interpreter's memory."""
    import pyodide_js  # noqa: PLC0415 - present in Pyodide only

    return int(pyodide_js._module.HEAPU8.length)


def load(package: str) -> None:
    """Import a package."""
    importlib.import_module(package)


def spin() -> None:
    """Say that it begins, and compute without end."""
    from bridge.rpc import report_progress  # noqa: PLC0415 - for this one

    report_progress("begun")
    while True:
        pass


def leave() -> None:
    """Close this worker."""
    import js  # noqa: PLC0415 - present in Pyodide only

    js.close()


def abort() -> None:
    """End this interpreter."""
    import os  # noqa: PLC0415 - for this one

    os.abort()


async def _by_hand(packages: tuple[str, ...]) -> tuple[float, float]:
    """Start one as people write it; return milliseconds and bytes."""
    from pyodide.code import run_js  # noqa: PLC0415 - only a page has it

    from bridge._browser.workers import index_url  # noqa: PLC0415 - the same

    start: Callable[..., Awaitable[Any]] = run_js(_WORKER)
    began = time.perf_counter()
    size = await start(index_url(), _array(packages))
    return (time.perf_counter() - began) * 1e3, float(size)


def _array(texts: tuple[str, ...]) -> Any:
    from pyodide.ffi import to_js  # noqa: PLC0415 - only a page has it

    return to_js(list(texts))


async def _spawned(packages: tuple[str, ...], *, first: bool) -> tuple[float, float]:
    from bridge.worker import connect, forget_shared, spawn  # noqa: PLC0415 - only a page can

    if first:
        forget_shared()
    began = time.perf_counter()
    with await spawn(packages=packages, modules=["tests"]) as worker:
        remote = connect(worker).remote
        for name in packages:
            await remote.call(load, name)
        if await remote.call(abs, -3) != 3:
            raise AssertionError("a wrong answer")
        ended = time.perf_counter()
        # A start that did not take its path is no figure of it.
        if worker.fast_path != {"module", "snapshot"}:
            raise AssertionError(f"the start took {sorted(worker.fast_path)}")
        return (ended - began) * 1e3, float(await remote.call(memory))


async def _told(way: str) -> float:
    """Cause one ending; return the milliseconds until a call in flight raises for it."""
    from bridge.rpc import (  # noqa: PLC0415 - only a page can
        PeerLostError,
        RemoteError,
        with_options,
    )
    from bridge.worker import connect, spawn  # noqa: PLC0415 - the same

    with await spawn(modules=["tests"]) as worker:
        remote = connect(worker).remote
        await remote.call(abs, -3)
        begun = asyncio.Event()
        if way in (INTERRUPT, TERMINATED):
            told = with_options(remote, on_progress=lambda _: begun.set())
            call = asyncio.ensure_future(told.call(spin))
            # An interrupt is for what runs: while it is still imported, nothing does.
            await asyncio.wait_for(begun.wait(), 20)
        else:
            call = asyncio.ensure_future(remote.call(asyncio.sleep, 60))
        await asyncio.sleep(0.1)
        began = time.perf_counter()
        if way == INTERRUPT:
            worker.interrupt()
        elif way == TERMINATED:
            worker.terminate()
        else:
            other = asyncio.ensure_future(remote.call(leave if way == CLOSED else abort))
            other.add_done_callback(lambda done: done.exception())
        try:
            await asyncio.wait_for(call, 20)
        except (PeerLostError, RemoteError):
            return (time.perf_counter() - began) * 1e3
        raise AssertionError("nothing was told")


async def measure(
    repeat: int, rows: Iterable[str] = ROWS, *, warm: bool = True
) -> dict[str, dict[str, Any]]:
    """Measure all rows, the ways taking turns.

    Args:
        repeat: How often each is timed.
        rows: Which rows.
        warm: Whether the first start of each way is not timed, so that the browser has the files.

    Returns:
        By row and way: milliseconds or megabytes, or the reason why there are none as a text.
    """
    wanted = list(rows)
    ways: dict[str, Callable[[tuple[str, ...]], Awaitable[tuple[float, float]]]] = {
        BY_HAND: _by_hand,
        FIRST: lambda packages: _spawned(packages, first=True),
        LATER: lambda packages: _spawned(packages, first=False),
    }
    figures: dict[str, dict[str, Any]] = {row: {way: [] for way in ways} for row in wanted}
    for packages, start, size in (((), START, MEMORY), (PACKAGES, START_NUMPY, MEMORY_NUMPY)):
        if start not in figures and size not in figures:
            continue
        for turn in range(repeat + warm):
            for way, run in ways.items():
                gc.collect()
                taken, used = await run(packages)
                if turn >= warm:
                    figures.get(start, {}).get(way, []).append(taken)
                    figures.get(size, {}).get(way, []).append(used / _MB)
    for row in (INTERRUPT, CLOSED, ABORTED, TERMINATED):
        if row in figures:
            figures[row] = {BY_HAND: _NEVER, FIRST: _AS_LATER, LATER: []}
            for _ in range(repeat):
                figures[row][LATER].append(await _told(row))
    if INTERRUPT in figures:
        figures[INTERRUPT][BY_HAND] = "not measured"
    return figures
