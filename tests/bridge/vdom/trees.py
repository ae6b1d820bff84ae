"""Trees from plain data, so that the same tree can be built here and inside a page.

A description is JSON: ``None``, a bool, a text, a number, ``["frag", key, [children]]``,
``["list", [children]]``, ``["comp", key, memo, child]`` or ``["el", tag, key, props, [children]]``.
This module imports bridge alone, because its source is also sent into Pyodide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.vdom import fragment, h, listener, memo

if TYPE_CHECKING:
    from bridge.vdom import VNode


def handler(_event: object) -> None:
    """Do nothing."""


OPTIONS = listener(handler, capture=True, prevent_default=True)


def passing(*, child: Any) -> Any:
    """Show what it is given: the plainest component."""
    return build(child)


remembering = memo(passing)


def build(described: Any) -> Any:
    """Make the tree that a description stands for."""
    if not isinstance(described, list):
        return described
    kind, *rest = described
    if kind == "frag":
        return fragment([build(child) for child in rest[1]], key=rest[0])
    if kind == "list":
        return [build(child) for child in rest[0]]
    if kind == "comp":
        key, remembers, child = rest
        component = remembering if remembers else passing
        return h(component, {"key": key, "child": child})
    return _element(*rest)


def _element(tag: str, key: Any, props: dict[str, Any], children: list[Any]) -> VNode:
    given: dict[str, Any] = dict(props)
    for name, value in props.items():
        if name.startswith("on_"):
            given[name] = {"plain": handler, "options": OPTIONS}.get(value)
    if key is not None:
        given["key"] = key
    return h(tag, given or None, [build(child) for child in children])
