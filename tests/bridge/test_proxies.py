"""What is handed to the page ends with its scope: once, in reverse order, whatever fails."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from bridge.errors import DisposedError
from bridge.proxies import ProxyScope, keep_alive, live_counts

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter


def test_kept_objects_come_back_as_they_are() -> None:
    thing = object()
    assert keep_alive(thing) is thing
    with ProxyScope("here") as scope:
        assert keep_alive(thing, scope) is thing
        assert scope.keep(thing) is thing


def test_a_scope_counts_what_lives_in_it_under_its_name() -> None:
    before = live_counts()
    with ProxyScope("counting") as scope:
        scope.proxy(print)
        scope.proxy(print)
        scope.keep(object(), "thing")
        assert live_counts() == before | {"counting: print": 2, "counting: thing": 1}
    assert live_counts() == before


def test_endings_run_in_reverse_order_and_once() -> None:
    order: list[int] = []
    scope = ProxyScope()
    for number in range(3):
        scope.on_dispose(partial(order.append, number))
    scope.dispose()
    scope.dispose()
    assert order == [2, 1, 0]


def test_a_callback_given_twice_runs_twice() -> None:
    calls: list[int] = []

    def note() -> None:
        calls.append(1)

    with ProxyScope() as scope:
        scope.on_dispose(note)
        scope.on_dispose(note)
    assert calls == [1, 1]


def test_an_inner_scope_ends_with_the_outer_one_or_before() -> None:
    outer = ProxyScope("outer")
    early, late = outer.child("early"), outer.child("late")
    early.dispose()
    assert (early.disposed, late.disposed, outer.disposed) == (True, False, False)
    outer.dispose()
    assert late.disposed


def test_an_inner_scope_that_ended_is_not_held_by_the_outer_one() -> None:
    outer = ProxyScope("outer")
    for _ in range(100):
        outer.child("inner").dispose()
    assert not outer._endings


@pytest.mark.parametrize(
    "use",
    [
        lambda scope: scope.proxy(print),
        lambda scope: scope.keep(1),
        lambda scope: scope.child("inner"),
        lambda scope: scope.on_dispose(print),
        lambda scope: scope.__enter__(),
    ],
)
def test_an_ended_scope_is_named_when_it_is_used(use: object) -> None:
    scope = ProxyScope("form")
    scope.dispose()
    assert callable(use)
    with pytest.raises(DisposedError, match="form") as caught:
        use(scope)
    assert caught.value.what == "the scope 'form'"


def test_one_failing_ending_neither_stops_the_others_nor_is_lost() -> None:
    ended: list[str] = []
    scope = ProxyScope("x")
    scope.on_dispose(lambda: ended.append("first"))
    scope.on_dispose(lambda: 1 / 0)
    scope.on_dispose(lambda: ended.append("last"))
    with pytest.raises(ZeroDivisionError):
        scope.dispose()
    assert ended == ["last", "first"]


def test_several_failing_endings_are_reported_together() -> None:
    scope = ProxyScope("x")
    scope.on_dispose(lambda: 1 / 0)
    scope.on_dispose([].pop)
    with pytest.raises(ExceptionGroup) as caught:
        scope.dispose()
    assert [type(error) for error in caught.value.exceptions] == [IndexError, ZeroDivisionError]


def test_in_a_page_the_page_can_call_a_proxy_until_its_scope_ends(
    interpreter: Interpreter,
) -> None:
    assert interpreter.run("""
import js
from bridge.proxies import ProxyScope, keep_alive, live_counts
from pyodide.ffi import JsException, create_proxy
called = []
before = live_counts()
with ProxyScope("test") as scope:
    js.target = js.EventTarget.new()
    js.target.addEventListener("ping", scope.proxy(lambda event: called.append(event.type)))
    js.target.dispatchEvent(js.Event.new("ping"))
    kept = keep_alive(create_proxy(print), scope)
    plain = keep_alive({"a": 1}, scope)
    js.borrowed = kept
after = live_counts()
try:
    js.borrowed("after the end")
    ended = False
except JsException:
    ended = True
[called, before == after, ended, plain]
""") == [["ping"], True, True, {"a": 1}]
