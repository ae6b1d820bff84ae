"""Laws of a connection under any interleaving, on real asyncio with two real ends.

A play is a list of moves; between two moves the event loop turns any number of times, so that
replies, cancels, deadlines, releases and the loss of the port meet in every order.
"""

from __future__ import annotations

import asyncio
import gc

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.rpc.envelopes import Envelope, Kind, pack
from tests.bridge.rpc.both_ends import ends, run
from tests.bridge.rpc.play import MOVES, Play

moves = st.lists(st.sampled_from(MOVES), min_size=1, max_size=30)
seeds = st.integers(0, 2**32)
quick = settings(max_examples=60, deadline=None)


@quick
@given(moves, seeds)
def test_every_call_ends_exactly_once_and_counts_return_to_zero(
    names: list[str], seed: int
) -> None:
    async def main() -> None:
        async with ends() as both:
            play = Play(both, seed)
            for name in names:
                await play.move(name)
            await play.end()
            await both.settle()
            assert set(play.endings.values()) <= {1}
            assert (both.client.in_flight, both.server.in_flight) == (0, 0)
            play.held.clear()
            play.calls.clear()
            # A call that failed is held by the frames of its traceback.
            for _ in range(2):
                gc.collect()
                await both.settle()
            assert (both.server.handed_over, both.client.handed_over) == (0, 0)
            assert both.server.running == 0
            assert await both.remote.echo(1) == 1

    run(main())


@quick
@given(moves, moves, seeds, st.sampled_from(["near", "far", "close", "server"]))
def test_every_call_ends_when_the_port_is_lost_at_any_moment(
    before: list[str], after: list[str], seed: int, how: str
) -> None:
    async def main() -> None:
        async with ends() as both:
            play = Play(both, seed)
            for name in before:
                await play.move(name)
            match how:
                case "close":
                    both.client.close()
                case "server":
                    both.server.close()
                case _:
                    getattr(both, how).lose(OSError("gone"))
                    (both.server if how == "near" else both.client).lose("its worker has ended")
            for name in after:
                await play.move(name)
            for _ in range(50):
                await asyncio.sleep(0)
            assert set(play.endings.values()) <= {1}
            assert (both.client.in_flight, both.server.in_flight) == (0, 0)
            assert (both.server.handed_over, both.client.handed_over) == (0, 0)
            assert both.server.running == 0

    run(main())


kinds = st.one_of(
    st.sampled_from([int(kind) for kind in Kind if kind not in (Kind.BYE, Kind.HELLO)]),
    st.integers(18, 255),
)
envelopes = st.builds(
    Envelope,
    kinds,
    st.one_of(st.integers(0, 9), st.integers(0, 2**64 - 1)),
    st.one_of(st.integers(0, 40), st.integers(0, 2**64 - 1)),
    st.one_of(st.binary(max_size=60), st.just(b"\x80\x05\x8c\x04nameq\x00)}q\x01\x87.")),
    st.lists(st.integers(0, 2**64 - 1), max_size=3),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(envelopes.map(pack), st.binary(max_size=80)), max_size=12),
    st.booleans(),
    seeds,
)
def test_no_bytes_kill_an_end_or_leave_a_call_open(
    batches: list[bytes], trusted: bool, seed: int
) -> None:
    async def main() -> None:
        async with ends(trusted=trusted) as both:
            play = Play(both, seed)
            calls = [both.remote.sleep(0.001) for _ in range(3)]
            for call in calls:
                play.watch(call)
            for batch in batches:
                play.random.choice(both.ports()).deliver(batch)
                await play.move("turn")
            await play.move("turns")
            await play.end()
            assert set(play.endings.values()) == {1}
            assert both.client.lost is None
            assert both.server.lost is None
            assert await both.remote.echo([1]) == [1]
            for call in calls:
                call._log_traceback = False

    run(main())


@quick
@given(st.data())
def test_a_message_damaged_on_its_way_ends_no_connection(data: st.DataObject) -> None:
    async def main() -> None:
        async with ends(trusted=False) as both:
            await both.settle()
            both.near.sent.clear()
            value = [1, "x", b"y" * 20, {"a": (None, 2.5)}, {4}]
            assert await both.remote.echo(value) == value
            (message, _) = both.near.sent[0]
            damaged = bytearray(message)
            # The kind stays: other kinds mean other things, and the end of the connection is one.
            for _ in range(data.draw(st.integers(1, 4))):
                place = data.draw(st.integers(1, len(damaged) - 1))
                damaged[place] = data.draw(st.integers(0, 255))
            both.far.deliver(bytes(damaged[: data.draw(st.integers(1, len(damaged)))]))
            await both.settle()
            assert await both.remote.echo(value) == value

    run(main())
