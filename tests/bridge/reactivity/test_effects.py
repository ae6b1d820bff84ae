from __future__ import annotations

import gc
import weakref
from functools import partial
from typing import Any

import pytest

from bridge.errors import DisposedError
from bridge.reactivity import (
    ChainTooDeepError,
    Effect,
    NoOwnerError,
    Observable,
    Scope,
    Signal,
    computed,
    effect,
    observable,
    on_cleanup,
    root,
)


@observable
class Model(Observable):
    level: int


def test_an_effect_runs_now_and_on_each_change_until_disposed() -> None:
    count = Signal(1)
    seen: list[Any] = []
    watch = effect(lambda: seen.append(count.value))
    count.value = 2
    watch.dispose()
    watch.dispose()
    count.value = 3
    assert seen == [1, 2]
    assert watch.disposed
    assert not count._observers


def test_clean_ups_run_before_the_next_run_and_at_the_end_newest_first() -> None:
    count = Signal(0)
    log: list[Any] = []

    @effect
    def work() -> object:
        now = count.value
        on_cleanup(lambda: log.append(f"first {now}"))
        log.append(f"run {now}")
        return lambda: log.append(f"returned {now}")

    count.value = 1
    work.dispose()
    assert log == ["run 0", "returned 0", "first 0", "run 1", "returned 1", "first 1"]


def test_clean_ups_track_nothing() -> None:
    count, other = Signal(0), Signal(0)
    runs: list[Any] = []

    @effect
    def work() -> object:
        runs.append(count.value)
        return lambda: other.value

    count.value = 1
    other.value = 1
    assert runs == [0, 1]
    work.dispose()


def test_a_failing_clean_up_hides_nothing() -> None:
    count = Signal(0)
    log: list[Any] = []

    @effect
    def work() -> None:
        _ = count.value
        on_cleanup(lambda: log.append("other"))
        on_cleanup(lambda: 1 / 0)
        log.append("run")

    with pytest.raises(ZeroDivisionError):
        count.value = 1
    assert log == ["run", "other", "run"]
    with pytest.raises(ZeroDivisionError):
        work.dispose()
    assert log[3:] == ["other"]
    assert not count._observers


def test_effects_inside_an_effect_end_before_it_runs_again() -> None:
    outer, inner = Signal(0), Signal(0)
    runs: list[Any] = []

    @effect
    def parent() -> None:
        at = outer.value

        @effect
        def child() -> None:
            runs.append((at, inner.value))

    outer.value = 1
    inner.value = 1
    assert runs == [(0, 0), (1, 0), (1, 1)]
    parent.dispose()
    inner.value = 2
    assert len(runs) == 3
    assert not inner._observers


def test_an_owner_runs_before_what_it_would_dispose_of() -> None:
    user: Signal[str | None] = Signal("Ada")
    present = computed(lambda: user.value is not None)
    names: list[int] = []

    @effect
    def parent() -> None:
        if present.value:
            effect(lambda: names.append(len(user.value or 1 / 0)))  # type: ignore[arg-type]

    user.value = None
    assert names == [3]
    parent.dispose()


def test_due_effects_run_in_the_order_of_their_making() -> None:
    count = Signal(0)
    log: list[Any] = []
    double = computed(lambda: count.value * 2)
    effect(lambda: log.append(("a", double.value)))
    effect(lambda: log.append(("b", count.value)))
    effect(lambda: log.append(("c", double.value)))
    log.clear()
    count.value = 1
    assert [name for name, _ in log] == ["a", "b", "c"]


def test_an_error_in_the_first_run_ends_the_effect_and_is_raised() -> None:
    count = Signal(0)
    cleaned: list[Any] = []

    def broken() -> None:
        _ = count.value
        on_cleanup(lambda: cleaned.append(1))
        raise ValueError("first")

    with pytest.raises(ValueError, match="first"):
        effect(broken)
    assert cleaned == [1]
    assert not count._observers


def test_an_effect_may_end_itself_while_it_runs() -> None:
    count = Signal(0)
    log: list[Any] = []

    def work() -> object:
        log.append(count.value)
        if count.value:
            watch.dispose()
            on_cleanup(lambda: log.append("late"))
            effect(lambda: log.append(f"inner {count.value}"))
        return lambda: log.append("returned")

    watch = effect(work)
    count.value = 1
    assert log == [0, "returned", 1, "inner 1", "returned", "late"]
    count.value = 2
    assert len(log) == 6
    assert not count._observers


def test_an_effect_may_end_another_that_is_due() -> None:
    count = Signal(0)
    log: list[Any] = []
    others: list[Effect] = []

    @effect
    def first() -> None:
        if count.value:
            others[0].dispose()

    second = effect(lambda: log.append(count.value))
    others.append(second)
    count.value = 1
    assert log == [0]
    first.dispose()
    assert not count._observers


def test_a_coroutine_that_nobody_awaits_is_refused() -> None:
    async def work() -> None: ...

    with pytest.raises(TypeError, match="async def"):
        effect(lambda: work())  # noqa: PLW0108 - not the async function itself


def test_effects_nested_too_deep_are_a_clear_error() -> None:
    made: list[Effect] = []

    def nest() -> None:
        made.append(effect(nest, name="nest"))

    with pytest.raises(ChainTooDeepError) as caught:
        effect(nest, name="nest")
    assert caught.value.nodes[-1] == "effect 'nest'"
    assert len(caught.value.nodes) == caught.value.limit + 1
    seen: list[int] = []
    effect(lambda: seen.append(1))
    assert seen == [1]


def test_on_cleanup_outside_is_a_clear_error() -> None:
    with pytest.raises(NoOwnerError, match="on_cleanup"):
        on_cleanup(lambda: None)
    node = computed(lambda: on_cleanup(lambda: None))
    with pytest.raises(NoOwnerError):
        _ = node.value


def test_a_scope_ends_all_that_was_made_inside_it_newest_first() -> None:
    count = Signal(0)
    log: list[Any] = []
    with Scope("page") as scope:
        scope.on_cleanup(lambda: log.append("scope"))
        effect(lambda: (count.value, on_cleanup(lambda: log.append("first")))[0])
        effect(lambda: (count.value, on_cleanup(lambda: log.append("second")))[0])
        with Scope():
            on_cleanup(lambda: log.append("inner"))
    count.subscribe(lambda _: None)
    scope.dispose()
    scope.dispose()
    assert log == ["inner", "second", "first", "scope"]
    assert len(count._observers or ()) == 1


def test_reads_inside_a_scope_are_not_tracked_and_it_can_be_entered_again() -> None:
    count = Signal(0)
    runs: list[Any] = []
    scope = Scope(detached=True)

    @effect
    def work() -> None:
        runs.append(1)
        with scope:
            _ = count.value
            effect(lambda: count.value)

    count.value = 1
    assert runs == [1]
    scope.run(effect, lambda: count.value)
    work.dispose()
    assert len(count._observers or ()) == 2
    scope.dispose()
    assert not count._observers


def test_an_ended_scope_refuses_more() -> None:
    scope = Scope("page")
    scope.dispose()
    for use in (lambda: scope.run(int), lambda: scope.on_cleanup(int), scope.__enter__):
        with pytest.raises(DisposedError, match="page"):
            use()


def test_a_scope_ended_inside_itself_keeps_nothing() -> None:
    count = Signal(0)
    with Scope() as scope:
        scope.dispose()
        effect(lambda: count.value)
    assert not count._observers


def test_several_failing_clean_ups_are_raised_together() -> None:
    scope = Scope("page")
    empty: dict[str, int] = {}
    for key in "ab":
        scope.on_cleanup(partial(empty.__getitem__, key))
    with pytest.raises(ExceptionGroup) as caught:
        scope.dispose()
    assert [str(error) for error in caught.value.exceptions] == ["'b'", "'a'"]


def test_root_belongs_to_nobody() -> None:
    count = Signal(0)
    seen: list[Any] = []
    scopes: list[Any] = []

    def build(scope: Scope, start: int) -> int:
        scopes.append(scope)
        count.subscribe(seen.append)
        return start

    outer = Scope()
    assert outer.run(root, build, 5) == 5
    outer.dispose()
    count.value = 1
    scopes[0].dispose()
    count.value = 2
    assert seen == [0, 1]


def test_root_gives_everything_back_if_it_fails() -> None:
    count = Signal(0)

    def build(_scope: Scope) -> None:
        count.subscribe(lambda _: None)
        raise LookupError

    with pytest.raises(LookupError):
        root(build)
    assert not count._observers


def test_an_exception_leaves_no_ambient_state() -> None:
    count = Signal(0)
    runs: list[Any] = []

    def broken() -> None:
        raise OSError

    for use in (
        lambda: effect(broken),
        lambda: computed(broken).value,
        lambda: Scope().run(broken),
    ):
        with pytest.raises(OSError):  # noqa: PT011 - which one does not matter
            use()
    _ = count.value
    effect(lambda: runs.append(count.value))
    count.value = 1
    assert runs == [0, 1]


def test_a_disposed_effect_and_what_it_closed_over_are_freed() -> None:
    class Thing:
        pass

    count, thing = Signal(0), Thing()
    watch = effect(partial(lambda _: count.value, thing))
    gone = weakref.ref(thing)
    del thing
    watch.dispose()
    del watch
    gc.collect()
    assert gone() is None


def test_ten_thousand_nested_scopes_end_without_recursion() -> None:
    outer = Scope(detached=True)
    entered = [outer.__enter__()]
    entered.extend(Scope().__enter__() for _ in range(10_000))
    for scope in reversed(entered):
        scope.__exit__(None, None, None)
    outer.dispose()
    assert all(scope.disposed for scope in entered)
    while entered:
        entered.pop()


class Held:
    """What a closure holds; a weak reference tells when it is freed."""


@pytest.mark.parametrize("way", ["dispose", "scope", "off", "field", "all fields", "outer effect"])
def test_what_has_ended_frees_what_its_function_closed_over_though_the_handle_is_kept(
    way: str,
) -> None:
    held, source = Held(), Signal(0)
    freed = weakref.ref(held)

    def hold(*_: object, held: Held = held) -> None:
        assert held is not None

    handle: Any
    if way == "dispose":
        handle = effect(partial(hold, source.value))
        handle.dispose()
    elif way == "scope":
        with Scope() as scope:
            handle = effect(hold)
        scope.dispose()
    elif way == "outer effect":
        kept: list[Effect] = []
        outer = effect(lambda hold=hold: kept.append(effect(hold)))  # type: ignore[misc]
        outer.dispose()
        handle = kept
    else:
        model = Model(0)
        if way == "off":
            handle = source.subscribe(hold)
        elif way == "field":
            handle = model.subscribe("level", hold)
        else:
            handle = model.subscribe(hold)
        handle()
    del hold, held
    gc.collect()
    assert handle is not None
    assert freed() is None


def test_an_ended_effect_keeps_its_name() -> None:
    def work() -> None: ...

    ended = effect(work)
    before = repr(ended)
    ended.dispose()
    assert repr(ended) == f"{before[:-1]}, disposed>"
