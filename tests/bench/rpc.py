"""The suite ``rpc``: calls into a worker in each customary way; runs in the page, in milliseconds.

One worker answers all of them, and the columns take turns. Each payload is marked at both ends,
checked by the worker, changed by it, and checked by the page.
"""

from __future__ import annotations

import asyncio
import gc
import pickle
import time
from typing import TYPE_CHECKING, Any, Final, Protocol

from tests.bench.rpc_ends import AFTER, BEFORE, HELPERS, Served

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

UNIT: Final = "ms per call"
KB: Final = 1024
MB: Final = 1024 * KB
MANY: Final = 1000

ROWS: Final[dict[str, tuple[str, int, int]]] = {
    "empty": ("empty", 0, 200),
    f"{MANY} empty in flight": ("many", 0, MANY),
    "1 KB": ("clone", KB, 100),
    "1 MB cloned": ("clone", MB, 8),
    "1 MB moved": ("move", MB, 8),
    "1 MB shared": ("share", MB, 50),
    "1 MB shared and copied": ("copy", MB, 8),
    "16 MB cloned": ("clone", 16 * MB, 1),
    "16 MB moved": ("move", 16 * MB, 2),
    "16 MB shared": ("share", 16 * MB, 20),
    "16 MB shared and copied": ("copy", 16 * MB, 2),
}
"""What is done, with how many bytes, how often in one timing."""

NO_COPY: Final = "not measured: JavaScript needs no copy"
ONE_WAY: Final = "not measured: the protocol has one way for buffers"

_IN_PAGE: Final = f"""
(helpers, raw, remotes) => {{
  const payload = (size, shared) => {{
    const data = new Uint8Array(shared ? new SharedArrayBuffer(size) : size);
    data[0] = data[size - 1] = {BEFORE};
    return data;
  }};
  const checked = (data, size) => {{
    if (data.length !== size || data[0] !== {AFTER} || data[size - 1] !== {BEFORE})
      throw new Error("damaged");
    data[0] = {BEFORE};
    return data;
  }};
  let hear = null;
  raw.onmessage = ({{ data }}) => hear(data);
  const ask = (payload, transfer) => new Promise((done) => {{
    hear = done;
    raw.postMessage([payload, transfer], transfer ? [payload.buffer] : []);
  }});
  const posted = {{
    empty: () => ask(null, false),
    many: (count) => new Promise((done) => {{
      let left = count;
      hear = () => {{ if (--left === 0) done(); }};
      for (let each = 0; each < count; each++) raw.postMessage([null, false]);
    }}),
    clone: (data) => ask(data, false),
    move: (data) => ask(data, true),
    // What comes back is a view of the same memory, and the page looks at its own.
    share: async (data) => {{ await ask(data, false); return data; }},
  }};
  const called = (remote) => ({{
    empty: () => remote.empty(),
    many: (count) => Promise.all(Array.from({{ length: count }}, () => remote.empty())),
    clone: (data) => remote.flip(data),
    move: (data) => remote.flip_moved(helpers.moved(data)),
    share: async (data) => {{ await remote.touch(data); return data; }},
  }});
  const ways = {{ posted, js: called(remotes.js), python: called(remotes.python) }};
  return async (way, what, size, count) => {{
    const run = ways[way][what];
    if (what === "many") {{
      const start = performance.now();
      await run(count);
      return (performance.now() - start) / count;
    }}
    let data = size ? payload(size, what === "share") : undefined;
    const start = performance.now();
    for (let each = 0; each < count; each++) {{
      data = await run(data);
      if (size) checked(data, size);
    }}
    return (performance.now() - start) / count;
  }};
}}
"""


class Way(Protocol):
    """One column: how calls are made.

    Attributes:
        cannot: What it cannot do, with the reason.
    """

    cannot: dict[str, str]

    async def run(self, what: str, size: int, count: int) -> float:
        """Do something a number of times; return milliseconds for each."""


def _checked(data: Any, size: int) -> None:
    if len(data) != size or data[0] != AFTER or data[-1] != BEFORE:
        raise AssertionError("the payload was damaged on its way back")


class InJavaScript:
    """The page's end is JavaScript, too."""

    def __init__(self, measure: Callable[..., Awaitable[float]], way: str) -> None:
        self._measure = measure
        self._way = way
        self.cannot = {"copy": NO_COPY}

    async def run(self, what: str, size: int, count: int) -> float:
        """Leave all of it to the page."""
        return float(await self._measure(self._way, what, size, count))


class InPython:
    """The page's end is Python; subclasses say how one call is made."""

    cannot: dict[str, str] = {}  # noqa: RUF012 - replaced by those who cannot do something

    async def run(self, what: str, size: int, count: int) -> float:
        """Make the calls one after another; of many, all at once."""
        payload = bytearray(size)
        if size:
            payload[0] = payload[-1] = BEFORE
        if what == "many":
            start = time.perf_counter()
            await self.many(count)
        elif what in ("share", "copy"):
            shared = _shared_memory(payload)
            start = time.perf_counter()
            for _ in range(count):
                if what == "copy":
                    shared.assign(payload)
                await (self.touch(shared) if what == "share" else self.copied(shared))
                if what == "copy":
                    back = bytearray(size)
                    shared.assign_to(back)
                    _checked(back, size)
                elif shared.at(0) != AFTER:
                    raise AssertionError("what the worker wrote is not seen here")
                else:
                    shared.fill(BEFORE, 0, 1)
        else:
            start = time.perf_counter()
            for _ in range(count):
                if not size:
                    await self.empty()
                    continue
                _checked(await (self.clone if what == "clone" else self.move)(payload), size)
        return (time.perf_counter() - start) * 1e3 / count

    async def many(self, count: int) -> None:
        """Make empty calls, all in flight together."""
        await asyncio.gather(*[self.empty() for _ in range(count)])

    def empty(self) -> Awaitable[object]:
        """Call without a payload."""
        raise NotImplementedError

    def clone(self, payload: bytearray) -> Awaitable[Any]:
        """Send a payload that is cloned."""
        raise NotImplementedError

    def move(self, payload: bytearray) -> Awaitable[Any]:
        """Send a payload of which a copy is moved."""
        raise NotImplementedError

    def touch(self, shared: Any) -> Awaitable[object]:
        """Let the worker change shared memory in its place."""
        raise NotImplementedError

    def copied(self, shared: Any) -> Awaitable[object]:
        """Let the worker copy shared memory into its Python, and back."""
        raise NotImplementedError


def _shared_memory(payload: bytearray) -> Any:
    import js  # noqa: PLC0415 - only a page has it

    shared: Any = js.Uint8Array.new(js.SharedArrayBuffer.new(len(payload)))
    shared.assign(payload)
    return shared


class ThroughProxy(InPython):
    """Comlink's proxy used from Python, conversions by hand."""

    def __init__(self, remote: Any, call: Any, moved: Any) -> None:
        from pyodide.ffi import to_js  # noqa: PLC0415 - only a page has it

        self._remote = remote
        self._call = call
        self._moved = moved
        self._to_js = to_js
        self.cannot = {"copy": "as bridge.rpc"}

    def empty(self) -> Awaitable[object]:
        """Call a method of the proxy."""
        found: Awaitable[object] = self._remote.empty()
        return found

    async def clone(self, payload: bytearray) -> Any:
        """Convert, call, convert."""
        return (await self._remote.flip(self._to_js(payload))).to_py()

    async def move(self, payload: bytearray) -> Any:
        """Convert, call with a transfer list, convert."""
        # In JavaScript, because 0.26 calls a method of a proxy in two messages, and loses the list.
        return (await self._call(self._moved(self._to_js(payload)))).to_py()

    def touch(self, shared: Any) -> Awaitable[object]:
        """Hand the array over as it is."""
        found: Awaitable[object] = self._remote.touch(shared)
        return found


class Pickled(InPython):
    """A call as a pickle, through one function that Comlink carries."""

    cannot = dict.fromkeys(("move", "share", "copy"), ONE_WAY)

    def __init__(self, receive: Any) -> None:
        from pyodide.ffi import to_js  # noqa: PLC0415 - only a page has it

        self._receive = receive
        self._to_js = to_js

    async def _ask(self, name: str, *args: object) -> Any:
        answer = await self._receive(self._to_js(pickle.dumps((name, args), 5)))
        return pickle.loads(answer.to_bytes())  # noqa: S301 - the benchmark's own worker

    async def empty(self) -> Any:
        """Ask."""
        return await self._ask("empty")

    async def clone(self, payload: bytearray) -> Any:
        """Ask, with the payload inside of the pickle."""
        return await self._ask("flip", payload)


class Awaited(InPython):
    """`bridge.rpc`."""

    def __init__(self, remote: Any) -> None:
        self._remote = remote
        self.cannot = {"clone": "as moved: it moves the copy that it has to make"}

    async def run(self, what: str, size: int, count: int) -> float:
        """Run; a small payload is part of the message."""
        return await super().run("move" if size == KB else what, size, count)

    def empty(self) -> Awaitable[object]:
        """Call."""
        found: Awaitable[object] = self._remote.empty()
        return found

    def touch(self, shared: Any) -> Awaitable[object]:
        """Hand the array over as it is."""
        found: Awaitable[object] = self._remote.touch(shared)
        return found

    def copied(self, shared: Any) -> Awaitable[object]:
        """The same."""
        found: Awaitable[object] = self._remote.copy(shared)
        return found

    def move(self, payload: bytearray) -> Awaitable[Any]:
        """Send a view, since `bytes` and `bytearray` are copied once more on arrival."""
        found: Awaitable[Any] = self._remote.flip(memoryview(payload))
        return found


class Synchronous(Awaited):
    """`bridge.rpc` without ``await``."""

    def __init__(self, remote: Any) -> None:
        from bridge.rpc.sync import sync  # noqa: PLC0415 - only a page has it

        super().__init__(remote)
        self._sync = sync(remote, Served)
        self.cannot = {**self.cannot, "many": "one at a time", "share": "as awaited"}
        self.cannot["copy"] = self.cannot["share"]

    async def run(self, what: str, size: int, count: int) -> float:  # noqa: ARG002 - it has one way
        """Call without ``await``."""
        payload = bytearray(size)
        if size:
            payload[0] = payload[-1] = BEFORE
        call = self._sync
        start = time.perf_counter()
        for _ in range(count):
            if size:
                _checked(call.flip(memoryview(payload)), size)
            else:
                call.empty()
        return (time.perf_counter() - start) * 1e3 / count


class Bench:
    """One worker, and the ways to call it."""

    def __init__(self) -> None:
        self.ways: dict[str, Way | str] = {}

    async def open(self) -> None:
        """Start the worker and open a port for each way."""
        import js  # noqa: PLC0415 - only a page has it
        from pyodide.code import run_js  # noqa: PLC0415

        from bridge._browser.ports import open_port  # noqa: PLC0415
        from bridge.environment import can_block  # noqa: PLC0415
        from bridge.rpc import Peer  # noqa: PLC0415
        from bridge.rpc.comlink import _module, comlink_source  # noqa: PLC0415
        from bridge.worker import spawn  # noqa: PLC0415

        self._worker = await spawn("tests.bench.rpc_ends:start", modules=["tests"])
        control: Any = self._worker.port.target
        ready = asyncio.get_running_loop().create_future()
        heard = js.Object.fromEntries([])
        heard.once = True
        from pyodide.ffi import create_proxy  # noqa: PLC0415

        listener = create_proxy(lambda _event: ready.set_result(None))
        control.addEventListener("message", listener, heard)
        control.start()
        source = comlink_source()
        near: Any = run_js("""(control, comlink) => {
          const near = {}, far = {};
          for (const name of ["raw", "js", "python", "pickle", "bridge"]) {
            const channel = new MessageChannel();
            [near[name], far[name]] = [channel.port1, channel.port2];
          }
          control.postMessage({ comlink, ports: far }, Object.values(far));
          return near;
        }""")(control, source)
        await asyncio.wait_for(ready, 30)
        listener.destroy()
        library: Any = await _module(source)
        helpers: Any = run_js(HELPERS)(library)
        wrap = run_js("""(Comlink, near) => ({
          js: Comlink.wrap(near.js),
          python: Comlink.wrap(near.python),
          pickle: Comlink.wrap(near.pickle),
        })""")
        remotes: Any = wrap(library, near)
        measure: Any = run_js(_IN_PAGE)(helpers, near.raw, remotes)
        move: Any = run_js("(remotes) => (data) => remotes.python.flip_moved(data)")(remotes)
        receive: Any = run_js("(remotes) => (data) => remotes.pickle(data)")(remotes)
        self._peer = Peer(open_port(near.bridge), trusted=True, name="near")
        remote = self._peer.remote
        self.ways = {
            "postMessage JS to JS": InJavaScript(measure, "posted"),
            "Comlink JS to JS": InJavaScript(measure, "js"),
            "Comlink JS to Python": InJavaScript(measure, "python"),
            "Comlink Python to Python": ThroughProxy(remotes.python, move, helpers.moved),
            "pickle over Comlink": Pickled(receive),
            "bridge.rpc": Awaited(remote),
            "bridge.rpc without await": Synchronous(remote)
            if can_block()
            else "not possible: stacks cannot be switched",
        }

    def close(self) -> None:
        """End the worker."""
        self._peer.close()
        self._worker.terminate()


async def measure(
    repeat: int, rows: Iterable[str] = ROWS, fewer: int = 1
) -> dict[str, dict[str, Any]]:
    """Measure all rows, the ways taking turns; the first call of each way is not timed.

    Args:
        repeat: How often each is timed.
        rows: Which rows.
        fewer: Divides how many calls make one timing.

    Returns:
        By row and way: milliseconds per call, or the reason why there are none as a text.
    """
    bench = Bench()
    await bench.open()
    figures: dict[str, dict[str, Any]] = {}
    try:
        for row in rows:
            what, size, count = ROWS[row]
            cells = figures[row] = {}
            able: dict[str, Way] = {}
            for name, way in bench.ways.items():
                if isinstance(way, str):
                    cells[name] = way
                elif what in way.cannot and size != KB:
                    cells[name] = way.cannot[what]
                else:
                    cells[name], able[name] = [], way
            for turn in range(repeat + 1):
                for name, way in able.items():
                    gc.collect()
                    timed = await way.run(what, size, max(1, count // fewer) if turn else 1)
                    if turn:
                        cells[name].append(timed)
    finally:
        bench.close()
    return figures
