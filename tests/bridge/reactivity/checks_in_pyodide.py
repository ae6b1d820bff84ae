"""Checks that need the real stack of WebAssembly, as functions that raise if something is wrong.

They run on CPython too (`test_checks.py`). In Pyodide the source of this module is sent to the
interpreter and ``run_all()`` is called: it returns the names of the checks that ran.
"""

from __future__ import annotations

import gc
import random
from functools import partial
from typing import TYPE_CHECKING, Protocol

from bridge.reactivity import (
    ChainTooDeepError,
    Computed,
    CycleError,
    Effect,
    Scope,
    Signal,
    batch,
    computed,
    effect,
)
from bridge.reactivity.state import Observer, Source

if TYPE_CHECKING:
    from collections.abc import Callable

DEPTH = 10_000


def after(before: Signal[int] | Computed[int]) -> Computed[int]:
    """Make a computed that is one more."""
    return computed(lambda: before.value + 1)


def observers(source: Source) -> list[object]:
    """List what observes a source; the shadows of computeds that nobody observes do not."""
    return [each for each in source._observers or () if isinstance(each, Observer)]


def chain(head: Signal[int], length: int = DEPTH) -> list[Computed[int]]:
    """Make a chain of computeds, each one more than the one before."""
    nodes = [after(head)]
    while len(nodes) < length:
        nodes.append(after(nodes[-1]))
    return nodes


def a_deep_chain_is_evaluated_for_the_first_time() -> None:
    head = Signal(0)
    nodes = chain(head)
    assert nodes[-1].value == DEPTH
    head.value = 1
    assert nodes[-1].value == DEPTH + 1


def a_deep_chain_settles_after_each_write_with_one_run_per_node() -> None:
    head, runs = Signal(0), [0]

    def step(before: Computed[int]) -> int:
        runs[0] += 1
        return before.value + 1

    nodes = [computed(lambda: head.value)]
    seen: list[int] = []
    while len(nodes) < DEPTH:
        nodes.append(computed(partial(step, nodes[-1])))
        _ = nodes[-1].value
    watch = effect(lambda: seen.append(nodes[-1].value))
    for value in (5, 6):
        runs[0] = 0
        head.value = value
        assert runs[0] == DEPTH - 1, runs
    assert seen == [DEPTH - 1, DEPTH + 4, DEPTH + 5], seen
    watch.dispose()
    assert not head._observers


def dropping_a_deep_chain_does_not_recurse() -> None:
    head = Signal(0)
    nodes = chain(head)
    _ = nodes[-1].value
    del nodes[:-1]  # the last one holds all the others now
    nodes.clear()
    # Disposed of, and dropped from the far end.
    nodes = chain(head)
    effect(partial(lambda last: last.value, nodes[-1])).dispose()
    del nodes[:-1]
    nodes.clear()
    # Still observed when everything is dropped at once: the collector's work.
    abandon()
    gc.collect()
    # Never evaluated: the functions alone hold each other, and the last is dropped first.
    nodes = chain(head)
    del nodes[:-1]
    nodes.clear()


def dropping_a_deep_chain_that_was_read_again_does_not_recurse() -> None:
    head = Signal(0)
    for ended in (False, True):
        nodes = chain(head)
        for value in (1, 2, 3):
            head.value = value
            assert nodes[-1].value == DEPTH + value
        if ended:
            effect(partial(lambda last: last.value, nodes[-1])).dispose()
        # It holds all the others, and they leave one after the other, from the far end on.
        del nodes[:-1]
        nodes.clear()
        assert not head._observers
    for leave in (partial(abandon, read=True), abandon_a_ring):
        leave()
        gc.collect()


def abandon(*, read: bool = False) -> None:
    """Make an observed chain and drop it with its signal and its effect."""
    head = Signal(0)
    last = chain(head)[-1]
    if read:
        for value in (1, 2):
            _ = last.value
            head.value = value
    effect(lambda: last.value)


def abandon_a_ring() -> None:
    """Make a chain that was read again and holds itself, and drop it."""
    head = Signal(0)
    ring: list[Computed[int]] = []
    nodes = [computed(lambda: head.value + len(ring))]
    while len(nodes) < DEPTH:
        nodes.append(after(nodes[-1]))
    ring.append(nodes[-1])
    for value in (1, 2):
        head.value = value
        assert nodes[-1].value == DEPTH + value


def a_wide_and_deep_grid_settles() -> None:
    heads = [Signal(n) for n in range(4)]
    layer: list[Signal[int] | Computed[int]] = [*heads]
    for _ in range(1000):
        a, b, c, d = layer
        layer = [
            computed(partial(lambda b: b.value, b)),
            computed(partial(lambda a, c: a.value - c.value, a, c)),
            computed(partial(lambda b, d: (b.value + d.value) % 1009, b, d)),
            computed(partial(lambda c: c.value, c)),
        ]
    ends = layer
    seen: list[tuple[int, ...]] = []
    watch = effect(lambda: seen.append(tuple(end.value for end in ends)))
    with batch():
        for n, head in enumerate(heads):
            head.value = 7 * n
    assert len(seen) == 2, len(seen)
    watch.dispose()


def a_long_cycle_is_reported() -> None:
    ring: list[Computed[int]] = []
    ring.extend(
        computed(partial(lambda i: ring[(i + 1) % 1000].value, i), name=str(i)) for i in range(1000)
    )
    try:
        _ = ring[0].value
    except CycleError as error:
        found = len(error.nodes)
    else:
        found = 0
    assert found == 1001, found


def effects_nested_too_deep_are_a_clear_error() -> None:
    def nest() -> None:
        effect(nest)

    try:
        effect(nest)
    except ChainTooDeepError as error:
        found = len(error.nodes)
    else:
        found = 0
    assert found > 10, found


def random_graphs_equal_recomputation() -> None:
    for seed in range(60):
        numbers = random.Random(seed)  # noqa: S311 - to be repeatable
        world = World(lambda low, high, numbers=numbers: numbers.randint(low, high))
        for _ in range(40):
            world.act()
        world.end()


class Pick(Protocol):
    """Chooses an integer between two, both included."""

    def __call__(self, low: int, high: int, /) -> int: ...


class World:
    """A random graph beside its specification: every action is checked against it.

    Each computed reads its first source, and depending on that one's value some of the others;
    its result is small, so that it often stays the same.
    """

    def __init__(self, pick: Pick) -> None:
        self.pick = pick
        self.signals = [Signal(pick(0, 3)) for _ in range(pick(1, 4))]
        self.values = [signal.peek() for signal in self.signals]
        self.needs: list[tuple[list[int], int]] = []
        self.computeds: list[Computed[int]] = []
        self.runs: list[int] = []
        self.order: list[int] = []
        self.effects: dict[int, tuple[Effect, list[int]]] = {}
        self.last: dict[int, dict[int, int]] = {}
        self.made = 0
        self.scope = Scope(detached=True)
        for _ in range(pick(1, 8)):
            self.grow()

    def grow(self) -> None:
        count = len(self.values) + len(self.needs)
        needs = [self.pick(0, count - 1) for _ in range(self.pick(1, 4))]
        place, modulus = len(self.needs), self.pick(1, 4)
        self.needs.append((needs, modulus))
        self.runs.append(0)

        def work() -> int:
            self.runs[place] += 1
            return self.combine(needs, modulus, self.read)

        self.computeds.append(computed(work))

    def read(self, node: int) -> int:
        if node < len(self.signals):
            return self.signals[node].value
        return self.computeds[node - len(self.signals)].value

    @staticmethod
    def combine(needs: list[int], modulus: int, read: Callable[[int], int]) -> int:
        first = read(needs[0])
        rest = needs[1:] if first % 2 else list(reversed(needs[2:]))
        return (first + sum(read(node) for node in rest)) % modulus

    def expected(self, node: int) -> int:
        if node < len(self.values):
            return self.values[node]
        needs, modulus = self.needs[node - len(self.values)]
        return self.combine(needs, modulus, self.expected)

    def watch(self) -> None:
        count = len(self.values) + len(self.needs)
        targets = [self.pick(0, count - 1) for _ in range(self.pick(1, 3))]
        key = self.made
        self.made += 1

        def work() -> None:
            self.order.append(key)
            self.last[key] = {node: self.read(node) for node in targets}
            assert self.last[key] == {node: self.expected(node) for node in targets}

        self.effects[key] = (self.scope.run(effect, work), targets)

    def write(self, writes: dict[int, int]) -> None:
        due = []
        self.order.clear()
        self.values = [writes.get(n, value) for n, value in enumerate(self.values)]
        for key, (_, targets) in self.effects.items():
            if any(self.last[key][node] != self.expected(node) for node in targets):
                due.append(key)
        with batch():
            for node, value in writes.items():
                self.signals[node].value = value
        assert self.order == due, (self.order, due)

    def act(self) -> None:
        self.runs[:] = [0] * len(self.runs)
        action = self.pick(0, 9)
        if action == 0:
            self.grow()
        elif action == 1:
            self.watch()
        elif action == 2 and self.effects:
            key = list(self.effects)[self.pick(0, len(self.effects) - 1)]
            self.effects.pop(key)[0].dispose()
        elif action in {3, 4}:
            node = self.pick(0, len(self.values) + len(self.needs) - 1)
            assert self.read(node) == self.expected(node)
        else:
            count = 1 if action < 8 else self.pick(1, len(self.signals))
            places = [self.pick(0, len(self.signals) - 1) for _ in range(count)]
            self.write({place: self.pick(0, 3) for place in places})
        assert max(self.runs) <= 1, self.runs

    def end(self) -> None:
        for node in range(len(self.values) + len(self.needs)):
            assert self.read(node) == self.expected(node)
        self.scope.dispose()
        assert not any(observers(source) for source in (*self.signals, *self.computeds))


CHECKS: tuple[Callable[[], None], ...] = (
    a_deep_chain_is_evaluated_for_the_first_time,
    a_deep_chain_settles_after_each_write_with_one_run_per_node,
    dropping_a_deep_chain_does_not_recurse,
    dropping_a_deep_chain_that_was_read_again_does_not_recurse,
    a_wide_and_deep_grid_settles,
    a_long_cycle_is_reported,
    effects_nested_too_deep_are_a_clear_error,
    random_graphs_equal_recomputation,
)


def run_all() -> list[str]:
    """Run every check and return their names."""
    for check in CHECKS:
        check()
    return [check.__name__ for check in CHECKS]
