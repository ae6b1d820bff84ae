"""How long a test waits: as long as this machine needs, told by boots of the same run.

No verdict may depend on how fast the machine is. A limit in a test has one purpose, that what
hangs comes to an end, and is written ``patience(seconds)``: with a wide margin, and as many times
as long as boots take here. The boots are those that the run makes anyway, of the browser and of
the interpreters in it, noted by the runner, and, for tests without a browser, one of CPython. What
``Interpreter.run(timeout=...)`` and the blocks of a page are given grows with them by itself.

What took how long is no assertion: it is measured in ``tests/bench``.
"""

from __future__ import annotations

import functools
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from doc_examples.runner.pace import THIS_MACHINE

if TYPE_CHECKING:
    from collections.abc import Callable

MARGIN = 5.0
"""How many times as long as on the reference a wait may take before it counts as a hang."""
REFERENCE_START = 0.1
"""Seconds in which CPython starts, with the modules below, on a machine of two idle cores."""


@functools.cache
def _started() -> float:
    """Start a CPython once per process; its pace, at least 1."""
    began = time.perf_counter()
    imports = "import asyncio, json, zipfile"
    subprocess.run([sys.executable, "-I", "-c", imports], check=True)
    return max(1.0, (time.perf_counter() - began) / REFERENCE_START)


def patience(seconds: float) -> float:
    """The limit, in seconds, of a wait that takes up to ``seconds`` on an idle machine.

    Never below ``seconds``. A larger value costs nothing: only what hangs reaches it.

    >>> patience(2.0) >= 2.0 * MARGIN
    True
    """
    return seconds * MARGIN * max(_started(), THIS_MACHINE.slowness)


def wait_until(condition: Callable[[], object], what: str, seconds: float = 30.0) -> None:
    """Wait until the condition holds.

    Args:
        condition: Asked again and again.
        what: What has not happened, if it never holds.
        seconds: As for :func:`patience`.

    Raises:
        AssertionError: It did not hold in time.
    """
    end = time.monotonic() + patience(seconds)
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(what)
        time.sleep(0.05)
