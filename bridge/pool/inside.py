"""The worker's end of a pool: it runs one task after another and tells what came of each.

Tasks run in the order in which they were handed over. What takes long enough is reported in a turn
of its own before the next begins, so that a result does not wait for a neighbour and messages
are heard between two tasks; results of very short tasks travel together.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from bridge._browser import ffi
from bridge._browser.interrupts import awaited, shielded, work
from bridge._marshal.exceptions import describe
from bridge._marshal.modules import install
from bridge.pool import wire
from bridge.pool.errors import FunctionError
from bridge.pool.packing import name_of, pack, unpack
from bridge.rpc.serving import current_report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bridge._browser.ports import Port

__all__ = ["Bench", "serve"]

_TOGETHER: Final = 0.001
"""Seconds of work whose results may travel together."""
_TURN: Final = 0.005
"""Seconds of work after which messages are heard."""

_Outcome = tuple[Any, ...]


class _Word(Protocol):
    def __setitem__(self, place: int, value: int) -> None: ...


class Bench:
    """Runs what a pool hands over.

    Args:
        port: Where the pool is.
        word: Where the number of the attempt that begins is written, if that is shared.
    """

    def __init__(self, port: Port, word: _Word | None = None) -> None:
        self._out = wire.Outbox(port)
        self._word = word
        self._loop = asyncio.get_running_loop()
        self._inbox: deque[tuple[wire.Message, list[object]]] = deque()
        self._left: set[int] = set()
        self._bodies: dict[int, bytes] = {}
        self._functions: dict[int, Callable[..., object]] = {}
        self._paces: dict[int, float] = {}
        self._due = False
        self._busy: asyncio.Task[None] | None = None
        self._present = 0
        port.listen(self._receive)

    @shielded
    def _receive(self, header: bytes, buffers: list[object]) -> None:
        start = 0
        for message in wire.read(header):
            kind = message[0]
            if kind == wire.LEAVE:
                self._leave(message[1])
                continue
            count = message[-1] if kind in (wire.TASK, wire.PREPARE) else int(kind == wire.WORD)
            own, start = buffers[start : start + count], start + count
            if kind == wire.WORD:
                self._share(own[0])
            else:
                self._inbox.append((message, own))
        self._wake()

    def _share(self, memory: object) -> None:
        array = ffi.get(ffi.js_globals("shared memory"), "Int32Array")
        self._word = cast("Any", array).new(memory)

    def _leave(self, attempt: int) -> None:
        if attempt == self._present and self._busy is not None:
            self._busy.cancel()
        elif any(each[0] == wire.TASK and each[1] == attempt for each, _ in self._inbox):
            self._left.add(attempt)

    def _wake(self) -> None:
        if self._inbox and not self._due and self._busy is None:
            self._due = True
            # In a turn of its own: there, where stacks can be switched, tasks may wait.
            self._loop.call_soon(self._work)

    @shielded
    def _work(self) -> None:
        self._due = False
        start = last = time.perf_counter()
        inbox = self._inbox
        first = True
        while inbox and self._busy is None:
            message, buffers = inbox[0]
            if message[0] == wire.TASK:
                now = time.perf_counter()
                short = self._is_short(message)
                if not first and (not short or now - start > _TURN):
                    # What was done is sent when this turn ends, and what has come is heard.
                    break
                if now - last > _TOGETHER:
                    self._out.flush()
                    last = now
                first = False
            inbox.popleft()
            self._handle(message, buffers)
            if message[0] == wire.TASK and not short:
                break
        self._out.flush()
        self._wake()

    def _is_short(self, message: wire.Message) -> bool:
        single = not message[3] & wire.EACH
        return single and self._paces.get(message[2], 1.0) < _TOGETHER

    def _handle(self, message: wire.Message, buffers: list[object]) -> None:
        kind, *rest = message
        if kind == wire.TASK:
            attempt, function, mode, body, _ = rest
            if attempt in self._left:
                self._left.discard(attempt)
                self._out.add((wire.LEFT, attempt))
            else:
                self._task(attempt, function, mode, body, buffers)
        elif kind == wire.FUNCTION:
            number, body = rest
            self._bodies[number] = body
            self._functions.pop(number, None)
        elif kind == wire.FORGET:
            self._bodies.pop(rest[0], None)
            self._functions.pop(rest[0], None)
            self._paces.pop(rest[0], None)
        elif kind == wire.MODULE:
            if install(*rest):
                # They hold what they were read with.
                self._functions.clear()
        elif kind == wire.PREPARE:
            self._spawn(self._prepare(rest[0], buffers))

    def _spawn(self, work: Any, attempt: int = 0, awaited: object = None) -> None:
        task = self._busy = self._loop.create_task(work)
        self._present = attempt

        def ended(ended: asyncio.Task[None]) -> None:
            if ended.cancelled() and attempt:
                self._out.add((wire.LEFT, attempt))
                if inspect.iscoroutine(awaited):
                    # One that was cancelled before it began would complain that it never did.
                    awaited.close()
            self._busy = None
            self._present = 0
            self._out.flush()
            self._wake()

        task.add_done_callback(ended)

    async def _prepare(self, body: bytes, buffers: list[object]) -> None:
        try:
            function, args = unpack(body, buffers)
            if function is not None:
                result = function(*args)
                if inspect.isawaitable(result):
                    await result
        except BaseException as error:  # noqa: BLE001 - told to the pool
            self._out.add((wire.UNFIT, describe(error)))
        else:
            self._out.add((wire.READY,))

    def _task(
        self, attempt: int, number: int, mode: int, body: bytes, buffers: Sequence[object]
    ) -> None:
        if self._word is not None:
            self._word[0] = attempt
        if self._paces.get(number, 1.0) >= _TOGETHER:
            self._out.add((wire.BEGUN, attempt))
            self._out.flush_at_once()
        token = current_report.set(
            functools.partial(self._progress, attempt) if mode & wire.LISTEN else None
        )
        start = time.perf_counter()
        try:
            result = work(attempt, self._call, number, mode, body, buffers)
            if hasattr(type(result), "__await__"):
                self._spawn(self._waiting(attempt, number, result, start), attempt, result)
                return
            self._done(attempt, number, result, start)
        except BaseException as error:  # noqa: BLE001 - told to who submitted it
            self._failed(attempt, error, start)
        finally:
            current_report.reset(token)

    def _call(self, number: int, mode: int, body: bytes, buffers: Sequence[object]) -> object:
        function = self._function(number)
        value = unpack(body, buffers, "the arguments")
        if mode & wire.EACH:
            return _each(function, value, mode & wire.EVERY)
        args, named = value
        return function(*args, **named)

    def _function(self, number: int) -> Callable[..., object]:
        function = self._functions.get(number)
        if function is None:
            function = self._functions[number] = _read_function(self._bodies[number])
        return function

    @shielded
    async def _waiting(self, attempt: int, number: int, result: Any, start: float) -> None:
        try:
            self._done(attempt, number, await awaited(attempt, result), start)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - told to who submitted it
            self._failed(attempt, error, start)

    def _done(self, attempt: int, number: int, result: object, start: float) -> None:
        seconds = time.perf_counter() - start
        # Remembered as long as it was at its longest, of late: one slow call makes it careful.
        self._paces[number] = max(seconds, 0.9 * self._paces.get(number, 0.0))
        body, buffers, _ = pack(result, "the result")
        self._out.add((wire.DONE, attempt, body, len(buffers), seconds), buffers)

    def _failed(self, attempt: int, error: BaseException, start: float) -> None:
        if isinstance(error, KeyboardInterrupt):
            self._out.add((wire.BROKEN, attempt))
        elif isinstance(error, asyncio.CancelledError):
            # As of a coroutine: a task that raises it is cancelled.
            self._out.add((wire.LEFT, attempt))
        else:
            self._raised(attempt, error, time.perf_counter() - start)

    def _raised(self, attempt: int, error: BaseException, seconds: float) -> None:
        self._out.add((wire.RAISED, attempt, describe(error), seconds))

    @shielded
    def _progress(self, attempt: int, value: object) -> None:
        body, buffers, _ = pack(value, "the progress")
        self._out.add((wire.PROGRESS, attempt, body, len(buffers)), buffers)
        self._out.flush_at_once()


def _each(function: Callable[..., object], items: list[tuple[object, ...]], every: int) -> object:
    """Call a function for each item, up to the first that raises, or for every one.

    Returns:
        The values, and what calls raised, by their places; an awaitable of that if the function is
        ``async``.
    """
    values: list[object] = []
    errors: dict[int, object] = {}
    for place, item in enumerate(items):
        try:
            value = function(*item)
        except Exception as error:  # noqa: BLE001 - told to who submitted it
            errors[place] = describe(error)
            if not every:
                break
        else:
            if hasattr(type(value), "__await__"):
                return _each_waiting(function, items, (place, value), (values, errors), every)
            values.append(value)
    return values, errors


async def _each_waiting(
    function: Callable[..., object],
    items: list[tuple[object, ...]],
    first: tuple[int, object],
    found: tuple[list[object], dict[int, object]],
    every: int,
) -> object:
    start, value = first
    values, errors = found
    for place in range(start, len(items)):
        try:
            if place > start:
                value = function(*items[place])
            values.append(await cast("Any", value) if inspect.isawaitable(value) else value)
        except Exception as error:  # noqa: BLE001 - told to who submitted it
            errors[place] = describe(error)
            if not every:
                break
    return found


def _read_function(body: bytes) -> Callable[..., object]:
    function = unpack(body, (), "the function")
    if callable(function):
        return cast("Callable[..., object]", function)
    raise FunctionError(name_of(function), "it cannot be called", "Submit a function.")


_benches: list[Bench] = []


def serve(port: Port) -> None:
    """Serve a pool; what `bridge.worker.spawn` starts in the pool's workers."""
    _benches.append(Bench(port))
