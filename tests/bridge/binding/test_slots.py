"""Slots: what the page gets for a value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge._browser import ops
from bridge._browser.attributes import OpBuffer, rules_of, write_prop
from bridge._browser.document_model import DocumentModel
from bridge.binding import For, h, mount
from bridge.binding.slots import PropSlot, TextSlot, is_reactive, reader
from bridge.reactivity import Signal, computed
from bridge.vdom import PropError, TreeError

VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.text())
NAMES = st.sampled_from(["title", "class", "hidden", "aria-label", "checked", "value", "prop:x"])


def _nothing(_: object) -> object:
    return None


@given(value=VALUES)
def test_text_is_what_a_tree_would_show(value: object) -> None:
    expected = "" if value is None or isinstance(value, bool) else str(value)
    assert TextSlot("p", 1, _nothing, ops.DATA, "").wire(value) == expected


def test_what_is_no_text_is_refused_by_name() -> None:
    with pytest.raises(TreeError, match="became a list"):
        TextSlot("p", 1, _nothing, ops.DATA, "").wire(["a"])


@given(name=NAMES, value=VALUES)
def test_a_slot_writes_what_a_tree_would_write(name: str, value: object) -> None:
    if name == "class" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    rule = rules_of["input"][name]
    slot = PropSlot("input", 1, _nothing, rule)
    expected, found = OpBuffer(), OpBuffer()
    write_prop(expected, "input", rule, value)
    slot.write(found, slot.wire(value))
    assert found.ops == expected.ops


def test_a_list_box_gets_its_value_after_its_options() -> None:
    rule = rules_of["select"]["value"]
    slot = PropSlot("select", 1, _nothing, rule)
    assert (slot.op, slot.late) == (0, True)


def test_sources_are_signals_computeds_and_functions() -> None:
    signal = Signal(1)
    assert [is_reactive(each) for each in (signal, computed(lambda: 1), len, "text", 3)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert reader(signal, of_item=True)("item") == 1
    assert reader(lambda: 2, of_item=False)("item") == 2
    assert reader(lambda item: item, of_item=True)("item") == "item"
    with pytest.raises(TypeError, match="expected a signal"):
        reader("text", of_item=False)  # type: ignore[arg-type]


@pytest.mark.parametrize("in_row", [False, True])
def test_signals_inside_containers_are_followed(in_row: bool) -> None:
    page, on, color, name = DocumentModel("app"), Signal(False), Signal("red"), Signal("a")
    props = {
        "class": ["x", {"on": on}, [name]],
        "style": {"color": color, "width": lambda *_: name.value},
        "title": "fixed",
    }
    node = h("p", props)
    mount("app", For(Signal([1]), node) if in_row else node, page.open)
    element = page.containers["app"].children[0]
    assert 'class="x a"' in page.show("app")
    on.value, color.value, name.value = True, "blue", "b"
    assert element.attributes["class"] == "x on b"
    assert element.attributes["style"] == ["color", "blue", "width", "b"]


def test_signals_inside_a_computed_container_are_followed() -> None:
    page, on = DocumentModel("app"), Signal(False)
    mount("app", h("p", {"class": lambda: {"on": on}}), page.open)
    on.value = True
    assert page.show("app") == '<p class="on"></p>'


def test_a_function_inside_a_computed_container_is_refused() -> None:
    with pytest.raises(PropError, match="Call it there"):
        mount("app", h("p", {"class": lambda: {"on": lambda: True}}), DocumentModel("app").open)
