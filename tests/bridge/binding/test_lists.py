"""Lists: what differs is touched, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge._browser.document_model import DocumentModel, ModelNode
from bridge.binding import Dynamic, For, Show, h, mount
from bridge.binding.lists import _first_difference
from bridge.reactivity import Signal, on_cleanup
from bridge.vdom import DuplicateKeyError, TreeError
from bridge.vdom.moves import staying

ROW = h("li", None, lambda key: key)
keys = st.lists(st.integers(0, 30), unique=True, max_size=12)


def _elements(page: DocumentModel) -> list[ModelNode]:
    return list(page.containers["app"].children)


@given(before=keys, after=keys)
def test_rows_that_stay_keep_their_element_and_the_fewest_are_moved(
    before: list[int], after: list[int]
) -> None:
    page = DocumentModel("app")
    items = Signal(before)
    mount("app", For(items, ROW, key=int), page.open)
    was = dict(zip(before, _elements(page), strict=True))
    items.value = after
    now = dict(zip(after, _elements(page), strict=True))
    assert page.show("app") == "".join(f"<li>{key}</li>" for key in after)
    assert all(now[key] is was[key] for key in after if key in was)
    sources = [before.index(key) if key in was else -1 for key in after]
    kept = sum(source >= 0 for source in sources)
    assert page.moved == kept - len(staying(sources))


def test_two_rows_that_change_places_are_two_moves() -> None:
    page = DocumentModel("app")
    items = Signal(list(range(100)))
    mount("app", For(items, ROW, key=int), page.open)
    items.value = [0, 98, *range(2, 98), 1, 99]
    assert page.moved == 2
    assert [node.children[0].data for node in _elements(page)][:3] == ["0", "98", "2"]


def test_a_new_item_of_the_same_key_takes_over_the_row() -> None:
    page = DocumentModel("app")
    items = Signal([(1, "a"), (2, "b")])
    mount("app", For(items, h("li", None, lambda row: row[1]), key=lambda row: row[0]), page.open)
    was = _elements(page)
    items.value = [(1, "a"), (2, "B")]
    assert page.show("app") == "<li>a</li><li>B</li>"
    assert _elements(page) == was


def test_a_key_that_stands_twice_is_named_and_the_page_stays_as_it_was() -> None:
    page = DocumentModel("app")
    items = Signal([1, 2, 3])
    mount("app", For(items, ROW, key=int), page.open)
    for wrong in ([1, 2, 3, 1], [1, 2, 2, 3], [4, 4], [1, 3, 2, 1]):
        with pytest.raises(DuplicateKeyError) as caught:
            items.value = wrong
        assert caught.value.key == max(wrong, key=wrong.count)
        assert page.show("app") == "<li>1</li><li>2</li><li>3</li>"
    items.value = [3]
    assert page.show("app") == "<li>3</li>"


def test_a_row_that_fails_leaves_the_page_as_it_was_and_only_the_list_follows_it() -> None:
    page = DocumentModel("app")
    items, factor = Signal([1, 2]), Signal(6)
    row = h("li", None, lambda key: factor.value // key)
    mount("app", For(items, row, key=int), page.open)
    followers = len(factor._observers or ())
    with pytest.raises(ZeroDivisionError):
        items.value = [1, 2, 3, 0]
    assert page.show("app") == "<li>6</li><li>3</li>"
    assert len(factor._observers or ()) == followers + 1
    items.value = [3]
    assert page.show("app") == "<li>2</li>"
    assert len(factor._observers or ()) == 1


def test_a_row_that_shows_constants_follows_nothing() -> None:
    page = DocumentModel("app")
    items = Signal([1, 2, 3])
    view = mount("app", For(items, ROW, key=int), page.open)
    assert view._block is not None
    rows = view._block.parts[0]._rows  # type: ignore[attr-defined]
    assert [row.parts for row in rows] == [[], [], []]


def test_a_long_list_is_one_call_and_one_template() -> None:
    page = DocumentModel("app")
    items = Signal(list(range(500)))
    view = mount("app", For(items, ROW, key=int), page.open)
    items.value = list(range(1000))
    assert page.sent == 2
    assert len(view._templates) == 1


def test_what_the_function_of_a_row_made_ends_with_the_row() -> None:
    page = DocumentModel("app")
    items, beat, ended = Signal([1, 2]), Signal(0), []

    def row(key: int) -> object:
        on_cleanup(lambda: ended.append(key))
        double = Signal(key * 2)
        return h("li", {"title": lambda: beat.value}, double)

    view = mount("app", For(items, row, key=int), page.open)  # type: ignore[arg-type]
    items.value = [2]
    assert ended == [1]
    assert len(beat._observers or ()) == 1
    view.dispose()
    assert ended == [1, 2]
    assert not beat._observers


def test_without_a_key_an_item_is_itself() -> None:
    page = DocumentModel("app")
    first, second = object(), object()
    items = Signal([first, second])
    mount("app", For(items, h("li", None, "same")), page.open)
    was = _elements(page)
    items.value = [second, first]
    assert _elements(page) == was[::-1]


@pytest.mark.parametrize("content", [["a", "b"], [h("p"), h("p")], None, Show(Signal(True), "a")])
def test_a_row_is_one_node(content: object) -> None:
    page = DocumentModel("app")
    with pytest.raises(TreeError, match="one node"):
        mount("app", For(Signal([1]), lambda _: content, key=int), page.open)  # type: ignore[arg-type, return-value]


def test_events_reach_the_item_that_the_row_shows_now() -> None:
    page = DocumentModel("app")
    items, seen = Signal([(1, "a"), (2, "b")]), []
    row = h("li", {"on_click": lambda row, _: seen.append(row)}, lambda row: row[1])
    view = mount("app", For(items, row, key=lambda row: row[0]), page.open)
    first, second = _elements(page)
    page.fire(second, "click")
    items.value = [(2, "B")]
    page.fire(second, "click")
    page.fire(first, "click")
    assert seen == [(2, "b"), (2, "B")]
    items.value = []
    assert not view.listening
    assert not view.root.handlers


def test_the_first_difference_is_looked_for_by_identity() -> None:
    one, other = [1], [1]
    assert _first_difference([one, one], [one, other], 2) == 1
    assert _first_difference([one, one], [one, one], 2) == 2
    assert _first_difference([one, one], [one, one], 1) == 1
    assert _first_difference([], [], 0) == 0


def _nodes(page: DocumentModel) -> list[ModelNode]:
    return [node for top in _elements(page) for node in top.walk() if node.tag == "input"]


def _by_function(item: tuple[int, str]) -> Any:
    return h("li", {"title": item[1]}, [item[1], h("input", {"class": [item[1]]}), h("p")])


def _with_regions(item: tuple[int, str]) -> Any:
    content: Any = [h("input"), item[1]]
    return h(
        "li", None, [Show(Signal(True), lambda: content), Dynamic(lambda: h("p", None, content))]
    )


ROWS: dict[str, Any] = {
    "a function": _by_function,
    "regions in a function": _with_regions,
    "regions in a template": h(
        "li",
        None,
        [
            Show(lambda _: True, lambda item: [h("input"), item[1]]),  # type: ignore[misc]
            Show(lambda _: True, [h("input"), lambda item: item[1]]),
            Dynamic(lambda item: h("p", None, [h("input"), item[1]])),
        ],
    ),
    "a list in a function": lambda item: h(
        "li", None, For(Signal([1]), h("p", None, [h("input"), lambda _: item[1]]), key=int)
    ),
    "rows of a function in one": lambda item: h(
        "li", None, For(Signal([1]), lambda _: h("p", None, [h("input"), item[1]]), key=int)
    ),
}


@pytest.mark.parametrize("each", ROWS.values(), ids=ROWS)
def test_a_new_item_of_the_same_key_keeps_every_element_of_the_row(each: Any) -> None:
    page = DocumentModel("app", "fresh")
    items = Signal([(1, "a"), (2, "b")])
    mount("app", For(items, each, key=lambda item: item[0]), page.open)
    was = _nodes(page)
    items.value = [(2, "B"), (1, "A")]
    items.value = [(2, "C"), (1, "D"), (3, "E")]
    mount("fresh", For(items, each, key=lambda item: item[0]), page.open)
    assert page.show("app") == page.show("fresh")
    each_has = len(was) // 2
    assert _nodes(page)[: 2 * each_has] == was[each_has:] + was[:each_has]


def test_a_row_of_another_shape_is_made_anew() -> None:
    page = DocumentModel("app")
    items = Signal([(1, "a"), (2, "b")])

    def each(item: tuple[int, str]) -> Any:
        return h("li", None, h(item[1], None, "x"))

    mount("app", For(items, each, key=lambda item: item[0]), page.open)
    items.value = [(1, "b"), (2, "b")]
    assert page.show("app") == "<li><b>x</b></li><li><b>x</b></li>"


@pytest.mark.parametrize("key", [None, lambda text: text.lower()])
def test_items_that_cannot_be_told_apart_are_named_with_their_places(key: Any) -> None:
    page = DocumentModel("app")
    items = Signal(["b", "a", "c"])
    mount("app", For(items, ROW, key=key), page.open)
    with pytest.raises(DuplicateKeyError, match=r"items at 0 and 2, 'b'.* key") as caught:
        items.value = ["b", "c", "b", "d"]
    assert caught.value.key in ("b", id("b"))
    with pytest.raises(DuplicateKeyError, match="items at 1 and 2, 'a'"):
        items.value = ["b", "a", "a", "c"]


def test_a_key_function_that_raises_leaves_the_list_and_is_asked_again() -> None:
    page, factor = DocumentModel("app"), Signal(1)
    items = Signal([1, 2])
    mount("app", For(items, ROW, key=lambda item: item // factor.value), page.open)
    factor.value = 0
    with pytest.raises(ZeroDivisionError):
        items.value = [2, 3]
    assert page.show("app") == "<li>1</li><li>2</li>"
    factor.value = 1
    assert page.show("app") == "<li>2</li><li>3</li>"


def test_clean_ups_of_rows_that_raise_do_not_hold_up_the_others() -> None:
    page, ended = DocumentModel("app"), []

    def each(item: int) -> Any:
        on_cleanup(lambda: ended.append(6 // item))
        return h("li", None, str(item))

    items = Signal([0, 1, 2])
    mount("app", For(items, each, key=int), page.open)
    with pytest.raises(ZeroDivisionError):
        items.value = [3]
    assert sorted(ended) == [3, 6]
    assert page.show("app") == "<li>3</li>"


def test_a_row_that_cannot_show_its_item_is_tried_again_with_the_next_list() -> None:
    page, bad = DocumentModel("app"), dict[str, Any](text=None)
    items = Signal[Any]([(1, {"text": "a"}), (2, {"text": "b"})], equals=False)
    name = lambda item: item[1]["text"].upper()  # noqa: E731 - a template's function
    row = h("li", None, [name, h("b", None, lambda item: item[0])])
    mount("app", For(items, row, key=lambda item: item[0]), page.open)
    same = (2, bad)
    with pytest.raises(AttributeError):
        items.value = [(1, {"text": "c"}), same]
    assert page.show("app") == "<li>C<b>1</b></li><li>B<b>2</b></li>"
    bad["text"] = "d"
    items.value = [(1, {"text": "c"}), same]
    assert page.show("app") == "<li>C<b>1</b></li><li>D<b>2</b></li>"
