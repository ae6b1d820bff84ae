"""What the page refuses misses its own place only, and is written when the page takes it."""

from __future__ import annotations

from typing import Any

import pytest

from bridge._browser.document_model import DocumentModel, ModelNode
from bridge.binding import For, PageWriteError, Show, h, mount
from bridge.reactivity import Signal, batch

BAD = "bad"


def refuse(_node: ModelNode, value: object) -> None:
    if value == BAD:
        raise ValueError("not this")


def meter(source: object) -> Any:
    return h("meter", {"prop:level": source})


def opened(**setters: Any) -> DocumentModel:
    page = DocumentModel("app")
    page.setters = setters
    return page


def levels(page: DocumentModel) -> list[object]:
    nodes = page.containers["app"].walk()
    return [node.properties.get("level") for node in nodes if node.tag == "meter"]


def test_a_value_that_the_page_refuses_misses_its_own_place_only() -> None:
    page = opened(level=refuse)
    level, first, items = Signal[object](1), Signal("a"), Signal([1, 2])
    row = h("li", None, lambda item: item)
    mount("app", [meter(level), h("p", None, first), For(items, row, key=int)], page.open)
    with pytest.raises(PageWriteError) as caught, batch():
        level.value, first.value, items.value = BAD, "b", [2, 3]
    assert (caught.value.tag, caught.value.name, caught.value.spoiled) == ("meter", "level", False)
    assert page.show("app") == "<meter></meter><p>b</p><li>2</li><li>3</li>"
    level.value, items.value = 1, [3]
    assert levels(page) == [1]
    assert page.show("app") == "<meter></meter><p>b</p><li>3</li>"


def test_a_refused_value_that_is_computed_again_is_told_again() -> None:
    page, text, turn = opened(level=refuse), Signal("fine"), Signal(0)
    mount("app", meter(lambda: (turn.value, text.value)[1]), page.open)
    with pytest.raises(PageWriteError):
        text.value = BAD
    with pytest.raises(PageWriteError):
        turn.value = 1
    text.value = "fine"
    assert levels(page) == ["fine"]


def test_what_was_refused_is_tried_with_the_next_write_and_told_once() -> None:
    page = opened(level=refuse)
    level, other, shown = Signal("fine"), Signal(0), Signal(False)
    mount("app", [meter(level), h("p", None, other), Show(shown, lambda: meter(BAD))], page.open)
    with pytest.raises(ExceptionGroup) as caught, batch():
        level.value, shown.value = BAD, True
    assert len(caught.value.exceptions) == 2
    other.value = 1
    assert levels(page) == ["fine", None]
    page.setters.clear()
    other.value = 2
    assert levels(page) == [BAD, BAD]
    page.setters["level"] = refuse
    other.value = 3
    assert (page.sent, page.show("app")) == (7, "<meter></meter><p>3</p><meter></meter>")


def test_a_refusal_for_another_reason_is_told() -> None:
    def refuse_all(_node: ModelNode, _value: object) -> None:
        raise ValueError("nothing more")

    page, level, other = opened(level=refuse), Signal("fine"), Signal(0)
    mount("app", [meter(level), h("p", None, other)], page.open)
    with pytest.raises(PageWriteError, match="not this"):
        level.value = BAD
    page.setters["level"] = refuse_all
    with pytest.raises(PageWriteError, match="nothing more"):
        other.value = 1
    other.value = 2
    assert page.show("app") == "<meter></meter><p>2</p>"


def test_rows_that_are_copied_are_tried_again_too() -> None:
    page = opened(title=refuse)
    items, other = Signal([(1, "a")]), Signal(0)
    row = h("li", {"title": lambda item: item[1]}, lambda item: item[0])
    mount("app", [For(items, row, key=lambda item: item[0]), h("p", None, other)], page.open)
    with pytest.raises(PageWriteError, match="title"):
        items.value = [(1, "a"), (2, BAD), (3, "c")]
    page.setters.clear()
    other.value = 1
    assert page.show("app") == (
        '<li title="a">1</li><li title="bad">2</li><li title="c">3</li><p>1</p>'
    )


def test_what_is_missed_is_given_up_with_its_node_or_for_a_newer_value() -> None:
    page = opened(level=refuse)
    items = Signal([(1, BAD), (2, "fine")])
    row = h("meter", {"prop:level": lambda item: item[1]})
    shown = Signal(False)
    mount("app", Show(shown, For(items, row, key=lambda item: item[0])), page.open)
    with pytest.raises(PageWriteError):
        shown.value = True
    page.setters.clear()
    items.value = [(1, "newer"), (2, "fine")]
    assert levels(page) == ["newer", "fine"]
    page.setters["level"] = refuse
    with pytest.raises(PageWriteError):
        items.value = [(1, BAD), (2, "fine")]
    page.setters.clear()
    items.value = [(2, "fine")]
    assert levels(page) == ["fine"]


def test_an_object_that_json_cannot_carry_is_tried_again() -> None:
    def refuse_all(_node: ModelNode, _value: object) -> None:
        raise ValueError("nothing")

    page, level, other = opened(), Signal[object](None), Signal(0)
    mount("app", [meter(level), h("p", None, other)], page.open)
    page.setters["level"] = refuse_all
    with pytest.raises(PageWriteError, match="level"):
        level.value = float("inf")
    page.setters.clear()
    other.value = 1
    assert levels(page) == [float("inf")]
