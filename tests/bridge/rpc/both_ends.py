"""Both ends of a connection in one event loop."""

from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from bridge.rpc import Peer
from bridge.rpc.loopback import LoopbackPort, pair
from tests.bridge.rpc.served import Bank
from tests.pace import patience

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

LIMIT = 20


class Ends:
    """A client, a server, their ports and the root."""

    def __init__(self, **options: Any) -> None:
        self.near, self.far = pair()
        self.near.record = self.far.record = True
        self.bank = Bank()
        serve = options.pop("serve", self.bank)
        interface = options.pop("interface", None)
        trusted = options.pop("trusted", True)
        self.server = Peer(
            self.far, serve, interface=interface, trusted=trusted, name="server", **options
        )
        self.client = Peer(self.near, trusted=trusted, name="client")

    @property
    def remote(self) -> Any:
        return self.client.remote

    def ports(self) -> tuple[LoopbackPort, LoopbackPort]:
        return self.near, self.far

    async def settle(self) -> None:
        """Let everything that is on its way arrive."""
        for _ in range(30):
            await asyncio.sleep(0)


@asynccontextmanager
async def ends(**options: Any) -> AsyncIterator[Ends]:
    both = Ends(**options)
    async with both.server, both.client:
        yield both


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine with a time limit; nothing may be left that only the event loop hears of."""
    reported: list[dict[str, Any]] = []

    async def main() -> Any:
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: reported.append(context)
        )
        return await asyncio.wait_for(work, patience(LIMIT))

    result = asyncio.run(main())
    gc.collect()
    assert reported == []
    return result
