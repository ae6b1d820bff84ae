"""What leaves an end, and when: everything, in order, in as few messages as can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bridge.rpc.envelopes import Envelope, Kind, unpack
from bridge.rpc.outbox import Outbox, Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Recorder:
    """A port that keeps its messages, and a loop whose turns the test ends."""

    def __init__(self) -> None:
        self.messages: list[tuple[bytes, list[object]]] = []
        self.later: list[Callable[[], None]] = []
        self.held = 0

    def post(self, header: bytes, buffers: Sequence[object] = (), transfer: bool = False) -> None:
        assert transfer == bool(buffers)
        self.messages.append((header, list(buffers)))

    def hold(self) -> None:
        self.held += 1

    def listen(self, receive: object, lost: object = None, odd: object = None) -> None: ...

    def close(self) -> None: ...

    def turn(self) -> None:
        later, self.later = self.later, []
        for function in later:
            function()

    def calls(self) -> list[int]:
        return [
            envelope.call
            for header, buffers in self.messages
            for envelope in unpack(header, buffers)[0]
        ]


def made() -> tuple[Recorder, Outbox]:
    port = Recorder()
    return port, Outbox(port, port.later.append)


def call(number: int, *buffers: object) -> Envelope:
    return Envelope(Kind.CALL, number, buffers=buffers)


def test_a_single_envelope_does_not_wait() -> None:
    port, outbox = made()
    outbox.send(call(1))
    assert port.calls() == [1]
    assert port.held == 0


def test_the_first_of_several_is_held_for_the_others() -> None:
    port, outbox = made()
    for number in range(1, 1001):
        outbox.send(call(number))
    assert (len(port.messages), port.held) == (1, 1)
    port.turn()
    assert len(port.messages) == 2
    assert port.calls() == list(range(1, 1001))


def test_buffers_take_along_what_stands_before_them() -> None:
    port, outbox = made()
    outbox.send(call(1))
    outbox.send(call(2))
    outbox.send(call(3, b"first", b"second"))
    assert len(port.messages) == 2
    envelopes, fault = unpack(*port.messages[1])
    assert fault is None
    assert [list(each.buffers) for each in envelopes] == [[], [b"first", b"second"]]


moves = st.lists(st.sampled_from(["send", "buffer", "flush", "turn"]), max_size=40)


@given(moves)
def test_everything_leaves_once_and_in_order(names: list[str]) -> None:
    port, outbox = made()
    number = 0
    for name in names:
        if name == "flush":
            outbox.flush()
        elif name == "turn":
            port.turn()
        else:
            number += 1
            own = [f"buffer of {number}"] if name == "buffer" else []
            outbox.send(call(number, *own))
    port.turn()
    outbox.flush()
    assert port.calls() == list(range(1, number + 1))
    for header, buffers in port.messages:
        for envelope in unpack(header, buffers)[0]:
            assert all(each == f"buffer of {envelope.call}" for each in envelope.buffers)


@given(st.lists(st.floats(0, 0.5), max_size=80), st.integers(1, 5), st.floats(1, 50))
def test_no_stretch_of_time_is_granted_more_than_its_share(
    gaps: list[float], burst: int, per_second: float
) -> None:
    pace = Pace(burst, per_second)
    now, granted = 100.0, []
    for gap in gaps:
        now += gap
        if pace.grant(now):
            granted.append(now)
    for place, start in enumerate(granted):
        for count, end in enumerate(granted[place:], 1):
            assert count <= burst + (end - start) * per_second + 1e-6


def test_who_asks_rarely_is_never_refused() -> None:
    pace = Pace(1, 10.0)
    assert all(pace.grant(number * 0.11) for number in range(50))
