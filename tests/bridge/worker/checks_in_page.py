"""Runs in the page's Pyodide: really causes each failure of a worker, and tells what was raised.

The page's server has one folder per fault; ``otherOrigin`` of the page names another origin
with the same. The test reads the dictionary that `main` returns.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import math
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

import js
import pyodide
from pyodide.ffi import to_js

from bridge.proxies import live_counts
from bridge.worker import (
    Limits,
    Progress,
    Stage,
    Timings,
    Worker,
    WorkerDiedError,
    WorkerLoadError,
    connect,
    forget_shared,
    spawn,
    spawning,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")

URL = str(js.ownOrigin)
OTHER = str(js.otherOrigin)
PACKAGE = "packaging"

SERVED = """
import os, sys, time
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
def take(least):
    # Without touching it: the machine need not have it.
    import ctypes
    take = ctypes.pythonapi.PyMem_RawMalloc
    take.argtypes, take.restype = [ctypes.c_size_t], ctypes.c_void_p
    taken, size = [], 1 << 30
    while size >= least:
        block = take(size)
        if not block:
            size //= 2
        elif least > 16:
            taken.append(block)
    return taken
def give(taken):
    import ctypes
    give = ctypes.pythonapi.PyMem_RawFree
    give.argtypes, give.restype = [ctypes.c_void_p], None
    for block in taken:
        give(block)
kept = []
def memory():
    taken = take(1 << 20)
    try:
        kept.append(bytearray(64 << 20))
        found = b"there was still memory"
    except MemoryError:
        found = b"MemoryError"
    give(taken)
    return found
def lack():
    take(1 << 20)
    kept.append(bytearray(64 << 20))
def exhaust():
    take(16)
    # What Python keeps for small objects of each size.
    for size in range(512, 0, -16):
        try:
            while True:
                kept.append(bytes(size))
        except MemoryError:
            pass
def obey(port):
    def begin():
        # Now: what is sent waits for the end of the turn else.
        port.post(b"begun")
        port.flush()
    def receive(header, buffers):
        if header == b"close":
            import js
            js.close()
        elif header == b"exit":
            sys.exit(3)
        elif header == b"abort":
            os.abort()
        elif header == b"fault":
            import ctypes
            ctypes.string_at(0xFFFFFFF0)
        elif header == b"loop":
            begin()
            while True:
                pass
        elif header == b"recursion":
            begin()
            fib(60)
        elif header == b"computing in C":
            begin()
            sum(range(10**11))
        elif header == b"memory":
            port.post(memory())
        elif header == b"exhaust":
            exhaust()
        elif header == b"lack":
            lack()
        else:
            port.post(header, buffers)
    port.listen(receive)
async def later(port):
    import asyncio
    await asyncio.sleep(0)
    port.post(b"from a task")
def spin():
    while True:
        pass
def compute(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass
    return seconds
def endless(port):
    while True:
        pass
def dies(port):
    os.abort()
def numbers(port):
    import random
    port.post(repr(random.random()).encode())
not_callable = 1
"""
SILENCE = 0.5
"""Seconds after which silence counts, where it is certain that nothing will come."""
ASKED = 2.0
"""The same, where afterwards the server is asked, and may take as long to answer."""
GRACE = 60.0
"""Seconds that an interrupt gets, where it is certain that it will be heard."""
DEATH = 60.0
"""Seconds for the news of a death; a browser under load is late with it."""
SHORT = 1.0
"""Seconds that an interrupt gets, where it is certain that it will not be heard."""
AT_ONCE = 3


def write(name: str, text: str) -> None:
    Path(name).write_text(text, "utf-8")


async def failing(limits: Limits, **options: object) -> dict[str, object]:
    """Try to start a worker; tell what was raised, and when."""
    began = time.perf_counter()
    try:
        worker = await spawn(**{"serve": "served:obey", "limits": limits, **options})  # type: ignore[arg-type]
    except WorkerLoadError as error:
        cause = error.__cause__
        facts = {k: v for k, v in vars(error).items() if isinstance(v, str | int | float)}
        return {
            "error": type(error).__name__,
            "stage": error.stage.value,
            "retry": error.retry,
            "cause": type(cause).__name__,
            "seconds": time.perf_counter() - began,
            **facts,
        }
    worker.terminate()
    return {"error": "none: it started"}


async def started(name: str = "obey", **options: object) -> Worker:
    return await spawn(f"served:{name}", index_url=f"{URL}/ok/", **options)  # type: ignore[arg-type]


# Not by `id`, which is given to another worker when one is collected.
_settle: WeakKeyDictionary[Worker, Callable[[str], None]] = WeakKeyDictionary()


async def answer(worker: Worker, header: bytes, within: float = 120.0) -> str:
    """Send one message; return the answer, or the error that came instead."""
    coming = outcome(worker, within)
    worker.port.post(header)
    return await coming


def outcome(worker: Worker, within: float = 120.0) -> Coroutine[object, object, str]:
    """Wait from now on for what the worker says next, or for its end."""
    got: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def settle(text: str) -> None:
        if not got.done():
            got.set_result(text)

    def lost(reason: Exception) -> None:
        ending = reason.ending.value if isinstance(reason, WorkerDiedError) else "?"
        _settle[worker](f"{type(reason).__name__}: {ending}")

    known = worker in _settle
    _settle[worker] = settle
    if not known:
        worker.port.listen(lambda header, _buffers: _settle[worker](header.decode()), lost)
    return asyncio.wait_for(got, within)


def script(fault: str, **options: object) -> dict[str, object]:
    return {"script_url": f"{URL}/{fault}/worker.mjs", "share": False, **options}


def runtime(fault: str) -> dict[str, object]:
    return {"index_url": f"{URL}/{fault}/", "share": False}


SCRIPTS = {
    **{
        name: script(name)
        for name in [
            "script-404",
            "script-500",
            "script-mime",
            "script-html",
            "script-drop",
            "script-coep",
            "script-syntax",
            "script-static",
            "script-raises",
            "script-leaves",
            "script-206",
            "script-login",
            "script-loop",
            "script-away",
            "script-gzip",
            "script-short",
            "script-charset",
            "script-stage",
            "script-liar",
            "script-wordless",
            "script-report",
            "rest-gzip",
            "rest-login",
            "rest-404",
            "rest-syntax",
            "rest-mime",
            "rest-raises",
        ]
    },
}
SILENT = {
    name: script(name)
    for name in [
        "script-mute",
        "script-closes",
        "script-spins",
        "script-silent",
        "script-odd",
        "script-chatty",
    ]
}
# The browser drops the script without an event: the answer is asked for when the limit is over.
DROPPED = {name: script(name) for name in ["script-401", "script-204"]}
STUCK = {
    "rest-silent": script("rest-silent"),
    "wasm-silent": runtime("wasm-silent"),
    "lock-silent": runtime("lock-silent"),
}
RUNTIMES = {
    name: runtime(name)
    for name in [
        "wasm-404",
        "wasm-500",
        "wasm-drop",
        "wasm-mime",
        "wasm-html",
        "wasm-begin",
        "wasm-middle",
        "wasm-truncated",
        "loader-404",
        "loader-truncated",
        "asm-404",
        "asm-truncated",
        "asm-mime",
        "stdlib-404",
        "stdlib-html",
        "stdlib-truncated",
        "stdlib-middle",
        "stdlib-needed",
        "lock-204",
        "lock-404",
        "lock-truncated",
        "lock-html",
    ]
}


async def causes(limits: Limits) -> dict[str, object]:
    """Every failure of script and runtime, a few at a time."""
    cases = {name: (limits, options) for name, options in {**SCRIPTS, **RUNTIMES}.items()}
    silent = replace(limits, script=SILENCE)
    cases |= {name: (silent, options) for name, options in SILENT.items()}
    dropped = replace(limits, script=ASKED)
    cases |= {name: (dropped, options) for name, options in DROPPED.items()}
    stuck = replace(limits, runtime=SILENCE)
    cases |= {name: (stuck, options) for name, options in STUCK.items()}
    cases["script-origin"] = (limits, {"script_url": f"{OTHER}/ok/worker.mjs", "share": False})
    cases["origin-x"] = (limits, {"index_url": f"{OTHER}/origin-x/", "share": False})
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> tuple[str, object]:
        async with turn:
            given, options = cases[name]
            return name, await failing(given, **options)

    return dict(await asyncio.gather(*map(one, cases)))


async def packages_and_python(limits: Limits) -> dict[str, object]:
    """Failures of the later stages, on the shared snapshot, one after the other."""
    write("breaks.py", "import json\nraise ValueError('raised while importing')\n")
    write("imports.py", "import no_such_module_at_all\n")
    found: dict[str, object] = {}
    here = {"index_url": f"{URL}/ok/"}
    silent = replace(limits, packages=SILENCE)
    for fault, given in (("wheel-404", limits), ("wheel-middle", limits), ("wheel-silent", silent)):
        await js.fetch(f"{URL}/ok/!{fault}")
        found[fault] = await failing(given, **here, packages=[PACKAGE])
    await js.fetch(f"{URL}/ok/!ok")
    found["wheel-url"] = await failing(
        limits, **here, packages=[f"{URL}/ok/absent-1.0-py3-none-any.whl"]
    )
    found["package-unknown"] = await failing(limits, **here, packages=["no-such-package"])
    for name, serve in {
        "python-absent": "no_such_module:serve",
        "python-imports": "imports:serve",
        "python-raises": "breaks:serve",
        "python-attribute": "served:absent",
        "python-callable": "served:not_callable",
        "python-dies": "served:dies",
    }.items():
        found[name] = await failing(limits, **here, serve=serve)
    found["python-endless"] = await failing(
        replace(limits, ready=SILENCE), **here, serve="served:endless"
    )
    return found


async def deaths() -> dict[str, object]:
    found: dict[str, object] = {}
    for way in ("close", "abort", "fault"):
        worker = await started()
        said = await answer(worker, way.encode(), DEATH)
        found[way] = [said, worker.ended.done() and worker.ended.result().ending.value]
    worker = await started()
    worker.port.post(b"exit")
    await asyncio.sleep(0.1)
    found["exit"] = await answer(worker, b"after")
    worker = worker if worker.alive else await started()
    found["memory"] = [await answer(worker, b"memory", 60), await answer(worker, b"after")]
    for way in ("exhaust", "lack"):
        with await started() as exhausted:
            exhausted.port.post(way.encode())
            found[way] = await answer(exhausted, b"after", 60)
    # Each is asked for when the computation has begun: before, the worker would answer.
    begun = [await answer(worker, b"loop")]
    waiting = asyncio.ensure_future(outcome(worker))
    found["loop"] = [await worker.responds(0.2), await worker.recover(grace=GRACE), waiting.done()]
    waiting.cancel()
    found["loop, after"] = await answer(worker, b"after")
    begun.append(await answer(worker, b"loop"))
    worker.watch(0.3, grace=GRACE)
    found["watched"] = await answer(worker, b"after")
    # From now on nobody else recovers it.
    worker.watch(3600.0)
    begun.append(await answer(worker, b"recursion"))
    waiting = asyncio.ensure_future(outcome(worker))
    heard = not pyodide.__version__.startswith(("0.26", "0.27"))
    found["recursion"] = await worker.recover(grace=GRACE if heard else SHORT)
    if worker.alive:
        waiting.cancel()
        begun.append(await answer(worker, b"computing in C"))
        waiting = asyncio.ensure_future(outcome(worker))
        await worker.recover(grace=0.3)
    found["deadline"] = await waiting
    with await started() as worker:
        begun.append(await answer(worker, b"computing in C"))
        waiting = asyncio.ensure_future(outcome(worker))
        await asyncio.sleep(0)
    found["begun"] = set(begun) == {"begun"}
    found["terminate"] = await waiting
    worker.port.post(b"nobody hears this")
    found["after the end"] = [worker.alive, await worker.responds(0.1), await worker.recover()]
    return found


async def healthy() -> tuple[Timings, dict[str, object]]:
    notes: list[Progress] = []
    first, second = await asyncio.gather(
        started(on_progress=notes.append), started(on_progress=notes.append)
    )
    # By a path: the page is two folders up from here.
    third = await spawn("served:numbers", index_url="../ok", packages=[PACKAGE])
    lock = json.loads(await (await js.fetch(f"{URL}/ok/pyodide-lock.json")).text())
    wheel = f"{URL}/ok/{lock['packages'][PACKAGE]['file_name']}"
    fourth = await started("numbers", packages=[wheel])
    task = await started("later", modules=["served"])
    found: dict[str, object] = {
        "first": sorted(first.fast_path),
        "second": sorted(second.fast_path),
        "third": sorted(third.fast_path),
        "snapshots": sum(note.note == "keeping a snapshot" for note in notes),
        "restores": sum(note.note == "restoring" for note in notes),
        "stages": sorted(note.stage.value for note in notes if note.done),
        "answer": await answer(first, b"hello"),
        "task": await answer(task, b""),
        "numbers": len({await answer(third, b""), await answer(fourth, b"")}),
        "packages": [list(third.packages), list(fourth.packages)],
        "timings": first.timings.by_stage(),
        "second timings": second.timings.by_stage(),
        "asked": json.loads(await (await js.fetch(f"{URL}/ok/!asked")).text()),
    }
    for worker in (first, second, third, fourth, task):
        worker.terminate()
    return first.timings, found


async def remote(limits: Limits) -> dict[str, object]:
    """Calls to what a worker exposes, with bridge.rpc on both ends."""
    found: dict[str, object] = {}
    served = importlib.import_module("served")
    with await spawn(index_url=f"{URL}/ok/", limits=limits, modules=["served"]) as worker:
        interpreter = connect(worker).remote
        found["called"] = await interpreter.call(math.factorial, 20)
        try:
            await asyncio.wait_for(interpreter.call(served.spin), 0.3)
        except TimeoutError:
            found["abandoned"] = worker.alive
        found["after"] = await asyncio.wait_for(interpreter.call(len, b"abc"), DEATH)
        # Behind one that is wanted, and takes longer than patience and grace.
        wanted = asyncio.ensure_future(interpreter.call(served.compute, 1.5))
        unwanted = asyncio.ensure_future(interpreter.call(served.spin))
        await asyncio.sleep(0.05)
        unwanted.cancel()
        found["wanted"] = await wanted
        found["behind"] = await asyncio.wait_for(interpreter.call(len, b"abcd"), DEATH)
        pending = asyncio.ensure_future(interpreter.call(asyncio.sleep, 60))
        await asyncio.sleep(0.05)
    found["pending"] = await lost(pending)
    worker = await spawn(index_url=f"{URL}/ok/", limits=limits, modules=["served"])
    interpreter = connect(worker).remote
    pending = asyncio.ensure_future(interpreter.call(asyncio.sleep, 60))
    try:
        # No interrupt reaches it.
        await asyncio.wait_for(interpreter.call(sum, range(10**11)), 0.3)
    except TimeoutError:
        found["terminated"] = await lost(pending)
    return found


async def lost(call: asyncio.Future[object]) -> list[str]:
    """Wait for a call whose worker ends; tell what it raises, and why."""
    try:
        await asyncio.wait_for(call, DEATH)
    except ConnectionError as error:
        cause = error.__cause__
        how = cause.ending.value if isinstance(cause, WorkerDiedError) else "?"
        return [type(error).__name__, type(cause).__name__, how]
    return ["it returned"]


async def unrestorable(limits: Limits) -> dict[str, object]:
    """A snapshot that does not restore: the loader keeps silent, the next start does without."""
    runtime = f"{URL}/ok/"
    shared = await spawning._shared[runtime]
    damaged = replace(shared, snapshot=js.Blob.new(["no snapshot"]))
    spawning._shared[runtime] = asyncio.ensure_future(spawning._given(damaged))
    failed = await failing(replace(limits, runtime=1.0), index_url=runtime)
    with await started(limits=limits) as worker:
        found = {"path": sorted(worker.fast_path), "answer": await answer(worker, b"hello")}
    spawning._shared[runtime] = asyncio.ensure_future(spawning._given(shared))
    return {"failed": failed["error"], **found}


async def unisolated() -> dict[str, object]:
    """In a page without shared memory, under a strict policy: nothing can be interrupted."""
    write("served.py", SERVED)
    silent = await failing(Limits(script=SILENCE), **script("port-silent"))
    forbid("script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'")
    absent = await failing(Limits(), **script("port-404"))
    worker = await started(share=False, script_url="/ok/worker.mjs")
    await answer(worker, b"loop")
    waiting = asyncio.ensure_future(answer(worker, b"after"))
    found: dict[str, object] = {
        "port": [f"{each['error']} {each['stage']}" for each in (silent, absent)],
        "path": sorted(worker.fast_path),
        "isolated": bool(js.crossOriginIsolated),
        "interrupt": worker.interrupt(),
        "recovered": await worker.recover(patience=0.2, grace=0.2),
    }
    return {**found, "answer": await waiting}


async def by_document() -> dict[str, object]:
    """In a page that `Document-Isolation-Policy` isolates, scripts of workers need no header."""
    write("served.py", SERVED)
    failed = await failing(Limits(), **script("script-bare"))
    worker = await started(**script("script-coep"))  # type: ignore[arg-type]
    return {
        "isolated": bool(js.crossOriginIsolated),
        "failed": [failed["error"], failed["line"]],
        "answer": await answer(worker, b"hello"),
    }


async def opaque() -> dict[str, object]:
    """In a page without an origin of its own, no worker can start."""
    write("served.py", SERVED)
    return {
        "origin": str(js.origin),
        "blob": await failing(Limits(), index_url=f"{URL}/ok/"),
        "served": await failing(Limits(), **script("ok")),
    }


def forbid(policy: str) -> None:
    """Give the page a further content security policy; there is no way back."""
    meta = js.document.createElement("meta")
    meta.setAttribute("http-equiv", "Content-Security-Policy")
    meta.setAttribute("content", policy)
    js.document.head.append(meta)


async def only_reported(limits: Limits) -> dict[str, object]:
    """A script that is missing, while a policy that forbids nothing reports it."""
    facts = {"disposition": "report", "effectiveDirective": "worker-src"}
    facts["blockedURI"] = str(script("script-404")["script_url"])
    event = to_js(facts, dict_converter=js.Object.fromEntries)
    starting = asyncio.ensure_future(failing(limits, **script("script-404")))
    while not starting.done():
        js.document.dispatchEvent(
            js.SecurityPolicyViolationEvent.new("securitypolicyviolation", event)
        )
        await asyncio.sleep(0)
    return await starting


async def policies(limits: Limits) -> dict[str, object]:
    # One after the other: each forbids more.
    forbid("connect-src 'self'")
    found: dict[str, object] = {
        "policy-reported": await only_reported(limits),
        "policy-connect": await failing(limits, index_url=f"{OTHER}/ok/", share=False),
    }
    forbid("script-src 'self' 'unsafe-eval' 'unsafe-inline'; worker-src 'self' blob:")
    found["policy-import"] = await failing(limits, index_url=f"{URL}/ok/", share=False)
    forbid("worker-src 'self'")
    found |= {
        "policy-blob": await failing(limits, index_url=f"{URL}/ok/"),
        "policy-self": await failing(limits, index_url=f"{URL}/ok/", script_url="/ok/worker.mjs"),
    }
    forbid("worker-src 'none'")
    found["policy-none"] = await failing(limits, **script("ok"))
    return found


async def main() -> dict[str, object]:
    """Everything, in order; what each part took is part of the result."""
    write("served.py", SERVED)
    before = live_counts()
    spent: dict[str, float] = {}
    found: dict[str, object] = {}

    async def part(name: str, work: Coroutine[object, object, T]) -> T:
        began = time.perf_counter()
        result = await work
        spent[name] = round(time.perf_counter() - began, 2)
        return result

    timings, found["healthy"] = await part("healthy", healthy())
    # Generous: what is silent for certain has limits of its own.
    limits = Limits.relative_to(timings, factor=20, at_least=30)
    found["limits"] = {stage.value: limits.of(stage) for stage in Stage}
    failures = await part("causes", causes(limits))
    failures |= await part("later", packages_and_python(limits))
    found["unrestorable"] = await part("unrestorable", unrestorable(limits))
    found["deaths"] = await part("deaths", deaths())
    found["remote"] = await part("remote", remote(limits))
    stress = importlib.import_module("stress_in_page")
    found["interrupts"] = await part("interrupts", stress.main())
    failures |= await part("policies", policies(limits))
    forget_shared()
    now = live_counts()
    found["left"] = {
        name: n - before.get(name, 0) for name, n in now.items() if n != before.get(name)
    }
    return {**found, "causes": failures, "spent": spent}
