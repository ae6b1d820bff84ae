"""A virtual DOM as first attempts have it: every patch builds the whole page anew.

The measure for `bridge.vdom`: the same `h`, the same trees, no comparing.
"""

# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, PLC0415 - what only a page has is imported there
from __future__ import annotations


def h(tag, props=None, children=()):
    """Describe a node as a plain tuple."""
    return tag, props or {}, children


class RebuildVDOM:
    """Shows a tree in a container by building all of it."""

    def __init__(self, container_id: str) -> None:
        from js import document

        self._document = document
        self._container = document.getElementById(container_id)
        self._proxies = []

    def patch(self, tree) -> None:
        """Show a tree in place of the last one."""
        old, self._proxies = self._proxies, []
        self._container.replaceChildren(self._build(tree))
        for proxy in old:
            proxy.destroy()

    def close(self) -> None:
        """Empty the container and give the proxies back."""
        self._container.replaceChildren()
        for proxy in self._proxies:
            proxy.destroy()
        self._proxies = []

    def _build(self, node):
        from pyodide.ffi import create_proxy

        if isinstance(node, str):
            return self._document.createTextNode(node)
        tag, props, children = node
        element = self._document.createElement(tag)
        for name, value in props.items():
            if name.startswith("on_"):
                proxy = create_proxy(value)
                self._proxies.append(proxy)
                element.addEventListener(name[3:], proxy)
            elif name != "key":
                element.setAttribute(name, value)
        for child in children if isinstance(children, list) else (children,):
            if child != ():
                element.appendChild(self._build(child))
        return element
