"""Runs in the page's Pyodide: interrupts at random moments around the end of short work.

Every message and every call is accounted for: what was not meant is never hit, and what was meant
either ends with the interrupt or goes through whole.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import js

from bridge.rpc import RemoteError, with_options
from bridge.worker import connect, spawn

if TYPE_CHECKING:
    from bridge.worker import Worker

SERVED = """
import asyncio, time
from bridge.rpc import report_progress
class Busy:
    ended = 0
    def work(self, name, seconds):
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            pass
        self.ended += 1
        return name
    def spin(self):
        report_progress("begun")
        while True:
            pass
    async def steps(self, name, seconds):
        for _ in range(3):
            self.work(name, seconds / 3)
            await asyncio.sleep(0)
        return name
def echo(port):
    port.listen(lambda header, buffers: port.post(Busy().work(header, 0.004)))
"""
PATIENCE = 120.0
"""Seconds for an answer that must come."""
URL = str(js.location.origin)


async def pause(seconds: float) -> None:
    """Let other threads run for a while that is shorter than a timer of the page can be."""
    until = js.performance.now() + 1000 * seconds
    await asyncio.sleep(0)
    while js.performance.now() < until:
        pass


async def messages(worker: Worker, pick: random.Random, rounds: int) -> dict[str, Any]:
    """Messages over a plain port; an interrupt ends one of those that were on their way."""
    heard: list[bytes] = []
    worker.port.listen(lambda header, _buffers: heard.append(header))
    hits = 0
    for n in range(rounds):
        worker.port.post(b"first %d" % n)
        await pause(pick.uniform(0.002, 0.008))
        worker.interrupt()
        # Its turn is over with the answer: what is posted then is out of the interrupt's reach.
        if not await worker.responds(PATIENCE):
            return {"silent": n}
        worker.port.post(b"second %d" % n)
        if not await worker.responds(PATIENCE):
            return {"silent": n}
        for _ in range(200):
            if b"second %d" % n in heard:
                break
            await asyncio.sleep(0.01)
        else:
            return {"lost": n}
        hits += b"first %d" % n not in heard
    return {"unasked": len(heard) + hits - 2 * rounds, "hit": hits}


async def calls(worker: Worker, busy: Any, pick: random.Random, rounds: int) -> dict[str, Any]:
    """Three calls at once, of which one is meant."""
    count: Counter[str] = Counter()
    for n in range(rounds):
        method = pick.choice([busy.work, busy.steps])
        several = [method(f"{n} {k}", 0.004) for k in range(3)]
        meant = pick.randrange(3)
        await pause(pick.uniform(0.001, 0.016))
        worker.interrupt(several[meant].number)
        whole = asyncio.gather(*several, return_exceptions=True)
        try:
            answers = await asyncio.wait_for(whole, PATIENCE)
        except TimeoutError:
            return {"unanswered": n, **count}
        for k, answer in enumerate(answers):
            if isinstance(answer, BaseException):
                count["hit" if k == meant else f"wrong one hit: {answer!r}"] += 1
            elif answer != f"{n} {k}":
                count["wrong answer"] += 1
    after = await asyncio.wait_for(busy.work("after", 0), PATIENCE)
    return {**count, "after": after, "alive": worker.alive}


def _set(event: asyncio.Event, _: object) -> None:
    event.set()


async def loops(worker: Worker, busy: Any, rounds: int) -> dict[str, Any]:
    """One interrupt for each of many loops: none of them goes unheard."""
    for n in range(rounds):
        begun = asyncio.Event()
        told: Any = with_options(busy, on_progress=partial(_set, begun))
        call = asyncio.create_task(told.spin())
        await asyncio.wait_for(begun.wait(), PATIENCE)
        worker.interrupt()
        done, _ = await asyncio.wait({call}, timeout=PATIENCE)
        if not done:
            return {"unheard": n}
        if not isinstance(call.exception(), RemoteError):
            return {"ended otherwise": repr(call.exception())}
        # More progress than so much per second would wait for the end of its call.
        await asyncio.sleep(0.01)
    return {"ended": rounds, "alive": worker.alive}


async def main(seed: int = 0, rounds: int = 60) -> dict[str, Any]:
    """Both kinds, each in a worker of its own."""
    Path("busily.py").write_text(SERVED, "utf-8")  # noqa: ASYNC240 - in memory
    pick = random.Random(seed)  # noqa: S311 - no secret
    found: dict[str, Any] = {}
    with await spawn("busily:echo", index_url=f"{URL}/ok/") as worker:
        found["messages"] = await messages(worker, pick, rounds)
    with await spawn(expose="busily:Busy", index_url=f"{URL}/ok/") as worker:
        busy: Any = connect(worker).remote
        found["calls"] = await calls(worker, busy, pick, rounds)
        found["loops"] = await loops(worker, busy, rounds)
    return found
