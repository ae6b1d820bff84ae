"""What the suite ``offload`` computes: in the page, or in a worker that imports it."""

from __future__ import annotations

import asyncio

from bridge.offload import report_progress

MODULUS = 1_000_003


def step(seed: int, size: int) -> int:
    """Compute a part of the whole, in a loop of plain Python."""
    for number in range(size):
        seed = (seed * 31 + number) % MODULUS
    return seed


def whole(steps: int, size: int) -> int:
    """Compute all of it, and tell after each part how far it is."""
    seed = 1
    for done in range(1, steps + 1):
        seed = step(seed, size)
        report_progress(done / steps)
    return seed


async def in_slices(steps: int, size: int, report: object) -> int:
    """Compute all of it, and let the event loop turn after each part."""
    seed = 1
    for done in range(1, steps + 1):
        seed = step(seed, size)
        if callable(report):
            report(done / steps)
        await asyncio.sleep(0)
    return seed
