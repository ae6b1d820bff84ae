"""Templates: made once, given back with the last list that uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge._browser.document_model import DocumentModel
from bridge.binding import Dynamic, For, Show, h, mount
from bridge.reactivity import Signal

if TYPE_CHECKING:
    from bridge.binding import Content


def test_lists_of_one_tree_share_a_template() -> None:
    page, items = DocumentModel("app"), Signal([1, 2])
    row = h("li", None, lambda key: key)
    inner = h("ul", None, For(lambda _: items.value, row, key=int))
    view = mount("app", [For(items, row, key=int), For(items, inner, key=int)], page.open)
    assert len(view._templates) == 2
    assert page.show("app") == "<li>1</li><li>2</li>" + "<ul><li>1</li><li>2</li></ul>" * 2


def test_templates_that_nobody_uses_make_room_for_others() -> None:
    page, turn = DocumentModel("app"), Signal(0)

    def content() -> Content:
        here = turn.value
        return For(Signal([here]), h("li", None, lambda key: key), key=int)

    view = mount("app", Dynamic(content), page.open)
    for step in range(1, 20):
        turn.value = step
        assert page.show("app") == f"<li>{step}</li>"
    assert len(view._templates) + len(view._free_templates) <= 2


def test_a_copy_can_hold_conditions_lists_and_forms() -> None:
    page = DocumentModel("app")
    items, chosen = Signal([("a", 1), ("b", 2)]), Signal("a")
    row = h(
        "li",
        {"style": lambda row: {"order": row[1]}},
        [
            Show(lambda row: chosen.value == row[0], h("b", None, lambda row: row[0]), "-"),
            h("input", {"value": lambda row: row[0], "disabled": lambda row: row[1] > 1}),
            h("ol", None, For(lambda row: range(row[1]), h("i", None, lambda n: n), key=int)),
        ],
    )
    mount("app", For(items, row, key=lambda row: row[0]), page.open)
    assert page.show("app") == (
        '<li style="order: 1"><b>a</b><input></input><ol><i>0</i></ol></li>'
        '<li style="order: 2">-<input disabled=""></input><ol><i>0</i><i>1</i></ol></li>'
    )
    chosen.value = "b"
    items.value = [("b", 1)]
    assert page.show("app") == (
        '<li style="order: 1"><b>b</b><input></input><ol><i>0</i></ol></li>'
    )
