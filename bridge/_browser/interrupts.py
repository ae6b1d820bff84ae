"""Interrupts that end what they were meant for, or nothing.

Pyodide takes an interrupt out of a shared byte every few dozen instructions, and Python raises it
some instructions later, wherever it is by then: in the work that was meant, behind it in the code
that sends its answer, or in what came next. So the byte only makes Python ask. Beside it stands
what is meant, and the answer is read off the stack: Python is interrupted in `work` of the right
number, and nowhere else. No state is set or reset around work that an interrupt could come between;
whoever calls `work` gets a result or an exception, and what it does before and after is out of
reach, since the frame of `work` is not there.

What is meant is a number of `work`, or "whatever runs before the page is heard again", for code
that gave itself no number: messages are heard between two runs of Python, so that this, too, cannot
hit what begins later. Protocols are `shielded`: a frame of theirs keeps off what is meant for
whatever runs.

The page repeats an interrupt until it was raised or the worker is heard of, so nothing is kept for
later here. It has to: Pyodide reads its byte and clears it in two steps, and what is written in
between is lost.
"""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import CodeType, FrameType

__all__ = [
    "HEARD",
    "MISSED",
    "PRESENT",
    "RAISED",
    "SIZE",
    "TARGET",
    "Words",
    "addresses",
    "awaited",
    "is_frame_of",
    "shielded",
    "take",
    "work",
]

T = TypeVar("T")
F = TypeVar("F", bound="Callable[..., object]")

TARGET: Final = 1
"""Place of what is meant: a number, or how many times the page was heard, plus one, negated."""
HEARD: Final = 2
"""Place of the number of the page's last question that was answered."""
PRESENT: Final = 3
"""Place of the number of the work that runs; 0 if that is not known."""
MISSED: Final = 4
"""Place of the number that an interrupt found running instead of what was meant."""
RAISED: Final = 5
"""Place of how often an interrupt was raised."""
SIZE: Final = 8
"""How many words there are; Pyodide's byte is in the first."""

_OURS: Final = frozenset({*sys.stdlib_module_names, "_pyodide", "bridge", "pyodide", "pyodide_js"})
"""Top-level modules whose frames are not the application's."""


class Words(Protocol):
    """Words of memory that the page shares with this worker."""

    def __getitem__(self, place: int, /) -> int: ...
    def __setitem__(self, place: int, value: int, /) -> None: ...


_words: Words | None = None
_addressed: object = None
_shields: set[CodeType] = set()


def take(words: Words, port: object) -> None:
    """Take interrupts from now on; on the main thread of a worker's Python.

    Args:
        words: The memory.
        port: What the page numbers work on; see `addresses`.
    """
    global _words, _addressed  # one interpreter, one memory, one signal
    _words, _addressed = words, port
    signal.signal(signal.SIGINT, _on_interrupt)


def addresses(port: object) -> bool:
    """Tell whether the page's numbers are those of this port.

    Other ports have numbers of their own: their work is 0.
    """
    return port is _addressed


def work(number: int, function: Callable[..., T], /, *args: object, **named: object) -> T:
    """Call a function so that an interrupt for this number ends it.

    Args:
        number: Not used twice; or 0, which only an interrupt of whatever runs can mean.
        function: What to call.
        *args: For the function.
        **named: For the function.
    """
    words = _words
    if words is None:
        return function(*args, **named)
    # Only a hint, of what keeps the worker from answering: waits without `await` mix it up.
    words[PRESENT] = number
    try:
        return _working(number, function, args, named)
    finally:
        words[PRESENT] = 0


# The frames that interrupts look for, with the number in them.


def _working(
    number: int,  # noqa: ARG001 - read off the frame
    function: Callable[..., T],
    args: tuple[object, ...],
    named: dict[str, object],
) -> T:
    return function(*args, **named)


async def awaited(number: int, awaitable: Awaitable[T]) -> T:  # noqa: ARG001 - read off the frame
    """Await something so that an interrupt for this number ends it, when it computes."""
    return await awaitable


def shielded(function: F) -> F:
    """Keep interrupts off a function and what it calls, up to the next `work`; a decorator."""
    _shields.add(function.__code__)
    return function


shielded(work)


def _running(frame: FrameType | None) -> int:
    """Return the number of what a stack works on: 0 without a number, -1 if it is out of reach."""
    found = -1
    while frame is not None:
        code = frame.f_code
        if code is _WORKING or code is _AWAITED:
            return int(frame.f_locals["number"])
        if code in _shields:
            return -1
        if str(frame.f_globals.get("__name__")).partition(".")[0] not in _OURS:
            # Code of the application, perhaps without a number.
            found = 0
        frame = frame.f_back
    return found


def _on_interrupt(_signal: int, frame: FrameType | None) -> None:
    words = _words
    if words is None:
        return
    target = words[TARGET]
    running = _running(frame)
    if running == target if target > 0 else running >= 0 and words[HEARD] < -target:
        words[RAISED] += 1
        raise KeyboardInterrupt
    words[MISSED] = running


def is_frame_of(frame: FrameType) -> bool:
    """Tell whether a frame is one of this module, which tracebacks leave out."""
    return frame.f_globals is globals()


_WORKING: Final = _working.__code__
_AWAITED: Final = awaited.__code__
