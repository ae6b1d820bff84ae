"""After a place of the page could not be written: the next patch must not think that it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bridge._browser import ops
from bridge._browser.attributes import Kind, rules_of
from bridge.vdom.nodes import VNode

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from bridge._browser.dom import PageWriteError
    from bridge.vdom.live import Live
    from bridge.vdom.nodes import Props

__all__ = ["forget_written"]

_KEPT: Final = frozenset({Kind.EVENT, Kind.REF, Kind.IGNORED})
_PROPERTIES: Final = frozenset({ops.PROP, ops.PROP_OFF, ops.OBJECT})


class _Unknown:
    """Stands for a value that nobody knows; equal to none."""


_UNKNOWN: Final = _Unknown()


def forget_written(top: Live, missed: Iterable[PageWriteError]) -> None:
    """Make the next patch write the props and the content of some nodes again.

    Args:
        top: The container, and below it what the page shows.
        missed: What could not be written.
    """
    lives = {live.number: live for live in _walk(top) if live is not top}
    for one in missed:
        live = lives.get(one.number)
        if live is not None:
            _forget(live, one.name if one.op in _PROPERTIES else None)


def _walk(top: Live) -> Iterator[Live]:
    pending = [top]
    while pending:
        live = pending.pop()
        yield live
        pending += live.children


def _forget(live: Live, name: str | None) -> None:
    item = live.item
    if isinstance(item, VNode):
        tag, props, children, key = item
        rules = rules_of[str(tag)]
        given = props or {}
        unknown: dict[str, object] = {
            prop: value if value is None or rules[prop].kind in _KEPT else _UNKNOWN
            for prop, value in given.items()
        }
        if name is not None and not any(rules[prop].name == name for prop in given):
            # It was to be taken away.
            unknown[f"prop:{name}"] = _UNKNOWN
        live.item = _node(tag, unknown, children, key)
        if live.content is not None:
            live.content = _UNKNOWN  # type: ignore[assignment]
    # Nodes that are the same as in the last patch are skipped, and memos by their props: a copy
    # with other children is neither.
    above = live.parent
    while above is not None:
        if isinstance(above.item, VNode):
            tag, props, _, key = above.item
            above.item = _node(tag, props, _UNKNOWN, key)
        above = above.parent


def _node(tag: object, props: Props | None, children: object, key: Hashable) -> VNode:
    return tuple.__new__(VNode, (tag, props, children, key))
