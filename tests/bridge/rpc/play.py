"""Moves on a connection, and how its calls end; also run in Chromium, without hypothesis."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any, Protocol

from bridge.rpc import Peer, release, with_options

if TYPE_CHECKING:
    from bridge.rpc.call import Call

MOVES = (
    "call", "fail", "sleep", "work", "open", "callback", "deadline", "cancel", "turn", "turns",
    "drop", "release", "serve",
)  # fmt: skip


class Both(Protocol):
    """Two ends of one connection; the server serves a bank."""

    client: Peer
    server: Peer


class Play:
    """Makes moves, and counts how often each call ends."""

    def __init__(self, both: Both, seed: int) -> None:
        self.both = both
        self.random = random.Random(seed)  # noqa: S311 - reproducible play
        self.calls: list[Call[Any]] = []
        self.endings: dict[int, int] = {}
        self.held: list[Any] = []

    def watch(self, call: Call[Any]) -> None:
        place = len(self.calls)
        self.calls.append(call)
        self.endings[place] = 0

        def ended(_: object) -> None:
            self.endings[place] += 1
            if not call.cancelled() and call.exception() is None:
                self.held.append(call.result())

        call.add_done_callback(ended)

    async def move(self, name: str) -> None:  # noqa: C901, PLR0912 - one case per move
        remote, pick = self.both.client.remote, self.random
        match name:
            case "call":
                self.watch(remote.echo([pick.random()]))
            case "fail":
                self.watch(remote.fail("on purpose"))
            case "sleep":
                self.watch(remote.sleep(pick.choice([0, 0.001, 60])))
            case "work":
                self.watch(with_options(remote, on_progress=lambda _: None).work(2))
            case "open":
                self.watch(remote.open(pick.choice("ab")))
            case "callback":
                self.watch(remote.each(lambda number: number, pick.randrange(3)))
            case "deadline":
                self.watch(with_options(remote, timeout=pick.choice([0, 0.001])).sleep(60))
            case "cancel" if self.calls:
                pick.choice(self.calls).cancel()
            case "drop":
                self.held.clear()
            case "release" if self.held:
                found = pick.choice(self.held)
                if hasattr(type(found), "__aenter__"):
                    release(found)
            case "serve":
                self.watch(self.both.server.remote.anything())
            case "turns":
                await asyncio.sleep(0.002)
            case _:
                await asyncio.sleep(0)

    async def end(self) -> None:
        """Cancel what would take long, and let the rest end."""
        for call in self.calls:
            if not call.done():
                call.cancel()
        for _ in range(100):
            await asyncio.sleep(0)
            if all(self.endings.values()):
                break
