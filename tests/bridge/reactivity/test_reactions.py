from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.reactivity import RunawayError, Scope, Signal, batch, computed, effect, untracked

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_batch_lets_each_effect_run_once() -> None:
    first, second = Signal(1), Signal(1)
    runs: list[Any] = []
    effect(lambda: runs.append(first.value + second.value))
    with batch():
        first.value = 2
        with batch():
            second.value = 2
        assert runs == [2]
    assert runs == [2, 4]
    assert batch(lambda: first.update(lambda n: n + 1)) is None
    assert runs == [2, 4, 5]


def test_all_due_effects_run_though_one_fails_and_its_error_is_raised_as_it_is() -> None:
    count = Signal(1)
    seen: list[Any] = []
    effect(lambda: 1 / (count.value - 2))
    effect(lambda: seen.append(count.value))
    with pytest.raises(ZeroDivisionError):
        count.value = 2
    assert seen == [1, 2]
    count.value = 3
    assert seen == [1, 2, 3]


def test_several_errors_are_raised_together() -> None:
    count = Signal(1)
    effect(lambda: 1 / (count.value - 2))
    effect(lambda: [0, 0][count.value])
    with pytest.raises(ExceptionGroup) as caught:
        count.value = 2
    assert [type(e) for e in caught.value.exceptions] == [ZeroDivisionError, IndexError]


def test_one_failing_computed_is_reported_once_however_many_effects_read_it() -> None:
    count = Signal(1)
    broken = computed(lambda: 1 / (count.value - 2))
    for _ in range(3):
        effect(lambda: broken.value)
    with pytest.raises(ZeroDivisionError):
        count.value = 2


def test_a_failing_batch_still_settles_and_loses_no_error() -> None:
    count = Signal(1)
    seen: list[Any] = []
    end = count.subscribe(seen.append)

    def fail(value: int) -> None:
        count.value = value
        raise LookupError

    with pytest.raises(LookupError), batch():
        fail(2)
    assert seen == [1, 2]
    end()
    effect(lambda: 1 / (count.value - 3))
    with pytest.raises(ExceptionGroup) as caught, batch():
        fail(3)
    assert [type(e) for e in caught.value.exceptions] == [LookupError, ZeroDivisionError]


def test_writes_in_effects_settle_before_the_first_write_returns() -> None:
    source, copy = Signal(1), Signal(0)
    log: list[Any] = []
    effect(lambda: copy.set(source.value * 10))
    effect(lambda: log.append((source.value, copy.value)))
    source.value = 2
    assert log[-1] == (2, 20)


def test_an_effect_that_writes_what_it_reads_runs_until_it_is_stable() -> None:
    count = Signal(0)
    clamp = effect(lambda: count.set(min(count.value, 10)))
    count.value = 50
    assert count.value == 10

    @effect
    def grow() -> None:
        if count.value < 10:
            count.value += 1

    with batch():
        clamp.dispose()
        count.value = 3
    assert count.value == 10
    grow.dispose()


def test_effects_that_keep_each_other_running_are_stopped_and_named() -> None:
    ping, pong = Signal(0), Signal(0)
    effect(lambda: pong.set(ping.value + 1), name="ping to pong")
    with pytest.raises(RunawayError) as caught:
        effect(lambda: ping.set(pong.value + 1), name="pong to ping")
    assert set(caught.value.effects) == {"effect 'ping to pong'", "effect 'pong to ping'"}
    assert caught.value.runs > 100


def test_a_long_cascade_is_no_runaway() -> None:
    chain = [Signal(0) for _ in range(500)]
    for before, after in pairwise(chain):
        before.subscribe(after.set)
    chain[0].value = 7
    assert chain[-1].value == 7


def test_after_a_runaway_the_graph_still_works() -> None:
    count = Signal(0)
    seen: list[Any] = []
    with pytest.raises(RunawayError):
        effect(lambda: count.set(count.value + 1))
    count.subscribe(seen.append)
    count.value = -5
    assert seen[-1] == -5


def test_an_interrupt_is_told_once_and_leaves_what_else_is_due_for_the_next_write() -> None:
    count, other = Signal(0), Signal(0)
    seen: list[Any] = []
    interrupts = [KeyboardInterrupt()]

    def interrupted() -> None:
        if count.value and interrupts:
            raise interrupts.pop()
        seen.append(("first", count.value))

    effect(interrupted)
    effect(lambda: seen.append(("second", count.value)))
    other.subscribe(lambda _: None)
    seen.clear()
    with pytest.raises(KeyboardInterrupt):
        count.value = 1
    assert seen == []
    other.value = 1
    assert seen == [("second", 1)]
    count.value = 2
    assert seen == [("second", 1), ("first", 2), ("second", 2)]


def test_untracked_reads_make_no_dependency() -> None:
    count = Signal(0)
    runs: list[Any] = []

    @effect
    def work() -> None:
        with untracked():
            runs.append(count.value)
        runs.append(untracked(lambda: count.value))

    count.value = 1
    assert runs == [0, 0]
    assert untracked(lambda: count.value) == 1
    work.dispose()


def test_an_effect_does_not_run_when_nothing_that_it_read_changed() -> None:
    count = Signal(1)
    runs: list[Any] = []
    sign = computed(lambda: count.value > 0)
    effect(lambda: runs.append(sign.value))
    count.value = 5
    with batch():
        count.value = -1
        count.value = 1
    assert runs == [True]


def test_an_interrupt_while_looking_for_changes_ends_no_subscription() -> None:
    count, other = Signal(0), Signal(0)
    seen: list[Any] = []
    interrupts = [KeyboardInterrupt()]

    def work() -> int:
        if count.value and interrupts:
            raise interrupts.pop()
        return count.value

    middle = computed(work)
    middle.subscribe(seen.append)
    other.subscribe(lambda _: None)
    with pytest.raises(KeyboardInterrupt):
        count.value = 1
    other.value = 1
    assert seen == [0]
    count.value = 2
    assert seen == [0, 2]


def test_an_interrupted_owner_still_runs_before_what_it_owns() -> None:
    count, trigger = Signal(0), Signal(0)
    seen: list[Any] = []
    interrupts = [KeyboardInterrupt()]

    @effect
    def parent() -> None:
        at = count.value
        if at and interrupts:
            raise interrupts.pop()
        effect(lambda: seen.append((at, count.value)))

    trigger.subscribe(lambda _: None)
    with pytest.raises(KeyboardInterrupt):
        count.value = 1
    trigger.value = 1
    count.value = 2
    assert seen == [(0, 0), (2, 2)]
    parent.dispose()


EXITS: list[type[BaseException]] = [
    SystemExit,
    KeyboardInterrupt,
    asyncio.CancelledError,
    GeneratorExit,
    pytest.fail.Exception,
]


def through_computeds(read: Callable[[], Any], depth: int) -> Callable[[], Any]:
    """Read by way of so many computeds, the last of which is read."""
    for _ in range(depth):
        read = partial(getattr, computed(read), "value")
    return read


@pytest.mark.parametrize("kind", EXITS)
@pytest.mark.parametrize("depth", range(4))
def test_an_exit_is_raised_to_the_writer_once_and_the_effect_stays(
    kind: type[BaseException], depth: int
) -> None:
    bad, other, unrelated = Signal(0), Signal(0), Signal(0)
    seen: list[Any] = []

    def work() -> int:
        if bad.value == 1:
            raise kind
        return bad.value

    # Read directly, or through computeds: then looking for changes meets the exit first.
    read = through_computeds(work, depth)
    effect(lambda: seen.append((read(), other.value)))
    beside: list[Any] = []
    effect(lambda: beside.append(bad.value))
    with pytest.raises(kind):
        bad.value = 1
    # Nobody else is told, whether they write or make something new.
    unrelated.value = 1
    effect(lambda: unrelated.value).dispose()
    if kind is not KeyboardInterrupt:
        assert beside == [0, 1]
    bad.value = 2
    other.value = 5
    assert seen == [(0, 0), (2, 0), (2, 5)]
    assert beside == [0, 1, 2]


@pytest.mark.parametrize("kind", EXITS)
@pytest.mark.parametrize("depth", range(1, 4))
def test_an_effect_follows_what_made_a_new_source_exit(
    kind: type[BaseException], depth: int
) -> None:
    shown, source = Signal(False), Signal(1)
    seen: list[Any] = []

    def work() -> int:
        if source.value == 1:
            raise kind
        return source.value

    read = through_computeds(work, depth)
    effect(lambda: seen.append(read() if shown.value else None))
    with pytest.raises(kind):
        shown.value = True
    source.value = 2
    assert seen == [None, 2]


@pytest.mark.parametrize("kind", EXITS)
def test_an_exit_of_a_clean_up_keeps_no_other_from_running(kind: type[BaseException]) -> None:
    seen: list[str] = []

    def fail() -> None:
        raise kind

    with Scope() as scope:
        for end in (lambda: seen.append("first"), fail, lambda: seen.append("last")):
            effect(lambda end=end: end)  # type: ignore[misc]
    with pytest.raises(kind):
        scope.dispose()
    assert seen == ["last", "first"]


def test_an_exit_among_errors_is_raised_itself_and_names_them() -> None:
    count = Signal(1)

    def leave() -> None:
        if count.value == 2:
            raise SystemExit(3)

    effect(lambda: 1 / (count.value - 2))
    effect(leave)
    with pytest.raises(SystemExit) as caught:
        count.value = 2
    assert caught.value.code == 3
    assert "ZeroDivisionError" in caught.value.__notes__[0]


@settings(max_examples=300)
@given(st.data())
def test_whatever_exits_the_graph_is_right_after_the_next_good_write(  # noqa: C901
    data: st.DataObject,
) -> None:
    """Random graphs in which any node may exit: afterwards each effect has seen the last state."""
    signals = [Signal(0) for _ in range(3)]
    armed: dict[int, type[BaseException]] = {}
    nodes: list[Any] = [partial(getattr, signal, "value") for signal in signals]

    def node(number: int, sources: list[Any]) -> Any:
        def work() -> int:
            total = 0
            for source in sources:
                total += source()
                if number in armed:
                    raise armed[number]
            return total

        return work

    for number in range(data.draw(st.integers(1, 6))):
        chosen = data.draw(st.lists(st.sampled_from(nodes), min_size=1, max_size=3))
        nodes.append(through_computeds(node(number, chosen), 1))
    last: dict[int, list[int]] = {}
    reads = data.draw(st.lists(st.lists(st.sampled_from(nodes), min_size=1, max_size=3)))

    def state(read: list[Any]) -> list[int]:
        # The first decides whether the others are read at all.
        return [read[0](), *(each() for each in read[1:] if read[0]() % 2)]

    for place, read in enumerate(reads):
        effect(
            lambda place=place, read=read: last.__setitem__(place, state(read))  # type: ignore[misc]
        )
    for _ in range(data.draw(st.integers(1, 6))):
        armed.clear()
        for number in data.draw(st.sets(st.integers(0, 5), max_size=2)):
            armed[number] = data.draw(st.sampled_from(EXITS))
        with suppress(*EXITS):
            data.draw(st.sampled_from(signals)).update(lambda value: value + 1)
        with suppress(*EXITS):
            batch(lambda: None)
    armed.clear()
    written = data.draw(st.sampled_from([1, 100]))
    for signal in signals:
        signal.value += written
    assert last == {place: state(read) for place, read in enumerate(reads)}
