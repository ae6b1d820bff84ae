"""Reading remote generators: however it ends, the far one ends too, and nothing is left over."""

from __future__ import annotations

import asyncio
import gc
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from bridge.rpc import NotExposedError, PeerLostError, ahead
from bridge.rpc.streams import Items, Stream
from tests.bridge.rpc.both_ends import Ends, ends, run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator


class Source:
    """Counts its generators that have begun, and that have ended."""

    def __init__(self) -> None:
        self.begun = 0
        self.ended = 0
        self.hold = asyncio.Event()

    def plain(self) -> Iterator[int]:
        self.begun += 1
        try:
            yield from range(1000)
        finally:
            self.ended += 1

    async def waiting(self) -> AsyncIterator[int]:
        self.begun += 1
        try:
            for number in range(1000):
                await asyncio.sleep(0)
                yield number
        finally:
            await asyncio.sleep(0)
            self.ended += 1

    async def stuck(self) -> AsyncIterator[int]:
        self.begun += 1
        try:
            yield 0
            await self.hold.wait()
            yield 1
        finally:
            await asyncio.sleep(0)
            self.ended += 1

    def __aiter__(self) -> AsyncIterator[int]:
        return self.waiting()


WAYS: dict[str, Callable[[Any], Any]] = {
    "generator": lambda remote: remote.plain(),
    "asynchronous generator": lambda remote: remote.waiting(),
    "several at a time": lambda remote: ahead(remote.waiting(), 3),
    "object": aiter,
}


async def by_break(items: Any) -> None:
    async for _ in items:
        break


async def by_error(items: Any) -> None:
    async def read() -> None:
        async for _ in items:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await read()


async def by_aclosing(items: Any) -> None:
    async with aclosing(items) as read:
        async for number in read:
            if number == 3:
                break


async def by_cancelling(items: Any) -> None:
    began = asyncio.Event()

    async def read() -> None:
        async for _ in items:
            began.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(read())
    await began.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def by_closing_twice(items: Any) -> None:
    reader = aiter(items)
    assert await anext(reader) == 0
    await reader.aclose()
    await reader.aclose()
    with pytest.raises(StopAsyncIteration):
        await anext(reader)


async def by_throwing(items: Any) -> None:
    reader = aiter(items)
    assert [await anext(reader), await reader.asend(None)] == [0, 1]
    with pytest.raises(KeyError, match="thrown"):
        await reader.athrow(KeyError("thrown"))
    with pytest.raises(StopAsyncIteration):
        await anext(reader)


async def by_reading_on(items: Any) -> None:
    assert len([each async for each in items]) == 1000


async def by_forgetting(items: Any) -> None:
    await anext(aiter(items))


ENDINGS = (
    by_break, by_error, by_aclosing, by_cancelling, by_closing_twice, by_throwing, by_reading_on,
    by_forgetting,
)  # fmt: skip


async def settled(both: Ends, source: Source) -> None:
    for _ in range(20):
        await both.settle()
        if source.ended == source.begun:
            return


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_however_reading_ends_the_far_generator_ends(
    way: str, ending: Callable[[Any], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    unraisable: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told: unraisable.append(told.exc_value))

    async def main() -> None:
        # As on Pyodide, whose event loop closes no generator that was left in the middle.
        sys.set_asyncgen_hooks(None, None)
        source = Source()
        async with ends(serve=source) as both:
            gc.collect()
            gc.disable()
            try:
                await ending(WAYS[way](both.remote))
                await settled(both, source)
            finally:
                gc.enable()
            assert (source.begun, source.ended) == (1, 1)
            assert (both.server.handed_over, both.client.in_flight, both.server.running) == (
                0,
                0,
                0,
            )

    run(main())
    gc.collect()
    assert unraisable == []


@pytest.mark.parametrize("way", WAYS)
def test_one_that_was_never_read_is_never_begun(way: str) -> None:
    async def main() -> None:
        source = Source()
        async with ends(serve=source) as both:
            async with aclosing(WAYS[way](both.remote)):
                pass
            async with aclosing(WAYS[way](both.remote)):
                await both.settle()
            items = WAYS[way](both.remote)
            await items.aclose()
            await both.settle()
            assert (source.begun, both.server.handed_over, both.client.in_flight) == (0, 0, 0)

    run(main())


@pytest.mark.parametrize("direct", [True, False])
def test_closing_gives_up_an_item_that_somebody_waits_for(*, direct: bool) -> None:
    async def main() -> None:
        source = Source()
        async with ends(serve=source) as both:
            items = both.remote.stuck()
            reader = await items if direct else aiter(items)
            assert await anext(reader) == 0
            waits = asyncio.ensure_future(anext(reader, "ended"))
            await both.settle()
            await reader.aclose()
            assert (await waits, source.ended) == ("ended", 1)
            assert both.server.running == 0

    run(main())


def test_who_is_cancelled_while_waiting_for_an_item_is_cancelled() -> None:
    async def main() -> None:
        source = Source()
        async with ends(serve=source) as both:
            reader = aiter(both.remote.stuck())
            assert await anext(reader) == 0
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await anext(reader)
            await settled(both, source)
            assert source.ended == 1
            with pytest.raises(StopAsyncIteration):
                await anext(reader)

    run(main())


def test_closing_before_the_call_is_answered_hands_nothing_over() -> None:
    async def main() -> None:
        source = Source()
        async with ends(serve=source) as both:
            reader = aiter(both.remote.waiting())
            waits = asyncio.ensure_future(anext(reader, "ended"))
            await asyncio.sleep(0)
            await reader.aclose()
            assert await waits == "ended"
            await settled(both, source)
            assert both.server.handed_over == 0

    run(main())


def test_errors_of_the_call_are_not_lost_by_closing() -> None:
    async def main() -> None:
        async with ends(serve=Source()) as both:
            with pytest.raises(NotExposedError):
                await by_aclosing(both.remote.missing())
            with pytest.raises(NotExposedError):
                async with aclosing(both.remote.missing()):
                    await both.settle()
            with pytest.raises(TypeError, match="takes no values"):
                await (await both.remote.plain()).asend(1)

    run(main())


def test_a_reader_ends_with_the_connection() -> None:
    async def main() -> None:
        source = Source()
        async with ends(serve=source) as both:
            reader = aiter(both.remote.stuck())
            assert await anext(reader) == 0
            waits = asyncio.ensure_future(anext(reader))
            await both.settle()
            both.server.close()
            with pytest.raises(PeerLostError):
                await waits
            await reader.aclose()
            await settled(both, source)
            assert source.ended == 1

    run(main())


def test_requests_for_items_that_overlap_are_answered_in_turn() -> None:
    async def main() -> None:
        async with ends(serve=Source()) as both:
            reader = await both.remote.waiting()
            assert await asyncio.gather(*[anext(reader) for _ in range(5)]) == [0, 1, 2, 3, 4]
            await reader.aclose()

    run(main())


def test_a_coroutine_is_read_as_a_call_is() -> None:
    async def items() -> AsyncIterator[int]:
        yield 1

    async def make() -> AsyncIterator[int]:
        await asyncio.sleep(0)
        return items()

    async def main() -> None:
        assert [each async for each in Stream(make())] == [1]
        await Stream(make()).aclose()
        with pytest.raises(NotImplementedError):
            await anext(Items())
        with pytest.raises(NotImplementedError):
            await Items().aclose()

    run(main())
