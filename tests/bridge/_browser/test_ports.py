"""Ports in real Pyodide: bytes arrive as they left, in order and together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bridge._browser.ports import open_port
from bridge.errors import HostUnavailableError

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter

SET_UP = """
import array, asyncio, js
from bridge._browser.ports import open_port
from bridge.proxies import live_counts
count_posts = js.eval('''(target) => {
  const post = target.postMessage.bind(target), counter = { posts: 0, events: 0 };
  target.postMessage = (...given) => { counter.posts += 1; post(...given); };
  return counter;
}''')
count_events = js.eval('''(target, counter) => {
  target.addEventListener("message", () => { counter.events += 1; });
}''')
class Pair:
    def __init__(self, receive=None):
        channel = js.MessageChannel.new()
        self.counter = count_posts(channel.port1)
        count_events(channel.port2, self.counter)
        self.near, self.far = open_port(channel.port1), open_port(channel.port2)
        self.got, self.lost = [], []
        self.far.listen(receive or (lambda *message: self.got.append(message)), self.lost.append)
    async def settle(self):
        await asyncio.sleep(0.05)
        return self.got
    def close(self):
        self.near.close(), self.far.close()
"""


def test_a_port_is_refused_outside_the_browser() -> None:
    with pytest.raises(HostUnavailableError):
        open_port(object())


def test_headers_of_every_byte_and_size_arrive_as_they_left(interpreter: Interpreter) -> None:
    interpreter.run(SET_UP)
    assert interpreter.run("""
pair = Pair()
sent = [bytes(range(256)) * n for n in (0, 1, 16, 17, 5000)] + [b"\\x00", b"x" * 4096]
for header in sent:
    pair.near.post(header)
got = await pair.settle()
await asyncio.sleep(0)
pair.near.post(b"alone")
await pair.settle()
pair.close()
[header for header, _ in got] == [*sent, b"alone"] and all(type(h) is bytes for h, _ in got)
""")


def test_buffers_of_every_kind_arrive_as_writable_bytes(interpreter: Interpreter) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
pair = Pair()
numbers = array.array("d", [1.5, -2.5])
sent = [b"abc", bytearray(b"de"), memoryview(b"fghij")[::2], numbers, b"",
        memoryview(bytes(range(6))).cast("B", (2, 3)), b"z" * 3_000_000]
pair.near.post(b"h", sent)
pair.near.post(b"n" * 9000, [b"after a large header"])
(header, buffers), (large, after) = await pair.settle()
buffers[0][0] = 0
pair.close()
[header == b"h",
 [type(b).__name__ for b in buffers] == ["memoryview"] * 7,
 bytes(buffers[0]) == b"\\x00bc" and sent[0] == b"abc",
 [bytes(a) == memoryview(b).tobytes() for a, b in zip(buffers[1:], sent[1:])],
 array.array("d", bytes(buffers[3])) == numbers,
 large == b"n" * 9000 and bytes(after[0]) == b"after a large header"]
""")
    assert found == [True, True, True, [True] * 6, True, True]


def test_messages_of_one_turn_travel_in_one_message_and_in_order(interpreter: Interpreter) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
pair = Pair()
for number in range(200):
    pair.near.post(str(number).encode(), [b"x"] if number % 3 else ())
first = len(await pair.settle())
posts, events = pair.counter.posts, pair.counter.events
pair.near.post(b"later")
await pair.settle()
ordered = [h for h, _ in pair.got] == [*(str(n).encode() for n in range(200)), b"later"]
pair.close()
[first, posts, events, pair.counter.posts, pair.counter.events, ordered]
""")
    assert found == [200, 1, 1, 2, 2, True]


def test_buffers_of_the_page_are_moved_or_cloned_or_shared(interpreter: Interpreter) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
pair = Pair()
moved, cloned, shared = js.Uint8Array.new(4), js.ArrayBuffer.new(8), js.SharedArrayBuffer.new(2)
channel = js.MessageChannel.new()
pair.near.post(b"before")
pair.near.post(b"m", [moved, channel.port1, b"python"], transfer=True)
pair.near.post(b"c", [cloned])
pair.near.post(b"s", [shared], transfer=True)
pair.near.post(b"after")
got = await pair.settle()
js.Uint8Array.new(got[3][1][0])[1] = 7
order = [header.decode() for header, _ in got]
pair.close()
[order, moved.byteLength, len(got[1][1][0]), js.Object.prototype.toString.call(got[1][1][1]),
 bytes(got[1][1][2]).decode(), cloned.byteLength, js.Uint8Array.new(shared)[1]]
""")
    assert found == [
        ["before", "m", "c", "s", "after"],
        0,
        4,
        "[object MessagePort]",
        "python",
        8,
        7,
    ]


def test_what_cannot_be_cloned_is_told_to_its_sender_and_stops_nothing(
    interpreter: Interpreter,
) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
pair = Pair()
pair.near.post(b"one")
try:
    pair.near.post(b"bad", [js.document])
    told = "nothing"
except Exception as error:
    told = error.name
pair.near.post(b"two")
got = await pair.settle()
pair.close()
[told, [header.decode() for header, _ in got]]
""")
    assert found == ["DataCloneError", ["one", "two"]]


def test_messages_wait_for_the_listener_and_a_closing_end_still_sends(
    interpreter: Interpreter,
) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
before = live_counts()
channel = js.MessageChannel.new()
near, far = open_port(channel.port1), open_port(channel.port2)
near.post(b"early")
await asyncio.sleep(0.02)
near.post(b"last")
near.close()
near.close()
near.post(b"never")
got = []
far.listen(lambda header, _buffers: got.append(header.decode()))
await asyncio.sleep(0.05)
far.close()
[got, live_counts() == before]
""")
    assert found == [["early", "last"], True]


def test_a_listener_that_raises_gets_the_other_messages_nevertheless(
    interpreter: Interpreter,
) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run(
        """
got = []
def receive(header, buffers):
    got.append(header.decode())
    if header == b"bad":
        raise KeyboardInterrupt if len(got) == 1 else ValueError("bad")
pair = Pair(receive)
for header in (b"bad", b"good", b"bad", b"good"):
    pair.near.post(header)
await pair.settle()
pair.near.post(b"bad")
pair.near.post(b"end")
await pair.settle()
pair.close()
got
""",
        unhandled=True,
    )
    assert found == ["bad", "good", "bad", "good", "bad", "end"]


def test_the_loss_of_the_other_end_is_told_once_even_to_a_late_listener(
    interpreter: Interpreter,
) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
pair = Pair()
pair.far.lose(ConnectionError("gone"))
pair.far.lose(ConnectionError("again"))
pair.far.post(b"to nobody")
late, closed = open_port(js.MessageChannel.new().port1), open_port(js.MessageChannel.new().port1)
late.lose(ConnectionError("before"))
told = []
late.listen(lambda *message: None, told.append)
closed.listen(lambda *message: None, told.append)
closed.close()
closed.lose(ConnectionError("after closing"))
pair.close()
[list(map(str, pair.lost)), list(map(str, told))]
""")
    assert found == [["gone"], ["before"]]


def test_a_port_has_one_listener_and_none_after_it_was_closed(interpreter: Interpreter) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
def attempt(port):
    try:
        port.listen(lambda *message: None)
    except Exception as error:
        return type(error).__name__
pair = Pair()
second = attempt(pair.far)
pair.close()
[second, attempt(pair.near)]
""")
    assert found == ["BridgeError", "DisposedError"]


HOSTILE = (Path(__file__).parents[1] / "rpc" / "hostile.mjs").read_text("utf-8")


def test_what_is_no_message_is_complained_about_and_the_others_arrive(
    interpreter: Interpreter,
) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run(
        f"""
from bridge.rpc.comlink import _module
hostile = await _module({HOSTILE!r})
uncaught = js.eval('''(() => {{
  const found = [];
  addEventListener("error", (event) => found.push(String(event.message)));
  addEventListener("unhandledrejection", (event) => found.push(String(event.reason)));
  return found;
}})()''')
channel = js.MessageChannel.new()
far, got, told = open_port(channel.port2), [], []
far.listen(lambda header, buffers: got.append(header), None, told.append)
between = js.eval("(port, values) => values.map((value, at) => {{"
    "try {{ port.postMessage([[`before ${{at}}`], value, [`after ${{at}}`]]); return true; }}"
    "catch {{ return false; }} }})")
alone = hostile.postAll(channel.port1, hostile.odd())
sent = list(between(channel.port1, hostile.odd()))
js.eval("(port) => port.postMessage('the end')")(channel.port1)
while got[-1:] != [b"the end"]:
    await asyncio.sleep(0.01)
far.close(), channel.port1.close()
headers = [header.decode("latin-1") for header in got]
both = ("before", "after")
wanted = [f"{{when}} {{at}}" for at, fine in enumerate(sent) if fine for when in both]
[alone, sum(sent), [name for name in headers if name.startswith(both)] == wanted,
 len(told), max(map(len, told)), all(type(each) is str for each in told), len(uncaught)]
""",
        timeout=120,
    )
    alone, sent, in_order, told, longest, texts, uncaught = found
    assert (in_order, texts, uncaught) == (True, True, 0)
    assert alone > 70
    assert sent > 70
    # Some odd values are messages: a text of bytes, an array of arrays that begin with a text.
    assert told > alone + sent - 40
    assert longest < 200


def test_a_port_that_was_closed_there_is_lost_here(interpreter: Interpreter) -> None:
    interpreter.run(SET_UP)
    # The event itself stands behind a flag in the browser of these tests.
    assert interpreter.run("""
from bridge.rpc import Peer, PeerLostError
class Slow:
    async def wait(self):
        await asyncio.sleep(60)
channel = js.MessageChannel.new()
near, far = Peer(open_port(channel.port1)), Peer(open_port(channel.port2), Slow())
calls = [near.remote.wait() for _ in range(8)]
await asyncio.sleep(0.05)
channel.port2.close()
channel.port1.dispatchEvent(js.Event.new("close"))
found = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 20)
far.close()
[near.lost, {type(each).__name__ for each in found} == {"PeerLostError"},
 {type(each.__cause__).__name__ for each in found} == {"ConnectionResetError"}, near.in_flight]
""") == ["the other end closed its port", True, True, 0]


def test_a_port_that_was_closed_there_is_found_lost_where_no_event_tells(
    interpreter: Interpreter,
) -> None:
    interpreter.run(SET_UP)
    assert (
        interpreter.run(
            """
from bridge.rpc import Peer, PeerLostError
class Slow:
    async def wait(self):
        await asyncio.sleep(600)
async def lost(close):
    channel = js.MessageChannel.new()
    near = Peer(open_port(channel.port1), heartbeat=0.5)
    far = Peer(open_port(channel.port2), Slow())
    calls = [near.remote.wait() for _ in range(8)]
    await asyncio.sleep(0.05)
    close(channel.port2)
    found = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 60)
    far.close()
    return [near.lost, *{type(each).__name__ for each in found}, near.in_flight]
[await lost(lambda port: port.close()),
 await lost(js.eval("(port) => MessagePort.prototype.close.call(port)"))]
""",
            timeout=130,
        )
        == [["the other end closed its port", "PeerLostError", 0]] * 2
    )


COMPUTES = """(channel) => {
  const code = `onmessage = ({ ports: [port] }) => {
    let back = null, seen = -1, count = 0;
    const busy = (ms) => { const end = performance.now() + ms; while (performance.now() < end); };
    // As a port of bridge answers, but computing without a pause again and again.
    port.onmessage = ({ data, ports }) => {
      count += 1;
      busy(5);
      if (Array.isArray(data) && data[0] === "bridge-probe") {
        seen = data[1];
        if (ports[0]) back = ports[0];
        back.onmessage = ({ data }) => back.postMessage([data, seen, count]);
        busy(600);
      }
    };
  };`;
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  worker.postMessage(0, [channel.port2]);
  return worker;
}"""


def test_an_end_that_computes_for_longer_than_the_heartbeat_is_not_lost(
    interpreter: Interpreter,
) -> None:
    interpreter.run(SET_UP)
    assert interpreter.run(
        f"""
from bridge.rpc import Peer
channel = js.MessageChannel.new()
computing = js.eval({COMPUTES!r})(channel)
near = Peer(open_port(channel.port1), heartbeat=0.25)
call = near.remote.wait()
await asyncio.sleep(4)
found = [near.lost, near.in_flight]
computing.terminate()
near.close()
await asyncio.gather(call, return_exceptions=True)
found
""",
        timeout=60,
    ) == [None, 1]


def test_an_end_that_closes_tells_it_without_a_heartbeat(interpreter: Interpreter) -> None:
    interpreter.run(SET_UP)
    assert interpreter.run("""
pair = Pair()
pair.near.listen(lambda *message: None)
found = [pair.far.watch()]
await pair.settle()
pair.near.close()
while not pair.lost:
    await asyncio.sleep(0.01)
found += [str(pair.lost[0])]
pair.far.close()
found
""") == [True, "the other end closed its port"]
