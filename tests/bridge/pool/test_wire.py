"""Messages of one turn are one delivery, in order, with their buffers beside it."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bridge.pool import wire
from bridge.rpc.loopback import LoopbackPort, pair

MODES = {"CALL", "EACH", "EVERY", "LISTEN"}


def test_kinds_of_messages_are_distinct_and_modes_can_be_added() -> None:
    names = {name for name in wire.__all__ if name.isupper()} - MODES
    assert len({getattr(wire, name) for name in names}) == len(names) == 15
    assert wire.EACH | wire.EVERY | wire.LISTEN == wire.EACH + wire.EVERY + wire.LISTEN


@given(st.lists(st.tuples(st.integers(1, 20), st.lists(st.binary(max_size=5), max_size=3))))
def test_what_was_added_arrives_whole_and_in_order(added: list[tuple[int, list[bytes]]]) -> None:
    async def main() -> tuple[list[Any], list[Any], int]:
        near, far = pair()
        near.record = True
        messages: list[Any] = []
        found: list[Any] = []

        def receive(header: bytes, buffers: list[Any]) -> None:
            messages.extend(wire.read(header))
            found.extend(bytes(buffer) for buffer in buffers)

        far.listen(receive)
        out = wire.Outbox(near)
        for kind, buffers in added:
            out.add((kind, len(buffers)), buffers)
        out.flush()
        out.flush()
        for _ in range(5):
            await asyncio.sleep(0)
        return messages, found, len(near.sent)

    messages, found, sent = asyncio.run(main())
    assert messages == [(kind, len(buffers)) for kind, buffers in added]
    assert found == [buffer for _, buffers in added for buffer in buffers]
    assert sent == min(1, len(added)), "one delivery, and none for nothing"


def test_at_once_asks_a_port_that_can_for_it() -> None:
    class Hurried(LoopbackPort):
        flushed = 0

        def flush(self) -> None:
            self.flushed += 1

    port = Hurried()
    out = wire.Outbox(port)
    out.add((wire.BEGUN, 1))
    out.flush()
    assert port.flushed == 0
    out.add((wire.BEGUN, 2))
    out.flush_at_once()
    assert port.flushed == 1
    wire.Outbox(LoopbackPort()).flush_at_once()
