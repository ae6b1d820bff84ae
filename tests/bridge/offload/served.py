"""What the page offloads in the tests: the page imports it for its names, the worker runs it."""

from __future__ import annotations

import asyncio
import time

from bridge.offload import offloaded, report_progress

begun: list[int] = []


def compute(seconds: float, result: object = None) -> object:
    """Compute for a while without a pause."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass
    return result


@offloaded
def square(number: int, seconds: float = 0.0) -> int:
    compute(seconds)
    return number * number


@offloaded
async def slowly(number: int) -> int:
    await asyncio.sleep(0.02)
    return -number


def spin() -> None:
    """Compute for ever."""
    while True:
        pass


def where() -> float:
    """Tell workers apart."""
    return id_


def steps(count: int, pause: float) -> int:
    for number in range(count):
        report_progress((number + 1, count))
        compute(pause)
    return count


def fail(text: str) -> None:
    raise KeyError(text)


@offloaded(idempotent=True)
async def dies() -> None:
    """Take the worker down: it stops with the end of this turn."""
    import js  # noqa: PLC0415 - in the worker only

    js.close()
    await asyncio.sleep(60)


class FormattingError(Exception):
    """Formats its message when it is made."""

    def __init__(self, path: str) -> None:
        super().__init__(f"cannot read {path}")
        self.path = path


class Thenable:
    """What JavaScript would take for a promise."""

    def then(self, *_: object) -> None:
        """Never call back."""


def formats(path: str) -> None:
    error = FormattingError(path)
    error.add_note("a note")
    try:
        dict[str, str]()[path]
    except KeyError as cause:
        raise error from cause


def fails_in_js() -> None:
    from pyodide.code import run_js  # noqa: PLC0415 - in the worker only

    run_js("throw new TypeError('bad in JavaScript')")


def cancels() -> None:
    raise asyncio.CancelledError


id_ = time.time()
