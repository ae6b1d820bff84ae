"""What `PythonVDOM` promises when things go wrong, and when it ends."""

from __future__ import annotations

import asyncio
import pickle
from typing import Any

import pytest

from bridge._browser.document_model import DocumentModel
from bridge.errors import HostUnavailableError
from bridge.proxies import live_counts
from bridge.vdom import (
    ContainerError,
    DuplicateKeyError,
    PatchError,
    PropError,
    PythonVDOM,
    TreeError,
    UnsafeContentError,
    h,
    raw_html,
)


def test_outside_the_browser_a_view_can_be_made_but_not_patched() -> None:
    view = PythonVDOM("app")
    with pytest.raises(HostUnavailableError, match="a container for a tree"):
        view.patch("hello")


def test_a_missing_container_is_named() -> None:
    view = PythonVDOM("missing", DocumentModel("app").open)
    with pytest.raises(ContainerError, match="'missing'") as caught:
        view.patch("hello")
    assert caught.value.container == "missing"


def test_two_trees_cannot_share_a_container() -> None:
    page = DocumentModel("app")
    PythonVDOM("app", page.open).patch("first")
    with pytest.raises(ContainerError, match="already holds"):
        PythonVDOM("app", page.open).patch("second")


def test_the_seed_forms_of_children_are_taken() -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    view.patch(h("p", {}, "text"))
    view.patch(h("p", {}, h("b", {}, ["a", ["b", (None, False, True, 3)], 1.5])))
    assert page.show("app") == "<p><b>ab31.5</b></p>"


def test_a_generator_of_children_is_walked_once_and_remembered() -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    tree = h("ul", None, (h("li", None, str(number)) for number in range(2)))
    view.patch([tree])
    view.patch(["x", tree])
    assert page.show("app") == "x<ul><li>0</li><li>1</li></ul>"


def test_equal_keys_are_reported_with_key_and_parent() -> None:
    def table(*, rows: list[int]) -> Any:
        return h("ul", {"id": "people"}, [h("li", {"key": row}) for row in rows])

    view = PythonVDOM("app", DocumentModel("app").open)
    with pytest.raises(DuplicateKeyError) as caught:
        view.patch(h("main", None, h(table, {"rows": [1, 7, 7]})))
    assert caught.value.key == 7
    assert caught.value.path.startswith("#app > main > ")
    assert caught.value.path.endswith("table > ul#people")


def test_equal_keys_in_different_groups_are_no_clash() -> None:
    page = DocumentModel("app")
    rows = [h("li", {"key": 1})]
    PythonVDOM("app", page.open).patch(h("ul", None, [rows, list(rows)]))
    assert page.show("app") == "<ul><li></li><li></li></ul>"


@pytest.mark.parametrize(
    ("tree", "error"),
    [
        (h("p", None, [object()]), TreeError),  # type: ignore[list-item]
        (h("p", None, [{"a": 1}]), TreeError),
        (h("p", None, [h("b", {"key": []})]), TreeError),
        (h("p", None, ["a", raw_html("b")]), TreeError),
        (raw_html("b"), TreeError),
        (h("p", {"on_click": "alert(1)"}), PropError),
        (h("p", {"ref": "x"}), PropError),
        (h("a", {"href": "javascript:alert(1)"}), UnsafeContentError),
        (h("script", None, "alert(1)"), UnsafeContentError),
        (h("script", None, ["alert(1)"]), UnsafeContentError),
        (h("bad tag"), PropError),
    ],
)
def test_a_tree_that_cannot_be_shown_leaves_the_page_as_it_was(
    tree: Any, error: type[Exception]
) -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    heard: list[str] = []
    view.patch(h("p", {"on_click": lambda _: heard.append("old")}, "last good"))
    with pytest.raises(error) as caught:
        view.patch([h("p", {"on_click": lambda _: heard.append("new")}, "half"), tree])
    assert page.show("app") == "<p>last good</p>"
    page.fire(page.containers["app"].children[0], "click")
    assert heard == ["old"]
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert str(again) == str(caught.value)
    view.patch(h("p", None, "next"))
    assert page.show("app") == "<p>next</p>"


def test_handlers_of_a_tree_that_was_built_anew_are_forgotten() -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    view.patch([h("b", {"on_click": print}), h("i", {"on_click": print})])
    with pytest.raises(TreeError):
        view.patch([object()])  # type: ignore[list-item]
    view.patch(h("p", {"on_click": print}))
    root = view._root
    assert root is not None
    assert len(root.handlers) == 1


def test_an_error_of_a_component_says_where_it_stands() -> None:
    def broken() -> Any:
        raise ZeroDivisionError

    view = PythonVDOM("app", DocumentModel("app").open)
    with pytest.raises(ZeroDivisionError) as caught:
        view.patch(h("main", {"id": "m"}, h(broken, {"key": 4})))
    assert "#app > main#m > " in caught.value.__notes__[0]
    assert "broken[key=4]" in caught.value.__notes__[0]


def test_a_component_must_not_patch_its_own_container() -> None:
    view = PythonVDOM("app", DocumentModel("app").open)

    def patching() -> Any:
        view.patch("inner")

    with pytest.raises(PatchError, match="event handler"):
        view.patch(h(patching))


def test_a_handler_may_patch() -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)

    def counter(count: int) -> Any:
        return h("button", {"on_click": lambda _: view.patch(counter(count + 1))}, count)

    view.patch(counter(0))
    for _ in range(3):
        page.fire(page.containers["app"].children[0], "click")
    assert page.show("app") == "<button>3</button>"


def test_an_async_handler_runs_to_its_end_and_its_error_is_reported() -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    done: list[str] = []

    async def good(_event: object) -> None:
        await asyncio.sleep(0)
        done.append("good")

    async def bad(_event: object) -> None:
        await asyncio.sleep(0)
        raise LookupError("on purpose")

    async def main() -> list[dict[str, Any]]:
        reports: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context))
        view.patch([h("b", {"on_click": good}), h("b", {"on_click": bad})])
        for node in page.containers["app"].children:
            page.fire(node, "click")
        await asyncio.sleep(0.01)
        return reports

    reports = asyncio.run(main())
    assert done == ["good"]
    assert [str(report["exception"]) for report in reports] == ["on purpose"]


def test_unmounting_empties_the_container_and_allows_another_tree() -> None:
    page = DocumentModel("app")
    before = live_counts()
    with PythonVDOM("app", page.open) as view:
        view.patch(h("p", {"on_click": print}))
        mounted = view.mounted
    assert (mounted, view.mounted, page.show("app")) == (True, False, "")
    assert live_counts() == before
    view.unmount()
    PythonVDOM("app", page.open).patch("next")
    assert page.show("app") == "next"


def test_a_view_can_be_patched_again_after_unmounting() -> None:
    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    view.patch("one")
    view.unmount()
    view.patch("two")
    assert page.show("app") == "two"
