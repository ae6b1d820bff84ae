"""What an author writes are plain values."""

from __future__ import annotations

import pytest

from bridge._browser.document_model import DocumentModel
from bridge.binding import Dynamic, For, Show, h, mount
from bridge.reactivity import Signal


def test_a_reactive_value_may_be_the_only_child() -> None:
    count = Signal(1)
    assert h("p", None, count)[2] == (count,)
    assert h("p", None, "text")[2] == "text"


def test_a_list_needs_a_tree_or_a_function() -> None:
    with pytest.raises(TypeError, match="expected a tree or a function"):
        For(Signal([1]), "text")  # type: ignore[arg-type]


def test_nodes_name_themselves_in_messages() -> None:
    nodes = [For(Signal([]), h("p")), Show(Signal(True), "a"), Dynamic(lambda: "a")]
    assert list(map(repr, nodes)) == ["<For>", "<Show>", "<Dynamic>"]


def test_a_component_gets_children_only_if_there_are_some() -> None:
    page = DocumentModel("app")
    mount("app", [h(lambda: "none"), h(lambda *, children: children, None, "some")], page.open)
    assert page.show("app") == "nonesome"
