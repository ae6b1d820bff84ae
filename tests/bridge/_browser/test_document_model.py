"""The plain Python document does what the op table says, and nothing wrong in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge._browser import ops
from bridge._browser.attributes import OpBuffer
from bridge._browser.document_model import DocumentModel, ModelNode
from bridge._browser.dom import ContainerError, DomRoot, PageWriteError
from bridge.vdom import PythonVDOM, h

if TYPE_CHECKING:
    from bridge._browser.ffi import HostObject


def send(root: DomRoot, *operands: object) -> None:
    buffer = OpBuffer()
    buffer.ops += operands
    root.send(buffer)


def test_a_container_is_taken_once_and_by_a_name_that_it_has() -> None:
    page = DocumentModel("app")
    root = DomRoot("app", page.open)
    for name in ("app", "other"):
        with pytest.raises(ContainerError):
            DomRoot(name, page.open)
    root.close()
    DomRoot("app", page.open).close()


def test_a_setter_that_raises_misses_its_place_only() -> None:
    def refuse(_node: ModelNode, _value: object) -> None:
        raise ValueError("never")

    page = DocumentModel("app")
    page.setters["level"] = refuse
    root = DomRoot("app", page.open)
    with pytest.raises(PageWriteError, match="never"):
        send(root, ops.ELEMENT, 1, 0, "p", ops.PROP, "level", 1, ops.ATTR, "title", "t")
    assert page.show("app") == '<p title="t"></p>'


def test_a_number_is_not_given_to_two_nodes() -> None:
    root = DomRoot("app", DocumentModel("app").open)
    with pytest.raises(ValueError, match="twice"):
        send(root, ops.ELEMENT, 1, 0, "p", ops.ELEMENT, 1, 0, "p")


def test_what_a_user_enters_is_taken_back_where_nobody_follows() -> None:
    page, heard = DocumentModel("app"), []

    def hear(event: HostObject) -> None:
        heard.append(event)

    PythonVDOM("app", page.open).patch(h("input", {"value": "kept", "on_input": hear}))
    field = page.containers["app"].children[0]
    page.enter(field, "value", "typed")
    assert (field.properties["value"], len(heard)) == ("kept", 1)
