"""Comlink, the real one, on the other end of a port: JavaScript, and Python."""

from __future__ import annotations

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
