"""Counts of what was handed over, against a plain model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.rpc import NotExposedError, ReferenceLostError
from bridge.rpc.table import ROOT, Sort, Table, sort_of

OBJECTS = [object() for _ in range(4)]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.integers(1, 3))))
def test_an_object_is_held_while_more_was_given_out_than_given_back(
    moves: list[tuple[bool, int, int]],
) -> None:
    dropped: list[object] = []
    table = Table(dropped.append)
    numbers: dict[int, int] = {}
    counts: dict[int, int] = {}
    for give, which, times in moves:
        obj = OBJECTS[which]
        if give:
            number = table.add(obj)
            assert numbers.get(which, number) == number or not counts.get(which)
            numbers[which] = number
            counts[which] = counts.get(which, 0) + 1
        elif counts.get(which):
            before = len(dropped)
            table.release(numbers[which], times)
            counts[which] = max(counts[which] - times, 0)
            assert len(dropped) == before + (counts[which] == 0)
        for each, count in counts.items():
            assert table.knows(OBJECTS[each]) == (count > 0)
    assert len(table) == sum(count > 0 for count in counts.values())
    assert sorted(table.counts().values()) == sorted(filter(None, counts.values()))


def test_a_bound_method_is_one_object_however_often_it_is_made() -> None:
    class Thing:
        def method(self) -> None: ...

    thing, table = Thing(), Table()
    assert table.add(thing.method) == table.add(thing.method)
    assert table.add(Thing().method) != table.add(thing.method)


def test_the_root_is_never_let_go_by_the_other_end() -> None:
    table = Table()
    with pytest.raises(NotExposedError):
        table.find(ROOT)
    table.serve(OBJECTS[0])
    table.release(ROOT, 99)
    assert table.find(ROOT).target is OBJECTS[0]
    assert (len(table), table.counts()) == (0, {})
    table.clear()
    with pytest.raises(ReferenceLostError):
        table.find(7)


def test_a_number_says_what_can_be_done_with_its_object() -> None:
    table = Table()
    for obj, sort in ((object(), Sort.OBJECT), (len, Sort.FUNCTION), (iter(""), Sort.OBJECT)):
        assert sort_of(obj) is sort
        assert table.add(obj) & 3 == sort
