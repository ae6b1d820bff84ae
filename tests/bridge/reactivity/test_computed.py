from __future__ import annotations

import gc
import weakref
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bridge.reactivity import Computed, CycleError, Signal, computed, effect
from tests.bridge.reactivity.checks_in_pyodide import observers

if TYPE_CHECKING:
    from collections.abc import Iterator


def note(runs: list[Any]) -> int:
    runs.append(1)
    return 1


def test_it_is_lazy_and_runs_once_per_change() -> None:
    count = Signal(1)
    runs: list[Any] = []
    double = computed(lambda: note(runs) and count.value * 2)
    assert runs == []
    assert (double.value, double.value) == (2, 2)
    count.value = 2
    count.value = 3
    assert len(runs) == 1
    assert double.value == 6
    assert len(runs) == 2


def test_unrelated_writes_do_not_evaluate_it() -> None:
    count, other = Signal(1), Signal(1)
    runs: list[Any] = []
    double = computed(lambda: note(runs) and count.value * 2)
    _ = double.value
    other.value = 2
    assert double.value == 2
    assert len(runs) == 1


def test_an_equal_result_stops_the_change() -> None:
    count = Signal(1)
    runs: list[Any] = []
    parity = computed(lambda: count.value % 2)
    label = computed(lambda: "odd" if note(runs) and parity.value else "even")
    seen: list[str] = []
    label.subscribe(seen.append)
    count.value = 3
    assert runs == [1]
    count.value = 4
    assert seen == ["odd", "even"]


def test_a_comparator_of_its_own_decides() -> None:
    count = Signal(1.0)
    rough = computed(lambda: count.value, equals=lambda old, new: abs(old - new) < 0.5)
    always = computed(lambda: count.value > 0, equals=False)
    seen: list[object] = []
    rough.subscribe(seen.append)
    always.subscribe(seen.append)
    count.value = 1.2
    count.value = 2.0
    assert seen == [1.0, True, True, 2.0, True]


def test_a_diamond_never_shows_a_state_in_between() -> None:
    head = Signal(1)
    left, right = computed(lambda: head.value + 1), computed(lambda: head.value * 10)
    seen: list[tuple[int, int]] = []
    effect(lambda: seen.append((left.value, right.value)))
    head.value = 2
    assert seen == [(2, 10), (3, 20)]


def test_dependencies_follow_the_branch_that_was_taken() -> None:
    flag, yes, no = Signal(True), Signal("y"), Signal("n")
    runs: list[Any] = []
    chosen = computed(lambda: yes.value if note(runs) and flag.value else no.value)
    seen: list[str] = []
    end = chosen.subscribe(seen.append)
    no.value = "n2"
    assert len(runs) == 1
    flag.value = False
    yes.value = "y2"
    assert len(runs) == 2
    assert seen == ["y", "n2"]
    end()
    assert not any(signal._observers for signal in (yes, no))
    assert not flag._observers


def test_a_source_that_is_no_longer_needed_is_not_evaluated() -> None:
    items: Signal[list[int]] = Signal([1])
    first = computed(lambda: items.value[0])
    shown = computed(lambda: first.value if items.value else None)
    seen: list[int | None] = []
    end = shown.subscribe(seen.append)
    items.value = []
    assert seen == [1, None]
    end()


def test_reading_many_sources_again_and_again_records_each_once() -> None:
    signals = [Signal(n) for n in range(100)]

    def total() -> int:
        return sum(s.value for s in signals) + sum(s.value for s in reversed(signals))

    both = computed(total)
    end = both.subscribe(lambda _: None)
    for _ in range(3):
        signals[50].update(lambda n: n + 1)
        assert len(both._sources) == 100
    assert both.value == total()
    end()


def test_sources_in_changing_order_lose_no_edge() -> None:
    signals = [Signal(n) for n in range(30)]
    order = Signal(tuple(range(30)))
    listed = computed(lambda: [signals[i].value for i in order.value])
    seen: list[list[int]] = []
    end = listed.subscribe(seen.append)
    order.value = tuple(reversed(range(30)))
    order.value = (*range(0, 30, 2), *range(1, 30, 4))
    for i in range(30):
        signals[i].value = 100 + i
    assert seen[-1] == [100 + i for i in order.value]
    assert len(listed._sources) == 1 + len(order.value)
    end()
    assert not order._observers
    assert not any(s._observers for s in signals)


def test_an_exception_is_kept_and_raised_until_a_source_changes() -> None:
    count = Signal(0)
    runs: list[Any] = []
    inverse = computed(lambda: note(runs) and 1 / count.value)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            _ = inverse.value
    assert len(runs) == 1
    count.value = 2
    assert inverse.value == 0.5


def test_raising_again_does_not_lengthen_the_traceback() -> None:
    broken = computed(lambda: 1 / Signal(0).value)

    def depth() -> int:
        with pytest.raises(ZeroDivisionError) as caught:
            _ = broken.value
        trace, length = caught.value.__traceback__, 0
        while trace is not None:
            trace, length = trace.tb_next, length + 1
        return length

    assert depth() == depth() == depth()


def test_an_exception_goes_through_computeds_and_heals() -> None:
    count = Signal(0)
    inverse = computed(lambda: 1 / count.value)
    twice = computed(lambda: inverse.value * 2)
    with pytest.raises(ZeroDivisionError):
        effect(lambda: twice.value)
    seen: list[object] = []

    def attempt() -> None:
        try:
            seen.append(twice.value)
        except ZeroDivisionError:
            seen.append("failed")

    watch = effect(attempt)
    count.value = 4
    assert seen == ["failed", 0.5]
    watch.dispose()
    assert not count._observers


def test_a_cycle_is_reported_with_its_nodes_in_order() -> None:
    nodes: dict[str, Computed[int]] = {}
    for name, needs in (("net", "tax"), ("tax", "gross"), ("gross", "net")):
        nodes[name] = computed(partial(lambda key: nodes[key].value, needs), name=name)
    with pytest.raises(CycleError) as caught:
        _ = nodes["net"].value
    assert caught.value.nodes == tuple(f"computed {n!r}" for n in ("net", "tax", "gross", "net"))


def test_a_cycle_can_be_opened_again_for_every_reader() -> None:
    flag = Signal(True)
    first: Computed[int] = computed(lambda: second.value if flag.value else 1)
    second: Computed[int] = computed(lambda: first.value + 1)
    seen: list[object] = []

    def attempt(node: Computed[int]) -> None:
        try:
            seen.append(node.value)
        except CycleError:
            seen.append("cycle")

    effects = [effect(lambda: attempt(first)), effect(lambda: attempt(second))]
    seen.clear()
    flag.value = False
    assert sorted(map(str, seen)) == ["1", "2"]
    for each in effects:
        each.dispose()
    assert not observers(flag)


def test_a_cycle_longer_than_the_nesting_limit_is_found() -> None:
    ring: list[Computed[int]] = []
    for i in range(1000):
        ring.append(computed(partial(lambda i: ring[(i + 1) % 1000].value, i), name=str(i)))
    with pytest.raises(CycleError) as caught:
        _ = ring[0].value
    assert len(caught.value.nodes) == 1001


def test_an_untracked_cycle_is_found_too() -> None:
    node: Computed[int] = computed(lambda: node.peek())  # noqa: PLW0108 - the name does not exist yet
    with pytest.raises(CycleError):
        _ = node.value


def test_a_recursion_of_the_function_itself_stays_a_recursion_error() -> None:
    def forever(n: int) -> int:
        return forever(n + 1)

    with pytest.raises(RecursionError):
        _ = computed(lambda: forever(0)).value


def test_an_interrupt_is_not_kept() -> None:
    interrupt = [True]

    def work() -> int:
        if interrupt.pop():
            raise KeyboardInterrupt
        return 1

    node = computed(work)
    with pytest.raises(KeyboardInterrupt):
        _ = node.value
    interrupt.append(False)
    assert node.value == 1


def test_an_observed_computed_is_let_go_when_the_last_observer_ends() -> None:
    count = Signal(1)
    middle = computed(lambda: count.value)
    last = computed(lambda: middle.value)
    ends = [last.subscribe(lambda _: None) for _ in range(2)]
    assert count._observers
    ends.pop()()
    assert count._observers
    ends.pop()()
    assert not count._observers
    assert not middle._observers
    count.value = 5
    assert last.value == 5


def test_nothing_holds_an_unobserved_computed() -> None:
    count = Signal(1)
    first = computed(lambda: count.value)
    second = computed(lambda: first.value)
    _ = second.value
    dead = weakref.ref(second)
    del second
    assert dead() is None
    assert first.value == 1
    gc.collect()


class Checked(list[Any]):
    """Sources that count how often somebody looks through them."""

    times = 0

    def __iter__(self) -> Iterator[Any]:
        self.times += 1
        return super().__iter__()


def test_an_unobserved_one_that_was_read_again_is_checked_after_relevant_writes_only() -> None:
    near, far = Signal(1), Signal(1)
    middle = computed(lambda: near.value % 2)
    last = computed(lambda: middle.value + 1)
    assert last.value == 2
    near.value = 3
    assert last.value == 2
    watched = last._sources = Checked(last._sources)
    for value in range(10):
        far.value = value
        assert last.value == 2
    assert watched.times == 0
    near.value = 4
    assert (last.value, watched.times) == (1, 1)


def test_one_that_is_read_once_leaves_nothing_with_its_sources() -> None:
    count = Signal(1)
    double = computed(lambda: count.value * 2)
    assert (double.value, double.value) == (2, 2)
    assert count._observers is None


def read_again(count: Signal[int], node: Computed[int]) -> None:
    for _ in range(2):
        count.value += 1
        _ = node.value


def test_reading_again_keeps_nothing_alive() -> None:
    count = Signal(1)
    nodes = [computed(lambda: count.value)]
    nodes.append(computed(partial(Computed.peek, nodes[0])))
    nodes.append(computed(partial(lambda node: node.value, nodes[0])))
    for node in nodes:
        read_again(count, node)
    assert count._observers
    dead = [weakref.ref(node) for node in nodes]
    del node
    while nodes:
        nodes.pop()
        assert [each() is None for each in dead].count(False) == len(nodes)
    assert not count._observers


def test_a_ring_of_references_with_one_that_was_read_again_is_collected() -> None:
    count = Signal(1)
    held: list[Computed[int]] = []
    held.append(computed(partial(lambda ring: count.value + len(ring), held)))
    read_again(count, held[0])
    dead = weakref.ref(held[0])
    held = []
    gc.collect()
    assert dead() is None
    assert not count._observers


def test_sources_that_are_no_longer_read_forget_the_reader() -> None:
    flag, yes, no = Signal(True), Signal(1), Signal(2)
    node = computed(lambda: yes.value if flag.value else no.value)
    read_again(yes, node)
    flag.value = False
    assert node.value == 2
    assert not yes._observers
    no.value = 3
    assert node.value == 3


def test_observing_one_that_was_read_again_needs_no_marks_of_both_kinds() -> None:
    count = Signal(0)
    middle = computed(lambda: count.value)
    last = computed(lambda: middle.value)
    read_again(count, last)
    seen: list[int] = []
    end = last.subscribe(seen.append)
    assert len(count._observers or ()) == 1
    count.value = 7
    end()
    assert not count._observers
    count.value = 8
    assert (seen, last.value) == ([2, 7], 8)


def test_a_reader_of_observed_ones_is_told_of_changes() -> None:
    count = Signal(0)
    watched = computed(lambda: count.value)
    seen: list[int] = []
    end = watched.subscribe(seen.append)
    aside = computed(lambda: watched.value * 10)
    for value in (1, 2, 3):
        count.value = value
        assert aside.value == value * 10
    end()
    for value in (4, 5):
        count.value = value
        assert aside.value == value * 10


def test_what_a_computed_wrote_itself_is_looked_at_again() -> None:
    base = Signal(0)
    made: list[Signal[int]] = []

    def build() -> int:
        own = Signal(base.value)
        inner = computed(lambda: own.value)
        first = inner.value
        own.value = first + 100
        made.append(own)
        return first

    node = computed(build)
    last = computed(lambda: node.value)
    read_again(base, last)
    count = len(made)
    made[-1].value = 7
    assert last.value == 2
    assert len(made) == count + 1


def test_the_decorator_takes_options() -> None:
    @computed(name="answer")
    def value() -> int:
        return 42

    assert value.value == value.peek() == 42
    assert repr(value) == "<computed 'answer'>"
