"""Several handlers of one event: each runs as if it were alone."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from bridge._browser import ops
from bridge._browser.document_model import DocumentModel
from bridge.binding import For, h, mount
from bridge.binding.handlers import Hearing, handlers_of, listeners_of
from bridge.reactivity import Signal
from bridge.vdom import listener

if TYPE_CHECKING:
    from collections.abc import Callable


def _type(page: DocumentModel, value: str) -> None:
    node = page.containers["app"].children[0]
    page.fire(node, "input", SimpleNamespace(target=SimpleNamespace(value=value)))


@pytest.mark.parametrize("names", [("on_input", "bind:value"), ("bind:value", "on_input")])
@pytest.mark.parametrize("in_row", [False, True])
def test_an_async_handler_and_a_binding_both_run(names: tuple[str, str], in_row: bool) -> None:
    page, text, seen = DocumentModel("app"), Signal("a"), []

    async def later(*_: object) -> None:
        await asyncio.sleep(0)
        seen.append(text.value)

    props: dict[str, Any] = {"on_input": later, "bind:value": text}
    field = h("input", {name: props[name] for name in names})
    mount("app", For(Signal([1]), field) if in_row else field, page.open)

    async def use() -> None:
        _type(page, "b")
        await asyncio.sleep(0.01)

    asyncio.run(use())
    assert (text.value, seen) == ("b", ["b"])


@pytest.mark.parametrize("names", [("on_input", "bind:value"), ("bind:value", "on_input")])
def test_a_handler_that_raises_does_not_skip_the_binding(names: tuple[str, str]) -> None:
    page, text = DocumentModel("app"), Signal("a")
    props: dict[str, Any] = {"on_input": lambda _: 1 // 0, "bind:value": text}
    mount("app", h("input", {name: props[name] for name in names}), page.open)
    with pytest.raises(ZeroDivisionError):
        _type(page, "b")
    assert text.value == "b"


def test_options_of_each_listener_are_kept() -> None:
    page = DocumentModel("app")
    stop = listener(print, stop_propagation=True)
    early = listener(print, capture=True)
    mount("app", h("input", {"bind:value": Signal(""), "on_input": stop}), page.open)
    assert page.containers["app"].children[0].listeners == {("input", ops.STOP_PROPAGATION)}
    other = DocumentModel("app")
    mount("app", h("input", {"on_input": early, "bind:value": Signal("")}), other.open)
    assert other.containers["app"].children[0].listeners == {("input", ops.CAPTURE), ("input", 0)}


def test_only_what_all_promise_is_passive() -> None:
    assert listeners_of([_hears(ops.PASSIVE), _hears(ops.PASSIVE)]) == [("click", ops.PASSIVE)]
    assert listeners_of([_hears(ops.PASSIVE), _hears(0)]) == [("click", 0)]


def _hears(flags: int, handler: Callable[..., object] = print) -> Hearing:
    return Hearing(1, "click", flags, handler)


def test_all_errors_of_async_handlers_surface() -> None:
    async def fail() -> None:
        raise ValueError("one of two")

    heard = [_hears(0, lambda _: fail()), _hears(0, lambda _: fail())]
    handle = handlers_of(heard, lambda handler: handler)["click"]

    async def use() -> None:
        await handle(None)  # type: ignore[arg-type, misc]

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(use())
    assert len(caught.value.exceptions) == 2


def test_listeners_for_both_ways_of_an_event_are_told_apart() -> None:
    seen: list[str] = []
    heard = [_hears(0, lambda _: seen.append("up")), _hears(1, lambda _: seen.append("down"))]
    handle: Any = handlers_of(heard, lambda handler: handler)["click"]
    for phase in (1, 3, 2, 2):
        handle(SimpleNamespace(eventPhase=phase, timeStamp=1))
    assert seen == ["down", "up", "down", "up"]
