"""Runs in the page's Pyodide: calls into a real worker, and the law over a real message channel.

The page's folder holds ``rpc_served.py`` (what `served.py` says) and ``rpc_play.py``. Each function
returns plain data for the test to judge.
"""

from __future__ import annotations

import array
import asyncio
import gc
import importlib
import random
import sys
import tracemalloc
from contextlib import aclosing, suppress
from types import SimpleNamespace
from typing import Any, cast

import js
from pyodide.code import run_js
from pyodide.ffi import create_proxy

from bridge._browser.ports import open_port
from bridge.environment import can_block, pyodide_line
from bridge.errors import HostUnavailableError
from bridge.rpc import EncodingError, Peer, PeerLostError, RemoteError, ahead, release, with_options
from bridge.rpc.sync import sync
from bridge.worker import connect, spawn

SPY = """(() => {
  const seen = [];
  for (const kind of [Worker, MessagePort]) {
    const real = kind.prototype.postMessage;
    kind.prototype.postMessage = function (message, transfer) {
      const headers = typeof message === 'string' ? [message]
        : Array.isArray(message) ? message.filter(Array.isArray).map(([header]) => header) : [];
      if (headers.length || Array.isArray(message)) seen.push([
        headers.reduce((sum, header) => sum + header.length, 0), transfer?.length ?? 0,
        (transfer ?? []).reduce((sum, item) => sum + (item.byteLength ?? 0), 0)]);
      const result = real.call(this, message, transfer);
      if ((transfer ?? []).some((item) => item.byteLength)) throw new Error('it was cloned');
      return result;
    };
  }
  return seen;
})()"""


# Every copy between JavaScript's memory and Python's is one of these two calls.
COPIES = """(() => {
  const copies = [0, 0];
  const typed = Object.getPrototypeOf(Uint8Array.prototype);
  for (const [place, name] of ["slice", "set"].entries()) {
    const real = typed[name];
    typed[name] = function (...given) {
      const moved = name === "slice" ? this.byteLength : given[0].byteLength;
      if (moved >= 1000000) copies[place] += 1;
      return real.apply(this, given);
    };
  }
  return copies;
})()"""


async def turns(seconds: float = 0.05) -> None:
    await asyncio.sleep(seconds)


async def calls() -> dict[str, Any]:
    """Everything that a call can be, between the page and a worker."""
    found: dict[str, Any] = {}
    worker = await spawn(expose="rpc_served:Bank", modules=["rpc_served"])
    with worker:
        peer = connect(worker)
        bank = peer.remote
        account = await bank.open("Ada")
        found["named"] = [await account.pay_in(2), await account.pay_in(3, times=2)]
        await bank.name.set("Second")
        found["attribute"] = await bank.name
        try:
            await bank.fail("no such account")
        except ValueError as error:
            cause = cast("RemoteError", error.__cause__)
            found["error"] = [str(error), "in fail" in cause.traceback]
        found["callback"] = await bank.each(lambda number: number * number, 4)
        found["generators"] = [
            [number async for number in bank.count(4)],
            [number async for number in ahead(bank.count_slowly(7), 3)],
        ]
        async with bank.open("Eve") as eve:
            found["entered"] = await eve.opened
        found["left"] = await eve.opened
        seen: list[Any] = []
        await with_options(bank, on_progress=seen.append).work(3)
        found["progress"] = [list(each) for each in seen]
        try:
            await with_options(bank, timeout=0.05).sleep(60)
        except TimeoutError as error:
            found["deadline"] = type(error).__name__
        task = asyncio.create_task(bank.sleep(60))
        await turns()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await turns()
        found["cancelled"] = await bank.cancelled
        found["many"] = sum(await asyncio.gather(*[bank.echo(n) for n in range(500)])) == 124750
        found["owner"] = list(await bank.owner_of(account))
        release(account)
        del eve, account
        gc.collect()
        await turns()
        found["in flight"] = peer.in_flight
        found["handed over"] = peer.handed_over
        call = bank.sleep(60)
        await turns()
        worker.terminate()
        try:
            await call
        except PeerLostError as error:
            found["lost"] = type(error.__cause__).__name__
    return found


async def buffers() -> dict[str, Any]:
    """Arrays and bytes, nested, move without being in the pickle."""
    import numpy as np  # noqa: PLC0415 - loaded for this check only

    seen = run_js(SPY)
    worker = await spawn(expose="rpc_served:Bank", modules=["rpc_served"], packages=["numpy"])
    with worker:
        bank = connect(worker).remote
        await bank.echo(1)
        start = len(seen)
        array = np.arange(500_000, dtype="f8").reshape(1000, 500)
        data = bytes(range(256)) * 1000
        value = {"a": [array, (1, data)], "view": array[::2, ::2]}
        back = await bank.echo(value)
        sent = [list(each) for each in list(seen)[start:]]
        same = (
            np.array_equal(back["a"][0], array)
            and back["a"][1][1] == data
            and np.array_equal(back["view"], array[::2, ::2])
        )
        back["a"][0][:] = 0
        return {"same": bool(same), "sent": sent, "bytes": array.nbytes + len(data) + 1_000_000}


async def crossings(calls: int) -> dict[str, Any]:
    """Count the messages of calls that were made in one turn, on a channel of this page."""
    rpc_served = importlib.import_module("rpc_served")

    channel = js.MessageChannel.new()
    tally = run_js("""({ port1, port2 }) => {
      const counts = { there: 0, back: 0 };
      port2.addEventListener("message", () => counts.there++);
      port1.addEventListener("message", () => counts.back++);
      return counts;
    }""")(channel)
    server = Peer(open_port(channel.port2), rpc_served.Bank(), trusted=True)
    client = Peer(open_port(channel.port1), trusted=True)
    bank = client.remote
    found: dict[str, Any] = {}
    await bank.echo(0)
    for count in (1, 2, calls):
        tally.there = tally.back = 0
        result = await asyncio.gather(*[bank.echo(number) for number in range(count)])
        assert result == list(range(count))
        await turns(0.01)
        found[str(count)] = [tally.there, tally.back]
    client.close()
    server.close()
    return found


async def copies() -> dict[str, Any]:
    """Count the copies of a large payload on both sides, there and back."""
    here = run_js(COPIES)
    size = 1_000_000
    worker = await spawn(expose="rpc_served:Bank", modules=["rpc_served"])
    found: dict[str, Any] = {}
    with worker:
        bank = connect(worker).remote
        await bank.spy(COPIES)
        data = bytearray(size)
        data[-1] = 7
        for name, value in {"view": memoryview(data), "bytes": bytes(data)}.items():
            before = list(here), await bank.spied()
            tracemalloc.start()
            back = await bank.echo(value)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            after = list(here), await bank.spied()
            assert type(back) is type(value)
            assert back == data
            found[name] = [
                [last - first for first, last in zip(*pair, strict=True)]
                for pair in zip(before, after, strict=True)
            ]
            found[name].append(round(peak / size))
            del back
    return found


async def shared() -> dict[str, Any]:
    """The same memory on both ends."""
    worker = await spawn(expose="rpc_served:Bank", modules=["rpc_served"])
    found: dict[str, Any] = {}
    with worker:
        bank = connect(worker).remote
        memory = js.SharedArrayBuffer.new(64)
        whole = js.Int32Array.new(memory)
        view = js.Int32Array.new(memory, 8, 3)
        await bank.fill(view, 7)
        found["written there"] = list(whole.to_py())[:6]
        await bank.keep(view)
        view.assign(array.array("i", [1, 2, 3]))
        found["written here"] = await bank.peek()
        back = await bank.echo({"memory": memory, "views": (view, view)})
        again, same = back["views"]
        found["one object"] = again is same
        again.fill(9)
        found["returned"] = [list(view.to_py()), again.byteOffset, again.constructor.name]
        js.Uint8Array.new(back["memory"]).fill(1, 0, 1)
        found["whole"] = whole.at(0)
        for kind in ("Float64Array", "Uint16Array", "Uint8ClampedArray", "DataView"):
            other = getattr(js, kind).new(memory, 16, 2)
            returned = await bank.echo(other)
            found[kind] = [str(returned.constructor.name), returned.byteOffset, returned.byteLength]
        # While the other end computes, no message reaches it.
        call = bank.wait_for(view, 42, 20)
        await turns(0.1)
        view.fill(42)
        found["seen by who computes"] = await call
        target = bytearray(12)
        view.assign_to(memoryview(target).cast("i"))
        found["copied out"] = list(memoryview(target).cast("i"))
        try:
            await bank.echo(js.Uint8Array.new(4))
        except EncodingError as error:
            found["not shared"] = [error.what, "x.to_py()" in error.reason]
    return found


async def live_progress() -> dict[str, Any]:
    """Progress of a function that computes without a pause, as the page sees it."""
    worker = await spawn(expose="rpc_served:Bank", modules=["rpc_served"])
    with worker:
        bank = connect(worker).remote
        await bank.echo(0)
        tally = run_js("""(port) => {
          const counts = { messages: 0 };
          port.addEventListener("message", () => counts.messages++);
          return counts;
        }""")(worker.port.target)
        loop = asyncio.get_running_loop()
        times: list[float] = []
        steps, seconds = 5, 0.1
        result = await with_options(bank, on_progress=lambda _: times.append(loop.time())).compute(
            steps, seconds
        )
        end = loop.time()
        await turns(0.01)  # the tally may hear of the last message after this task
        slow = tally.messages
        tally.messages = 0
        many: list[int] = []
        count = await with_options(bank, on_progress=many.append).compute(3000, 0)
        return {
            "result": result,
            # Each while the rest of its steps was still to be computed; half of it is tolerance.
            "early": sum(
                end - time > (steps - step) * seconds / 2 for step, time in enumerate(times)
            ),
            "messages": slow,
            "all, in order": many == list(range(count)),
            "fewer": tally.messages,
        }


async def without_await() -> dict[str, Any]:
    """The same class without ``await``, or a clear error."""
    rpc_served = importlib.import_module("rpc_served")

    found: dict[str, Any] = {}
    worker = await spawn(expose="rpc_served:Bank", modules=["rpc_served"])
    with worker:
        remote = connect(worker).remote
        # What runs after a remote call must be able to wait as what ran before it.
        await remote.echo(1)
        bank = sync(remote, rpc_served.Bank)
        found["can"] = can_block()
        try:
            found["call"] = bank.echo([1])
        except HostUnavailableError as error:
            found["refused"] = error.reason
            return found
        bank.name = "Third"
        account = bank.open("Ada")
        found["all"] = [
            bank.name,
            account.pay_in(3, times=2),
            list(bank.count(4)),
            sorted([3, 1, 2], key=lambda number: -bank.echo(number)),
            bank.each(lambda number: number + 1, 3),
            remote.sync.name,
        ]
        with account as entered:
            found["entered"] = entered.opened
        try:
            bank.fail("sync")
        except ValueError as error:
            found["error"] = str(error)

        def plainly(_: object) -> None:
            try:
                bank.echo(1)
            except HostUnavailableError as error:
                found["event"] = error.reason

        handler = create_proxy(plainly)
        target = js.EventTarget.new()
        target.addEventListener("ping", handler)
        target.dispatchEvent(js.Event.new("ping"))
        handler.destroy()
    return found


async def interleaved(count: int) -> dict[str, Any]:
    """Served functions that wait without ``await``, and end in another order than they began."""
    worker = await spawn(expose="rpc_served:Bank", modules=["rpc_served"])
    with worker:
        bank = connect(worker).remote
        await bank.echo(1)
        pick = random.Random(count)  # noqa: S311 - reproducible order
        delays = [pick.random() / 20 for _ in range(count)]

        async def later(number: int) -> int:
            await asyncio.sleep(delays[number])
            return -number

        seen: list[list[Any]] = [[] for _ in range(count)]
        calls = []
        for number in range(count):
            noting = with_options(bank, on_progress=seen[number].append)
            calls.append(noting.ask_back(later, number))
            if number % 3:
                await turns(0.003)
        results = await asyncio.gather(*calls)
        return {
            "results": results == [-number for number in range(count)],
            "progress": seen == [[("before", n), ("after", n)] for n in range(count)],
            "after": await bank.echo("alive"),
        }


async def streams() -> dict[str, Any]:
    """Every way to stop reading a generator of a worker; nothing is left, and nothing is told."""
    told: list[str] = []
    before = sys.unraisablehook
    sys.unraisablehook = lambda report: told.append(repr(report.exc_value))
    worker = await spawn(expose="rpc_served:Bank", modules=["rpc_served"])
    with worker:
        peer = connect(worker)
        bank = peer.remote
        several = cast("Any", lambda to: ahead(bank.count_slowly(to), 3))
        for make in (bank.count, bank.count_slowly, several):
            async for _ in make(1000):
                break
            async with aclosing(make(1000)) as items:
                async for _ in items:
                    break
            with suppress(ZeroDivisionError):
                async for _ in make(1000):
                    raise ZeroDivisionError
            reader = aiter(make(1000))
            await anext(reader)
            await reader.aclose()
            await reader.aclose()
            # In the middle of waiting for an item, where that is possible.
            reader = aiter(make(1000))
            waits = asyncio.ensure_future(anext(reader, "ended"))
            await asyncio.sleep(0)
            await reader.aclose()
            await waits
        del reader, items
        gc.collect()
        await turns(0.1)
        ended = await bank.closed
        left = [peer.in_flight, peer.handed_over]
    sys.unraisablehook = before
    return {"told": told, "ended": len(ended), "left": left}


async def waiting() -> dict[str, Any]:
    """Waiting inside of waiting, and every ending but the value."""
    rpc_served = importlib.import_module("rpc_served")

    found: dict[str, Any] = {}
    worker = await spawn(expose="rpc_served:Bank", modules=["rpc_served"])
    with worker:
        peer = connect(worker)
        bank = sync(peer.remote, rpc_served.Bank)
        try:
            bank.echo(1)
        except HostUnavailableError as error:
            return {"refused": error.reason}
        wanted = {"then": 1}
        found["value that looks like a promise"] = bank.echo(wanted) == wanted
        # The worker calls back into this page, while this statement waits for the worker.
        found["nested"] = bank.each(bank.echo, 3)
        found["itself"] = bank.owner_of(bank.open("Ada"))

        async def ask(number: int) -> int:
            await asyncio.sleep(0.01 * (4 - number))
            return int(bank.echo(number))

        if pyodide_line() == "314":
            # Its stacks are not safe when they end in another order; see `test_sync`.
            found["together"] = [await ask(1), await ask(2), await ask(3)]
        else:
            found["together"] = await asyncio.gather(ask(1), ask(2), ask(3))
        try:
            sync(with_options(peer.remote, timeout=0.05), rpc_served.Bank).sleep(60)
        except TimeoutError as error:
            found["deadline"] = type(error).__name__
        items = bank.count(10**9)
        read = [next(items), next(items)]
        items.close()
        found["generator"] = [read, bank.closed]
        asyncio.get_running_loop().call_later(0.1, worker.terminate)
        try:
            bank.sleep(60)
        except PeerLostError as error:
            found["lost"] = type(error).__name__
        found["in flight"] = peer.in_flight
    return found


async def law(first: int, count: int) -> dict[str, Any]:
    """Any interleaving over a real channel: every call ends once, nothing stays handed over."""
    rpc_served = importlib.import_module("rpc_served")
    rpc_play = importlib.import_module("rpc_play")

    wrong: list[Any] = []
    for seed in range(first, first + count):
        pick = random.Random(seed)  # noqa: S311 - reproducible play
        channel = js.MessageChannel.new()
        server = Peer(open_port(channel.port2), rpc_served.Bank(), trusted=True)
        client = Peer(open_port(channel.port1), trusted=True)
        play = rpc_play.Play(SimpleNamespace(client=client, server=server), seed)
        names = pick.choices(rpc_play.MOVES, k=pick.randrange(1, 25))
        for name in names:
            await play.move(name)
        if seed % 3 == 0:
            pick.choice([client.close, server.close])()
        await play.end()
        await turns(0.01)
        endings = set(play.endings.values()) - {1}
        play.held.clear()
        play.calls.clear()
        for _ in range(3):
            gc.collect()
            await turns(0.005)
        left = [client.in_flight, client.handed_over]
        if client.lost is None:
            left += [server.in_flight, server.handed_over, server.running]
        if endings or any(left):
            wrong.append([seed, names, sorted(endings), left])
        client.close()
        server.close()
    return {"wrong": wrong}
