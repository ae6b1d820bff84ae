"""Selectors: a new choice is news for two."""

from __future__ import annotations

import gc
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from bridge.binding import selector
from bridge.reactivity import Scope, Signal, batch, effect


@given(st.lists(st.integers(0, 4), max_size=8))
def test_exactly_the_old_and_the_new_one_follow(choices: list[int]) -> None:
    chosen = Signal(0)
    is_chosen = selector(chosen)
    seen: dict[int, bool] = {}
    runs: list[int] = []

    def follow(key: int) -> None:
        def run() -> None:
            runs.append(key)
            seen[key] = is_chosen(key)

        effect(run)

    for key in range(5):
        follow(key)
    now = 0
    for choice in choices:
        runs.clear()
        chosen.value = choice
        assert sorted(runs) == sorted({now, choice} if now != choice else set())
        now = choice
        assert seen == {key: key == now for key in range(5)}


def test_it_is_right_inside_a_batch() -> None:
    chosen = Signal("a")
    is_chosen = selector(chosen)
    assert is_chosen("a")
    with batch():
        chosen.value = "b"
        assert (is_chosen("a"), is_chosen("b")) == (False, True)


def test_keys_that_nobody_follows_any_more_are_forgotten() -> None:
    chosen = Signal(0)
    is_chosen = selector(chosen)
    kept = [effect(lambda: is_chosen(-1))]
    for key in range(1000):
        effect(partial(is_chosen, key)).dispose()
    assert -1 in is_chosen._following
    assert len(is_chosen._following) < 200
    assert kept


def test_a_follower_that_nobody_holds_goes_on_following() -> None:
    chosen = Signal(0)
    is_chosen = selector(chosen)
    seen: list[bool] = []
    effect(lambda: seen.append(is_chosen(1)))
    gc.collect()
    chosen.value = 1
    assert seen == [False, True]


def test_it_ends_with_its_scope() -> None:
    chosen = Signal(0)
    with Scope() as scope:
        selector(chosen)
    scope.dispose()
    assert not chosen._observers
