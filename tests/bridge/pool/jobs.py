"""Functions that tests give to pools; importable on both sides."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from typing import Any

from bridge.rpc import report_progress

prepared: list[Any] = []


def double(number: int) -> int:
    return 2 * number


def power(base: int, exponent: int) -> int:
    return int(base**exponent)


def echo(*args: Any, **named: Any) -> Any:
    return [list(args), named]


def same(value: Any) -> Any:
    return value


def fail(text: str) -> None:
    raise ValueError(text)


def fail_at(number: int, bad: int) -> int:
    if number == bad:
        raise LookupError(number)
    return number


async def later(value: Any, seconds: float = 0.0) -> Any:
    await asyncio.sleep(seconds)
    return value


async def stubborn(times: int) -> None:
    for _ in range(times + 1):
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)


def compute(seconds: float) -> float:
    end = time.perf_counter() + seconds
    turns = 0
    while time.perf_counter() < end:
        turns += 1
    return seconds


def compute_until(seconds: float) -> float:
    """Compute for a while without a pause; tell when that was over, by the clock of all."""
    compute(seconds)
    return time.time()


def forever() -> None:
    while True:
        pass


def count(most: int) -> str:
    for number in range(most):
        report_progress(number)
    return "counted"


def prepare(*values: Any) -> None:
    prepared.extend(values)


def what_is_prepared() -> list[Any]:
    return prepared


def tiny(number: int) -> int:
    return number


def compute_and(value: Any, seconds: float) -> Any:
    compute(seconds)
    return value


def die() -> None:
    """End this interpreter, from inside."""
    os.abort()


def unsendable() -> Any:
    return (number for number in range(3))
