"""Envelopes: what was packed is unpacked, and anything else is a fault and no crash."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.rpc.envelopes import REQUESTS, Envelope, Kind, pack, unpack

numbers = st.integers(0, 2**64 - 1)
envelopes = st.builds(
    Envelope,
    st.sampled_from([int(kind) for kind in Kind]),
    numbers,
    numbers,
    st.binary(max_size=50),
    st.lists(numbers, max_size=3).map(tuple),
    st.lists(st.binary(max_size=3), max_size=3),
    st.integers(0, 1),
)


@given(st.lists(envelopes, max_size=5))
def test_a_batch_comes_back_with_each_buffer_at_its_envelope(batch: list[Envelope]) -> None:
    buffers = [buffer for each in batch for buffer in each.buffers]
    found, fault = unpack(b"".join(map(pack, batch)), buffers)
    assert fault is None
    assert [each._replace(references=tuple(each.references)) for each in found] == batch


@given(st.lists(envelopes, min_size=1, max_size=3), st.data())
def test_a_batch_that_was_cut_gives_what_is_whole_and_a_fault(
    batch: list[Envelope], data: st.DataObject
) -> None:
    whole = b"".join(map(pack, batch))
    cut = data.draw(st.integers(0, len(whole) - 1))
    buffers = [buffer for each in batch for buffer in each.buffers]
    found, fault = unpack(whole[:cut], buffers)
    ends = [sum(len(pack(each)) for each in batch[: place + 1]) for place in range(len(batch))]
    assert len(found) == sum(end <= cut for end in ends)
    assert (fault is None) == (cut in (0, *ends))


@given(st.binary(max_size=200))
def test_any_bytes_are_envelopes_or_a_fault(junk: bytes) -> None:
    found, fault = unpack(junk, [])
    assert len(found) <= len(junk)
    assert fault is not None or not junk or found


def test_requests_are_what_is_answered() -> None:
    answers = {Kind.RESULT, Kind.ERROR, Kind.CANCELLED}
    assert not REQUESTS & answers
    assert {Kind.CALL, Kind.NEXT, Kind.CLOSE} <= REQUESTS
