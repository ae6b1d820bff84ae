"""The ways to spread calls over workers that the suites ``pool`` and ``pool_cpu`` compare."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Protocol

from tests.bench.pool_ends import tiny, work

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.pool import WorkerPool

# Hand-written, with no library or with Comlink alone.
_IN_PAGE: Final = """
(Comlink, workers) => {
  const raw = (number, of, flight) => new Promise((done) => {
    let next = 0, left = number, sum = 0;
    for (const { raw: port } of workers) {
      const send = () => { if (next < number) port.postMessage(of(next++)); };
      port.onmessage = ({ data }) => {
        sum += data;
        if (--left === 0) done(sum);
        else send();
      };
      for (let each = 0; each < flight; each++) send();
    }
  });
  const whole = (number, of) => new Promise((done) => {
    const all = Array.from({ length: number }, (_, each) => of(each));
    let left = workers.length, sum = 0;
    workers.forEach(({ raw: port }, place) => {
      port.onmessage = ({ data }) => {
        sum += data.reduce((one, other) => one + other, 0);
        if (--left === 0) done(sum);
      };
      port.postMessage(all.filter((_, each) => each % workers.length === place));
    });
  });
  const slots = workers.map(({ comlink }) => ({ remote: Comlink.wrap(comlink), busy: false }));
  const waiting = [];
  const busy = async (name, value) => {
    const free = slots.find((slot) => !slot.busy);
    const slot = free ?? await new Promise((given) => waiting.push(given));
    slot.busy = true;
    try {
      return await slot.remote[name](value);
    } finally {
      const next = waiting.shift();
      if (next) next(slot);
      else slot.busy = false;
    }
  };
  const tiny = (each) => each;
  const long = (rounds) => () => ({ rounds });
  return {
    raw: (number, flight) => raw(number, tiny, flight),
    raw_work: (number, flight, rounds) => raw(number, long(rounds), flight),
    whole: (number) => whole(number, tiny),
    whole_work: (number, rounds) => whole(number, long(rounds)),
    busy_tiny: (number) => busy("tiny", number),
    busy_work: (rounds) => busy("work", rounds),
  };
}
"""

_OPEN: Final = """(controls, comlink) => controls.map((control) => {
  const near = {}, far = {};
  for (const name of ["raw", "comlink"]) {
    const channel = new MessageChannel();
    [near[name], far[name]] = [channel.port1, channel.port2];
  }
  const ready = new Promise((heard) => control.addEventListener("message", heard, { once: true }));
  control.start();
  control.postMessage({ comlink, ports: far }, Object.values(far));
  return ready.then(() => near);
})"""


class Way(Protocol):
    """A way to have many calls made; each call's result is checked by the sum of all."""

    async def tiny(self, number: int) -> int:
        """Call `tiny` with each number below one; return the sum of the results."""

    async def work(self, number: int, rounds: int) -> int:
        """Call `work` a number of times; return the sum of the results."""


class ByHand:
    """Workers that the suite starts itself.

    Args:
        size: How many.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._workers: list[Any] = []

    async def open(self) -> dict[str, Way]:
        """Start the workers; return the ways to use them."""
        from pyodide.code import run_js  # noqa: PLC0415 - only a page has it
        from pyodide.ffi import to_js  # noqa: PLC0415

        from bridge.rpc.comlink import _module, comlink_source  # noqa: PLC0415
        from bridge.worker import spawn  # noqa: PLC0415

        self._workers = [
            await spawn("tests.bench.pool_ends:start", modules=["tests"]) for _ in range(self._size)
        ]
        source = comlink_source()
        controls = to_js([worker.port.target for worker in self._workers])
        opened = run_js(_OPEN)(controls, source)
        near = to_js([await asyncio.wait_for(each, 30) for each in opened])
        page: Any = run_js(_IN_PAGE)(await _module(source), near)
        return {
            "Comlink, busy flags": _BusyFlags(page),
            "port, 4 in flight": _Raw(page),
            "port, one message": _Whole(page),
        }

    def close(self) -> None:
        """End the workers."""
        for worker in self._workers:
            worker.terminate()


class _BusyFlags:
    """A list of Comlink's proxies with a flag each: the usual first version of a pool."""

    def __init__(self, page: Any) -> None:
        self._page = page

    async def tiny(self, number: int) -> int:
        run = self._page.busy_tiny
        return sum(await asyncio.gather(*[run(each) for each in range(number)]))

    async def work(self, number: int, rounds: int) -> int:
        run = self._page.busy_work
        return sum(await asyncio.gather(*[run(rounds) for _ in range(number)]))


class _Raw:
    """Messages of one call each; what a pool without a queue, records or Python could reach."""

    def __init__(self, page: Any) -> None:
        self._page = page

    async def tiny(self, number: int) -> int:
        return int(await self._page.raw(number, 4))

    async def work(self, number: int, rounds: int) -> int:
        return int(await self._page.raw_work(number, 1, rounds))


class _Whole:
    """One message per worker with all its calls."""

    def __init__(self, page: Any) -> None:
        self._page = page

    async def tiny(self, number: int) -> int:
        return int(await self._page.whole(number))

    async def work(self, number: int, rounds: int) -> int:
        return int(await self._page.whole_work(number, rounds))


class Submitted:
    """`bridge.pool`, task by task."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool

    async def tiny(self, number: int) -> int:
        """Submit each, then wait for all."""
        submit = self._pool.submit
        return sum(await asyncio.gather(*[await submit(tiny, each) for each in range(number)]))

    async def work(self, number: int, rounds: int) -> int:
        """Submit each, then wait for all."""
        submit = self._pool.submit
        return sum(await asyncio.gather(*[await submit(work, rounds) for _ in range(number)]))


class Mapped:
    """`bridge.pool`, by `map`.

    Args:
        pool: The pool.
        options: Of the mapping.
    """

    def __init__(self, pool: WorkerPool, **options: Any) -> None:
        self._pool = pool
        self._options = options

    async def _sum(self, function: Callable[[int], int], values: Any) -> int:
        found = 0
        async for each in self._pool.map(function, values, **self._options):
            found += each
        return found

    async def tiny(self, number: int) -> int:
        """Take the results in order."""
        return await self._sum(tiny, range(number))

    async def work(self, number: int, rounds: int) -> int:
        """Take the results in order."""
        return await self._sum(work, [rounds] * number)


def of_bridge(pool: WorkerPool) -> dict[str, Way]:
    """Return the ways to use a pool."""
    return {
        "bridge, submit": Submitted(pool),
        "bridge, map": Mapped(pool),
        "bridge, map in chunks": Mapped(pool, chunksize="auto"),
    }
