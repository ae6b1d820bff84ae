"""The plain Python reader of a DOM buffer: a document small enough to check by eye.

It stands in for the page where no page is: laws about patches run on it a thousand times faster
than in a browser, and an application can test its views on CPython::

    page = DocumentModel("app")
    view = PythonVDOM("app", page.open)
    view.patch(h("p", None, "hello"))
    assert page.show("app") == "<p>hello</p>"

It knows what the op table says and nothing of layout, styles or the parsing of HTML: markup stays
a text. The same laws run in a real browser too.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, cast

from bridge._browser import ops
from bridge._browser.dom import ContainerError, Surface
from bridge._browser.model_node import MARKUP, TEXT, ModelNode

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge._browser.dom import Failure
    from bridge._browser.ffi import HostObject

__all__ = ["DocumentModel", "ModelNode"]


class DocumentModel:
    """A document with containers, each empty at first.

    Args:
        container_ids: The ids of its containers.

    Attributes:
        containers: By id.
        setters: Called before a property or attribute of that name is written, with the node and
            the value; what one raises is a failure of that place, as of a setter of a page.
        sent: How many buffers were carried out.
        moved: How many MOVE ops were carried out.
    """

    def __init__(self, *container_ids: str) -> None:
        self.containers = {name: ModelNode("div") for name in container_ids}
        self.setters: dict[str, Callable[[ModelNode, object], None]] = {}
        self.sent = 0
        self.moved = 0
        self._taken: dict[str, _ModelSurface] = {}

    def open(self, container: object, dispatch: Callable[[int, str, HostObject], None]) -> Surface:
        """Take a container; give this as ``opener``.

        Raises:
            ContainerError: No container has this id, or it is taken.
        """
        name = str(container)
        if name not in self.containers:
            raise ContainerError(
                name, "the document has no element with this id", "Name it in DocumentModel(...)."
            )
        if name in self._taken:
            raise ContainerError(name, "it already holds a tree", "Unmount that one first.")
        surface = _ModelSurface(self, name, dispatch)
        self._taken[name] = surface
        return surface

    def release(self, name: str) -> None:
        """Let go of a container; called by its surface."""
        self._taken.pop(name, None)

    def fire(self, node: ModelNode, kind: str, event: object = None) -> None:
        """Let an event happen at a node; it does not travel to other nodes."""
        if node.number is None or all(kind != listened for listened, _ in node.listeners):
            return
        for surface in self._taken.values():
            if surface.node(node.number) is node:
                outer, surface.handling = surface.handling, node
                try:
                    surface.dispatch(node.number, kind, cast("HostObject", event))
                finally:
                    surface.handling = outer
                    surface.settle()

    def enter(self, node: ModelNode, name: str, value: object) -> None:
        """Let the user change a control: the form value, or a state such as ``checked``.

        Events of both types happen, with ``target.value`` and its like as in a page, and when
        they are over the control shows what it was given.
        """
        node.properties[name] = value
        target = SimpleNamespace(**node.properties)
        for kind in ("input", "change"):
            self.fire(node, kind, SimpleNamespace(target=target, type=kind))
        for surface in self._taken.values():
            surface.settle()

    def show(self, container_id: str) -> str:
        """Write what a container holds as HTML."""
        return "".join(child.html() for child in self.containers[container_id].children)


class _RefusedError(Exception):
    """A setter has raised."""

    def __init__(self, node: ModelNode, name: str, error: Exception) -> None:
        super().__init__(name)
        self.node = node
        self.name = name
        self.error = error

    def failure(self, op: int) -> Failure:
        """Describe it as a page does."""
        number = -1 if self.node.number is None else self.node.number
        return number, self.node.tag, op, self.name, self.error


class _Template:
    __slots__ = ("holes", "node", "paths")

    def __init__(self, node: ModelNode, paths: list[list[int]], holes: list[list[object]]) -> None:
        self.node = node
        self.paths = paths
        self.holes = holes


class _ModelSurface:
    """Carries out buffers on the model."""

    def __init__(
        self,
        document: DocumentModel,
        name: str,
        dispatch: Callable[[int, str, HostObject], None],
    ) -> None:
        self._document = document
        self.name = name
        self._container = document.containers[name]
        self._container.children = []
        self._container.number = ops.CONTAINER
        self._nodes = {ops.CONTAINER: self._container}
        self._templates: dict[int, _Template] = {}
        self._at = self._container
        self._list: list[object] = []
        self._place = 0
        self._objects: list[object] = []
        self._failures: list[Failure] = []
        self._held: dict[int, ModelNode] = {}
        self.handling: ModelNode | None = None
        self.dispatch = dispatch

    @property
    def space(self) -> int:
        """The namespace of the container's children."""
        container = self._container
        return ops.XHTML if container.tag == "foreignObject" else container.space

    def apply(self, text: str, objects: object = None) -> list[Failure] | None:
        """Carry out a buffer."""
        self._document.sent += 1
        self._list = json.loads(text)
        self._objects = cast("list[object]", objects or [])
        self._failures = []
        self._place = 0
        while self._place < len(self._list):
            op = self._number()
            after = self._place + ops.OPERANDS.get(op, 0)
            try:
                _READERS[op](self)
            except _RefusedError as refused:
                self._failures.append(refused.failure(op))
                self._place = after
        return self._failures or None

    def _write(self, node: ModelNode, kind: dict[str, object], name: str, value: object) -> None:
        setter = self._document.setters.get(name)
        if setter is not None:
            try:
                setter(node, value)
            except Exception as error:
                raise _RefusedError(node, name, error) from error
        kind[name] = value

    def _take_away(self, node: ModelNode, kind: dict[str, object], name: str) -> None:
        self._write(node, kind, name, None)
        kind.pop(name, None)

    def _control(self, node: ModelNode, name: str, value: object, otherwise: object) -> None:
        node.wanted.pop(name, None)
        self._write(node, node.properties, name, otherwise if value is None else value)
        if value is not None:
            node.wanted[name] = value

    def node(self, number: int) -> object:
        """Return a node by its number, or ``None``."""
        return self._nodes.get(number)

    def hold(self, token: int) -> None:
        """Leave the control of the present event alone."""
        if self.handling is not None:
            self._held[token] = self.handling

    def release(self, token: int) -> None:
        """End what `hold` began."""
        self._held.pop(token, None)
        self.settle()

    def settle(self) -> None:
        """Let each control show what it shall, where no handler runs on."""
        held = list(self._held.values())
        for node in self._container.walk():
            if node not in held:
                node.properties.update(node.wanted)

    def close(self) -> None:
        """Empty the container."""
        self._container.children = []
        self._nodes = {}
        self._document.release(self.name)

    # -- operands ------------------------------------------------------------------------------

    def _next(self) -> object:
        operand = self._list[self._place]
        self._place += 1
        return operand

    def _number(self) -> int:
        operand = self._next()
        if not isinstance(operand, int) or isinstance(operand, bool):
            raise TypeError(f"expected a number at {self._place - 1}, found {operand!r}")
        return operand

    def _text(self) -> str:
        operand = self._next()
        if not isinstance(operand, str):
            raise TypeError(f"expected a text at {self._place - 1}, found {operand!r}")
        return operand

    def _node(self) -> ModelNode:
        return self._nodes[self._number()]

    def _anchor(self) -> ModelNode | None:
        number = self._number()
        return None if number == ops.END else self._nodes[number]

    # -- ops -----------------------------------------------------------------------------------

    def _enter(self, node: ModelNode, number: int, parent: int) -> None:
        if number in self._nodes:
            raise ValueError(f"the number {number} is used twice")
        node.number = number
        self._nodes[number] = node
        self._at = node
        if parent != ops.DETACHED:
            self._nodes[parent].insert(node)

    def _op_at(self) -> None:
        self._at = self._node()

    def _op_element(self) -> None:
        number, parent, tag = self._number(), self._number(), self._text()
        self._enter(ModelNode(tag), number, parent)

    def _op_element_ns(self) -> None:
        number, parent, space, tag = self._number(), self._number(), self._number(), self._text()
        self._enter(ModelNode(tag, space=space), number, parent)

    def _op_text(self) -> None:
        number, parent, data = self._number(), self._number(), self._text()
        self._enter(ModelNode(TEXT, data), number, parent)

    def _op_content(self) -> None:
        _set_content(self._at, TEXT, self._text())

    def _op_html(self) -> None:
        _set_content(self._at, MARKUP, self._text())

    def _op_data(self) -> None:
        self._at.data = self._text()

    def _op_attr(self) -> None:
        name, value = self._text(), self._text()
        self._write(self._at, self._at.attributes, name, value)

    def _op_attr_off(self) -> None:
        self._take_away(self._at, self._at.attributes, self._text())

    def _op_style(self) -> None:
        pairs = self._next()
        if pairs:
            self._at.attributes["style"] = pairs
        else:
            self._at.attributes.pop("style", None)

    def _op_prop(self) -> None:
        name = self._text()
        self._write(self._at, self._at.properties, name, self._next())

    def _op_prop_off(self) -> None:
        self._take_away(self._at, self._at.properties, self._text())

    def _op_state(self) -> None:
        name = self._text()
        self._control(self._at, name, self._next(), otherwise=False)

    def _op_value(self) -> None:
        self._control(self._at, "value", self._next(), otherwise="")

    def _op_object(self) -> None:
        name = self._text()
        self._write(self._at, self._at.properties, name, self._objects[self._number()])

    def _op_listen(self) -> None:
        self._at.listeners.add((self._text(), self._number()))

    def _op_unlisten(self) -> None:
        self._at.listeners.remove((self._text(), self._number()))

    def _op_insert(self) -> None:
        parent, child, anchor = self._node(), self._node(), self._anchor()
        parent.insert(child, anchor)

    def _op_move(self) -> None:
        self._document.moved += 1
        parent, child, anchor = self._node(), self._node(), self._anchor()
        if child.parent is not parent:
            raise ValueError("a node is moved that does not stand in its parent")
        parent.insert(child, anchor)

    def _op_remove(self) -> None:
        node = self._node()
        self._forget(node)
        if node.parent is None:
            raise ValueError("a node is removed that stands nowhere")
        node.parent.children.remove(node)
        node.parent = None

    def _op_clear(self) -> None:
        parent = self._node()
        for child in parent.children:
            self._forget(child)
            child.parent = None
        parent.children = []

    def _forget(self, top: ModelNode) -> None:
        for node in top.walk():
            if node.number is not None:
                del self._nodes[node.number]

    def _op_template(self) -> None:
        name, node = self._number(), self._node()
        paths = cast("list[list[int]]", self._next())
        holes = cast("list[list[object]]", self._next())
        self._forget(node)
        self._templates[name] = _Template(node, paths, holes)

    def _op_stamp(self) -> None:
        template, parent, anchor = self._templates[self._number()], self._node(), self._anchor()
        number, count = self._number(), self._number()
        for _ in range(count):
            copy = template.node.copy()
            places = [copy]
            for path in template.paths:
                node = copy
                for index in path:
                    node = node.children[index]
                places.append(node)
            for node in places:
                self._enter(node, number, ops.DETACHED)
                number += 1
            for hole in template.holes:
                try:
                    self._fill(places[cast("int", hole[0])], hole)
                except _RefusedError as refused:
                    self._failures.append(refused.failure(cast("int", hole[1])))
            parent.insert(copy, anchor)

    def _fill(self, node: ModelNode, hole: list[object]) -> None:
        op, name = hole[1], str(hole[2])
        if op == ops.LISTEN:
            node.listeners.add((name, cast("int", hole[3])))
            return
        value = self._next()
        if op == ops.CONTENT:
            _set_content(node, TEXT, str(value))
        elif op == ops.DATA:
            node.data = str(value)
        elif op == ops.ATTR and value is None:
            self._take_away(node, node.attributes, name)
        elif op == ops.ATTR:
            self._write(node, node.attributes, name, value)
        elif op == ops.PROP:
            self._write(node, node.properties, name, value)
        elif op == ops.STATE:
            self._control(node, name, value, otherwise=False)
        elif op == ops.VALUE:
            self._control(node, "value", value, otherwise="")
        else:
            raise ValueError(f"op {op} cannot stand in a template's hole")


def _set_content(element: ModelNode, kind: str, data: str) -> None:
    if any(child.number is not None for child in element.children):
        raise ValueError("the content of an element with numbered children is replaced")
    element.children = []
    if data:
        element.insert(ModelNode(kind, data))


_READERS: Final[dict[int, Callable[[_ModelSurface], None]]] = {
    getattr(ops, name[len("_op_") :].upper()): reader
    for name, reader in vars(_ModelSurface).items()
    if name.startswith("_op_")
}
