"""Two-way bindings: what may be bound, and to what."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from bridge._browser.document_model import DocumentModel
from bridge.binding import Field, For, h, mount
from bridge.reactivity import Signal, computed
from bridge.vdom import PropError

if TYPE_CHECKING:
    from bridge.binding import Content


def _typed(page: DocumentModel, place: int, kind: str, **state: object) -> None:
    node = page.containers["app"].children[place]
    page.fire(node, kind, SimpleNamespace(target=SimpleNamespace(**state)))


def test_a_text_follows_and_is_followed() -> None:
    page, name = DocumentModel("app"), Signal("Ada")
    mount("app", h("input", {"bind:value": name}), page.open)
    element = page.containers["app"].children[0]
    shown = [element.properties["value"]]
    _typed(page, 0, "input", value="Grace")
    assert name.peek() == "Grace"
    name.set("Edsger")
    shown.append(element.properties["value"])
    assert shown == ["Ada", "Edsger"]


def test_in_a_template_each_row_has_its_own_signal() -> None:
    page = DocumentModel("app")
    rows = [Signal(False), Signal(True)]
    box = h("input", {"type": "checkbox", "bind:checked": lambda done: done})
    mount("app", For(Signal(rows), box), page.open)
    _typed(page, 0, "change", checked=True)
    _typed(page, 1, "change", checked=False)
    assert [done.value for done in rows] == [True, False]


def test_the_authors_own_handler_runs_after_the_binding() -> None:
    page, name, seen = DocumentModel("app"), Signal("a"), []
    field = {"bind:value": name, "on_input": lambda _: seen.append(name.value)}
    mount("app", h("input", field), page.open)
    _typed(page, 0, "input", value="b")
    assert seen == ["b"]


def test_a_group_holds_the_value_of_the_chosen_button() -> None:
    page, size = DocumentModel("app"), Signal("m")
    buttons = [h("input", {"type": "radio", "value": v, "bind:group": size}) for v in "sml"]
    mount("app", buttons, page.open)
    _typed(page, 2, "change", checked=True)
    assert size.value == "l"
    checked = [node.properties["checked"] for node in page.containers["app"].children]
    assert checked == [False, False, True]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (h("input", {"bind:value": computed(lambda: "a")}), "a Computed cannot be written"),
        (h("input", {"bind:value": Signal(3)}), "holds a int"),
        (h("input", {"bind:checked": Field(Signal(3), int)}), "a Field cannot be written"),
        (h("input", {"bind:valeu": Signal("a")}), "no such binding"),
        (h("input", {"bind:value": "a"}), "a str cannot be written"),
    ],
)
def test_what_cannot_be_bound_is_refused_by_name(content: Content, found: str) -> None:
    page = DocumentModel("app")
    with pytest.raises(PropError, match=found):
        mount("app", content, page.open)
