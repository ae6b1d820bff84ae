"""Remote calls as a worker serves them, over an in-memory pair of ports."""

from __future__ import annotations

import asyncio
import math

from bridge.rpc import Peer
from bridge.rpc.loopback import pair
from bridge.worker.serving import Interpreter, expose


class Counter:
    def __init__(self) -> None:
        self.total = 0

    def add(self, number: int) -> int:
        self.total += number
        return self.total


def test_an_interpreter_calls_functions_by_name_and_awaits_what_they_return() -> None:
    async def main() -> list[object]:
        here, there = pair()
        expose(there, Interpreter)
        async with Peer(here, trusted=True) as peer:
            slept = await peer.remote.call(asyncio.sleep, 0, "slept")
            return [await peer.remote.call(math.factorial, 5), slept]

    assert asyncio.run(main()) == [120, "slept"]


def test_an_exposed_class_is_one_instance_with_its_state() -> None:
    async def main() -> list[int]:
        here, there = pair()
        expose(there, Counter)
        async with Peer(here, trusted=True) as peer:
            return [await peer.remote.add(2), await peer.remote.add(3)]

    assert asyncio.run(main()) == [2, 5]
