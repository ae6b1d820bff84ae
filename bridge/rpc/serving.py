"""What an end does with requests: find, run, answer once.

Whatever happens between the arrival of a request and its answer is the answer: arguments that
cannot be read, names that are not shown, results that cannot be sent.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from contextvars import ContextVar
from types import AsyncGeneratorType
from typing import TYPE_CHECKING, Any, Final, Protocol, cast
from weakref import WeakKeyDictionary

from bridge._browser.interrupts import awaited, shielded, work
from bridge.rpc.envelopes import Envelope, Kind
from bridge.rpc.errors import (
    EncodingError,
    LimitExceededError,
    MalformedMessageError,
    NotExposedError,
)
from bridge.rpc.exposure import Exposure, owner_of
from bridge.rpc.faults import pack_error, rebuild
from bridge.rpc.table import Export, Sort

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator

    from bridge.rpc.codec import Codec
    from bridge.rpc.table import Table

__all__ = [
    "Server",
    "current_report",
    "report_progress",
]

_PARTS: Final = 3
_MOST_ITEMS: Final = 65_536
"""That one request may ask an iterator for."""

current_report: ContextVar[Callable[[object], None] | None] = ContextVar("rpc_report", default=None)
"""What `report_progress` calls in the present call; other packages that run functions set it."""


def report_progress(value: object) -> None:
    """Tell whoever made the present remote call how far it is.

    Outside of a remote call, and if the caller does not listen, it does nothing, so that the same
    function can be called locally. It is sent at once, although the function goes on computing;
    where hundreds are reported per second, some of them wait for the next ones. None is lost, and
    all arrive before the result.

    Args:
        value: Anything that can be sent.

    Raises:
        EncodingError: It cannot be sent.

    Examples:
        >>> from bridge.rpc import Peer, with_options
        >>> from bridge.rpc.loopback import pair
        >>> def work() -> str:
        ...     report_progress("half")
        ...     return "done"
        >>> work()
        'done'
        >>> here, there = pair()
        >>> async with Peer(there, work), Peer(here) as peer:
        ...     print(await with_options(peer.remote, on_progress=print)())
        half
        done
    """
    report = current_report.get()
    if report is not None:
        report(value)


class Host(Protocol):
    """What serving needs of the end that serves."""

    loop: asyncio.AbstractEventLoop
    continuing: Callable[[], bool]
    table: Table
    codec: Codec


class Server:
    """Runs the requests of one connection.

    Args:
        home: The end that it works for.
        answer: Sends an envelope with the others of its turn.
        report: Sends an envelope at once.
        interface: A class whose public names are all that the root shows.
        addressed: Whether the calls' numbers are those by which the page interrupts this worker.
    """

    def __init__(
        self,
        home: Host,
        answer: Callable[[Envelope], None],
        report: Callable[[Envelope], None],
        interface: type | None = None,
        *,
        addressed: bool = False,
    ) -> None:
        self._addressed = addressed
        self._home = home
        self._table = home.table
        self._codec = home.codec
        self._answer = answer
        self._send = report
        self._root = Exposure(interface)
        self._handed_over = Exposure()
        self.running: dict[int, asyncio.Task[None]] = {}
        self._unstarted: dict[int, Awaitable[object]] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._turns: WeakKeyDictionary[AsyncGeneratorType[Any, Any], asyncio.Lock] = (
            WeakKeyDictionary()
        )
        self._operations: dict[int, Callable[[Export, str, Any, Any], object]] = {
            Kind.CALL: self._call,
            Kind.GET: self._get,
            Kind.SET: self._set,
            Kind.ENTER: self._enter,
            Kind.EXIT: self._exit,
            Kind.ITERATE: self._iterate,
            Kind.NEXT: self._next,
            Kind.CLOSE: self._close,
        }

    @shielded
    def handle(self, envelope: Envelope) -> None:
        """Run a request and see to its answer."""
        number = envelope.call
        token = current_report.set(lambda value: self._report(number, value))
        try:
            most = self._codec.limits.requests
            if not self._codec.trusted and len(self.running) >= most:
                raise LimitExceededError("requests", len(self.running) + 1, most)  # noqa: TRY301 - answered
            request = self._codec.decode(
                envelope.body, envelope.references, envelope.buffers, envelope.flags
            )
            name, args, named = _checked(request)
            export = self._table.find(envelope.target)
            operation = self._operations[envelope.kind]
            found = work(self._key(number), operation, export, name, args, named)
            if hasattr(type(found), "__await__"):
                self._spawn(number, cast("Awaitable[object]", found))
            else:
                self._reply(number, found)
        # Whatever a served function raises is told to its caller, an interrupt too.
        except BaseException as error:  # noqa: BLE001 - the boundary of the other end's request
            self._fail(number, error)
        finally:
            current_report.reset(token)

    def cancel(self, number: int) -> None:
        """Cancel a running request; one that has been answered is left alone."""
        task = self.running.get(number)
        if task is None:
            return
        task.cancel("the caller cancelled the call")
        unstarted = self._unstarted.pop(number, None)
        if unstarted is not None:
            # It will never run, and so never answer.
            _close(unstarted)
            del self.running[number]
            self._answer(Envelope(Kind.CANCELLED, number))

    def stop(self) -> None:
        """Cancel everything; there is nobody to be answered any more."""
        running, self.running = list(self.running.values()), {}
        unstarted, self._unstarted = list(self._unstarted.values()), {}
        for task in running:
            task.cancel("the connection has ended")
        for awaitable in unstarted:
            _close(awaitable)

    def dropped(self, target: object) -> None:
        """Close an iterator that nobody reads any more, so that its ``finally`` runs."""
        if isinstance(target, AsyncGeneratorType):
            try:
                task = asyncio.get_running_loop().create_task(self._end_of(target))
            except RuntimeError:
                return  # the loop has ended, and with it every chance to run it
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    def _spawn(self, number: int, awaitable: Awaitable[object]) -> None:
        if number in self.running:
            _close(awaitable)
            raise MalformedMessageError(f"a call with the number {number} is running")
        self._unstarted[number] = awaitable
        task = self._start(self._finish(number, awaitable))
        if not task.done():
            self.running[number] = task

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        loop = self._home.loop
        if (
            sys.version_info >= (3, 12)
            and asyncio.current_task(loop) is None
            and self._home.continuing()
        ):
            # What does not wait is answered in this turn.
            return asyncio.Task(work, loop=loop, eager_start=True)
        # Not `create_task`: Pyodide 0.27 reports tasks made by it that are cancelled at once.
        return asyncio.Task(work, loop=loop)

    @shielded
    async def _finish(self, number: int, awaitable: Awaitable[object]) -> None:
        self._unstarted.pop(number, None)
        try:
            result = await awaited(self._key(number), awaitable)
        except asyncio.CancelledError:
            self._end(number)
            self._answer(Envelope(Kind.CANCELLED, number))
        except BaseException as error:  # noqa: BLE001 - told to the caller
            self._end(number)
            self._fail(number, error)
        else:
            self._end(number)
            self._reply(number, result)

    def _key(self, number: int) -> int:
        return number if self._addressed else 0

    def _end(self, number: int) -> None:
        task = self.running.get(number)
        if task is asyncio.current_task():
            del self.running[number]

    def _reply(self, number: int, value: object) -> None:
        try:
            encoded = self._codec.encode(value, "the result")
        except EncodingError as error:
            self._fail(number, error)
        else:
            body, references, buffers, flags = encoded
            self._answer(Envelope(Kind.RESULT, number, 0, body, references, buffers, flags))

    def _fail(self, number: int, error: BaseException) -> None:
        self._answer(pack_error(number, error, self._codec))

    @shielded
    def _report(self, number: int, value: object) -> None:
        body, references, buffers, flags = self._codec.encode(value, "the progress")
        self._send(Envelope(Kind.PROGRESS, number, 0, body, references, buffers, flags))

    # The operations; each gets the object, a name, and the arguments.

    def _rule(self, export: Export) -> Exposure:
        return self._root if export.is_root else self._handed_over

    def _call(self, export: Export, name: str, args: Any, named: Any) -> object:
        rule = self._rule(export)
        found = rule.member(export.target, name) if name else rule.itself(export.target)
        return found(*args, **named)

    def _get(self, export: Export, name: str, _args: Any, _named: Any) -> object:
        return self._rule(export).member(export.target, name)

    def _set(self, export: Export, name: str, args: Any, _named: Any) -> None:
        (value,) = args
        self._rule(export).assign(export.target, name, value)

    def _enter(self, export: Export, _name: str, _args: Any, _named: Any) -> object:
        enter = self._rule(export).special(export.target, "__aenter__", "__enter__")
        if enter is not None:
            return enter(export.target)
        raise NotExposedError("__enter__", owner_of(export.target), "it is no context manager")

    def _exit(self, export: Export, _name: str, args: Any, _named: Any) -> object:
        (description,) = args
        error = None if description is None else rebuild(description, self._codec)
        given = (None, None, None) if error is None else (type(error), error, None)
        leave = self._rule(export).special(export.target, "__aexit__", "__exit__")
        if leave is None:
            raise NotExposedError("__exit__", owner_of(export.target), "it is no context manager")
        return leave(export.target, *given)

    def _iterate(self, export: Export, _name: str, _args: Any, _named: Any) -> object:
        rule = self._rule(export)
        if rule.special(export.target, "__aiter__") is not None:
            return _as_generator(cast("Any", export.target).__aiter__())
        if rule.special(export.target, "__iter__") is not None:
            return _in_turn(iter(cast("Any", export.target)))
        raise NotExposedError("__iter__", owner_of(export.target), "it cannot be iterated")

    def _next(self, export: Export, _name: str, args: Any, _named: Any) -> object:
        (count,) = args
        if type(count) is not int or not 0 < count <= _MOST_ITEMS:
            raise MalformedMessageError(f"{count!r} is no number of items")
        if export.sort is not Sort.ITERATOR:
            raise NotExposedError("__next__", owner_of(export.target), "it is no iterator")
        if export.fault is not None:
            fault, export.fault = export.fault, None
            raise fault
        if isinstance(export.target, AsyncGeneratorType):
            return self._several_async(export, count)
        return _several(export, count)

    def _close(self, export: Export, _name: str, _args: Any, _named: Any) -> object:
        if export.sort is not Sort.ITERATOR:
            raise NotExposedError("close", owner_of(export.target), "it is no iterator")
        if isinstance(export.target, AsyncGeneratorType):
            return self._end_of(export.target)
        return cast("Any", export.target).close()

    def _turn(self, generator: AsyncGeneratorType[Any, Any]) -> asyncio.Lock:
        # One that runs refuses to be asked or closed; a cancelled one runs until it has ended.
        return self._turns.setdefault(generator, asyncio.Lock())

    async def _several_async(self, export: Export, count: int) -> tuple[list[object], bool]:
        iterator = cast("AsyncGeneratorType[object, None]", export.target)
        items: list[object] = []
        try:
            async with self._turn(iterator):
                for _ in range(count):
                    items.append(await anext(iterator))  # noqa: PERF401 - as in `_several`
        except StopAsyncIteration:
            return items, True
        except Exception as error:
            if not items:
                raise
            export.fault = error
        return items, False

    async def _end_of(self, generator: AsyncGeneratorType[Any, Any]) -> None:
        async with self._turn(generator):
            await generator.aclose()


def _close(awaitable: Awaitable[object]) -> None:
    if inspect.iscoroutine(awaitable):
        awaitable.close()


def _checked(request: Any) -> tuple[str, tuple[object, ...], dict[str, object]]:
    if (
        type(request) is tuple
        and len(request) == _PARTS
        and type(request[0]) is str
        and type(request[1]) is tuple
        and type(request[2]) is dict
    ):
        return request
    raise MalformedMessageError("a request should be a name, positional and named arguments")


def _several(export: Export, count: int) -> tuple[list[object], bool]:
    iterator = cast("Iterator[object]", export.target)
    items: list[object] = []
    try:
        for _ in range(count):
            items.append(next(iterator))  # noqa: PERF401 - what came before an error counts
    except StopIteration:
        return items, True
    except Exception as error:
        if not items:
            raise
        export.fault = error
    return items, False


def _in_turn(iterator: Iterator[object]) -> Any:
    # A generator, because generators cross by reference and iterators by value.
    yield from iterator


async def _as_generator(iterator: AsyncIterator[object]) -> AsyncIterator[object]:
    try:
        async for item in iterator:
            yield item
    finally:
        # Not every event loop closes what was left in the middle.
        closing = getattr(type(iterator), "aclose", None)
        if closing is not None:
            await closing(iterator)
