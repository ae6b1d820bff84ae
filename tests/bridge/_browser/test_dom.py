"""A root keeps numbers and handlers; the page and its plain Python model read a buffer alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge._browser import ops
from bridge._browser.attributes import OpBuffer
from bridge._browser.document_model import DocumentModel, ModelNode
from bridge._browser.dom import DomRoot
from bridge.errors import DisposedError

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter


def buffer_of(*operands: object) -> OpBuffer:
    buffer = OpBuffer()
    buffer.ops += operands
    return buffer


# <li class=?><b>?</b>-<input></li>, with a listener on the item.
TEMPLATE: list[Any] = [
    *(ops.ELEMENT, 1, ops.CONTAINER, "ul"),
    *(ops.ELEMENT, 2, ops.DETACHED, "li"),
    *(ops.ELEMENT, 3, 2, "b"),
    *(ops.TEXT, 4, 2, "-"),
    *(ops.ELEMENT, 5, 2, "input"),
    *(ops.TEMPLATE, 1, 2, [[0], [1], [2]]),
    [
        [0, ops.ATTR, "class", 0],
        [1, ops.CONTENT, "", 0],
        [2, ops.DATA, "", 0],
        [3, ops.VALUE, "", 0],
        [3, ops.PROP, "checked", 0],
        [0, ops.LISTEN, "click", 0],
    ],
]

_row = st.tuples(
    st.one_of(st.none(), st.sampled_from(["odd", "even"])),
    st.sampled_from(["", "a", "<i>"]),
    st.sampled_from(["", "-"]),
    st.sampled_from(["", "typed"]),
    st.booleans(),
)


def stamped(rows: list[Any], anchor: int, first: int) -> list[Any]:
    return [ops.STAMP, 1, 1, anchor, first, len(rows), *(value for row in rows for value in row)]


def test_numbers_are_never_given_twice() -> None:
    root = DomRoot("app", DocumentModel("app").open)
    first, second = root.reserve(3), root.reserve(1)
    assert second == first + 3


def test_copies_of_a_template_are_numbered_and_can_be_reached() -> None:
    page = DocumentModel("app")
    root = DomRoot("app", page.open)
    root.send(buffer_of(*TEMPLATE, *stamped([("odd", "a", "-", "", False)] * 2, 0, 10)))
    root.send(buffer_of(ops.AT, 15, ops.CONTENT, "second", ops.REMOVE, 10))
    assert page.show("app") == '<ul><li class="odd"><b>second</b>-<input></input></li></ul>'


def test_an_empty_buffer_is_not_sent() -> None:
    page = DocumentModel("app")
    DomRoot("app", page.open).send(OpBuffer())
    assert page.sent == 0


def test_a_closed_root_is_reported_when_it_is_used() -> None:
    root = DomRoot("app", DocumentModel("app").open)
    root.close()
    root.close()
    assert root.closed
    with pytest.raises(DisposedError):
        root.send(buffer_of(ops.CLEAR, 0))
    with pytest.raises(DisposedError):
        root.node(0)


def test_numbers_that_json_cannot_carry_are_refused() -> None:
    root = DomRoot("app", DocumentModel("app").open)
    with pytest.raises(ValueError, match="JSON"):
        root.send(buffer_of(ops.AT, 0, ops.PROP, "scrollTop", float("nan")))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=st.lists(_row, min_size=1, max_size=4), second=st.lists(_row, max_size=4))
def test_page_and_model_agree_on_templates(
    interpreter: Interpreter, first: list[Any], second: list[Any]
) -> None:
    buffers = [[*TEMPLATE, *stamped(first, 0, 10)], stamped(second, 10, 100)]
    model = DocumentModel("app")
    root = DomRoot("app", model.open)
    for operands in buffers:
        root.send(buffer_of(*operands))
    expected = model.containers["app"].children[0].children
    found = interpreter.run(f"""
import js
from bridge._browser.attributes import OpBuffer
from bridge._browser.dom import DomRoot
clicked = []
container = js.document.createElement("div")
root = DomRoot(container)
for operands in {buffers!r}:
    buffer = OpBuffer()
    buffer.ops += operands
    root.send(buffer)
items = []
for item in container.querySelectorAll("li"):
    field = item.querySelector("input")
    item.click()
    items.append([item.getAttribute("class") if item.hasAttribute("class") else None,
                  item.textContent, field.value, field.checked])
numbers = list({{number for number in range(10, 150) if root.node(number) is not None}})
root.close()
[items, sorted(numbers)]
""")
    assert found[0] == [
        [
            item.attributes.get("class"),
            "".join(node.data for node in item.walk()),
            item.children[2].properties["value"],
            item.children[2].properties["checked"],
        ]
        for item in expected
    ]
    assert found[1] == sorted(n.number for item in expected for n in item.walk() if n.number)


def test_a_dispatched_event_finds_its_handler_by_number(interpreter: Interpreter) -> None:
    assert interpreter.run(f"""
import js
from bridge._browser.attributes import OpBuffer
from bridge._browser.dom import DomRoot
container = js.document.createElement("div")
root = DomRoot(container)
buffer = OpBuffer()
buffer.ops += ({ops.ELEMENT}, 1, 0, "b", {ops.LISTEN}, "ping", 0)
root.send(buffer)
heard = []
root.handlers[1] = {{"ping": lambda event: heard.append(event.type)}}
root.node(1).dispatchEvent(js.Event.new("ping"))
root.handlers.clear()
root.node(1).dispatchEvent(js.Event.new("ping"))
node = root.node(1)
root.close()
node.dispatchEvent(js.Event.new("ping"))
heard
""") == ["ping"]


def test_children_are_created_in_the_namespace_of_the_container(interpreter: Interpreter) -> None:
    assert interpreter.run("""
import js
from bridge.binding import For, Show, mount
from bridge.binding import h as bound
from bridge.reactivity import Signal
from bridge.vdom import PythonVDOM, h
host = js.document.createElement("div")
host.innerHTML = ("<svg><g></g><foreignObject></foreignObject></svg>"
                  "<math><mrow></mrow></math><p></p>")
js.document.body.append(host)
last = lambda node: node.namespaceURI.split("/").pop()
seen = []
for name in ("svg", "g", "foreignObject", "math", "mrow", "p"):
    place = host.querySelector(name)
    with PythonVDOM(place) as view:
        view.patch(None)
        view.patch([h("circle", None, h("title", None, "x")), h("foreignObject", None, h("b"))])
        found = [last(place.firstChild), last(place.firstChild.firstChild),
                 last(place.lastChild.firstChild)]
    shown, names = Signal(True), Signal(["a"])
    with mount(place, [Show(shown, bound("circle")), For(names, bound("rect"), key=str)]):
        names.value = ["a", "b"]
        found += [last(one) for one in place.children]
    seen.append([name, *found])
    if name == "foreignObject":
        host.innerHTML = "<math><mrow></mrow></math><p></p>"
    elif name in ("svg", "math"):
        host.innerHTML = ("<svg><g></g><foreignObject></foreignObject></svg>"
                          "<math><mrow></mrow></math><p></p>")
host.remove()
seen
""") == [
        ["svg", "svg", "svg", "xhtml", "svg", "svg", "svg"],
        ["g", "svg", "svg", "xhtml", "svg", "svg", "svg"],
        ["foreignObject", *["xhtml"] * 6],
        ["math", "MathML", "MathML", "xhtml", "MathML", "MathML", "MathML"],
        ["mrow", "MathML", "MathML", "xhtml", "MathML", "MathML", "MathML"],
        ["p", *["xhtml"] * 6],
    ]


def test_the_model_knows_the_namespace_of_its_container() -> None:
    page = DocumentModel("app")
    page.containers["app"] = ModelNode("g", space=ops.SVG)
    assert DomRoot("app", page.open).space == ops.SVG


def test_other_nodes_in_a_container_are_told_as_such(interpreter: Interpreter) -> None:
    assert interpreter.run("""
import js
from bridge._browser.dom import PageWriteError
from bridge.vdom import PythonVDOM, h
container = js.document.createElement("div")
view = PythonVDOM(container)
rows = lambda keys: [h("b", {"key": key}, key) for key in keys]
view.patch(rows("abc"))
container.querySelectorAll("b")[1].remove()
told = []
try:
    view.patch([*rows("a"), h("i", None, "new"), *rows("bc"), h("u", None, "end")])
except PageWriteError as error:
    told += [error.spoiled, container.lastChild.textContent, "from outside" in str(error)]
except ExceptionGroup as errors:
    told += [error.spoiled for error in errors.exceptions]
view.patch(rows("xy"))
told.append(container.innerHTML)
view.unmount()
told
""") == [True, "end", True, "<b>x</b><b>y</b>"]
