"""Laws of a patch, on the plain Python document; the browser's own are checked likewise."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge._browser import ops
from bridge._browser.document_model import DocumentModel, ModelNode
from bridge.vdom import PythonVDOM, Ref, fragment, h, listener, memo, raw_html
from bridge.vdom.moves import staying
from tests.bridge.vdom.strategies import elements, trees
from tests.bridge.vdom.trees import build


def shown(described: Any) -> object:
    page = DocumentModel("app")
    PythonVDOM("app", page.open).patch(build(described))
    return page.containers["app"].snapshot()


@given(st.lists(trees(), min_size=2, max_size=4))
def test_a_patched_page_equals_a_freshly_rendered_one(sequence: list[Any]) -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    for described in sequence:
        view.patch(build(described))
        assert page.containers["app"].snapshot() == shown(described)


@given(st.lists(elements(), min_size=2, max_size=5))
def test_every_change_of_one_element_equals_a_fresh_one(sequence: list[Any]) -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    for described in sequence:
        view.patch(build(described))
        assert page.containers["app"].snapshot() == shown(described)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"tabindex": 1}, {"tabindex": True}),
        ({"data-x": 0}, {"data-x": False}),
        (
            {"style": {"margin": "1px", "margin_left": "2px"}},
            {"style": {"margin_left": "2px", "margin": "1px"}},
        ),
    ],
)
def test_values_that_are_equal_in_python_but_not_in_the_page_are_told_apart(
    old: dict[str, object], new: dict[str, object]
) -> None:
    page = DocumentModel("app", "fresh")
    view = PythonVDOM("app", page.open)
    view.patch(h("p", old))
    view.patch(h("p", new))
    PythonVDOM("fresh", page.open).patch(h("p", new))
    assert page.show("app") == page.show("fresh")


def test_the_options_of_a_handler_follow_the_tree() -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    for passive in (False, True, False):
        view.patch(h("p", {"on_scroll": listener(print, passive=passive)}))
        flags = ops.PASSIVE if passive else 0
        assert page.containers["app"].children[0].listeners == {("scroll", flags)}


def test_an_element_that_was_emptied_of_nodes_can_have_its_old_text_again() -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    turns: list[Any] = ["a", [h("b"), "c"], "a", None, "a"]
    for children in turns:
        view.patch(h("p", None, children))
    assert page.show("app") == "<p>a</p>"


def test_namespaces_follow_the_elements_also_for_what_is_added_later() -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)

    def drawing(*more: Any) -> Any:
        inside = h("foreignObject", None, [h("p"), *more])
        return [h("svg", None, [h("g", None, more), inside]), h("math", None, more), h("p")]

    view.patch(drawing())
    view.patch(drawing(h("b")))
    spaces = [(node.tag, node.space) for node in page.containers["app"].walk()][1:]
    assert spaces == [
        ("svg", ops.SVG),
        ("g", ops.SVG),
        ("b", ops.SVG),
        ("foreignObject", ops.SVG),
        ("p", ops.XHTML),
        ("b", ops.XHTML),
        ("math", ops.MATHML),
        ("b", ops.MATHML),
        ("p", ops.XHTML),
    ]


@given(trees())
def test_patching_with_an_equal_tree_sends_at_most_the_state_of_forms(described: Any) -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    view.patch(build(described))
    before = [id(node) for node in page.containers["app"].walk()]
    view.patch(build(described))
    assert [id(node) for node in page.containers["app"].walk()] == before


@given(trees(), trees())
def test_handlers_are_kept_for_exactly_the_nodes_that_listen(first: Any, second: Any) -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    view.patch(build(first))
    view.patch(build(second))
    listening = {
        node.number: {kind for kind, _ in node.listeners}
        for node in page.containers["app"].walk()
        if node.listeners
    }
    root = view._root
    assert root is not None
    kept = {number: set(kinds) for number, kinds in root.handlers.items() if kinds}
    assert kept == listening


def rows(keys: list[int]) -> Any:
    return h("ul", None, [h("li", {"key": key}, str(key)) for key in keys])


def by_text(page: DocumentModel) -> dict[str, ModelNode]:
    return {
        node.children[0].data: node
        for node in page.containers["app"].walk()
        if node.tag == "li" and node.children
    }


@given(st.lists(st.integers(0, 30), unique=True), st.lists(st.integers(0, 30), unique=True))
def test_keyed_nodes_keep_their_identity_and_the_fewest_are_moved(
    old: list[int], new: list[int]
) -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    view.patch(rows(old))
    before = by_text(page)
    view.patch(rows(new))
    after = by_text(page)
    kept = [key for key in new if key in old]
    assert all(after[str(key)] is before[str(key)] for key in kept)
    order = [old.index(key) for key in kept]
    assert page.moved == len(kept) - len(staying(order))


@pytest.mark.parametrize("count", [0, 1, 1000])
def test_a_patch_is_sent_in_one_call(count: int) -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    view.patch(rows(list(range(count))))
    shuffled = list(range(count))
    random.Random(1).shuffle(shuffled)  # noqa: S311 - an order, not a secret
    view.patch(rows(shuffled))
    assert page.sent <= 2


def test_a_patch_that_changes_nothing_sends_nothing() -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    view.patch(rows([1, 2]))
    view.patch(rows([1, 2]))
    assert page.sent == 1


def test_a_tree_ten_thousand_deep_is_patched() -> None:
    def nested(text: str) -> Any:
        tree = h("b", None, text)
        for _ in range(10_000):
            tree = h("div", None, tree)
        return tree

    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    view.patch(nested("one"))
    view.patch(nested("two"))
    deepest = list(page.containers["app"].walk())[-1]
    assert deepest.data == "two"


def test_a_handler_is_replaced_without_sending_anything() -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    heard: list[str] = []
    view.patch(h("button", {"on_click": lambda _: heard.append("old")}))
    view.patch(h("button", {"on_click": lambda _: heard.append("new")}))
    page.fire(page.containers["app"].children[0], "click")
    assert (heard, page.sent) == (["new"], 1)


def test_a_component_that_changes_its_nodes_keeps_its_place_among_siblings() -> None:
    def several(*, names: list[str]) -> Any:
        return [h("i", {"key": name}, name) for name in names]

    def view_of(*groups: list[str]) -> Any:
        return [h(several, {"names": group}) for group in groups]

    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    view.patch(view_of([], ["b"], []))
    view.patch(view_of(["a"], [], ["c", "d"]))
    assert page.show("app") == "<i>a</i><i>c</i><i>d</i>"
    view.patch(view_of([], ["b", "x"], ["d", "c"]))
    assert page.show("app") == "<i>b</i><i>x</i><i>d</i><i>c</i>"


def test_a_keyed_fragment_moves_as_one_and_keeps_its_nodes() -> None:
    def terms(order: str) -> Any:
        return h("dl", None, [fragment([h("dt", None, t), h("dd")], key=t) for t in order])

    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    view.patch(terms("abc"))
    before = [id(node) for node in page.containers["app"].children[0].children]
    view.patch(terms("cab"))
    after = [id(node) for node in page.containers["app"].children[0].children]
    assert after == before[4:] + before[:4]
    assert page.moved == 2


def test_a_memoised_component_is_called_again_only_for_other_props() -> None:
    calls: list[str] = []

    @memo
    def label(*, text: str) -> Any:
        calls.append(text)
        return h("b", None, text)

    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    for text in ("a", "a", "b", "b", "a"):
        view.patch(h("p", None, h(label, {"text": text})))
    assert calls == ["a", "b", "a"]


def test_a_memoised_component_is_called_again_for_other_children() -> None:
    @memo
    def frame(*, children: Any) -> Any:
        return h("b", None, children)

    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    view.patch(h(frame, None, ["one"]))
    view.patch(h(frame, None, ["two"]))
    assert page.show("app") == "<b>two</b>"


def test_the_comparison_of_a_memo_can_be_chosen() -> None:
    calls: list[object] = []

    @memo(equal=lambda old, new: old["version"] == new["version"])
    def label(*, version: int, text: str) -> Any:
        calls.append(version)
        return text

    view = PythonVDOM("app", DocumentModel("app").open)
    view.patch(h(label, {"version": 1, "text": "a"}))
    view.patch(h(label, {"version": 1, "text": "b"}))
    view.patch(h(label, {"version": 2, "text": "b"}))
    assert calls == [1, 2]


def test_a_ref_follows_its_node_and_is_empty_without_one() -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    ref = Ref()
    found = []
    for tree in (
        h("div", None, [h("p", {"key": 1, "ref": ref}), h("p", {"key": 2})]),
        h("div", None, [h("p", {"key": 1}), h("p", {"key": 2, "ref": ref})]),
        h("div", None, "text"),
        h("div", {"ref": ref}),
    ):
        view.patch(tree)
        inside = page.containers["app"].children[0].children
        found.append([node is ref.current for node in (*page.containers["app"].children, *inside)])
    view.unmount()
    assert found == [[False, True, False], [False, False, True], [False, False], [True]]
    assert ref.current is None


def test_markup_and_text_take_turns_in_an_element() -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    turns: list[tuple[Any, str]] = [
        (raw_html("<b>x</b>"), "<p><b>x</b></p>"),
        ("<b>", "<p>&lt;b&gt;</p>"),
        ([h("i"), "t"], "<p><i></i>t</p>"),
        (raw_html("<hr>"), "<p><hr></p>"),
        ([], "<p></p>"),
    ]
    for children, expected in turns:
        view.patch(h("p", None, children))
        assert page.show("app") == expected
