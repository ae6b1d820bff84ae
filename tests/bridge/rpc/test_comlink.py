"""Comlink, the real one, on the other end of a port: JavaScript, and Python."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pyodide_runtimes import ensure_npm

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter

SET_UP = """
import asyncio, js
from pyodide.code import run_js
from bridge.rpc import RemoteError, comlink
LIBRARY = {library!r}
Comlink = await comlink._module(LIBRARY)
class Counter:
    total: int
    def __init__(self):
        self.total = 0
        self.items = [1, {{"b": 2}}]
        self._secret = 5
    def add(self, number):
        self.total += number
        return self.total
    async def later(self, number):
        await asyncio.sleep(0)
        return {{"twice": [number, number]}}
    def fail(self):
        raise ValueError("no such thing")
    async def each(self, function, to):
        return [await function(number) for number in range(to)]
"""


@pytest.fixture
def page(interpreter: Interpreter) -> Interpreter:
    library = (ensure_npm("comlink") / "dist/esm/comlink.mjs").read_text("utf-8")
    interpreter.run(SET_UP.format(library=library))
    return interpreter


def test_a_javascript_end_calls_python(page: Interpreter) -> None:
    assert page.run("""
channel = js.MessageChannel.new()
use = run_js('''async (Comlink, port) => {
  const counter = Comlink.wrap(port);
  const found = {};
  found.sum = [await counter.add(2), await counter.add(3), await counter.total];
  counter.total = 10;
  found.set = await counter.total;
  found.items = await counter.items;
  found.later = await counter.later(4);
  found.callback = await counter.each(Comlink.proxy((n) => n * n), 4);
  try { await counter.fail(); } catch (error) { found.error = [error.name, error.message]; }
  found.refused = [];
  const tries = {
    secret: () => counter._secret, dunder: () => counter.__class__, missing: () => counter.missing,
    walk: () => counter.items.constructor, deeper: () => counter.add.constructor("return 1"),
    call: () => counter._secret(), class: () => counter.add.__globals__,
    construct: async () => (await new counter.add(1)) && 1,
  };
  for (const [name, go] of Object.entries(tries)) {
    try {
      const value = await go();
      if (value !== undefined) found.refused.push([name, String(value)]);
    } catch { /* what is expected */ }
  }
  return JSON.stringify(found);
}''')
async def served():
    async with await comlink.connect(channel.port1, Counter(), comlink=Comlink, seconds=0.2) as end:
        return await use(Comlink, channel.port2)
async def main():
    # The JavaScript end exposes an object as well, so that it answers.
    run_js("(Comlink, port) => Comlink.expose({}, port)")(Comlink, channel.port2)
    return await served()
import json
json.loads(await main())
""") == {
        "sum": [2, 5, 5],
        "set": 10,
        "items": [1, {"b": 2}],
        "later": {"twice": [4, 4]},
        "callback": [0, 1, 4, 9],
        "error": ["ValueError", "no such thing"],
        "refused": [],
    }


def test_python_calls_a_javascript_end(page: Interpreter) -> None:
    assert page.run("""
channel = js.MessageChannel.new()
run_js('''(Comlink, port) => Comlink.expose({
  total: 1,
  add(number, other = 0) { this.total += number + other; return this.total; },
  async each(callback, items) { return Promise.all(items.map((item) => callback(item))); },
  describe(thing) { return Object.keys(thing).join() + thing.bytes.length; },
  fail() { throw new RangeError("too far"); },
}, port)''')(Comlink, channel.port2)
async with await comlink.connect(channel.port1, comlink=Comlink) as end:
    remote = end.remote
    found = [end.peer is None, await remote.add(2), await remote.add(1, 1), await remote.total]
    await remote.total.set(7)
    found += [await remote.total, await remote.each(lambda item: item * 2, [1, 2])]
    found += [await remote.describe({"bytes": b"abc", "x": 1})]
    try:
        await remote.fail()
    except RemoteError as error:
        found += [error.type, error.text]
found
""") == [True, 3, 5, 5, 7, [2, 4], "bytes,x3", "RangeError", "too far"]


def test_two_python_ends_find_each_other_and_speak_their_own_protocol(page: Interpreter) -> None:
    assert page.run("""
channel = js.MessageChannel.new()
one, two = await asyncio.gather(
    comlink.connect(channel.port1, Counter(), comlink=Comlink, trusted=True),
    comlink.connect(channel.port2, Counter(), comlink=Comlink, trusted=True),
)
found = [one.peer is not None, two.peer is not None]
found += [await one.remote.add(3), await two.remote.add(4)]
found += [await one.remote.each(lambda number: -number, 3)]
try:
    await one.remote.fail()
except ValueError as error:
    found.append(str(error))
one.close(), two.close()
found
""") == [True, True, 3, 4, [0, -1, -2], "no such thing"]


def test_an_end_that_does_not_answer_is_given_up(page: Interpreter) -> None:
    assert page.run("""
from bridge.proxies import live_counts
before = live_counts()
channel = js.MessageChannel.new()
try:
    await comlink.connect(channel.port1, comlink=Comlink, seconds=0.05)
    found = "connected"
except TimeoutError:
    found = "timeout"
[found, live_counts() == before]
""") == ["timeout", True]


HOSTILE = (Path(__file__).parent / "hostile.mjs").read_text("utf-8")
SERVED = """
hostile = await comlink._module({hostile!r})
class Served:
    total: int
    def __init__(self):
        self.total, self._secret, self._remote = 0, 5, None
        self.items = [1]
    def add(self, number):
        return number
    def echo(self, value):
        return None
    def make(self, *ignored):
        return lambda *given: len(given)
    async def hand(self, *ignored):
        # A callback of Python in the hands of the other end.
        while self._remote is None:
            await asyncio.sleep(0)
        return await self._remote.keep(lambda *given: len(given))
"""
INTERFACE = ("add", "echo", "hand", "items", "make", "total")


@pytest.fixture
def hostile(page: Interpreter) -> Interpreter:
    page.run(SERVED.format(hostile=HOSTILE))
    return page


def test_nothing_but_the_interface_can_be_reached_by_any_path(hostile: Interpreter) -> None:
    found = hostile.run(
        """
channel = js.MessageChannel.new()
served = Served()
walking = asyncio.ensure_future(hostile.walk(channel.port2, run_js("(names) => [...names]")(
    ["total", "items", "add", "echo", "make", "hand", "_secret"])))
async with await comlink.connect(channel.port1, served, comlink=Comlink) as end:
    served._remote = end.remote
    found = (await walking).to_py()
[found, served.total, served._secret]
""",
        timeout=120,
    )
    told, total, secret = found
    assert told.pop("count") > 20_000
    assert told.pop("reached") >= 3
    assert told.pop("given") >= 1
    answered = told.pop("answered")
    assert told == {"changed": False, "ran": 0, "polluted": False}
    once = {f"GET {name}" for name in INTERFACE}
    once |= {f"APPLY {name}" for name in INTERFACE if name not in {"items", "total"}}
    once |= {"SET total"}
    # Whatever a callable thing hands out can be called, and read not even by a name.
    callables = {"callback > ", "APPLY make > ", "endpoint > APPLY make > "}
    expected = (
        once | {f"endpoint > {each}" for each in once} | {f"{each}APPLY " for each in callables}
    )
    assert set(answered) == expected
    assert (total, secret) == ("globalThis.__ran = (globalThis.__ran ?? 0) + 1", 5)


def test_comlinks_own_proxies_get_no_further(hostile: Interpreter) -> None:
    assert (
        hostile.run(
            """
attack = run_js('''async (Comlink, port) => {
  const found = [];
  const remote = Comlink.wrap(port);
  const made = await remote.make();
  const code = "globalThis.__ran = 1";
  const tries = {
    apply: () => remote.zzz.apply.constructor(code),
    construct: async () => (await new remote.zzz.apply.constructor(code))(),
    add: async () => (await new remote.add.constructor(code))(),
    made: () => made.constructor(code),
    "made anew": async () => (await new made.constructor(code))(),
    "made twice": () => made.constructor.constructor(code),
    prototype: () => remote.__proto__.constructor,
    members: () => remote.add.__proto__.constructor,
    new: () => new remote.add(1),
    symbol: () => remote[Symbol.iterator](),
    call: () => remote.add.call.call(1),
  };
  for (const [name, go] of Object.entries(tries)) {
    try {
      found.push([name, String(await go())]);
    } catch { /* what is expected */ }
  }
  remote.zzz.apply.__proto__.__proto__.polluted = "yes";
  remote.__proto__ = remote.constructor = { polluted: "yes" };
  remote.add = 5;
  made.__proto__.polluted = "yes";
  await remote.total;
  await new Promise((resolve) => setTimeout(resolve, 50));
  found.push(await made(1, 2), await remote.add(3), "polluted" in {}, globalThis.__ran ?? 0);
  const again = Comlink.wrap(await remote[Comlink.createEndpoint]());
  found.push(await again.add(4));
  made[Comlink.releaseProxy]();
  again[Comlink.releaseProxy]();
  return JSON.stringify(found);
}''')
channel = js.MessageChannel.new()
run_js("(Comlink, port) => Comlink.expose({}, port)")(Comlink, channel.port2)
async with await comlink.connect(channel.port1, Served(), comlink=Comlink) as end:
    found = await attack(Comlink, channel.port2)
found
""",
            unhandled=True,  # a refused assignment is a promise that nobody can await
        )
        == "[2,3,false,0,4]"
    )


def test_an_error_crosses_by_its_class_and_text_and_nothing_else(hostile: Interpreter) -> None:
    found = hostile.run("""
class Failing:
    def fail(self):
        raise LookupError("line one\\nline two")
    def leave(self):
        raise SystemExit(3)
    def each(self, function):
        return function(lambda: 1 / 0)
    async def cancelled(self):
        raise asyncio.CancelledError
channel = js.MessageChannel.new()
talk = run_js('''(port) => {
  const found = [];
  port.onmessage = ({ data }) => {
    if (data.path?.[0] === "bridgeHello")
      port.postMessage({
        id: data.id, type: "HANDLER", name: "throw", value: { isError: false, value: 7 },
      });
    else if (data.name === "throw") found.push([data.name, data.value.isError, data.value.value]);
  };
  for (const name of ["fail", "leave", "cancelled"])
    port.postMessage({ id: name, type: "APPLY", path: [name] });
  return found;
}''')(channel.port2)
async with await comlink.connect(channel.port1, Failing(), comlink=Comlink) as end:
    while len(talk) < 3:
        await asyncio.sleep(0.01)
talk.to_py()
""")
    assert [each[:2] for each in found] == [["throw", True]] * 3
    told = {each["name"]: each for _, _, each in found}
    assert told == {
        name: {"name": name, "message": text, "stack": f"{name}: {text}"}
        for name, text in {
            "LookupError": "line one\nline two", "SystemExit": "3", "CancelledError": "",
        }.items()
    }  # fmt: skip


def test_odd_messages_are_complaints_and_the_others_are_served(hostile: Interpreter) -> None:
    found = hostile.run(
        """
import logging
logging.getLogger("bridge.rpc").setLevel(logging.CRITICAL)
channel = js.MessageChannel.new()
served = Served()
uncaught = run_js('''() => {
  const found = [];
  addEventListener("error", (event) => found.push(String(event.message)));
  addEventListener("unhandledrejection", (event) => found.push(String(event.reason)));
  return found;
}''')()
run_js("(Comlink, port) => Comlink.expose({}, port)")(Comlink, channel.port2)
async with await comlink.connect(channel.port1, served, comlink=Comlink) as end:
    posted = hostile.postAll(channel.port2, hostile.odd())
    remote = run_js("(Comlink, port) => Comlink.wrap(port)")(Comlink, channel.port2)
    add = run_js("async (remote, number) => await remote.add(number)")
    found = [await add(remote, 1), len(end.complaints), max(map(len, end.complaints))]
    requests = hostile.oddRequests()
    posted += hostile.postAll(channel.port2, requests)
    found += [await add(remote, 2), await end.remote.missing is None]
    peer = end.peer
logging.getLogger("bridge.rpc").setLevel(logging.NOTSET)
[posted, found, len(uncaught), peer is None]
""",
        timeout=120,
    )
    posted, (first, complaints, longest, second, missing), uncaught, no_peer = found
    assert posted > 1000
    assert (first, second, missing, uncaught, no_peer) == (1, 2, True, 0, True)
    assert complaints == 20
    assert longest < 200


def test_calls_in_flight_end_when_the_other_end_closes_its_port(hostile: Interpreter) -> None:
    # The event itself stands behind a flag in the browser of these tests.
    assert hostile.run("""
from bridge.rpc import PeerLostError
async def endings(close, **options):
    channel = js.MessageChannel.new()
    expose = "Comlink.expose({ wait: () => new Promise(() => {}) }, port)"
    run_js(f"(Comlink, port) => {expose}")(Comlink, channel.port2)
    end = await comlink.connect(channel.port1, comlink=Comlink, **options)
    calls = [asyncio.ensure_future(end.remote.wait()) for _ in range(8)]
    await asyncio.sleep(0.01)
    close(end, channel)
    found = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 30)
    try:
        await end.remote.wait()
    except PeerLostError as error:
        found.append(error)
    end.close()
    return [len(found), {type(each).__name__ for each in found} == {"PeerLostError"}]
async def python():
    channel = js.MessageChannel.new()
    class Slow:
        async def wait(self):
            await asyncio.sleep(60)
    one, two = await asyncio.gather(
        comlink.connect(channel.port1, comlink=Comlink, trusted=True, heartbeat=0.5),
        comlink.connect(channel.port2, Slow(), comlink=Comlink, trusted=True))
    calls = [asyncio.ensure_future(one.remote.wait()) for _ in range(8)]
    await asyncio.sleep(0.01)
    channel.port2.close()
    found = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 30)
    one.close(), two.close()
    return [len(found), {type(each).__name__ for each in found} == {"PeerLostError"}]
told = lambda end, channel: channel.port1.dispatchEvent(js.Event.new("close"))
[await endings(told), await endings(lambda end, channel: end.close()),
 await endings(lambda end, channel: channel.port2.close(), heartbeat=0.5), await python()]
""") == [[9, True], [9, True], [9, True], [8, True]]


def test_an_end_that_answers_is_not_taken_for_gone(page: Interpreter) -> None:
    assert page.run("""
channel = js.MessageChannel.new()
run_js("(Comlink, port) => Comlink.expose({ add: (a, b) => a + b }, port)")(Comlink, channel.port2)
async with await comlink.connect(channel.port1, comlink=Comlink, heartbeat=0.2) as end:
    await asyncio.sleep(1)
    found = await end.remote.add(1, 2)
try:
    await comlink.connect(channel.port1, comlink=Comlink, heartbeat=0)
except ValueError as error:
    found = [found, str(error)]
found
""") == [3, "expected a positive number of seconds, found 0"]
