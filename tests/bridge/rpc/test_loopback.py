"""Ports in memory behave as the browser's: later, in order, copied, and silent after the end."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bridge.rpc.loopback import LoopbackPort, pair
from tests.bridge.rpc.both_ends import run


async def turns(number: int = 10) -> None:
    for _ in range(number + 10):
        await asyncio.sleep(0)


def listening(port: LoopbackPort) -> tuple[list[tuple[bytes, list[Any]]], list[Exception]]:
    got: list[tuple[bytes, list[Any]]] = []
    lost: list[Exception] = []
    port.listen(lambda header, buffers: got.append((header, buffers)), lost.append)
    return got, lost


@given(st.lists(st.tuples(st.binary(max_size=5), st.lists(st.binary(max_size=5)))))
def test_messages_arrive_whole_and_in_order_though_nobody_listened(
    messages: list[tuple[bytes, list[bytes]]],
) -> None:
    async def main() -> None:
        here, there = pair()
        for header, buffers in messages:
            here.post(header, buffers)
        got, _ = listening(there)
        assert got == []
        await turns(len(messages))
        assert [(header, list(map(bytes, buffers))) for header, buffers in got] == messages

    run(main())


def test_buffers_are_copied_when_they_are_posted() -> None:
    async def main() -> None:
        here, there = pair()
        got, _ = listening(there)
        data = bytearray(b"abc")
        here.post(b"", [data])
        data[:] = b"xyz"
        await turns()
        ((_, (arrived,)),) = got
        arrived[0] = 0
        assert (bytes(arrived), bytes(data)) == (b"\0bc", b"xyz")

    run(main())


def test_a_receiver_that_raises_gets_the_next_message() -> None:
    async def main() -> None:
        reported: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: reported.append(context)
        )
        here, there = pair()
        got: list[bytes] = []

        def receive(header: bytes, _: object) -> None:
            got.append(header)
            raise ValueError(header)

        there.listen(receive)
        here.post(b"one")
        here.post(b"two")
        await turns()
        assert got == [b"one", b"two"]
        assert len(reported) == 2

    run(main())


def test_a_closed_end_hears_nothing_and_what_it_sent_arrives() -> None:
    async def main() -> None:
        here, there = pair()
        (near, _), (far, _) = listening(here), listening(there)
        here.post(b"before")
        there.post(b"on its way")
        here.close()
        here.post(b"after")
        await turns()
        assert near == []
        assert [header for header, _ in far] == [b"before"]

    run(main())


def test_a_loss_is_told_once() -> None:
    async def main() -> None:
        here, there = pair()
        got, lost = listening(here)
        there.post(b"too late")
        reason = ConnectionError("gone")
        here.lose(reason)
        here.lose(reason)
        here.post(b"nowhere")
        await turns()
        assert (got, lost) == ([], [reason])

    run(main())
