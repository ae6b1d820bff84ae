"""Lists: what differs is touched, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge._browser.document_model import DocumentModel, ModelNode
from bridge.binding import For, Show, h, mount
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
